//! The audit trail, through the API and as a page.

use crate::server::{Server, on_both};
use serde_json::{Value, json};

on_both!(what_was_done_is_read_page_by_page_and_cannot_be_written,);

async fn what_was_done_is_read_page_by_page_and_cannot_be_written(server: Server) {
    let put = |path: &'static str, body: Value| server.send(server.request("PUT", path).json(&body));
    put("/api/v1/people/ada", json!({"name": "Ada Novak"})).await.ok();
    put("/api/v1/teams/night", json!({"name": "<b>Night</b>"})).await.ok();
    put("/api/v1/teams/night", json!({"name": "Night", "capacity": 2})).await.ok();

    let first = server.get("/api/v1/audit?limit=2").await.ok();
    let [newest, before] = [&first["data"][0], &first["data"][1]];
    assert_eq!((&newest["action"], &newest["object"]), (&json!("team:kept"), &json!("night")));
    assert_eq!((&newest["detail"]["capacity"], &before["detail"]["name"]), (&json!(2.0), &json!("<b>Night</b>")));
    let next = first["next_before"].as_i64().unwrap();
    assert_eq!(before["number"].as_i64(), Some(next));
    let second = server.get(&format!("/api/v1/audit?limit=1&before={next}")).await.ok();
    assert_eq!(second["data"][0]["action"], "person:kept");
    assert!(!second.to_string().contains("Novak"), "people are named by id only");
    let of_one = server.get("/api/v1/audit?object=night&action=team:kept").await.ok();
    assert_eq!((of_one["data"].as_array().unwrap().len(), &of_one["next_before"]), (2, &Value::Null));
    server.get("/api/v1/audit?action=team:lost").await.problem(422, "invalid");
    server.get("/api/v1/audit?limit=0").await;
    server.get("/api/v1/audit/head").await.problem(404, "not-found");
    let written = server.send(server.request("POST", "/api/v1/audit").json(&json!({}))).await;
    assert_eq!(written.status, 405, "{}", written.text);

    let page = server.get("/audit").await;
    assert!(page.status == 200 && page.text.contains("team:kept"), "{}", page.text);
    assert!(!page.text.contains("<b>Night"), "what people wrote stays text");
    let one = server.get("/audit?object=night").await;
    assert!(one.text.contains("All changes") && !one.text.contains("person:kept"), "{}", one.text);
    assert_eq!(server.get("/audit?action=team:lost").await.status, 422);
}
