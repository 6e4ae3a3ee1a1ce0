//! Imports as they stand: listed, cancelled, undone, and their rejected rows.

use super::once::{Once, replayed};
use super::operation::{Endpoint, Operation};
use super::schemas::{all_of, reference};
use super::write::Headers;
use crate::file::rejected_file;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use uuid::Uuid;
use watercourse_app::{AppError, Context, ImportJob, ImportPhase, outcome_of};

const CHAPTER: &str = "Streams";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let path = |operation: Operation| {
        operation.path("id", "Its id.", "01900000-0000-7000-8000-000000000000").problem(Kind::Denied)
    };
    vec![
        Operation::get("/api/v1/imports", "list_imports", CHAPTER, "What was imported")
            .about("The newest 200 of those one may publish for, the newest first.")
            .answers(200, "Files that were brought, and what became of them.", all_of("Import"))
            .problem(Kind::Denied)
            .by(get(list)),
        path(Operation::get("/api/v1/imports/{id}", "get_import", CHAPTER, "An import"))
            .about("Ask again while its state is `waiting` or `running`.")
            .answers(200, "Where it stands.", reference("Import"))
            .by(get(one)),
        path(Operation::get(
            "/api/v1/imports/{id}/rejected",
            "get_rejected_rows",
            CHAPTER,
            "The rows an import could not use",
        ))
        .about("Line, reason, and the row itself where the file has rows; as long as the file is kept.")
        .answers_as(200, "One line a row.", Some("text/csv"))
        .by(get(rejected)),
        path(Operation::post("/api/v1/imports/{id}/cancel", "cancel_import", CHAPTER, "Stop an import"))
            .about("One that is to run or runs; nothing of it is kept.")
            .answers(200, "Where it stands now.", reference("Import"))
            .problem(Kind::Invalid)
            .by(post(cancel)),
        path(Operation::post("/api/v1/imports/{id}/undo", "undo_import", CHAPTER, "Undo an import"))
            .about("Takes away the version it made. The one it replaced is current again, with the same items.")
            .answers(200, "Where it stands now.", reference("Import"))
            .problem(Kind::Invalid)
            .by(post(undo)),
    ]
}

/// An import as the API shows it.
pub(super) fn shown(web: &Web, job: &ImportJob) -> Value {
    let progress = web.app.import_progress(job.id).map(|p| {
        let phase = match p.phase {
            ImportPhase::Reading => "reading",
            ImportPhase::Measuring => "measuring",
            ImportPhase::Writing => "writing",
        };
        json!({"phase": phase, "done": p.done, "of": p.of})
    });
    json!({
        "id": job.id, "file": job.file, "size": job.size, "stream": job.stream, "name": job.name,
        "state": job.state, "cancelling": job.cancel && job.state.is_under_way(), "progress": progress,
        "runs": job.run, "version": job.version, "outcome": outcome_of(job), "wrong": job.wrong,
        "rejected_rows": web.app.rejected_rows(job).is_some(), "by": job.actor.to_string(),
        "made": job.made_at, "changed": job.changed_at, "ended": job.ended_at,
    })
}

fn id_of(named: &str) -> Result<Uuid, Problem> {
    named.parse().map_err(|_| Problem::not_found("import", named))
}

async fn list(web: Web) -> Result<Json<Value>, Problem> {
    let jobs = web.app.imports(&web.access).await?;
    Ok(Json(json!({"data": jobs.iter().map(|j| shown(&web, j)).collect::<Vec<_>>()})))
}

async fn one(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let job = web.app.import_job(&web.access, id_of(&id)?).await?;
    Ok(Json(shown(&web, &job)))
}

async fn rejected(web: Web, Path(id): Path<String>) -> Result<Response, Problem> {
    let job = web.app.import_job(&web.access, id_of(&id)?).await?;
    Ok(rejected_file(&web, &job).await?)
}

async fn cancel(web: Web, headers: Headers, Path(id): Path<String>) -> Result<Response, Problem> {
    let context = headers.context(&web, &["POST", "/api/v1/imports", &id, "cancel"], &[], None).await?;
    act(&web, &context, &id, async |id| web.app.cancel_import(&context, id).await).await
}

async fn undo(web: Web, headers: Headers, Path(id): Path<String>) -> Result<Response, Problem> {
    let context = headers.context(&web, &["POST", "/api/v1/imports", &id, "undo"], &[], None).await?;
    act(&web, &context, &id, async |id| web.app.undo_import(&context, id).await).await
}

async fn act(
    web: &Web,
    context: &Context,
    id: &str,
    act: impl AsyncFnOnce(Uuid) -> Result<ImportJob, AppError>,
) -> Result<Response, Problem> {
    let id = id_of(id)?;
    if Once::of(web, context).await?.answered::<Uuid>().is_some() {
        let job = web.app.import_job(&context.access, id).await?;
        return Ok(replayed(Json(shown(web, &job)).into_response()));
    }
    let job = act(id).await?;
    Ok(Json(shown(web, &job)).into_response())
}
