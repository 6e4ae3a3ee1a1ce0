//! The routes of all pages, the assets, and the small things around them.

use super::asking::{Filled, back};
use super::{
    access, account, accounts, activities, audit, chain, chart_files, conforming, gate, import, imports, items,
    measure_docs, news, practices, proposal, provider, receivers, stream_edit, stream_list, streams, teams,
    through_provider, work,
};
use crate::chart::glyph::glyph;
use crate::state::Base;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use watercourse_core::activity::Activity;

/// All pages.
pub fn routes() -> Router<Base> {
    Router::new()
        .route("/", get(chain::page))
        .route("/a/{activity}", get(activities::page))
        .route("/streams", get(stream_list::list))
        .route("/streams/new", get(stream_edit::new_page).post(stream_edit::new_sent))
        .route("/streams/check", post(stream_edit::check))
        .route("/streams/{id}", get(chart_files::stream))
        .route("/streams/{id}/edit", get(stream_edit::edit_page).post(stream_edit::edit_sent))
        .route("/streams/{id}/variants", get(streams::variants))
        .route("/streams/{id}/conformance", get(conforming::page))
        .route("/streams/{id}/proposal", get(proposal::page))
        .route("/streams/{id}/versions", get(streams::versions))
        .route("/streams/{id}/charts/{name}", get(chart_files::chart_file))
        .route("/docs/measures", get(measure_docs::list))
        .route("/docs/measures/{id}", get(measure_docs::one))
        .route("/work", get(work::page))
        .route("/new", get(items::new_page).post(items::open))
        .route("/w/{key}", get(items::page))
        .route("/w/{key}/{verb}", post(items::act))
        .route("/practices", get(practices::list))
        .route("/practices/{id}", get(practices::one))
        .route("/teams", get(teams::list))
        .route("/teams/{id}", get(teams::one))
        .route("/access", get(access::page))
        .route("/access/entities", post(access::put_entity))
        .route("/access/roles", post(access::put_role))
        .route("/access/provider", get(provider::page).post(provider::put))
        .route("/access/provider/remove", post(provider::remove))
        .route("/access/provider/test", get(through_provider::try_out))
        .route("/sign-in/provider", get(through_provider::begin))
        .route("/sign-in/back", get(through_provider::back))
        .route("/account/provider", get(through_provider::link))
        .route("/account/provider/remove", post(through_provider::unlink))
        .route("/sign-in", get(gate::sign_in_page).post(gate::sign_in_sent))
        .route("/sign-out", post(gate::sign_out))
        .route("/first", get(gate::first_page).post(gate::first_sent))
        .route("/invitation", get(gate::invitation_page).post(gate::invitation_sent))
        .route("/account", get(account::page))
        .route("/account/sessions", post(account::end_session))
        .route("/account/tokens", post(account::make_token))
        .route("/account/tokens/revoke", post(account::revoke_token))
        .route("/account/password", post(account::change_password))
        .route("/account/second-factor", post(account::add_factor))
        .route("/account/second-factor/remove", post(account::remove_factor))
        .route("/accounts", get(accounts::page).post(accounts::add))
        .route("/accounts/tokens/revoke", post(accounts::revoke_token))
        .route("/accounts/{id}/roles", post(accounts::roles))
        .route("/accounts/{id}/tokens", post(accounts::make_token))
        .route("/accounts/{id}/invite", post(accounts::invite))
        .route("/accounts/{id}/active", post(accounts::set_active))
        .route("/audit", get(audit::page))
        .route("/receivers", get(receivers::page).post(receivers::put))
        .route("/receivers/{id}/{what}", post(receivers::act))
        .route("/imports", get(imports::page).post(imports::receive).layer(DefaultBodyLimit::disable()))
        .route("/imports/{id}", get(import::page))
        .route("/imports/{id}/rejected.csv", get(import::rejected))
        .route("/imports/{id}/mapping.toml", get(import::mapping_file))
        .route("/imports/{id}/mapping", post(import::mapping_sent))
        .route("/imports/{id}/{what}", post(import::act))
        .route("/live", get(news::listen))
        .route("/theme", post(theme))
        .route("/me", post(me))
        .route("/favicon.svg", get(favicon))
        .route("/favicon.ico", get(favicon))
        .route("/assets/{name}", get(asset))
}

/// A file of styles or scripts. Its address changes with its content: it may be kept for ever.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = watercourse_web::at(&format!("/assets/{name}")) else {
        return (StatusCode::NOT_FOUND, "There is no such file; load the page again.\n").into_response();
    };
    let zipped = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("gzip"));
    let mut response = (
        [
            (header::CONTENT_TYPE, asset.media_type()),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::VARY, "accept-encoding"),
        ],
        if zipped { asset.gzip } else { asset.bytes },
    )
        .into_response();
    if zipped {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// The logo as a picture of its own, in colours that hold on light and dark.
async fn favicon() -> Response {
    let colours = [
        ("plan", "#767cf0"),
        ("improve", "#c05392"),
        ("engage", "#b47214"),
        ("design_transition", "#1b9ba5"),
        ("obtain_build", "#8a8344"),
        ("deliver_support", "#5db790"),
    ];
    let mut svg = glyph(&Activity::ALL, &[]).replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
    for (id, colour) in colours {
        svg = svg.replace(&format!("class=\"cell a-{id} touched\""), &format!("fill=\"{colour}\""));
    }
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")], svg).into_response()
}

/// Keeps a choice in a cookie and goes back to where one was.
fn keep(headers: &HeaderMap, name: &'static str, value: &str) -> Response {
    let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    let set = HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""));
    ([(HeaderName::from_static("set-cookie"), set)], Redirect::to(&back(headers))).into_response()
}

async fn theme(headers: HeaderMap, Form(filled): Form<Filled>) -> Response {
    let value = match filled.get("theme").map(String::as_str) {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "",
    };
    keep(&headers, "theme", value)
}

async fn me(headers: HeaderMap, Form(filled): Form<Filled>) -> Response {
    let id = filled.get("me").and_then(|id| id.parse::<watercourse_core::id::PersonId>().ok());
    keep(&headers, "me", &id.map_or_else(String::new, |id| id.to_string()))
}
