//! Events made of one record.

use serde_json::Value;

use super::payload::{Changes, Label, Moment, Payload, text};
use crate::collect::Clock;

/// An event of the record's case.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) at: i64,
    pub(super) start: Option<i64>,
    pub(super) activity: String,
    pub(super) team: Option<String>,
}

/// What a record gave.
#[derive(Debug, Default)]
pub(super) struct Yield {
    /// By time; of equal times in the order of the description, or of the record.
    pub(super) events: Vec<Made>,
    /// Times that could not be read.
    pub(super) unreadable: Vec<String>,
    /// Whether there was a time at all.
    pub(super) timed: bool,
    /// Whether the changes of the case were there.
    pub(super) history: bool,
    /// Changes the answer says there are and does not have.
    pub(super) missing: u64,
}

impl Yield {
    fn time(&mut self, written: Option<String>, clock: &mut Clock, line: u64) -> Option<i64> {
        let written = written?;
        self.timed = true;
        let read = clock.read(written.as_bytes(), line);
        if read.is_none() {
            self.unreadable.push(written);
        }
        read
    }
}

/// Whether a path leads to something plain.
pub(super) fn is_there(record: &Value, path: &str) -> bool {
    text(record, &[path]).is_some()
}

/// The case id of a record.
pub(super) fn case(payload: &Payload, record: &Value) -> Option<String> {
    let id = text(record, payload.case)?;
    let Some(within) = text(record, payload.within) else { return Some(id) };
    let parts: Vec<&str> = within.trim_end_matches('/').rsplit('/').take(2).collect();
    let parts: Vec<&str> = parts.into_iter().rev().collect();
    Some(format!("{}#{id}", parts.join("/")))
}

/// The events of a record.
pub(super) fn events(payload: &Payload, record: &Value, clock: &mut Clock, line: u64) -> Yield {
    let mut made = Yield::default();
    let team = text(record, payload.team);
    if let Some(changes) = payload.changes
        && let Some(list) = elements(record, changes.list)
    {
        made.history = true;
        made.missing = missing(changes, record, list.len());
        history(changes, record, &list, &mut made, clock, line);
    } else {
        for moment in payload.moments {
            dated(moment, record, team.as_ref(), &mut made, clock, line);
        }
        for each in payload.lists {
            for element in record.pointer(each.list).and_then(Value::as_array).into_iter().flatten() {
                let Some(activity) = label(&each.label, element) else { continue };
                if let Some(at) = made.time(text(element, each.at), clock, line) {
                    made.events.push(Made { at, start: None, activity, team: team.clone() });
                }
            }
        }
    }
    made.events.sort_by_key(|e| e.at);
    made
}

fn label(label: &Label, record: &Value) -> Option<String> {
    match label {
        Label::Is(name) => Some((*name).to_owned()),
        Label::At(paths) => text(record, paths),
    }
}

fn dated(moment: &Moment, record: &Value, team: Option<&String>, made: &mut Yield, clock: &mut Clock, line: u64) {
    if let Some((path, values)) = moment.when
        && !record.pointer(path).and_then(Value::as_str).is_some_and(|v| values.contains(&v))
    {
        return;
    }
    let Some(activity) = label(&moment.label, record) else { return };
    let Some(mut at) = made.time(text(record, moment.at), clock, line) else { return };
    if let Some(path) = moment.plus {
        match record.pointer(path).and_then(Value::as_i64) {
            Some(ms) if ms >= 0 => at = at.saturating_add(ms),
            // Still under way.
            _ => return,
        }
    }
    let start = made.time(text(record, moment.start), clock, line).filter(|s| *s <= at);
    made.events.push(Made { at, start, activity, team: team.cloned() });
}

fn elements<'v>(record: &'v Value, list: &str) -> Option<Vec<&'v Value>> {
    if list.is_empty() {
        return Some(vec![record]);
    }
    Some(record.pointer(list)?.as_array()?.iter().collect())
}

fn missing(changes: &Changes, record: &Value, there: usize) -> u64 {
    let total = if changes.total.is_empty() { None } else { record.pointer(changes.total).and_then(Value::as_u64) };
    total.unwrap_or(0).saturating_sub(there as u64)
}

/// A change of one field.
struct Change {
    at: i64,
    is_team: bool,
    from: Option<String>,
    to: Option<String>,
}

/// The statuses of a case from its creation on, each with the team that has it; a change of team within a status is an
/// event with that status.
fn history(changes: &Changes, record: &Value, list: &[&Value], made: &mut Yield, clock: &mut Clock, line: u64) {
    let mut all: Vec<Change> = Vec::new();
    for change in list {
        let items = elements(change, changes.items).unwrap_or_default();
        let wanted = items.iter().filter_map(|item| {
            let field = item.pointer(changes.field)?.as_str()?.to_lowercase();
            let is_team = changes.team.contains(&field.as_str());
            (is_team || changes.status.contains(&field.as_str())).then_some((item, is_team))
        });
        let wanted: Vec<_> = wanted.collect();
        if wanted.is_empty() {
            continue;
        }
        let Some(at) = made.time(text(change, &[changes.at]), clock, line) else { continue };
        for (item, is_team) in wanted {
            let part =
                |path: &str| item.pointer(path).and_then(Value::as_str).filter(|s| !s.is_empty()).map(str::to_owned);
            all.push(Change { at, is_team, from: part(changes.from), to: part(changes.to) });
        }
    }
    // Newest first, in many answers: of equal times the order is turned too.
    if all.first().map(|c| c.at) > all.last().map(|c| c.at) {
        all.reverse();
    }
    all.sort_by_key(|c| (c.at, !c.is_team));
    let first_of = |team: bool| all.iter().find(|c| c.is_team == team);
    let mut team = first_of(true).and_then(|c| c.from.clone());
    let mut status = None;
    let born = if changes.born.is_empty() { None } else { text(record, &[changes.born]) };
    if let Some(at) = made.time(born, clock, line) {
        let now = record.pointer(changes.now).and_then(Value::as_str).map(str::to_owned);
        let first = first_of(false).map_or(now, |c| c.from.clone()).unwrap_or_else(|| "Created".to_owned());
        made.events.push(Made { at, start: None, activity: first.clone(), team: team.clone() });
        status = Some(first);
    }
    let times: Vec<(i64, bool)> = all.iter().map(|c| (c.at, c.is_team)).collect();
    for change in all {
        if change.is_team {
            team = change.to;
            let with_status = times.contains(&(change.at, false));
            if let Some(status) = status.clone().filter(|_| !with_status) {
                made.events.push(Made { at: change.at, start: None, activity: status, team: team.clone() });
            }
        } else if let Some(to) = change.to {
            status = Some(to.clone());
            made.events.push(Made { at: change.at, start: None, activity: to, team: team.clone() });
        }
    }
}
