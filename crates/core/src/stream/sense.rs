//! What is allowed but probably not meant: no beginning, no value, deadlines that cannot be kept,
//! steps that vanish, gates that guard nothing, work that nobody holds.

use super::diagnostic::Findings;
use super::graph::{DoneOn, Rule, Step, Stream};
use super::order::Order;
use super::resolve::{Places, StepPlaces};
use crate::activity::Activity;
use crate::set::{StepIndex, StepSet};
use crate::span::Span;

/// From so many steps on a stream that forces every order is remarked upon: shorter ones are naturally so.
const MANY_STEPS: u32 = 4;

pub(super) fn check(stream: &Stream, places: &Places, order: &Order, findings: &mut Findings) {
    ends(stream, places, findings);
    for (index, (step, at)) in (0u8..).zip(stream.steps.iter().zip(&places.steps)) {
        one_step(stream, step, index, at, findings);
        vanishes(stream, step, index, (at, order), findings);
    }
    deadlines(stream, places, order, findings);
    activities(stream, places, findings);
    over_constraint(stream, places, order, findings);
}

/// The beginning and the end of the stream.
fn ends(stream: &Stream, places: &Places, findings: &mut Findings) {
    if stream.steps.is_empty() {
        findings.error(
            "no-steps",
            &places.stream,
            "the stream has no steps",
            "write a [[step]] with id, activity and start = true",
        );
        return;
    }
    if stream.starts().is_empty() {
        let first = stream.steps.iter().position(|s| s.after.is_empty()).and_then(|i| stream.steps.get(i));
        let help = first.map_or_else(
            || "give a step start = true".to_owned(),
            |s| format!("give a step start = true, such as “{}”", s.id),
        );
        findings.error("no-start", &places.stream, "no step is a start: no item could begin", help);
    }
    if stream.steps.iter().all(|s| s.team.is_none()) {
        findings.hint(
            "no-team",
            &places.stream,
            "no step has a team: work waits until somebody takes it",
            "give each step team = \"…\"",
        );
    }
    if stream.delivering().is_empty() {
        findings.warning(
            "no-delivery",
            &places.stream,
            "no step delivers: items would never count as delivered",
            "give the step whose finish is the value deliver = true",
        );
    }
}

fn one_step(stream: &Stream, step: &Step, index: StepIndex, at: &StepPlaces, findings: &mut Findings) {
    let id = &step.id;
    if step.start && !step.after.is_empty() {
        findings.warning(
            "start-waits",
            at.after.first().unwrap_or(&at.id),
            format!("an item that begins at “{id}” would have to wait for other steps first"),
            "a start has no after; make another step the start",
        );
    }
    if step.team.is_none() && stream.steps.iter().any(|s| s.team.is_some()) {
        findings.hint(
            "no-team",
            &at.id,
            format!("step “{id}” has no team: its work waits until somebody takes it"),
            "write team = \"…\"",
        );
    }
    let answered = stream.rules.iter().any(|r| matches!(r, Rule::Response { then, .. } if *then == index));
    if step.optional && !step.gates.is_empty() && !answered {
        findings.warning(
            "gate-bypassed",
            at.gates.as_ref().unwrap_or(&at.id),
            format!("step “{id}” is optional: who leaves it out passes its gates too"),
            "put the gates on the step that must be protected",
        );
    }
    if step.optional && step.start && stream.starts().len() == 1 {
        let place = at.optional.as_ref().unwrap_or(&at.id);
        findings.warning(
            "optional-start",
            place,
            format!("“{id}” is the only start and yet optional"),
            "leave optional out",
        );
    }
    let loose = !step.start && !step.optional && !at.comes_after && stream.steps.len() > 1;
    let held = stream.rules.iter().any(|r| matches!(r, Rule::Hold { hold, .. } if *hold == index));
    let chosen = stream.rules.iter().any(|r| matches!(r, Rule::Choice { steps } if steps.has(index)));
    if loose && !held && !answered && !chosen {
        findings.hint(
            "waits-for-nothing",
            &at.id,
            format!("step “{id}” comes after nothing: it is owed as soon as an item opens"),
            "if that is not meant, write after = [\"…\"]",
        );
    }
}

/// Rule 10: an item closes when nothing is owed, and with it an optional step nobody has opened.
fn vanishes(
    stream: &Stream,
    step: &Step,
    index: StepIndex,
    (at, order): (&StepPlaces, &Order),
    findings: &mut Findings,
) {
    let owed_by_rule = stream.rules.iter().any(|r| matches!(r, Rule::Response { then, .. } if *then == index));
    if !step.optional || owed_by_rule || step.after.is_empty() || !stream.reachable().has(index) {
        return;
    }
    let before = order.finished_before(index);
    let left = stream.required().without(before).without(unused_starts(stream, before));
    let still_owed = left.iter().any(|r| stream.reachable().has(r) && order.contradiction(&[index, r]).is_none());
    if !still_owed {
        findings.warning(
            "vanishes",
            at.optional.as_ref().unwrap_or(&at.id),
            format!("step “{}” is optional and last: the item closes before anybody is offered it", step.id),
            "make it required (it can be skipped with a reason), or let a rule owe it",
        );
    }
}

/// Where an item began at one start, the others are not owed.
fn unused_starts(stream: &Stream, before: StepSet) -> StepSet {
    if stream.starts().len() > 1 { stream.starts().without(before) } else { StepSet::EMPTY }
}

/// Whether the first is surely longer; none where a business calendar would have to say.
fn longer(a: Span, b: Span) -> bool {
    match (a.as_micros(), b.as_micros()) {
        (Some(a), Some(b)) => a > b,
        _ => a.unit() == b.unit() && a.count() > b.count(),
    }
}

fn deadlines(stream: &Stream, places: &Places, order: &Order, findings: &mut Findings) {
    let promise = [("p50", stream.promise.p50), ("p85", stream.promise.p85), ("p95", stream.promise.p95)];
    let [p50, p85, p95] = promise;
    for ((low, low_span), (high, high_span), at) in [(p50, p85, 1), (p85, p95, 2), (p50, p95, 2)] {
        if let (Some(a), Some(b)) = (low_span, high_span)
            && longer(a, b)
        {
            let at = places.promise.get(at).and_then(Option::as_ref).unwrap_or(&places.stream);
            let message = format!("{high} ({b}) is shorter than {low} ({a})");
            findings.error(
                "impossible-deadline",
                at,
                message,
                format!("{high} covers more items than {low}, so it is at least as long"),
            );
        }
    }
    let on_the_way = before_value(stream, order);
    let longest = stream.promise.p95.or(stream.promise.p85).or(stream.promise.p50);
    for (step, at) in stream.steps.iter().zip(&places.steps) {
        let within_at = at.within.as_ref().unwrap_or(&at.id);
        if let (Some(DoneOn::After(timer)), Some(within)) = (&step.done_on, step.within)
            && longer(*timer, within)
        {
            let message =
                format!("step “{}” finishes by itself after {timer}, but is to be done within {within}", step.id);
            findings.error(
                "impossible-deadline",
                within_at,
                message,
                format!("allow at least {timer}, or leave within out"),
            );
        }
        let on_the_way = stream.index(&step.id).is_some_and(|i| on_the_way.has(i));
        if let (Some(within), Some(promise), true) = (step.within, longest, on_the_way)
            && longer(within, promise)
        {
            let message = format!("step “{}” alone may take {within}, the whole stream promises {promise}", step.id);
            findings.warning("impossible-deadline", within_at, message, "shorten within, or lengthen the promise");
        }
    }
    timers_before_value(stream, places, on_the_way, findings);
    responses(stream, places, findings);
}

/// The steps an item must finish to be delivered: what the promise is about.
fn before_value(stream: &Stream, order: &Order) -> StepSet {
    let delivering = stream.delivering().and(stream.reachable());
    delivering.iter().fold(delivering, |all, step| all.or(order.finished_before(step)))
}

/// A timer that an item must sit out before it can deliver takes longer than the promise.
fn timers_before_value(stream: &Stream, places: &Places, on_the_way: StepSet, findings: &mut Findings) {
    let Some(promise) = stream.promise.p85.or(stream.promise.p95).or(stream.promise.p50) else { return };
    for index in on_the_way.iter() {
        let (Some(step), Some(at)) = (stream.step(index), places.steps.get(usize::from(index))) else { continue };
        if let Some(DoneOn::After(timer)) = step.done_on
            && longer(timer, promise)
        {
            let message = format!("step “{}” waits {timer} before the value, the stream promises {promise}", step.id);
            findings.warning(
                "impossible-deadline",
                at.done_on.as_ref().unwrap_or(&at.id),
                message,
                "shorten the wait, or lengthen the promise",
            );
        }
    }
}

fn responses(stream: &Stream, places: &Places, findings: &mut Findings) {
    for (rule, at) in stream.rules.iter().zip(&places.rules) {
        let Rule::Response { then, within: Some(within), .. } = rule else { continue };
        let (Some(step), Some(place)) = (stream.step(*then), at.within.as_ref()) else { continue };
        match (step.done_on.as_ref(), step.within) {
            (Some(DoneOn::After(timer)), _) if longer(*timer, *within) => {
                let message = format!("“{}” is owed within {within}, but finishes by itself after {timer}", step.id);
                findings.error("impossible-deadline", place, message, format!("allow at least {timer}"));
            }
            (_, Some(own)) if longer(own, *within) => {
                let message = format!("“{}” is owed within {within}, but its step allows {own}", step.id);
                findings.warning("impossible-deadline", place, message, "give both the same time");
            }
            _ => {}
        }
    }
}

fn activities(stream: &Stream, places: &Places, findings: &mut Findings) {
    if stream.steps.is_empty() || places.steps.iter().any(|s| !s.activity_known) {
        return;
    }
    let missing: Vec<&str> = Activity::ALL
        .into_iter()
        .filter(|a| !stream.steps.iter().any(|s| s.activity == *a || s.feeds.contains(a)))
        .map(Activity::id)
        .collect();
    if !missing.is_empty() {
        let message = format!("no step does {}", missing.join(", "));
        findings.hint("activity-left-out", &places.stream, message, "a light stream may leave activities out; if they are done somewhere, give them a step or name them in feeds");
    }
}

fn over_constraint(stream: &Stream, places: &Places, order: &Order, findings: &mut Findings) {
    let steps = stream.reachable();
    if steps.len() < MANY_STEPS {
        return;
    }
    let free = steps
        .iter()
        .any(|a| steps.iter().any(|b| b > a && !order.finished_before(a).has(b) && !order.finished_before(b).has(a)));
    if !free {
        let message = format!("the order of all {} steps is forced: nothing can run in parallel", steps.len());
        findings.hint("over-constrained", &places.stream, message, "let steps that do not need each other come after the same one, or begin early with after = [\"design.start\"]");
    }
}
