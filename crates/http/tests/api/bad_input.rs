//! What is off is refused with what was wrong and what would be right, and nothing is half-written.

use crate::server::{Server, encoded, on_both};
use serde_json::{Value, json};

on_both!(
    every_error_is_a_problem_that_explains_itself,
    no_junk_makes_the_server_fail,
    an_unknown_verb_is_answered_with_the_list,
    a_body_that_is_off_is_answered_with_the_place,
    arguments_that_are_off_leave_nothing,
    a_body_that_is_too_large_is_not_read,
    a_stream_with_errors_leaves_nothing,
    a_stream_is_only_replaced_by_whoever_has_seen_it,
    only_this_machine_and_its_own_pages_are_answered,
);

async fn every_error_is_a_problem_that_explains_itself(server: Server) {
    let cases = [
        ("GET", "/api/v1/nothing-here", 404, "not-found"),
        ("GET", "/api/v1/items/INC-999999", 404, "not-found"),
        ("GET", "/api/v1/items/%00", 400, "malformed"),
        ("GET", "/api/v1/items?q=%00", 400, "malformed"),
        ("GET", "/api/v1/items/%F0%9F%92%A7", 404, "not-found"),
        ("GET", "/api/v1/streams/no-such-stream", 404, "not-found"),
        ("GET", "/api/v1/activities/dream", 404, "not-found"),
        ("GET", "/api/v1/items?limit=none", 400, "malformed"),
        ("GET", "/api/v1/items?limit=0", 400, "malformed"),
        ("GET", "/api/v1/items?colour=red", 400, "malformed"),
        ("GET", "/api/v1/items?sort=beauty", 400, "malformed"),
        ("GET", "/api/v1/items?cursor=guess", 400, "malformed"),
        ("GET", "/api/v1/items?q=stream:(", 400, "malformed"),
        ("DELETE", "/api/v1/items", 405, "method"),
        ("POST", "/api/v1/activities", 405, "method"),
    ];
    for (method, path, status, kind) in cases {
        let reply = server.send(server.request(method, path)).await;
        let headers = reply.headers.clone();
        let problem = reply.problem(status, kind);
        assert!(problem["detail"].as_str().is_some_and(|d| d.len() > 10), "{path}: {problem:#}");
        assert!(problem["hint"].as_str().is_some_and(|d| d.len() > 10), "{path}: {problem:#}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
        let page = server.get(problem["type"].as_str().unwrap()).await;
        assert_eq!(page.status, 200, "the address of the problem leads to its explanation");
        if status == 405 {
            assert!(headers.contains_key("allow"), "{path}");
        }
    }
    // Who reads with a browser gets a page.
    let page = server.send(server.request("GET", "/nothing-here").header("accept", "text/html,*/*")).await;
    assert_eq!(page.status, 404);
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
}

/// Things that have no business where they are put.
fn junk() -> Vec<Value> {
    let long = "x".repeat(5000);
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!([]),
        json!({}),
        json!(""),
        json!(" "),
        json!("~1"),
        json!("~99999999999"),
        json!("../../x"),
        json!("' OR 1=1 --"),
        json!("\u{202e}💧\u{1}"),
        json!("00000000-0000-0000-0000-000000000000"),
        json!(long),
    ]
}

async fn no_junk_makes_the_server_fail(server: Server) {
    let key = server.open("new-feature", "Dark mode").await;
    let document = server.get("/api/openapi.json").await.ok();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{key}", &key).replace(['{', '}'], "");
        for (method, operation) in methods.as_object().unwrap() {
            let request = || server.request(&method.to_uppercase(), &path);
            for parameter in operation["parameters"].as_array().unwrap().iter().filter(|p| p["in"] == "query") {
                for value in junk().iter().filter_map(Value::as_str).filter(|_| !path.ends_with("/stream")) {
                    let path = format!("{path}?{}={}", parameter["name"].as_str().unwrap(), encoded(value));
                    let reply = server.send(server.request(&method.to_uppercase(), &path)).await;
                    assert!(reply.status < 500, "{method} {path}: {}", reply.text);
                }
            }
            let Some(body) = operation.pointer("/requestBody/content/application~1json") else { continue };
            for name in body["schema"]["properties"].as_object().into_iter().flat_map(|p| p.keys()) {
                for value in junk() {
                    let mut sent = body["example"].clone();
                    sent[name] = value;
                    let reply = server.send(request().json(&sent)).await;
                    assert!(reply.status < 500, "{method} {path} {sent}: {}", reply.text);
                }
            }
        }
    }
    assert_eq!(server.get("/readyz").await.status, 200);
}

async fn an_unknown_verb_is_answered_with_the_list(server: Server) {
    let key = server.open("standard-request", "A chair").await;
    let problem = server.act(&key, "explode", json!({})).await.problem(404, "unknown-verb");
    let verbs = problem["verbs"].as_array().unwrap();
    assert!(verbs.contains(&json!("finish")) && !verbs.contains(&json!("timer")), "{verbs:?}");
    // What only the program itself does is no verb for anybody else.
    server.act(&key, "timer", json!({"round": 1})).await.problem(404, "unknown-verb");
    server.act(&key, "child_ended", json!({})).await.problem(404, "unknown-verb");
}

async fn a_body_that_is_off_is_answered_with_the_place(server: Server) {
    let key = server.open("standard-request", "A chair").await;
    let path = format!("/api/v1/items/{key}/start");
    let raw = |body: &'static str, media: &'static str| {
        server.request("POST", &path).header("content-type", media).body(body)
    };
    let json = "application/json";
    server.send(raw("{", json)).await.problem(400, "malformed");
    server.send(raw("[]", json)).await.problem(400, "malformed");
    server.send(raw("\u{feff}nonsense", json)).await.problem(400, "malformed");
    server.send(raw("step=ask", "application/x-www-form-urlencoded")).await.problem(415, "media-type");
    let unknown = server.send(raw(r#"{"step":"ask","steps":1}"#, json)).await.problem(400, "malformed");
    assert_eq!(unknown["errors"][0]["pointer"], "/steps", "{unknown:#}");
    assert!(unknown["hint"].as_str().unwrap().contains("step"), "{unknown:#}");
    let missing = server.send(raw("{}", json)).await.problem(400, "malformed");
    assert_eq!(missing["errors"][0]["pointer"], "/step", "{missing:#}");
    let deep = "[".repeat(100_000);
    server.send(server.request("POST", &path).header("content-type", json).body(deep)).await.problem(400, "malformed");
    server
        .send(server.request("POST", &path).header("content-type", json).body(vec![0xff, 0xfe, 0x00]))
        .await
        .problem(400, "malformed");
    assert_eq!(server.item(&key).await["rounds"][0]["phase"], "queued", "nothing happened");
}

async fn arguments_that_are_off_leave_nothing(server: Server) {
    let key = server.open("standard-request", "A chair").await;
    let before = server.item(&key).await;
    let step = server.act(&key, "start", json!({"step": "aks"})).await.problem(422, "invalid");
    assert!(step["hint"].as_str().unwrap().contains("ask"), "{step:#}");
    server.act(&key, "skip", json!({"step": "ask", "reason": " "})).await.problem(422, "invalid");
    server.act(&key, "comment", json!({"text": "a\u{0}b"})).await.problem(400, "malformed");
    server.act(&key, "start", json!({"step": "ask", "at": "yesterday"})).await.problem(400, "malformed");
    server.act(&key, "start", json!({"step": "ask", "at": "2999-01-01T00:00:00Z"})).await.problem(422, "invalid");
    server.act(&key, "start", json!({"step": "ask", "at": "1999-01-01T00:00:00Z"})).await.problem(422, "invalid");
    server.act(&key, "link", json!({"link": "marries", "to": key})).await.problem(400, "malformed");
    server.act(&key, "link", json!({"link": "relates_to", "to": "INC-424242"})).await;
    server.act(&key, "finish", json!({"step": "ask"})).await;
    server.act("INC-424242", "start", json!({"step": "ask"})).await.problem(404, "not-found");
    let actor = server
        .request("POST", &format!("/api/v1/items/{key}/start"))
        .header("watercourse-actor", "somebody")
        .json(&json!({"step": "ask"}));
    server.send(actor).await.problem(400, "malformed");
    let nobody = server
        .request("POST", &format!("/api/v1/items/{key}/start"))
        .header("watercourse-actor", "person:nobody")
        .json(&json!({"step": "ask"}));
    server.send(nobody).await.problem(422, "invalid");
    assert_eq!(server.item(&key).await["facts"], before["facts"], "nothing happened");
    for body in [
        json!({}),
        json!({"stream": "no-such-stream", "title": "x"}),
        json!({"stream": "standard-request"}),
        json!({"stream": "standard-request", "title": ""}),
        json!({"stream": "standard-request", "title": "x", "start": "fulfil"}),
        json!({"stream": "standard-request", "title": "x", "fields": {"colour": "red"}}),
        json!({"stream": "standard-request", "title": "x", "fields": {"priority": "extreme"}}),
        json!({"stream": "standard-request", "title": "x", "colour": "red"}),
    ] {
        let reply = server.post("/api/v1/items", body.clone()).await;
        assert!([400, 404, 422].contains(&reply.status), "{body}: {} {:#}", reply.status, reply.body);
        assert!(reply.body["hint"].as_str().is_some_and(|h| !h.is_empty()), "{body}: {:#}", reply.body);
    }
    let items = server.get("/api/v1/items").await.ok();
    assert_eq!(items["data"].as_array().unwrap().len(), 1, "nothing was opened");
}

async fn a_body_that_is_too_large_is_not_read(server: Server) {
    let body = format!("{{\"stream\":\"standard-request\",\"title\":\"{}\"}}", "x".repeat(1 << 20));
    let request = server.request("POST", "/api/v1/items").header("content-type", "application/json").body(body);
    server.send(request).await.problem(413, "too-large");
}

const STREAM: &str = r#"
stream = "tea"
name = "Make tea"
kind = "request"
demand = "Somebody is thirsty"
value = "They are not"
owner = "service-desk"

[[step]]
id = "boil"
name = "Boil water"
activity = "obtain_build"
team = "service-desk"
start = true

[[step]]
id = "pour"
name = "Pour"
activity = "deliver_support"
team = "service-desk"
after = ["boil"]
deliver = true
"#;

async fn a_stream_with_errors_leaves_nothing(server: Server) {
    let broken = STREAM.replace("after = [\"boil\"]", "after = [\"biol\"]").replace("obtain_build", "cook");
    server.post("/api/v1/streams", json!({"text": "\u{0}"})).await.problem(400, "malformed");
    for text in [broken.as_str(), "stream = ", "", "\u{1}"] {
        let checked = server.post("/api/v1/streams/check", json!({"text": text})).await.ok();
        assert_eq!(checked["ok"], false, "{text}");
        let problem = server.post("/api/v1/streams", json!({"text": text})).await.problem(422, "stream-errors");
        let errors: Vec<&Value> =
            problem["diagnostics"].as_array().unwrap().iter().filter(|d| d["severity"] == "error").collect();
        assert!(!errors.is_empty() && errors.iter().all(|d| d["line"].as_u64().unwrap() > 0), "{problem:#}");
    }
    let problem = server.post("/api/v1/streams", json!({"text": broken})).await.problem(422, "stream-errors");
    let found = problem["diagnostics"].as_array().unwrap();
    let biol = found.iter().find(|d| d["message"].as_str().unwrap().contains("biol")).unwrap();
    assert!(
        biol["help"].as_str().unwrap().contains("boil"),
        "several at once, each with what would be right: {problem:#}"
    );
    assert!(found.iter().any(|d| d["message"].as_str().unwrap().contains("cook")), "{problem:#}");
    server.get("/api/v1/streams/tea").await.problem(404, "not-found");
}

async fn a_stream_is_only_replaced_by_whoever_has_seen_it(server: Server) {
    let made = server.post("/api/v1/streams", json!({"text": STREAM})).await;
    let first = made.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(made.created()["version"], 1);
    let changed = STREAM.replace("Make tea", "Make good tea");
    server.post("/api/v1/streams", json!({"text": changed})).await.problem(428, "precondition-required");
    let publish = |tag: &str| {
        server.send(server.request("POST", "/api/v1/streams").header("if-match", tag).json(&json!({"text": changed})))
    };
    publish("\"tea.77\"").await.problem(412, "precondition");
    assert_eq!(publish(&first).await.created()["version"], 2);
    publish(&first).await.problem(412, "precondition");
    let versions = server.get("/api/v1/streams/tea/versions").await.ok();
    assert_eq!(versions["data"].as_array().unwrap().len(), 2);
    let old = server.get("/api/v1/streams/tea/text?version=1").await;
    assert_eq!((old.status, old.text.as_str()), (200, STREAM), "what was published stays as it was written");
    let tagged = server.get("/api/v1/streams/tea").await.headers["etag"].to_str().unwrap().to_owned();
    let same = server.send(server.request("GET", "/api/v1/streams/tea").header("if-none-match", tagged)).await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));
}

async fn only_this_machine_and_its_own_pages_are_answered(server: Server) {
    let host = server.request("GET", "/api/v1/meta").header("host", "rebound.example.org");
    server.send(host).await.problem(421, "foreign-host");
    let body = json!({"stream": "standard-request", "title": "x"});
    for (name, value) in [("origin", "https://example.org"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
        let request = server.request("POST", "/api/v1/items").header(name, value).json(&body);
        server.send(request).await.problem(403, "foreign-origin");
    }
    assert_eq!(server.get("/api/v1/items").await.ok()["data"], json!([]));
    let own = server.request("POST", "/api/v1/items").header("sec-fetch-site", "same-origin").json(&body);
    server.send(own).await.created();
}
