//! Saved views: filters with a name, put in their place by id.

use super::once::{Once, is_repeated, replayed};
use super::operation::{Endpoint, Operation};
use super::schemas::{choice, flag, list, object, text, time};
use super::sent::Sent;
use super::write::Headers;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use watercourse_app::{NewView, SavedView, Sort};

const CHAPTER: &str = "Items";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let sort = || choice(&Sort::ALL.map(Sort::id), "The order of the list.");
    let view = || {
        object(&[
            ("id", text("Its id, for addresses and commands.")),
            ("name", text("What people read.")),
            ("q", text("The filter.")),
            ("sort", sort()),
            ("shared", flag("Whether others see it too.")),
            ("entity", text("The entity whose people see it, where it is shared.")),
            ("changed", time("When it was last changed.")),
        ])
    };
    let all = Operation::get("/api/v1/views", "list_views", CHAPTER, "Saved views: your own and the shared ones")
        .answers(200, "All you see, by name.", object(&[("data", list(view()))]));
    let one = Operation::get("/api/v1/views/{id}", "get_view", CHAPTER, "One saved view")
        .about("Your own where you have one of this id, else the shared one.")
        .path("id", "Its id.", "waiting-for-us")
        .answers(200, "It.", view());
    let put = Operation::put("/api/v1/views/{id}", "put_view", CHAPTER, "Save a view")
        .about("Makes it where it is not there, and replaces it where it is. Its filter is checked first.")
        .path("id", "Its id: small letters, digits, hyphens and dots.", "waiting-for-us")
        .sends(
            object(&[
                ("q", text("The filter.")),
                ("name?", text("What people read; made from the id where it is not said.")),
                ("sort?", sort()),
                ("shared?", flag("Whether others see it too; always so where nobody signs in.")),
                ("entity?", text("The entity whose people see it, where it is shared; `root` where none is named.")),
            ]),
            json!({"q": "state:open phase:waiting team:service-desk", "name": "Waiting for us"}),
        )
        .answers(200, "As it is kept now.", view())
        .problem(Kind::Invalid);
    let delete = Operation::delete("/api/v1/views/{id}", "delete_view", CHAPTER, "Take a saved view away")
        .path("id", "Its id.", "waiting-for-us")
        .answers_as(204, "It is gone.", None);
    let mut at_id = one.by(get(view_of).put(put_view).delete(delete_view));
    at_id.operations.extend([put, delete]);
    vec![all.by(get(views)), at_id]
}

fn shown(view: &SavedView) -> Value {
    json!({
        "id": view.id, "name": view.name, "q": view.q, "sort": view.sort.id(), "shared": view.owner.is_empty(),
        "entity": view.entity, "changed": view.changed_at,
    })
}

async fn views(web: Web) -> Result<Json<Value>, Problem> {
    let views = web.app.saved_views(&web.access).await?;
    Ok(Json(json!({"data": views.iter().map(shown).collect::<Vec<_>>()})))
}

async fn view_of(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&web.app.saved_view(&web.access, &id).await?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewSent {
    q: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    sort: Sort,
    #[serde(default)]
    shared: bool,
    #[serde(default)]
    entity: String,
}

async fn put_view(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: ViewSent = sent.read("A view takes q; optional are name, sort, shared and entity.")?;
    let context = headers.context(&web, &["PUT", "views", &id], &sent.bytes, None).await?;
    if let Some(before) = Once::of(&web, &context).await?.answered::<SavedView>() {
        return Ok(replayed(Json(shown(&before)).into_response()));
    }
    let ViewSent { q, name, sort, shared: is_shared, entity } = new;
    let kept = web.app.put_view(&context, NewView { id, name, q, sort, is_shared, entity }).await?;
    Ok(Json(shown(&kept)).into_response())
}

async fn delete_view(web: Web, Path(id): Path<String>, headers: Headers) -> Result<Response, Problem> {
    let context = headers.context(&web, &["DELETE", "views", &id], &[], None).await?;
    if is_repeated(&web, &context).await? {
        return Ok(replayed(StatusCode::NO_CONTENT.into_response()));
    }
    web.app.delete_view(&context, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
