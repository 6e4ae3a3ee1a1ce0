//! One of the six activities: what it is for, who serves it, what lies in it.

use super::shell::Shell;
use crate::chart::Drawn;
use crate::view::Figure;
use askama::Template;
use watercourse_core::activity::Activity;
use watercourse_practices::Practice;

/// A step of a stream, as lists of steps show it.
#[derive(Debug, Clone)]
pub struct StepLine {
    /// Its name.
    pub name: String,
    /// Its activity.
    pub activity: Activity,
    /// The stream's id.
    pub stream: String,
    /// The stream's name.
    pub stream_name: String,
    /// The team; empty for none.
    pub team: String,
    /// Open rounds in it.
    pub open: Figure,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "activity.html")]
pub struct ActivityPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The activity.
    pub activity: Activity,
    /// Figures.
    pub measures: Vec<(&'static str, Figure)>,
    /// Open items by step.
    pub aging: Drawn,
    /// Steps in it.
    pub steps: Vec<StepLine>,
    /// Practices that serve it, with what they contribute.
    pub practices: Vec<(&'static Practice, &'static str)>,
}
