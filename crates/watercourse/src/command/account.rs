//! `watercourse account` and `watercourse token`: who is let in, from a script.

use super::item_text::{many, text};
use crate::arguments::{AccountDo, Role, Server, TokenDo};
use crate::client::{Answer, Client, encode};
use crate::exit::Exit;
use crate::screen;
use anyhow::Result;
use serde_json::{Value, json};
use watercourse_app::App;

const DAY: i64 = 24 * 3_600_000_000;

/// Does what was asked for with accounts.
pub(crate) async fn run(what: &AccountDo) -> Result<Exit> {
    match what {
        AccountDo::List(server) => {
            let answer = Client::new(server).get("/api/v1/accounts").await?;
            lines(server, &answer, account)
        }
        AccountDo::Add(add) => {
            let client = Client::new(&add.server);
            let sort = if add.service { "service" } else { "person" };
            let body = json!({"name": add.name, "sort": sort, "display": add.display, "person": add.person});
            let answer = client.post("/api/v1/accounts", &body).await?;
            if !add.roles.is_empty() {
                give(&client, text(&answer.json()?, "id"), &add.roles).await?;
            }
            said(&add.server, &answer)
        }
        AccountDo::Roles(roles) => {
            let client = Client::new(&roles.server);
            let found = client.get(&at(&roles.name)).await?.json()?;
            let answer = give(&client, text(&found, "id"), &roles.roles).await?;
            lines(&roles.server, &answer, |r| format!("{} {}", text(r, "role"), text(r, "scope")))
        }
        AccountDo::Invite(one) => {
            said(&one.server, &Client::new(&one.server).post(&format!("{}/invite", at(&one.name)), &json!({})).await?)
        }
        AccountDo::End(one) => active(&one.server, &one.name, false).await,
        AccountDo::Activate(one) => active(&one.server, &one.name, true).await,
    }
}

/// Does what was asked for with tokens.
pub(crate) async fn run_token(what: &TokenDo) -> Result<Exit> {
    match what {
        TokenDo::List(one) => {
            let answer = Client::new(&one.server).get(&format!("{}/tokens", at(&one.name))).await?;
            lines(&one.server, &answer, |t| {
                let scopes: Vec<&str> = many(t, "scopes").iter().filter_map(Value::as_str).collect();
                let scopes = if scopes.is_empty() { "everything".to_owned() } else { scopes.join(",") };
                format!("{} {:<24} {scopes} ends {}", text(t, "id"), text(t, "name"), text(t, "expires"))
            })
        }
        TokenDo::Make(make) => {
            let ends = make.days.map(|days| App::system_clock()().plus(i64::from(days) * DAY));
            let body = json!({"name": make.purpose, "scopes": make.scopes, "expires": ends});
            let answer = Client::new(&make.server).post(&format!("{}/tokens", at(&make.name)), &body).await?;
            if make.server.json {
                screen::data(answer.body.trim());
            } else {
                screen::data(text(&answer.json()?, "token"));
                screen::tell("It is shown this once.");
            }
            Ok(Exit::Done)
        }
        TokenDo::End(end) => {
            let path = format!("{}/tokens/{}", at(&end.name), encode(&end.id));
            Client::new(&end.server).delete(&path).await?;
            screen::tell("It lets nobody in any more.");
            Ok(Exit::Done)
        }
    }
}

fn at(name: &str) -> String {
    format!("/api/v1/accounts/{}", encode(name))
}

async fn give(client: &Client, id: &str, roles: &[Role]) -> Result<Answer> {
    let roles: Vec<Value> = roles.iter().map(|r| json!({"role": r.role, "scope": r.scope})).collect();
    client.put(&format!("/api/v1/accounts/{id}/roles"), &json!({ "roles": roles })).await
}

async fn active(server: &Server, name: &str, active: bool) -> Result<Exit> {
    let path = format!("{}/active", at(name));
    said(server, &Client::new(server).put(&path, &json!({ "active": active })).await?)
}

/// One account, with its invitation where there is one.
fn said(server: &Server, answer: &Answer) -> Result<Exit> {
    if server.json {
        screen::data(answer.body.trim());
        return Ok(Exit::Done);
    }
    let found = answer.json()?;
    screen::data(&account(&found));
    if let Some(code) = found.get("invitation").and_then(Value::as_str) {
        screen::tell(&format!(
            "With the code {code} a password is chosen at {}/invitation, within three days. It is shown this once.",
            server.url.trim_end_matches('/')
        ));
    }
    Ok(Exit::Done)
}

fn account(of: &Value) -> String {
    let is_active = of.get("active").and_then(Value::as_bool).unwrap_or_default();
    format!("{:<24} {:<8} {}", text(of, "name"), text(of, "sort"), if is_active { "active" } else { "ended" })
}

fn lines(server: &Server, answer: &Answer, line: impl Fn(&Value) -> String) -> Result<Exit> {
    for one in many(&answer.json()?, "data") {
        screen::data(&if server.json { one.to_string() } else { line(one) });
    }
    Ok(Exit::Done)
}
