//! Pages follow what happens: counts of this moment, and figures that are ready or loading.

use crate::server::{Server, on_both, on_both_guarded};
use futures::StreamExt as _;
use serde_json::json;
use std::time::Duration;
use watercourse_http::{Door, Settings};

on_both!(a_transition_shows_in_the_counts_at_once, what_another_node_wrote_is_counted);
on_both_guarded!(counts_are_of_what_one_sees);

/// The figure that a page of measures gives under this name.
fn figure(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("<dt>{name}</dt><dd>")).unwrap_or_else(|| panic!("{name}: {page}"));
    let (inside, _) = after.split_once("</dd>").unwrap();
    text(inside)
}

/// Without tags.
fn text(html: &str) -> String {
    let mut parts = html.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('>').map_or("", |(_, rest)| rest))
}

/// WIP of an activity as the chain tells it.
fn wip(page: &str, activity: &str) -> String {
    let (_, after) = page.split_once(&format!("<li class=\"a-{activity}\">")).expect("the activity");
    let (_, after) = after.split_once("WIP ").unwrap();
    text(after.split_once(" · ").unwrap().0)
}

async fn page(server: &Server, path: &str) -> String {
    let reply = server.get(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.text
}

/// Waits for the next news of a stream of them.
async fn heard(response: reqwest::Response) {
    let mut body = response.bytes_stream();
    let hearing = async {
        let mut text = String::new();
        while !text.contains("event: change") {
            text.push_str(std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(30), hearing).await.expect("news within 30 s");
}

async fn a_transition_shows_in_the_counts_at_once(server: Server) {
    let before = page(&server, "/streams/standard-request").await;
    assert_eq!([figure(&before, "Open"), figure(&before, "Arrived this week")], ["0", "0 today 0"]);
    let news = server.raw(server.request("GET", "/live?stream=standard-request")).await;
    let key = server.open("standard-request", "A chair").await;
    heard(news).await;
    let after = page(&server, "/streams/standard-request").await;
    let told = |name: &str| figure(&after, name);
    assert_eq!([told("Open"), told("In progress"), told("Arrived this week")], ["1", "0", "1 today 1"]);
    assert_eq!(wip(&page(&server, "/").await, "engage"), "1");
    server.act(&key, "start", json!({"step": "ask"})).await.ok();
    assert_eq!(figure(&page(&server, "/streams/standard-request").await, "In progress"), "1");
    server.act(&key, "finish", json!({"step": "ask", "outcome": "accepted"})).await.ok();
    let chain = page(&server, "/").await;
    assert_eq!(wip(&chain, "engage"), "0", "it went on");
    assert!(chain.contains("1 item is open"));
    server.act(&key, "cancel", json!({"reason": "not needed"})).await.ok();
    let ended = page(&server, "/streams/standard-request").await;
    assert_eq!([figure(&ended, "Open"), figure(&ended, "Arrived this week")], ["0", "1 today 1"]);
    assert_eq!(figure(&ended, "Ended otherwise"), "1", "what went through follows where it is little");
    server.act(&key, "reopen", json!({"reason": "it is needed"})).await.ok();
    let again = page(&server, "/streams/standard-request").await;
    assert_eq!([figure(&again, "Open"), figure(&again, "Ended otherwise")], ["1", "0"]);
    assert!(page(&server, "/streams").await.contains("stream:standard-request+state:open\">1</a>"));
}

async fn what_another_node_wrote_is_counted(server: Server) {
    assert_eq!(figure(&page(&server, "/streams/standard-request").await, "Open"), "0");
    server.of_another_node("standard-request").await;
    assert_eq!(figure(&page(&server, "/streams/standard-request").await, "Open"), "1");
    assert_eq!(wip(&page(&server, "/").await, "engage"), "1");
}

async fn counts_are_of_what_one_sees(server: Server) {
    let mine = server.token("ada", "hers", &[("requester", "own")]).await;
    let as_ada = |path: &str| server.request("GET", path).bearer_auth(&mine);
    let open = async |token: &str, title: &str| {
        let body = json!({"stream": "standard-request", "title": title});
        let request = server.request("POST", "/api/v1/items").bearer_auth(token).json(&body);
        server.send(request).await.created()["item"]["key"].as_str().unwrap().to_owned()
    };
    open(&server.admin, "Not hers").await;
    let told = server.send(as_ada("/streams/standard-request")).await;
    assert_eq!((told.status, figure(&told.text, "Open").as_str()), (200, "0"));
    let own = open(&mine, "Hers").await;
    let told = server.send(as_ada("/streams/standard-request")).await.text;
    assert_eq!([figure(&told, "Open"), figure(&told, "Arrived this week")], ["1", "1 today 1"]);
    assert_eq!(wip(&server.send(as_ada("/")).await.text, "engage"), "1");
    let all = server.send(server.request("GET", "/streams/standard-request").bearer_auth(&server.admin)).await.text;
    assert_eq!(figure(&all, "Open"), "2");
    let cancel = json!({"reason": "changed her mind"});
    let path = format!("/api/v1/items/{own}/cancel");
    server.send(server.request("POST", &path).bearer_auth(&server.admin).json(&cancel)).await.ok();
    let told = server.send(as_ada("/streams/standard-request")).await.text;
    assert_eq!([figure(&told, "Open"), figure(&told, "Ended otherwise")], ["0", "1"]);
}

#[tokio::test]
async fn figures_say_that_they_are_loading_and_come_by_themselves() {
    let settings = Settings { door: Door::Open, patience: Some(Duration::ZERO), ..Settings::default() };
    let server = Server::with(settings).await;
    server.open("standard-request", "A chair").await;
    let news = server.raw(server.request("GET", "/live?stream=standard-request")).await;
    let first = page(&server, "/streams/standard-request").await;
    assert!(first.contains("Loading.") && !first.contains("Lead time p50"), "{first}");
    assert_eq!(figure(&first, "Open"), "1", "what is open is counted all the same");
    heard(news).await;
    let then = page(&server, "/streams/standard-request").await;
    assert!(!then.contains("Loading.") && then.contains("Lead time p50"), "{then}");
    let list = page(&server, "/streams").await;
    assert!(list.contains("loading: what went through before"), "each figure of the list says so: {list}");
}
