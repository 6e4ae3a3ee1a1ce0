//! The pages before the door: to sign in, to choose a password, to make the first administrator.

use super::verb_form::Said;
use askama::Template;

/// One input of such a page.
#[derive(Debug, Clone)]
pub struct GateInput {
    /// Its name.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// `text` or `password`.
    pub kind: &'static str,
    /// What the browser may fill in.
    pub autocomplete: &'static str,
    /// What was filled in before.
    pub value: String,
    /// What helps to fill it in; may be empty.
    pub hint: &'static str,
}

/// A page before the door.
#[derive(Debug, Template)]
#[template(path = "gate.html")]
pub struct GatePage {
    /// The page's title.
    pub title: &'static str,
    /// What it is for, in a sentence.
    pub about: String,
    /// `light`, `dark`, or empty for the system's.
    pub theme: &'static str,
    /// Where the form goes.
    pub action: &'static str,
    /// What the form sends along.
    pub hidden: Vec<(&'static str, String)>,
    /// What is to be filled in.
    pub inputs: Vec<GateInput>,
    /// What the button says.
    pub button: &'static str,
    /// Another way in: address and words; empty for none.
    pub other: Vec<(String, String)>,
    /// Why one was not let in.
    pub refusal: Option<Said>,
}

impl GatePage {
    /// The address of the styles.
    #[must_use]
    pub fn styles(&self) -> &'static str {
        watercourse_web::path("app.css")
    }
}
