//! Rules 7 and 8: starting early, and work outside the steps.

use super::run::Run;
use serde_json::{Value, json};
use watercourse_core::activity::Activity;
use watercourse_core::item::{Phase, Place};
use watercourse_core::refusal::Ground;

const LINE: &str =
    r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"] }, { id = "c", after = ["b", "a.start"] }]"#;

fn extra() -> Value {
    json!({"name": "Call the vendor", "activity": "engage", "team": "desk", "reason": "nobody answers"})
}

#[test]
fn rule_07_starting_early_without_a_reason_is_refused_naming_what_is_missing() {
    let mut r = Run::of(LINE);
    r.refused(
        "start",
        json!({"step": "c"}),
        Ground::NotEnabled,
        "“C” comes after b and a.start, which has not come yet. Give a reason",
    );
    r.refused("start", json!({"step": "c", "reason": "  "}), Ground::NotEnabled, "Open: a (queued).");
}

#[test]
fn rule_07_with_a_reason_it_is_a_deviation() {
    let mut r = Run::of(LINE);
    assert_eq!(r.early("c"), "deviated c; round_opened c; started c");
    assert_eq!((r.phase("c"), r.deviations().as_str()), (Phase::Active, "early c"));
    r.done("a").start("b");
    assert_eq!(r.deviations(), "early c", "what is in its turn is none, with a reason or without");
}

#[test]
fn rule_07_a_queued_round_that_is_held_again_starts_early_too() {
    let mut r = Run::of(LINE);
    r.done("a");
    r.back_to("a");
    assert_eq!(r.early("b"), "deviated b; started b");
}

#[test]
fn rule_07_deny_refuses_early_starts_and_ad_hoc_steps() {
    let mut r = Run::of(&format!("adhoc = \"deny\"\n{LINE}"));
    r.refused("start", json!({"step": "b", "reason": "urgent"}), Ground::Forbidden, "“B” comes after a");
    r.refused("add_work", extra(), Ground::Forbidden, "no work outside its steps");
    r.done("a");
    r.skip("b");
    r.back_to("a");
    assert_eq!(r.deviations(), "skip b, return a", "leaving out and going back are not denied");
}

#[test]
fn rule_07_allow_counts_no_deviation() {
    let mut r = Run::of(&format!("adhoc = \"allow\"\n{LINE}"));
    r.early("c");
    r.act("add_work", extra());
    assert_eq!((r.open_rounds().as_str(), r.deviations().as_str()), ("a queued, c active, ~3 active", ""));
}

#[test]
fn rule_07_record_counts_every_deviation() {
    let mut r = Run::of(LINE);
    r.early("c");
    r.act("add_work", extra());
    r.skip("b");
    r.give_up("c");
    r.done("a");
    r.back_to("a");
    assert_eq!(r.deviations(), "early c, adhoc ~3, skip b, drop c, return a");
}

#[test]
fn rule_08_ad_hoc_rounds_have_an_activity_and_a_team_and_no_relations() {
    let mut r = Run::of(LINE);
    assert_eq!(r.act("add_work", extra()), "round_opened ~2; started ~2; deviated ~2");
    let round = r.item.rounds.last().unwrap();
    assert_eq!(
        (round.place.clone(), round.team()),
        (Place::Adhoc("Call the vendor".to_owned(), Activity::Engage), Some("desk"))
    );
    assert_eq!(r.facts.last().unwrap().step.as_deref(), Some("~2"));
    r.act("wait", json!({"step": "~2", "reason": "supplier"}));
    r.act("resume", json!({"step": "~2"}));
    r.hand_over("~2", "other");
    assert_eq!(r.start("~2"), "started ~2");
    assert_eq!(r.finish("~2"), "finished ~2", "it releases nothing");
    r.refused("finish", json!({"step": "~2"}), Ground::Stale, "has ended");
    r.refused("finish", json!({"step": "~9"}), Ground::Malformed, "no extra work ~9");
    let with = |key: &str, value: &str| {
        let mut args = extra();
        args[key] = json!(value);
        args
    };
    r.refused("add_work", with("activity", "lunch"), Ground::Malformed, "The six are plan, improve, engage,");
    r.refused("add_work", with("team", ""), Ground::Malformed, "needs a name of up to 60 characters and a team");
    r.refused("add_work", with("reason", ""), Ground::Malformed, "Say why.");
}

#[test]
fn rule_08_ad_hoc_rounds_keep_the_item_open_while_open() {
    let mut r = Run::of(LINE);
    r.act("add_work", extra());
    r.done("a b c");
    assert_eq!((r.owed().as_str(), r.open_rounds().as_str(), r.item.closed), ("", "~2 active", None));
    assert_eq!(r.finish("~2"), "finished ~2; closed");
}
