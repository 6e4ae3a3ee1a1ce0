//! Stories of work, told through the API and read back from it.

use crate::server::{Server, on_both};
use serde_json::{Value, json};

on_both!(
    an_incident_comes_in_twice_goes_back_and_forth_and_comes_back,
    a_feature_is_declined_and_later_reconsidered,
    what_ended_too_long_ago_is_taken_up_by_a_new_item,
    a_change_is_gated_fails_and_is_rolled_back,
    what_the_stream_does_not_foresee_is_recorded_with_its_reason,
    two_people_finish_the_same_step,
);

/// A clock of the story: minutes since its beginning, ten days ago.
struct Story<'a> {
    server: &'a Server,
    begin: jiff::Timestamp,
}

impl<'a> Story<'a> {
    fn ten_days_ago(server: &'a Server) -> Self {
        Self { server, begin: jiff::Timestamp::now() - jiff::SignedDuration::from_hours(240) }
    }
    fn at(&self, minutes: i64) -> String {
        (self.begin + jiff::SignedDuration::from_mins(minutes)).to_string()
    }
    async fn open(&self, minutes: i64, stream: &str, mut more: Value) -> String {
        more["stream"] = json!(stream);
        more["at"] = json!(self.at(minutes));
        self.server.post("/api/v1/items", more).await.created()["item"]["key"].as_str().unwrap().to_owned()
    }
    async fn act(&self, minutes: i64, key: &str, verb: &str, mut body: Value) -> Value {
        body["at"] = json!(self.at(minutes));
        self.server.act(key, verb, body).await.ok()
    }
    /// Does several verbs in a row, a minute apart.
    async fn course(&self, minutes: i64, key: &str, course: &[(&str, &str)]) {
        for (offset, (verb, step)) in course.iter().enumerate() {
            self.act(minutes + i64::try_from(offset).unwrap(), key, verb, json!({"step": step})).await;
        }
    }
}

fn texts(list: &Value, member: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|v| v[member].as_str().unwrap_or("-").to_owned()).collect()
}

fn round<'a>(item: &'a Value, step: &str) -> &'a Value {
    item["rounds"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .find(|r| r["step"] == step)
        .unwrap_or_else(|| panic!("no round of {step}"))
}

/// The segments of an item are disjoint and sum exactly to its lead time.
fn segments_add_up(item: &Value) {
    let segments = &item["segments"];
    let parts = segments["parts"].as_array().unwrap();
    let sum: i64 = parts.iter().map(|p| p["ms"].as_i64().unwrap()).sum();
    assert_eq!(sum, segments["lead_time_ms"].as_i64().unwrap(), "{segments:#}");
    for pair in parts.windows(2) {
        assert_eq!(pair[0]["until"], pair[1]["from"], "no gap and no overlap: {segments:#}");
    }
}

async fn an_incident_comes_in_twice_goes_back_and_forth_and_comes_back(server: Server) {
    let story = Story::ten_days_ago(&server);
    let key = story
        .open(
            0,
            "restore-service",
            json!({"start": "reported", "title": "VPN logins fail", "fields": {"urgency": "high"}}),
        )
        .await;
    assert!(key.starts_with("INC-"), "{key}");

    // A user and monitoring tell of it at once: both ways in are used, and neither is a deviation.
    story
        .course(
            1,
            &key,
            &[("start", "reported"), ("start", "detected"), ("finish", "detected"), ("finish", "reported")],
        )
        .await;
    let item = server.item(&key).await;
    assert_eq!(round(&item, "restore")["phase"], "queued");
    assert_eq!(item["standing"]["owed"], json!(["restore", "confirm"]));

    // It waits for its user, who answers; then it goes from A to B and back.
    story.act(10, &key, "start", json!({"step": "restore"})).await;
    let waiting = story
        .act(20, &key, "wait", json!({"step": "restore", "reason": "user", "comment": "Which laptop is it?"}))
        .await;
    assert_eq!(texts(&waiting["facts"], "what"), ["paused"]);
    assert_eq!(round(&server.item(&key).await, "restore")["waiting_for"], "user");
    story.act(50, &key, "reply", json!({"step": "restore", "comment": "The old one"})).await;
    assert_eq!(round(&server.item(&key).await, "restore")["phase"], "queued");
    story.act(55, &key, "start", json!({"step": "restore"})).await;
    for (minutes, team) in [(60, "security"), (90, "operations")] {
        story.act(minutes, &key, "hand_over", json!({"step": "restore", "team": team})).await;
        story.act(minutes + 5, &key, "start", json!({"step": "restore"})).await;
    }
    story.act(120, &key, "finish", json!({"step": "restore", "comment": "Certificate renewed"})).await;
    let item = server.item(&key).await;
    let restored = round(&item, "restore");
    assert_eq!(texts(&restored["visits"], "team"), ["operations", "security", "operations"]);
    assert_eq!(texts(&restored["visits"][0]["spells"], "phase"), ["queued", "active", "waiting", "queued", "active"]);
    assert_eq!(texts(&restored["visits"][1]["spells"], "phase"), ["queued", "active"]);
    assert_eq!(item["state"], "open", "people work again, and the user has not confirmed yet");
    assert_eq!(round(&item, "confirm")["waiting_for"], "timer");

    story.act(180, &key, "finish", json!({"step": "confirm"})).await;
    let resolved = server.item(&key).await;
    assert_eq!((&resolved["state"], &resolved["result"]), (&json!("closed"), &json!("delivered")));
    segments_add_up(&resolved);
    assert_eq!(
        resolved["segments"]["lead_time_ms"],
        120 * 60_000,
        "lead time ends where people work again, not at the close"
    );

    // Three days later it is back: the same item, with the time between as parked.
    let back = 180 + 3 * 24 * 60;
    story.act(back, &key, "reopen", json!({"reason": "It fails again"})).await;
    let reopened = server.item(&key).await;
    assert_eq!(reopened["state"], "open");
    assert_eq!(round(&reopened, "restore")["number"], 5, "a new round of the delivering step");
    story.course(back + 10, &key, &[("start", "restore"), ("finish", "restore"), ("finish", "confirm")]).await;

    // What recurs leads on: to a problem, and to an improvement.
    let problem = story.open(back + 30, "problem-to-fix", json!({"title": "Certificates expire unseen"})).await;
    story.act(back + 31, &problem, "link", json!({"link": "originates_from", "to": key})).await;
    let improvement = story.open(back + 40, "continual-improvement", json!({"title": "Watch certificates"})).await;
    story.act(back + 41, &key, "link", json!({"link": "triggers_improvement", "to": improvement})).await;

    let item = server.item(&key).await;
    assert_eq!(item["result"], "delivered");
    assert_eq!(item["deviations"], json!([]));
    segments_add_up(&item);
    assert!(texts(&item["segments"]["parts"], "what").contains(&"parked-done".to_owned()), "{:#}", item["segments"]);
    let mut links: Vec<(String, String)> = item["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| (l["words"].as_str().unwrap().to_owned(), l["key"].as_str().unwrap().to_owned()))
        .collect();
    links.sort();
    assert_eq!(links, [("gave rise to".to_owned(), problem), ("triggers improvement".to_owned(), improvement)]);
    let whats = texts(&item["facts"], "what");
    for what in ["opened", "paused", "requeued", "handed_over", "closed", "reopened", "linked"] {
        assert!(whats.contains(&what.to_owned()), "{what} in {whats:?}");
    }
    let notes: Vec<String> = texts(&item["facts"], "note").into_iter().filter(|n| n != "-").collect();
    assert!(
        notes.contains(&"Which laptop is it?".to_owned()) && notes.contains(&"It fails again".to_owned()),
        "{notes:?}"
    );
}

async fn a_feature_is_declined_and_later_reconsidered(server: Server) {
    let story = Story::ten_days_ago(&server);
    let key = story.open(0, "new-feature", json!({"title": "Single sign-on"})).await;
    story.course(1, &key, &[("start", "ask"), ("finish", "ask"), ("start", "prioritise")]).await;
    let declined = story
        .act(60, &key, "finish", json!({"step": "prioritise", "outcome": "declined", "comment": "Too few asked"}))
        .await;
    assert_eq!((&declined["item"]["state"], &declined["item"]["result"]), (&json!("closed"), &json!("declined")));
    let item = server.item(&key).await;
    assert!(
        item["standing"]["dead"].as_array().unwrap().contains(&json!("design")),
        "what hangs on being accepted is out"
    );
    segments_add_up(&item);

    // Nothing more can be done to it but to take it up again.
    let refused = server.act(&key, "start", json!({"step": "design"})).await.problem(409, "stale");
    assert!(refused["hint"].as_str().unwrap().contains("Reopen"), "{refused:#}");

    story.act(5 * 24 * 60, &key, "reopen", json!({"reason": "Three customers more"})).await;
    let item = server.item(&key).await;
    assert_eq!((&item["state"], &item["result"]), (&json!("open"), &Value::Null));
    assert_eq!(round(&item, "prioritise")["phase"], "queued", "it goes on at the decision that ended it");
    story.act(5 * 24 * 60 + 10, &key, "start", json!({"step": "prioritise"})).await;
    story.act(5 * 24 * 60 + 20, &key, "finish", json!({"step": "prioritise", "outcome": "accepted"})).await;
    let item = server.item(&key).await;
    assert_eq!(item["standing"]["dead"], json!([]), "reconsidering revives");
    assert_eq!(round(&item, "design")["phase"], "queued");
    let outcomes: Vec<&Value> = item["rounds"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["step"] == "prioritise")
        .map(|r| &r["outcome"])
        .collect();
    assert_eq!(outcomes, ["declined", "accepted"], "both decisions are kept");
}

async fn what_ended_too_long_ago_is_taken_up_by_a_new_item(server: Server) {
    let begin = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * 60);
    let story = Story { server: &server, begin };
    let key = story.open(0, "standard-request", json!({"title": "A second screen"})).await;
    story.act(5, &key, "cancel", json!({"reason": "Found one"})).await;
    let done = server.act(&key, "reopen", json!({"reason": "It broke"})).await.ok();
    let new = done["item"]["key"].as_str().unwrap();
    assert_ne!(new, key, "the answer is a new item");
    let item = server.item(new).await;
    assert_eq!((&item["state"], &item["title"]), (&json!("open"), &json!("A second screen")));
    assert_eq!((&item["links"][0]["words"], &item["links"][0]["key"]), (&json!("reopens"), &json!(key)));
    let old = server.item(&key).await;
    assert_eq!(
        (&old["state"], &old["result"]),
        (&json!("closed"), &json!("cancelled")),
        "the old one stays as it ended"
    );
    assert_eq!(old["links"][0]["words"], "reopened as");
}

async fn a_change_is_gated_fails_and_is_rolled_back(server: Server) {
    let story = Story::ten_days_ago(&server);
    let feature = story.open(0, "new-feature", json!({"title": "Pay by invoice"})).await;
    story.course(1, &feature, &[("start", "ask"), ("finish", "ask"), ("start", "prioritise")]).await;
    story.act(10, &feature, "finish", json!({"step": "prioritise", "outcome": "accepted"})).await;
    // Building overlaps designing: it may begin as soon as the design has.
    story
        .course(20, &feature, &[("start", "design"), ("start", "build"), ("finish", "design"), ("finish", "build")])
        .await;

    // Two gates hold the deployment, and no reason gets past them.
    let held =
        server.act(&feature, "start", json!({"step": "deploy", "reason": "It is urgent"})).await.problem(409, "gate");
    assert!(held["detail"].as_str().unwrap().contains("approval"), "{held:#}");
    story
        .act(
            30,
            &feature,
            "pass_gate",
            json!({"step": "deploy", "gate": "approval", "evidence": "Minutes of the board"}),
        )
        .await;
    story
        .act(31, &feature, "refuse_gate", json!({"step": "deploy", "gate": "test_run", "reason": "Two tests fail"}))
        .await;
    server.act(&feature, "start", json!({"step": "deploy"})).await.problem(409, "gate");
    assert_eq!(
        round(&server.item(&feature).await, "deploy")["gates"],
        json!({"approval": "passed", "test_run": "refused"})
    );
    story.act(40, &feature, "ask_gate", json!({"step": "deploy"})).await;
    story.act(41, &feature, "pass_gate", json!({"step": "deploy", "gate": "test_run"})).await;

    // Starting it opens a change of its own, for which it waits.
    story.act(50, &feature, "start", json!({"step": "deploy"})).await;
    let waiting = server.item(&feature).await;
    assert_eq!(round(&waiting, "deploy")["waiting_for"], "child");
    let change = round(&waiting, "deploy")["child"]["key"].as_str().unwrap().to_owned();
    assert!(change.starts_with("CHG-"), "{change}");
    assert_eq!(server.item(&change).await["links"][0]["words"], "spawned by");

    story.course(60, &change, &[("start", "assess"), ("finish", "assess"), ("start", "authorise")]).await;
    story.act(70, &change, "finish", json!({"step": "authorise", "outcome": "authorised"})).await;
    server.act(&change, "start", json!({"step": "implement"})).await.problem(409, "gate");
    story.act(75, &change, "pass_gate", json!({"step": "implement", "gate": "approval"})).await;
    story.act(80, &change, "start", json!({"step": "implement"})).await;
    story.act(90, &change, "fail", json!({"step": "implement", "comment": "Payments time out"})).await;
    let failing = server.item(&change).await;
    assert_eq!(failing["standing"]["owed"], json!(["rollback"]), "the way back is owed now, and nothing else");
    assert!(failing["standing"]["dead"].as_array().unwrap().contains(&json!("implement")), "no further attempt");
    story
        .course(
            95,
            &change,
            &[("start", "rollback"), ("finish", "rollback"), ("start", "review"), ("finish", "review")],
        )
        .await;
    let failed = server.item(&change).await;
    assert_eq!((&failed["state"], &failed["result"]), (&json!("closed"), &json!("failed")));
    assert_eq!(failed["deviations"], json!([]));
    segments_add_up(&failed);

    // The feature is back with a person, who gives the attempt up: it is rolled back and ends as failed.
    let item = server.item(&feature).await;
    assert_eq!(round(&item, "deploy")["phase"], "queued");
    assert_eq!(round(&item, "deploy")["child"]["result"], "failed");
    story
        .course(
            120,
            &feature,
            &[("start", "deploy"), ("fail", "deploy"), ("start", "rollback"), ("finish", "rollback")],
        )
        .await;
    let item = server.item(&feature).await;
    assert_eq!((&item["state"], &item["result"]), (&json!("closed"), &json!("failed")));
    assert_eq!(round(&item, "rollback")["phase"], "done");
    segments_add_up(&item);
}

async fn what_the_stream_does_not_foresee_is_recorded_with_its_reason(server: Server) {
    let story = Story::ten_days_ago(&server);
    let key = story.open(0, "onboard-employee", json!({"title": "Ada begins on Monday"})).await;
    let item = server.item(&key).await;
    let steps: Vec<String> = server.get("/api/v1/streams/onboard-employee").await.ok()["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["id"].as_str().unwrap().to_owned())
        .collect();
    let enabled = item["standing"]["enabled"].as_array().unwrap();
    let later = steps.iter().find(|s| !enabled.contains(&json!(s))).unwrap();

    let refused = server.act(&key, "start", json!({"step": later})).await.problem(409, "not-enabled");
    assert!(!refused["hint"].as_str().unwrap().is_empty(), "{refused:#}");
    let offered = |item: &Value, verb: &str, step: &str| {
        item["verbs"].as_array().unwrap().iter().find(|o| o["verb"] == verb && o["step"] == step).cloned()
    };
    assert_eq!(offered(&item, "start", later).unwrap()["needs"], json!(["reason"]), "offered, with a reason");
    story.act(5, &key, "start", json!({"step": later, "reason": "The laptop takes weeks"})).await;
    story.act(10, &key, "add_work", json!({"name": "order-parking", "activity": "obtain_build", "team": "operations", "reason": "She comes by car"})).await;
    let item = server.item(&key).await;
    let extra = item["rounds"].as_array().unwrap().iter().find(|r| r["name"] == "order-parking").unwrap();
    let place = extra["step"].as_str().unwrap().to_owned();
    assert_eq!((&extra["activity"], &extra["phase"]), (&json!("obtain_build"), &json!("active")));
    story.act(15, &key, "finish", json!({"step": place})).await;
    let item = server.item(&key).await;
    assert_eq!(texts(&item["deviations"], "kind"), ["early", "adhoc"]);
    assert_eq!(texts(&item["deviations"], "reason"), ["The laptop takes weeks", "She comes by car"]);
}

async fn two_people_finish_the_same_step(server: Server) {
    let key = server.open("standard-request", "A new badge").await;
    server.act(&key, "start", json!({"step": "ask"})).await.ok();
    let finish = || server.act(&key, "finish", json!({"step": "ask", "outcome": "accepted"}));
    let (one, other) = tokio::join!(finish(), finish());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let loser = if one.status == 409 { one } else { other };
    loser.problem(409, "stale");
    let finished = |item: &Value| texts(&item["facts"], "what").iter().filter(|w| *w == "finished").count();
    assert_eq!(finished(&server.item(&key).await), 1);
}
