//! `/imports/{id}`: one file: how it is read, what it would bring, and how far it is.

use super::asking::{Filled, context};
use super::import_build::{After, build};
use super::oops::{Oops, beside};
use super::shell::respond;
use crate::file::rejected_file;
use crate::state::Web;
use axum::Form;
use axum::extract::{Multipart, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;
use watercourse_app::AppError;

/// Shows the page.
pub async fn page(web: Web, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Oops> {
    let page = build(&web, &headers, id_of(&id)?, After::default()).await?;
    Ok(respond(StatusCode::OK, &page))
}

fn id_of(named: &str) -> Result<Uuid, AppError> {
    let shown: String = named.chars().take(60).collect();
    let right = "The list of imports tells which there are.".to_owned();
    named.parse().map_err(|_| AppError::NotFound { what: format!("import “{shown}”"), right })
}

/// The rejected rows as a file.
pub async fn rejected(web: Web, Path(id): Path<String>) -> Result<Response, Oops> {
    let job = web.app.import_job(&web.access, id_of(&id)?).await?;
    Ok(rejected_file(&web, &job).await?)
}

/// What was said of the file, as a mapping file.
pub async fn mapping_file(web: Web, Path(id): Path<String>) -> Result<Response, Oops> {
    let id = id_of(&id)?;
    let stream = web.app.import_job(&web.access, id).await?.stream;
    let text = web.app.mapping_of_import(&web.access, id).await?;
    let name = format!("attachment; filename=\"{stream}-mapping.toml\"");
    let headers =
        [(header::CONTENT_TYPE, "application/toml; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}

/// Takes a mapping file and reads the import as it says.
pub async fn mapping_sent(
    web: Web,
    headers: HeaderMap,
    Path(id): Path<String>,
    mut multipart: Multipart,
) -> Result<Response, Oops> {
    let id = id_of(&id)?;
    let unreadable = || AppError::Invalid {
        pointer: "/file".to_owned(),
        wrong: "This is no mapping file.".to_owned(),
        right: "Choose a TOML file of at most 1 MiB.".to_owned(),
    };
    let mut text = None;
    while let Ok(Some(field)) = multipart.next_field().await {
        if field.name() == Some("file") {
            text = field.text().await.ok();
        }
    }
    let context = context(&web, &headers, "/imports", &Filled::new()).await?;
    let came = match text.filter(|t| !t.is_empty()) {
        Some(text) => web.app.map_import(&context, id, &text, "").await.map(|_| ()),
        None => Err(unreadable()),
    };
    after(&web, &headers, id, came, None).await
}

/// Does what a button says: reads it again, tries, begins, cancels, undoes, keeps or uses a mapping, takes it away.
pub async fn act(
    web: Web,
    headers: HeaderMap,
    Path((id, what)): Path<(String, String)>,
    Form(filled): Form<Filled>,
) -> Result<Response, Oops> {
    let id = id_of(&id)?;
    if what == "remove" {
        let context = context(&web, &headers, "/imports", &filled).await?;
        return match web.app.forget_import(&context, id).await {
            Ok(()) => Ok(Redirect::to("/imports").into_response()),
            Err(error) => after(&web, &headers, id, Err(error), None).await,
        };
    }
    let came = done(&web, &headers, id, &what, &filled).await;
    after(&web, &headers, id, came, Some(filled)).await
}

async fn done(web: &Web, headers: &HeaderMap, id: Uuid, what: &str, filled: &Filled) -> Result<(), AppError> {
    let ctx = context(web, headers, &format!("/imports/{id}/{what}"), filled).await?;
    let name = filled.get("name").map(String::as_str).unwrap_or_default();
    match what {
        "look" => drop(web.app.say_of_import(&ctx, id, filled, true).await?),
        "try" => {
            web.app.say_of_import(&ctx, id, filled, false).await?;
            web.app.try_import(&ctx, id).await?;
        }
        "begin" => {
            web.app.say_of_import(&ctx, id, filled, false).await?;
            web.app.begin_import(&ctx, id).await?;
        }
        "cancel" => drop(web.app.cancel_import(&ctx, id).await?),
        "undo" => drop(web.app.undo_import(&ctx, id).await?),
        "keep" => web.app.keep_mapping(&ctx, id, name).await?,
        "use" => {
            let kept = web.app.import_mappings(&ctx.access).await?.into_iter().find(|m| m.name == name);
            let right = "Choose one that is kept.".to_owned();
            let kept = kept.ok_or(AppError::NotFound { what: "such mapping".to_owned(), right })?;
            web.app.map_import(&ctx, id, &kept.mapping, &kept.name).await?;
        }
        _ => {
            let right = "Use one of the buttons of the page.".to_owned();
            return Err(AppError::NotFound { what: "such button".to_owned(), right });
        }
    }
    Ok(())
}

/// Back to the page, which a reload does not send again; where it was refused, the page with what was filled in.
async fn after(
    web: &Web,
    headers: &HeaderMap,
    id: Uuid,
    came: Result<(), AppError>,
    filled: Option<Filled>,
) -> Result<Response, Oops> {
    match came {
        Ok(()) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(error @ (AppError::Denied(_) | AppError::NotFound { .. })) => Err(error.into()),
        Err(error) => {
            let (status, said) = beside(error)?;
            let after = After { refusal: Some(said), filled: filled.unwrap_or_default() };
            Ok(respond(status, &build(web, headers, id, after).await?))
        }
    }
}
