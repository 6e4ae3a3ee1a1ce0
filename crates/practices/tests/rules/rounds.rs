//! Rule 1, rounds.

use super::run::{Run, check};
use serde_json::json;
use watercourse_core::item::Phase;
use watercourse_core::refusal::Ground;

#[test]
fn rule_01_the_graph_moves_when_a_round_starts_and_when_it_finishes() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "b", after = ["a.start"] }, { id = "c", after = ["a"] }]"#,
    );
    assert_eq!(r.open_rounds(), "a queued");
    r.start("a");
    assert_eq!(r.open_rounds(), "a active, b queued");
    r.finish("a");
    assert_eq!(r.open_rounds(), "b queued, c queued");
    assert_eq!((r.round("b").released_by, r.round("c").released_by), (Some(1), Some(1)));
}

#[test]
fn rule_01_handing_over_fires_nothing() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true, team = "one" }, { id = "x", optional = true }]
           rule = [{ on = "a.start", then = "x" }]"#,
    );
    r.start("a");
    r.done("x");
    assert_eq!(r.hand_over("a", "two"), "handed_over a");
    assert_eq!(r.start("a"), "started a", "it is taken up again, and no rule reacts");
    assert_eq!((r.open_rounds().as_str(), r.rounds("x")), ("a active", 1));
}

#[test]
fn rule_01_a_step_has_one_open_round_and_a_round_one_open_visit() {
    let mut r = Run::of(r#"step = [{ id = "a", start = true, team = "one" }]"#);
    r.start("a");
    r.refused("start", json!({"step": "a"}), Ground::Stale, "started already");
    r.hand_over("a", "two");
    r.refused("hand_over", json!({"step": "a", "team": "two"}), Ground::Stale, "holds it already");
    r.hand_over("a", "one");
    let teams: Vec<&str> = r.round("a").visits.iter().filter_map(|v| v.team.as_deref()).collect();
    assert_eq!(teams, ["one", "two", "one"]);
    assert_eq!(r.round("a").visits.iter().filter(|v| v.left.is_none()).count(), 1);
    assert_eq!(r.rounds("a"), 1);
}

#[test]
fn rule_01_a_round_opens_queued_when_owed_and_active_when_somebody_starts_it() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"] }, { id = "x", optional = true, after = ["a"] }]"#,
    );
    r.done("a");
    assert_eq!(r.open_rounds(), "b queued", "x is possible: offered, not queued");
    assert_eq!(r.enabled(), "a b x");
    assert_eq!(r.start("x"), "round_opened x; started x");
    assert_eq!((r.phase("x"), r.deviations().as_str()), (Phase::Active, ""));
}

#[test]
fn rule_01_what_is_done_may_happen_again_unless_something_forbids_it() {
    let mut r = Run::of(r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"] }]"#);
    r.done("a a");
    assert_eq!((r.rounds("a"), r.deviations().as_str()), (2, ""));
}

#[test]
fn rule_01_a_queued_round_is_dropped_when_its_step_dies_and_a_started_one_runs_on() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"] }, { id = "c", after = ["a"] }]
                   rule = [{ choice = ["b", "c"] }]"#;
    let mut r = Run::of(lines);
    r.done("a");
    assert_eq!(r.open_rounds(), "b queued, c queued");
    assert_eq!(r.start("b"), "started b; dropped c");
    assert_eq!(r.phase("c"), Phase::Dropped);
    assert_eq!(r.deviations(), "", "nobody did anything otherwise");

    let mut r = Run::of(lines);
    r.done("a").start("b");
    r.early("c");
    assert_eq!((r.open_rounds().as_str(), r.dead().as_str()), ("b active, c active", "b"));
    r.finish("b");
    assert_eq!(r.dead(), "", "and what is finished is not dead");
}

#[test]
fn rule_01_a_queued_round_is_dropped_when_its_step_is_bypassed() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"], when = "risk:high" }, { id = "c", after = ["b"] }]"#;
    let mut r = Run::with(lines, &[("risk", "high")]);
    r.done("a");
    assert_eq!(r.open_rounds(), "b queued");
    assert_eq!(r.set("risk", "low"), "field_set; judged b; dropped b; round_opened c");
}

#[test]
fn rule_01_a_round_held_by_a_gate_is_dropped_like_any_other() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "x", optional = true, gates = ["approval"] }]
           rule = [{ on = "a", stop = ["x"] }]"#,
    );
    r.start("x");
    assert_eq!(r.open_rounds(), "a queued, x queued");
    r.start("a");
    assert_eq!(r.finish("a"), "finished a; dropped x; closed");
}

#[test]
fn rule_01_any_open_round_may_be_dropped_with_a_reason() {
    let mut r = Run::of(r#"step = [{ id = "a", start = true }, { id = "x", optional = true }]"#);
    r.start("x");
    r.refused("give_up", json!({"step": "x", "reason": " "}), Ground::Malformed, "Say why.");
    assert_eq!(r.give_up("x"), "dropped x; deviated x");
    r.start("a");
    assert_eq!(r.give_up("a"), "dropped a; deviated a; round_opened a", "what is owed opens again");
    assert_eq!(r.deviations(), "drop x, drop a");
    r.refused("give_up", json!({"step": "x", "reason": "why"}), Ground::Stale, "Open: a (queued).");
}

#[test]
fn rule_01_max_limits_rounds_that_finished_well() {
    let mut r = Run::of(r#"step = [{ id = "a", start = true }, { id = "x", optional = true, max = 2 }]"#);
    r.start("x");
    r.fail("x");
    r.done("x x");
    assert_eq!(r.rounds("x"), 3, "the failed one counts as rework, not towards the limit");
    r.refused("start", json!({"step": "x"}), Ground::NotEnabled, "as often as it may");
    assert_eq!(r.dead(), "", "and excludes nothing");
    r.early("x");
    assert_eq!(r.deviations(), "early x");
}

#[test]
fn rule_01_max_never_blocks_what_is_owed() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true, max = 1 }, { id = "b", after = ["a"] }]
           rule = [{ on = "b.failed", then = "a" }]"#,
    );
    r.done("a").start("b");
    r.fail("b");
    assert_eq!(r.open_rounds(), "a queued");
    r.done("a b");
    assert_eq!((r.rounds("a"), r.deviations().as_str(), r.item.closed.is_some()), (2, "", true));
}

#[test]
fn rule_01_a_stream_has_at_most_64_steps_of_four_events() {
    let steps = |n: usize| {
        let step = |i: usize| format!("{{ id = \"s{i}\", start = true }}");
        format!("step = [{}]", (0..n).map(step).collect::<Vec<_>>().join(", "))
    };
    assert!(check(&steps(64)).stream.is_some());
    let too_many = check(&steps(65));
    assert!(too_many.stream.is_none() && too_many.diagnostics.iter().any(|d| d.code == "too-many-steps"));
}
