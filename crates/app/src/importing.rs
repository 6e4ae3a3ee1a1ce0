//! Logs of other tools: kept event by event, listed beside native items, measured by the same code. They are
//! never run: a verb on their items is refused.

use crate::access::{Access, Permission};
use crate::app::{App, Change};
use crate::audit::{Action, note};
use crate::context::Context;
use crate::error::AppError;
use crate::items::{boxed, keep_answer};
use crate::off_thread::off_thread;
use crate::published::{ImportedStep, ImportedSteps, Published};
use crate::streams::owner;
use crate::watch::{Phase as At, Watch};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;
use watercourse_core::activity::Activity;
use watercourse_core::actor::Actor;
use watercourse_core::id::ItemId;
use watercourse_core::item::{Item, Outcome, Phase, Place, Round, Spell, Visit};
use watercourse_core::marking::Marking;
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;
use watercourse_flow::evidence::Evidence;
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log, NO_TIME, NONE, TimeMeans};
use watercourse_flow::meaning::{Lifecycle, LogMeaning, StatePhase};
use watercourse_flow::order::Ordered;
use watercourse_flow::visits::{Standing, Visits};
use watercourse_store::{
    Conn, ImportJob, ImportState, ItemRow, LogEvent, Rows, StoreError, StreamVersion, Words, add_changed, row,
};

/// Events or items that are written at once.
const AT_ONCE: usize = 5000;

/// A log to be imported.
#[derive(Debug)]
pub struct Import {
    /// The id of the stream it becomes.
    pub stream: String,
    /// The stream's name; its id where empty.
    pub name: String,
    /// What its items are; `imported` where empty.
    pub kind: String,
    /// The events.
    pub log: Log,
    /// What they mean.
    pub meaning: LogMeaning,
    /// Where it came from, for people.
    pub note: String,
    /// The name of the file; empty where it has none.
    pub file: String,
    /// What the answer to the request says beside the figures: how the file was read.
    pub told: serde_json::Map<String, serde_json::Value>,
}

/// What was imported, or would be.
#[derive(Debug, Clone)]
pub struct ImportDone {
    /// The import, to look it up and undo it; none for a dry run.
    pub id: Option<Uuid>,
    /// The stream version it became.
    pub version: StreamVersion,
    /// Items.
    pub items: usize,
    /// Events.
    pub events: usize,
    /// The answer to the request, kept with its key in the transaction that imported the log.
    pub answer: serde_json::Value,
}

/// What a log means, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptMeaning {
    time: TimeMeans,
    lifecycle: String,
    done: BTreeMap<String, Outcome>,
    phases: BTreeMap<String, (Phase, String)>,
    activities: BTreeMap<String, Activity>,
    as_of: Option<i64>,
    #[serde(default)]
    evidence: Evidence,
}

/// Events read at once to be measured.
const READ_AT_ONCE: i64 = 20_000;

impl App {
    /// Imports a log as a stream of its own: drawn, listed and measured, never run. Importing to the same
    /// stream again replaces what was imported before, as its next version. A dry run does the same and rolls it
    /// back.
    ///
    /// # Errors
    /// When the stream's id is that of a native stream, or the log has no event.
    pub async fn import(&self, ctx: &Context, import: Import, dry_run: bool) -> Result<ImportDone, AppError> {
        ctx.access.may(Permission::StreamPublish)?;
        if import.log.is_empty() {
            return Err(AppError::invalid("/log", "The log has no event.", "Give a log with at least one event."));
        }
        check_stream_id(&import.stream)?;
        let (actor, now) = (ctx.actor.clone(), self.now());
        let ready = off_thread("the import", move || {
            let visits = from_log(&import.log, &Ordered::of(&import.log), &import.meaning);
            Ready::of(&actor, import, &visits, now)
        });
        let ready = Arc::new(ready.await?);
        if dry_run {
            let became = self.would_keep(Arc::clone(&ready), &ctx.access, Arc::default()).await?;
            return Ok(ready.done(None, &became));
        }
        let id = Uuid::now_v7();
        let write = {
            let (ready, ctx) = (Arc::clone(&ready), Arc::new(ctx.clone()));
            boxed(move |conn: &mut Conn| {
                let (ready, ctx) = (Arc::clone(&ready), Arc::clone(&ctx));
                Box::pin(async move {
                    let became = ready.keep(conn, &ctx.access, &Watch::default()).await?;
                    conn.insert_import(&ready.job(id, &ctx, &became, now)).await?;
                    ready.note(conn, &ctx, &became.version, id, now).await?;
                    keep_answer(conn, &ctx, || ready.answer(Some(id), &became).to_string(), now).await?;
                    Ok(became)
                })
            })
        };
        let became = self.store.write_much(write).await?;
        self.tell(Change::Stream { id: became.version.id.clone(), version: became.version.version });
        Ok(ready.done(Some(id), &became))
    }

    /// The events of an imported item, as they were read.
    ///
    /// # Errors
    /// The store's.
    pub async fn imported_events(&self, item: &Item) -> Result<Vec<LogEvent>, AppError> {
        let case = item.key.strip_prefix(&item.stream).and_then(|k| k.strip_prefix(':')).unwrap_or(&item.key);
        Ok(self.store.reader().await?.events_of_case(&item.stream, item.version, case).await?)
    }

    /// An imported log as it was read, and what it means.
    pub(crate) async fn log_of_import(&self, head: &StreamVersion) -> Result<(Log, LogMeaning), AppError> {
        let bad = |wrong: String| StoreError::Malformed { table: "stream", wrong };
        let kept: ImportedSteps = serde_json::from_str(&head.definition).map_err(|e| bad(e.to_string()))?;
        let meaning: KeptMeaning = serde_json::from_value(kept.meaning).map_err(|e| bad(e.to_string()))?;
        let mut log = Log::default();
        let mut conn = self.store.reader().await?;
        loop {
            let from = i64::try_from(log.len()).unwrap_or(i64::MAX);
            let events = conn.log_events(&head.id, head.version, from, READ_AT_ONCE).await?;
            if events.is_empty() {
                return Ok((log, meaning.open()));
            }
            for e in &events {
                let (team, lifecycle) = (e.team.as_deref(), e.lifecycle.as_deref());
                log.push(Event { case: &e.case, activity: &e.activity, at: e.at, start: e.start, team, lifecycle });
            }
        }
    }

    /// The items of a version of an imported stream, made again from its events as the import made them.
    pub(crate) async fn items_of_import(&self, head: StreamVersion) -> Result<Vec<(Words, Item)>, AppError> {
        let bad = |wrong: String| StoreError::Malformed { table: "stream", wrong };
        let steps: ImportedSteps = serde_json::from_str(&head.definition).map_err(|e| bad(e.to_string()))?;
        let (log, meaning) = self.log_of_import(&head).await?;
        let visits = off_thread("measuring", move || from_log(&log, &Ordered::of(&log), &meaning)).await?;
        Ok((0..visits.item_count()).map(|i| item(&head, &steps, &visits, i)).collect())
    }
}

/// Refuses what is no id of a stream.
pub(crate) fn check_stream_id(id: &str) -> Result<(), AppError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || id.len() > 60 || !id.chars().all(plain) {
        let right = "Use up to 60 small letters, digits and hyphens.";
        return Err(AppError::invalid("/stream", "This is no id of a stream.", right));
    }
    Ok(())
}

/// What an import became.
#[derive(Debug, Clone)]
pub(crate) struct Became {
    /// The version.
    pub(crate) version: StreamVersion,
    /// The version it replaces.
    pub(crate) replaces: Option<u32>,
}

/// An import with everything worked out, so that the transaction only writes.
pub(crate) struct Ready {
    head: StreamVersion,
    steps: ImportedSteps,
    log: Log,
    items: Vec<(Words, Item)>,
    visits: usize,
    file: String,
    told: serde_json::Map<String, serde_json::Value>,
}

impl Ready {
    /// `visits`: those of the log.
    pub(crate) fn of(actor: &Actor, import: Import, visits: &Visits, now: Instant) -> Self {
        let Import { stream, name, kind, log, meaning, note, file, told } = import;
        let kind = if kind.is_empty() { "imported".to_owned() } else { kind };
        let step = |(index, name): (usize, &str)| ImportedStep {
            id: name.to_owned(),
            name: name.to_owned(),
            activity: visits.step_activity.get(index).copied().flatten().unwrap_or(Activity::DeliverSupport),
        };
        let steps = visits.steps.iter().enumerate().map(step).collect();
        let meaning = serde_json::to_value(KeptMeaning::of(&meaning)).unwrap_or_default();
        let steps = ImportedSteps { kind: kind.clone(), steps, meaning };
        let head = StreamVersion {
            name: if name.is_empty() { crate::organisation::title_of(&stream) } else { name },
            id: stream,
            version: 0,
            kind,
            definition: serde_json::to_string(&steps).unwrap_or_default(),
            published_at: now,
            actor: actor.clone(),
            note,
            imported: true,
            entity: String::new(),
        };
        let items = (0..visits.item_count()).map(|i| item(&head, &steps, visits, i)).collect();
        Self { head, steps, log, items, visits: visits.len(), file, told }
    }

    /// The answer to the request.
    fn answer(&self, id: Option<Uuid>, became: &Became) -> serde_json::Value {
        let version = &became.version;
        let mut answer = serde_json::json!({
            "import": id, "stream": version.id, "version": version.version, "replaces": became.replaces,
            "items": self.items.len(), "events": self.log.len(), "visits": self.visits,
        });
        if let Some(answer) = answer.as_object_mut() {
            answer.extend(self.told.clone());
        }
        answer
    }

    fn done(&self, id: Option<Uuid>, became: &Became) -> ImportDone {
        let (items, events, answer) = (self.items.len(), self.log.len(), self.answer(id, became));
        ImportDone { id, version: became.version.clone(), items, events, answer }
    }

    /// The import as it is listed, where its file was not kept.
    fn job(&self, id: Uuid, ctx: &Context, became: &Became, now: Instant) -> ImportJob {
        let outcome = serde_json::json!({
            "dry_run": false, "stream": became.version.id, "version": became.version.version,
            "replaces": became.replaces, "items": self.items.len(), "events": self.log.len(), "visits": self.visits,
            "rows": self.told.get("rows").cloned().unwrap_or_else(|| serde_json::json!({})),
        });
        ImportJob {
            id,
            file: self.file.clone(),
            size: 0,
            spool: String::new(),
            entity: became.version.entity.clone(),
            stream: became.version.id.clone(),
            name: became.version.name.clone(),
            state: ImportState::Done,
            cancel: false,
            mapping: String::new(),
            mapping_name: String::new(),
            look: String::new(),
            outcome: outcome.to_string(),
            wrong: String::new(),
            run: 1,
            version: Some(became.version.version),
            actor: ctx.actor.clone(),
            account: ctx.access.account.map(|a| a.to_string()).unwrap_or_default(),
            made_at: now,
            changed_at: now,
            ended_at: Some(now),
        }
    }

    /// Notes it in the trail.
    pub(crate) async fn note(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        version: &StreamVersion,
        import: Uuid,
        now: Instant,
    ) -> Result<(), AppError> {
        let detail = serde_json::json!({
            "version": version.version, "items": self.items.len(), "events": self.log.len(), "import": import,
        });
        note(conn, ctx, Action::LogImported, &version.id, detail, now).await
    }

    /// Writes everything; refused between two pieces where `watch` says so.
    pub(crate) async fn keep(&self, conn: &mut Conn, access: &Access, watch: &Watch) -> Result<Became, AppError> {
        let mut head = self.head.clone();
        head.entity = owner(conn, access, &head.id).await?;
        let replaces = conn.latest_version(&head.id).await?;
        if let Some(latest) = replaces
            && conn.stream_version(&head.id, latest).await?.is_some_and(|old| !old.imported)
        {
            let wrong = format!("“{}” is a stream that runs work.", head.id);
            return Err(AppError::invalid("/stream", wrong, "Give the import another id."));
        }
        // What it replaces is kept as events, so that it can be made current again.
        conn.delete_import(&head.id, replaces.unwrap_or(0)).await?;
        // The number of a version that was undone is not used again.
        let undone = conn.last_imported_version(&head.id).await?;
        head.version = replaces.max(undone).unwrap_or(0) + 1;
        conn.insert_stream_version(&head).await?;
        let all = u64::try_from(self.items.len() + self.log.len()).unwrap_or(u64::MAX);
        watch.enter(At::Writing, all);
        let mut written = 0;
        let stream = Published::compile(head.clone())?.stream;
        for chunk in self.items.chunks(AT_ONCE) {
            watch.go_on(conn).await?;
            keep_items(conn, chunk, &head, &stream).await?;
            written += chunk.len();
            watch.at(u64::try_from(written).unwrap_or(all), all);
        }
        for from in (0..self.log.len()).step_by(AT_ONCE) {
            watch.go_on(conn).await?;
            let events: Vec<LogEvent> =
                (from..self.log.len().min(from + AT_ONCE)).map(|i| event(&self.log, i)).collect();
            let number = i64::try_from(from).unwrap_or(i64::MAX);
            conn.append_events(&head.id, head.version, number, &events).await?;
            written += events.len();
            watch.at(u64::try_from(written).unwrap_or(all), all);
        }
        tracing::info!(
            stream = head.id,
            items = self.items.len(),
            steps = self.steps.steps.len(),
            "a log was imported"
        );
        Ok(Became { version: head, replaces })
    }
}

/// Writes items of a version; their ids come from it, so that the same version has the same items again.
pub(crate) async fn keep_items(
    conn: &mut Conn,
    chunk: &[(Words, Item)],
    head: &StreamVersion,
    stream: &Stream,
) -> Result<(), AppError> {
    let mut rows = Rows::default();
    let mut listed: Vec<(ItemRow, &Words, Item)> = Vec::with_capacity(chunk.len());
    for (words, item) in chunk {
        let id = id_of(head, &item.key);
        let item = Item { id, version: head.version, ..item.clone() };
        add_changed(&mut rows, None, &item, stream);
        let row = ItemRow { entity: head.entity.clone(), ..row(&item, words, stream, true) };
        listed.push((row, words, item));
    }
    let borrowed: Vec<(&ItemRow, &Words, &Item)> = listed.iter().map(|(r, w, i)| (r, *w, i)).collect();
    conn.insert_items(&borrowed).await?;
    conn.save_rows(&rows).await?;
    Ok(())
}

/// The id of an item of a version: by when that was imported, so that ids lie beside each other, and by its key.
fn id_of(head: &StreamVersion, key: &str) -> ItemId {
    let digest = Sha256::new().chain_update(head.version.to_be_bytes()).chain_update(key).finalize();
    let mut random = [0; 10];
    random.copy_from_slice(digest.get(..10).unwrap_or(&[0; 10]));
    let millis = u64::try_from(head.published_at.millis()).unwrap_or(0);
    ItemId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

fn micros(millis: i64) -> Instant {
    Instant::from_millis(millis)
}

/// An item of a log: where it stands and how it ended. Its course stays in its events: what the log does not
/// tell must not be made up here.
fn item(head: &StreamVersion, steps: &ImportedSteps, visits: &Visits, index: usize) -> (Words, Item) {
    let case = visits.keys.name(u32::try_from(index).unwrap_or(NONE)).to_owned();
    let at = |column: &[i64]| column.get(index).copied().filter(|t| *t != NO_TIME).map(micros);
    let created = at(&visits.items.created).unwrap_or_default();
    let touched = at(&visits.items.last_event).unwrap_or(created);
    let closed = match visits.items.standing.get(index) {
        Some(Standing::Ended(outcome)) => at(&visits.items.ended).map(|end| (end, *outcome)),
        _ => None,
    };
    let is_open = visits.items.standing.get(index) == Some(&Standing::Open);
    let rounds =
        if is_open { visits.of_item(index).filter(|v| visits.left(*v).is_none()).collect() } else { Vec::new() };
    let mut number = 0;
    let rounds = rounds.into_iter().map(|v| open_round(&mut number, steps, visits, v, touched)).collect();
    let item = Item {
        // Its own once it is kept.
        id: ItemId(Uuid::nil()),
        key: format!("{}:{case}", head.id),
        kind: head.kind.clone(),
        stream: head.id.clone(),
        version: 0,
        created,
        opened_by: head.actor.clone(),
        fields: BTreeMap::new(),
        rounds,
        marking: Marking::default(),
        closed,
        ended_by: None,
        parked: Vec::new(),
        touched,
        revision: 1,
    };
    (Words { title: case, ..Words::default() }, item)
}

/// The visit an open item is in.
fn open_round(number: &mut u32, steps: &ImportedSteps, visits: &Visits, visit: usize, touched: Instant) -> Round {
    *number += 1;
    let step = visits.step.get(visit).copied().unwrap_or(NONE);
    let place = match (u8::try_from(step), usize::try_from(step).ok().and_then(|s| steps.steps.get(s))) {
        (Ok(step), _) => Place::Step(step),
        (_, Some(step)) => Place::Adhoc(step.name.clone(), step.activity),
        (_, None) => Place::Adhoc(String::new(), Activity::DeliverSupport),
    };
    let entered = visits.entered(visit).map_or(touched, micros);
    let started = visits.started(visit).map(micros);
    let phase = if started.is_some() { Phase::Active } else { Phase::Queued };
    let spell = Spell { phase, reason: String::new(), from: started.unwrap_or(entered), until: None };
    let team = visits.team(visit).map(|t| visits.teams.name(t).to_owned());
    Round {
        number: *number,
        place,
        opened: entered,
        started,
        ended: None,
        released_by: None,
        gates: BTreeMap::new(),
        child: None,
        visits: vec![Visit { team, spells: vec![spell], left: None }],
    }
}

fn event(log: &Log, index: usize) -> LogEvent {
    let name = |column: &[u32], names: &watercourse_flow::log::Dictionary| {
        column.get(index).copied().filter(|n| *n != NONE).map(|n| names.name(n).to_owned())
    };
    LogEvent {
        case: name(&log.case, &log.cases).unwrap_or_default(),
        activity: name(&log.activity, &log.activities).unwrap_or_default(),
        at: log.at.get(index).copied().unwrap_or_default(),
        start: log.start.get(index).copied().filter(|t| *t != NO_TIME),
        team: name(&log.team, &log.teams),
        lifecycle: name(&log.lifecycle, &log.lifecycles),
    }
}

impl KeptMeaning {
    fn of(meaning: &LogMeaning) -> Self {
        let phase = |p: &StatePhase| match p {
            StatePhase::Queued => (Phase::Queued, String::new()),
            StatePhase::Active => (Phase::Active, String::new()),
            StatePhase::Waiting(reason) => (Phase::Waiting, reason.clone()),
        };
        let lifecycle = match meaning.lifecycle {
            Lifecycle::Ignored => "ignored",
            Lifecycle::Transitions => "transitions",
            Lifecycle::Status => "status",
        };
        Self {
            time: meaning.time,
            lifecycle: lifecycle.to_owned(),
            done: meaning.done.clone(),
            phases: meaning.phases.iter().map(|(l, p)| (l.clone(), phase(p))).collect(),
            activities: meaning.activities.clone(),
            as_of: meaning.as_of,
            evidence: meaning.evidence,
        }
    }
    fn open(self) -> LogMeaning {
        let phase = |(phase, reason): (Phase, String)| match phase {
            Phase::Active => StatePhase::Active,
            Phase::Waiting => StatePhase::Waiting(reason),
            Phase::Queued | Phase::Done | Phase::Dropped => StatePhase::Queued,
        };
        LogMeaning {
            time: self.time,
            lifecycle: match self.lifecycle.as_str() {
                "transitions" => Lifecycle::Transitions,
                "status" => Lifecycle::Status,
                _ => Lifecycle::Ignored,
            },
            done: self.done,
            phases: self.phases.into_iter().map(|(l, p)| (l, phase(p))).collect(),
            activities: self.activities,
            as_of: self.as_of,
            evidence: self.evidence,
        }
    }
}
