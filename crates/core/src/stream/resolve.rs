//! From the file as written to the parts of a stream: every name looked up, every value understood.
//!
//! What is not understood is reported and left out in the way that forbids least, so that the checks
//! that follow do not complain about it again.

use super::cell::{Place, Text};
use super::context::Context;
use super::diagnostic::Findings;
use super::file::{Draft, DraftOutcome, DraftStep};
use super::graph::{Adhoc, DoneOn, Ends, Outcome, Parts, Promise, Spawn, Step};
use super::names::{as_name, is_id, short};
use super::refer::{MOMENTS, MOST_ENTRIES, Names, check_id, groups, step_names, too_many};
use super::rules::one_rule;
use super::times::{duration, not_zero, span_of};
use super::when;
use crate::activity::Activity;
use crate::filter::Schema;
use crate::nearest::{nearest, suggest};
use crate::span::Span;

/// How long after its close an item may be taken up again unless the file says otherwise.
pub(super) const REOPEN_DAYS: u16 = 14;
/// The gates the product has an own form for; any other name is a fact given by a person or a hook.
const GATES: [&str; 2] = ["approval", "test_run"];
/// Events from outside the product itself brings.
const EVENTS: [&str; 2] = ["pipeline", "deployment"];
/// The most outcomes a step has.
const MOST_OUTCOMES: usize = 32;

/// Where the parts of a stream stand in its file.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) stream: Place,
    pub(super) promise: [Option<Place>; 3],
    pub(super) steps: Vec<StepPlaces>,
    /// One for each compiled rule.
    pub(super) rules: Vec<RulePlaces>,
}

/// Where the parts of a step stand.
#[derive(Debug, Default, Clone)]
pub(super) struct StepPlaces {
    pub(super) id: Place,
    /// Whether it has an `after`, understood or not.
    pub(super) comes_after: bool,
    /// One for each group.
    pub(super) after: Vec<Place>,
    pub(super) within: Option<Place>,
    pub(super) optional: Option<Place>,
    pub(super) gates: Option<Place>,
    pub(super) done_on: Option<Place>,
    /// Whether its activity is the one written.
    pub(super) activity_known: bool,
}

/// Where the parts of a rule stand.
#[derive(Debug, Default, Clone)]
pub(super) struct RulePlaces {
    pub(super) at: Place,
    pub(super) within: Option<Place>,
}

pub(super) fn resolve(draft: &Draft, context: &Context, findings: &mut Findings) -> (Parts, Places) {
    let (names, kept) = step_names(draft, findings);
    let mut places = Places::default();
    let kind = kind_of(draft, context, findings);
    let schema = context.kinds.iter().find(|k| k.id == kind).map(|k| &k.schema);
    let mut parts = header(draft, context, findings, &mut places, kind.clone());
    for step in kept {
        let (step, at) = one_step(step, &names, (context, schema, &parts.id), findings);
        parts.steps.push(step);
        places.steps.push(at);
    }
    too_many(draft.rules.get(MOST_ENTRIES).map(|r| &r.at), "rules", findings);
    for rule in draft.rules.iter().take(MOST_ENTRIES) {
        let at = RulePlaces { at: rule.at.clone(), within: rule.within.as_ref().map(Text::inner) };
        let rules = one_rule(rule, &names, findings);
        places.rules.extend(std::iter::repeat_n(at, rules.len()));
        parts.rules.extend(rules);
    }
    (parts, places)
}

fn kind_of(draft: &Draft, context: &Context, findings: &mut Findings) -> String {
    let Some(kind) = &draft.kind else { return String::new() };
    if !context.kinds.iter().any(|k| k.id == kind.value) {
        let help = suggest(&kind.value, context.kinds.iter().map(|k| k.id.as_str()));
        findings.error("unknown-kind", &kind.inner(), format!("there is no kind “{}”", short(&kind.value)), help);
    }
    kind.value.clone()
}

fn header(draft: &Draft, context: &Context, findings: &mut Findings, places: &mut Places, kind: String) -> Parts {
    places.stream = draft.id.as_ref().map_or(0..0, Text::inner);
    if let Some(id) = &draft.id {
        check_id(id, "a stream", findings);
    }
    if draft.whole {
        for (key, value, help) in [
            ("demand", &draft.demand, "say in a sentence what starts it: demand = \"A customer asks for …\""),
            ("value", &draft.value, "say in a sentence what is there at its end: value = \"The capability is in use\""),
        ] {
            if value.as_ref().is_none_or(|v| v.value.trim().is_empty()) {
                findings.hint("missing-key", &places.stream, format!("the stream has no “{key}”"), help);
            }
        }
    }
    let id = draft.id.as_ref().map(|i| i.value.clone()).unwrap_or_default();
    let owner = draft.owner.as_ref().map(|o| team(o, context, findings));
    let adhoc = draft.adhoc.as_ref().and_then(|a| match a.value.as_str() {
        "record" => Some(Adhoc::Record),
        "allow" => Some(Adhoc::Allow),
        "deny" => Some(Adhoc::Deny),
        other => {
            let help = suggest(other, ["record", "allow", "deny"]);
            findings.error("unknown-value", &a.inner(), format!("“adhoc” cannot be “{}”", short(other)), help);
            None
        }
    });
    let written = |t: &Option<Text>| t.as_ref().map(Text::inner);
    places.promise = [written(&draft.p50), written(&draft.p85), written(&draft.p95)];
    Parts {
        name: draft
            .name
            .as_ref()
            .map(|n| n.value.trim())
            .filter(|n| !n.is_empty())
            .map_or_else(|| as_name(&id), str::to_owned),
        id,
        kind,
        demand: draft.demand.as_ref().map(|d| d.value.clone()).unwrap_or_default(),
        value: draft.value.as_ref().map(|v| v.value.clone()).unwrap_or_default(),
        owner,
        promise: Promise {
            p50: duration(draft.p50.as_ref(), findings),
            p85: duration(draft.p85.as_ref(), findings),
            p95: duration(draft.p95.as_ref(), findings),
        },
        adhoc: adhoc.unwrap_or_default(),
        reopen_within: reopen_within(draft, findings),
        steps: Vec::new(),
        rules: Vec::new(),
    }
}

fn reopen_within(draft: &Draft, findings: &mut Findings) -> Span {
    let read = draft.reopen_within.as_ref().and_then(|t| Some((t, span_of(t, 0, findings)?)));
    match read {
        Some((text, span)) if span.is_business() => {
            let message = "an item has no calendar of its own, so the time to reopen it cannot be business time";
            findings.error("bad-time", &text.inner(), message, "write it in hours, days or weeks: 12h, 14d, 2w");
            Span::days(REOPEN_DAYS)
        }
        Some((_, span)) => span,
        None => Span::days(REOPEN_DAYS),
    }
}

fn team(text: &Text, context: &Context, findings: &mut Findings) -> String {
    match &context.teams {
        Some(teams) if !teams.contains(&text.value) => {
            let help = suggest(&text.value, teams.iter().map(String::as_str));
            findings.error("unknown-team", &text.inner(), format!("there is no team “{}”", short(&text.value)), help);
        }
        Some(_) => {}
        None => check_id(text, "a team", findings),
    }
    text.value.clone()
}

fn activity(text: &Text, findings: &mut Findings) -> Option<Activity> {
    let found = Activity::parse(&text.value);
    if found.is_none() {
        let help = suggest(&text.value, Activity::ALL.map(Activity::id));
        findings.error(
            "unknown-activity",
            &text.inner(),
            format!("there is no activity “{}”", short(&text.value)),
            help,
        );
    }
    found
}

fn practice(text: &Text, context: &Context, findings: &mut Findings) -> String {
    if !context.practices.contains(&text.value) {
        let help = suggest(&text.value, context.practices.iter().map(String::as_str));
        findings.error(
            "unknown-practice",
            &text.inner(),
            format!("there is no practice “{}”", short(&text.value)),
            help,
        );
    }
    text.value.clone()
}

fn one_step(
    step: &DraftStep,
    names: &Names<'_>,
    known: (&Context, Option<&Schema>, &str),
    findings: &mut Findings,
) -> (Step, StepPlaces) {
    let (context, schema, stream) = known;
    let id = step.id.as_ref().map(|i| i.value.clone()).unwrap_or_default();
    let activity_is = step.activity.as_ref().and_then(|a| activity(a, findings));
    let (after, after_places) = groups(&step.after, names, Some(&id), findings);
    let min = step.min.as_ref();
    let low = min.map_or(1, |m| m.value);
    let high = step.max.as_ref().map_or(u16::MAX, |m| m.value);
    if low > high {
        let at = min.or(step.max.as_ref()).map_or(step.at.clone(), |m| m.at.clone());
        findings.error(
            "min-above-max",
            &at,
            format!("step “{id}” needs {low} rounds but allows {high}"),
            format!("raise max to {low} or lower min"),
        );
    }
    let places = StepPlaces {
        id: step.at.clone(),
        comes_after: !step.after.is_empty(),
        after: after_places,
        within: step.within.as_ref().map(Text::inner),
        optional: step.optional.as_ref().map(|o| o.at.clone()),
        gates: step.gates.first().map(Text::inner),
        done_on: step.done_on.as_ref().map(Text::inner),
        activity_known: activity_is.is_some(),
    };
    let compiled = Step {
        name: step
            .name
            .as_ref()
            .map(|n| n.value.trim())
            .filter(|n| !n.is_empty())
            .map_or_else(|| as_name(&id), str::to_owned),
        activity: activity_is.unwrap_or(Activity::Plan),
        practice: step.practice.as_ref().map(|p| practice(p, context, findings)),
        team: step.team.as_ref().map(|t| team(t, context, findings)),
        start: DraftStep::is(step.start.as_ref()),
        optional: DraftStep::is(step.optional.as_ref()),
        after,
        outcomes: outcomes(step, findings),
        when: step.when.as_ref().and_then(|w| when::read(w, schema, findings)),
        within: duration(step.within.as_ref(), findings),
        min: low,
        max: step.max.as_ref().map(|m| m.value),
        gates: gates(step, findings),
        deliver: DraftStep::is(step.deliver.as_ref()),
        commit: DraftStep::is(step.commit.as_ref()),
        feeds: step.feeds.iter().filter_map(|f| activity(f, findings)).collect(),
        spawns: spawns(step, context, stream, findings),
        done_on: step.done_on.as_ref().and_then(|d| done_on(d, findings)),
        id,
    };
    (compiled, places)
}

fn outcomes(step: &DraftStep, findings: &mut Findings) -> Vec<Outcome> {
    let mut list: Vec<Outcome> = Vec::new();
    for DraftOutcome { id, ends } in &step.outcomes {
        if MOMENTS.contains(&id.value.as_str()) {
            let help =
                format!("“step.{}” already means a moment of every step; give the outcome another name", id.value);
            findings.error("reserved-outcome", &id.inner(), format!("no outcome can be called “{}”", id.value), help);
        } else {
            check_id(id, "an outcome", findings);
        }
        if list.iter().any(|o| o.id == id.value) {
            findings.error(
                "duplicate-id",
                &id.inner(),
                format!("outcome “{}” is there twice", short(&id.value)),
                "leave one out",
            );
            continue;
        }
        if list.len() == MOST_OUTCOMES {
            findings.error(
                "too-many-outcomes",
                &id.inner(),
                format!("a step has at most {MOST_OUTCOMES} outcomes"),
                "use a field of the item instead",
            );
            break;
        }
        let ends = ends.as_ref().and_then(|e| match e.value.as_str() {
            "declined" => Some(Ends::Declined),
            "cancelled" => Some(Ends::Cancelled),
            other => {
                let help = suggest(other, ["declined", "cancelled"]);
                findings.error(
                    "unknown-value",
                    &e.inner(),
                    format!("an item cannot end as “{}” here", short(other)),
                    help,
                );
                None
            }
        });
        list.push(Outcome { id: id.value.clone(), ends });
    }
    list
}

fn gates(step: &DraftStep, findings: &mut Findings) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for gate in &step.gates {
        check_id(gate, "a gate", findings);
        if list.contains(&gate.value) {
            findings.warning(
                "duplicate-gate",
                &gate.inner(),
                format!("gate “{}” is there twice", short(&gate.value)),
                "once is enough",
            );
            continue;
        }
        if let Some(near) = nearest(&gate.value, GATES).filter(|n| *n != gate.value) {
            findings.warning(
                "unknown-gate",
                &gate.inner(),
                format!("gate “{}” is none the product knows", short(&gate.value)),
                format!("did you mean “{near}”? Another name is a gate that somebody, or a hook, must pass"),
            );
        }
        list.push(gate.value.clone());
    }
    list
}

fn spawns(step: &DraftStep, context: &Context, own: &str, findings: &mut Findings) -> Option<Spawn> {
    let spawn = step.spawns.as_ref()?;
    let target = &spawn.stream;
    if target.value == own {
        findings.error(
            "spawns-itself",
            &target.inner(),
            "this stream would open children of its own kind without end",
            "name another stream; to do a step again, return to it",
        );
    } else if let Some(streams) = context.streams.as_ref().filter(|s| !s.contains(&target.value)) {
        let help = suggest(&target.value, streams.iter().map(String::as_str));
        findings.error(
            "unknown-stream",
            &target.inner(),
            format!("there is no stream “{}”", short(&target.value)),
            help,
        );
    } else {
        check_id(target, "a stream", findings);
    }
    Some(Spawn { stream: target.value.clone(), wait: spawn.wait })
}

fn done_on(text: &Text, findings: &mut Findings) -> Option<DoneOn> {
    const AFTER: &str = "after:";
    if text.value.starts_with(AFTER) {
        let span = span_of(text, AFTER.len(), findings)?;
        return not_zero(&span, text, findings).map(DoneOn::After);
    }
    let name = text.value.as_str();
    let plain = !name.is_empty() && name.split('.').all(is_id);
    if !plain {
        findings.error(
            "bad-event",
            &text.inner(),
            format!("“{}” cannot be the name of an event", short(name)),
            "write done_on = \"pipeline\", \"deployment\", \"after:5d\", or the label of a hook in small letters",
        );
        return None;
    }
    if let Some(near) = nearest(name, EVENTS).filter(|n| *n != name) {
        findings.warning(
            "unknown-event",
            &text.inner(),
            format!("the product itself sends no event “{name}”"),
            format!("did you mean “{near}”? Another name is the label of a hook"),
        );
    }
    Some(DoneOn::Event(name.to_owned()))
}
