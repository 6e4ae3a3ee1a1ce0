//! What `/imports` shows.

use super::shell::Shell;
use super::verb_form::Said;
use askama::Template;

/// One import of the list.
#[derive(Debug, Clone)]
pub struct ImportLine {
    /// Its id.
    pub id: String,
    /// The name of the file; never empty.
    pub file: String,
    /// Its size, for people; empty where it was not kept.
    pub size: String,
    /// The stream.
    pub stream: String,
    /// Whether the stream can be looked at.
    pub is_there: bool,
    /// Where it stands.
    pub state: &'static str,
    /// How that is shown: `good`, `warn`, `bad` or `info`.
    pub tone: &'static str,
    /// Items and events; empty where none came of it.
    pub counts: String,
    /// Rejected rows; empty where none are known.
    pub rejected: String,
    /// Whether there is a file of them.
    pub has_rejected: bool,
    /// The mapping it was read with; empty for none that is kept.
    pub mapping: String,
    /// Who brought it.
    pub who: String,
    /// When, for people and exact.
    pub when: (String, String),
    /// Whether it can be undone.
    pub can_undo: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "imports.html")]
pub struct ImportsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The newest imports.
    pub imports: Vec<ImportLine>,
    /// What was refused.
    pub refusal: Option<Said>,
}
