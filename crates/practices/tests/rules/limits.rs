//! The other words of a stream: `then`, `hold … until`, `choice`, `min`, and what is asked of every verb.

use super::run::{DAY, Run};
use serde_json::json;
use watercourse_core::refusal::Ground;

#[test]
fn then_owes_an_optional_step() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "x", optional = true }, { id = "b", after = ["x"] }]
           rule = [{ on = "a", then = "x" }]"#,
    );
    assert_eq!(r.owed(), "a b");
    r.start("a");
    assert_eq!(r.finish("a"), "finished a; round_opened x");
    assert_eq!((r.owed().as_str(), r.bypassed().as_str()), ("x b", ""));
    r.start("x");
    r.fail("x");
    assert_eq!(r.owed(), "x b", "owed until it finished well");
    r.done("x");
    assert_eq!(r.owed(), "b");
}

#[test]
fn then_takes_a_skip_back_and_owes_every_time() {
    let mut r = Run::of(
        r#"step = [{ id = "build", start = true }, { id = "test", after = ["build"] }, { id = "ship", after = ["test"], deliver = true }]
           rule = [{ on = "build", then = "test" }]"#,
    );
    r.done("build");
    r.skip("test");
    assert_eq!(r.open_rounds(), "ship queued");
    r.done("build");
    assert_eq!(
        (r.open_rounds().as_str(), r.enabled().as_str()),
        ("ship queued, test queued", "build test"),
        "every build owes a test"
    );
}

#[test]
fn hold_waits_while_until_is_owed_and_not_otherwise() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "test", optional = true }, { id = "deploy", after = ["a"] }]
           rule = [{ on = "a", then = "test" }, { hold = "deploy", until = "test" }]"#,
    );
    r.done("a");
    assert_eq!(r.open_rounds(), "test queued");
    r.refused("start", json!({"step": "deploy"}), Ground::NotEnabled, "held until “Test” is finished");
    r.done("test");
    assert_eq!(r.open_rounds(), "deploy queued");
    r.start("test");
    assert_eq!(r.enabled(), "a test deploy", "once more, unasked, it holds nothing");
}

#[test]
fn min_needs_that_many_rounds_finished_well() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "check", after = ["a"], min = 2, max = 3 }, { id = "b", after = ["check"] }]"#,
    );
    r.done("a").start("check");
    r.fail("check");
    r.done("check");
    assert_eq!((r.open_rounds().as_str(), r.owed().as_str()), ("check queued", "check b"));
    r.done("check");
    assert_eq!(r.open_rounds(), "b queued");
    r.done("check");
    r.refused("start", json!({"step": "check"}), Ground::NotEnabled, "as often as it may");
}

#[test]
fn choice_changes_sides_only_with_a_reason_and_not_where_that_is_denied() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "make", after = ["a"], optional = true }, { id = "buy", after = ["a"], optional = true }, { id = "end", after = ["make|buy"] }]
                   rule = [{ choice = ["make", "buy"] }]"#;
    let mut r = Run::of(&format!("adhoc = \"deny\"\n{lines}"));
    r.done("a").start("make");
    r.refused("start", json!({"step": "buy", "reason": "cheaper"}), Ground::Forbidden, "the item went another way");
    let mut r = Run::of(lines);
    r.done("a").start("make");
    r.give_up("make");
    r.early("buy");
    r.finish("buy");
    assert_eq!(
        (r.open_rounds().as_str(), r.dead().as_str(), r.deviations().as_str()),
        ("end queued", "make", "drop make, early buy")
    );
}

#[test]
fn a_verb_names_a_step_that_is_there_and_a_time_that_fits() {
    let mut r = Run::of(r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"] }]"#);
    r.refused("start", json!({"step": "build"}), Ground::Malformed, "has no step “build”. Its steps are a, b.");
    r.refused("finish", json!({"step": "b"}), Ground::Stale, "has not been opened on CHG-1. Open: a (queued).");
    r.done("a");
    r.refused("finish", json!({"step": "a"}), Ground::Stale, "has been finished on CHG-1");
    r.later(-DAY);
    r.refused("start", json!({"step": "b"}), Ground::Malformed, "Give that time or a later one.");
}

#[test]
fn of_two_people_who_finish_the_same_step_one_is_told_so() {
    let mut r = Run::of(r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"] }]"#);
    r.done("a");
    r.refused("finish", json!({"step": "a"}), Ground::Stale, "Open: b (queued).");
    assert_eq!(r.count("finished"), 1);
}
