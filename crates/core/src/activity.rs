//! The six activities of the service value chain. Closed: organisations make streams, never activities.

use serde::{Deserialize, Serialize};

/// One of the six activities of the ITIL 4 service value chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Shared understanding of vision, status and direction.
    Plan,
    /// Continual improvement of products, services and practices.
    Improve,
    /// Understanding stakeholders' needs and keeping good relations.
    Engage,
    /// Products and services that meet expectations, and their way into use.
    DesignTransition,
    /// Components available when and where they are needed.
    ObtainBuild,
    /// Services delivered and supported as agreed.
    DeliverSupport,
}

/// What an activity is for and what it takes and gives, in our own words.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// One sentence.
    pub purpose: &'static str,
    /// What it is to achieve.
    pub objectives: &'static [&'static str],
    /// What it needs from others.
    pub inputs: &'static [&'static str],
    /// What it gives to others.
    pub outputs: &'static [&'static str],
}

impl Activity {
    /// All six, in the order pages list them.
    pub const ALL: [Self; 6] =
        [Self::Plan, Self::Improve, Self::Engage, Self::DesignTransition, Self::ObtainBuild, Self::DeliverSupport];
    /// The six along the way work usually takes: the lanes of a map from top to bottom.
    pub const LANES: [Self; 6] =
        [Self::Engage, Self::Plan, Self::DesignTransition, Self::ObtainBuild, Self::DeliverSupport, Self::Improve];

    /// The stable identifier used in files, URLs and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Improve => "improve",
            Self::Engage => "engage",
            Self::DesignTransition => "design_transition",
            Self::ObtainBuild => "obtain_build",
            Self::DeliverSupport => "deliver_support",
        }
    }
    /// The two-letter code printed beside the colour.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Plan => "PL",
            Self::Improve => "IM",
            Self::Engage => "EN",
            Self::DesignTransition => "DT",
            Self::ObtainBuild => "OB",
            Self::DeliverSupport => "DS",
        }
    }
    /// The name people read.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plan => "Plan",
            Self::Improve => "Improve",
            Self::Engage => "Engage",
            Self::DesignTransition => "Design & Transition",
            Self::ObtainBuild => "Obtain/Build",
            Self::DeliverSupport => "Deliver & Support",
        }
    }
    /// The activity with this identifier or code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.id() == text || a.code().eq_ignore_ascii_case(text))
    }
    /// Position in [`Activity::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
    /// Purpose, objectives, inputs and outputs.
    #[must_use]
    pub const fn about(self) -> &'static About {
        match self {
            Self::Plan => &PLAN,
            Self::Improve => &IMPROVE,
            Self::Engage => &ENGAGE,
            Self::DesignTransition => &DESIGN_TRANSITION,
            Self::ObtainBuild => &OBTAIN_BUILD,
            Self::DeliverSupport => &DELIVER_SUPPORT,
        }
    }
}

static PLAN: About = About {
    purpose: "Everyone knows where we want to go, where we stand, and what comes next, across all services and practices.",
    objectives: &[
        "Decide what is worth doing, and what is not",
        "Set direction, budget and limits the other activities can act on",
        "Keep portfolio, architecture and policies in step with the goals",
    ],
    inputs: &[
        "Demand and opportunities from Engage",
        "Measures and improvement plans from Improve",
        "Knowledge about new and changed services",
        "Policies and constraints of the organisation",
    ],
    outputs: &[
        "Plans and priorities",
        "Portfolio decisions",
        "Architectures and policies",
        "Opportunities handed to Improve",
    ],
};
static IMPROVE: About = About {
    purpose: "Products, services and the way we work get better all the time, in every activity.",
    objectives: &[
        "Turn what happened into what we do differently",
        "Measure before and after, and say honestly whether it worked",
        "Keep every feedback loop closed",
    ],
    inputs: &[
        "Performance and incidents from Deliver & Support",
        "Feedback from Engage",
        "Findings about flow",
        "Knowledge about new and changed services",
    ],
    outputs: &[
        "Improvement initiatives and plans",
        "Status reports",
        "Performance information for Plan",
        "Contract and service requirements for Engage",
    ],
};
static ENGAGE: About = About {
    purpose: "We understand what people need, keep them informed, and stay on good terms with customers, users and suppliers.",
    objectives: &[
        "Hear every demand once, and lose none",
        "Say what happens next and when",
        "Bring feedback back into the organisation",
    ],
    inputs: &[
        "Requests, questions, complaints and ideas",
        "Portfolio and service information from Plan",
        "Status from every other activity",
        "Offers and terms of suppliers",
    ],
    outputs: &[
        "Demand for Plan",
        "Requirements for Design & Transition",
        "Support requests for Deliver & Support",
        "Feedback for Improve",
    ],
};
static DESIGN_TRANSITION: About = About {
    purpose: "New and changed services meet expectations for quality, cost and time, and reach use safely.",
    objectives: &[
        "Shape services that can be built, run and supported",
        "Prove them before people rely on them",
        "Bring them into use without surprises",
    ],
    inputs: &[
        "Decisions and architectures from Plan",
        "Requirements from Engage",
        "Components from Obtain/Build",
        "Improvement initiatives",
    ],
    outputs: &[
        "Specifications for Obtain/Build",
        "Tested services ready for Deliver & Support",
        "Knowledge about what changed",
        "Performance and opportunities for Improve",
    ],
};
static OBTAIN_BUILD: About = About {
    purpose: "Components are there when and where they are needed, as specified: made or bought.",
    objectives: &[
        "Build what was asked, in small steps that can be shown",
        "Buy what is better bought",
        "Deliver components that others can verify",
    ],
    inputs: &[
        "Specifications from Design & Transition",
        "Contracts from Engage",
        "Goods and services of suppliers",
        "Improvement initiatives",
    ],
    outputs: &[
        "Components for Design & Transition and Deliver & Support",
        "Knowledge about new and changed components",
        "Requirements for contracts",
        "Performance information",
    ],
};
static DELIVER_SUPPORT: About = About {
    purpose: "Services run and are supported as agreed, and people get on with their work.",
    objectives: &[
        "Restore and fulfil quickly",
        "Keep services healthy before users notice",
        "Report what was learned to Improve and Plan",
    ],
    inputs: &[
        "Tested services from Design & Transition",
        "Components from Obtain/Build",
        "Support requests from Engage",
        "Improvement plans",
    ],
    outputs: &[
        "Services in use",
        "Solved requests and restored services",
        "Performance information for Improve and Plan",
        "Change requests and known problems",
    ],
};

#[cfg(test)]
mod tests {
    use super::Activity;

    #[test]
    fn every_id_and_code_finds_its_activity() {
        for activity in Activity::ALL {
            assert_eq!(Activity::parse(activity.id()), Some(activity));
            assert_eq!(Activity::parse(activity.code()), Some(activity));
            assert_eq!(Activity::ALL.get(activity.index()), Some(&activity));
        }
        assert_eq!(Activity::parse("operate"), None);
    }
}
