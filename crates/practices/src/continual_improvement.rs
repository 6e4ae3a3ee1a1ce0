//! Continual improvement.

use crate::field::{EFFORT, Field, FieldType};
use crate::kind::Kind;
use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "continual-improvement",
    name: "Continual improvement",
    purpose: "Make services and ways of working better in small steps that are measured before and after.",
    activities: &[
        (
            Activity::Improve,
            "Keeps one register of improvements, works them off, and judges each by the measure it set out to change.",
        ),
        (Activity::Plan, "Hands decisions that are larger than one team to those who plan."),
        (Activity::Engage, "Asks those affected whether it really got better."),
        (Activity::DesignTransition, "Chooses the smallest step that could work, and how to tell."),
        (Activity::ObtainBuild, "Makes room in daily work for doing it."),
        (Activity::DeliverSupport, "Changes the daily work itself, where most small improvements are found."),
    ],
    kinds: &[IMPROVEMENT],
    shape: Shape::Flow,
};

/// Something we want to do better, with the measure that will tell.
const IMPROVEMENT: Kind = Kind {
    id: "improvement",
    name: "Improvement",
    plural: "Improvements",
    prefix: "IMP",
    symbol: "↗",
    word: "An idea to make something better",
    practice: "continual-improvement",
    fields: &[
        Field { id: "measure", label: "Measure to change", is: FieldType::Text },
        Field { id: "baseline", label: "Baseline", is: FieldType::Number },
        Field { id: "target", label: "Target", is: FieldType::Number },
        Field { id: "review_on", label: "Review on", is: FieldType::Date },
        EFFORT,
    ],
};
