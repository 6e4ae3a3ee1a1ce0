//! Visits in columns: the atom of all measuring, whatever source they come from.

mod cut;

use crate::evidence::Evidence;
use crate::log::{Dictionary, Log, NO_TIME, NONE, fill};
use crate::order::Ordered;
use std::sync::Arc;
use watercourse_core::activity::Activity;
use watercourse_core::item::Outcome;

/// How a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ended {
    /// It did not.
    Open,
    /// Its round finished well.
    Done,
    /// Its round failed.
    Failed,
    /// Its round was given up.
    Dropped,
    /// The work went to another team.
    HandedOver,
}

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The source does not say when items are finished.
    Unknown,
    /// Its lead time still runs.
    Open,
    /// Its lead time ended like this.
    Ended(Outcome),
}

/// What a stretch of a visit was, where it differs from queueing before the start and working after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Paused for a named reason.
    Waiting,
    /// Back in the queue after it had been started.
    Queued,
    /// Worked on before and paused since, or a status that nothing is known of: the source cannot tell.
    Unclassified,
}

/// A stretch of a visit that is not what its place says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paused {
    /// The visit.
    pub visit: u32,
    /// What it was.
    pub what: Pause,
    /// Why it waited: a number of [`Visits::reasons`], [`NONE`] unless waiting.
    pub reason: u32,
    /// From this instant, UTC ms.
    pub from: i64,
    /// Up to this one; [`NO_TIME`] while it lasts.
    pub until: i64,
}

/// The time between an item's being done and its being taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parked {
    /// The item.
    pub item: u32,
    /// Done at, UTC ms.
    pub from: i64,
    /// Taken up again at.
    pub until: i64,
}

/// What the source can tell at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Source {
    /// It says when items are done.
    pub done: bool,
    /// It says which team held the work.
    pub teams: bool,
    /// For some visits it tells queueing, working and waiting apart.
    pub phases: bool,
    /// It says when work on a visit began.
    pub starts: bool,
    /// It says when work was paused.
    pub pauses: bool,
    /// Its times are entries into a status.
    pub entries: bool,
    /// How much it can tell in all.
    pub evidence: Evidence,
}

/// Items in columns.
#[derive(Debug, Clone, Default)]
pub struct Items {
    /// Where each item's visits begin; one more entry than there are items.
    pub first: Vec<u32>,
    /// Created, UTC ms. In a log: the first instant that is known of it.
    pub created: Vec<i64>,
    /// When it was committed to (its first start, or the start of a committing step); [`NO_TIME`] where unknown.
    pub committed: Vec<i64>,
    /// The end of its lead time; [`NO_TIME`] while it runs or where unknown.
    pub ended: Vec<i64>,
    /// The end of what is told of it: its end; else the instant of looking; else, where nothing says
    /// what done means, its last event.
    pub until: Vec<i64>,
    /// Its first event.
    pub first_event: Vec<i64>,
    /// Its last event.
    pub last_event: Vec<i64>,
    /// How it stands.
    pub standing: Vec<Standing>,
    /// Its kind: a number of [`Visits::kinds`], [`NONE`] where unknown.
    pub kind: Vec<u32>,
    /// The visit whose end was the item's end; [`NONE`] where there is none.
    pub last_visit: Vec<u32>,
    /// Times of being done and taken up again, by item and time.
    pub parked: Vec<Parked>,
}

/// Visits in columns, those of one item side by side, a predecessor always before its successor.
/// Columns the source has nothing for stay empty.
#[derive(Debug, Clone, Default)]
pub struct Visits {
    /// Keys of items, numbered as the items are.
    pub keys: Dictionary,
    /// Steps.
    pub steps: Dictionary,
    /// Teams.
    pub teams: Dictionary,
    /// Kinds of items.
    pub kinds: Dictionary,
    /// Reasons of waiting.
    pub reasons: Dictionary,
    /// Which of the six activities each step belongs to.
    pub step_activity: Vec<Option<Activity>>,
    /// What the source can tell.
    pub source: Source,
    /// The instant of looking: open work is as old as this says. UTC ms.
    pub as_of: i64,
    /// The items.
    pub items: Items,
    /// Step of each visit; shared with the ordered log where an event is a visit.
    pub step: Arc<Vec<u32>>,
    /// Its team; [`NONE`] where unknown.
    pub team: Vec<u32>,
    /// Who held the work last: its team, else the nearest known one before it. Empty where that is the team.
    held: Vec<u32>,
    /// When the team got it; [`NO_TIME`] where unknown.
    pub entered: Vec<i64>,
    /// When work on it began; [`NO_TIME`] where unknown or not yet.
    started: Vec<i64>,
    /// When it ended; [`NO_TIME`] while it lasts. Shared as the steps are.
    pub left: Arc<Vec<i64>>,
    /// Milliseconds it waited for named reasons; [`NO_TIME`] where the source cannot tell.
    waiting: Vec<i64>,
    /// Milliseconds it was worked on; [`NO_TIME`] where the source cannot tell.
    active: Vec<i64>,
    /// The round's visit before it, else the visit that released it; [`NONE`] where there is none.
    pub before: Vec<u32>,
    /// How it ended in the lower bits, and the marks below.
    flags: Vec<u8>,
    /// Stretches of waiting and being back in the queue, by visit and time.
    pub pauses: Vec<Paused>,
    /// For each step the item that was there last.
    seen: Vec<u32>,
}

/// The source tells its queueing, working and waiting apart.
const PHASED: u8 = 1 << 3;
/// It is the first visit of its round.
const OPENS: u8 = 1 << 4;
/// Its item had been at this step in an earlier round.
const AGAIN: u8 = 1 << 5;

/// A visit as a source hands it over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) step: u32,
    pub(crate) team: u32,
    /// Whether it is the first visit of its round.
    pub(crate) opens: bool,
    pub(crate) entered: i64,
    pub(crate) started: i64,
    pub(crate) left: i64,
    pub(crate) waiting: i64,
    pub(crate) active: i64,
    pub(crate) before: u32,
    pub(crate) ended: Ended,
    pub(crate) phased: bool,
}

/// An item as a source hands it over, after its visits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ItemRow {
    pub(crate) created: i64,
    pub(crate) committed: i64,
    pub(crate) ended: i64,
    pub(crate) first_event: i64,
    pub(crate) last_event: i64,
    pub(crate) standing: Standing,
    pub(crate) kind: u32,
    pub(crate) last_visit: u32,
}

fn known(column: &[i64], visit: usize) -> Option<i64> {
    column.get(visit).copied().filter(|t| *t != NO_TIME)
}

impl Visits {
    /// How many visits there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.flags.len()
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }
    /// How many items there are.
    #[must_use]
    pub fn item_count(&self) -> usize {
        self.items.created.len()
    }
    /// Where the visits of an item are.
    #[must_use]
    pub fn of_item(&self, item: usize) -> std::ops::Range<usize> {
        self.items.first[item] as usize..self.items.first[item + 1] as usize
    }
    /// When work on the visit began.
    #[must_use]
    pub fn started(&self, visit: usize) -> Option<i64> {
        known(&self.started, visit)
    }
    /// When the visit ended.
    #[must_use]
    pub fn left(&self, visit: usize) -> Option<i64> {
        known(&self.left, visit)
    }
    /// When the team got it.
    #[must_use]
    pub fn entered(&self, visit: usize) -> Option<i64> {
        known(&self.entered, visit)
    }
    /// How long it was worked on, ms.
    #[must_use]
    pub fn active(&self, visit: usize) -> Option<i64> {
        known(&self.active, visit)
    }
    /// How long it waited for named reasons, ms.
    #[must_use]
    pub fn waiting(&self, visit: usize) -> Option<i64> {
        known(&self.waiting, visit)
    }
    /// From being ready to the end, ms.
    #[must_use]
    pub fn sojourn(&self, visit: usize) -> Option<i64> {
        Some(self.left(visit)? - self.entered(visit)?)
    }
    /// From being ready to the start, ms; where the source tells queueing from working.
    #[must_use]
    pub fn queue(&self, visit: usize) -> Option<i64> {
        if !self.phased(visit) {
            return None;
        }
        Some(self.started(visit)? - self.entered(visit)?)
    }
    /// The team that held it.
    #[must_use]
    pub fn team(&self, visit: usize) -> Option<u32> {
        self.team.get(visit).copied().filter(|t| *t != NONE)
    }
    /// The visit before it.
    #[must_use]
    pub fn before(&self, visit: usize) -> Option<usize> {
        Some(self.before[visit]).filter(|v| *v != NONE).map(|v| v as usize)
    }
    /// The team it was handed over from: the predecessor's, or where that is unknown the nearest known one
    /// before it, if it is another than this visit's.
    #[must_use]
    pub fn handed_from(&self, visit: usize) -> Option<u32> {
        let team = self.team(visit)?;
        let from = self.held_by(self.before(visit)?)?;
        (from != team).then_some(from)
    }
    /// Who held the work last when this visit was under way.
    #[must_use]
    pub fn held_by(&self, visit: usize) -> Option<u32> {
        if self.held.is_empty() { self.team(visit) } else { Some(self.held[visit]).filter(|t| *t != NONE) }
    }
    /// Whether it is the first visit of its round.
    #[must_use]
    pub fn opens_round(&self, visit: usize) -> bool {
        self.flags[visit] & OPENS != 0
    }
    /// Whether its item had been at this step in an earlier round: rework.
    #[must_use]
    pub fn again(&self, visit: usize) -> bool {
        self.flags[visit] & AGAIN != 0
    }
    /// Whether the source tells its queueing, working and waiting apart.
    #[must_use]
    pub fn phased(&self, visit: usize) -> bool {
        self.flags[visit] & PHASED != 0
    }
    /// How it ended.
    #[must_use]
    pub fn ended(&self, visit: usize) -> Ended {
        match self.flags[visit] & 7 {
            0 => Ended::Open,
            1 => Ended::Done,
            2 => Ended::Failed,
            3 => Ended::Dropped,
            _ => Ended::HandedOver,
        }
    }
    /// The item a visit belongs to.
    #[must_use]
    pub fn item_of(&self, visit: usize) -> usize {
        self.items.first.partition_point(|first| *first as usize <= visit).saturating_sub(1)
    }
    /// The activity of a visit's step.
    #[must_use]
    pub fn activity(&self, visit: usize) -> Option<Activity> {
        self.step_activity.get(self.step[visit] as usize).copied().flatten()
    }
    /// The stretches of a visit that are not what their place says.
    #[must_use]
    pub fn pauses_of(&self, visit: usize) -> &[Paused] {
        if self.pauses.is_empty() {
            return &[];
        }
        let from = self.pauses.partition_point(|p| (p.visit as usize) < visit);
        let len = self.pauses[from..].iter().take_while(|p| p.visit as usize == visit).count();
        &self.pauses[from..from + len]
    }
    /// The times between being done and being taken up again of an item.
    #[must_use]
    pub fn parked_of(&self, item: usize) -> &[Parked] {
        let parked = &self.items.parked;
        if parked.is_empty() {
            return &[];
        }
        let from = parked.partition_point(|p| (p.item as usize) < item);
        let len = parked[from..].iter().take_while(|p| p.item as usize == item).count();
        &parked[from..from + len]
    }
    /// The item's lead time, ms: from its creation to its end, if it has ended.
    #[must_use]
    pub fn lead_time(&self, item: usize) -> Option<i64> {
        Some(known(&self.items.ended, item)? - self.items.created[item])
    }
    /// From the commitment to the end, ms.
    #[must_use]
    pub fn cycle_time(&self, item: usize) -> Option<i64> {
        Some(known(&self.items.ended, item)? - known(&self.items.committed, item)?)
    }
    /// From the first to the last event, ms.
    #[must_use]
    pub fn case_duration(&self, item: usize) -> i64 {
        self.items.last_event[item] - self.items.first_event[item]
    }
    /// Whether its value is there.
    #[must_use]
    pub fn delivered(&self, item: usize) -> bool {
        self.items.standing[item] == Standing::Ended(Outcome::Delivered)
    }

    /// None yet, of a source that can tell this much, at this instant.
    pub(crate) fn telling(source: Source, as_of: i64) -> Self {
        Self { source, as_of, ..Self::default() }
    }
    pub(crate) fn reserve(&mut self, items: usize) {
        self.items.first.reserve(items + 1);
        self.items.created.reserve(items);
        self.items.first_event.reserve(items);
        self.items.last_event.reserve(items);
        self.items.ended.reserve(items);
        self.items.until.reserve(items);
        self.items.committed.reserve(items);
        self.items.standing.reserve(items);
        self.items.kind.reserve(items);
        self.items.last_visit.reserve(items);
    }

    /// Appends a visit of the item being built.
    pub(crate) fn push(&mut self, row: Row) -> u32 {
        let visit = self.flags.len();
        let item = self.items.created.len() as u32;
        if self.seen.len() < self.steps.len() {
            self.seen.resize(self.steps.len(), NONE);
        }
        // A later visit of a round is as much rework as its first.
        let again = match row.opens {
            true => std::mem::replace(&mut self.seen[row.step as usize], item) == item,
            false => visit > 0 && self.again(visit - 1),
        };
        let mark = |holds: bool, mark: u8| if holds { mark } else { 0 };
        self.flags.push(row.ended as u8 | mark(row.phased, PHASED) | mark(row.opens, OPENS) | mark(again, AGAIN));
        Arc::make_mut(&mut self.step).push(row.step);
        Arc::make_mut(&mut self.left).push(row.left);
        self.entered.push(row.entered);
        self.before.push(row.before);
        if row.team != NONE || !self.team.is_empty() {
            let inherited = if row.before == NONE { None } else { self.held_by(row.before as usize) };
            fill(&mut self.team, visit, Some(row.team), NONE);
            if row.team == NONE && inherited.is_some() && self.held.is_empty() {
                self.held = self.team[..visit].to_vec();
            }
            if self.held.len() == visit && visit > 0 && !self.held.is_empty() {
                self.held.push(if row.team == NONE { inherited.unwrap_or(NONE) } else { row.team });
            }
        }
        let told = |t: i64| (t != NO_TIME).then_some(t);
        fill(&mut self.started, visit, told(row.started), NO_TIME);
        fill(&mut self.waiting, visit, told(row.waiting), NO_TIME);
        fill(&mut self.active, visit, told(row.active), NO_TIME);
        visit as u32
    }

    /// Fills the columns of visits for a log that tells nothing but when each activity ended: an event is a visit.
    pub(crate) fn ends_only(&mut self, ordered: &Ordered, log: &Log) {
        let events = ordered.event.len();
        self.step = Arc::clone(&ordered.activity);
        self.left = Arc::clone(&ordered.at);
        self.flags.reserve_exact(events);
        self.entered.reserve_exact(events);
        self.before.reserve_exact(events);
        let mut seen = vec![NONE; self.steps.len()];
        for case in 0..ordered.cases() {
            let (mut before, mut entered) = (NONE, NO_TIME);
            for place in ordered.of_case(case) {
                let last = std::mem::replace(&mut seen[ordered.activity[place] as usize], case as u32);
                let again = if last == case as u32 { AGAIN } else { 0 };
                self.flags.push(Ended::Done as u8 | OPENS | again);
                self.entered.push(entered);
                self.before.push(before);
                entered = ordered.at[place];
                before = place as u32;
            }
        }
        if log.team.is_empty() {
            return;
        }
        self.team = ordered.event.iter().map(|event| log.team[*event as usize]).collect();
        if self.team.contains(&NONE) {
            self.held.clone_from(&self.team);
            for visit in 0..events {
                if self.held[visit] == NONE && self.before[visit] != NONE {
                    self.held[visit] = self.held[visit - 1];
                }
            }
        }
    }

    /// Closes the item whose visits end there; they begin where those of the item before it end.
    pub(crate) fn push_item(&mut self, row: ItemRow, end: usize) {
        let items = &mut self.items;
        if items.first.is_empty() {
            items.first.push(0);
        }
        items.first.push(end as u32);
        items.created.push(row.created);
        items.committed.push(row.committed);
        items.ended.push(row.ended);
        items.first_event.push(row.first_event);
        items.last_event.push(row.last_event);
        items.until.push(match row.standing {
            Standing::Ended(_) => row.ended,
            Standing::Open => self.as_of.max(row.last_event),
            Standing::Unknown => row.last_event,
        });
        items.standing.push(row.standing);
        items.kind.push(row.kind);
        items.last_visit.push(row.last_visit);
    }
}

/// A stretch of a visit as a source hands it over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) from: i64,
    /// None: queued or active as told by `active`.
    pub(crate) what: Told,
}

/// What a source says about a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Queued,
    Active,
    Waiting(u32),
    Nothing,
}

/// What follows from the stretches of a visit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summary {
    pub(crate) started: i64,
    pub(crate) waiting: i64,
    pub(crate) active: i64,
    pub(crate) phased: bool,
}

impl Visits {
    /// Writes down the stretches of the visit that comes next; `until` is its end, or [`NO_TIME`].
    pub(crate) fn stretches(&mut self, stretches: &[Stretch], until: i64) -> Summary {
        let visit = self.flags.len() as u32;
        let phased = stretches.iter().any(|s| s.what != Told::Nothing);
        let mut sum = Summary { started: NO_TIME, waiting: NO_TIME, active: NO_TIME, phased };
        if !phased {
            return sum;
        }
        let whole = stretches.iter().all(|s| s.what != Told::Nothing);
        let (mut active, mut waiting) = (0, 0);
        for (place, stretch) in stretches.iter().enumerate() {
            let end = stretches.get(place + 1).map_or(until, |next| next.from);
            let long = if end == NO_TIME { self.as_of.max(stretch.from) } else { end } - stretch.from;
            let pause = match stretch.what {
                Told::Queued if sum.started == NO_TIME => None,
                Told::Queued => Some((Pause::Queued, NONE)),
                Told::Nothing => Some((Pause::Unclassified, NONE)),
                Told::Waiting(reason) => {
                    waiting += long;
                    Some((Pause::Waiting, reason))
                }
                Told::Active => {
                    active += long;
                    if sum.started == NO_TIME {
                        sum.started = stretch.from;
                    }
                    None
                }
            };
            if let Some((what, reason)) = pause
                && long > 0
            {
                self.pauses.push(Paused { visit, what, reason, from: stretch.from, until: end });
            }
        }
        if whole {
            (sum.active, sum.waiting) = (active, waiting);
        }
        sum
    }
}
