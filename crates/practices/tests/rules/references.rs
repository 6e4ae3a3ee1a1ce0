//! Rule 2, references.

use super::run::Run;
use serde_json::json;
use watercourse_core::refusal::Ground;

const LINE: &str = r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"] }]"#;

#[test]
fn rule_02_a_step_is_met_by_its_last_ended_round_that_was_not_dropped() {
    let mut r = Run::of(LINE);
    r.done("a").start("a");
    assert_eq!(r.open_rounds(), "b queued, a active");
    assert_eq!(r.enabled(), "a b", "doing it again unasked takes nothing away");
    r.give_up("a");
    assert_eq!((r.enabled().as_str(), r.open_rounds().as_str()), ("a b", "b queued"), "nor does dropping that");
}

#[test]
fn rule_02_a_failed_round_makes_a_required_step_owed_again() {
    let mut r = Run::of(LINE);
    r.start("a");
    assert_eq!(r.fail("a"), "failed a; round_opened a");
    assert_eq!(r.owed(), "a b");
    r.done("a");
    assert_eq!(r.open_rounds(), "b queued");
    r.start("a");
    r.fail("a");
    assert_eq!(r.enabled(), "a", "the latest replaces the earlier: b waits for a again");
}

#[test]
fn rule_02_a_failed_round_of_an_optional_step_owes_nothing() {
    let mut r = Run::of(r#"step = [{ id = "a", start = true }, { id = "x", optional = true }]"#);
    r.start("x");
    r.fail("x");
    assert_eq!((r.owed().as_str(), r.open_rounds().as_str()), ("a", "a queued"));
    r.done("a");
    assert!(r.item.closed.is_some());
}

#[test]
fn rule_02_an_outcome_is_met_by_a_round_with_that_outcome_and_the_latest_counts() {
    let lines = r#"step = [{ id = "judge", start = true, outcomes = ["yes", "no"] },
                           { id = "do", after = ["judge.yes"] }, { id = "tell", after = ["judge.no"] }, { id = "end", after = ["do|tell"] }]"#;
    let mut r = Run::of(lines);
    r.refused("finish", json!({"step": "judge"}), Ground::Malformed, "Give one of: yes, no.");
    r.done("judge=no");
    assert_eq!((r.open_rounds().as_str(), r.dead().as_str()), ("tell queued", "do"));
    r.done("judge=yes");
    assert_eq!((r.open_rounds().as_str(), r.dead().as_str()), ("do queued", "tell"));
    r.start("judge");
    r.refused("finish", json!({"step": "judge", "outcome": "maybe"}), Ground::Malformed, "Give one of: yes, no.");
}

#[test]
fn rule_02_a_failure_is_a_moment_too() {
    let lines =
        r#"step = [{ id = "a", start = true }, { id = "mend", after = ["a.failed"] }, { id = "end", after = ["a"] }]"#;
    let mut r = Run::of(lines);
    r.start("a");
    r.fail("a");
    assert_eq!(r.open_rounds(), "a queued, mend queued");
    r.start("a");
    assert_eq!(r.enabled(), "a mend", "until it ended otherwise, it failed last");
    r.finish("a");
    assert_eq!((r.open_rounds().as_str(), r.dead().as_str()), ("end queued", "mend"));
}

#[test]
fn rule_02_a_start_is_met_when_the_last_round_started() {
    let mut r = Run::of(r#"step = [{ id = "design", start = true }, { id = "build", after = ["design.start"] }]"#);
    r.start("design");
    assert_eq!(r.open_rounds(), "design active, build queued");
    r.finish("design");
    assert_eq!(r.enabled(), "design build");
    r.back_to("design");
    assert_eq!(r.enabled(), "design", "its last round waits to be started");
    r.start("design");
    assert_eq!(r.enabled(), "design build");
}

#[test]
fn rule_02_an_optional_step_that_failed_has_failed() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "x", optional = true }, { id = "mend", after = ["x.failed"], optional = true }]"#;
    let mut r = Run::of(lines);
    assert!(!r.enabled().contains("mend"), "unopened, it has not failed");
    r.start("x");
    r.fail("x");
    assert!(r.enabled().contains("mend"), "{}", r.enabled());
}
