//! Teams: the smallest unit anything is measured for.

use super::activity_view::StepLine;
use super::shell::Shell;
use crate::chart::Drawn;
use crate::view::Figure;
use askama::Template;

/// A line of the list.
#[derive(Debug)]
pub struct TeamRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Members.
    pub people: usize,
    /// Rounds in its queue.
    pub queued: Figure,
    /// Rounds it works on.
    pub active: Figure,
    /// Rounds that wait.
    pub waiting: Figure,
    /// Age of the oldest.
    pub oldest: String,
    /// Activities it has steps in.
    pub glyph: String,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "team_list.html")]
pub struct TeamList {
    /// What surrounds it.
    pub shell: Shell,
    /// The lines.
    pub rows: Vec<TeamRow>,
}

/// One team.
#[derive(Debug, Template)]
#[template(path = "team.html")]
pub struct TeamPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// Figures.
    pub measures: Vec<(&'static str, Figure)>,
    /// Names of members, in the order of the alphabet: nobody is ranked.
    pub members: Vec<String>,
    /// Its working time in words.
    pub calendar: String,
    /// Steps it holds.
    pub steps: Vec<StepLine>,
    /// Its open work.
    pub aging: Drawn,
}
