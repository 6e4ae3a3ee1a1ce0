//! From the file as written to the parts of a stream: every name looked up, every value understood.
//!
//! What is not understood is reported and left out in the way that forbids least, so that the checks
//! that follow do not complain about it again.

use super::cell::{Place, Text};
use super::context::Context;
use super::diagnostic::Findings;
use super::file::{Draft, DraftOutcome, DraftRule, DraftStep};
use super::graph::{
    Adhoc, DoneOn, Ends, Outcome, Parts, Point, Promise, Reference, Rule, Spawn, Step, Trigger,
};
use super::names::{as_id, as_name, is_id, short};
use super::when;
use crate::activity::Activity;
use crate::filter::Schema;
use crate::nearest::{nearest, suggest};
use crate::set::{MOST_STEPS, StepIndex, StepSet};
use crate::span::Span;
use std::collections::HashMap;

/// How long after its close an item may be taken up again unless the file says otherwise.
pub(super) const REOPEN_DAYS: u16 = 14;
/// The gates the product has an own form for; any other name is a fact given by a person or a hook.
const GATES: [&str; 2] = ["approval", "test_run"];
/// Events from outside the product itself brings.
const EVENTS: [&str; 2] = ["pipeline", "deployment"];
/// Moments of a step that no outcome may be called.
const MOMENTS: [&str; 3] = ["start", "failed", "done"];
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

/// Steps by name.
struct Names<'a> {
    /// All names that are written, also those beyond the most steps.
    all: Vec<&'a str>,
    index: HashMap<&'a str, StepIndex>,
    outcomes: Vec<Vec<&'a str>>,
    /// Whether every step could be read: only then is a name surely unknown.
    whole: bool,
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

fn step_names<'a>(draft: &'a Draft, findings: &mut Findings) -> (Names<'a>, Vec<&'a DraftStep>) {
    let mut names = Names { all: Vec::new(), index: HashMap::new(), outcomes: Vec::new(), whole: draft.whole };
    let mut kept = Vec::new();
    for step in &draft.steps {
        let Some(id) = &step.id else {
            names.whole = false;
            if draft.whole {
                findings.error("missing-key", &step.at, "this step has no id", "write id = \"build\": other steps name it in their after");
            }
            continue;
        };
        check_id(id, "a step", findings);
        let value = id.value.as_str();
        if names.all.contains(&value) {
            let help = "give one of the two another id; if it is the same work done again, it needs no second step".to_owned();
            findings.error("duplicate-id", &step.at, format!("there are two steps “{}”", short(value)), help);
            continue;
        }
        names.all.push(value);
        match u8::try_from(kept.len()) {
            Ok(index) if kept.len() < MOST_STEPS => {
                names.index.insert(value, index);
                names.outcomes.push(step.outcomes.iter().map(|o| o.id.value.as_str()).collect());
                kept.push(step);
            }
            _ if names.all.len() == MOST_STEPS + 1 => {
                let message = format!("this is step {}, a stream has at most {MOST_STEPS}", MOST_STEPS + 1);
                findings.error("too-many-steps", &step.at, message, "split the stream: a step can open a child in another stream with spawns");
            }
            _ => {}
        }
    }
    (names, kept)
}

fn check_id(id: &Text, what: &str, findings: &mut Findings) {
    if !is_id(&id.value) {
        let better = as_id(&id.value);
        let help = if better.is_empty() {
            "use small letters, digits, - and _, at most 64".to_owned()
        } else {
            format!("use small letters, digits, - and _: “{better}”")
        };
        findings.error("bad-id", &id.inner(), format!("“{}” cannot be the id of {what}", short(&id.value)), help);
    }
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
            ("stream", &draft.id, "begin with: stream = \"new-feature\""),
            ("kind", &draft.kind, "say what its items are: kind = \"feature\""),
        ] {
            if value.is_none() {
                findings.error("missing-key", &(0..0), format!("the stream has no “{key}”"), help);
            }
        }
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
        name: draft.name.as_ref().map(|n| n.value.trim()).filter(|n| !n.is_empty()).map_or_else(|| as_name(&id), str::to_owned),
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
    let default = || Span::days(REOPEN_DAYS);
    draft.reopen_within.as_ref().map_or_else(default, |t| span_of(t, 0, findings).unwrap_or_else(default))
}

/// A time that must be longer than nothing.
fn duration(text: Option<&Text>, findings: &mut Findings) -> Option<Span> {
    let text = text?;
    let span = span_of(text, 0, findings)?;
    not_zero(&span, text, findings)
}

fn not_zero(span: &Span, text: &Text, findings: &mut Findings) -> Option<Span> {
    if span.count() == 0 {
        findings.error("impossible-deadline", &text.inner(), "nothing can be done in no time", "write a time such as 4h, 5d or 5bd (business days)");
        return None;
    }
    Some(*span)
}

/// The time that stands in a text from this byte on.
fn span_of(text: &Text, from: usize, findings: &mut Findings) -> Option<Span> {
    let written = text.value.get(from..).unwrap_or_default();
    match written.parse::<Span>() {
        Ok(span) => Some(span),
        Err(error) => {
            let message = format!("“{}” {}", error.text, error.wrong);
            let help = "write a whole number and a unit: 4h, 5d, 2w, or 5bd and 8bh for business days and hours";
            findings.error("bad-time", &text.part(&(from..text.value.len())), message, help);
            None
        }
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
        findings.error("unknown-activity", &text.inner(), format!("there is no activity “{}”", short(&text.value)), help);
    }
    found
}

fn practice(text: &Text, context: &Context, findings: &mut Findings) -> String {
    if !context.practices.contains(&text.value) {
        let help = suggest(&text.value, context.practices.iter().map(String::as_str));
        findings.error("unknown-practice", &text.inner(), format!("there is no practice “{}”", short(&text.value)), help);
    }
    text.value.clone()
}

fn one_step(step: &DraftStep, names: &Names<'_>, known: (&Context, Option<&Schema>, &str), findings: &mut Findings) -> (Step, StepPlaces) {
    let (context, schema, stream) = known;
    let id = step.id.as_ref().map(|i| i.value.clone()).unwrap_or_default();
    let activity_is = step.activity.as_ref().and_then(|a| activity(a, findings));
    if step.activity.is_none() && names.whole {
        findings.error("missing-key", &step.at, format!("step “{id}” has no activity"), "write activity = \"engage\", or one of plan, improve, design_transition, obtain_build, deliver_support");
    }
    let (after, after_places) = groups(&step.after, names, Some(&id), findings);
    let min = step.min.as_ref();
    let low = min.map_or(1, |m| m.value);
    let high = step.max.as_ref().map_or(u16::MAX, |m| m.value);
    if low > high {
        let at = min.or(step.max.as_ref()).map_or(step.at.clone(), |m| m.at.clone());
        findings.error("min-above-max", &at, format!("step “{id}” needs {low} rounds but allows {high}"), format!("raise max to {low} or lower min"));
    }
    let places = StepPlaces {
        id: step.at.clone(),
        after: after_places,
        within: step.within.as_ref().map(Text::inner),
        optional: step.optional.as_ref().map(|o| o.at.clone()),
        gates: step.gates.first().map(Text::inner),
        done_on: step.done_on.as_ref().map(Text::inner),
        activity_known: activity_is.is_some(),
    };
    let compiled = Step {
        name: step.name.as_ref().map(|n| n.value.trim()).filter(|n| !n.is_empty()).map_or_else(|| as_name(&id), str::to_owned),
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
            let help = format!("“step.{}” already means a moment of every step; give the outcome another name", id.value);
            findings.error("reserved-outcome", &id.inner(), format!("no outcome can be called “{}”", id.value), help);
        } else {
            check_id(id, "an outcome", findings);
        }
        if list.iter().any(|o| o.id == id.value) {
            findings.error("duplicate-id", &id.inner(), format!("outcome “{}” is there twice", short(&id.value)), "leave one out");
            continue;
        }
        if list.len() == MOST_OUTCOMES {
            findings.error("too-many-outcomes", &id.inner(), format!("a step has at most {MOST_OUTCOMES} outcomes"), "use a field of the item instead");
            break;
        }
        let ends = ends.as_ref().and_then(|e| match e.value.as_str() {
            "declined" => Some(Ends::Declined),
            "cancelled" => Some(Ends::Cancelled),
            other => {
                let help = suggest(other, ["declined", "cancelled"]);
                findings.error("unknown-value", &e.inner(), format!("an item cannot end as “{}” here", short(other)), help);
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
            findings.warning("duplicate-gate", &gate.inner(), format!("gate “{}” is there twice", short(&gate.value)), "once is enough");
            continue;
        }
        if let Some(near) = nearest(&gate.value, GATES).filter(|n| *n != gate.value) {
            findings.warning("unknown-gate", &gate.inner(), format!("gate “{}” is none the product knows", short(&gate.value)), format!("did you mean “{near}”? Another name is a gate that somebody, or a hook, must pass"));
        }
        list.push(gate.value.clone());
    }
    list
}

fn spawns(step: &DraftStep, context: &Context, own: &str, findings: &mut Findings) -> Option<Spawn> {
    let spawn = step.spawns.as_ref()?;
    let target = &spawn.stream;
    if target.value == own {
        findings.error("spawns-itself", &target.inner(), "this stream would open children of its own kind without end", "name another stream; to do a step again, return to it");
    } else if let Some(streams) = context.streams.as_ref().filter(|s| !s.contains(&target.value)) {
        let help = suggest(&target.value, streams.iter().map(String::as_str));
        findings.error("unknown-stream", &target.inner(), format!("there is no stream “{}”", short(&target.value)), help);
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
        findings.error("bad-event", &text.inner(), format!("“{}” cannot be the name of an event", short(name)), "write done_on = \"pipeline\", \"deployment\", \"after:5d\", or the label of a hook in small letters");
        return None;
    }
    if let Some(near) = nearest(name, EVENTS).filter(|n| *n != name) {
        findings.warning("unknown-event", &text.inner(), format!("the product itself sends no event “{name}”"), format!("did you mean “{near}”? Another name is the label of a hook"));
    }
    Some(DoneOn::Event(name.to_owned()))
}

/// The most entries of one `after`, and the most rules.
const MOST_ENTRIES: usize = 256;

/// The groups of references, and the place of each. `own`: the step that must not be named.
fn groups(texts: &[Text], names: &Names<'_>, own: Option<&str>, findings: &mut Findings) -> (Vec<Vec<Reference>>, Vec<Place>) {
    let (mut all, mut places) = (Vec::new(), Vec::new());
    too_many(texts.get(MOST_ENTRIES).map(|t| &t.at), "entries of one list", findings);
    for text in texts.iter().take(MOST_ENTRIES) {
        let mut group = Vec::new();
        let mut understood = true;
        for (word, part) in members(&text.value) {
            match reference(word, text, &part, names, own, findings) {
                Some(reference) if group.contains(&reference) => {
                    findings.warning("duplicate-reference", &text.part(&part), format!("“{word}” is there twice"), "once is enough");
                }
                Some(reference) => group.push(reference),
                None => understood = false,
            }
        }
        if understood && all.contains(&group) {
            findings.warning("duplicate-reference", &text.inner(), format!("“{}” is there twice", short(&text.value)), "once is enough");
        } else if understood {
            all.push(group);
            places.push(text.inner());
        }
    }
    (all, places)
}

fn too_many(at: Option<&Place>, what: &str, findings: &mut Findings) {
    if let Some(at) = at {
        findings.error("too-many", at, format!("more than {MOST_ENTRIES} {what}"), "split the stream");
    }
}

/// The members of `a|b` and where they stand in it.
pub(super) fn members(text: &str) -> impl Iterator<Item = (&str, std::ops::Range<usize>)> {
    let mut from = 0;
    text.split('|').map(move |raw| {
        let start = from + (raw.len() - raw.trim_start().len());
        from += raw.len() + 1;
        let word = raw.trim();
        (word, start..start + word.len())
    })
}

fn reference(word: &str, text: &Text, part: &std::ops::Range<usize>, names: &Names<'_>, own: Option<&str>, findings: &mut Findings) -> Option<Reference> {
    let (step, moment) = word.split_once('.').map_or((word, None), |(s, m)| (s, Some(m)));
    let step_at = text.part(&(part.start..part.start + step.len()));
    let index = step_named(step, &step_at, names, findings)?;
    if own == Some(step) {
        findings.error("self-reference", &text.part(part), format!("step “{step}” waits for itself"), "leave it out; a step can be done again without it");
        return None;
    }
    let outcomes = names.outcomes.get(usize::from(index)).map(Vec::as_slice).unwrap_or_default();
    let point = match moment {
        None | Some("done") => Point::Done,
        Some("start") => Point::Start,
        Some("failed") => Point::Failed,
        Some(outcome) => {
            if let Some(found) = outcomes.iter().position(|o| *o == outcome) {
                Point::Outcome(u8::try_from(found).ok()?)
            } else {
                let at = text.part(&(part.start + step.len() + 1..part.end));
                let known = outcomes.iter().copied().chain(MOMENTS);
                let help = if findings.is_full() { String::new() } else { suggest(outcome, known) };
                findings.error("unknown-outcome", &at, format!("step “{step}” has no outcome “{}”", short(outcome)), help);
                return None;
            }
        }
    };
    Some(Reference { step: index, point })
}

fn step_named(word: &str, at: &Place, names: &Names<'_>, findings: &mut Findings) -> Option<StepIndex> {
    let found = names.index.get(word).copied();
    if found.is_none() && names.whole && !names.all.contains(&word) {
        if word.is_empty() {
            findings.error("empty-name", at, "the name of a step is missing here", "name a step, or leave this out");
        } else {
            let help = if findings.is_full() { String::new() } else { suggest(word, names.all.iter().copied()) };
            findings.error("unknown-step", at, format!("there is no step “{}”", short(word)), help);
        }
    }
    found
}

fn steps_named(texts: &[Text], names: &Names<'_>, findings: &mut Findings) -> Vec<StepIndex> {
    let mut list = Vec::new();
    for text in texts {
        let word = text.value.trim();
        let found = step_named(word, &text.inner(), names, findings);
        match found {
            Some(step) if list.contains(&step) => {
                findings.warning("duplicate-reference", &text.inner(), format!("“{word}” is there twice"), "once is enough");
            }
            Some(step) => list.push(step),
            None => {}
        }
    }
    list
}

fn trigger(texts: &[Text], names: &Names<'_>, findings: &mut Findings) -> Trigger {
    let mut moments: Vec<Reference> = Vec::new();
    for moment in groups(texts, names, None, findings).0.into_iter().flatten() {
        if !moments.contains(&moment) {
            moments.push(moment);
        }
    }
    Trigger(moments)
}

fn one_rule(rule: &DraftRule, names: &Names<'_>, findings: &mut Findings) -> Vec<Rule> {
    rule_shape(rule, findings);
    let mut rules = Vec::new();
    let on = trigger(&rule.on, names, findings);
    let resume_on = trigger(&rule.resume_on, names, findings);
    let then = steps_named(&rule.then, names, findings);
    let stop: StepSet = steps_named(&rule.stop, names, findings).into_iter().collect();
    let resume: StepSet = steps_named(&rule.resume, names, findings).into_iter().collect();
    let within = duration(rule.within.as_ref(), findings);
    if !on.0.is_empty() {
        rules.extend(then.iter().map(|then| Rule::Response { on: on.clone(), then: *then, within }));
        if !stop.is_empty() {
            rules.push(Rule::Stop { on: on.clone(), steps: stop });
        }
        if !resume.is_empty() {
            rules.push(Rule::Resume { on, steps: resume });
        }
    }
    if !resume_on.0.is_empty() && !stop.is_empty() {
        rules.push(Rule::Resume { on: resume_on, steps: stop });
    }
    let until = steps_named(&rule.until, names, findings);
    for hold in steps_named(&rule.hold, names, findings) {
        for until in &until {
            if hold == *until {
                findings.error("self-reference", &rule.at, "a step is held until it is done itself: it could never start", "name another step in until");
            } else {
                rules.push(Rule::Hold { hold, until: *until });
            }
        }
    }
    let choice: StepSet = steps_named(&rule.choice, names, findings).into_iter().collect();
    if choice.len() >= 2 {
        rules.push(Rule::Choice { steps: choice });
    }
    rules
}

/// Whether the keys of a rule make a sentence.
fn rule_shape(rule: &DraftRule, findings: &mut Findings) {
    let acts = !rule.then.is_empty() || !rule.stop.is_empty() || !rule.resume.is_empty();
    let at = &rule.at;
    if acts && rule.on.is_empty() && !rule.unclear {
        findings.error("missing-key", at, "this rule does not say what it reacts to", "write on = \"deploy.failed\"");
    }
    if !rule.on.is_empty() && !acts && !rule.unclear {
        findings.error("missing-key", at, "this rule reacts to something but does nothing", "write then = \"rollback\", stop = [\"deploy\"] or resume = [\"deploy\"]");
    }
    if rule.hold.is_empty() != rule.until.is_empty() {
        let (has, lacks) = if rule.hold.is_empty() { ("until", "hold") } else { ("hold", "until") };
        findings.error("missing-key", at, format!("this rule has “{has}” but no “{lacks}”"), "write hold = \"deploy\" and until = \"test\": deploy waits while test is owed");
    }
    if let Some(on) = rule.resume_on.first().filter(|_| rule.stop.is_empty()) {
        findings.error("missing-key", &on.at, "“resume_on” brings back what “stop” took out, and there is no stop", "write stop = [\"deploy\"], or on = \"…\" with resume = [\"deploy\"]");
    }
    if let Some(within) = rule.within.as_ref().filter(|_| rule.then.is_empty()) {
        findings.error("missing-key", &within.at, "“within” needs a “then” whose time it limits", "write then = \"rollback\", or put within into the step");
    }
    if rule.choice.len() == 1 {
        let at = rule.choice.first().map_or(at.clone(), Text::inner);
        findings.error("choice-of-one", &at, "a choice needs at least two steps", "name the other step, or make this one optional");
    }
    let empty = !acts && rule.on.is_empty() && rule.hold.is_empty() && rule.until.is_empty() && rule.choice.is_empty() && rule.resume_on.is_empty();
    if empty && rule.within.is_none() && !rule.unclear {
        findings.error("empty-rule", at, "this rule says nothing", "write on/then, on/stop, on/resume, hold/until or choice");
    }
}
