//! What happened, read in order without a gap, and as it happens.

use crate::server::{Server, on_both};
use futures::StreamExt as _;
use serde_json::{Value, json};

on_both!(facts_come_in_order_and_none_twice, facts_come_as_they_happen_and_go_on_after_a_break, lists_come_in_pages);

async fn facts_come_in_order_and_none_twice(server: Server) {
    let key = server.open("standard-request", "A chair").await;
    server.act(&key, "start", json!({"step": "ask"})).await.ok();
    server.act(&key, "finish", json!({"step": "ask", "outcome": "accepted"})).await.ok();
    let item = server.item(&key).await;
    let numbered = |f: &Value| (f["seq"].as_i64().unwrap(), f["what"].as_str().unwrap().to_owned());
    let of_item: Vec<(i64, String)> = item["facts"].as_array().unwrap().iter().map(numbered).collect();
    let reading = async {
        let (mut after, mut seen) = (0, Vec::new());
        // PostgreSQL holds facts back while an older transaction of anybody runs, so that none is missed:
        // an empty page only means that nothing more is settled yet.
        while seen.len() < of_item.len() {
            let page = server.get(&format!("/api/v1/events?after={after}&limit=2")).await.ok();
            let facts = page["data"].as_array().unwrap();
            assert!(facts.len() <= 2);
            seen.extend(facts.iter().map(numbered));
            after = page["next_after"].as_i64().unwrap();
            assert_eq!(seen.last().map_or(0, |(seq, _)| *seq), after);
        }
        seen
    };
    let seen =
        tokio::time::timeout(std::time::Duration::from_secs(30), reading).await.expect("all facts come within 30 s");
    assert!(seen.windows(2).all(|w| w[0].0 < w[1].0), "{seen:?}");
    assert_eq!(seen, of_item);
}

/// Reads events from a stream until `count` facts have come.
async fn listen(response: reqwest::Response, count: usize) -> Vec<(String, Value)> {
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    assert!(
        !response.headers().contains_key("content-encoding"),
        "a stream of events is not held back to be compressed"
    );
    let (mut text, mut body) = (String::new(), response.bytes_stream());
    let mut found = Vec::new();
    while found.len() < count {
        let chunk = tokio::time::timeout(std::time::Duration::from_secs(30), body.next()).await;
        text.push_str(std::str::from_utf8(&chunk.expect("facts come within 30 s").unwrap().unwrap()).unwrap());
        while let Some((event, rest)) = text.split_once("\n\n") {
            let field = |name: &str| event.lines().find_map(|l| l.strip_prefix(name)).map(|v| v.trim().to_owned());
            if let (Some(id), Some(data)) = (field("id:"), field("data:")) {
                found.push((id, serde_json::from_str(&data).unwrap()));
            }
            text = rest.to_owned();
        }
    }
    found
}

async fn facts_come_as_they_happen_and_go_on_after_a_break(server: Server) {
    let stream = server.raw(server.request("GET", "/api/v1/events/stream").header("accept-encoding", "gzip")).await;
    let key = server.open("standard-request", "A chair").await;
    let heard = listen(stream, 2).await;
    assert!(heard.iter().all(|(_, fact)| fact["key"] == json!(key)), "{heard:?}");
    let last = heard.last().unwrap().0.clone();
    // While nobody listens something happens; who comes back with the last number misses nothing.
    server.act(&key, "start", json!({"step": "ask"})).await.ok();
    let stream = server.raw(server.request("GET", "/api/v1/events/stream").header("last-event-id", last)).await;
    let heard = listen(stream, 1).await;
    assert_eq!(heard[0].1["what"], "started");
}

async fn lists_come_in_pages(server: Server) {
    for number in 0..5 {
        server.open("standard-request", &format!("Chair {number}")).await;
    }
    server.open("restore-service", "It is down").await;
    let mut path = "/api/v1/items?q=stream:standard-request&sort=oldest&limit=2".to_owned();
    let mut titles = Vec::new();
    loop {
        let reply = server.get(&path).await;
        let link = reply.headers.get("link").map(|l| l.to_str().unwrap().to_owned());
        let page = reply.ok();
        titles.extend(page["data"].as_array().unwrap().iter().map(|i| i["title"].as_str().unwrap().to_owned()));
        assert_eq!(link.is_some(), !page["next_cursor"].is_null());
        let Some(link) = link else { break };
        assert!(link.ends_with("; rel=\"next\""), "{link}");
        path = link.split(['<', '>']).nth(1).unwrap().to_owned();
    }
    assert_eq!(titles, ["Chair 0", "Chair 1", "Chair 2", "Chair 3", "Chair 4"]);
}
