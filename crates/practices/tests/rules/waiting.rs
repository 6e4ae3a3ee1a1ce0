//! Rule 13, waiting ends.

use super::run::{DAY, Run};
use serde_json::json;
use watercourse_core::item::{Ending, Phase};
use watercourse_core::refusal::Ground;

const LINE: &str = r#"step = [{ id = "a", start = true, deliver = true }, { id = "confirm", after = ["a"], done_on = "after:5d", team = "desk" }]
                      rule = [{ on = "confirm.failed", then = "a" }]"#;

#[test]
fn rule_13_a_person_resumes_to_active_and_a_reply_goes_back_to_queued() {
    let mut r = Run::of(LINE);
    r.refused("wait", json!({"step": "a", "reason": "user"}), Ground::Stale, "Only active work can wait");
    r.start("a");
    r.refused("wait", json!({"step": "a", "reason": "The user!"}), Ground::Malformed, "such as user or spare-part");
    r.refused("resume", json!({"step": "a"}), Ground::Stale, "does not wait, it is active");
    r.refused("reply", json!({"step": "a"}), Ground::Stale, "waits for no answer");
    r.act("wait", json!({"step": "a", "reason": "user"}));
    r.refused("finish", json!({"step": "a"}), Ground::Stale, "Resume it first.");
    r.refused("start", json!({"step": "a"}), Ground::Stale, "waits for user");
    r.act("resume", json!({"step": "a"}));
    assert_eq!(r.phase("a"), Phase::Active);
    r.act("wait", json!({"step": "a", "reason": "supplier"}));
    r.act("reply", json!({"step": "a"}));
    assert_eq!(r.phase("a"), Phase::Queued);
    r.refused("finish", json!({"step": "a"}), Ground::Stale, "Start it first.");
    r.start("a");
    r.finish("a");
    let spells: Vec<(&str, &str)> =
        r.round("a").visits.iter().flat_map(|v| &v.spells).map(|s| (s.phase.id(), s.reason.as_str())).collect();
    let expected = [
        ("queued", ""),
        ("active", ""),
        ("waiting", "user"),
        ("active", ""),
        ("waiting", "supplier"),
        ("queued", ""),
        ("active", ""),
    ];
    assert_eq!(spells, expected, "spells carry their kind");
}

#[test]
fn rule_13_work_that_waited_for_a_time_is_queued_when_it_comes() {
    let mut r = Run::of(LINE);
    r.start("a");
    r.act("wait", json!({"step": "a", "reason": "timer"}));
    assert_eq!(r.time_is_up("a"), "requeued a");
    assert_eq!(r.time_is_up("a"), "", "a second time it changes nothing");
}

#[test]
fn rule_13_auto_close_waits_for_the_time_and_fires_its_start_too() {
    let mut r = Run::of(LINE);
    r.done("a");
    assert_eq!((r.open_rounds().as_str(), r.round("confirm").waiting_for()), ("confirm waiting", Some("timer")));
    r.refused("reply", json!({"step": "confirm"}), Ground::Stale, "waits for no answer");
    r.refused("fail", json!({"step": "confirm"}), Ground::Stale, "Start it");
    r.later(5 * DAY);
    assert_eq!(r.time_is_up("confirm"), "started confirm; finished confirm; closed");
    assert!(r.round("confirm").started.is_some());
    assert_eq!((r.result().unwrap().id(), r.time_is_up("confirm").as_str()), ("delivered", ""));
}

#[test]
fn rule_13_a_person_may_finish_or_take_up_what_waits_for_the_time() {
    let mut r = Run::of(LINE);
    r.done("a");
    assert_eq!(r.finish("confirm"), "started confirm; finished confirm; closed");

    for verb in ["start", "resume"] {
        let mut r = Run::of(LINE);
        r.done("a");
        assert_eq!(r.act(verb, json!({"step": "confirm"})), "started confirm");
        assert_eq!(r.time_is_up("confirm"), "", "taken up, it no longer waits for the time");
        assert_eq!(r.fail("confirm"), "failed confirm; round_opened a");
    }
}

#[test]
fn rule_13_a_hand_over_does_not_lose_the_time() {
    let mut r = Run::of(LINE);
    r.done("a");
    r.hand_over("confirm", "other");
    assert_eq!(r.time_is_up("confirm"), "started confirm; finished confirm; closed");
}

#[test]
fn rule_13_the_time_counts_anew_when_what_came_before_is_done_again() {
    let mut r = Run::of(LINE);
    r.done("a");
    let first = r.round("confirm").number;
    r.later(4 * DAY);
    assert_eq!(r.act("reopen", json!({})), "reopened; dropped confirm; round_opened a");
    assert_eq!(r.act("timer", json!({"round": first})), "", "the old time means nothing now");
    r.start("a");
    r.later(2 * DAY);
    assert_eq!(r.finish("a"), "finished a; round_opened confirm");
    assert_eq!((r.open_rounds().as_str(), r.round("confirm").opened.micros()), ("confirm waiting", r.clock));
}

const OUTSIDE: &str = r#"step = [{ id = "a", start = true }, { id = "build", after = ["a"], done_on = "pipeline", outcomes = ["green", "amber"] }, { id = "c", after = ["build"] }]"#;

#[test]
fn rule_13_an_event_that_finishes_an_unstarted_round_fires_its_start_too() {
    let mut r = Run::of(OUTSIDE);
    r.refused("signal", json!({"event": "pipeline"}), Ground::Stale, "waits for “pipeline” now");
    r.done("a");
    assert_eq!(r.act("signal", json!({"event": "pipeline"})), "started build; finished build; round_opened c");
    assert_eq!(r.round("build").ended.as_ref().unwrap().1, Ending::Done(Some("green".to_owned())));
    r.refused("signal", json!({"event": "pipeline"}), Ground::Stale, "Open: c (queued).");
    assert_eq!(r.rounds("build"), 1, "what is done waits for nothing");
    r.refused("signal", json!({"event": "weather"}), Ground::Stale, "waits for “weather” now");
}

#[test]
fn rule_13_an_event_finishes_a_round_in_whatever_phase_and_may_fail_it() {
    let mut r = Run::of(OUTSIDE);
    r.done("a").start("build");
    r.act("wait", json!({"step": "build", "reason": "runner"}));
    assert_eq!(r.act("signal", json!({"event": "pipeline", "failed": true})), "failed build; round_opened build");
    r.refused(
        "signal",
        json!({"event": "pipeline", "outcome": "blue"}),
        Ground::Malformed,
        "Give one of: green, amber.",
    );
    r.act("signal", json!({"event": "pipeline", "outcome": "amber"}));
    assert_eq!(r.round("build").ended.as_ref().unwrap().1, Ending::Done(Some("amber".to_owned())));
}

#[test]
fn rule_13_an_event_before_its_time_is_a_deviation_or_denied() {
    let mut r = Run::of(OUTSIDE);
    r.done("a");
    r.back_to("a");
    assert_eq!(
        r.act("signal", json!({"event": "pipeline"})),
        "deviated build; started build; finished build; round_opened c"
    );
    assert_eq!(r.deviations(), "return a, early build");

    let mut r = Run::of(&format!("adhoc = \"deny\"\n{OUTSIDE}"));
    r.done("a");
    r.back_to("a");
    r.refused("signal", json!({"event": "pipeline"}), Ground::Forbidden, "no work before its time");
}
