//! Charts as files, in every state of their numbers; what narrows and compares them; where they are explained.

use crate::server::{Server, on_both};
use serde_json::{Value, json};
use std::fmt::Write as _;

on_both!(
    every_chart_of_nothing_one_and_some_says_what_it_knows,
    a_chart_is_of_what_was_asked_for,
    what_looks_wrong_with_a_log_is_said_where_it_matters,
    what_happened_is_proposed_as_a_stream_and_compared_with_it,
);

const CHARTS: [&str; 18] = [
    "map",
    "aging",
    "time-by-step",
    "time-by-team",
    "bottleneck",
    "balance",
    "coverage",
    "lead-times",
    "histogram",
    "flow-time",
    "throughput",
    "cumulative-flow",
    "flow-load",
    "distribution",
    "before-after",
    "handoffs",
    "handoff-waste",
    "complete-accurate",
];

/// Cases that begin a day apart, in two teams, the last two of them open.
fn log(cases: u32) -> String {
    let mut log = String::from("case,activity,time,team\n");
    for case in 0..cases {
        let day = |add: u32| {
            let days = case + add;
            format!("2026-{:02}-{:02}T{:02}:17:{:02}Z", 1 + days / 28, 1 + days % 28, 8 + case % 9, case % 60)
        };
        let _ = writeln!(log, "{case},Ask,{},desk", day(0));
        let _ = writeln!(log, "{case},Work,{},ops", day(1 + case % 3));
        if case + 2 < cases {
            let _ = writeln!(log, "{case},Closed,{},desk", day(3 + case % 4));
        }
    }
    log
}

async fn import(server: &Server, stream: &str, log: String) {
    let path = format!("/api/v1/imports?stream={stream}&done=Closed&time_means=entry");
    let request = server.request("POST", &path).header("idempotency-key", stream).body(log);
    server.send(request).await.created();
}

async fn every_chart_of_nothing_one_and_some_says_what_it_knows(server: Server) {
    import(&server, "one", log(1)).await;
    import(&server, "some", log(40)).await;
    for stream in ["restore-service", "one", "some"] {
        for chart in CHARTS {
            let base = format!("/streams/{stream}/charts/{chart}");
            let told = server.get(&format!("{base}.json")).await.ok();
            assert!(told["question"].as_str().is_some_and(|q| q.ends_with('?')), "{base}: {told}");
            assert!(told["answer"].as_str().is_some_and(|a| a.ends_with('.') || a.ends_with(')')), "{base}: {told}");
            for suffix in ["svg", "csv"] {
                let file = server.get(&format!("{base}.{suffix}")).await;
                assert_eq!(file.status, 200, "{base}.{suffix}");
                assert!(!file.text.contains("NaN") && !file.text.contains("inf\""), "{base}.{suffix}: {}", file.text);
            }
        }
    }
    server.get("/streams/some/charts/nonsense.svg").await.problem(404, "not-found");
    server.get("/streams/one/charts/distribution.png").await.problem(404, "not-found");
    let page = server.get("/streams/some").await;
    assert!(page.text.contains("/docs/measures/throughput") && page.text.contains("L2 · 100 %"), "{}", page.text);
    let measure = server.get("/docs/measures/throughput").await;
    assert!(measure.status == 200 && measure.text.contains("Throughput"));
    server.get("/docs/measures").await;
    assert_eq!(server.get("/docs/measures/nonsense").await.status, 404);
}

fn rows(told: &Value) -> &Vec<Value> {
    told["rows"].as_array().unwrap()
}

async fn a_chart_is_of_what_was_asked_for(server: Server) {
    import(&server, "some", log(40)).await;
    let get =
        async |chart: &str, query: &str| server.get(&format!("/streams/some/charts/{chart}.json{query}")).await.ok();
    let finished = |told: &Value| rows(told).iter().filter_map(|r| r["finished"].as_u64()).sum::<u64>();
    let all = get("throughput", "").await;
    assert_eq!((finished(&all), rows(&get("lead-times", "").await).len()), (38, 38), "figures reconcile with items");
    let bars: u64 = rows(&get("histogram", "").await).iter().filter_map(|r| r["items"].as_u64()).sum();
    assert_eq!(bars, 38);

    let open = get("lead-times", "?q=state:open").await;
    assert!(rows(&open).is_empty() && open["stands_on"].as_str().unwrap().contains("state:open"), "{open}");
    let bad = server.get("/streams/some/charts/lead-times.json?q=nonsense:1").await;
    assert_eq!(bad.status, 422, "{}", bad.text);

    let business = get("lead-times", "?clock=business").await;
    assert!(business["stands_on"].as_str().unwrap().contains("business time"), "{business}");
    let took = |told: &Value| rows(told).iter().filter_map(|r| r["lead_time_ms"].as_i64()).collect::<Vec<_>>();
    for (business, calendar) in took(&business).iter().zip(took(&get("lead-times", "").await)) {
        assert!(*business <= calendar && calendar > 0);
    }

    let change = get("before-after", "?change=2026-01-22").await;
    let sides: u64 = rows(&change).iter().filter_map(|r| r["delivered"].as_u64()).sum();
    assert_eq!(sides, 38, "{change}");

    let page = server.get("/streams/some?compare=state:open").await.text;
    assert!(page.contains("<small>state:open: "), "{page}");
    let png = server.send(server.request("GET", "/streams/some/charts/throughput.png")).await;
    assert_eq!((png.status, &png.headers["content-type"]), (200, &"image/png".parse().unwrap()));
}

async fn what_looks_wrong_with_a_log_is_said_where_it_matters(server: Server) {
    // Days only, and a hundred cases changed within one second.
    let mut days = String::from("case,activity,time,team\n");
    for case in 0..100 {
        let _ = writeln!(days, "{case},Ask,2026-01-{:02},desk\n{case},Closed,2026-02-01,desk", 1 + case % 28);
    }
    import(&server, "days", days).await;
    let page = server.get("/streams/days").await.text;
    assert!(page.contains("day"), "{page}");
    let told = server.get("/streams/days/charts/variants.json").await.ok();
    let said = format!("{} {}", told["answer"], told["stands_on"]);
    assert!(said.contains("Not shown, as it would mislead") || said.contains("To be read with care"), "{told}");
}

async fn what_happened_is_proposed_as_a_stream_and_compared_with_it(server: Server) {
    import(&server, "some", log(90)).await;
    let page = server.get("/streams/some/proposal").await;
    assert_eq!(page.status, 200);
    let (_, text) = page.text.split_once("data-stream-text").unwrap();
    let text = text.split_once('>').unwrap().1.split_once("</textarea>").unwrap().0;
    let text = text
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    assert!(text.contains("[[step]]") && text.contains("after"), "{text}");
    assert!(text.contains("# team     = \"desk\""), "a team that is none here is no error: {text}");
    let published = server.post("/api/v1/streams", json!({"text": text, "reason": "As it runs"})).await.created();
    let id = published["id"].as_str().unwrap().to_owned();

    let choose = server.get("/streams/some/conformance").await.text;
    assert!(choose.contains(&format!("value=\"{id}\"")), "{choose}");
    let compared = server.get(&format!("/streams/some/charts/conformance.json?with={id}")).await.ok();
    assert!(compared["answer"].as_str().unwrap().contains("90 items"), "{compared}");
    // Nothing happened yet in what was published, so there is nothing to propose for it.
    assert_eq!(server.get(&format!("/streams/{id}/proposal")).await.status, 422);
}
