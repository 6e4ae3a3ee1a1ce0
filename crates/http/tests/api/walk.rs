//! Every shipped stream, walked through the API from its first step to the value: nothing is known here
//! of any stream, only what the item says may be done.

use crate::server::{Server, on_both};
use serde_json::{Value, json};
use std::path::Path;

on_both!(every_shipped_stream_can_be_walked_to_its_value);

async fn every_shipped_stream_can_be_walked_to_its_value(server: Server) {
    let streams = server.get("/api/v1/streams?limit=200").await.ok()["data"].as_array().unwrap().clone();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../streams");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .filter(|f| f.as_ref().is_ok_and(|f| f.path().extension().is_some_and(|e| e == "toml")))
        .count();
    assert_eq!(streams.len(), files, "all shipped streams are there from the start");
    for stream in streams {
        let id = stream["id"].as_str().unwrap();
        let opened =
            server.post("/api/v1/items", json!({"stream": id, "title": format!("Walk through {id}")})).await.created();
        let key = opened["item"]["key"].as_str().unwrap().to_owned();
        walk(&server, &key, 0).await;
        let item = server.item(&key).await;
        assert_eq!(item["result"], "delivered", "{id}: {:#}", item["rounds"]);
        assert_eq!(item["standing"]["owed"], json!([]), "{id}");
        assert_eq!(item["deviations"], json!([]), "{id}: the way the stream says is no deviation");
    }
}

/// Does what is offered until the item closes.
async fn walk(server: &Server, key: &str, depth: usize) {
    assert!(depth < 5, "{key}: children of children without end");
    for _ in 0..200 {
        let item = server.item(key).await;
        if item["state"] == "closed" {
            return;
        }
        if let Some(child) = waiting_for_child(&item) {
            Box::pin(walk(server, &child, depth + 1)).await;
            continue;
        }
        step_on(server, key, &item).await;
    }
    panic!("{key} does not come to an end: {:#}", server.item(key).await);
}

fn waiting_for_child(item: &Value) -> Option<String> {
    let rounds = item["rounds"].as_array().unwrap();
    rounds.iter().find(|r| r["waiting_for"] == "child").map(|r| r["child"]["key"].as_str().unwrap().to_owned())
}

/// One move: pass a gate, finish what is active, or start what is owed.
async fn step_on(server: &Server, key: &str, item: &Value) {
    let offers = item["verbs"].as_array().unwrap();
    let of = |verb: &'static str| offers.iter().filter(move |o| o["verb"] == verb);
    if let Some(offer) = of("pass_gate").next() {
        let body = json!({"step": offer["step"], "gate": offer["gates"][0], "evidence": "seen and found good"});
        server.act(key, "pass_gate", body).await.ok();
        return;
    }
    if let Some(offer) = of("finish").next() {
        let mut body = json!({"step": offer["step"]});
        if let Some(first) = offer["outcomes"].as_array().and_then(|o| o.first()) {
            body["outcome"] = first.clone();
        }
        server.act(key, "finish", body).await.ok();
        return;
    }
    let owed = item["standing"]["owed"].as_array().unwrap();
    let plain = |o: &&Value| o["needs"] == json!([]) && owed.contains(&o["step"]);
    let Some(offer) = of("start").find(plain) else { panic!("{key} is stuck: {item:#}") };
    server.act(key, "start", json!({"step": offer["step"]})).await.ok();
}
