//! The audit trail as a page.

use super::shell::Shell;
use askama::Template;

/// A change.
#[derive(Debug)]
pub struct AuditRow {
    /// Its number.
    pub number: i64,
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// What was done.
    pub action: String,
    /// Where only this action is listed.
    pub same_action: String,
    /// To what.
    pub object: String,
    /// Where only what was done to this is listed.
    pub same_object: String,
    /// More of it, as JSON.
    pub detail: String,
}

/// A page of the trail.
#[derive(Debug, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The changes, newest first.
    pub rows: Vec<AuditRow>,
    /// Where what came earlier is listed.
    pub earlier: Option<String>,
    /// Whether this is not the whole trail from its end.
    pub narrowed: bool,
}
