//! Rule 3, bypassed or dead.

use super::run::Run;
use serde_json::json;
use watercourse_core::item::Phase;
use watercourse_core::refusal::Ground;

#[test]
fn rule_03_a_step_whose_when_is_false_is_bypassed_and_its_successors_inherit_its_after() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"], when = "risk:high" }, { id = "c", after = ["b"] }]"#;
    let mut r = Run::with(lines, &[("risk", "low")]);
    assert_eq!(r.enabled(), "a", "c waits for what b waits for");
    r.done("a");
    assert_eq!((r.open_rounds().as_str(), r.bypassed().as_str()), ("c queued", "b"));
}

#[test]
fn rule_03_a_skipped_step_is_bypassed_and_its_successors_inherit_its_after() {
    let mut r =
        Run::of(r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"] }, { id = "c", after = ["b"] }]"#);
    r.skip("b");
    assert_eq!((r.open_rounds().as_str(), r.enabled().as_str()), ("a queued", "a"));
    r.done("a");
    assert_eq!((r.open_rounds().as_str(), r.deviations().as_str()), ("c queued", "skip b"));
    r.refused("skip", json!({"step": "b", "reason": "again"}), Ground::Stale, "out already");
    r.refused("skip", json!({"step": "a", "reason": "late"}), Ground::Stale, "has been finished");
    r.refused("skip", json!({"step": "c", "reason": ""}), Ground::Malformed, "Say why.");
    r.early("b");
    assert_eq!(r.enabled(), "a b", "started all the same, it counts again");
}

#[test]
fn rule_03_an_unused_start_is_bypassed_and_two_starts_can_be_used_at_once() {
    let lines = r#"step = [{ id = "reported", start = true }, { id = "detected", start = true }, { id = "restore", after = ["reported|detected"] }]"#;
    let mut r = Run::at(lines, "detected");
    assert_eq!(
        (r.open_rounds().as_str(), r.bypassed().as_str(), r.owed().as_str()),
        ("detected queued", "reported", "detected restore")
    );
    assert_eq!(r.start("reported"), "round_opened reported; started reported", "such a step is still offered");
    assert_eq!((r.owed().as_str(), r.deviations().as_str()), ("reported detected restore", ""));
    r.finish("reported");
    assert_eq!(r.open_rounds(), "detected queued, restore queued", "either is enough");
    r.done("restore");
    assert_eq!(r.owed(), "detected", "both were used, so both are owed");
}

#[test]
fn rule_03_successors_of_all_starts_do_not_wait_for_an_unused_one() {
    let mut r =
        Run::of(r#"step = [{ id = "a", start = true }, { id = "b", start = true }, { id = "c", after = ["a", "b"] }]"#);
    r.done("a");
    assert_eq!(r.open_rounds(), "c queued");
}

#[test]
fn rule_03_an_optional_step_is_bypassed_until_opened_and_again_after_failing() {
    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "x", after = ["a"], optional = true }, { id = "c", after = ["x"] }]"#,
    );
    assert_eq!(r.enabled(), "a", "c inherits the after of x");
    r.done("a");
    assert_eq!((r.open_rounds().as_str(), r.enabled().as_str()), ("c queued", "a x c"));
    r.start("x");
    assert_eq!(r.enabled(), "a x", "opened, it is waited for");
    r.fail("x");
    assert_eq!((r.bypassed().as_str(), r.enabled().as_str()), ("x", "a x c"));
    r.done("x");
    assert_eq!((r.bypassed().as_str(), r.enabled().as_str()), ("", "a x c"));
}

#[test]
fn rule_03_a_bypassed_step_stands_for_its_first_outcome() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "judge", after = ["a"], when = "risk:high", outcomes = ["yes", "no"] },
                           { id = "do", after = ["judge.yes"] }, { id = "tell", after = ["judge.no"] }]"#;
    let mut r = Run::with(lines, &[("risk", "low")]);
    r.done("a");
    assert_eq!((r.open_rounds().as_str(), r.dead().as_str()), ("do queued", "tell"));
}

#[test]
fn rule_03_a_skip_may_name_another_outcome() {
    let lines = r#"step = [{ id = "judge", start = true, outcomes = ["yes", "no"] }, { id = "do", after = ["judge.yes"] }, { id = "tell", after = ["judge.no"] },
                           { id = "mend", after = ["judge.failed"] }]"#;
    let mut r = Run::of(lines);
    r.refused(
        "skip",
        json!({"step": "judge", "reason": "clear", "as": "maybe"}),
        Ground::Malformed,
        "Give one of: yes, no.",
    );
    r.act("skip", json!({"step": "judge", "reason": "clear", "as": "no"}));
    assert_eq!((r.open_rounds().as_str(), r.dead().as_str()), ("tell queued", "do mend"));
}

#[test]
fn rule_03_a_skip_that_stands_for_a_declining_outcome_declines() {
    let lines = r#"step = [{ id = "judge", start = true, outcomes = ["yes", { ends = "declined", id = "no" }] }, { id = "do", after = ["judge.yes"] }]"#;
    let mut r = Run::of(lines);
    assert_eq!(
        r.act("skip", json!({"step": "judge", "reason": "clear", "as": "no"})),
        "dropped judge; skipped judge; deviated judge; closed"
    );
    assert_eq!(r.result().unwrap().id(), "declined");
    r.act("reopen", json!({}));
    assert_eq!(r.open_rounds(), "judge queued", "the decision can be reconsidered");
}

#[test]
fn rule_03_the_outcome_or_failure_of_an_unopened_optional_step_is_not_met() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "x", optional = true, outcomes = ["good", "bad"] },
                           { id = "b", after = ["a", "x.good"], optional = true }, { id = "c", after = ["a", "x.failed"], optional = true }]"#;
    let mut r = Run::of(lines);
    r.start("a");
    assert_eq!((r.enabled().as_str(), r.dead().as_str()), ("a x", ""), "not met, and not out of reach either");
    r.finish("a");
    assert!(r.item.closed.is_some());
}

#[test]
fn rule_03_a_bypassed_member_drops_out_of_either_or_while_another_lives() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "b", after = ["a"] }, { id = "x", after = ["a"], optional = true }, { id = "c", after = ["b|x"] }]"#;
    let mut r = Run::of(lines);
    r.done("a");
    assert_eq!(
        (r.open_rounds().as_str(), r.enabled().as_str()),
        ("b queued", "a b x"),
        "c waits for b, not for the x nobody opened"
    );
    r.done("x");
    assert_eq!(r.open_rounds(), "b queued, c queued", "done, it counts");

    let mut r = Run::of(lines);
    r.done("a");
    r.skip("x");
    assert_eq!(r.open_rounds(), "b queued, c queued", "skipped, it stays in");
}

#[test]
fn rule_03_a_bypassed_member_stays_where_no_other_lives() {
    let lines = r#"step = [{ id = "a", start = true, outcomes = ["yes", "no"] }, { id = "b", after = ["a.yes"] }, { id = "x", after = ["a"], optional = true },
                           { id = "c", after = ["b|x"] }]"#;
    let mut r = Run::of(lines);
    r.done("a=no");
    assert_eq!((r.dead().as_str(), r.open_rounds().as_str()), ("b", "c queued"));
    let both = r#"step = [{ id = "a", start = true }, { id = "x", after = ["a"], optional = true }, { id = "y", after = ["a"], when = "risk:high" }, { id = "c", after = ["x|y"] }]"#;
    let mut r = Run::of(both);
    r.done("a");
    assert_eq!(
        (r.bypassed().as_str(), r.open_rounds().as_str()),
        ("x y", "c queued"),
        "where all are bypassed any is enough"
    );
}

#[test]
fn rule_03_the_member_of_a_choice_started_last_is_the_choice() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "make", after = ["a"] }, { id = "buy", after = ["a"] }, { id = "end", after = ["make|buy"] }]
                   rule = [{ choice = ["make", "buy"] }]"#;
    let mut r = Run::of(lines);
    r.done("a").start("make");
    assert_eq!(r.dead(), "buy");
    r.refused("start", json!({"step": "buy"}), Ground::NotEnabled, "the item went another way");
    r.early("buy");
    assert_eq!((r.dead().as_str(), r.open_rounds().as_str()), ("make", "make active, buy active"));
    r.give_up("make");
    r.finish("buy");
    assert_eq!((r.open_rounds().as_str(), r.rounds("make")), ("end queued", 1));
}

#[test]
fn rule_03_stop_and_choice_kill_only_unfinished_steps() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "b", start = true }, { id = "c", after = ["a"] }, { id = "d", after = ["b"] }, { id = "z", optional = true }]
                   rule = [{ on = "z", stop = ["a", "b"] }]"#;
    let mut r = Run::of(lines);
    r.done("a").start("b");
    r.done("z");
    assert_eq!((r.dead().as_str(), r.phase("b")), ("b d", Phase::Active), "a is finished; b, started, runs on");
    r.finish("b");
    assert_eq!((r.dead().as_str(), r.open_rounds().as_str()), ("", "c queued, d queued"));
}

#[test]
fn rule_03_a_stopped_step_comes_back_when_resumed() {
    let lines = r#"step = [{ id = "a", start = true }, { id = "b" }, { id = "z", optional = true, outcomes = ["bad", "good"] }]
                   rule = [{ on = "z.bad", stop = ["b"], resume_on = "z.good" }]"#;
    let mut r = Run::of(lines);
    r.done("z=bad");
    assert_eq!((r.dead().as_str(), r.open_rounds().as_str()), ("b", "a queued"));
    r.done("z=good");
    assert_eq!((r.dead().as_str(), r.open_rounds().as_str()), ("", "a queued, b queued"));

    let mut r = Run::of(
        r#"step = [{ id = "a", start = true }, { id = "b" }, { id = "z", optional = true, outcomes = ["bad", "good"] }]
           rule = [{ on = "z.bad", stop = ["b"] }, { on = "z.good", resume = ["b"] }]"#,
    );
    r.done("z=bad z=good");
    assert_eq!(r.dead(), "", "and so says a rule of its own");
}

#[test]
fn rule_03_a_contradicted_outcome_kills_finished_steps_too() {
    let lines = r#"step = [{ id = "judge", start = true, outcomes = ["yes", "no"] }, { id = "do", after = ["judge.yes"] }, { id = "show", after = ["do"] }, { id = "tell", after = ["judge.no"] }]"#;
    let mut r = Run::of(lines);
    r.done("judge=yes do");
    r.act("return_to", json!({"step": "judge", "reason": "new facts"}));
    r.done("judge=no");
    assert_eq!(
        (r.dead().as_str(), r.open_rounds().as_str(), r.phase("show")),
        ("do show", "tell queued", Phase::Dropped)
    );
}

#[test]
fn rule_03_dead_steps_satisfy_nothing_and_drop_out_of_either_or() {
    let lines = r#"step = [{ id = "judge", start = true, outcomes = ["yes", "no"] }, { id = "do", after = ["judge.yes"] }, { id = "tell", after = ["judge.no"] },
                           { id = "both", after = ["do", "tell"] }, { id = "either", after = ["do|tell"] }]"#;
    let mut r = Run::of(lines);
    r.done("judge=yes");
    assert_eq!(r.dead(), "tell both", "a successor dies when no alternative lives");
    r.done("do");
    assert_eq!(r.open_rounds(), "either queued");
}

#[test]
fn rule_03_living_is_the_least_set() {
    let lines = r#"step = [{ id = "a", start = true, outcomes = ["x", "y"] }, { id = "p", after = ["a.x|q.again"] }, { id = "q", after = ["p"], outcomes = ["ok", "again"] },
                           { id = "end", after = ["a.y|q.ok"] }]"#;
    let mut r = Run::of(lines);
    r.done("a=y");
    assert_eq!(
        (r.dead().as_str(), r.open_rounds().as_str()),
        ("p q", "end queued"),
        "p and q do not keep each other alive"
    );
}

#[test]
fn rule_03_reconsidering_a_decision_revives() {
    let lines = r#"step = [{ id = "judge", start = true, outcomes = ["yes", "no"] }, { id = "do", after = ["judge.yes"] }, { id = "tell", after = ["judge.no"] }]"#;
    let mut r = Run::of(lines);
    r.done("judge=no");
    assert_eq!(r.dead(), "do");
    r.back_to("judge");
    assert_eq!(r.dead(), "do", "until it is decided anew the old decision stands");
    r.done("judge=yes");
    assert_eq!((r.dead().as_str(), r.open_rounds().as_str()), ("tell", "do queued"));
}
