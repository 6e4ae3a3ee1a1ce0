//! From an item to the rows of its tables: what is new or has changed since it was loaded.

use crate::record::{ItemRow, OpenRound, Words};
use serde::Serialize;
use uuid::Uuid;
use watercourse_core::activity::Activity;
use watercourse_core::item::{Ending, Item, Phase, Place, Round, Spell, Visit};
use watercourse_core::standing::Standing as Marked;
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;

/// A row of `round`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundRow {
    pub(crate) item: Uuid,
    pub(crate) number: i64,
    pub(crate) step: String,
    pub(crate) place: Option<i64>,
    pub(crate) label: Option<String>,
    pub(crate) activity: &'static str,
    pub(crate) opened: i64,
    pub(crate) started: Option<i64>,
    pub(crate) ended: Option<i64>,
    pub(crate) ending: Option<&'static str>,
    pub(crate) outcome: Option<String>,
    pub(crate) released_by: Option<i64>,
    pub(crate) gates: String,
    pub(crate) child: Option<Uuid>,
    pub(crate) child_result: Option<&'static str>,
    pub(crate) team: Option<String>,
    pub(crate) phase: &'static str,
    pub(crate) reason: String,
}

/// A row of `visit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRow {
    pub(crate) item: Uuid,
    pub(crate) round: i64,
    pub(crate) number: i64,
    pub(crate) team: Option<String>,
    pub(crate) entered: i64,
    pub(crate) started: Option<i64>,
    pub(crate) left: Option<i64>,
}

/// A row of `spell`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpellRow {
    pub(crate) item: Uuid,
    pub(crate) round: i64,
    pub(crate) visit: i64,
    pub(crate) number: i64,
    pub(crate) phase: &'static str,
    pub(crate) reason: String,
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
}

/// A row of `item_field`; no value: it is to be deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldRow {
    pub(crate) item: Uuid,
    pub(crate) name: String,
    pub(crate) value: Option<String>,
}

/// The rows of an item that are to be written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Rounds, new or changed.
    pub rounds: Vec<RoundRow>,
    /// Visits, new or changed.
    pub visits: Vec<VisitRow>,
    /// Spells, new or changed.
    pub spells: Vec<SpellRow>,
    /// Fields, new, changed or gone.
    pub fields: Vec<FieldRow>,
}

fn number(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX).saturating_add(1)
}

/// JSON of a value that always has one.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The step's id and activity of a round; `~N` for extra work.
fn meaning(round: &Round, stream: &Stream) -> (String, String, Activity) {
    match &round.place {
        Place::Step(index) => match stream.step(*index) {
            Some(step) => (step.id.clone(), step.name.clone(), step.activity),
            None => (format!("?{index}"), format!("?{index}"), Activity::DeliverSupport),
        },
        Place::Adhoc(label, activity) => (format!("~{}", round.number), label.clone(), *activity),
    }
}

/// Why a round stands still: what it waits for, or the gate that holds it.
fn reason(round: &Round) -> String {
    match round.phase() {
        Phase::Waiting => round.waiting_for().unwrap_or_default().to_owned(),
        Phase::Queued => round.holding().next().map(|gate| format!("gate:{gate}")).unwrap_or_default(),
        _ => String::new(),
    }
}

fn round_row(item: Uuid, round: &Round, stream: &Stream) -> RoundRow {
    let (step, name, activity) = meaning(round, stream);
    let (place, label) = match &round.place {
        Place::Step(index) => (Some(i64::from(*index)), None),
        Place::Adhoc(..) => (None, Some(name)),
    };
    let (ending, outcome) = match round.ended.as_ref().map(|(_, e)| e) {
        None => (None, None),
        Some(Ending::Done(outcome)) => (Some("done"), outcome.clone()),
        Some(Ending::Failed) => (Some("failed"), None),
        Some(Ending::Dropped) => (Some("dropped"), None),
    };
    RoundRow {
        item,
        number: i64::from(round.number),
        step,
        place,
        label,
        activity: activity.id(),
        opened: round.opened.micros(),
        started: round.started.map(Instant::micros),
        ended: round.ended.as_ref().map(|(at, _)| at.micros()),
        ending,
        outcome,
        released_by: round.released_by.map(i64::from),
        gates: json(&round.gates),
        child: round.child.as_ref().map(|c| c.item.0),
        child_result: round.child.as_ref().and_then(|c| c.result).map(|r| r.id()),
        team: round.team().map(str::to_owned),
        phase: round.phase().id(),
        reason: reason(round),
    }
}

fn visit_row(item: Uuid, round: &Round, index: usize, visit: &Visit) -> VisitRow {
    VisitRow {
        item,
        round: i64::from(round.number),
        number: number(index),
        team: visit.team.clone(),
        entered: visit.entered().micros(),
        started: visit.started().map(Instant::micros),
        left: visit.left.map(Instant::micros),
    }
}

fn spell_row(item: Uuid, round: &Round, visit: usize, index: usize, spell: &Spell) -> SpellRow {
    SpellRow {
        item,
        round: i64::from(round.number),
        visit: number(visit),
        number: number(index),
        phase: spell.phase.id(),
        reason: spell.reason.clone(),
        from: spell.from.micros(),
        until: spell.until.map(Instant::micros),
    }
}

/// The rows that differ between an item as it was loaded (none: it is new) and as it is now.
#[must_use]
pub fn changed(before: Option<&Item>, after: &Item, stream: &Stream) -> Rows {
    let mut rows = Rows::default();
    add_changed(&mut rows, before, after, stream);
    rows
}

/// As [`changed`], appended to rows of other items.
pub fn add_changed(rows: &mut Rows, before: Option<&Item>, after: &Item, stream: &Stream) {
    let item = after.id.0;
    for (index, round) in after.rounds.iter().enumerate() {
        let old = before.and_then(|b| b.rounds.get(index));
        if old == Some(round) {
            continue;
        }
        rows.rounds.push(round_row(item, round, stream));
        for (v, visit) in round.visits.iter().enumerate() {
            let old = old.and_then(|r| r.visits.get(v));
            if old == Some(visit) {
                continue;
            }
            let now = visit_row(item, round, v, visit);
            if old.map(|o| visit_row(item, round, v, o)).as_ref() != Some(&now) {
                rows.visits.push(now);
            }
            for (s, spell) in visit.spells.iter().enumerate() {
                if old.and_then(|o| o.spells.get(s)) != Some(spell) {
                    rows.spells.push(spell_row(item, round, v, s, spell));
                }
            }
        }
    }
    let field = |name: &str, value: Option<&String>| FieldRow { item, name: name.to_owned(), value: value.cloned() };
    for (name, value) in &after.fields {
        if before.and_then(|b| b.fields.get(name)) != Some(value) {
            rows.fields.push(field(name, Some(value)));
        }
    }
    for name in before.iter().flat_map(|b| b.fields.keys()) {
        if !after.fields.contains_key(name) {
            rows.fields.push(field(name, None));
        }
    }
}

/// An item as lists show it.
#[must_use]
pub fn row(item: &Item, words: &Words, stream: &Stream, imported: bool) -> ItemRow {
    ItemRow {
        id: item.id,
        key: item.key.clone(),
        kind: item.kind.clone(),
        stream: item.stream.clone(),
        version: item.version,
        title: words.title.clone(),
        requester: words.requester,
        opened_by: item.opened_by.clone(),
        created: item.created,
        committed: committed(item, stream),
        delivered: delivered(item, stream),
        closed: item.closed.map(|(at, _)| at),
        result: item.closed.map(|(_, result)| result),
        open: item.open_rounds().map(|r| open_round(r, stream)).collect(),
        fields: item.fields.clone(),
        touched: item.touched,
        revision: item.revision,
        imported,
        entity: words.entity.clone(),
    }
}

fn open_round(round: &Round, stream: &Stream) -> OpenRound {
    let (step, name, activity) = meaning(round, stream);
    OpenRound {
        round: round.number,
        step,
        name,
        activity,
        team: round.team().map(str::to_owned),
        phase: round.phase(),
        reason: reason(round),
        since: round.visit().and_then(|v| v.spells.last()).map_or(round.opened, |s| s.from),
        opened: round.opened,
    }
}

/// When cycle time begins: the first start of a step that commits, or the first start of all.
fn committed(item: &Item, stream: &Stream) -> Option<Instant> {
    let commits = stream.committing();
    let counts = |round: &&Round| match round.place {
        Place::Step(step) => commits.is_empty() || commits.has(step),
        Place::Adhoc(..) => commits.is_empty(),
    };
    item.rounds.iter().filter(counts).filter_map(|r| r.started).min()
}

/// When lead time ends: the last finish of a delivering step whose last round did not fail, unless a
/// delivering step is to be done again.
fn delivered(item: &Item, stream: &Stream) -> Option<Instant> {
    if item.closed.is_none() {
        let again = Marked::of(stream, &item.marking).owed.or(item.marking.open);
        if !again.and(stream.delivering()).is_empty() {
            return None;
        }
    }
    let finish = |step: u8| {
        let last = item.rounds.iter().rev().find_map(|r| match (&r.place, &r.ended) {
            (Place::Step(s), Some((at, ending))) if *s == step && *ending != Ending::Dropped => Some((*at, ending)),
            _ => None,
        });
        last.and_then(|(at, ending)| matches!(ending, Ending::Done(_)).then_some(at))
    };
    stream.delivering().iter().filter_map(finish).max()
}
