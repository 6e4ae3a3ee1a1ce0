use super::efficiency::{FlowEfficiency, flow_efficiency};
use super::groups::{Group, by_activity, by_step, by_team};
use super::handoffs::{HandOffs, handoffs};
use super::lead_time::{LeadTimes, lead_times};
use super::open_work::{OpenWork, open_work};
use super::rework::{Rework, rework};
use super::time_use::{TimeUse, time_use};
use super::view::View;
use super::weeks::{Week, weeks};
use serde::Serialize;

/// Every measure of a view.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measures {
    /// How many, how they ended, how long they took.
    pub lead_times: LeadTimes,
    /// Where the time goes, by kind.
    pub time_use: Vec<TimeUse>,
    /// The part of it in which somebody worked.
    pub flow_efficiency: FlowEfficiency,
    /// By step.
    pub steps: Vec<Group>,
    /// By team.
    pub teams: Vec<Group>,
    /// By the six activities.
    pub activities: Vec<Group>,
    /// Between teams.
    pub handoffs: HandOffs,
    /// Done again.
    pub rework: Rework,
    /// Not done.
    pub open_work: OpenWork,
    /// By week.
    pub weeks: Vec<Week>,
}

/// Measures a view; `oldest` is how many of its open items are listed.
#[must_use]
pub fn measure(view: &View<'_>, oldest: usize) -> Measures {
    Measures {
        lead_times: lead_times(view),
        time_use: time_use(view),
        flow_efficiency: flow_efficiency(view),
        steps: by_step(view),
        teams: by_team(view),
        activities: by_activity(view),
        handoffs: handoffs(view),
        rework: rework(view),
        open_work: open_work(view, oldest),
        weeks: weeks(view),
    }
}
