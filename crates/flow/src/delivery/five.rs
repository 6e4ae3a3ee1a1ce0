use super::model::{Delivery, DeploymentState, LinkRule, Linked};
use crate::figure::{Clock, Figure, Reason, Unit};
use crate::measures::{Estimate, Window};
use crate::statistics::wilson;
use crate::survival::{Observation, kaplan_meier};
use serde::Serialize;

const WEEK: f64 = 604_800_000.0;
const DAY: i64 = 86_400_000;

/// The five measures of software delivery.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Five {
    /// Half of the changes are in use within this, those counted that are not yet.
    pub lead_time_p50: Estimate,
    /// 85 of 100 are.
    pub lead_time_p85: Estimate,
    /// Changes that are not in use.
    pub undeployed: Figure,
    /// Changes that were deployed before they were committed: clocks differ. They count as they are.
    pub backwards: usize,
    /// Deployments that succeeded, by week.
    pub frequency: Figure,
    /// The part of days (UTC) with one.
    pub days_with: Figure,
    /// The part of finished deployments that failed or caused an incident.
    pub fail_rate: Estimate,
    /// Half of the failures are over within this, those counted that are not yet.
    pub recovery_p50: Estimate,
    /// 85 of 100 are.
    pub recovery_p85: Estimate,
    /// The part of finished deployments that were made to repair.
    pub rework_rate: Estimate,
    /// How incidents were linked.
    pub linked: Linked,
    /// Deployments counted as good so far that an incident can still be linked to by time.
    pub unsettled: usize,
}

/// The five measures of changes, deployments and incidents within a window, as seen at `as_of` (UTC ms): what has not
/// happened by then is open. Nothing is measured without deployments. Without incidents only deployments that failed
/// themselves are failures, which is no change fail rate: it is not measured then.
#[must_use]
pub fn five(delivery: &Delivery, window: Window, as_of: i64, rule: LinkRule) -> Five {
    let (links, linked) = delivery.links(rule);
    if delivery.deployments.is_empty() {
        return refused(linked);
    }
    let deployments = &delivery.deployments;
    let window = Window { from: window.from, until: window.until.min(as_of.saturating_add(1)) };
    let lead: Vec<Observation> = delivery.lead_times(window, as_of).into_iter().map(|(_, o)| o).collect();
    let backwards = lead.iter().filter(|o| o.until < 0).count();
    let undeployed = lead.iter().filter(|o| o.cause.is_none()).count();
    let curve = kaplan_meier(&lead, |_| true);
    let inside = || (0..deployments.len()).filter(|d| (window.from..window.until).contains(&deployments[*d].at));
    let finished =
        || inside().filter(|d| matches!(deployments[*d].state, DeploymentState::Succeeded | DeploymentState::Failed));
    let succeeded: Vec<i64> =
        inside().filter(|d| deployments[*d].state == DeploymentState::Succeeded).map(|d| deployments[d].at).collect();
    let (weeks, days) = (window.long() as f64 / WEEK, window.long() as f64 / DAY as f64);
    let mut with: Vec<i64> = succeeded.iter().map(|at| at.div_euclid(DAY)).collect();
    with.dedup();
    let failures = delivery.failures(&links, as_of);
    let all = finished().count();
    let fail_rate = match delivery.incidents {
        Some(_) => share(finished().filter(|d| failures[*d].is_some()).count(), all),
        None => Estimate::bare(Figure::not_measured(Reason::NoIncidents, Unit::Share)),
    };
    let over: Vec<Observation> = finished().filter_map(|d| failures[d]).collect();
    let recovery = kaplan_meier(&over, |_| true);
    let marked = finished().filter(|d| deployments[*d].repair.is_some()).count();
    let repairs = finished().filter(|d| deployments[*d].repair == Some(true)).count();
    let rework_rate = match marked {
        0 if all > 0 => Estimate::bare(Figure::not_measured(Reason::NoReworkMarked, Unit::Share)),
        _ => share(repairs, marked),
    };
    let unsettled = match rule {
        LinkRule::Explicit => 0,
        LinkRule::Within(most) => {
            finished().filter(|d| failures[*d].is_none() && as_of.saturating_sub(deployments[*d].at) < most).count()
        }
    };
    let n = succeeded.len();
    Five {
        lead_time_p50: Estimate::of_curve(&curve, 50, Clock::Calendar),
        lead_time_p85: Estimate::of_curve(&curve, 85, Clock::Calendar),
        undeployed: Figure::count(undeployed, lead.len()),
        backwards,
        frequency: Figure::ratio(n as f64, weeks, n, Unit::PerWeek),
        days_with: Figure::ratio(with.len() as f64, days.max(with.len() as f64), n, Unit::Share),
        fail_rate,
        recovery_p50: Estimate::of_curve(&recovery, 50, Clock::Calendar),
        recovery_p85: Estimate::of_curve(&recovery, 85, Clock::Calendar),
        rework_rate,
        linked,
        unsettled,
    }
}

fn share(part: usize, whole: usize) -> Estimate {
    Estimate::within(Figure::ratio(part as f64, whole as f64, whole, Unit::Share), wilson(part, whole))
}

fn refused(linked: Linked) -> Five {
    let figure = |unit| Figure::not_measured(Reason::NoDeployments, unit);
    let (time, share) = (Estimate::bare(figure(Unit::Ms)), Estimate::bare(figure(Unit::Share)));
    Five {
        lead_time_p50: time,
        lead_time_p85: time,
        undeployed: figure(Unit::Count),
        backwards: 0,
        frequency: figure(Unit::PerWeek),
        days_with: figure(Unit::Share),
        fail_rate: share,
        recovery_p50: time,
        recovery_p85: time,
        rework_rate: share,
        linked,
        unsettled: 0,
    }
}
