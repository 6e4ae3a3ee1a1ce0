//! Rule 6, gates.

use super::run::Run;
use serde_json::json;
use watercourse_core::item::GateState;
use watercourse_core::refusal::Ground;

const GATED: &str = r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"], gates = ["approval", "test_run"] }, { id = "c", after = ["b"], deliver = true }]"#;

#[test]
fn rule_06_a_gate_guards_the_start_and_the_visit_is_queued() {
    let mut r = Run::of(GATED);
    r.start("a");
    assert_eq!(r.finish("a"), "finished a; round_opened b; gate_asked b; gate_asked b");
    assert_eq!(r.open_rounds(), "b queued");
    assert_eq!(r.round("b").holding().collect::<Vec<_>>(), ["approval", "test_run"]);
    r.refused(
        "start",
        json!({"step": "b"}),
        Ground::Gate,
        "held by its gate approval and test_run. The gate must pass first",
    );
    r.pass("b", "approval");
    r.refused("start", json!({"step": "b"}), Ground::Gate, "held by its gate test_run.");
    r.pass("b", "test_run");
    assert_eq!(r.start("b"), "started b");
    r.refused("pass_gate", json!({"step": "b", "gate": "approval"}), Ground::Stale, "its gates are behind it");
}

#[test]
fn rule_06_gates_are_asked_for_each_round() {
    let mut r = Run::of(GATED);
    r.done("a");
    r.pass("b", "approval");
    r.pass("b", "test_run");
    r.start("b");
    assert_eq!(r.fail("b"), "failed b; round_opened b; gate_asked b; gate_asked b");
    r.refused("start", json!({"step": "b"}), Ground::Gate, "approval and test_run");
}

#[test]
fn rule_06_a_gate_is_a_fact_with_actor_and_evidence() {
    let mut r = Run::of(GATED);
    r.done("a");
    assert_eq!(r.pass("b", "approval"), "gate_passed b");
    let fact = r.facts.last().unwrap();
    assert_eq!(fact.actor, watercourse_core::actor::Actor::Rule("test".to_owned()));
    assert!(fact.note.is_some() && fact.step.as_deref() == Some("b"));
    r.refused("pass_gate", json!({"step": "b", "gate": "approval"}), Ground::Stale, "has passed");
    r.refused(
        "pass_gate",
        json!({"step": "b", "gate": "mood"}),
        Ground::Malformed,
        "Its gates are approval, test_run.",
    );
    r.refused("pass_gate", json!({"step": "c", "gate": "mood"}), Ground::Malformed, "It has none.");
    r.refused("refuse_gate", json!({"step": "b", "gate": "approval", "reason": ""}), Ground::Malformed, "Say why.");
}

#[test]
fn rule_06_asking_a_gate_or_a_start_it_stops_opens_the_round() {
    let optional = r#"step = [{ id = "a", start = true }, { id = "x", optional = true, gates = ["approval"] }]"#;
    let mut r = Run::of(optional);
    r.refused("pass_gate", json!({"step": "x", "gate": "approval"}), Ground::Stale, "has not been opened");
    assert_eq!(r.act("ask_gate", json!({"step": "x"})), "round_opened x; gate_asked x");
    r.refused("ask_gate", json!({"step": "x"}), Ground::Gate, "held by its gate");
    let mut r = Run::of(optional);
    assert_eq!(r.start("x"), "round_opened x; gate_asked x");
    assert_eq!(r.open_rounds(), "a queued, x queued");
    r.refused("start", json!({"step": "x"}), Ground::Gate, "held by its gate");
    r.pass("x", "approval");
    assert_eq!(r.start("x"), "started x");
    r.refused("ask_gate", json!({"step": "a"}), Ground::Malformed, "has no gate");
}

#[test]
fn rule_06_a_refusal_holds_until_asked_again() {
    let mut r = Run::of(GATED);
    r.done("a");
    r.pass("b", "approval");
    r.refuse("b", "test_run");
    r.refused("start", json!({"step": "b"}), Ground::Gate, "A refusal holds until the gate is asked again");
    r.refused("start", json!({"step": "b", "reason": "urgent"}), Ground::Gate, "no reason overrides it");
    r.refused("pass_gate", json!({"step": "b", "gate": "test_run"}), Ground::Gate, "Ask it again first.");
    assert_eq!(r.act("ask_gate", json!({"step": "b"})), "gate_asked b", "only the one that refused");
    assert_eq!(r.round("b").gates["test_run"], GateState::Asked);
    r.pass("b", "test_run");
    r.start("b");
}

#[test]
fn rule_06_a_final_refusal_declines_the_item() {
    let mut r = Run::of(GATED);
    r.done("a");
    assert_eq!(
        r.act("refuse_gate", json!({"step": "b", "gate": "approval", "reason": "never", "final": true})),
        "gate_refused b; dropped b; closed"
    );
    assert_eq!(r.result().unwrap().id(), "declined");
    r.act("reopen", json!({}));
    assert_eq!(r.open_rounds(), "b queued", "it can be reconsidered where it was decided");
}

#[test]
fn rule_06_skipping_a_gated_step_asks_its_gates_first() {
    let mut r = Run::of(GATED);
    r.start("a");
    assert_eq!(r.skip("b"), "round_opened b; gate_asked b; gate_asked b");
    r.refused("skip", json!({"step": "b", "reason": "urgent"}), Ground::Gate, "no reason overrides it");
    r.pass("b", "approval");
    r.pass("b", "test_run");
    assert_eq!(r.skip("b"), "dropped b; skipped b; deviated b");
}

#[test]
fn rule_06_starting_past_a_gated_step_asks_its_gates_first() {
    let mut r = Run::of(GATED);
    assert_eq!(r.early("c"), "round_opened b; gate_asked b; gate_asked b");
    r.refused(
        "start",
        json!({"step": "c", "reason": "urgent"}),
        Ground::Gate,
        "held by its gate approval and test_run",
    );
    r.pass("b", "approval");
    r.refuse("b", "test_run");
    r.refused("start", json!({"step": "c", "reason": "urgent"}), Ground::Gate, "held by its gate test_run");
    r.act("ask_gate", json!({"step": "b"}));
    r.pass("b", "test_run");
    assert_eq!(r.early("c"), "deviated c; round_opened c; started c");
}

#[test]
fn rule_06_a_bypassed_step_between_hides_no_gate() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"], gates = ["approval"] }, { id = "x", after = ["b"], optional = true }, { id = "c", after = ["x"] }]"#,
    );
    assert_eq!(r.early("c"), "round_opened b; gate_asked b");
}

#[test]
fn rule_06_a_step_returned_to_asks_its_gates_anew_when_started_past() {
    let mut r = Run::of(GATED);
    r.done("a");
    r.pass("b", "approval");
    r.pass("b", "test_run");
    r.done("b").start("c");
    r.fail("c");
    r.back_to("b");
    r.refused("start", json!({"step": "c", "reason": "urgent"}), Ground::Gate, "approval and test_run");
}

#[test]
fn rule_06_a_hold_is_not_started_past_without_its_gates() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "test", gates = ["approval"] }, { id = "b", after = ["a"] }]
           rule = [{ hold = "b", until = "test" }]"#,
    );
    r.done("a");
    r.refused("start", json!({"step": "b", "reason": "urgent"}), Ground::Gate, "“Test” is held by its gate approval");
}

#[test]
fn rule_06_neither_an_event_nor_the_time_gets_past_a_gate() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"], gates = ["approval"], done_on = "pipeline" },
                   { id = "c", after = ["a"], gates = ["approval"], done_on = "after:1d" }]"#,
    );
    r.done("a");
    r.refused("signal", json!({"event": "pipeline"}), Ground::Gate, "held by its gate");
    r.refused("finish", json!({"step": "c"}), Ground::Gate, "held by its gate");
    r.refused("resume", json!({"step": "c"}), Ground::Gate, "held by its gate");
    assert_eq!(r.time_is_up("c"), "requeued c");
    assert_eq!(r.open_rounds(), "b queued, c queued");
}
