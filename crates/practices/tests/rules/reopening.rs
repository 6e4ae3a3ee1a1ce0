//! Rule 12, reopening.

use super::run::{DAY, MINUTE, Run};
use serde_json::json;
use watercourse_core::refusal::Ground;
use watercourse_core::time::Instant;
use watercourse_core::verb::TOO_LATE;

const LINE: &str = r#"step = [{ id = "a", start = true, outcomes = ["yes", { ends = "declined", id = "no" }] }, { id = "b", after = ["a.yes"], deliver = true }, { id = "c", after = ["b"] }]"#;

#[test]
fn rule_12_a_delivered_item_reopens_at_the_delivering_step() {
    let mut r = Run::of(LINE);
    r.done("a=yes b c");
    let (closed, _) = r.item.closed.unwrap();
    r.later(3 * DAY);
    assert_eq!(r.act("reopen", json!({"reason": "it broke"})), "reopened; round_opened b");
    assert_eq!((r.owed().as_str(), r.item.closed), ("b", None));
    assert_eq!(r.item.parked, [(closed, Instant(r.clock))], "the time between is parked-done");
    r.done("b");
    assert_eq!(r.open_rounds(), "c queued", "what followed is owed again");
    r.done("c");
    assert_eq!(r.result().unwrap().id(), "delivered");
}

#[test]
fn rule_12_of_several_delivering_steps_the_one_that_finished_last() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true, deliver = true }, { id = "b", start = true, deliver = true }, { id = "x", optional = true }]"#,
    );
    r.start("b");
    r.done("a");
    r.finish("b");
    assert_eq!(r.act("reopen", json!({})), "reopened; round_opened b");
}

#[test]
fn rule_12_a_declined_item_reopens_at_the_step_whose_outcome_ended_it() {
    let mut r = Run::of(LINE);
    r.done("a=no");
    assert_eq!(r.act("reopen", json!({})), "reopened; round_opened a");
    r.done("a=yes");
    assert_eq!((r.open_rounds().as_str(), r.dead().as_str()), ("b queued", ""));
}

#[test]
fn rule_12_a_cancelled_item_goes_on_where_it_was() {
    let mut r = Run::of(LINE);
    r.done("a=yes").start("b");
    r.act("cancel", json!({"reason": "too dear"}));
    assert_eq!(r.act("reopen", json!({})), "reopened; round_opened b");
    assert_eq!(r.owed(), "b c");
}

#[test]
fn rule_12_another_step_may_be_named_but_not_a_dead_one() {
    let mut r = Run::of(LINE);
    r.done("a=no");
    r.refused(
        "reopen",
        json!({"step": "b"}),
        Ground::NotEnabled,
        "the item went another way. Name the step to go on at, such as a.",
    );
    r.refused("reopen", json!({"step": "nowhere"}), Ground::Malformed, "Its steps are a, b, c.");

    let mut r = Run::of(LINE);
    r.done("a=yes b c");
    assert_eq!(r.act("reopen", json!({"step": "c"})), "reopened; round_opened c");
    assert_eq!(r.owed(), "c");
}

#[test]
fn rule_12_a_failed_item_does_not_go_on_at_what_was_stopped() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "d", after = ["a"], deliver = true }, { id = "undo", optional = true }]
           rule = [{ on = "d.failed", then = "undo", stop = ["d"] }]"#,
    );
    r.done("a").start("d");
    r.fail("d");
    r.done("undo");
    r.refused(
        "reopen",
        json!({}),
        Ground::Malformed,
        "Nothing is left to do on it. Name the step to go on at, such as a, undo.",
    );
    assert_eq!(r.act("reopen", json!({"step": "undo"})), "reopened; round_opened undo");
}

#[test]
fn rule_12_an_unused_start_may_be_named() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "b", start = true }, { id = "c", after = ["a|b"], deliver = true }]"#,
    );
    r.done("a c");
    assert_eq!(r.act("reopen", json!({"step": "b"})), "reopened; round_opened b");
}

#[test]
fn rule_12_the_same_item_within_the_window_and_not_a_moment_later() {
    for (lines, window, told) in
        [(LINE.to_owned(), 14 * DAY, "14d"), (format!("reopen_within = \"3d\"\n{LINE}"), 3 * DAY, "3d")]
    {
        let mut r = Run::of(&lines);
        r.done("a=yes b c");
        r.later(window);
        assert!(r.attempt("reopen", json!({})).is_ok(), "on the very edge");
        r.later(1);
        let refusal = r.refused("reopen", json!({}), Ground::Stale, told);
        assert_eq!(refusal.right, TOO_LATE, "a new item that reopens it");
    }
}

#[test]
fn rule_12_a_delivered_item_reopens_while_still_open() {
    let mut r = Run::of(LINE);
    r.done("a=yes").start("b");
    r.finish("b");
    let delivered = Instant(r.clock);
    r.start("c");
    r.later(3 * DAY);
    assert_eq!(r.act("reopen", json!({})), "reopened; round_opened b");
    assert_eq!(
        (r.open_rounds().as_str(), r.item.parked.clone()),
        ("c active, b queued", vec![(delivered, Instant(r.clock))])
    );
    r.refused("reopen", json!({}), Ground::Stale, "is open and has not been delivered");
    r.refused("reopen", json!({"step": "a"}), Ground::Stale, "Go back to a step instead.");
}

#[test]
fn rule_12_times_of_rest_never_overlap() {
    let mut r = Run::of(LINE);
    r.done("a=yes b");
    r.later(DAY);
    r.act("reopen", json!({"step": "a"}));
    r.refused("reopen", json!({"step": "b"}), Ground::Stale, "Go back to a step instead.");
    r.done("a=yes b");
    r.later(DAY);
    r.act("reopen", json!({}));
    let parked = &r.item.parked;
    assert!(parked.len() == 2 && parked.iter().all(|p| p.1.micros() - p.0.micros() >= DAY + MINUTE));
    assert!(parked.windows(2).all(|p| matches!(p, [a, b] if a.1 <= b.0)), "{parked:?}");
}

#[test]
fn rule_12_the_window_begins_when_the_item_closes() {
    let mut r = Run::of(LINE);
    r.done("a=yes b").later(30 * DAY);
    assert!(r.attempt("reopen", json!({})).is_ok(), "still open, it cannot be too late");
    r.done("c").later(14 * DAY);
    assert!(r.attempt("reopen", json!({})).is_ok());
}

#[test]
fn rule_12_what_was_not_delivered_is_gone_back_to_and_not_reopened() {
    let mut r = Run::of(LINE);
    r.done("a=yes");
    r.refused("reopen", json!({"step": "a"}), Ground::Stale, "Go back to a step instead.");
    r.start("b");
    r.finish("b");
    r.back_to("b");
    r.refused("reopen", json!({"step": "a"}), Ground::Stale, "has not been delivered");
}

#[test]
fn rule_12_a_finish_that_a_failure_replaced_is_no_delivery() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "d", after = ["a"], deliver = true }, { id = "l", after = ["d"], outcomes = ["ok", { ends = "declined", id = "stop" }] }]"#,
    );
    r.done("a d").start("d");
    r.fail("d");
    r.early("l");
    r.finish_as("l", "stop");
    assert_eq!(r.result().unwrap().id(), "failed");
    assert_eq!(r.act("reopen", json!({})), "reopened; round_opened d");
}
