//! Receivers, as one page shows them.

use super::shell::Shell;
use super::verb_form::Said;
use askama::Template;

/// One receiver.
#[derive(Debug)]
pub struct ReceiverLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is told.
    pub url: String,
    /// Of which entity it hears.
    pub entity: String,
    /// What it hears of, in words.
    pub hears: String,
    /// Whether it is told now.
    pub active: bool,
    /// Deliveries that are still to arrive.
    pub waiting: i64,
    /// Deliveries that were given up.
    pub dead: i64,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "receivers.html")]
pub struct ReceiversPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The receivers, by id.
    pub receivers: Vec<ReceiverLine>,
    /// Entities one may keep receivers for: id and name.
    pub entities: Vec<(String, String)>,
    /// A key for the form.
    pub key: String,
    /// Why something was not done.
    pub refusal: Option<Said>,
    /// What was done.
    pub done: String,
    /// A secret that was made just now; empty where none was.
    pub secret: String,
}
