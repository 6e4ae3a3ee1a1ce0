//! What is to be drawn: steps and edges with the texts that stand on them.

use watercourse_core::activity::Activity;

/// Whether something is in the definition, in what really happened, or in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// Nothing to compare, or in both.
    #[default]
    Plain,
    /// Defined, but it did not happen.
    Missing,
    /// It happened, but is not defined.
    Extra,
}

impl Standing {
    /// The class that draws it.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Missing => " missing",
            Self::Extra => " extra",
        }
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its lane; none where an imported label is not mapped to an activity yet.
    pub activity: Option<Activity>,
    /// The team that usually holds it.
    pub team: Option<String>,
    /// Open items in it, where it is known; drawn as a queue.
    pub wip: Option<u64>,
    /// A line with its measures, such as `p85 2.6 d`.
    pub figures: String,
    /// Draws the measures as a warning.
    pub slow: bool,
    /// Short remarks: `start`, `optional`, `gate approval`, `value`.
    pub remarks: Vec<String>,
    /// It need not happen.
    pub optional: bool,
    /// In the definition, in reality, or in both.
    pub standing: Standing,
    /// What opens on a click.
    pub link: Option<String>,
    /// What is said when pointed at.
    pub title: String,
}

/// What an edge stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Condition, or a move that happened.
    #[default]
    After,
    /// The target may start once the source has started.
    Overlap,
    /// A rule: the target is owed when the source has ended that way.
    Response,
    /// A feedback loop that is expected to be used.
    Feeds,
}

/// An arrow between two steps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    /// Place of the source in [`Map::nodes`].
    pub from: usize,
    /// Place of the target.
    pub to: usize,
    /// What it stands for.
    pub kind: Kind,
    /// The text on it, such as `118 · 1.5 d`.
    pub label: String,
    /// How many moves: decides its width, and which edges shape the layout.
    pub weight: u64,
    /// In the definition, in reality, or in both.
    pub standing: Standing,
    /// What is said when pointed at.
    pub title: String,
}

/// A stream to draw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Map {
    /// Its steps.
    pub nodes: Vec<Node>,
    /// Its edges; those between a step and itself are said in the step, not drawn.
    pub edges: Vec<Edge>,
}
