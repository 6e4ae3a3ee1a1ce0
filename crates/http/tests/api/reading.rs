//! What can be looked at: what is built in, who is there, how a stream flows.

use crate::server::{Server, on_both};
use serde_json::{Value, json};

on_both!(
    what_is_built_in_can_be_read,
    people_teams_and_services_are_put_in_their_place,
    a_stream_is_measured_from_what_happened,
    the_server_tells_what_it_is,
);

async fn what_is_built_in_can_be_read(server: Server) {
    for (path, least) in [("activities", 6), ("practices", 25), ("kinds", 9), ("verbs", 15), ("relations", 10)] {
        let all = server.get(&format!("/api/v1/{path}")).await.ok()["data"].as_array().unwrap().clone();
        assert!(all.len() >= least, "{path}: {}", all.len());
        if ["activities", "practices", "kinds"].contains(&path) {
            let id = all[0]["id"].as_str().unwrap();
            assert_eq!(server.get(&format!("/api/v1/{path}/{id}")).await.ok(), all[0]);
        }
    }
}

async fn people_teams_and_services_are_put_in_their_place(server: Server) {
    let put = |path: &'static str, body: Value| server.send(server.request("PUT", path).json(&body));
    let ada = put("/api/v1/people/ada", json!({"name": "Ada Novak"})).await.ok();
    let again = put("/api/v1/people/ada", json!({"name": "Ada Novak", "mail": "ada@example.org"})).await.ok();
    assert_eq!(ada["id"], again["id"], "the same person, changed");
    let calendar = json!({"zone": "Europe/Brussels", "hours": {"mon": ["09:00-17:00"]}});
    let team = put(
        "/api/v1/teams/night-shift",
        json!({"name": "Night shift", "capacity": 1.5, "calendar": calendar, "members": ["ada"]}),
    )
    .await
    .ok();
    assert_eq!((&team["members"][0], &team["calendar"]["zone"]), (&ada["id"], &json!("Europe/Brussels")));
    assert_eq!(server.get("/api/v1/teams/night-shift").await.ok(), team);
    put("/api/v1/teams/night-shift", json!({"members": ["nobody"]})).await.problem(404, "not-found");
    put("/api/v1/teams/night-shift", json!({"calendar": {"zone": "Mars/Crater", "hours": {}}}))
        .await
        .problem(422, "invalid");
    put("/api/v1/teams/night-shift", json!({"size": 3})).await.problem(400, "malformed");
    assert_eq!(server.get("/api/v1/teams/night-shift").await.ok(), team, "nothing of it was kept");
    put("/api/v1/services/vpn", json!({"name": "VPN", "team": "no-such-team"})).await.problem(422, "invalid");
    let service =
        put("/api/v1/services/vpn", json!({"name": "VPN", "team": "night-shift", "about": "The way in"})).await.ok();
    assert_eq!(server.get("/api/v1/services/vpn").await.ok(), service);

    // Who does something is named, by handle or id, and facts hold the id.
    let key = server.open("standard-request", "A chair").await;
    let start = server
        .request("POST", &format!("/api/v1/items/{key}/start"))
        .header("watercourse-actor", "person:ada")
        .json(&json!({"step": "ask"}));
    let done = server.send(start).await.ok();
    assert_eq!(done["facts"][0]["actor"], format!("person:{}", ada["id"].as_str().unwrap()));
}

async fn a_stream_is_measured_from_what_happened(server: Server) {
    for number in 0..3 {
        let key = server.open("standard-request", &format!("Chair {number}")).await;
        for (verb, body) in [
            ("start", json!({"step": "ask"})),
            ("finish", json!({"step": "ask", "outcome": "accepted"})),
            ("start", json!({"step": "fulfil"})),
            ("finish", json!({"step": "fulfil"})),
        ] {
            server.act(&key, verb, body).await.ok();
        }
    }
    let measures = server.get("/api/v1/streams/standard-request/measures").await.ok();
    assert_eq!(measures["items"], 3);
    assert_eq!(measures["lead_times"]["lead_time"]["n"], 3, "{measures:#}");
    let map = server.get("/api/v1/streams/standard-request/map").await.ok();
    assert_eq!(map["transitions"], 3, "{map:#}");
    assert_eq!((&map["edges"][0]["count"], &map["edges"][0]["items"]), (&json!(3), &json!(3)));
    server.get("/api/v1/streams/no-such-stream/map").await.problem(404, "not-found");
}

async fn the_server_tells_what_it_is(server: Server) {
    assert_eq!(server.get("/healthz").await.text, "ok");
    assert_eq!(server.get("/readyz").await.text, "ready");
    let meta = server.get("/api/v1/meta").await.ok();
    assert_eq!((&meta["api"], &meta["name"]), (&json!("v1"), &json!("Watercourse")));
    let problems = server.get("/docs/problems").await;
    assert!(problems.status == 200 && problems.text.contains("not-enabled"));
    let zipped = server.raw(server.request("GET", "/api/openapi.json").header("accept-encoding", "gzip")).await;
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
}
