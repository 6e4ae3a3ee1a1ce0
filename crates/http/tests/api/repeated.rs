//! What comes twice has one effect: requests by their key, hooks and deployments by their delivery.

use crate::server::{Server, on_both};
use serde_json::{Value, json};
use watercourse_connect::secret::Secret;
use watercourse_connect::signature::{sign_body, sign_standard};

on_both!(
    the_same_request_is_answered_as_the_first_time,
    a_race_of_the_same_request_has_one_winner,
    an_item_is_only_changed_by_whoever_has_seen_it,
    a_deployment_reported_twice_finishes_one_step,
    a_failed_deployment_fails_the_step,
    a_hook_sent_twice_has_one_effect,
    a_hook_is_only_believed_when_it_is_signed,
    a_hook_for_an_item_that_does_not_wait_changes_nothing,
);

async fn the_same_request_is_answered_as_the_first_time(server: Server) {
    let body = json!({"stream": "standard-request", "title": "A chair"});
    let open = |key: &'static str, body: &Value| {
        server.send(server.request("POST", "/api/v1/items").header("idempotency-key", key).json(body))
    };
    let first = open("\"k-1\"", &body).await;
    let again = open("k-1", &body).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body, "quoted or bare, it is the same key");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["location"], first.headers["location"]);
    open("k-1", &json!({"stream": "standard-request", "title": "A table"})).await.problem(422, "key-reused");
    assert_eq!(server.get("/api/v1/items").await.ok()["data"].as_array().unwrap().len(), 1);

    let key = first.body["item"]["key"].as_str().unwrap().to_owned();
    let act = || {
        server.send(
            server
                .request("POST", &format!("/api/v1/items/{key}/start"))
                .header("idempotency-key", "k-2")
                .json(&json!({"step": "ask"})),
        )
    };
    let (first, again) = (act().await, act().await);
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    // Without a key a repeated request is a new one, and this step has been started.
    server.act(&key, "start", json!({"step": "ask"})).await.problem(409, "stale");
}

async fn a_race_of_the_same_request_has_one_winner(server: Server) {
    let body = json!({"stream": "standard-request", "title": "A chair"});
    let open = || server.send(server.request("POST", "/api/v1/items").header("idempotency-key", "race").json(&body));
    let (a, b, c) = tokio::join!(open(), open(), open());
    for reply in [&a, &b, &c] {
        assert!(reply.status == 201 || reply.status == 409, "{} {:#}", reply.status, reply.body);
    }
    assert_eq!(server.get("/api/v1/items").await.ok()["data"].as_array().unwrap().len(), 1);
}

async fn an_item_is_only_changed_by_whoever_has_seen_it(server: Server) {
    let key = server.open("standard-request", "A chair").await;
    let path = format!("/api/v1/items/{key}");
    let seen = server.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
    let same = server.send(server.request("GET", &path).header("if-none-match", &seen)).await;
    assert_eq!(same.status, 304);
    let comment = |tag: &str| {
        server.send(
            server
                .request("POST", &format!("{path}/comment"))
                .header("if-match", tag)
                .json(&json!({"text": "Blue, please"})),
        )
    };
    comment(&seen).await.ok();
    comment(&seen).await.problem(412, "precondition");
    comment("*").await.ok();
    let changed = server.send(server.request("GET", &path).header("if-none-match", &seen)).await;
    assert_eq!(changed.status, 200);
}

/// What brings a feature to where its build waits for a pipeline.
const WAY_TO_BUILDING: [(&str, &str); 5] = [
    ("start", r#"{"step": "ask"}"#),
    ("finish", r#"{"step": "ask"}"#),
    ("start", r#"{"step": "prioritise"}"#),
    ("finish", r#"{"step": "prioritise", "outcome": "accepted"}"#),
    ("start", r#"{"step": "design"}"#),
];

/// A feature whose build waits for a pipeline.
async fn building(server: &Server) -> String {
    let key = server.open("new-feature", "Dark mode").await;
    for (verb, body) in WAY_TO_BUILDING {
        server.act(&key, verb, serde_json::from_str(body).unwrap()).await.ok();
    }
    key
}

async fn endings(server: &Server, key: &str) -> Vec<Value> {
    let item = server.item(key).await;
    item["rounds"].as_array().unwrap().iter().filter(|r| r["step"] == "build").map(|r| r["ending"].clone()).collect()
}

async fn a_deployment_reported_twice_finishes_one_step(server: Server) {
    let key = building(&server).await;
    let report = json!({"service": "shop", "environment": "production", "version": "1.4.0", "commit": "5f2c1d", "outcome": "succeeded", "item": key});
    let first = server.post("/api/v1/deployments", report.clone()).await.ok();
    assert_eq!((&first["effect"], &first["item"]), (&json!("applied"), &json!(key)));
    assert_eq!(first["detail"], json!(format!("{key}: build finished.")), "{first:#}");
    let again = server.post("/api/v1/deployments", report).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.ok(), first, "however often it is sent");
    assert_eq!(endings(&server, &key).await, ["done"]);
    let listed = server.get("/api/v1/deployments").await.ok();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1, "{listed:#}");
    let facts = server.item(&key).await["facts"].clone();
    let finished = facts.as_array().unwrap().iter().rev().find(|f| f["what"] == "finished").unwrap();
    assert_eq!((&finished["step"], &finished["cause"]), (&json!("build"), &json!("signal")));
}

async fn a_failed_deployment_fails_the_step(server: Server) {
    let key = building(&server).await;
    let report =
        json!({"service": "shop", "environment": "production", "version": "1.4.0", "outcome": "failed", "item": key});
    server.post("/api/v1/deployments", report).await.ok();
    assert_eq!(endings(&server, &key).await, [json!("failed"), Value::Null], "it is owed again");
    server.post("/api/v1/deployments", json!({"service": "shop"})).await.problem(400, "malformed");
    server
        .post(
            "/api/v1/deployments",
            json!({"service": "shop", "environment": "p", "version": "1", "outcome": "succeeded", "item": "main"}),
        )
        .await
        .problem(422, "invalid");
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async fn with_source(server: &Server) -> Secret {
    let source = json!({"secret": SECRET, "mapping": {"event": "pipeline", "item": "/ref", "outcome": "/status", "delivery": "/id"}});
    let kept = server.send(server.request("PUT", "/api/v1/hooks/forge").json(&source)).await;
    assert!([200, 201].contains(&kept.status), "{:#}", kept.body);
    assert!(!kept.text.contains("MfKQ"), "the secret is never shown again");
    Secret::parse(SECRET).unwrap()
}

async fn send(server: &Server, secret: &Secret, id: &str, body: &Value) -> crate::server::Reply {
    let body = body.to_string();
    let now = jiff::Timestamp::now().as_second();
    let request = server
        .request("POST", "/hooks/generic/forge")
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", now.to_string())
        .header("webhook-signature", sign_standard(secret, id, now, body.as_bytes()))
        .body(body);
    server.send(request).await
}

async fn a_hook_sent_twice_has_one_effect(server: Server) {
    let key = building(&server).await;
    let secret = with_source(&server).await;
    let message = |status: &str, id: u32| json!({"ref": format!("feature/{key}-dark"), "status": status, "id": id});
    assert_eq!(
        send(&server, &secret, "m0", &message("running", 7)).await.ok()["effect"],
        "none",
        "nothing to tell yet"
    );
    let first = send(&server, &secret, "m1", &message("success", 7)).await;
    let again = send(&server, &secret, "m2", &message("success", 7)).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let first = first.ok();
    assert_eq!((&first["effect"], &first["item"]), (&json!("applied"), &json!(key)));
    assert_eq!(again.ok(), first);
    assert_eq!(endings(&server, &key).await, ["done"]);
}

async fn a_hook_is_only_believed_when_it_is_signed(server: Server) {
    let key = building(&server).await;
    let secret = with_source(&server).await;
    let body = json!({"ref": key, "status": "success", "id": 1});
    let other = Secret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
    send(&server, &other, "m1", &body).await.problem(401, "bad-signature");
    server.post("/hooks/generic/forge", body.clone()).await.problem(401, "bad-signature");
    server.post("/hooks/generic/unknown", body.clone()).await.problem(404, "not-found");
    assert_eq!(endings(&server, &key).await, [Value::Null]);
    let text = body.to_string();
    let request = server
        .request("POST", "/hooks/generic/forge")
        .header("content-type", "application/json")
        .header("x-signature-256", sign_body(&secret, text.as_bytes()))
        .body(text);
    assert_eq!(server.send(request).await.ok()["effect"], "applied");
    let short = json!({"secret": "short", "mapping": {"event": "pipeline", "item": "/ref"}});
    server.send(server.request("PUT", "/api/v1/hooks/other").json(&short)).await.problem(422, "invalid");
    let pointer = json!({"secret": SECRET, "mapping": {"event": "pipeline", "item": "ref"}});
    server.send(server.request("PUT", "/api/v1/hooks/other").json(&pointer)).await.problem(422, "invalid");
}

async fn a_hook_for_an_item_that_does_not_wait_changes_nothing(server: Server) {
    let key = server.open("new-feature", "Dark mode").await;
    let secret = with_source(&server).await;
    let before = server.item(&key).await;
    let message = json!({"ref": key, "status": "success", "id": 1});
    let refused = send(&server, &secret, "m1", &message).await.problem(409, "stale");
    assert!(refused["detail"].as_str().unwrap().contains("pipeline"), "{refused:#}");
    assert_eq!(server.item(&key).await["facts"], before["facts"]);
    send(&server, &secret, "m2", &json!({"ref": "FEA-999999", "status": "success", "id": 2}))
        .await
        .problem(404, "not-found");
    // What was refused is not remembered: sent again when the step waits for it, it has its effect.
    for (verb, body) in WAY_TO_BUILDING {
        server.act(&key, verb, serde_json::from_str(body).unwrap()).await.ok();
    }
    assert_eq!(send(&server, &secret, "m1", &message).await.ok()["effect"], "applied");
}
