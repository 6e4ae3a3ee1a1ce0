//! A stream as the text that reads back to it: keys in one order, defaults left out.

use super::graph::{Adhoc, DoneOn, Ends, Reference, Rule, Step, Stream, Trigger};
use super::names::as_name;
use super::resolve::REOPEN_DAYS;
use crate::set::StepSet;
use crate::span::Span;
use std::fmt::Write as _;

/// The text of a stream, in the canonical form: what [`super::read`] reads back to an equal stream.
#[must_use]
pub fn print(stream: &Stream) -> String {
    let mut out = String::new();
    let mut table = Table::default();
    table.text("stream", &stream.id);
    table.text_unless("name", &stream.name, &as_name(&stream.id));
    table.text("kind", &stream.kind);
    table.text_unless("demand", &stream.demand, "");
    table.text_unless("value", &stream.value, "");
    table.optional("owner", stream.owner.as_deref());
    let promise = [("p50", stream.promise.p50), ("p85", stream.promise.p85), ("p95", stream.promise.p95)];
    let promised: Vec<String> =
        promise.iter().filter_map(|(k, v)| v.map(|v| format!("{k} = {}", quoted(&v.to_string())))).collect();
    if !promised.is_empty() {
        table.raw("promise", format!("{{ {} }}", promised.join(", ")));
    }
    match stream.adhoc {
        Adhoc::Record => {}
        Adhoc::Allow => table.text("adhoc", "allow"),
        Adhoc::Deny => table.text("adhoc", "deny"),
    }
    if stream.reopen_within != Span::days(REOPEN_DAYS) {
        table.text("reopen_within", &stream.reopen_within.to_string());
    }
    table.write(&mut out);
    for step in &stream.steps {
        out.push_str("\n[[step]]\n");
        step_table(stream, step).write(&mut out);
    }
    let mut rules = stream.rules.as_slice();
    while let Some((table, rest)) = rule_table(stream, rules) {
        out.push_str("\n[[rule]]\n");
        table.write(&mut out);
        rules = rest;
    }
    out
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A list as TOML writes it.
pub(super) fn list(entries: impl IntoIterator<Item = String>) -> String {
    let entries: Vec<String> = entries.into_iter().map(|e| quoted(&e)).collect();
    format!("[{}]", entries.join(", "))
}

/// Lines of `key = value`, the equals signs under each other.
#[derive(Default)]
struct Table(Vec<(&'static str, String)>);

impl Table {
    fn raw(&mut self, key: &'static str, value: String) {
        self.0.push((key, value));
    }
    fn text(&mut self, key: &'static str, value: &str) {
        self.raw(key, quoted(value));
    }
    fn text_unless(&mut self, key: &'static str, value: &str, default: &str) {
        if value != default {
            self.text(key, value);
        }
    }
    fn optional(&mut self, key: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }
    fn flag(&mut self, key: &'static str, value: bool) {
        if value {
            self.raw(key, "true".to_owned());
        }
    }
    fn names(&mut self, key: &'static str, values: Vec<String>) {
        if !values.is_empty() {
            self.raw(key, list(values));
        }
    }
    fn write(self, out: &mut String) {
        let widest = self.0.iter().map(|(k, _)| k.len()).max().unwrap_or(0);
        for (key, value) in self.0 {
            let _ = writeln!(out, "{key:widest$} = {value}");
        }
    }
}

fn step_table(stream: &Stream, step: &Step) -> Table {
    let mut t = Table::default();
    t.text("id", &step.id);
    t.text_unless("name", &step.name, &as_name(&step.id));
    t.text("activity", step.activity.id());
    t.optional("practice", step.practice.as_deref());
    t.optional("team", step.team.as_deref());
    t.flag("start", step.start);
    t.names("after", step.after.iter().map(|g| group(stream, g)).collect());
    if !step.outcomes.is_empty() {
        let outcomes: Vec<String> = step
            .outcomes
            .iter()
            .map(|o| match o.ends {
                None => quoted(&o.id),
                Some(ends) => {
                    let ends = match ends {
                        Ends::Declined => "declined",
                        Ends::Cancelled => "cancelled",
                    };
                    format!("{{ id = {}, ends = \"{ends}\" }}", quoted(&o.id))
                }
            })
            .collect();
        t.raw("outcomes", format!("[{}]", outcomes.join(", ")));
    }
    if let Some(when) = &step.when {
        t.text("when", &when.to_string());
    }
    if let Some(within) = step.within {
        t.text("within", &within.to_string());
    }
    if step.min != 1 {
        t.raw("min", step.min.to_string());
    }
    if let Some(max) = step.max {
        t.raw("max", max.to_string());
    }
    t.flag("optional", step.optional);
    t.flag("deliver", step.deliver);
    t.flag("commit", step.commit);
    t.names("gates", step.gates.clone());
    t.names("feeds", step.feeds.iter().map(|a| a.id().to_owned()).collect());
    if let Some(spawns) = &step.spawns {
        let wait = if spawns.wait { ", wait = true" } else { "" };
        t.raw("spawns", format!("{{ stream = {}{wait} }}", quoted(&spawns.stream)));
    }
    match &step.done_on {
        None => {}
        Some(DoneOn::Event(name)) => t.text("done_on", name),
        Some(DoneOn::After(span)) => t.text("done_on", &format!("after:{span}")),
    }
    t
}

fn group(stream: &Stream, group: &[Reference]) -> String {
    group.iter().map(|r| stream.print(*r)).collect::<Vec<_>>().join("|")
}

fn names(stream: &Stream, steps: StepSet) -> Vec<String> {
    steps.iter().filter_map(|s| stream.step(s)).map(|s| s.id.clone()).collect()
}

/// The first rule as a table, with those after it that fit into the same one, and the rest.
fn rule_table<'a>(stream: &Stream, rules: &'a [Rule]) -> Option<(Table, &'a [Rule])> {
    let (first, mut rest) = rules.split_first()?;
    let mut t = Table::default();
    match first {
        Rule::Hold { hold, until } => {
            t.names_or_one("hold", names(stream, StepSet::one(*hold)));
            t.names_or_one("until", names(stream, StepSet::one(*until)));
        }
        Rule::Choice { steps } => t.names("choice", names(stream, *steps)),
        Rule::Response { on, .. } | Rule::Stop { on, .. } | Rule::Resume { on, .. } => {
            t.names_or_one("on", moments(stream, on));
            rest = rules;
            let same = |r: &Rule| matches!(r, Rule::Response { on: o, .. } | Rule::Stop { on: o, .. } | Rule::Resume { on: o, .. } if o == on);
            let mut then = Vec::new();
            let mut time = None;
            while let Some((Rule::Response { then: step, within, .. }, more)) =
                rest.split_first().filter(|(r, _)| same(r))
            {
                let step = names(stream, StepSet::one(*step));
                if (time.is_some() && time != Some(*within)) || step.iter().any(|s| then.contains(s)) {
                    break;
                }
                time = Some(*within);
                then.extend(step);
                rest = more;
            }
            let broke_off = matches!(rest.first(), Some(Rule::Response { .. })) && !then.is_empty();
            t.names_or_one("then", then);
            if let Some((Rule::Stop { steps, .. }, more)) = rest.split_first().filter(|(r, _)| same(r) && !broke_off) {
                t.names("stop", names(stream, *steps));
                rest = more;
            }
            if let Some((Rule::Resume { steps, .. }, more)) = rest.split_first().filter(|(r, _)| same(r) && !broke_off)
            {
                t.names("resume", names(stream, *steps));
                rest = more;
            }
            if let Some(Some(within)) = time {
                t.text("within", &within.to_string());
            }
        }
    }
    Some((t, rest))
}

impl Table {
    /// One name as a text, several as a list.
    fn names_or_one(&mut self, key: &'static str, mut values: Vec<String>) {
        if values.len() == 1 {
            self.text(key, &values.pop().unwrap_or_default());
        } else {
            self.names(key, values);
        }
    }
}

fn moments(stream: &Stream, on: &Trigger) -> Vec<String> {
    on.0.iter().map(|r| stream.print(*r)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failing test says what went wrong")]

    use super::super::context::Context;
    use super::super::diagnostic::Findings;
    use super::super::graph::{Outcome, Parts, Point, Promise, Spawn};
    use super::super::{file, resolve};
    use super::*;
    use crate::activity::Activity;
    use crate::filter::Filter;
    use crate::span::Unit;
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    fn spans() -> impl Strategy<Value = Span> {
        (1u32..300, select(&Unit::ALL[..])).prop_map(|(n, u)| Span::new(n, u).unwrap())
    }
    fn words() -> impl Strategy<Value = String> {
        prop_oneof![Just("a \"quoted\" \\ tab\t and\nline\u{1}".to_owned()), "\\PC{0,12}"]
    }
    fn ends() -> impl Strategy<Value = Option<Ends>> {
        option::of(select(vec![Ends::Declined, Ends::Cancelled]))
    }
    fn outcomes() -> impl Strategy<Value = Vec<Outcome>> {
        (subsequence(vec!["yes", "no", "later"], 0..=3), vec(ends(), 3)).prop_map(|(ids, ends)| {
            ids.into_iter().zip(ends).map(|(id, ends)| Outcome { id: id.to_owned(), ends }).collect()
        })
    }
    fn references(outcomes: Vec<usize>, own: Option<u8>) -> impl Strategy<Value = Reference> {
        let steps: Vec<u8> = (0u8..).take(outcomes.len()).filter(|s| Some(*s) != own).collect();
        (select(steps), 0u8..6).prop_map(move |(step, point)| {
            let known = u8::try_from(outcomes[usize::from(step)]).unwrap();
            let point = match point {
                0 | 1 => Point::Done,
                2 => Point::Start,
                3 => Point::Failed,
                o if known > 0 => Point::Outcome(o % known),
                _ => Point::Done,
            };
            Reference { step, point }
        })
    }
    fn groups(outcomes: Vec<usize>, own: Option<u8>, most: usize) -> impl Strategy<Value = Vec<Vec<Reference>>> {
        vec(vec(references(outcomes, own), 1..3), 0..most).prop_map(|mut groups| {
            for group in &mut groups {
                let mut once = Vec::new();
                group.retain(|r| {
                    !once.contains(r) && {
                        once.push(*r);
                        true
                    }
                });
            }
            let mut once: Vec<Vec<Reference>> = Vec::new();
            groups.retain(|g| {
                !once.contains(g) && {
                    once.push(g.clone());
                    true
                }
            });
            groups
        })
    }
    prop_compose! {
        fn bare_step()(
            name in words(), activity in select(&Activity::ALL[..]), flags in any::<[bool; 4]>(),
            outcomes in outcomes(), within in option::of(spans()), min in 1u16..4, max in option::of(4u16..9),
            texts in any::<[bool; 3]>(), gates in subsequence(vec!["approval", "test_run", "budget"], 0..=3),
            feeds in subsequence(Activity::ALL.to_vec(), 0..=3), spawn in option::of(any::<bool>()),
            done in option::of(prop_oneof![Just(DoneOn::Event("pipeline".to_owned())), spans().prop_map(DoneOn::After)]),
            when in option::of(select(vec!["risk:high", "-label:x OR risk:low,high", "cost:>=12.5 due:2026-01-01..2026-02-01"])),
        ) -> Step {
            let [start, optional, deliver, commit] = flags;
            let [practice, team, _] = texts;
            Step {
                id: String::new(), name, activity, practice: practice.then(|| "service-desk".to_owned()),
                team: team.then(|| "ops".to_owned()), start, optional, after: Vec::new(), outcomes,
                when: when.map(|w| Filter::parse(w).unwrap()), within, min, max,
                gates: gates.into_iter().map(str::to_owned).collect(), deliver, commit, feeds,
                spawns: spawn.map(|wait| Spawn { stream: "other".to_owned(), wait }), done_on: done,
            }
        }
    }
    fn rules(known: Vec<usize>) -> impl Strategy<Value = Rule> {
        let steps: Vec<u8> = (0u8..).take(known.len()).collect();
        let all = known.len();
        let on = groups(known, None, 3).prop_map(|g| {
            let mut moments = vec![Reference { step: 0, point: Point::Failed }];
            for r in g.into_iter().flatten() {
                if !moments.contains(&r) {
                    moments.push(r);
                }
            }
            Trigger(moments)
        });
        let set = move |least: usize| {
            subsequence(steps.clone(), least..=all).prop_map(|s| s.into_iter().collect::<StepSet>())
        };
        let one = select((0u8..).take(all).collect::<Vec<_>>());
        let few = prop_oneof![Just(Trigger(vec![Reference { step: 1, point: Point::Failed }])), on];
        prop_oneof![
            (few.clone(), one.clone(), option::of(spans())).prop_map(|(on, then, within)| Rule::Response {
                on,
                then,
                within
            }),
            (few.clone(), one.clone()).prop_map(|(on, then)| Rule::Response { on, then, within: None }),
            (few.clone(), set(1)).prop_map(|(on, steps)| Rule::Stop { on, steps }),
            (few, set(1)).prop_map(|(on, steps)| Rule::Resume { on, steps }),
            one.prop_map(move |h| Rule::Hold { hold: h, until: (h + 1) % u8::try_from(all).unwrap() }),
            set(2).prop_map(|steps| Rule::Choice { steps }),
        ]
    }
    fn streams() -> impl Strategy<Value = Stream> {
        let header = (
            words(),
            words(),
            option::of(spans()),
            option::of(spans()),
            select(vec![Adhoc::Record, Adhoc::Allow, Adhoc::Deny]),
            spans().prop_filter("an item has no calendar", |s| !s.is_business()),
        );
        (vec(bare_step(), 2..6), header).prop_flat_map(|(steps, header)| {
            let known: Vec<usize> = steps.iter().map(|s| s.outcomes.len()).collect();
            let afters: Vec<_> = (0u8..).take(steps.len()).map(|own| groups(known.clone(), Some(own), 4)).collect();
            (Just(steps), Just(header), afters, vec(rules(known), 0..6)).prop_map(
                |(mut steps, header, afters, rules)| {
                    let (name, demand, p50, p95, adhoc, reopen_within) = header;
                    for (index, (step, after)) in steps.iter_mut().zip(afters).enumerate() {
                        step.id = format!("step-{index}");
                        step.after = after;
                        step.name = Some(step.name.trim())
                            .filter(|n| !n.is_empty())
                            .map_or_else(|| as_name(&step.id), str::to_owned);
                    }
                    let name =
                        Some(name.trim()).filter(|n| !n.is_empty()).map_or_else(|| as_name("made-up"), str::to_owned);
                    Stream::new(Parts {
                        id: "made-up".to_owned(),
                        name,
                        kind: "change".to_owned(),
                        value: demand.clone(),
                        demand,
                        owner: None,
                        promise: Promise { p50, p85: None, p95 },
                        adhoc,
                        reopen_within,
                        steps,
                        rules,
                    })
                },
            )
        })
    }
    fn parse(text: &str) -> (Stream, Vec<super::super::Diagnostic>) {
        let mut findings = Findings::default();
        let context = Context { practices: vec!["service-desk".to_owned()], ..Context::default() };
        let draft = file::parse(text, &mut findings);
        let (parts, _) = resolve::resolve(&draft, &context, &mut findings);
        (Stream::new(parts), findings.finish(text))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_printed_reads_back(stream in streams()) {
            let text = print(&stream);
            let (again, found) = parse(&text);
            let errors: Vec<_> = found.iter().filter(|d| d.severity.id() == "error" && d.code != "unknown-kind").collect();
            prop_assert!(errors.is_empty(), "{errors:?}\n{text}");
            prop_assert_eq!(&again, &stream, "{}", text);
            prop_assert_eq!(print(&again), text);
        }
    }
}
