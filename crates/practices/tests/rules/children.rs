//! Rule 9, children.

use super::run::Run;
use serde_json::json;
use watercourse_core::item::Outcome;

const PARENT: &str = r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"], gates = ["approval"], deliver = true, spawns = { stream = "normal-change", wait = true } },
                                { id = "c", after = ["b"] }]"#;

/// A parent that waits for its child.
fn waiting() -> Run {
    let mut r = Run::of(PARENT);
    r.done("a");
    r.pass("b", "approval");
    r.start("b");
    r
}

#[test]
fn rule_09_the_child_opens_once_per_round_at_start_after_the_gates() {
    let mut r = Run::of(PARENT);
    r.done("a");
    assert_eq!(r.count("child_opened"), 0);
    r.pass("b", "approval");
    assert_eq!(r.start("b"), "started b; child_opened b; paused b");
    r.act("resume", json!({"step": "b"}));
    r.hand_over("b", "other");
    assert_eq!(r.start("b"), "started b", "no second child in this round");
    r.fail("b");
    r.pass("b", "approval");
    assert_eq!(r.start("b"), "started b; child_opened b; paused b", "one in the next");
}

#[test]
fn rule_09_with_wait_the_parent_waits_and_a_delivered_child_finishes_it() {
    let mut r = waiting();
    assert_eq!(r.round("b").waiting_for(), Some("child"));
    assert_eq!(r.child_ends(r.child(), "delivered"), "child_ended b; finished b; round_opened c");
    assert_eq!(r.round("c").released_by, Some(2));
}

#[test]
fn rule_09_without_wait_the_parent_goes_on() {
    let mut r = Run::of(r#"step = [{ id = "a", start = true, spawns = { stream = "normal-change" } }]"#);
    assert_eq!(r.start("a"), "started a; child_opened a");
    r.act("wait", json!({"step": "a", "reason": "user"}));
    r.act("reply", json!({"step": "a"}));
    assert_eq!(r.child_ends(r.child(), "delivered"), "child_ended a", "told, and nothing more");
    assert_eq!(r.open_rounds(), "a queued");
}

#[test]
fn rule_09_a_step_with_outcomes_maps_the_result() {
    let step = |outcomes: &str| {
        format!(
            r#"step = [{{ id = "a", start = true, outcomes = {outcomes}, spawns = {{ stream = "normal-change", wait = true }} }}]"#
        )
    };
    for (outcomes, expected) in [(r#"["done-so", "delivered"]"#, "delivered"), (r#"["well", "badly"]"#, "well")] {
        let mut r = Run::of(&step(outcomes));
        r.start("a");
        r.child_ends(r.child(), "delivered");
        let (_, ending) = r.round("a").ended.clone().unwrap();
        assert_eq!(
            ending,
            watercourse_core::item::Ending::Done(Some(expected.to_owned())),
            "its own name, else the first"
        );
    }
}

#[test]
fn rule_09_any_other_result_puts_it_back_to_queued_for_a_person() {
    for result in ["failed", "declined", "cancelled"] {
        let mut r = waiting();
        assert_eq!(r.child_ends(r.child(), result), "child_ended b; requeued b");
        assert_eq!(r.open_rounds(), "b queued");
        assert_eq!(r.round("b").child.as_ref().unwrap().result, Outcome::parse(result));
        assert_eq!(r.start("b"), "started b", "taken up by whoever decides, with the same child");
    }
}

#[test]
fn rule_09_a_later_result_changes_nothing() {
    let mut r = waiting();
    let child = r.child();
    r.child_ends(child, "failed");
    let before = r.item.clone();
    assert_eq!(r.child_ends(child, "delivered"), "");
    assert_eq!(r.item, before);
    r.fail("b");
    let old = child;
    r.pass("b", "approval");
    r.start("b");
    assert_eq!(r.child_ends(old, "delivered"), "", "nor does that of an earlier round");
}

#[test]
fn rule_09_a_person_who_took_the_work_up_meanwhile_decides() {
    let mut r = waiting();
    r.act("resume", json!({"step": "b"}));
    assert_eq!(r.child_ends(r.child(), "delivered"), "child_ended b");
    assert_eq!(r.open_rounds(), "b active");
}

#[test]
fn rule_09_a_hand_over_while_waiting_does_not_lose_the_result() {
    let mut r = waiting();
    r.hand_over("b", "night-shift");
    assert_eq!(r.open_rounds(), "b queued");
    assert_eq!(r.child_ends(r.child(), "delivered"), "child_ended b; finished b; round_opened c");
}

#[test]
fn rule_09_cancelling_the_parent_leaves_the_child() {
    let mut r = waiting();
    let child = r.child();
    assert_eq!(r.act("cancel", json!({"reason": "no budget"})), "dropped b; closed");
    assert_eq!(r.round("b").child.as_ref().unwrap().result, None, "it goes on");
    assert_eq!(r.child_ends(child, "delivered"), "child_ended b", "what became of it is still told");
    assert_eq!(r.result().unwrap().id(), "cancelled");
}
