//! Logs of other tools, sent as files.

use crate::server::{Reply, Server, encoded, on_both};
use serde_json::{Value, json};

on_both!(a_log_becomes_a_stream_beside_the_native_ones, a_log_that_is_off_leaves_nothing);

const LOG: &str = "case,activity,time,team\n\
    1,Ask,2026-01-05T09:00:00Z,desk\n1,Do,2026-01-05T11:00:00Z,ops\n1,Closed,2026-01-06T09:00:00Z,desk\n\
    2,Ask,2026-01-06T09:00:00Z,desk\n2,Do,2026-01-07T09:00:00Z,ops\n";

async fn send(server: &Server, path: &str, key: &str, file: &str) -> Reply {
    server.send(server.request("POST", path).header("idempotency-key", key).body(file.to_owned())).await
}

async fn a_log_becomes_a_stream_beside_the_native_ones(server: Server) {
    let path = "/api/v1/imports?stream=old-desk&name=Old%20desk&done=Closed";
    let imported = send(&server, path, "k1", LOG).await.created();
    assert_eq!((&imported["items"], &imported["events"]), (&json!(2), &json!(5)), "{imported:#}");
    assert_eq!(imported["rows"], json!({"read": 5, "used": 5, "merged": 0, "skipped": 0, "rejected": 0}));

    let again = send(&server, path, "k1", LOG).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.created(), imported);
    send(&server, path, "k1", &LOG.replace("Do", "Work")).await.problem(422, "key-reused");

    let stream = server.get("/api/v1/streams/old-desk").await.ok();
    assert_eq!(
        (&stream["imported"], &stream["version"], &stream["name"]),
        (&json!(true), &json!(1), &json!("Old desk"))
    );
    let measures = server.get("/api/v1/streams/old-desk/measures").await.ok();
    assert_eq!(measures["items"], 2);
    assert_eq!(server.get("/api/v1/streams/old-desk/map").await.ok()["transitions"], 3);
    let items = server.get("/api/v1/items?q=stream:old-desk").await.ok();
    let items = items["data"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let item = server.item(&encoded(items[0]["key"].as_str().unwrap())).await;
    assert_eq!(item["verbs"], json!([]), "it is drawn and measured, never run");
    server.act(item["id"].as_str().unwrap(), "comment", json!({"text": "x"})).await.problem(403, "forbidden");
    server.post("/api/v1/items", json!({"stream": "old-desk", "title": "x"})).await.problem(422, "invalid");
}

async fn a_log_that_is_off_leaves_nothing(server: Server) {
    let before = server.get("/api/v1/streams").await.ok();
    let path = "/api/v1/imports?stream=old-desk";
    for (file, said) in
        [("", "nothing"), ("a,b\n1,2\n", "case"), ("case,activity\n1,Ask\n1,Do\n2,Ask\n", "time"), ("<log><trace>", "")]
    {
        let problem: Value = send(&server, path, "k", file).await.problem(422, "invalid");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{file}: {detail}");
        assert!(problem["hint"].as_str().is_some_and(|h| !h.is_empty()));
    }
    let column = send(&server, &format!("{path}&time=when"), "k", LOG).await.problem(422, "invalid");
    assert!(column["detail"].as_str().unwrap().contains("when"), "{column:#}");
    send(&server, "/api/v1/imports", "k", LOG).await.problem(400, "malformed");
    send(&server, &format!("{path}&columns=3"), "k", LOG).await.problem(400, "malformed");
    send(&server, "/api/v1/imports?stream=new-feature", "k", LOG).await.problem(422, "invalid");
    assert_eq!(server.get("/api/v1/streams").await.ok(), before);
}
