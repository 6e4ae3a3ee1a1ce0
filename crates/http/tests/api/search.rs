//! One question, one answer: through the API, the page and saved views.

use crate::server::{Server, encoded, on_both};
use serde_json::{Value, json};

on_both!(
    a_question_has_the_same_answer_in_the_api_and_on_the_page,
    a_saved_view_is_checked_listed_and_taken_away,
    many_questions_are_answered_alike,
);

async fn kept(server: &Server) -> Vec<String> {
    let mut keys = Vec::new();
    for (stream, title) in [
        ("standard-request", "A café chair"),
        ("standard-request", "A desk, printer on it"),
        ("restore-service", "The printer is down"),
        ("restore-service", "VPN logins fail"),
        ("new-feature", "Printing from phones"),
    ] {
        keys.push(server.open(stream, title).await);
    }
    server.act(&keys[3], "comment", json!({"text": "The printer queue is stuck too"})).await.ok();
    server.act(&keys[0], "set_field", json!({"field": "priority", "value": "high"})).await.ok();
    keys
}

/// The keys the API lists, page by page.
async fn in_api(server: &Server, q: &str, sort: &str) -> Vec<String> {
    let (mut keys, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/items?q={}&sort={sort}&limit=2{cursor}", encoded(q));
        let page = server.get(&path).await.ok();
        keys.extend(page["data"].as_array().unwrap().iter().map(|i| i["key"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return keys,
        }
    }
}

/// The keys the page shows, from its links.
async fn on_page(server: &Server, address: &str) -> Vec<String> {
    let page = server.send(server.request("GET", address).header("accept", "text/html")).await;
    assert_eq!(page.status, 200, "{address}: {}", page.text);
    let links = page.text.split("<a class=\"key\" href=\"/w/").skip(1);
    links.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

async fn a_question_has_the_same_answer_in_the_api_and_on_the_page(server: Server) {
    let keys = kept(&server).await;
    let found = |indexes: &[usize]| indexes.iter().map(|i| keys[*i].clone()).collect::<Vec<_>>();
    for (q, expected) in [
        ("", &[0, 1, 2, 3, 4][..]),
        ("printer", &[1, 2, 3]),
        ("print*", &[1, 2, 3, 4]),
        ("CAFE OR vpn", &[0, 3]),
        ("\"printer is\" -desk", &[2]),
        ("stream:restore-service printer", &[2, 3]),
        ("priority:HIGH", &[0]),
        ("-priority:* kind:request", &[1]),
        ("state:closed", &[]),
    ] {
        assert_eq!(in_api(&server, q, "oldest").await, found(expected), "{q}");
        assert_eq!(on_page(&server, &format!("/work?q={}&sort=oldest", encoded(q))).await, found(expected), "{q}");
    }
    let bad = server.get("/api/v1/items?q=v*").await.problem(400, "malformed");
    assert!(bad["hint"].as_str().unwrap().contains("at least 2 letters"), "{bad:#}");
}

async fn a_saved_view_is_checked_listed_and_taken_away(server: Server) {
    let keys = kept(&server).await;
    let put = |id: &str, body: Value| server.send(server.request("PUT", &format!("/api/v1/views/{id}")).json(&body));
    let bad = put("printers", json!({"q": "printr:x"})).await.problem(422, "invalid");
    assert!(bad["detail"].as_str().unwrap().contains("printr"), "{bad:#}");
    put("Two Words", json!({"q": ""})).await.problem(422, "invalid");
    put("printers", json!({"q": "", "colour": "red"})).await.problem(400, "malformed");
    put("printers", json!({"q": "printer", "sort": "beauty"})).await.problem(400, "malformed");
    assert_eq!(server.get("/api/v1/views").await.ok()["data"], json!([]), "nothing of it was kept");

    let view = put("printers", json!({"q": "printer", "sort": "oldest"})).await.ok();
    assert_eq!((&view["name"], &view["shared"], &view["sort"]), (&json!("Printers"), &json!(true), &json!("oldest")));
    let view = put("printers", json!({"q": "print*", "sort": "newest", "name": "All that prints"})).await.ok();
    assert_eq!(server.get("/api/v1/views").await.ok()["data"], json!([view]));
    assert_eq!(server.get("/api/v1/views/printers").await.ok(), view);
    let page = server.send(server.request("GET", "/work").header("accept", "text/html")).await.text;
    let before = page.split(">All that prints</a>").next().unwrap();
    let address = before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let address = address.replace("&#38;", "&");
    let expected: Vec<String> = [4, 3, 2, 1].map(|i: usize| keys[i].clone()).to_vec();
    assert_eq!(on_page(&server, &address).await, expected, "{address}");
    let (q, sort) = (view["q"].as_str().unwrap(), view["sort"].as_str().unwrap());
    assert_eq!(in_api(&server, q, sort).await, expected);

    let gone = || server.request("DELETE", "/api/v1/views/printers").header("idempotency-key", "once");
    assert_eq!(server.send(gone()).await.status, 204);
    assert_eq!(server.send(gone()).await.status, 204, "the same request again has the same answer");
    server.send(server.request("DELETE", "/api/v1/views/printers")).await.problem(404, "not-found");
    server.get("/api/v1/views/printers").await.problem(404, "not-found");
}

async fn many_questions_are_answered_alike(server: Server) {
    kept(&server).await;
    let tests = ["printer", "-vpn", "stream:restore-service", "priority:high,low", "phase:queued", "team:*", "age:<1h"];
    for first in tests {
        for second in tests {
            let q = format!("({first} {second}) OR \"is down\"");
            let page = on_page(&server, &format!("/work?q={}&sort=newest", encoded(&q))).await;
            assert_eq!(in_api(&server, &q, "newest").await, page, "{q}");
        }
    }
}
