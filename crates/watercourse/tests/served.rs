//! The program as a server and its own client: publish, items, import, export, restart, stop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;
use support::{PATIENCE, Served, fixture, run, run_with};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn a_stream_is_published_worked_through_measured_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let served = Served::begin(&["serve", "--open", "--data", &data, "--port", "0"]);
    published(&served);
    worked_through(&served);
    imported(&served);
    exported(&served);
    listed_by_a_saved_view(&served);
    let facts = served.run(&["export"]).out;
    assert!(served.stop().success());

    let again = Served::begin(&["serve", "--open", "--data", &data, "--port", "0"]);
    assert_eq!(again.run(&["export"]).out, facts, "a restart keeps every fact");
    let listed = again.run(&["item", "list", "stream:lend-a-laptop", "state:closed", "--json"]);
    assert_eq!(lines(&listed.out)[0]["result"], "delivered");
    assert_eq!(again.run(&["item", "list", "stream:tickets", "--json"]).out.lines().count(), 4);
    assert!(again.stop().success());
}

#[test]
fn accounts_and_tokens_are_kept_from_a_script() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let served = Served::begin(&["serve", "--open", "--data", &data, "--port", "0"]);
    let ran = served.run(&["account", "add", "bot", "--service", "--role", "integration=all"]);
    assert!(ran.code == 0 && ran.out.contains("bot") && ran.out.contains("active"), "{} {}", ran.out, ran.err);
    let ran = served.run(&["account", "add", "grace", "--display", "Grace Hopper"]);
    assert!(ran.code == 0 && ran.err.contains("With the code "), "{}", ran.err);
    assert_eq!(served.run(&["account", "add", "grace"]).code, 2, "the name is taken");
    let ran = served.run(&["account", "roles", "grace", "agent=all", "approver=entity:root"]);
    assert_eq!(ran.out.lines().collect::<Vec<_>>(), ["agent all", "approver entity:root"], "{}", ran.err);
    assert!(served.run(&["account", "roles", "grace", "agent"]).err.contains("agent=all"));
    assert!(served.run(&["account", "invite", "grace"]).err.contains("With the code "));
    let token = served.run(&["token", "make", "bot", "nightly report", "--scope", "item:see", "--days", "30"]);
    assert!(token.code == 0 && token.out.starts_with("wct_"), "{} {}", token.out, token.err);
    let listed = served.run(&["token", "list", "bot"]).out;
    assert!(listed.contains("nightly report") && listed.contains("item:see") && !listed.contains("wct_"), "{listed}");
    let id = listed.split_whitespace().next().unwrap().to_owned();
    assert_eq!(served.run(&["token", "end", "bot", &id]).code, 0);
    assert_eq!(served.run(&["token", "end", "bot", &id]).code, 3);
    let ran = served.run(&["account", "end", "bot"]);
    assert!(ran.code == 0 && ran.out.contains("ended"), "{} {}", ran.out, ran.err);
    assert!(served.run(&["account", "activate", "bot"]).out.contains("active"));
    let listed = served.run(&["account", "list", "--json"]);
    assert_eq!(lines(&listed.out).len(), 2);
    assert_eq!(served.run(&["account", "invite", "nobody"]).code, 3);
    assert!(served.stop().success());
}

fn published(served: &Served) {
    let good = fixture("good.toml").display().to_string();
    let ran = served.run(&["publish", &good]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("Published lend-a-laptop, version 1"), "{}", ran.err);
    let ran = served.run(&["publish", &good]);
    assert!(ran.code == 0 && ran.err.contains("Nothing changed"), "{}", ran.err);
    let text = std::fs::read_to_string(fixture("good.toml")).unwrap().replace("Lend a laptop", "Lend a computer");
    let ran = served.run_with(&["publish", "-", "--reason", "wider", "--json"], text.as_bytes());
    assert_eq!(ran.json()["version"], 2, "{}", ran.err);
    let ran = served.run(&["publish", &fixture("bad.toml").display().to_string()]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("bad.toml:15:1"), "{}", ran.err);
}

fn worked_through(served: &Served) {
    let opened = served.run(&["item", "open", "lend-a-laptop", "For Ada, until Friday", "--json"]);
    assert_eq!(opened.code, 0, "{}", opened.err);
    let key = opened.json()["item"]["key"].as_str().unwrap().to_owned();
    let key = key.as_str();
    let shown = served.run(&["item", "show", key]);
    for said in
        [key, "For Ada, until Friday", "lend-a-laptop 2", "ask", "queued", "service-desk", "Can be done:", "start ask"]
    {
        assert!(shown.out.contains(said), "{said}: {}", shown.out);
    }
    let act = |args: &[&str]| {
        let ran = served.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran
    };
    let started = act(&["item", "start", key, "ask"]);
    assert!(started.out.contains("active"), "{}", started.out);
    let revision = act(&["item", "show", key, "--json"]).json()["revision"].to_string();
    act(&["item", "wait", key, "ask", "--reason", "user", "--if-match", &revision]);
    let late = served.run(&["item", "resume", key, "ask", "--if-match", &revision]);
    assert_eq!(late.code, 4, "somebody was faster: {}", late.err);
    assert!(act(&["item", "show", key]).out.contains("waiting for user"));
    act(&["item", "resume", key, "ask"]);
    act(&["item", "comment", key, "--text", "He has one, \"sort of\""]);
    act(&["item", "finish", key, "ask"]);
    let refused = served.run(&["item", "finish", key, "ask"]);
    assert_eq!(refused.code, 4, "{}", refused.err);
    act(&["item", "start", key, "hand-out"]);
    let done = act(&["item", "finish", key, "hand-out"]);
    assert!(done.out.contains("closed, delivered"), "{}", done.out);
    let listed = act(&["item", "list", "stream:lend-a-laptop"]).out;
    assert!(listed.contains(key) && listed.contains("delivered"), "{listed}");

    for (args, code) in [
        (&["item", "show", "NOPE-1"][..], 3),
        (&["item", "open", "no-such-stream", "x"], 3),
        (&["item", "open", "lend-a-laptop", ""], 2),
        (&["item", "open", "lend-a-laptop", "x", "--field", "nope=1"], 2),
        (&["item", "open", "lend-a-laptop", "x", "--field", "nope"], 2),
        (&["item", "list", "team:"], 2),
        (&["item", "start", key, "nonsense", "--actor", "king:x"], 2),
        (&["export", "--stream", "no-such-stream"], 3),
    ] {
        let ran = served.run(args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
        assert!(ran.err.starts_with("error: "), "{args:?}: {}", ran.err);
    }
}

fn imported(served: &Served) {
    let ran = served.run(&["import", &fixture("tickets.csv").display().to_string()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("Imported as tickets, version 1: 4 items, 9 events"), "{}", ran.err);
    assert!(ran.err.contains("11 read = 9 used + 0 merged + 0 skipped + 2 rejected"), "{}", ran.err);
    let ran = served.run(&["import", &fixture("no-time.csv").display().to_string()]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("time"), "{}", ran.err);
    let bytes = std::fs::read(fixture("tickets.csv")).unwrap();
    assert_eq!(served.run_with(&["import", "-"], &bytes).code, 2, "standard input has no name");
    let ran = served.run_with(&["import", "-", "--stream", "tickets", "--json"], &bytes);
    assert_eq!(
        (&ran.json()["version"], &ran.json()["items"]),
        (&2.into(), &4.into()),
        "again, it replaces what was there"
    );
    let ran = served.run(&["export", "--stream", "tickets"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("imported"), "{}", ran.err);
}

/// The ids a query finds are the same by a saved view, by the query itself and by the API.
fn listed_by_a_saved_view(served: &Served) {
    for title in ["Laptop for a café", "Laptop and a dock"] {
        let ran = served.run(&["item", "open", "lend-a-laptop", title, "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let put = send(served, "PUT", "/api/v1/views/laptops", r#"{"q":"lapt* OR ada","sort":"oldest"}"#);
    assert!(put.starts_with("HTTP/1.1 200"), "{put}");
    let ids = |args: &[&str]| {
        let ran = served.run(&[&["item", "list", "--json"], args].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        lines(&ran.out).iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let saved = ids(&["--view", "laptops"]);
    assert_eq!(saved.len(), 3);
    assert_eq!(ids(&["lapt*", "OR", "ada", "--sort", "oldest"]), saved);
    assert_eq!(ids(&["--q", "lapt* OR ada", "--sort", "oldest"]), saved);
    assert_eq!(ids(&["--view", "laptops", "--sort", "newest"]), saved.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(ids(&["--view", "laptops", "cafe"]), saved[1..2], "a query narrows a view");
    let answer = send(served, "GET", "/api/v1/items?q=lapt*%20OR%20ada&sort=oldest", "");
    let places: Vec<usize> = saved.iter().map(|id| answer.find(&format!("\"id\":\"{id}\"")).expect(id)).collect();
    assert!(places.is_sorted(), "{answer}");
    let ran = served.run(&["item", "list", "--view", "nobodys"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("nobodys"), "{}", ran.err);
}

/// What the server answers to a request, head and body.
fn send(served: &Served, method: &str, path: &str, body: &str) -> String {
    let host = served.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn exported(served: &Served) {
    let facts = lines(&served.run(&["export", "--stream", "lend-a-laptop"]).out);
    let what: Vec<&str> = facts.iter().map(|f| f["what"].as_str().unwrap()).collect();
    for expected in ["opened", "round_opened", "started", "paused", "resumed", "commented", "finished", "closed"] {
        assert!(what.contains(&expected), "{expected}: {what:?}");
    }
    let csv = served.run(&["export", "--stream", "lend-a-laptop", "--csv"]).out;
    assert_eq!(csv.lines().next(), Some("case,activity,start,time,team"));
    let ran = run_with(&["analyze", "-", "--json"], csv.as_bytes());
    assert_eq!(ran.code, 0, "{}: {csv}", ran.err);
    let a = ran.json();
    assert_eq!((&a["cases"], &a["events"], &a["rows"]["rejected"]), (&1.into(), &4.into(), &0.into()), "{csv}");
    let columns = ["case", "activity", "time", "start", "team"].map(|c| a["mapping"][c]["value"].clone());
    assert_eq!(columns, ["case", "activity", "time", "start", "team"], "each column is known again");
    assert_eq!(a["mapping"]["done"]["value"][0], "closed");
}

#[test]
fn a_port_that_is_taken_is_said_before_anything_is_written() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let ran = run(&["serve", "--open", "--data", &data.display().to_string(), "--port", &port]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains(&format!("127.0.0.1:{port}")) && ran.err.contains("--port"), "{}", ran.err);
    assert!(!data.join("watercourse.db").exists());
}

#[test]
fn it_stops_while_somebody_listens() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let served = Served::begin(&["serve", "--open", "--data", &data, "--port", "0"]);
    let host = served.url.trim_start_matches("http://").to_owned();
    let mut listening = TcpStream::connect(&host).unwrap();
    listening.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(listening, "GET /api/v1/events/stream HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut head = [0; 12];
    listening.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    let asked = Instant::now();
    assert!(served.stop().success());
    let took = asked.elapsed();
    assert!(took.as_secs() < 10, "it took {took:?}");
    let mut rest = Vec::new();
    listening.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "the stream of events ends as it should, not by a broken connection");
}
