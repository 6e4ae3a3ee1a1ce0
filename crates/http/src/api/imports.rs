//! Logs of other tools: sent as a file, read as `analyze` reads it, kept as a stream beside the native ones.

use super::import_jobs::shown;
use super::once::{Once, replayed};
use super::operation::{Endpoint, Operation};
use super::schemas::{count, flag, list, object, or_null, reference, text};
use super::write::Headers;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Seek as _;
use tokio::io::AsyncWriteExt as _;
use watercourse_app::{Begin, Context, Idempotency, Import, LARGEST_FILE, analysis};
use watercourse_connect::news::digest_of;
use watercourse_exchange::{ExchangeError, Imported, Options, read_log};
use watercourse_flow::log::TimeMeans;

const CHAPTER: &str = "Streams";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let column = |what: &str| format!("The column of {what} (XES: the attribute); guessed where it is not said.");
    let answer = object(&[
        ("import", or_null(text("The import, to look it up and undo it; null for a dry run."))),
        ("stream", text("The stream it became.")),
        ("version", count("Its version.")),
        ("replaces", or_null(count("The version it replaces; null where the stream is new."))),
        ("items", count("Cases that became items.")),
        ("events", count("Events.")),
        ("visits", count("Visits they make.")),
        ("rows", json!({"description": "What became of the rows: read, used, merged, skipped, rejected."})),
        ("mapping", json!({"description": "What was guessed, with alternatives."})),
        ("warnings", list(json!({"description": "What to know before believing the figures."}))),
        ("rejected", list(json!({"description": "Rows that could not be used, the first of them."}))),
    ]);
    let mut import = Operation::post("/api/v1/imports", "import_log", CHAPTER, "Import the log of another tool")
        .about("The body is the file: CSV or XES, plain, gzipped, or alone in a zip file. It becomes a stream that is drawn and measured, never run; importing to the same stream again replaces it, as its next version.")
        .query("stream", text(""), "The id of the stream it becomes.")
        .query("name", text(""), "What people call it; the file's name, say.")
        .query("case", text(""), &column("the case id"))
        .query("activity", text(""), &column("the activity or status"))
        .query("time", text(""), &column("the event's time"))
        .query("start", text(""), &column("the time work began"))
        .query("team", text(""), &column("the team"))
        .query("lifecycle", text(""), &column("the lifecycle transition"))
        .query("tz", text(""), "The zone of times without offset: `UTC`, `+02:00`, `Europe/Brussels`; UTC where it is not said.")
        .query("done", text(""), "A label that means that the work is done; may be said several times.")
        .query("time_means", text(""), "`entry` or `completion`: what an event's time is.")
        .query("classifier", text(""), "The name of a classifier of the XES file, or keys, whose values together are the activity.")
        .query("profile", text(""), "The export of a known tool this is, such as `jira-csv`; empty for none.")
        .query("mapping", text(""), "A mapping file (TOML), as `analyze --write-mapping` writes it.")
        .query("dry_run", flag(""), "Does all of it and rolls it back: the answer is that of the import, and nothing is left.")
        .query("job", flag(""), "Keeps the file and answers at once: the import runs by itself, survives a crash, and can be cancelled.")
        .answers(200, "What would be imported: a dry run.", answer.clone())
        .answers(201, "It is imported.", answer)
        .answers(202, "It is kept, and is imported as a job.", reference("Import"))
        .problem(Kind::Denied)
        .problem(Kind::Invalid);
    import.body = Some(super::operation::Content {
        media: "application/octet-stream",
        schema: json!({"type": "string", "format": "binary"}),
        example: None,
    });
    vec![import.by(post(receive))]
}

/// What the address says.
#[derive(Debug, Default)]
struct Asked {
    stream: String,
    name: String,
    mapping: Option<String>,
    dry_run: bool,
    job: bool,
    options: Options,
}

impl Asked {
    fn read(pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        let mut asked = Self::default();
        for (name, value) in pairs {
            let options = &mut asked.options;
            match name.as_str() {
                "stream" => asked.stream = value,
                "name" => asked.name = value,
                "mapping" => asked.mapping = Some(value),
                "dry_run" => asked.dry_run = yes("dry_run", &value)?,
                "job" => asked.job = yes("job", &value)?,
                "case" => options.case = Some(value),
                "activity" => options.activity = Some(value),
                "time" => options.time = Some(value),
                "start" => options.start = Some(value),
                "team" => options.team = Some(value),
                "lifecycle" => options.lifecycle = Some(value),
                "tz" => options.tz = Some(value),
                "classifier" => options.classifier = Some(value),
                "profile" => options.profile = Some(value),
                "done" => options.done.get_or_insert_default().push(value),
                "time_means" => {
                    options.time_means = Some(match value.as_str() {
                        "entry" => TimeMeans::Entry,
                        "completion" => TimeMeans::Completion,
                        _ => {
                            return Err(off("time_means", "This is no meaning of a time.", "Say entry or completion."));
                        }
                    });
                }
                other => {
                    let other: String = other.chars().take(40).collect();
                    return Err(off(
                        &other,
                        "This parameter is not known.",
                        "The description of the operation lists the parameters.",
                    ));
                }
            }
        }
        if asked.stream.is_empty() {
            return Err(off(
                "stream",
                "The stream it becomes is not named.",
                "Say ?stream=ID, with small letters, digits and hyphens.",
            ));
        }
        if let Some(mapping) = &asked.mapping {
            let from_file = Options::from_toml(mapping).map_err(|e| unreadable(&e))?;
            asked.options = std::mem::take(&mut asked.options).over(from_file);
        }
        Ok(asked)
    }
}

fn yes(parameter: &str, value: &str) -> Result<bool, Problem> {
    match value {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        _ => Err(off(parameter, "This is neither yes nor no.", "Say true or false.")),
    }
}

fn off(parameter: &str, wrong: &str, right: &str) -> Problem {
    Problem::new(Kind::Malformed, wrong, right).at(format!("?{parameter}"), wrong)
}

async fn receive(web: Web, headers: Headers, request: Request) -> Result<Response, Problem> {
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(request.uri())
        .map_err(|_| Problem::new(Kind::Malformed, "The query cannot be read.", "Encode it as forms do."))?;
    let asked = Asked::read(pairs.0)?;
    let query = request.uri().query().unwrap_or_default().to_owned();
    if asked.job && asked.dry_run {
        return Err(off("job", "A dry run is no job.", "Leave one of them out."));
    }
    if asked.job {
        return bring(web, headers, asked, &query, request.into_body()).await;
    }
    let file = keep(request.into_body()).await?;
    let mut context = headers.context(&web, &["POST", "/api/v1/imports"], &[], None).await?;
    if asked.dry_run {
        // It has no effect that could come twice.
        context.idempotency = None;
    }
    let (options, dry_run) = (asked.options.clone(), asked.dry_run);
    let has_key = context.idempotency.is_some();
    let (digest, read) =
        tokio::task::spawn_blocking(move || log(file, &options, has_key)).await.map_err(|e| broken(&e))??;
    if let Some(key) = context.idempotency.take() {
        context = context.with_key(Idempotency::new(&key.key, &[b"imports", query.as_bytes(), digest.as_bytes()]));
    }
    if let Some(before) = Once::of(&web, &context).await?.answered::<Value>() {
        return Ok(replayed((StatusCode::CREATED, Json(before)).into_response()));
    }
    let answer = import(&web, &context, asked, read).await?;
    let status = if dry_run { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(answer)).into_response())
}

/// Keeps the file, and lets the import run as a job.
async fn bring(web: Web, headers: Headers, asked: Asked, query: &str, body: Body) -> Result<Response, Problem> {
    let mut context = headers.context(&web, &["POST", "/api/v1/imports"], &[], None).await?;
    let mut upload = web.app.upload(&context.access).await?;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Kind::Malformed, "The file broke off.", "Send it again."))?;
        upload.write(&chunk).await?;
    }
    if let Some(key) = context.idempotency.take() {
        let parts = [b"imports", query.as_bytes(), upload.digest().as_bytes()].map(<[u8]>::to_vec);
        context = context.with_key(Idempotency::new(&key.key, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    }
    if let Some(before) = Once::of(&web, &context).await?.answered::<uuid::Uuid>() {
        let job = web.app.import_job(&web.access, before).await?;
        return Ok(replayed((StatusCode::ACCEPTED, Json(shown(&web, &job))).into_response()));
    }
    let file = if asked.name.is_empty() { asked.stream.clone() } else { asked.name.clone() };
    let begin = Begin { stream: asked.stream, name: asked.name };
    let job = web.app.bring(&context, upload, &file, Some(asked.options.to_toml()), Some(begin)).await?;
    Ok((StatusCode::ACCEPTED, Json(shown(&web, &job))).into_response())
}

async fn import(web: &Web, context: &Context, asked: Asked, read: Imported) -> Result<Value, Problem> {
    let Asked { stream, name, dry_run, .. } = asked;
    let Imported { log, rows, rejected, mapping, warnings, evidence, .. } = read;
    let meaning = analysis::meaning(&mapping, &log, evidence, None);
    let note = if name.is_empty() { "Imported".to_owned() } else { format!("Imported from {name}") };
    let told = json!({"rows": rows, "mapping": mapping, "warnings": warnings, "rejected": rejected});
    let told = told.as_object().cloned().unwrap_or_default();
    let file = name.clone();
    let import = Import { stream, name, kind: String::new(), log, meaning, note, file, told };
    Ok(web.app.import(context, import, dry_run).await?.answer)
}

/// Keeps a body in a file without a name, so that its size is a matter of the disk.
async fn keep(body: Body) -> Result<File, Problem> {
    let lost = |e: std::io::Error| {
        tracing::error!(error = %e, "an upload cannot be kept");
        Problem::new(
            Kind::Unavailable,
            "The file cannot be kept while it is read.",
            "Look whether the disk of the server is full.",
        )
    };
    let file = tempfile::tempfile().map_err(lost)?;
    let mut file = tokio::fs::File::from_std(file);
    let (mut chunks, mut size) = (body.into_data_stream(), 0_u64);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Kind::Malformed, "The file broke off.", "Send it again."))?;
        size = size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if size > LARGEST_FILE {
            return Err(Problem::new(
                Kind::TooLarge,
                "The file is larger than 4 GiB.",
                "Send it compressed (gzip or zip), or in parts to several streams.",
            ));
        }
        file.write_all(&chunk).await.map_err(lost)?;
    }
    file.flush().await.map_err(lost)?;
    Ok(file.into_std().await)
}

/// Reads a kept file; with its digest where that is wanted.
fn log(mut file: File, options: &Options, digested: bool) -> Result<(String, Imported), Problem> {
    let lost = |e: std::io::Error| broken(&e);
    let digest = if digested {
        file.rewind().map_err(lost)?;
        digest_of(&mut file).map_err(lost)?
    } else {
        String::new()
    };
    file.rewind().map_err(lost)?;
    Ok((digest, read_log(&mut file, options, &mut |_, _| {}).map_err(|e| unreadable(&e))?))
}

fn broken(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "an import broke off");
    Problem::new(Kind::Internal, "The import broke off.", "The log of the server has the details.")
}

fn unreadable(error: &ExchangeError) -> Problem {
    let said = error.to_string();
    let mut sentence = said.trim_end_matches('.').to_owned();
    if let Some(first) = sentence.get(..1).map(str::to_uppercase) {
        sentence.replace_range(..1, &first);
    }
    let right = if error.is_usage() {
        "Name another column or value in the address."
    } else {
        "Try `watercourse analyze FILE`, which shows how a file is read, and say in the address what was guessed wrong."
    };
    Problem::new(Kind::Invalid, format!("{sentence}."), right)
}
