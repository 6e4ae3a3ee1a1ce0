//! The sign-in provider.

use super::once::{is_repeated, replayed};
use super::operation::{Endpoint, Operation};
use super::schemas::{or_null, provider, reference, text};
use super::sent::Sent;
use super::write::Headers;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, put};
use serde_json::{Value, json};
use watercourse_app::ProviderSettings;

const CHAPTER: &str = "Access";
const PATH: &str = "/api/v1/provider";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let secret = or_null(text("The client's; the one before stays where none is sent, empty takes it away."));
    vec![
        Operation::get(PATH, "get_provider", CHAPTER, "The sign-in provider")
            .answers(200, "Without the client's secret.", reference("Provider"))
            .problem(Kind::Denied)
            .problem(Kind::NotFound)
            .by(get(one)),
        Operation::put(PATH, "put_provider", CHAPTER, "Keep the sign-in provider")
            .about("OpenID Connect. It is asked for its description where its issuer is new. Whoever none of `roles` is for gets no account; what groups give changes the next time somebody signs in.")
            .sends(
                provider("secret?", secret),
                json!({
                    "issuer": "https://login.example.org/realms/main", "client": "watercourse", "secret": "…",
                    "roles": [{"group": "service-desk", "role": "agent", "scope": "all"}],
                }),
            )
            .answers(200, "As it is kept now.", reference("Provider"))
            .problem(Kind::Invalid)
            .problem(Kind::Denied)
            .by(put(put_one)),
        Operation::delete(PATH, "delete_provider", CHAPTER, "Take the sign-in provider away")
            .about("Accounts stay, and what its groups gave them; nobody comes in through it any more.")
            .answers_as(204, "It is gone.", None)
            .problem(Kind::Denied)
            .problem(Kind::NotFound)
            .by(delete(delete_one)),
    ]
}

async fn shown(web: &Web) -> Result<Json<Value>, Problem> {
    let found = web.app.provider(&web.access).await?;
    let (settings, has_secret) = found.ok_or_else(|| Problem::not_found("provider", PATH))?;
    let mut shown = json!(settings);
    shown["has_secret"] = json!(has_secret);
    Ok(Json(shown))
}

async fn one(web: Web) -> Result<Json<Value>, Problem> {
    shown(&web).await
}

async fn put_one(web: Web, State(base): State<Base>, headers: Headers, mut sent: Sent) -> Result<Response, Problem> {
    let secret = match sent.body.as_object_mut().and_then(|o| o.remove("secret")) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(_) => {
            let wrong = "The secret is no text.";
            return Err(Problem::new(Kind::Malformed, wrong, "Send a text, or null.").at("/secret", wrong));
        }
    };
    let settings: ProviderSettings = sent.read(
        "A provider takes issuer and client; optional are secret, label, scopes, name_claim, groups_claim and roles.",
    )?;
    let context = headers.context(&web, &["PUT", "provider"], &sent.bytes, None).await?;
    if is_repeated(&web, &context).await? {
        return Ok(replayed(shown(&web).await?.into_response()));
    }
    base.way.keep(&web.app, &context, settings, secret).await?;
    Ok(shown(&web).await?.into_response())
}

async fn delete_one(web: Web, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let context = headers.context(&web, &["DELETE", "provider"], &sent.bytes, None).await?;
    if is_repeated(&web, &context).await? {
        return Ok(replayed(StatusCode::NO_CONTENT.into_response()));
    }
    web.app.delete_provider(&context).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
