//! `/imports`: files of other tools, brought and imported.

use super::asking::{Filled, context};
use super::imports_view::{ImportLine, ImportsPage};
use super::oops::{Oops, beside};
use super::shell::{respond, shell};
use super::verb_form::Said;
use crate::state::Web;
use crate::view::say;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::HashMap;
use watercourse_app::{AppError, ImportJob, ImportState, Permission, outcome_of};
use watercourse_core::actor::Actor;
use watercourse_core::id::PersonId;

/// Shows the page.
pub async fn page(web: Web, headers: HeaderMap) -> Result<Response, Oops> {
    Ok(respond(StatusCode::OK, &build(&web, &headers, None).await?))
}

async fn build(web: &Web, headers: &HeaderMap, refusal: Option<Said>) -> Result<ImportsPage, AppError> {
    let jobs = web.app.imports(&web.access).await?;
    let names = names(web).await?;
    let now = web.app.now().millis();
    let imports = jobs.iter().map(|job| line(web, job, &names, now)).collect();
    Ok(ImportsPage { shell: shell(web, headers, "Imports", "imports").await?, imports, refusal })
}

/// The names of people one knows of.
pub(super) async fn names(web: &Web) -> Result<HashMap<PersonId, String>, AppError> {
    Ok(web.app.people(&web.access).await?.into_iter().map(|p| (p.id, p.name)).collect())
}

/// Who brought an import.
pub(super) fn who(job: &ImportJob, names: &HashMap<PersonId, String>) -> String {
    match &job.actor {
        Actor::Person(id) => names.get(id).cloned().unwrap_or_else(|| "A former person".to_owned()),
        other => other.to_string(),
    }
}

/// Where an import stands, and how that is shown.
pub(super) const fn standing(job: &ImportJob) -> (&'static str, &'static str) {
    match job.state {
        ImportState::Brought if !job.wrong.is_empty() => ("not read yet", "warn"),
        ImportState::Brought => ("to be looked at", "info"),
        ImportState::Waiting if job.run > 0 => ("interrupted, waits to run again", "warn"),
        ImportState::Waiting => ("waits to run", "info"),
        ImportState::Running => ("runs", "info"),
        ImportState::Done => ("imported", "good"),
        ImportState::Failed => ("failed", "bad"),
        ImportState::Cancelled => ("cancelled", "warn"),
        ImportState::Undone => ("undone", "warn"),
    }
}

fn line(web: &Web, job: &ImportJob, names: &HashMap<PersonId, String>, now: i64) -> ImportLine {
    let (state, tone) = standing(job);
    let outcome = outcome_of(job).filter(|o| !o.dry_run);
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let counts = outcome.as_ref().map(|o| {
        let items = say::counted(number(o.items), "item", "items");
        format!("{items}, {}", say::counted(number(o.events), "event", "events"))
    });
    let has_rejected = web.app.rejected_rows(job).is_some();
    let rejected = match &outcome {
        Some(outcome) => say::count(outcome.rows.rejected),
        None if has_rejected => "some".to_owned(),
        None => String::new(),
    };
    ImportLine {
        id: job.id.to_string(),
        file: if job.file.is_empty() { "sent without a name".to_owned() } else { job.file.clone() },
        size: size(job.size),
        stream: job.stream.clone(),
        is_there: job.state == ImportState::Done,
        state,
        tone,
        counts: counts.unwrap_or_default(),
        rejected,
        has_rejected,
        mapping: job.mapping_name.clone(),
        who: who(job, names),
        when: (say::moment(job.made_at.millis(), now), say::exact(job.made_at.millis())),
        can_undo: job.state == ImportState::Done,
    }
}

/// A number of bytes in one unit; empty for none.
pub(super) fn size(bytes: i64) -> String {
    let tenths = |unit: i64| bytes.saturating_mul(10) / unit;
    match bytes {
        ..=0 => String::new(),
        1..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        1_048_576..1_073_741_824 => format!("{}.{} MiB", tenths(1 << 20) / 10, tenths(1 << 20) % 10),
        _ => format!("{}.{} GiB", tenths(1 << 30) / 10, tenths(1 << 30) % 10),
    }
}

/// Takes a file and leads to the page where it is looked at.
pub async fn receive(
    web: Web,
    headers: HeaderMap,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Oops> {
    let brought = match multipart {
        Ok(multipart) => bring(&web, &headers, multipart).await,
        Err(_) => Err(AppError::Invalid {
            pointer: String::new(),
            wrong: "This is no file.".to_owned(),
            right: "Choose one with the form of this page.".to_owned(),
        }),
    };
    match brought {
        Ok(job) => Ok(Redirect::to(&format!("/imports/{}", job.id)).into_response()),
        Err(error @ AppError::Denied(_)) => Err(error.into()),
        Err(error) => {
            let (status, said) = beside(error)?;
            Ok(respond(status, &build(&web, &headers, Some(said)).await?))
        }
    }
}

async fn bring(web: &Web, headers: &HeaderMap, mut multipart: Multipart) -> Result<ImportJob, AppError> {
    web.access.may(Permission::StreamPublish)?;
    while let Some(mut field) = multipart.next_field().await.map_err(|e| broken(&e))? {
        if field.name() != Some("file") {
            continue;
        }
        let name = name_of(&field);
        let context = context(web, headers, "/imports", &Filled::new()).await?;
        let mut upload = web.app.upload(&context.access).await?;
        let mut is_empty = true;
        while let Some(chunk) = field.chunk().await.map_err(|e| broken(&e))? {
            is_empty &= chunk.is_empty();
            upload.write(&chunk).await?;
        }
        if is_empty && name.is_empty() {
            break;
        }
        return web.app.bring(&context, upload, &name, None, None).await;
    }
    Err(AppError::Invalid {
        pointer: "/file".to_owned(),
        wrong: "No file was chosen.".to_owned(),
        right: "Choose the export of the other tool.".to_owned(),
    })
}

/// The name of a file without the folders that some browsers send.
fn name_of(field: &Field<'_>) -> String {
    let name = field.file_name().unwrap_or_default();
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

fn broken(error: &MultipartError) -> AppError {
    tracing::info!(%error, "an upload broke off");
    AppError::Invalid {
        pointer: "/file".to_owned(),
        wrong: "The file broke off.".to_owned(),
        right: "Send it again.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_said_in_one_unit() {
        let said: Vec<String> = [0, 1, 1023, 1024, 1_572_864, 4 << 30].map(size).to_vec();
        assert_eq!(said, ["", "1 B", "1023 B", "1 KiB", "1.5 MiB", "4.0 GiB"]);
    }
}
