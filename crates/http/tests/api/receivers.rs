//! Receivers through the API: kept, tried, secret once.

use crate::server::{Server, on_both};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Answers every request with 204, on a free port; its address.
async fn somebody() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = vec![0; 65_536];
            if stream.read(&mut asked).await.is_ok() {
                drop(stream.write_all(b"HTTP/1.1 204 x\r\ncontent-length: 0\r\n\r\n").await);
            }
        }
    });
    url
}

async fn a_receiver_is_kept_tried_and_taken_away(server: Server) {
    let url = somebody().await;
    let body = json!({"url": url, "kinds": ["opened"]});
    let put =
        |key: &'static str| server.request("PUT", "/api/v1/receivers/chat").header("idempotency-key", key).json(&body);
    let kept = server.send(put("k-1")).await.ok();
    let secret = kept["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"), "{kept}");
    let again = server.send(put("k-1")).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.ok().get("secret"), None, "shown once only");
    for path in ["/api/v1/receivers", "/api/v1/receivers/chat"] {
        let shown = server.get(path).await;
        assert!(!shown.text.contains(secret) && shown.status == 200, "{}", shown.text);
    }
    let tried = server.post("/api/v1/receivers/chat/test", json!({})).await.ok();
    assert_eq!(tried["status"], 204);

    server.open("standard-request", "A screen").await;
    // Other tests on the same PostgreSQL may hold up that the order of facts is settled.
    let written = async { while server.app.fan_out().await.unwrap() == 0 {} };
    tokio::time::timeout(std::time::Duration::from_secs(60), written).await.unwrap();
    assert_eq!(server.get("/api/v1/receivers/chat").await.ok()["waiting"], 1);
    server.app.deliver_to("chat").await.unwrap();
    let found = server.get("/api/v1/receivers/chat/deliveries?state=done").await.ok();
    let delivery = &found["data"][0];
    assert_eq!((&delivery["attempts"][0]["status"], &delivery["tries"]), (&json!(204), &json!(1)));
    let path = format!("/api/v1/receivers/chat/deliveries/{}/replay", delivery["id"]);
    assert_eq!(server.post(&path, json!({})).await.ok()["replayed"], 1);
    server.post(&path, json!({})).await.problem(404, "not-found");
    assert_eq!(server.post("/api/v1/receivers/chat/replay-dead", json!({})).await.ok()["replayed"], 0);
    server.get("/api/v1/receivers/chat/deliveries?state=lost").await.problem(400, "malformed");

    let renewed = server.post("/api/v1/receivers/chat/secret", json!({})).await.ok();
    assert!(
        renewed["secret"].is_string() && renewed["secret"] != kept["secret"] && renewed["former_until"].is_string()
    );
    assert_eq!(server.send(server.request("DELETE", "/api/v1/receivers/chat")).await.status, 204);
    server.get("/api/v1/receivers/chat").await.problem(404, "not-found");
}

async fn what_leads_inside_is_refused_with_its_place(server: Server) {
    for url in ["http://192.168.0.1/", "http://0x7f000002/", "ftp://example.org/", "http://u:w@example.org/"] {
        let refused = server
            .send(server.request("PUT", "/api/v1/receivers/chat").json(&json!({"url": url})))
            .await
            .problem(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/url", "{refused}");
    }
    server.post("/api/v1/receivers/nobody/test", json!({})).await.problem(404, "not-found");
}

async fn the_page_keeps_and_tries_receivers(server: Server) {
    let url = somebody().await;
    let form = |path: &str, pairs: &[(&str, &str)]| {
        let body: Vec<String> = pairs.iter().map(|(k, v)| format!("{k}={}", crate::server::encoded(v))).collect();
        let request = server.request("POST", path).header("content-type", "application/x-www-form-urlencoded");
        request.body(body.join("&"))
    };
    let page = |request| async { server.raw(request).await.text().await.unwrap() };
    let kept = page(form("/receivers", &[("id", "chat"), ("url", &url), ("kinds", "opened, closed")])).await;
    assert!(kept.contains("whsec_") && kept.contains("opened, closed of all streams"), "{kept}");
    let shown = page(server.request("GET", "/receivers")).await;
    assert!(shown.contains("chat") && !shown.contains("whsec_"), "{shown}");
    assert!(page(form("/receivers/chat/test", &[])).await.contains("chat answered 204"));
    assert!(page(form("/receivers/chat/off", &[])).await.contains("chat is off"));
    assert!(page(form("/receivers/chat/on", &[])).await.contains("chat is on"));
    assert!(page(form("/receivers/chat/secret", &[])).await.contains("whsec_"));
    let bad = page(form("/receivers", &[("id", "x"), ("url", "http://10.0.0.1/")])).await;
    assert!(bad.contains("a private network"), "{bad}");
    assert!(page(form("/receivers/chat/delete", &[])).await.contains("Nobody is told anything yet"));
}

async fn a_hook_that_was_refused_is_seen(server: Server) {
    let mapping = json!({"event": "pipeline", "item": "/ref"});
    let body = json!({"secret": "twenty-four bytes, at least", "mapping": mapping});
    server.send(server.request("PUT", "/api/v1/hooks/forge").json(&body)).await.ok();
    server.post("/hooks/generic/forge", json!({"ref": "FEA-1"})).await.problem(401, "bad-signature");
    server.post("/hooks/generic/nobody", json!({"ref": "FEA-1"})).await.problem(404, "not-found");
    let refused = server.get("/api/v1/refused-hooks").await.ok();
    assert_eq!(refused["data"].as_array().unwrap().len(), 1, "of known senders only: {refused}");
    assert_eq!(
        (&refused["data"][0]["source"], &refused["data"][0]["wrong"]),
        (&json!("forge"), &json!("The message has no signature."))
    );
}

on_both!(
    a_hook_that_was_refused_is_seen,
    a_receiver_is_kept_tried_and_taken_away,
    what_leads_inside_is_refused_with_its_place,
    the_page_keeps_and_tries_receivers,
);
