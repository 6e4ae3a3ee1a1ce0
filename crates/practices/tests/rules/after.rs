//! Rules 4 and 5: `after`, going back, and `when`.

use super::run::{Run, check};
use serde_json::json;
use std::borrow::Cow;
use watercourse_core::fact::Event;
use watercourse_core::filter::{FieldValue, Fields, Filter};
use watercourse_core::item::Phase;
use watercourse_core::refusal::Ground;

const LINE: &str = r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"] }, { id = "c", after = ["b"] }, { id = "x", after = ["a"], optional = true }]"#;

#[test]
fn rule_04_a_predecessor_returned_to_holds_successors_that_have_not_started() {
    let mut r = Run::of(LINE);
    r.done("a");
    assert_eq!(r.back_to("a"), "returned a; deviated a; round_opened a");
    assert_eq!((r.open_rounds().as_str(), r.owed().as_str()), ("b queued, a queued", "a b c"));
    r.refused("start", json!({"step": "b"}), Ground::NotEnabled, "comes after a, which has not come yet");

    let mut r = Run::of(LINE);
    r.done("a").start("b");
    r.back_to("a");
    r.finish("b");
    assert_eq!(
        (r.phase("b"), r.open_rounds().as_str()),
        (Phase::Done, "a queued, c queued"),
        "what has started runs on"
    );
}

#[test]
fn rule_04_finished_required_successors_of_a_step_returned_to_are_owed_again() {
    let mut r = Run::of(LINE);
    r.done("a x b").start("c");
    r.back_to("a");
    r.done("a");
    assert_eq!(
        (r.open_rounds().as_str(), r.owed().as_str()),
        ("c active, b queued", "b c"),
        "x is optional, c is open already"
    );
    assert_eq!(r.deviations(), "return a");
}

#[test]
fn rule_04_unless_the_person_keeps_them() {
    let mut r = Run::of(LINE);
    r.done("a b");
    r.act("return_to", json!({"step": "a", "reason": "a detail", "keep": true}));
    r.done("a");
    assert_eq!((r.open_rounds().as_str(), r.rounds("b")), ("c queued", 1));
}

#[test]
fn rule_04_in_a_circle_the_step_itself_is_not_owed_a_second_time() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "p", after = ["a", "a|q.again"] }, { id = "q", after = ["p"], outcomes = ["ok", "again"] },
                           { id = "end", after = ["q.ok"] }]"#;
    let mut r = Run::of(lines);
    r.done("a p q=ok");
    r.back_to("p");
    r.done("p");
    assert_eq!((r.owed().as_str(), r.rounds("p")), ("q end", 2));
}

#[test]
fn rule_04_only_what_has_happened_can_be_returned_to() {
    let mut r = Run::of(LINE);
    r.refused("return_to", json!({"step": "b", "reason": "why"}), Ground::NotEnabled, "Start it instead.");
    r.refused("return_to", json!({"step": "a", "reason": "why"}), Ground::Stale, "Open: a (queued).");
    r.done("a");
    r.refused("return_to", json!({"step": "a", "reason": ""}), Ground::Malformed, "Say why.");
    r.refused("return_to", json!({"step": "nowhere", "reason": "why"}), Ground::Malformed, "Its steps are a, b, c, x.");
    r.skip("b");
    r.back_to("b");
    assert_eq!((r.owed().as_str(), r.bypassed().as_str()), ("b c", "x"), "what was skipped is no longer");
}

const WHEN: &str = r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"], when = "risk:high" }, { id = "c", after = ["b"] }]
                      rule = [{ on = "c.failed", then = "b" }]"#;

fn judged(r: &Run) -> Vec<bool> {
    let holds = |e: &Event| if let Event::Judged { holds, .. } = e { Some(*holds) } else { None };
    r.facts.iter().filter_map(|f| holds(&f.event)).collect()
}

#[test]
fn rule_05_when_is_looked_at_when_after_is_met_and_the_result_is_a_fact() {
    let mut r = Run::with(WHEN, &[("risk", "high")]);
    assert!(judged(&r).is_empty());
    r.start("a");
    assert_eq!(r.finish("a"), "finished a; judged b; round_opened b");
    assert_eq!(judged(&r), [true]);
}

#[test]
fn rule_05_when_is_looked_at_again_when_its_fields_change_until_the_round_starts() {
    let mut r = Run::with(WHEN, &[("risk", "high")]);
    r.done("a");
    r.set("impact", "person");
    r.set("risk", "low");
    assert_eq!((judged(&r), r.open_rounds().as_str()), (vec![true, false], "c queued"));
    assert_eq!(r.set("risk", "high"), "field_set; judged b; round_opened b");
    assert_eq!(r.enabled(), "a b", "c waits for b again");
    r.start("b");
    assert_eq!(r.set("risk", "low"), "field_set", "it has started");
    assert_eq!(r.phase("b"), Phase::Active);
}

#[test]
fn rule_05_when_is_looked_at_for_each_round() {
    let mut r = Run::with(WHEN, &[("risk", "high")]);
    r.done("a b");
    r.set("risk", "low");
    assert_eq!(r.bypassed(), "", "this round is over");
    r.start("c");
    r.fail("c");
    assert_eq!(
        (judged(&r), r.bypassed().as_str(), r.open_rounds().as_str()),
        (vec![true, false], "b", "c queued"),
        "the next is judged by itself"
    );
    r.start("c");
    assert_eq!((r.set("risk", "high").as_str(), r.owed().as_str()), ("field_set; judged b; round_opened b", "b c"));
}

#[test]
fn rule_05_return_to_overrides_when() {
    let mut r = Run::with(WHEN, &[("risk", "low")]);
    r.done("a");
    assert_eq!(r.bypassed(), "b");
    r.refused("start", json!({"step": "b"}), Ground::NotEnabled, "does not apply to this item");
    r.back_to("b");
    assert_eq!((r.bypassed().as_str(), r.open_rounds().as_str()), ("", "c queued, b queued"));
    r.set("impact", "team");
    r.done("b c");
    assert!(r.item.closed.is_some());
}

#[test]
fn rule_05_relative_time_is_refused_by_the_check() {
    let checked = check(r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"], when = "planned_on:<7d" }]"#);
    assert!(
        checked.diagnostics.iter().any(|d| d.code == "relative-time" || d.code == "bad-condition"),
        "{:?}",
        checked.diagnostics
    );
    assert!(checked.stream.is_none());
}

#[test]
fn rule_05_a_field_missing_in_a_log_makes_it_not_computable() {
    struct Log;
    impl Fields for Log {
        fn field(&self, name: &str) -> Option<FieldValue<'_>> {
            (name == "impact").then_some(FieldValue::Written(Cow::Borrowed("team")))
        }
        fn texts(&self) -> Option<Vec<Cow<'_, str>>> {
            None
        }
    }
    assert_eq!(Filter::parse("risk:high").unwrap().holds(&Log, 0), None);
    assert_eq!(Filter::parse("impact:team").unwrap().holds(&Log, 0), Some(true));
    let mut live = Run::of(WHEN);
    live.done("a");
    assert_eq!(judged(&live), [false], "on a live item nobody filled it in, and that is known");
}
