//! What a practice is: its purpose, the activities it serves and the kinds of work it owns.

use crate::kind::Kind;
use watercourse_core::activity::Activity;

/// What a practice keeps: things that move, things that stand, or nothing of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Items that move through streams.
    Flow,
    /// Records that stand and are reviewed from time to time.
    Register,
    /// No records of its own: a view over those of others.
    Lens,
}

impl Shape {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Flow, Self::Register, Self::Lens];

    /// The identifier used in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Register => "register",
            Self::Lens => "lens",
        }
    }
    /// One sentence for people.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Flow => "Its work moves through value streams",
            Self::Register => "Its records stand and are reviewed",
            Self::Lens => "It looks at the work of others and keeps no records of its own",
        }
    }
}

/// One of ITIL's practices, described in our own words.
#[derive(Debug, Clone, Copy)]
pub struct Practice {
    /// Stable identifier in files, URLs and the API; its file has the same name.
    pub id: &'static str,
    /// The name people read.
    pub name: &'static str,
    /// What it is for, in one or two sentences.
    pub purpose: &'static str,
    /// The activities it serves, the chief one first, each with what it contributes.
    pub activities: &'static [(Activity, &'static str)],
    /// The kinds of work it owns.
    pub kinds: &'static [Kind],
    /// What it keeps.
    pub shape: Shape,
}

impl Practice {
    /// What it contributes to an activity, if it serves it.
    #[must_use]
    pub fn contribution(&self, activity: Activity) -> Option<&'static str> {
        self.activities.iter().find(|(a, _)| *a == activity).map(|(_, sentence)| *sentence)
    }
}
