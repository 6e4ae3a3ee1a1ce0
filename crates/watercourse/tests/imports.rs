//! Imports as people and scripts bring them to the built program: a dry run, and one that is killed in the middle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Instant;
use support::{PATIENCE, Served, run};

/// So many cases with three events each.
fn log(cases: usize) -> String {
    let mut log = "case,activity,time,team\n".to_owned();
    for n in 0..cases {
        let (day, minute) = (1 + n % 28, n % 60);
        for (hour, activity) in [(8, "Ask"), (9, "Do"), (10, "Closed")] {
            writeln!(log, "{n},{activity},2026-01-{day:02}T{hour:02}:{minute:02}:00Z,desk").unwrap();
        }
    }
    log
}

fn ask(method: &str, url: &str, body: String) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let text = client.request(method, url).body(body).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
    })
}

/// Asks until it is so.
fn until(url: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let answer = ask("GET", url, String::new());
        if is_so(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{answer:#}");
    }
}

#[test]
fn killed_in_the_middle_it_imports_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let args = ["serve", "--open", "--port", "0", "--data", data.to_str().unwrap()];
    let cases = 20_000;
    let served = Served::begin(&args);
    let sent = format!("{}/api/v1/imports?stream=desk&name=desk.csv&job=true", served.url);
    let job = ask("POST", &sent, log(cases));
    let path = format!("/api/v1/imports/{}", job["id"].as_str().unwrap_or_else(|| panic!("{job:#}")));
    let is_writing = |job: &Value| job["progress"]["phase"] == "writing" && job["progress"]["done"] != json!(0);
    until(&format!("{}{path}", served.url), is_writing);
    // With SIGKILL.
    drop(served);
    let again = Served::begin(&args);
    let done = until(&format!("{}{path}", again.url), |job| job["state"] == "done");
    assert_eq!((&done["runs"], &done["version"]), (&json!(2), &json!(1)), "{done:#}");
    let outcome = &done["outcome"];
    assert_eq!((&outcome["items"], &outcome["events"]), (&json!(cases), &json!(3 * cases)));
    let streams = ask("GET", &format!("{}/api/v1/streams/desk/measures", again.url), String::new());
    assert_eq!(streams["items"], json!(cases));
    let trail = ask("GET", &format!("{}/api/v1/audit?action=log:imported", again.url), String::new());
    assert_eq!(trail["data"].as_array().unwrap().len(), 1, "once: {trail:#}");
    let undone = ask("POST", &format!("{}{path}/undo", again.url), String::new());
    assert_eq!(undone["state"], "undone", "{undone:#}");
    let gone = ask("GET", &format!("{}/api/v1/streams/desk", again.url), String::new());
    assert_eq!(gone["status"], 404);
    assert!(again.stop().success());
    let found = run(&["doctor", "--data", data.to_str().unwrap()]);
    assert_eq!(found.code, 0, "{found:?}");
}

#[test]
fn a_dry_run_says_what_would_be_and_keeps_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::begin(&["serve", "--open", "--port", "0", "--data", folder.path().to_str().unwrap()]);
    let file = folder.path().join("Old desk.csv");
    std::fs::write(&file, log(3)).unwrap();
    let file = file.to_str().unwrap();
    let tried = served.run(&["import", file, "--dry-run"]);
    assert_eq!(tried.code, 0, "{tried:?}");
    assert!(tried.err.contains("Would be imported as old-desk, version 1: 3 items, 9 events"), "{tried:?}");
    assert!(tried.err.contains("Nothing was kept"), "{tried:?}");
    let streams = ask("GET", &format!("{}/api/v1/streams/old-desk", served.url), String::new());
    assert_eq!(streams["status"], 404);
    let done = served.run(&["import", file]);
    assert!(done.err.contains("Imported as old-desk, version 1: 3 items, 9 events"), "{done:?}");
    let again = served.run(&["import", file, "--dry-run"]);
    assert!(again.err.contains("version 2") && again.err.contains("instead of version 1"), "{again:?}");
}
