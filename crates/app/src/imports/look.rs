//! How a file was read, for people to look at and change: kept with the import.

use crate::context::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use watercourse_core::activity::Activity;
use watercourse_core::time::Instant;
use watercourse_exchange::{Choice, FlowState, Glance, Imported, Layout, next_step};
use watercourse_flow::hygiene::{Code, Effect, Finding};
use watercourse_flow::log::{NONE, TimeMeans};

/// Events and rows that are shown.
pub(super) const SHOWN: usize = 6;
/// Labels that can be changed on the page; more take a mapping file.
const LABELS: usize = 200;
/// Rejected rows that are shown; the file has more.
const REJECTED: usize = 20;
/// Columns that are shown.
const COLUMNS: usize = 120;
/// Letters of a cell that are shown.
const LONGEST: usize = 80;

/// How a file was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// What it is: `csv`, `xes` and so on.
    pub format: String,
    /// Its encoding.
    pub encoding: String,
    /// What separates its columns; empty where it has none.
    pub delimiter: String,
    /// What it was packed in, outermost first.
    pub packing: Vec<String>,
    /// `events` or `dates`, as mapping files say it.
    pub layout: Decided,
    /// Its columns, where it has some.
    pub columns: Vec<LookColumn>,
    /// A digest of the names of its columns, to know such a file again; empty where it has none.
    pub header: String,
    /// Its first rows as they are written.
    pub first_rows: Vec<Vec<String>>,
    /// Its first events as they were understood: case, activity, time, team.
    pub events: Vec<[String; 4]>,
    /// Which column is taken for what.
    pub roles: Vec<Role>,
    /// Values of the team column that mean no team is known.
    pub team_unknown: Vec<String>,
    /// Date columns that become events, with their activities.
    pub dates: Vec<(String, String)>,
    /// The zone of times without offset.
    pub zone: Decided,
    /// `day-first` or `month-first`; empty where no date leaves the question.
    pub order: Decided,
    /// `entry` or `completion`.
    pub means: Decided,
    /// The first times, as written and as understood.
    pub times: Vec<(String, String)>,
    /// Why these labels mean done.
    pub done: Decided,
    /// What its labels mean.
    pub labels: Vec<LookLabel>,
    /// Labels that are not listed here.
    pub more_labels: usize,
    /// What looks wrong with it, and what that bears on; the gravest first.
    pub findings: Vec<LookFinding>,
    /// What else to know before believing a figure.
    pub warnings: Vec<String>,
    /// What became of its rows.
    pub rows: super::RowCounts,
    /// The first rejected rows: line and reason.
    pub rejected: Vec<(u64, String)>,
    /// Cases.
    pub cases: usize,
    /// Events.
    pub event_count: usize,
    /// The first and the last event.
    pub span: (String, String),
    /// How much of the story it can tell: `L0`, `L1`, `L2`.
    pub evidence: String,
    /// What the next level of evidence gives, and how to get it; empty where there is none.
    pub next_level: (String, Vec<String>),
}

/// Something that looks wrong with a log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LookFinding {
    /// What, with numbers.
    pub text: String,
    /// Measures that would mislead, and why.
    pub disables: Vec<String>,
    /// Measures that are to be read with care, and why.
    pub weakens: Vec<String>,
}

/// A decision as it is shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decided {
    /// What was decided; empty for none.
    pub value: String,
    /// `given`, `found`, `guessed` or `default`.
    pub by: String,
    /// How sure it is, in percent.
    pub sure: u8,
    /// In words.
    pub why: String,
    /// What else it could be.
    pub others: Vec<String>,
}

/// What a column is taken for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Role {
    /// As mapping files name it.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Whether there may be none.
    pub optional: bool,
    /// The column.
    pub column: Decided,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LookColumn {
    /// Its name.
    pub name: String,
    /// In how many of 100 of the first rows it is filled.
    pub filled: u8,
    /// The first different values.
    pub examples: Vec<String>,
}

/// What an activity name means.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LookLabel {
    /// As the file writes it.
    pub name: String,
    /// How many events have it.
    pub events: u64,
    /// The step it could be.
    pub step: Option<String>,
    /// `new`, `waiting`, `active`, `done`, `cancelled`; empty where nothing is said.
    pub state: String,
    /// The activity it is part of; empty where nothing is said.
    pub activity: String,
    /// Whether somebody confirmed it.
    pub given: bool,
    /// What speaks for it.
    pub why: String,
}

impl Look {
    /// What is shown of a file before it could be read: its columns.
    pub(super) fn unread(glance: &Glance) -> Self {
        let cut = |text: &String| short(text);
        let columns: Vec<LookColumn> = glance
            .columns
            .iter()
            .take(COLUMNS)
            .map(|c| LookColumn {
                name: c.name.clone(),
                filled: percent(c.filled),
                examples: c.examples.iter().map(cut).collect(),
            })
            .collect();
        let named = glance.columns.iter().flat_map(|c| [c.name.as_bytes(), b"\0"]).collect::<Vec<_>>().concat();
        let first_rows =
            glance.rows.iter().map(|row| row.iter().take(COLUMNS).map(cut).collect()).take(SHOWN).collect();
        let role = |(id, name, optional): (&str, &str, bool)| Role {
            id: id.to_owned(),
            name: name.to_owned(),
            optional,
            column: Decided::default(),
        };
        let roles = ROLES.map(role).to_vec();
        Self { columns, header: hex(&Sha256::digest(named)), first_rows, roles, ..Self::default() }
    }

    /// How a file was read.
    pub(super) fn of(imported: &Imported, glance: Option<&Glance>, findings: &[Finding]) -> Self {
        let (log, mapping) = (&imported.log, &imported.mapping);
        let unread = glance.map(Self::unread).unwrap_or_default();
        let name = |column: &[u32], i: usize, names: &watercourse_flow::log::Dictionary| {
            column.get(i).filter(|n| **n != NONE).map_or_else(String::new, |n| short(names.name(*n)))
        };
        let event = |i: usize| {
            let at = log.at.get(i).map_or_else(String::new, |at| Instant::from_millis(*at).to_string());
            let (case, activity) = (name(&log.case, i, &log.cases), name(&log.activity, i, &log.activities));
            [case, activity, at, name(&log.team, i, &log.teams)]
        };
        let ends = |pick: fn(i64, i64) -> i64| {
            log.at.iter().copied().reduce(pick).map_or_else(String::new, |at| Instant::from_millis(at).to_string())
        };
        let plain = |c: &Choice<String>| Decided::of(c, String::clone);
        let maybe = |c: &Choice<Option<String>>| Decided::of(c, |v| v.clone().unwrap_or_default());
        let chosen = [
            plain(&mapping.case),
            maybe(&mapping.activity),
            maybe(&mapping.time),
            maybe(&mapping.start),
            maybe(&mapping.team),
            maybe(&mapping.lifecycle),
        ];
        let roles = ROLES.iter().zip(chosen).map(|((id, name, optional), column)| Role {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            optional: *optional,
            column,
        });
        let label = |l: &watercourse_exchange::Label| {
            let is_done = mapping.done.value.contains(&l.name);
            let state = match l.state {
                _ if is_done => state_id(FlowState::Done),
                // A word that says done where the label stands otherwise decides nothing.
                Some(FlowState::Done) | None => "",
                Some(state) => state_id(state),
            };
            LookLabel {
                name: l.name.clone(),
                events: l.events,
                step: l.step.clone(),
                state: state.to_owned(),
                activity: l.activity.map_or("", Activity::id).to_owned(),
                given: l.why == "given",
                why: l.why.clone(),
            }
        };
        Self {
            format: format!("{:?}", mapping.format.value).to_lowercase(),
            encoding: mapping.encoding.value.clone(),
            delimiter: mapping.delimiter.as_ref().map(|d| d.value.to_string()).unwrap_or_default(),
            packing: mapping.packing.clone(),
            layout: Decided::of(&mapping.layout, |l| if *l == Layout::Events { "events" } else { "dates" }.to_owned()),
            events: (0..log.len().min(SHOWN)).map(event).collect(),
            roles: roles.collect(),
            dates: mapping.dates.iter().map(|d| (d.column.clone(), d.activity.clone())).collect(),
            zone: plain(&mapping.zone),
            order: Decided::of(&mapping.date_order, |o| o.map(|o| o.id().to_owned()).unwrap_or_default()),
            means: Decided::of(&mapping.time_means, |m| means_id(*m).to_owned()),
            times: mapping.times.iter().map(|t| (short(&t.text), t.utc.clone())).collect(),
            done: Decided::of(&mapping.done, |d| d.join(", ")),
            labels: mapping.labels.iter().take(LABELS).map(label).collect(),
            more_labels: mapping.labels.len().saturating_sub(LABELS),
            team_unknown: mapping.team_unknown.clone(),
            findings: findings.iter().map(LookFinding::of).collect(),
            warnings: said_else(imported, findings),
            rows: imported.rows.into(),
            rejected: imported.rejected.iter().take(REJECTED).map(|r| (r.line, short(&r.reason))).collect(),
            cases: log.cases.len(),
            event_count: log.len(),
            span: (ends(i64::min), ends(i64::max)),
            evidence: format!("{:?}", imported.evidence),
            next_level: next_step(imported.evidence, mapping.profile.value.as_deref())
                .map(|n| (format!("{} adds {}", n.level, n.gives), n.how.iter().map(|h| (*h).to_owned()).collect()))
                .unwrap_or_default(),
            ..unread
        }
    }

    /// The column taken for something.
    #[must_use]
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|r| r.id == id)
    }
}

/// What columns are taken for: as mapping files name it, what people read, and whether there may be none.
const ROLES: [(&str, &str, bool); 6] = [
    ("case", "Case", false),
    ("activity", "Activity or status", false),
    ("time", "Time", false),
    ("start", "Start of work", true),
    ("team", "Team", true),
    ("lifecycle", "Lifecycle", true),
];

impl LookFinding {
    fn of(finding: &Finding) -> Self {
        let of = |effect: Effect| {
            let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
            for impact in finding.affects.iter().filter(|a| a.effect == effect) {
                let measure = serde_json::to_value(impact.measure).ok();
                let measure = measure.as_ref().and_then(|m| m.as_str()).unwrap_or_default().replace('-', " ");
                match by_reason.iter_mut().find(|(why, _)| *why == impact.why) {
                    Some((_, measures)) => measures.push(measure),
                    None => by_reason.push((impact.why, vec![measure])),
                }
            }
            by_reason.into_iter().map(|(why, measures)| format!("{}: {why}", measures.join(", "))).collect()
        };
        Self { text: finding.text.clone(), disables: of(Effect::Disables), weakens: of(Effect::Weakens) }
    }
}

/// What reading found that no finding says.
fn said_else(imported: &Imported, findings: &[Finding]) -> Vec<String> {
    let found = |codes: &[Code]| findings.iter().any(|f| codes.contains(&f.code));
    let is_said = |code: &str| match code {
        "out-of-order" => found(&[Code::OutOfOrder]),
        "identical-rows" => found(&[Code::Duplicates]),
        "equal-times" => found(&[Code::Ties]),
        "day-resolution" => found(&[Code::WholeDays]),
        "unusual-year" => found(&[Code::Future, Code::Ancient]),
        _ => false,
    };
    imported.warnings.iter().filter(|w| !is_said(w.code)).map(|w| on_a_page(&w.text)).collect()
}

impl Decided {
    fn of<T>(choice: &Choice<T>, said: impl Fn(&T) -> String) -> Self {
        Self {
            value: said(&choice.value),
            by: format!("{:?}", choice.by).to_lowercase(),
            sure: percent(choice.confidence),
            why: on_a_page(&choice.why),
            others: choice.alternatives.iter().map(|a| a.value.clone()).collect(),
        }
    }
}

pub(super) const fn state_id(state: FlowState) -> &'static str {
    match state {
        FlowState::New => "new",
        FlowState::Waiting => "waiting",
        FlowState::Active => "active",
        FlowState::Done => "done",
        FlowState::Cancelled => "cancelled",
    }
}

pub(super) const fn means_id(means: TimeMeans) -> &'static str {
    match means {
        TimeMeans::Entry => "entry",
        TimeMeans::Completion => "completion",
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 to 100")]
fn percent(share: f64) -> u8 {
    (share * 100.0).round().clamp(0.0, 100.0) as u8
}

/// What the command line would be told to say is said with the inputs of the page.
fn on_a_page(text: &str) -> String {
    let words = [
        ("say --tz ZONE if they are local", "say their zone if they are local"),
        ("unless --tz says otherwise", "unless another zone is said"),
        ("a mapping file can say team_unknown", "say so among the values that mean none: team_unknown"),
    ];
    words.iter().fold(text.to_owned(), |said, (on_the_line, here)| said.replace(on_the_line, here))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
