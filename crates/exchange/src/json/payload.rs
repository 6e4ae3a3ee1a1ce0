//! What a description of a tool's answers says.

use serde_json::Value;

use crate::mapping::FlowState;

/// JSON pointers into a record; the first that leads to something is meant. `""` is the record itself, `hex:` before
/// one takes the seconds since 1970 out of the first eight hexadecimal digits there.
pub(super) type Paths = &'static [&'static str];

/// How the records of one kind of answer become events.
#[derive(Debug)]
pub(crate) struct Payload {
    /// For mapping files: `jira-json`.
    pub(super) id: &'static str,
    /// For people.
    pub(super) name: &'static str,
    /// What every record of this kind has.
    pub(super) marks: Paths,
    pub(super) case: Paths,
    /// What the case id is unique in: its last two parts stand before the id.
    pub(super) within: Paths,
    pub(super) moments: &'static [Moment],
    pub(super) lists: &'static [Each],
    pub(super) changes: Option<&'static Changes>,
    /// The team that has the case, or does what the record tells.
    pub(super) team: Paths,
    /// Labels that mean done, as far as they occur.
    pub(super) done: &'static [&'static str],
    /// The present status, its category, and the category that is done.
    pub(super) category: Option<(&'static str, &'static str, &'static str)>,
    /// What labels mean that no word explains.
    pub(super) labels: &'static [(&'static str, FlowState)],
    /// What a record is.
    pub(super) row: Row,
}

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// A case with dates; with its changes, where they are there.
    Case,
    /// An event: a status entered.
    Status,
    /// An event: something done.
    Work,
}

/// A time that is an event.
#[derive(Debug)]
pub(super) struct Moment {
    pub(super) at: Paths,
    /// Milliseconds to add to it.
    pub(super) plus: Option<&'static str>,
    /// When work on it began.
    pub(super) start: Paths,
    pub(super) label: Label,
    /// Only where this leads to one of these values.
    pub(super) when: Option<(&'static str, &'static [&'static str])>,
}

/// What an event is called.
#[derive(Debug)]
pub(super) enum Label {
    Is(&'static str),
    /// What is found there; no event where nothing is.
    At(Paths),
}

/// Elements of a list that are events.
#[derive(Debug)]
pub(super) struct Each {
    pub(super) list: &'static str,
    pub(super) at: Paths,
    pub(super) label: Label,
}

/// Changes of fields, of which those of the status are events and those of the team say who holds the case.
#[derive(Debug)]
pub(super) struct Changes {
    /// The list of changes, `""` where the record is one.
    pub(super) list: &'static str,
    /// How many there are in all, where an answer may have fewer.
    pub(super) total: &'static str,
    pub(super) at: &'static str,
    /// The fields of one change.
    pub(super) items: &'static str,
    pub(super) field: &'static str,
    pub(super) status: &'static [&'static str],
    pub(super) team: &'static [&'static str],
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    /// When the case was created, and its present status.
    pub(super) born: &'static str,
    pub(super) now: &'static str,
}

/// A moment with a fixed name.
pub(super) const fn at(at: Paths, name: &'static str) -> Moment {
    Moment { at, plus: None, start: &[], label: Label::Is(name), when: None }
}

/// A moment that is named by the record.
pub(super) const fn named(at: Paths, label: Paths) -> Moment {
    Moment { at, plus: None, start: &[], label: Label::At(label), when: None }
}

/// Work from a start to an end, named by the record.
pub(super) const fn work(start: Paths, at: Paths, label: Paths) -> Moment {
    Moment { at, plus: None, start, label: Label::At(label), when: None }
}

/// The same moment, under a condition.
pub(super) const fn when(moment: Moment, path: &'static str, values: &'static [&'static str]) -> Moment {
    Moment { when: Some((path, values)), ..moment }
}

/// A description with nothing but what is always said.
pub(super) const fn payload(id: &'static str, name: &'static str, row: Row, marks: Paths, case: Paths) -> Payload {
    Payload {
        id,
        name,
        marks,
        case,
        within: &[],
        moments: &[],
        lists: &[],
        changes: None,
        team: &[],
        done: &[],
        category: None,
        labels: &[],
        row,
    }
}

impl Payload {
    pub(super) fn fits(&self, record: &Value) -> bool {
        self.marks.iter().all(|mark| record.pointer(mark).is_some())
    }
}

/// What the first of these paths leads to, as text; nothing and null are none, and so are the dates that mean none.
pub(super) fn text(record: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| match record.pointer(path.trim_start_matches("hex:"))? {
        Value::String(s) if path.starts_with("hex:") => {
            s.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).map(|seconds| seconds.to_string())
        }
        Value::String(s) if s.is_empty() || s.starts_with("0001-01-01T00:00:00") => None,
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    })
}
