//! What the caller says about a file. Whatever is left out is guessed, visibly.

use watercourse_flow::log::TimeMeans;

use crate::date::DateOrder;
use crate::mapping::{DateColumn, Filter, Format, Label, Layout};

/// The caller's settings: the flags of `analyze` and `import`, or a mapping file. Columns are named by their header;
/// of equal headers the second is `Name#2`; a column without a header is `column 3`. For XES a column
/// is an attribute key, for OCEL an attribute of events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// `--case`: the column of the case id (XES: a trace attribute).
    pub case: Option<String>,
    /// `--object-type`: the type of objects that are the cases (OCEL). Goes before `case`, which means the same there.
    pub object_type: Option<String>,
    /// `--activity`: the column of the activity or status.
    pub activity: Option<String>,
    /// `--time`: the column of the event's time.
    pub time: Option<String>,
    /// `--start`: the column of the time work began. Empty: none.
    pub start: Option<String>,
    /// `--team`: the column of the team. Empty: none.
    pub team: Option<String>,
    /// `--lifecycle`: the column of the lifecycle transition. Empty: none.
    pub lifecycle: Option<String>,
    /// `--tz`: the zone of times without offset: `UTC`, `+02:00`, `Europe/Amsterdam`.
    pub tz: Option<String>,
    /// `--done`: the labels that mean the work is done. An empty list: none does.
    pub done: Option<Vec<String>>,
    /// `--time-means`: whether an event's time is when its activity ended or when its status was entered.
    pub time_means: Option<TimeMeans>,
    /// `--classifier`: the name of a classifier the XES file declares, or keys (columns) separated by spaces or
    /// commas, quoted with `'` where they contain one. Their values joined by `+` are the activity.
    pub classifier: Option<String>,
    /// `--profile`: how the export of a known tool is read (`jira-csv`), which its header tells where this is none.
    /// Empty: as a table nobody knows.
    pub profile: Option<String>,
    /// Mapping file only: the format, checked against the content.
    pub format: Option<Format>,
    /// Mapping file only: what separates the columns.
    pub delimiter: Option<char>,
    /// Mapping file only: the encoding, by its usual name (`utf-8`, `windows-1252`, `utf-16le`).
    pub encoding: Option<String>,
    /// Mapping file only: whether the first line names the columns.
    pub header: Option<bool>,
    /// Mapping file only: whether `03/04/2024` is 3 April or 4 March.
    pub date_order: Option<DateOrder>,
    /// Mapping file only: what a row is.
    pub layout: Option<Layout>,
    /// Mapping file only: the date columns that become events, for [`Layout::Dates`].
    pub dates: Option<Vec<DateColumn>>,
    /// Mapping file only: the column of Jira's time in status. Empty: none.
    pub totals: Option<String>,
    /// Mapping file only: rows to use; the others are skipped.
    pub only: Option<Filter>,
    /// Mapping file only: values of the team column that mean no team is known.
    pub team_unknown: Vec<String>,
    /// Mapping file only: what the labels mean; replaces the suggestions for those it names.
    pub labels: Vec<Label>,
    /// How much is too much.
    pub limits: Limits,
}

/// Bounds that keep memory and time finite on hostile or broken files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest line, field or XML element, in bytes.
    pub record: usize,
    /// Most bytes a file may unpack to.
    pub unpacked: u64,
    /// Most bytes one packed byte may unpack to, looked at once 64 MiB have come out.
    pub ratio: u64,
    /// Deepest nesting of XML elements.
    pub depth: usize,
    /// Most events.
    pub events: usize,
    /// Most rejected rows that are listed one by one.
    pub listed: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { record: 16 << 20, unpacked: 64 << 30, ratio: 300, depth: 64, events: 200_000_000, listed: 100 }
    }
}
