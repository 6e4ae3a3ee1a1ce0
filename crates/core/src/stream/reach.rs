//! Steps that can never happen and rules that contradict each other, seen from the structure alone.

use super::diagnostic::Findings;
use super::graph::{Point, Reference, Rule, Step, Stream};
use super::order::{Order, exclusive};
use super::resolve::Places;
use crate::set::{StepIndex, StepSet};

pub(super) fn check(stream: &Stream, places: &Places, order: &Order, findings: &mut Findings) {
    let living = blocked(stream, places, findings);
    contradictions(stream, places, order, living, findings);
    endless(stream, places, findings);
    opposed(stream, places, findings);
}

fn name(stream: &Stream, step: StepIndex) -> &str {
    stream.step(step).map_or("?", |s| s.id.as_str())
}

/// Whether this moment ends the item, so that nothing comes after it.
fn ends(stream: &Stream, reference: Reference) -> bool {
    let Point::Outcome(outcome) = reference.point else { return false };
    stream.step(reference.step).and_then(|s| s.outcomes.get(usize::from(outcome))).is_some_and(|o| o.ends.is_some())
}

/// What keeps a step from ever starting.
enum Block {
    /// This moment ends the item.
    Ends(Reference),
    /// It comes after this one.
    After(StepIndex),
    /// It is held until this one is done.
    Held(StepIndex),
}

impl Block {
    const fn step(&self) -> StepIndex {
        match self {
            Self::Ends(r) => r.step,
            Self::After(s) | Self::Held(s) => *s,
        }
    }
}

fn block(stream: &Stream, living: StepSet, step: StepIndex) -> Option<Block> {
    let after = stream.step(step)?.after.iter().find_map(|group| {
        let open = group.iter().any(|r| living.has(r.step) && !ends(stream, *r));
        let first = group.first().filter(|_| !open)?;
        Some(match group.iter().find(|r| !living.has(r.step)) {
            Some(dead) => Block::After(dead.step),
            None => Block::Ends(*first),
        })
    });
    // A step that may be passed by holds nobody up even if it is held itself.
    let needed = stream.required().without(stream.conditional()).has(step)
        && (!stream.starts().has(step) || stream.starts().len() == 1);
    after.or_else(|| {
        stream.rules.iter().filter(|_| needed).find_map(|rule| match rule {
            Rule::Hold { hold, until } if *hold == step && !living.has(*until) && holds_for_sure(stream, *until) => {
                Some(Block::Held(*until))
            }
            _ => None,
        })
    })
}

/// Whether the step is owed from the beginning and nothing in the file can ever take it out: neither a
/// rule nor an outcome, of it or of anything it comes after. Where something can, the search decides.
fn holds_for_sure(stream: &Stream, until: StepIndex) -> bool {
    let mut behind = StepSet::one(until);
    let mut todo = behind;
    while let Some(step) = todo.iter().next() {
        todo.remove(step);
        for reference in stream.step(step).into_iter().flat_map(|s| s.after.iter().flatten()) {
            if matches!(reference.point, Point::Failed | Point::Outcome(_)) {
                return false;
            }
            if !behind.has(reference.step) {
                behind.add(reference.step);
                todo.add(reference.step);
            }
        }
    }
    let taken_out = stream.rules.iter().any(|r| match r {
        Rule::Stop { steps, .. } | Rule::Choice { steps } => !steps.and(behind).is_empty(),
        _ => false,
    });
    stream.required().has(until) && stream.reachable().has(until) && !stream.conditional().has(until) && !taken_out
}

/// Reports steps that never start; returns those that can.
fn blocked(stream: &Stream, places: &Places, findings: &mut Findings) -> StepSet {
    let mut living = StepSet::EMPTY;
    loop {
        let more: StepSet =
            stream.all().without(living).iter().filter(|s| block(stream, living, *s).is_none()).collect();
        if more.is_empty() {
            break;
        }
        living = living.or(more);
    }
    let mut told = StepSet::EMPTY;
    for step in stream.all().without(living).iter() {
        if told.has(step) {
            continue;
        }
        told.add(step);
        let Some(at) = places.steps.get(usize::from(step)) else { continue };
        let ring = ring(stream, living, step);
        let Some(why) = block(stream, living, step) else { continue };
        if !ring.is_empty() {
            told = told.or(ring.iter().map(|(s, _)| *s).collect());
            let chain: Vec<String> = ring
                .iter()
                .map(|(s, b)| {
                    let verb = if matches!(b, Block::Held(_)) { "is held until" } else { "comes after" };
                    format!("“{}” {verb} “{}”", name(stream, *s), name(stream, b.step()))
                })
                .collect();
            findings.error(
                "circle",
                &at.id,
                format!("step “{}” can never start: it waits for itself", name(stream, step)),
                format!("break the circle: {}", chain.join(", ")),
            );
            continue;
        }
        let (message, help) = match why {
            Block::Ends(r) => (
                format!("it comes after “{}”, which ends the item", stream.print(r)),
                "leave “ends” out of that outcome, or this step out".to_owned(),
            ),
            Block::After(s) => (format!("it comes after “{}”, which can never finish", name(stream, s)), String::new()),
            Block::Held(s) => {
                (format!("it is held until “{}”, which can never finish", name(stream, s)), String::new())
            }
        };
        let message = format!("step “{}” can never be reached: {message}", name(stream, step));
        findings.error("never-reached", &at.id, message, help);
    }
    living
}

/// The circle of blocks this step is on, if it is on one.
fn ring(stream: &Stream, living: StepSet, from: StepIndex) -> Vec<(StepIndex, Block)> {
    let mut ring = Vec::new();
    let mut step = from;
    let mut seen = StepSet::EMPTY;
    while let Some(block) = block(stream, living, step).filter(|b| !matches!(b, Block::Ends(_))) {
        if seen.has(step) {
            return Vec::new();
        }
        seen.add(step);
        let next = block.step();
        ring.push((step, block));
        if next == from {
            return ring;
        }
        step = next;
    }
    Vec::new()
}

/// Steps that need two things of which only one can come.
fn contradictions(stream: &Stream, places: &Places, order: &Order, living: StepSet, findings: &mut Findings) {
    let mut told = StepSet::EMPTY;
    for step in living.iter() {
        // What follows a step that cannot happen need not be told again.
        if !order.begun_before(step).and(told).is_empty() {
            told.add(step);
            continue;
        }
        let Some(at) = places.steps.get(usize::from(step)) else { continue };
        let place = at.after.first().unwrap_or(&at.id);
        let own = stream.step(step).map(own_needs).unwrap_or_default();
        if let Some((a, b)) = exclusive(&own) {
            told.add(step);
            let (a, b) = (stream.print(a), stream.print(b));
            let message = format!("step “{}” can never be reached: it needs both “{a}” and “{b}”", name(stream, step));
            findings.error(
                "contradiction",
                place,
                message,
                format!("if either is enough, write after = [\"{a}|{b}\"]"),
            );
            continue;
        }
        if let Some((a, b)) = order.contradiction(&[step]).filter(|(a, b)| both_outcomes(*a, *b)) {
            told.add(step);
            let message = format!(
                "step “{}” needs what comes of “{}” and what comes of “{}”",
                name(stream, step),
                stream.print(a),
                stream.print(b)
            );
            let help =
                format!("that takes “{}” done twice; if either is enough, write a|b in after", name(stream, a.step));
            findings.warning("contradiction", place, message, help);
            continue;
        }
        let mut needed = order.begun_before(step);
        needed.add(step);
        let both = stream.rules.iter().find_map(|r| match r {
            Rule::Choice { steps } if steps.and(needed).len() >= 2 => Some(steps.and(needed)),
            _ => None,
        });
        if let Some(both) = both {
            told.add(step);
            let names: Vec<&str> = both.iter().map(|s| name(stream, s)).collect();
            let message = format!(
                "step “{}” can never be reached: a choice allows only one of {}",
                name(stream, step),
                names.join(", ")
            );
            let help = format!("if either is enough, write after = [\"{}\"]", names.join("|"));
            findings.error("contradiction", at.after.first().unwrap_or(&at.id), message, help);
        }
    }
}

/// What a step's own `after` leaves no choice about.
fn own_needs(step: &Step) -> Vec<Reference> {
    step.after.iter().filter(|g| g.len() == 1).flatten().copied().collect()
}

const fn both_outcomes(a: Reference, b: Reference) -> bool {
    matches!((a.point, b.point), (Point::Outcome(_), Point::Outcome(_)))
}

/// Responses that owe each other for ever.
fn endless(stream: &Stream, places: &Places, findings: &mut Findings) {
    let mut owes = vec![StepSet::EMPTY; stream.steps.len()];
    for rule in &stream.rules {
        if let Rule::Response { on, then, .. } = rule {
            for moment in on.0.iter().filter(|r| r.point == Point::Done) {
                if let Some(set) = owes.get_mut(usize::from(moment.step)) {
                    set.add(*then);
                }
            }
        }
    }
    let mut told = StepSet::EMPTY;
    for (rule, at) in stream.rules.iter().zip(&places.rules) {
        let Rule::Response { on, then, .. } = rule else { continue };
        for moment in &on.0 {
            if moment.point == Point::Start && moment.step == *then {
                findings.warning(
                    "no-effect",
                    &at.at,
                    format!("“{}” is owed when it starts, and done when it finishes", name(stream, *then)),
                    "leave this rule out, or name another step",
                );
            }
            let mut reached = StepSet::EMPTY;
            let mut todo = StepSet::one(*then);
            while let Some(next) = todo.iter().next() {
                todo.remove(next);
                reached.add(next);
                todo = todo.or(owes.get(usize::from(next)).copied().unwrap_or_default().without(reached));
            }
            if moment.point == Point::Done && reached.has(moment.step) && !told.has(moment.step) {
                told = told.or(reached);
                let message = format!(
                    "this never ends: each time “{}” is done, “{}” is owed again",
                    name(stream, moment.step),
                    name(stream, moment.step)
                );
                findings.error(
                    "endless",
                    &at.at,
                    message,
                    "react to an outcome or to a failure instead, such as on = \"test.failed\"",
                );
            }
        }
    }
}

/// Rules that do opposite things at the same moment, or things that have no effect.
fn opposed(stream: &Stream, places: &Places, findings: &mut Findings) {
    let set = |rule: &Rule| match rule {
        Rule::Response { then, .. } => StepSet::one(*then),
        Rule::Stop { steps, .. } | Rule::Resume { steps, .. } => *steps,
        _ => StepSet::EMPTY,
    };
    let on = |rule: &Rule| match rule {
        Rule::Response { on, .. } | Rule::Stop { on, .. } | Rule::Resume { on, .. } => on.0.clone(),
        _ => Vec::new(),
    };
    for (i, (rule, at)) in stream.rules.iter().zip(&places.rules).enumerate() {
        if let Some(moment) = on(rule).into_iter().find(|r| ends(stream, *r)) {
            findings.warning(
                "no-effect",
                &at.at,
                format!("“{}” ends the item: nothing of this rule comes after it", stream.print(moment)),
                "leave the rule out, or “ends” out of that outcome",
            );
        }
        if let Rule::Response { then, .. } = rule
            && stream.required().has(*then)
            && stream.step(*then).is_some_and(|s| s.after.is_empty() && !s.start)
        {
            let message = format!("step “{}” is owed from the beginning, not only by this rule", name(stream, *then));
            let help = "make the step optional = true: then only the rule owes it".to_owned();
            findings.warning("owed-anyway", &at.at, message, help);
        }
        for (other, other_at) in stream.rules.iter().zip(&places.rules).take(i) {
            let opposite = matches!(
                (rule, other),
                (Rule::Stop { .. }, Rule::Response { .. } | Rule::Resume { .. })
                    | (Rule::Response { .. } | Rule::Resume { .. }, Rule::Stop { .. })
            );
            let both = set(rule).and(set(other));
            let moment = on(rule).into_iter().find(|r| on(other).contains(r));
            if let (true, Some(step), Some(moment)) = (opposite, both.iter().next(), moment) {
                let at = if at.at.start >= other_at.at.start { at } else { other_at };
                let message =
                    format!("on “{}”, “{}” is both stopped and wanted", stream.print(moment), name(stream, step));
                findings.error("contradiction", &at.at, message, "leave one of the two out");
            }
        }
    }
}
