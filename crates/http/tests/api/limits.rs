//! How much one caller may ask, what every answer carries over TLS, and what browsers report.

use crate::server::Server;
use reqwest::Method;
use watercourse_http::{Door, Networks, Settings};

fn settings() -> Settings {
    Settings { door: Door::SignIn, ..Settings::default() }
}

#[tokio::test]
async fn whoever_asks_too_much_waits_and_nobody_else() {
    let server = Server::with(Settings { rate: 5, ..settings() }).await;
    let mut refused = None;
    for _ in 0..80 {
        let reply = server.send(server.as_program(Method::GET, "/api/v1/verbs")).await;
        if reply.status != 200 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("one of 80 at a blow is refused");
    assert_eq!(refused.headers["retry-after"], "1");
    refused.problem(429, "too-many");
    let other = server.token("grace", "other", &[("agent", "all")]).await;
    assert_eq!(server.send(server.request("GET", "/api/v1/verbs").bearer_auth(other)).await.status, 200);
    let again = async { while server.send(server.as_program(Method::GET, "/api/v1/verbs")).await.status != 200 {} };
    tokio::time::timeout(std::time::Duration::from_secs(10), again).await.expect("whoever waits is answered again");
}

#[tokio::test]
async fn behind_a_proxy_each_counts_for_oneself() {
    let proxies = Networks::parse("127.0.0.1").unwrap();
    for (trusted, expected) in [(Networks::default(), 429), (proxies, 200)] {
        let server = Server::with(Settings { rate: 1, proxies: trusted, ..settings() }).await;
        let ask = |who: String| server.raw(server.request("GET", "/healthz").header("x-forwarded-for", who));
        let mut last = 0;
        for n in 0..15 {
            last = ask(format!("203.0.113.{n}")).await.status().as_u16();
        }
        assert_eq!(last, expected);
    }
}

#[tokio::test]
async fn over_tls_browsers_are_told_to_stay_there() {
    let plain = Server::with(settings()).await;
    let headers = plain.raw(plain.request("GET", "/sign-in")).await.headers().clone();
    assert!(!headers.contains_key("strict-transport-security"));
    let secure = Server::with(Settings { secure: true, ..settings() }).await;
    for path in ["/sign-in", "/healthz", "/nothing", "/api/v1/items"] {
        let headers = secure.raw(secure.request("GET", path)).await.headers().clone();
        assert_eq!(headers["strict-transport-security"], "max-age=31536000", "{path}");
    }
}

#[tokio::test]
async fn what_browsers_kept_from_running_is_taken_and_bounded() {
    let server = Server::with(settings()).await;
    let policy = server.raw(server.request("GET", "/sign-in")).await.headers()["content-security-policy"].clone();
    assert!(policy.to_str().unwrap().contains("report-uri /csp-reports"));
    let report = |body: String| {
        server.raw(server.request("POST", "/csp-reports").header("content-type", "application/csp-report").body(body))
    };
    for body in [
        r#"{"csp-report": {"document-uri": "http://x/", "blocked-uri": "inline", "violated-directive": "script-src"}}"#,
        r#"[{"type": "csp-violation", "body": {"documentURL": "http://x/", "blockedURL": "inline"}}]"#,
        "nonsense",
        "",
        r#"{"csp-report": 7}"#,
    ] {
        assert_eq!(report(body.to_owned()).await.status(), 204, "{body}");
    }
    assert_eq!(report("x".repeat(20_000)).await.status(), 413);
}
