use crate::statistics::wilson;
use serde::Serialize;
use watercourse_core::activity::Activity;

/// What something rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Support {
    /// Items in which it was so.
    pub hits: usize,
    /// Items in which it could have been.
    pub of: usize,
    /// Lower end of Wilson's 95 % interval.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl Support {
    pub(super) fn of(hits: usize, of: usize) -> Self {
        let (low, high) = wilson(hits, of).map_or((0.0, 1.0), |i| (i.lower, i.upper));
        Self { hits, of, low, high }
    }
    /// The part that was so.
    #[must_use]
    pub fn share(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.hits as f64 / self.of as f64 }
    }
}

/// Steps of which one must have been done: places in the list of proposed steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// One of these.
    pub steps: Vec<usize>,
    /// Items with the later step in which one of them was done before.
    pub support: Support,
}

/// A step that is proposed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProposedStep {
    /// Its number among the steps of the visits.
    pub step: u32,
    /// Its id in the file.
    pub id: String,
    /// What the source calls it.
    pub name: String,
    /// The activity it is mapped to.
    pub activity: Option<Activity>,
    /// The id of the team that had it most often.
    pub team: Option<String>,
    /// Items that ran to their end in which it happened.
    pub items: Support,
    /// Items that begin with it, where items begin here.
    pub start: Option<Support>,
    /// Whether items can do without it.
    pub optional: bool,
    /// Items that ended with it, where its finish is the value.
    pub deliver: Option<Support>,
    /// What comes before it.
    pub after: Vec<Group>,
}

/// A rule that is proposed; steps are places in the list of proposed steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProposedRule {
    /// After the one the other always followed.
    Then {
        /// After this step.
        on: usize,
        /// This one followed.
        then: usize,
        /// Items with the first in which the second followed.
        support: Support,
    },
    /// They exclude each other.
    Choice {
        /// The steps.
        steps: Vec<usize>,
        /// The pair that occurred together most: items with both, of those with the rarer one.
        support: Support,
    },
}

/// How the proposed stream is called.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// What people read; its id is made of it.
    pub name: &'a str,
    /// The kind of its items: one that exists.
    pub kind: &'a str,
}

/// A stream as it seems to run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// The steps, in the order items reach them.
    pub steps: Vec<ProposedStep>,
    /// The rules.
    pub rules: Vec<ProposedRule>,
    /// Steps of the source that are not in it, by number: a stream has at most 64, the rarest are left out.
    pub left_out: Vec<u32>,
    /// Items it rests on.
    pub items: usize,
    /// The stream file, with what each line rests on as comments.
    pub text: String,
}
