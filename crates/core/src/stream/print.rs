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
    let promised: Vec<String> = promise.iter().filter_map(|(k, v)| v.map(|v| format!("{k} = {}", quoted(&v.to_string())))).collect();
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
            while let Some((Rule::Response { then: step, within, .. }, more)) = rest.split_first().filter(|(r, _)| same(r)) {
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
            if let Some((Rule::Resume { steps, .. }, more)) = rest.split_first().filter(|(r, _)| same(r) && !broke_off) {
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
