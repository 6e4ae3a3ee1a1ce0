//! What the page of one import shows.

use super::shell::Shell;
use super::verb_form::Said;
use askama::Template;
use watercourse_app::Look;
use watercourse_core::activity::Activity;

/// One choice of a list.
#[derive(Debug, Clone)]
pub struct Pick {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub text: String,
    /// Whether it stands now.
    pub selected: bool,
}

/// Something that is decided about a file, with a list to decide otherwise.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The name of the input.
    pub id: String,
    /// What people read.
    pub name: String,
    /// What can be chosen.
    pub picks: Vec<Pick>,
    /// Why it is so, and how sure.
    pub why: String,
    /// Whether that is worth a look.
    pub unsure: bool,
}

/// A column as it is shown.
#[derive(Debug, Clone)]
pub struct ColumnLine {
    /// Its name.
    pub name: String,
    /// What it is taken for; empty for nothing.
    pub becomes: String,
    /// The first different values.
    pub examples: String,
    /// How many of 100 cells are filled.
    pub filled: u8,
}

/// What a label means, as it is shown.
#[derive(Debug, Clone)]
pub struct LabelLine {
    /// Its number.
    pub number: usize,
    /// As the file writes it.
    pub name: String,
    /// How many events have it.
    pub events: String,
    /// States to choose.
    pub states: Vec<Pick>,
    /// The activity it is part of; empty for none said.
    pub activity: String,
    /// Why.
    pub why: String,
}

/// A figure with its name.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its name.
    pub name: &'static str,
    /// Its value; `—` where it is not measured.
    pub value: String,
    /// How many it stands on, or why it is not measured.
    pub about: String,
}

/// What came of an import, or would.
#[derive(Debug, Clone)]
pub struct OutcomeView {
    /// Whether it was a dry run.
    pub dry_run: bool,
    /// What it brings, in a sentence.
    pub said: String,
    /// What became of the rows, as a sum.
    pub rows: String,
    /// First figures.
    pub facts: Vec<Fact>,
}

/// How far it is.
#[derive(Debug, Clone)]
pub struct ProgressView {
    /// What it is at.
    pub said: String,
    /// Of 100; none where that is not known.
    pub percent: Option<u64>,
    /// Whether it was asked to stop.
    pub cancelling: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "import.html")]
pub struct ImportPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The id of the import.
    pub id: String,
    /// The name of the file.
    pub file: String,
    /// Who brought it, and when.
    pub brought: String,
    /// Where it stands, and how that is shown.
    pub state: (&'static str, &'static str),
    /// Whether how it is read can be changed.
    pub is_open: bool,
    /// Whether it is to run or runs.
    pub under_way: bool,
    /// Whether it is done.
    pub is_done: bool,
    /// Whether it was undone.
    pub is_undone: bool,
    /// Whether the file is here.
    pub has_file: bool,
    /// Whether its rejected rows are.
    pub has_rejected: bool,
    /// What to say of interruptions; empty where there were none.
    pub interrupted: String,
    /// What was wrong; empty for nothing.
    pub wrong: String,
    /// What was refused just now.
    pub refusal: Option<Said>,
    /// How far it is, while it is under way.
    pub progress: Option<ProgressView>,
    /// The stream it becomes, and its name.
    pub stream: String,
    /// What people call the stream.
    pub name: String,
    /// When it last changed, to see whether somebody else changed it.
    pub seen: i64,
    /// How it was read.
    pub look: Look,
    /// The file in a line.
    pub summary: String,
    /// What became of its rows.
    pub rows: String,
    /// Its columns.
    pub columns: Vec<ColumnLine>,
    /// What is decided about it.
    pub decisions: Vec<Decision>,
    /// Values that mean no team is known.
    pub team_unknown: String,
    /// What its labels mean.
    pub labels: Vec<LabelLine>,
    /// Why the zone of its times is so.
    pub zone_why: String,
    /// How its times are read.
    pub order: Decision,
    /// What a time means.
    pub means: Decision,
    /// What a row is.
    pub layout: Decision,
    /// What came of it, or would.
    pub outcome: Option<OutcomeView>,
    /// The kept mapping it was read with; empty for none.
    pub mapping: String,
    /// The mappings that are kept.
    pub mappings: Vec<String>,
}

impl ImportPage {
    /// The six activities, to choose.
    #[must_use]
    pub fn activities(&self) -> [Activity; 6] {
        Activity::ALL
    }
    /// Whether the file was read.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.look.event_count > 0
    }
    /// What the evidence gives, in words.
    #[must_use]
    pub fn evidence(&self) -> &'static str {
        match self.look.evidence.as_str() {
            "L0" => {
                "L0: one row a case with a few dates. It tells arrivals, lead time and age, but no path and no time per step."
            }
            "L1" => "L1: also the total time per status. It tells where time goes, but not in which order.",
            "L2" => "L2: a history of events. It tells paths, hand-offs and rework.",
            _ => "",
        }
    }
}
