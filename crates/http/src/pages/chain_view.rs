//! The chain: six fixed places, and what stands out.

use super::shell::Shell;
use crate::chart::Drawn;
use crate::chart::chain::Place;
use askama::Template;

/// A sentence that stands out, with its proof one click away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `warn`, `bad`, `good` or `info`.
    pub tone: &'static str,
    /// What was found, with its numbers.
    pub sentence: String,
    /// The items or the chart behind it; empty where there is none.
    pub link: String,
    /// What the link says.
    pub label: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "chain.html")]
pub struct ChainPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Lengths of time to choose from.
    pub periods: Vec<(u32, String)>,
    /// The length chosen.
    pub days: u32,
    /// Streams to choose from: id and name.
    pub streams: Vec<(String, String)>,
    /// The stream chosen; empty for all.
    pub stream: String,
    /// Where changes are heard.
    pub live: String,
    /// Whether there is no item at all.
    pub empty: bool,
    /// The map and its table.
    pub drawn: Drawn,
    /// The places, for narrow screens.
    pub places: Vec<Place>,
    /// From when moves and findings are, where they are not of this moment.
    pub as_of: String,
    /// What stands out; none while that is loading.
    pub findings: Option<Vec<Finding>>,
}
