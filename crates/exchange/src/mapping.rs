//! What was decided about a file, by whom and why.

use serde::{Deserialize, Serialize};
use watercourse_core::activity::Activity;
use watercourse_flow::log::TimeMeans;

use crate::date::DateOrder;

/// How a decision came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The caller said so.
    Given,
    /// The content leaves no doubt.
    Found,
    /// Names and contents speak for it.
    Guessed,
    /// Nothing speaks for anything; the documented default.
    Default,
}

/// Another value that could have been chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alternative {
    /// The value.
    pub value: String,
    /// How much speaks for it, 0 to 1.
    pub confidence: f64,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice<T> {
    /// What was decided.
    pub value: T,
    /// How.
    pub by: By,
    /// How sure it is, 0 to 1, two decimals.
    pub confidence: f64,
    /// In words.
    pub why: String,
    /// What else it could have been, best first.
    pub alternatives: Vec<Alternative>,
}

impl<T> Choice<T> {
    /// A decision without alternatives. `confidence` is kept to two decimals.
    pub fn new(value: T, by: By, confidence: f64, why: impl Into<String>) -> Self {
        Self { value, by, confidence: two_decimals(confidence), why: why.into(), alternatives: Vec::new() }
    }
    /// What the caller said.
    pub fn given(value: T) -> Self {
        Self::new(value, By::Given, 1.0, "given")
    }
    /// The same decision with its alternatives.
    #[must_use]
    pub fn or(mut self, alternatives: impl IntoIterator<Item = (String, f64)>) -> Self {
        self.alternatives = alternatives
            .into_iter()
            .map(|(value, confidence)| Alternative { value, confidence: two_decimals(confidence) })
            .collect();
        self
    }
    /// The same decision about another form of the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Choice<U> {
        let Self { value, by, confidence, why, alternatives } = self;
        Choice { value: f(value), by, confidence, why, alternatives }
    }
}

fn two_decimals(x: f64) -> f64 {
    (x.clamp(0.0, 1.0) * 100.0).round() / 100.0
}

/// The format of the text inside any packing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Rows of separated values.
    Csv,
    /// IEEE 1849 event stream.
    Xes,
    /// Object-centric log as JSON, 1.0 or 2.0.
    #[serde(rename = "ocel-json")]
    OcelJson,
    /// Object-centric log as XML, 1.0 or 2.0.
    #[serde(rename = "ocel-xml")]
    OcelXml,
    /// Object-centric log as an SQLite database, 2.0.
    #[serde(rename = "ocel-sqlite")]
    OcelSqlite,
    /// A list of objects, or an answer of a tool's interface.
    Json,
}

impl Format {
    /// The word for it in mapping files.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xes => "xes",
            Self::OcelJson => "ocel-json",
            Self::OcelXml => "ocel-xml",
            Self::OcelSqlite => "ocel-sqlite",
            Self::Json => "json",
        }
    }
}

/// What one row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// An event.
    Events,
    /// A case, with a column per date: each date filled in is an event.
    Dates,
}

/// A date column that becomes an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateColumn {
    /// The column.
    pub column: String,
    /// The event's activity.
    pub activity: String,
}

/// Which rows are events: those with this value in this column, upper and lower case alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The column.
    pub column: String,
    /// Its value.
    pub is: String,
}

/// The flow states every tool's statuses map to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlowState {
    /// Known, not committed to.
    New,
    /// Committed, nobody works on it.
    Waiting,
    /// Worked on.
    Active,
    /// The value is there.
    Done,
    /// Ended without value.
    Cancelled,
}

/// What an activity name of the file is suggested to mean. A suggestion until a mapping file confirms it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The activity or status, as the file writes it.
    pub name: String,
    /// How many events have it.
    #[serde(default, skip_deserializing)]
    pub events: u64,
    /// The step it could be.
    #[serde(default)]
    pub step: Option<String>,
    /// The flow state it could be.
    #[serde(default)]
    pub state: Option<FlowState>,
    /// The activity of the value chain it could be part of.
    #[serde(default)]
    pub activity: Option<Activity>,
    /// Whether this is a suggestion still: a mapping file confirms it by leaving this out.
    #[serde(default)]
    pub suggested: bool,
    /// The words that speak for it; `given` where a mapping file confirms it.
    #[serde(default, skip_deserializing)]
    pub why: String,
}

/// A time as the file writes it and as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeExample {
    /// As written.
    pub text: String,
    /// RFC 3339, UTC.
    pub utc: String,
}

/// Everything that was decided or guessed about a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mapping {
    /// CSV, XES, JSON or OCEL.
    pub format: Choice<Format>,
    /// The export of a known tool it was read as, such as `jira-csv`.
    pub profile: Choice<Option<String>>,
    /// The packing around it, outermost first: `zip: log.csv`, `gzip`.
    pub packing: Vec<String>,
    /// The encoding of the text.
    pub encoding: Choice<String>,
    /// What separates the columns (CSV).
    pub delimiter: Option<Choice<char>>,
    /// Whether the first line names the columns (CSV).
    pub header: Option<Choice<bool>>,
    /// What a row is.
    pub layout: Choice<Layout>,
    /// The column of the case id.
    pub case: Choice<String>,
    /// The column of the activity; for several (a classifier) their names joined by ` + `; none where rows are cases.
    pub activity: Choice<Option<String>>,
    /// The column of the event's time; none where rows are cases.
    pub time: Choice<Option<String>>,
    /// The column of the start of work.
    pub start: Choice<Option<String>>,
    /// The column of the team.
    pub team: Choice<Option<String>>,
    /// The column of the lifecycle transition.
    pub lifecycle: Choice<Option<String>>,
    /// The classifier used instead of an activity column.
    pub classifier: Option<String>,
    /// The date columns that became events, where rows are cases.
    pub dates: Vec<DateColumn>,
    /// The column of Jira's time in status.
    pub totals: Option<String>,
    /// Which rows were used.
    pub only: Option<Filter>,
    /// Values of the team column that mean no team is known.
    pub team_unknown: Vec<String>,
    /// Whether days or months come first; none where no date leaves the question.
    pub date_order: Choice<Option<DateOrder>>,
    /// The zone of times without offset.
    pub zone: Choice<String>,
    /// The first times, as written and as understood.
    pub times: Vec<TimeExample>,
    /// What an event's time means.
    pub time_means: Choice<TimeMeans>,
    /// The labels that mean done; empty: none is known, and `why` says so.
    pub done: Choice<Vec<String>>,
    /// What each activity name could mean: suggestions.
    pub labels: Vec<Label>,
}
