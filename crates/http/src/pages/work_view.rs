//! Work: every item by one filter language.

use super::item_new_view::FieldInput;
use super::shell::Shell;
use super::verb_form::Said;
use askama::Template;

/// Where an item of the list stands.
#[derive(Debug, Clone)]
pub struct Stand {
    /// The phase's id.
    pub phase: &'static str,
    /// Step and phase in words.
    pub words: String,
}

/// A line of the list.
#[derive(Debug, Clone)]
pub struct WorkRow {
    /// Where it opens.
    pub href: String,
    /// Its key.
    pub key: String,
    /// What it is about.
    pub title: String,
    /// Its stream.
    pub stream: String,
    /// The stream's name.
    pub stream_name: String,
    /// Its open rounds, or how it ended.
    pub standing: Vec<Stand>,
    /// The teams that hold it.
    pub teams: String,
    /// How old it is, or how long it took.
    pub age: String,
    /// When it was opened.
    pub opened: String,
    /// The activities it is in.
    pub glyph: String,
}

/// What is wrong with a filter.
#[derive(Debug, Clone)]
pub struct FilterIssue {
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: String,
    /// The filter.
    pub text: String,
    /// Spaces and a mark under the place.
    pub pointer: String,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "work.html")]
pub struct WorkPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The filter.
    pub q: String,
    /// The order.
    pub sort: String,
    /// Orders to choose from.
    pub sorts: Vec<(&'static str, &'static str)>,
    /// What is wrong with the filter.
    pub issue: Option<FilterIssue>,
    /// Filters to start from, with what they show.
    pub examples: Vec<(&'static str, &'static str)>,
    /// Saved views: name, address, filter.
    pub views: Vec<(String, String, String)>,
    /// What is said above the list.
    pub caption: String,
    /// The lines.
    pub rows: Vec<WorkRow>,
    /// What is said where there are none.
    pub nothing: String,
    /// The next page; empty for none.
    pub next: String,
    /// The first page; empty on it.
    pub first: String,
}

/// A stream one can open an item in.
#[derive(Debug, Clone)]
pub struct StreamOption {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What starts it.
    pub demand: String,
}

/// The form for a new item.
#[derive(Debug, Template)]
#[template(path = "item_new.html")]
pub struct NewItem {
    /// What surrounds it.
    pub shell: Shell,
    /// Streams to choose from.
    pub streams: Vec<StreamOption>,
    /// The stream chosen; empty where there is none.
    pub stream: String,
    /// Its name.
    pub stream_name: String,
    /// What one of its items is called.
    pub kind_name: String,
    /// What can be expected, in a sentence.
    pub expect: String,
    /// What was filled in before.
    pub title: String,
    /// What was filled in before.
    pub description: String,
    /// Where it may begin: id and name.
    pub starts: Vec<(String, String)>,
    /// The beginning chosen.
    pub start: String,
    /// The kind's fields.
    pub inputs: Vec<FieldInput>,
    /// So that sending it twice opens one.
    pub idempotency_key: String,
    /// Why it was not opened.
    pub refusal: Option<Said>,
}
