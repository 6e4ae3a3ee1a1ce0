//! Where an item's time went: disjoint segments along its critical path that sum to its lead time exactly.
//!
//! The path is walked back from the end of the item: a visit covers the time since it was entered, before it
//! comes the visit that released it. Where nothing released a visit, the round opened last among those open at
//! that instant is followed; where none was open the segment is idle, or parked-done between being done and
//! being taken up again. Intervals are half open, in integer milliseconds.

use crate::log::{NO_TIME, NONE, fill};
use crate::visits::{Pause, Visits};
use serde::Serialize;

/// What a stretch of an item's time was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Kind {
    /// Before anybody had committed to it.
    CommitWait,
    /// Ready, in the hands of the team that had it before, not begun.
    Queue,
    /// Ready, handed to another team, not begun there.
    HandOff,
    /// Paused for a named reason.
    Waiting,
    /// Worked on.
    Active,
    /// Worked on again: not the first round of that step.
    ReworkActive,
    /// Queued, handed over or paused in a repeated round.
    ReworkWait,
    /// The source cannot tell working from waiting.
    Unclassified,
    /// The same in a repeated round.
    ReworkUnclassified,
    /// Done, until it was taken up again.
    ParkedDone,
    /// With nobody: no round was open.
    Idle,
    /// Outside working hours, whatever else it was: only where time is told in business time.
    OffHours,
}

impl Kind {
    /// Every kind, in the order shown.
    pub const ALL: [Self; 12] = [
        Self::CommitWait,
        Self::Queue,
        Self::HandOff,
        Self::Waiting,
        Self::Active,
        Self::ReworkActive,
        Self::ReworkWait,
        Self::Unclassified,
        Self::ReworkUnclassified,
        Self::ParkedDone,
        Self::Idle,
        Self::OffHours,
    ];
    /// The word in files and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::CommitWait => "commit-wait",
            Self::Queue => "queue",
            Self::HandOff => "hand-off",
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::ReworkActive => "rework-active",
            Self::ReworkWait => "rework-wait",
            Self::Unclassified => "unclassified",
            Self::ReworkUnclassified => "rework-unclassified",
            Self::ParkedDone => "parked-done",
            Self::Idle => "idle",
            Self::OffHours => "off-hours",
        }
    }
    /// Whether somebody worked.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Active | Self::ReworkActive)
    }
    /// Whether the source cannot tell.
    #[must_use]
    pub const fn is_unclassified(self) -> bool {
        matches!(self, Self::Unclassified | Self::ReworkUnclassified)
    }
    /// Whether it belongs to a repeated round.
    #[must_use]
    pub const fn is_rework(self) -> bool {
        matches!(self, Self::ReworkActive | Self::ReworkWait | Self::ReworkUnclassified)
    }
    const fn again(self) -> Self {
        match self {
            Self::Queue | Self::HandOff | Self::Waiting => Self::ReworkWait,
            Self::Active => Self::ReworkActive,
            Self::Unclassified => Self::ReworkUnclassified,
            other => other,
        }
    }
}

/// A stretch of an item's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// What it was.
    pub kind: Kind,
    /// The visit it belongs to, if any.
    pub visit: Option<u32>,
    /// Why it waited: a number of [`Visits::reasons`].
    pub reason: Option<u32>,
    /// From this instant, UTC ms.
    pub from: i64,
    /// Up to this one.
    pub until: i64,
}

impl Segment {
    /// Its length, ms.
    #[must_use]
    pub const fn long(&self) -> i64 {
        self.until - self.from
    }
}

/// The segments of all items, in columns. An item's first begins at its creation, its last ends with
/// [`crate::visits::Items::until`], each ends where the next begins.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    first: Vec<u32>,
    kind: Vec<Kind>,
    visit: Vec<u32>,
    /// Stays empty where nothing waited for a reason.
    reason: Vec<u32>,
    from: Vec<i64>,
    until: Vec<i64>,
}

impl Timeline {
    /// Walks every item back.
    #[must_use]
    pub fn of(visits: &Visits) -> Self {
        let items = visits.item_count();
        let mut timeline = Self {
            first: Vec::with_capacity(items + 1),
            kind: Vec::with_capacity(visits.len()),
            visit: Vec::with_capacity(visits.len()),
            reason: Vec::new(),
            from: Vec::with_capacity(visits.len()),
            until: Vec::with_capacity(items),
        };
        timeline.first.push(0);
        timeline.again_from(visits, 0);
        timeline
    }
    /// Keeps what it says of the items before this number, and walks all others back, anew.
    pub(crate) fn again_from(&mut self, visits: &Visits, item: usize) {
        let segments = self.first[item] as usize;
        self.first.truncate(item + 1);
        self.kind.truncate(segments);
        self.visit.truncate(segments);
        self.reason.truncate(segments);
        self.from.truncate(segments);
        self.until.truncate(item);
        self.until.extend_from_slice(&visits.items.until[item..]);
        let mut walk = Walk { visits, back: Vec::new(), stretch: Vec::new(), entries: Vec::new() };
        let mut forward = Vec::new();
        for item in item..visits.item_count() {
            walk.item(item);
            forward.clear();
            forward.extend(walk.back.iter().rev().copied());
            finish(visits, item, &mut forward);
            for piece in &forward {
                let place = self.kind.len();
                self.kind.push(piece.kind);
                self.visit.push(piece.visit);
                self.from.push(piece.from);
                fill(&mut self.reason, place, (piece.reason != NONE).then_some(piece.reason), NONE);
            }
            self.first.push(self.kind.len() as u32);
        }
    }
    /// The segments of an item, in order of time.
    pub fn of_item(&self, item: usize) -> impl Iterator<Item = Segment> + '_ {
        let range = self.first[item] as usize..self.first[item + 1] as usize;
        let end = range.end;
        range.map(move |s| Segment {
            kind: self.kind[s],
            visit: Some(self.visit[s]).filter(|v| *v != NONE),
            reason: self.reason.get(s).copied().filter(|r| *r != NONE),
            from: self.from[s],
            until: if s + 1 < end { self.from[s + 1] } else { self.until[item] },
        })
    }
    /// How many segments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kind.len()
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kind.is_empty()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    kind: Kind,
    visit: u32,
    reason: u32,
    from: i64,
    until: i64,
}

struct Walk<'a> {
    visits: &'a Visits,
    /// The pieces found so far, the latest first.
    back: Vec<Piece>,
    stretch: Vec<Piece>,
    /// The item's visits by entry; listed only when they are asked for.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    entered: i64,
    left: i64,
    visit: usize,
    /// The latest end up to here, and whose it is.
    latest: (i64, usize),
}

impl Walk<'_> {
    fn item(&mut self, item: usize) {
        self.back.clear();
        self.entries.clear();
        let visits = self.visits;
        let created = visits.items.created[item];
        let mut at = visits.items.until[item];
        let mut current = match visits.items.last_visit[item] {
            NONE => None,
            // It must have been under way at the end, or there is a gap to look into first.
            last => Some(last as usize).filter(|v| visits.left(*v).is_none_or(|left| left >= at)),
        };
        while at > created {
            let Some(visit) = current else {
                let (found, from) = self.before(item, at, created);
                if from < at {
                    self.nobody(from, at);
                    at = from;
                }
                if found.is_none() && at > created {
                    self.nobody(created, at);
                    at = created;
                }
                current = found;
                continue;
            };
            let entered = visits.entered(visit).unwrap_or(visits.left[visit]);
            let from = entered.clamp(created, at);
            if from < at {
                self.cover(visit, from, at);
                at = from;
            }
            // The one that released it, if it was under way or had just ended then.
            current = visits.before(visit).filter(|b| visits.left(*b).is_none_or(|left| left >= at));
        }
    }

    /// The visit to go on with before `at`, and when it was left: the one entered last of those under way just
    /// before, else the one left last.
    fn before(&mut self, item: usize, at: i64, created: i64) -> (Option<usize>, i64) {
        if self.entries.is_empty() {
            self.list_entries(item);
        }
        let earlier = self.entries.partition_point(|e| e.entered < at);
        let Some(last) = earlier.checked_sub(1).map(|e| self.entries[e]) else { return (None, at) };
        if last.latest.0 < at {
            return (Some(last.latest.1), last.latest.0.max(created));
        }
        // One was under way: those passed over here are passed over for good, as the path goes on before its entry.
        let under_way = self.entries[..earlier].iter().rfind(|e| e.left >= at);
        (under_way.map(|e| e.visit), at)
    }
    fn list_entries(&mut self, item: usize) {
        let visits = self.visits;
        let entries = visits.of_item(item).filter_map(|visit| {
            let left = visits.left(visit).unwrap_or(i64::MAX);
            let entered = visits.entered(visit).or_else(|| visits.left(visit))?;
            Some(Entry { entered, left, visit, latest: (left, visit) })
        });
        self.entries.extend(entries);
        self.entries.sort_unstable_by_key(|e| (e.entered, e.visit));
        for place in 1..self.entries.len() {
            self.entries[place].latest = self.entries[place].latest.max(self.entries[place - 1].latest);
        }
    }

    /// No visit is known of that time. A source that tells nothing but ends has not said that nobody was at it.
    fn nobody(&mut self, from: i64, until: i64) {
        let kind = if self.visits.source.starts { Kind::Idle } else { Kind::Unclassified };
        self.back.push(Piece { kind, visit: NONE, reason: NONE, from, until });
    }

    /// Takes a visit's time from `from` up to `until` into the path.
    fn cover(&mut self, visit: usize, from: i64, until: i64) {
        let visits = self.visits;
        let number = visit as u32;
        let again = visits.again(visit);
        let piece = |kind: Kind, reason, from, until| Piece {
            kind: if again { kind.again() } else { kind },
            visit: number,
            reason,
            from,
            until,
        };
        if !visits.phased(visit) {
            self.back.push(piece(Kind::Unclassified, NONE, from, until));
            return;
        }
        let wait = if visits.handed_from(visit).is_some() { Kind::HandOff } else { Kind::Queue };
        let started = visits.started(visit).map_or(until, |s| s.clamp(from, until));
        self.stretch.clear();
        let mut at = from;
        let plain = |stretch: &mut Vec<Piece>, at: i64, to: i64| {
            let turn = started.clamp(at, to.max(at));
            if at < turn {
                stretch.push(piece(wait, NONE, at, turn));
            }
            if turn < to {
                stretch.push(piece(Kind::Active, NONE, turn, to));
            }
        };
        for pause in visits.pauses_of(visit) {
            let begin = pause.from.clamp(at, until);
            let end = if pause.until == NO_TIME { until } else { pause.until.clamp(begin, until) };
            plain(&mut self.stretch, at, begin);
            if begin < end {
                let kind = match pause.what {
                    Pause::Waiting => Kind::Waiting,
                    Pause::Queued => Kind::Queue,
                    Pause::Unclassified => Kind::Unclassified,
                };
                self.stretch.push(piece(kind, pause.reason, begin, end));
            }
            at = end;
        }
        plain(&mut self.stretch, at, until);
        self.back.extend(self.stretch.drain(..).rev());
    }
}

/// Puts the times of being parked in, names what came before the commitment, and joins what belongs together.
fn finish(visits: &Visits, item: usize, pieces: &mut Vec<Piece>) {
    for parked in visits.parked_of(item) {
        let (from, until) = (parked.from.max(visits.items.created[item]), parked.until.min(visits.items.until[item]));
        if from < until {
            *pieces =
                over(pieces, from, until, |_| Piece { kind: Kind::ParkedDone, visit: NONE, reason: NONE, from, until });
        }
    }
    let committed = visits.items.committed[item];
    let (created, until) = (visits.items.created[item], visits.items.until[item]);
    // Not committed to yet: all of its time so far, if the source could have said so.
    let committed = match committed {
        NO_TIME if visits.source.starts => until,
        NO_TIME => created,
        at => at.min(until),
    };
    if created < committed && pieces.iter().any(|p| p.from < committed && before_commitment(p.kind)) {
        *pieces = over(pieces, created, committed, |p| {
            if before_commitment(p.kind) { Piece { kind: Kind::CommitWait, reason: NONE, ..p } } else { p }
        });
    }
    pieces.dedup_by(|next, last| {
        let same = (next.kind, next.visit, next.reason) == (last.kind, last.visit, last.reason);
        if same {
            last.until = next.until;
        }
        same
    });
}

const fn before_commitment(kind: Kind) -> bool {
    matches!(kind, Kind::Queue | Kind::HandOff | Kind::Idle | Kind::ReworkWait)
}

/// The pieces with the parts inside an interval changed.
fn over(pieces: &[Piece], from: i64, until: i64, change: impl Fn(Piece) -> Piece) -> Vec<Piece> {
    let mut new = Vec::with_capacity(pieces.len() + 2);
    for piece in pieces {
        let (begin, end) = (piece.from.max(from), piece.until.min(until));
        if begin >= end {
            new.push(*piece);
            continue;
        }
        if piece.from < begin {
            new.push(Piece { until: begin, ..*piece });
        }
        new.push(Piece { from: begin, until: end, ..change(Piece { from: begin, until: end, ..*piece }) });
        if end < piece.until {
            new.push(Piece { from: end, ..*piece });
        }
    }
    new
}
