//! An event log as columns: what an import yields before it becomes visits.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Strings numbered in the order they first appear, kept end to end in one text.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    text: String,
    ends: Vec<usize>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Dictionary {
    /// The number of `name`, given now if it is new.
    pub fn intern(&mut self, name: &str) -> u32 {
        let hash = self.hasher.hash_one(name);
        if let Some(&id) = self.index.find(hash, |&id| slice(&self.text, &self.ends, id) == name) {
            return id;
        }
        let id = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.text.push_str(name);
        self.ends.push(self.text.len());
        let Self { text, ends, index, hasher } = self;
        index.insert_unique(hash, id, |&id| hasher.hash_one(slice(text, ends, id)));
        id
    }
    /// The number of `name`, if it has one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(name);
        self.index.find(hash, |&id| slice(&self.text, &self.ends, id) == name).copied()
    }
    /// The name behind a number; empty for a number never given.
    #[must_use]
    pub fn name(&self, id: u32) -> &str {
        slice(&self.text, &self.ends, id)
    }
    /// Forgets the name that came last.
    pub(crate) fn pop(&mut self) {
        let Some(id) = self.len().checked_sub(1) else { return };
        let (id, begin) = (id as u32, if id == 0 { 0 } else { self.ends[id - 1] });
        let hash = self.hasher.hash_one(&self.text[begin..]);
        if let Ok(found) = self.index.find_entry(hash, |known| *known == id) {
            found.remove();
        }
        self.ends.pop();
        self.text.truncate(begin);
    }
    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    /// The names in order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| self.text.get(std::mem::replace(&mut start, end)..end).unwrap_or_default())
    }
}

/// The piece of `text` with this number; empty for a number never given.
fn slice<'a>(text: &'a str, ends: &[usize], id: u32) -> &'a str {
    let id = id as usize;
    let Some(&end) = ends.get(id) else { return "" };
    let start = if id == 0 { 0 } else { ends.get(id - 1).copied().unwrap_or(end) };
    text.get(start..end).unwrap_or_default()
}

/// No value in a column of numbers.
pub const NONE: u32 = u32::MAX;
/// No instant in a column of instants.
pub const NO_TIME: i64 = i64::MIN;

/// What one timestamp of an event means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeMeans {
    /// The activity ended at that instant (ordinary event logs).
    #[default]
    Completion,
    /// The item entered that state at that instant (status columns).
    Entry,
}

/// One event as the readers hand it over. Instants are UTC milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Case id: any text but the empty one.
    pub case: &'a str,
    /// Activity or status name.
    pub activity: &'a str,
    /// The event's time.
    pub at: i64,
    /// When the work began, where the source has a column for it.
    pub start: Option<i64>,
    /// The team that held it.
    pub team: Option<&'a str>,
    /// `lifecycle:transition` as written in the source.
    pub lifecycle: Option<&'a str>,
}

/// An event log in columns, in file order.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Case ids.
    pub cases: Dictionary,
    /// Activity names.
    pub activities: Dictionary,
    /// Team names.
    pub teams: Dictionary,
    /// Lifecycle transitions.
    pub lifecycles: Dictionary,
    /// Case of each event.
    pub case: Vec<u32>,
    /// Activity of each event.
    pub activity: Vec<u32>,
    /// Time of each event, UTC ms.
    pub at: Vec<i64>,
    /// Start of each event, UTC ms, [`NO_TIME`] where unknown; empty when the log has none at all.
    pub start: Vec<i64>,
    /// Team of each event, [`NONE`] where unknown; empty when the log has none at all.
    pub team: Vec<u32>,
    /// Lifecycle of each event, [`NONE`] where unknown; empty when the log has none at all.
    pub lifecycle: Vec<u32>,
}

impl Log {
    /// Appends one event.
    pub fn push(&mut self, event: Event<'_>) {
        let seen = self.case.len();
        self.case.push(self.cases.intern(event.case));
        self.activity.push(self.activities.intern(event.activity));
        self.at.push(event.at);
        fill(&mut self.start, seen, event.start, NO_TIME);
        let team = event.team.map(|t| self.teams.intern(t));
        fill(&mut self.team, seen, team, NONE);
        let lifecycle = event.lifecycle.map(|l| self.lifecycles.intern(l));
        fill(&mut self.lifecycle, seen, lifecycle, NONE);
    }
    /// Number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.case.len()
    }
    /// Whether there are no events.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.case.is_empty()
    }
}

/// Appends to an optional column, which stays empty until its first value comes.
pub(crate) fn fill<T: Copy>(column: &mut Vec<T>, seen: usize, value: Option<T>, none: T) {
    match value {
        Some(v) => {
            column.resize(seen, none);
            column.push(v);
        }
        None if !column.is_empty() => column.push(none),
        None => {}
    }
}
