//! Practices: what an organisation knows how to do.

use super::activity_view::StepLine;
use super::shell::Shell;
use crate::view::Figure;
use askama::Template;
use watercourse_practices::{Kind, Practice};

/// A line of the list.
#[derive(Debug)]
pub struct PracticeRow {
    /// The practice.
    pub practice: &'static Practice,
    /// The activities it serves.
    pub glyph: String,
    /// Its kinds, by name.
    pub kinds: String,
    /// Open items of its kinds.
    pub open: Figure,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "practice_list.html")]
pub struct PracticeList {
    /// What surrounds it.
    pub shell: Shell,
    /// The lines.
    pub rows: Vec<PracticeRow>,
}

/// A kind of work with how much of it is open.
#[derive(Debug)]
pub struct KindLine {
    /// The kind.
    pub kind: &'static Kind,
    /// Open items.
    pub open: Figure,
    /// Its fields, by label.
    pub fields: String,
}

/// One practice.
#[derive(Debug, Template)]
#[template(path = "practice.html")]
pub struct PracticePage {
    /// What surrounds it.
    pub shell: Shell,
    /// The practice.
    pub practice: &'static Practice,
    /// Its kinds.
    pub kinds: Vec<KindLine>,
    /// Steps of streams that use it.
    pub steps: Vec<StepLine>,
}
