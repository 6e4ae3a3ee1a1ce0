//! Accounts and tokens through the API.

use crate::server::{Reply, Server, on_both_guarded};
use serde_json::{Value, json};
use watercourse_app::{Client, EntitySettings, NewEntity};
use watercourse_core::actor::Actor;

on_both_guarded!(
    accounts_and_tokens_are_kept_by_whoever_may,
    secrets_are_told_once,
    whoever_keeps_one_entity_keeps_its_accounts_only,
);

async fn ask(server: &Server, method: &str, path: &str, body: Value) -> Reply {
    server.send(server.request(method, path).bearer_auth(&server.admin).json(&body)).await
}
async fn post(server: &Server, path: &str, body: Value) -> Reply {
    ask(server, "POST", path, body).await
}
async fn put(server: &Server, path: &str, body: Value) -> Reply {
    ask(server, "PUT", path, body).await
}
async fn delete(server: &Server, path: &str) -> Reply {
    ask(server, "DELETE", path, json!({})).await
}
async fn get(server: &Server, path: &str) -> Reply {
    server.send(server.request("GET", path).bearer_auth(&server.admin)).await
}

async fn accounts_and_tokens_are_kept_by_whoever_may(server: Server) {
    let made = post(&server, "/api/v1/accounts", json!({"name": "bot", "sort": "service"})).await.created();
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!((&made["sort"], &made["active"], &made["invitation"]), (&json!("service"), &json!(true), &Value::Null));
    let roles = json!({"roles": [{"role": "agent", "scope": "all"}]});
    put(&server, &format!("/api/v1/accounts/{id}/roles"), roles).await.ok();
    let narrowed = json!({"name": "reads", "scopes": ["item:see"], "expires": "2030-01-01T00:00:00Z"});
    let token = post(&server, "/api/v1/accounts/bot/tokens", narrowed).await.created();
    let secret = token["token"].as_str().unwrap();
    let as_bot = |method: &str, path: &str| server.request(method, path).bearer_auth(secret);
    assert_eq!(server.send(as_bot("GET", "/api/v1/items")).await.status, 200);
    server
        .send(as_bot("POST", "/api/v1/items").json(&json!({"stream": "standard-request", "title": "x"})))
        .await
        .problem(403, "denied");
    server.send(as_bot("GET", "/api/v1/accounts")).await.problem(403, "denied");
    let own = server.send(as_bot("GET", "/api/v1/accounts/bot")).await.ok();
    assert_eq!(own["name"], "bot", "one's own one may see");

    let listed = get(&server, "/api/v1/accounts/bot/tokens").await.ok();
    assert_eq!(listed["data"][0]["name"], "reads");
    assert!(!listed.to_string().contains(secret));
    let end = format!("/api/v1/accounts/bot/tokens/{}", token["id"].as_str().unwrap());
    assert_eq!(delete(&server, &end).await.status, 204);
    assert_eq!(server.send(as_bot("GET", "/api/v1/items")).await.status, 401);
    delete(&server, &end).await.problem(404, "not-found");

    let other = post(&server, "/api/v1/accounts/bot/tokens", json!({"name": "more"})).await.created();
    let other = other["token"].as_str().unwrap();
    let ended = put(&server, "/api/v1/accounts/bot/active", json!({"active": false})).await.ok();
    assert_eq!(ended["active"], false);
    let told = server.send(server.request("GET", "/api/v1/items").bearer_auth(other)).await;
    assert_eq!(told.status, 401, "all of it ends at once");
    let names: Vec<Value> = get(&server, "/api/v1/accounts").await.ok()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["name"].clone())
        .collect();
    assert!(names.contains(&json!("bot")) && names.contains(&json!("admin")), "{names:?}");

    post(&server, "/api/v1/accounts", json!({"name": "bot"})).await.problem(422, "invalid");
    post(&server, "/api/v1/accounts", json!({"name": "No Name"})).await.problem(422, "invalid");
    post(&server, "/api/v1/accounts", json!({"name": "x", "sort": "robot"})).await.problem(400, "malformed");
    post(&server, "/api/v1/accounts", json!({"name": "x", "password": "y"})).await.problem(400, "malformed");
    post(&server, "/api/v1/accounts/bot/invite", json!({})).await.problem(422, "invalid");
    post(&server, "/api/v1/accounts/nobody/invite", json!({})).await.problem(404, "not-found");
    post(&server, "/api/v1/accounts/admin/tokens", json!({"name": "x", "scopes": ["item:lose"]}))
        .await
        .problem(422, "invalid");
}

async fn secrets_are_told_once(server: Server) {
    let again = |path: &'static str, key: &'static str, body: Value| {
        let request = server.request("POST", path).bearer_auth(&server.admin);
        let request = request.header("idempotency-key", key).json(&body);
        server.send(request)
    };
    let person = || again("/api/v1/accounts", "a", json!({"name": "grace", "display": "Grace Hopper"}));
    let code = person().await.created()["invitation"].as_str().unwrap().to_owned();
    let second = person().await;
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(second.created()["invitation"], Value::Null, "the same request does it once, and tells no secret again");
    let invited = again("/api/v1/accounts/grace/invite", "b", json!({})).await.ok();
    let newer = invited["invitation"].as_str().unwrap().to_owned();
    assert_eq!(again("/api/v1/accounts/grace/invite", "b", json!({})).await.ok()["invitation"], Value::Null);
    let (password, from) = ("four ducks in the rain".to_owned(), Client::default());
    let former = server.app.accept(&code, password.clone(), &from).await;
    assert!(former.is_err(), "a newer invitation takes the place of the former");
    assert!(server.app.accept(&newer, password, &from).await.is_ok());
    let account = get(&server, "/api/v1/accounts/grace").await.ok();
    assert_eq!((&account["has_password"], &account["invited_until"]), (&json!(true), &Value::Null));
    post(&server, "/api/v1/accounts", json!({"name": "bot", "sort": "service"})).await.created();
    let token = || again("/api/v1/accounts/bot/tokens", "c", json!({"name": "mine"}));
    let first = token().await.created();
    assert!(first["token"].as_str().unwrap().starts_with("wct_"));
    let second = token().await.created();
    assert_eq!((&second["id"], &second["token"]), (&first["id"], &Value::Null));
    let trail = get(&server, "/api/v1/audit").await.ok().to_string();
    assert!(trail.contains("token:made") && !trail.contains(first["token"].as_str().unwrap()), "{trail}");
}

async fn whoever_keeps_one_entity_keeps_its_accounts_only(server: Server) {
    let root = watercourse_app::Context::of(Actor::Rule("test".to_owned()));
    for id in ["be", "fr"] {
        let new = NewEntity { id: id.to_owned(), settings: EntitySettings::default(), ..NewEntity::default() };
        server.app.put_entity(&root, new).await.unwrap();
        post(&server, "/api/v1/accounts", json!({"name": format!("{id}-ada")})).await.created();
    }
    let keeper = server.token("be-keeper", "keeper", &[("administrator", "entity:be")]).await;
    let ask = |method: &str, path: &str, body: Value| {
        server.send(server.request(method, path).bearer_auth(&keeper).json(&body))
    };
    let seen = ask("GET", "/api/v1/accounts", json!({})).await.ok().to_string();
    assert!(seen.contains("be-ada") && !seen.contains("fr-ada") && !seen.contains("admin"), "{seen}");
    for (method, path) in [
        ("GET", "/api/v1/accounts/NAME"),
        ("POST", "/api/v1/accounts/NAME/invite"),
        ("GET", "/api/v1/accounts/NAME/tokens"),
    ] {
        assert_ne!(ask(method, &path.replace("NAME", "be-ada"), json!({})).await.status, 404, "{path}");
        ask(method, &path.replace("NAME", "fr-ada"), json!({})).await.problem(404, "not-found");
    }
    ask("PUT", "/api/v1/accounts/fr-ada/active", json!({"active": false})).await.problem(404, "not-found");
    ask("POST", "/api/v1/accounts", json!({"name": "fr-bob"})).await.problem(403, "denied");
    ask("POST", "/api/v1/accounts", json!({"name": "bot", "sort": "service"})).await.problem(403, "denied");
    ask("POST", "/api/v1/accounts/be-ada/tokens", json!({"name": "as her"})).await.problem(403, "denied");
}
