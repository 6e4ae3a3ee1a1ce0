//! The door: who is let in, by what, and what a browser must say.

use crate::server::{Server, encoded, on_both_guarded};
use reqwest::{Method, RequestBuilder};
use watercourse_app::{AccountSort, Client, Context, NewAccount};
use watercourse_core::actor::Actor;

const PASSWORD: &str = "four ducks in the rain";

/// Sends a form, as a browser does.
fn form(request: RequestBuilder, filled: &[(&str, &str)]) -> RequestBuilder {
    let body: Vec<String> = filled.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    request.header("content-type", "application/x-www-form-urlencoded").body(body.join("&"))
}

/// Somebody with a password and a role; the cookie of their session.
async fn session(server: &Server) -> String {
    let ctx = Context::of(Actor::Rule("test".to_owned()));
    let new = NewAccount { name: "ada".into(), sort: AccountSort::Person, person: None, display: "Ada".into() };
    let (account, code) = server.app.add_account(&ctx, new).await.unwrap();
    server.app.grant(&ctx, account.id, vec![("administrator".into(), "all".into())]).await.unwrap();
    let from = Client { address: "127.0.0.1".into(), about: "test".into() };
    server.app.accept(&code.unwrap(), PASSWORD.to_owned(), &from).await.unwrap()
}

async fn nobody_gets_past_without_an_account(server: Server) {
    let document = server.document().await;
    let open = ["/healthz", "/readyz", "/hooks/generic/{source}"];
    let mut closed = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let filled = path.replace(['{', '}'], "");
            for token in ["", "wct_nonsense", "Basic"] {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let reply = server.raw(server.request(method.as_str(), &filled).bearer_auth(token)).await;
                let status = reply.status().as_u16();
                if open.contains(&path.as_str()) {
                    continue;
                }
                assert_eq!(status, 401, "{method} {path}");
                closed += 1;
            }
        }
    }
    assert!(closed > 150, "{closed}");
    for page in ["/", "/work", "/streams", "/w/INC-1001", "/access", "/accounts", "/audit", "/nothing"] {
        let reply = server.raw(server.request("GET", page).header("accept", "text/html")).await;
        let to = reply.headers().get("location").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        assert!(reply.status() == 303 && to.starts_with("/sign-in?next=%2F"), "{page}: {} {to}", reply.status());
    }
}

async fn a_session_writes_only_from_a_page_of_this_server(server: Server) {
    let cookie = session(&server).await;
    let post = |headers: &[(&str, &str)]| {
        let mut request = server.request("POST", "/access/roles").header("cookie", format!("session={cookie}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        form(request, &[("id", "dispatcher"), ("permission", "item:see")])
    };
    let host = server.request("GET", "/").build().unwrap().url().authority().to_owned();
    for foreign in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://example.org")],
        &[("origin", "null")],
    ] {
        let reply = server.raw(post(foreign)).await;
        assert_eq!(reply.status(), 403, "{foreign:?}");
    }
    assert_eq!(server.raw(post(&[("sec-fetch-site", "same-origin")])).await.status(), 303);
    assert_eq!(server.raw(post(&[("origin", &format!("http://{host}"))])).await.status(), 303);
    let trail = server.send(server.request("GET", "/audit").header("cookie", format!("session={cookie}"))).await.text;
    assert!(trail.contains(r#"data-label="Who">Ada</td>"#) && !trail.contains("A former person"), "{trail}");
}

async fn signing_in_leads_where_one_wanted_to_go_and_nowhere_else(server: Server) {
    session(&server).await;
    for (next, to) in [
        ("/work?q=a", "/work?q=a"),
        ("//example.org", "/"),
        ("https://example.org", "/"),
        ("/\\example.org", "/"),
        ("", "/"),
    ] {
        let filled = [("name", "ada"), ("password", PASSWORD), ("next", next)];
        let reply = server.raw(form(server.request("POST", "/sign-in"), &filled)).await;
        assert_eq!(reply.status(), 303);
        assert_eq!(reply.headers()["location"], to, "{next}");
        let cookie = reply.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let session = cookie.split(';').next().unwrap().to_owned();
        let page = server.raw(server.request("GET", "/account").header("cookie", &session)).await;
        assert_eq!(page.status(), 200);
        let out = server.request("POST", "/sign-out").header("cookie", &session);
        assert_eq!(server.raw(out.header("sec-fetch-site", "same-origin")).await.status(), 303);
        let again = server
            .raw(server.request("GET", "/account").header("cookie", &session).header("accept", "text/html"))
            .await;
        assert_eq!(again.status(), 303, "the session has ended");
    }
    let filled = [("name", "ada"), ("password", "four ducks in the sun")];
    let reply = server.raw(form(server.request("POST", "/sign-in"), &filled)).await;
    assert_eq!(reply.status(), 401);
    assert!(reply.headers().get("set-cookie").is_none());
}

async fn nobody_says_they_are_somebody_else(server: Server) {
    let token = server.token("admin-person", "somebody", &[("agent", "own")]).await;
    let post = |actor: &str| {
        let request = server.request("POST", "/api/v1/items").bearer_auth(&token).header("watercourse-actor", actor);
        request.json(&serde_json::json!({"stream": "standard-request", "title": "A"}))
    };
    assert_eq!(server.raw(post("integration:cli")).await.status(), 403);
    assert_eq!(server.raw(post("person:admin-person")).await.status(), 201);
}

on_both_guarded!(
    nobody_gets_past_without_an_account,
    a_session_writes_only_from_a_page_of_this_server,
    signing_in_leads_where_one_wanted_to_go_and_nowhere_else,
    nobody_says_they_are_somebody_else,
);
