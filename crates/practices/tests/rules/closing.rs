//! Rules 10 and 11, closing and the clocks of the item; rule 14, rolling back.

use super::run::{Run, check};
use serde_json::json;
use watercourse_core::fact::Event;
use watercourse_core::item::Phase;
use watercourse_core::refusal::Ground;

#[test]
fn rule_10_an_item_closes_when_nothing_living_is_owed_and_no_round_is_open() {
    let mut r = Run::of(r#"step = [{ id = "a", start = true, deliver = true }, { id = "x", optional = true }]"#);
    r.start("x");
    r.done("a");
    assert_eq!((r.owed().as_str(), r.open_rounds().as_str(), r.item.closed), ("", "x active", None));
    assert_eq!(r.finish("x"), "finished x; closed");
    r.refused("start", json!({"step": "a"}), Ground::Stale, "closed as delivered");
}

#[test]
fn rule_10_the_check_warns_of_optional_last_steps_which_vanish_then() {
    let lines = r#"step = [{ id = "a", start = true, deliver = true }, { id = "x", after = ["a"], optional = true }]"#;
    assert!(check(lines).diagnostics.iter().any(|d| d.code == "vanishes"));
    let mut r = Run::of(lines);
    r.done("a");
    assert_eq!((r.result().unwrap().id(), r.item.rounds.len()), ("delivered", 1));
}

#[test]
fn rule_10_an_ending_outcome_drops_open_rounds_and_closes() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "judge", after = ["a"], outcomes = ["yes", { ends = "declined", id = "no" }] },
                   { id = "x", after = ["a"] }, { id = "b", after = ["judge.yes"] }]"#,
    );
    r.done("a").start("x");
    r.start("judge");
    assert_eq!(r.finish_as("judge", "no"), "finished judge; dropped x; closed");
    assert_eq!((r.phase("x"), r.result().unwrap().id()), (Phase::Dropped, "declined"));
    assert!(r.item.marking.owed.has(3) && r.item.marking.owed.has(2), "what is owed is derived, not erased");
    assert_eq!((r.owed().as_str(), r.dead().as_str()), ("x", "b"));
}

const RESULTS: &str = r#"step = [{ id = "a", start = true }, { id = "d", after = ["a"], deliver = true }, { id = "e", after = ["a"], deliver = true, optional = true },
                                 { id = "z", optional = true, outcomes = ["go-on", { ends = "declined", id = "no" }, { ends = "cancelled", id = "moot" }] }]
                         rule = [{ on = "d.failed", stop = ["d"] }]"#;

fn result(run: impl FnOnce(&mut Run)) -> &'static str {
    let mut r = Run::of(RESULTS);
    r.done("a");
    run(&mut r);
    r.result().unwrap().id()
}

#[test]
fn rule_10_delivered_if_the_last_round_of_a_delivering_step_finished() {
    assert_eq!(result(|r| _ = r.done("d")), "delivered");
    assert_eq!(result(|r| _ = r.done("e d")), "delivered");
    let failed_first = |r: &mut Run| {
        r.start("e");
        r.fail("e");
        r.done("e").start("d");
        r.fail("d");
    };
    assert_eq!(result(failed_first), "delivered", "one of two is enough, and its last round counts");
    assert_eq!(result(|r| _ = r.done("e z=no")), "delivered", "before declining");
}

#[test]
fn rule_10_else_failed_if_one_failed() {
    let failing = |r: &mut Run| {
        r.start("d");
        r.fail("d");
    };
    assert_eq!(result(failing), "failed");
    let again = |r: &mut Run| {
        r.done("e").start("e");
        r.fail("e");
        r.start("d");
        r.fail("d");
    };
    assert_eq!(result(again), "failed", "a failure replaces an earlier finish");
    let declined = |r: &mut Run| {
        r.start("e");
        r.fail("e");
        r.done("z=no");
    };
    assert_eq!(result(declined), "failed", "before declining");
}

#[test]
fn rule_10_else_declined_by_an_ending_outcome_else_cancelled() {
    assert_eq!(result(|r| _ = r.done("z=no")), "declined");
    assert_eq!(result(|r| _ = r.done("z=moot")), "cancelled");
    assert_eq!(result(|r| _ = r.skip("d")), "cancelled", "closed with nothing delivered, failed or declined");
    assert_eq!(result(|r| _ = r.act("cancel", json!({"reason": "no longer wanted"}))), "cancelled");
    let given_up = |r: &mut Run| {
        r.start("d");
        r.give_up("d");
        r.skip("d");
    };
    assert_eq!(result(given_up), "cancelled", "a dropped round neither finished nor failed");
    let mut r = Run::of(RESULTS);
    r.refused("cancel", json!({"reason": ""}), Ground::Malformed, "needs a reason");
}

#[test]
fn rule_11_delivering_and_committing_steps_are_marked_and_every_round_knows_what_released_it() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "b", after = ["a.start"], commit = true }, { id = "c", after = ["a", "b"], deliver = true }, { id = "d", after = ["c"] }]"#,
    );
    let set = |id: &str| watercourse_core::set::StepSet::one(r.stream.index(id).unwrap());
    assert_eq!((r.stream.delivering(), r.stream.committing()), (set("c"), set("b")));
    r.start("a");
    r.done("b").finish("a");
    r.done("c d");
    let released: Vec<_> = r.item.rounds.iter().map(|n| n.released_by).collect();
    assert_eq!(released, [None, Some(1), Some(1), Some(3)], "by the finish that came last, a");
    let closed = r.item.closed.unwrap();
    let (delivered, _) = r.round("c").ended.clone().unwrap();
    assert!(delivered < closed.0, "learning afterwards comes after the value");
}

const ROLLBACK: &str = r#"step = [{ id = "build", start = true }, { id = "deploy", after = ["build"], deliver = true }, { id = "rollback", optional = true }, { id = "learn", after = ["deploy"] }]
                          rule = [{ on = "deploy.failed", then = "rollback", stop = ["deploy"] }]"#;

#[test]
fn rule_14_a_failed_deployment_owes_the_rollback_stops_and_closes_as_failed() {
    let mut r = Run::of(ROLLBACK);
    r.done("build").start("deploy");
    assert_eq!(r.fail("deploy"), "failed deploy; round_opened rollback");
    assert_eq!((r.owed().as_str(), r.dead().as_str()), ("rollback", "deploy learn"));
    r.start("rollback");
    assert_eq!(r.finish("rollback"), "finished rollback; closed");
    assert!(matches!(
        r.facts.last().unwrap().event,
        Event::Closed { result: watercourse_core::item::Outcome::Failed, .. }
    ));
    assert_eq!(r.deviations(), "");
}

#[test]
fn rule_14_a_rollback_that_fails_stays_owed() {
    let mut r = Run::of(ROLLBACK);
    r.done("build").start("deploy");
    r.fail("deploy");
    r.start("rollback");
    assert_eq!(r.fail("rollback"), "failed rollback; round_opened rollback");
}
