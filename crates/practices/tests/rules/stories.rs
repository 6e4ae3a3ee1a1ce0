//! The three stories, step by step, on the streams that are shipped.

use super::run::{DAY, MINUTE, Run};
use serde_json::json;
use watercourse_core::item::{Ending, Phase};
use watercourse_core::refusal::Ground;

#[test]
fn story_a_an_incident_comes_in_twice_waits_goes_back_and_forth_and_comes_back() {
    let mut r = Run::shipped("restore-service", Some("reported"));
    r.start("reported");
    assert_eq!(r.start("detected"), "round_opened detected; started detected", "at once, and no deviation");
    r.finish("detected");
    assert_eq!(r.open_rounds(), "reported active, restore queued", "whichever came first is enough");
    r.finish("reported");
    assert_eq!(r.owed(), "restore confirm");

    r.start("restore");
    r.act("wait", json!({"step": "restore", "reason": "user"}));
    assert_eq!(r.round("restore").waiting_for(), Some("user"));
    r.later(40 * MINUTE).act("reply", json!({"step": "restore"}));
    r.start("restore");
    for team in ["security", "operations"] {
        r.hand_over("restore", team);
        assert_eq!(r.phase("restore"), Phase::Queued);
        r.start("restore");
    }
    assert_eq!(r.finish("restore"), "finished restore; round_opened confirm");
    let teams: Vec<_> = r.round("restore").visits.iter().filter_map(|v| v.team.clone()).collect();
    assert_eq!(teams, ["operations", "security", "operations"]);
    assert_eq!((r.round("confirm").waiting_for(), r.enabled().contains("review")), (Some("timer"), true));

    r.later(5 * DAY);
    assert_eq!(r.time_is_up("confirm"), "started confirm; finished confirm; closed");
    assert_eq!(r.result().unwrap().id(), "delivered");

    let (closed, _) = r.item.closed.unwrap();
    r.later(3 * DAY).act("reopen", json!({"reason": "it fails again"}));
    assert_eq!((r.open_rounds().as_str(), r.rounds("restore")), ("restore queued", 2));
    assert_eq!(r.item.parked.first().map(|p| p.0), Some(closed));
    r.done("restore review");
    assert_eq!(r.open_rounds(), "confirm waiting");
    for link in ["originates_from", "triggers_improvement"] {
        r.act("link", json!({"link": link, "to": uuid::Uuid::from_u128(77)}));
    }
    r.finish("confirm");
    assert_eq!((r.result().unwrap().id(), r.deviations().as_str()), ("delivered", ""));
    r.act("link", json!({"link": "relates_to", "to": uuid::Uuid::from_u128(78)}));
}

#[test]
fn story_a_the_user_says_it_still_does_not_work_before_the_close() {
    let mut r = Run::shipped("restore-service", Some("reported"));
    r.done("reported restore").later(3 * DAY);
    let delivered = r.round("restore").ended.clone().unwrap().0;
    assert_eq!(r.act("reopen", json!({})), "reopened; dropped confirm; round_opened restore");
    assert_eq!(r.item.parked.first().map(|p| p.0), Some(delivered), "delivered but open: it rested since");
    r.done("restore");
    assert_eq!(r.open_rounds(), "confirm waiting", "five days more");
    r.start("confirm");
    assert_eq!(r.fail("confirm"), "failed confirm; round_opened restore", "or they say so when asked");
}

#[test]
fn story_b_a_feature_is_declined_and_later_reconsidered() {
    let mut r = Run::shipped("new-feature", None);
    r.done("ask").start("prioritise");
    assert_eq!(r.finish_as("prioritise", "declined"), "finished prioritise; closed");
    assert_eq!((r.result().unwrap().id(), r.dead().as_str()), ("declined", "design build runbook deploy learn"));
    r.refused("start", json!({"step": "design"}), Ground::Stale, "Reopen it to go on");
    r.refused("reopen", json!({"step": "design"}), Ground::NotEnabled, "such as ask, prioritise.");

    r.later(10 * DAY);
    assert_eq!(r.act("reopen", json!({"reason": "three customers more"})), "reopened; round_opened prioritise");
    r.done("prioritise=accepted");
    assert_eq!((r.dead().as_str(), r.open_rounds().as_str()), ("", "design queued"), "reconsidering revives");
    let judged: Vec<_> =
        r.item.rounds.iter().filter_map(|n| n.ended.clone()).filter(|e| matches!(e.1, Ending::Done(Some(_)))).collect();
    assert_eq!(judged.len(), 2, "both decisions are kept");

    r.start("design");
    r.done("build");
    r.finish("design");
    for gate in ["approval", "test_run"] {
        r.pass("deploy", gate);
    }
    r.start("deploy");
    r.child_ends(r.child(), "delivered");
    r.done("learn");
    assert_eq!((r.result().unwrap().id(), r.deviations().as_str()), ("delivered", ""));
}

#[test]
fn story_c_a_change_spawned_by_a_deployment_is_gated_fails_and_is_rolled_back() {
    let mut feature = Run::shipped("new-feature", None);
    feature.done("ask prioritise=accepted").start("design");
    feature.act("signal", json!({"event": "pipeline"}));
    feature.finish("design");
    feature.refused("start", json!({"step": "deploy", "reason": "urgent"}), Ground::Gate, "approval and test_run");
    for gate in ["approval", "test_run"] {
        feature.pass("deploy", gate);
    }
    assert_eq!(feature.start("deploy"), "started deploy; child_opened deploy; paused deploy");

    let mut change = Run::shipped("normal-change", None);
    change.done("assess");
    assert_eq!(
        (change.open_rounds().as_str(), change.bypassed().contains("security-check")),
        ("authorise queued", true),
        "no high risk: no check"
    );
    change.start("authorise");
    assert_eq!(
        change.finish_as("authorise", "authorised"),
        "finished authorise; round_opened implement; gate_asked implement"
    );
    change.refuse("implement", "approval");
    change.refused(
        "start",
        json!({"step": "implement", "reason": "urgent"}),
        Ground::Gate,
        "until the gate is asked again",
    );
    change.act("ask_gate", json!({"step": "implement"}));
    change.pass("implement", "approval");
    change.start("implement");
    assert_eq!(change.fail("implement"), "failed implement; round_opened rollback");
    assert_eq!((change.owed().as_str(), change.dead().as_str()), ("rollback", "implement"));
    change.start("rollback");
    assert_eq!(change.finish("rollback"), "finished rollback; round_opened review");
    change.done("review");
    assert_eq!(change.result().unwrap().id(), "failed");

    assert_eq!(
        feature.child_ends(feature.child(), change.result().unwrap().id()),
        "child_ended deploy; requeued deploy"
    );
    feature.start("deploy");
    assert_eq!(feature.fail("deploy"), "failed deploy; round_opened rollback");
    feature.start("rollback");
    assert_eq!(feature.finish("rollback"), "finished rollback; closed");
    assert_eq!((feature.result().unwrap().id(), feature.dead().as_str()), ("failed", "deploy learn"));
}

#[test]
fn story_c_the_change_may_be_authorised_anew() {
    let mut r = Run::shipped("normal-change", None);
    r.done("assess authorise=authorised");
    r.pass("implement", "approval");
    r.start("implement");
    r.fail("implement");
    r.back_to("authorise");
    r.done("authorise=authorised");
    assert_eq!(r.open_rounds(), "rollback queued, implement queued", "a further attempt");
    r.refused("start", json!({"step": "implement"}), Ground::Gate, "held by its gate approval");
    r.pass("implement", "approval");
    r.done("implement rollback review");
    assert_eq!(r.result().unwrap().id(), "delivered");
}
