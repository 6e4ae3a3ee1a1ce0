use super::model::{Delivery, DeploymentState, LinkRule, Linked};
use crate::figure::{Clock, Figure, Reason, Unit};
use crate::measures::Estimate;
use crate::statistics::wilson;
use crate::survival::{Observation, kaplan_meier};
use serde::Serialize;

const WEEK: f64 = 604_800_000.0;
const DAY: i64 = 86_400_000;

/// What is looked at: changes, deployments and incidents from one instant (inclusive) to another (exclusive), UTC ms,
/// as seen at a third.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From here.
    pub from: i64,
    /// Up to here.
    pub until: i64,
    /// The instant of looking: what has not happened by then is open.
    pub as_of: i64,
}

impl Window {
    const fn holds(&self, at: i64) -> bool {
        self.from <= at && at < self.until
    }
}

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
}

/// The five measures. Nothing is measured without deployments. Without incidents only deployments that failed
/// themselves are failures, which is no change fail rate: it is not measured then.
#[must_use]
pub fn five(delivery: &Delivery, window: Window, rule: LinkRule) -> Five {
    let (links, linked) = delivery.links(rule);
    if delivery.deployments.is_empty() {
        return refused(linked);
    }
    let deployments = &delivery.deployments;
    let (lead, backwards) = lead_times(delivery, window);
    let undeployed = lead.iter().filter(|o| o.cause.is_none()).count();
    let curve = kaplan_meier(&lead, |_| true);
    let inside = || (0..deployments.len()).filter(|d| window.holds(deployments[*d].at));
    let finished =
        || inside().filter(|d| matches!(deployments[*d].state, DeploymentState::Succeeded | DeploymentState::Failed));
    let succeeded: Vec<i64> =
        inside().filter(|d| deployments[*d].state == DeploymentState::Succeeded).map(|d| deployments[d].at).collect();
    let (weeks, days) = ((window.until - window.from) as f64 / WEEK, (window.until - window.from) as f64 / DAY as f64);
    let mut with: Vec<i64> = succeeded.iter().map(|at| at.div_euclid(DAY)).collect();
    with.dedup();
    let failures = failures(delivery, &links, window);
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
    }
}

fn share(part: usize, whole: usize) -> Estimate {
    Estimate::within(Figure::ratio(part as f64, whole as f64, whole, Unit::Share), wilson(part, whole))
}

/// One observation for each change of the window: from its commit to the first success of a deployment with it. A
/// deployment that failed carries its changes on to the next one that succeeds.
fn lead_times(delivery: &Delivery, window: Window) -> (Vec<Observation>, usize) {
    let deployments = &delivery.deployments;
    // For each deployment the first one from it on that succeeded.
    let mut success = vec![None; deployments.len()];
    let mut next = None;
    for (place, deployment) in deployments.iter().enumerate().rev() {
        if deployment.state == DeploymentState::Succeeded && deployment.at <= window.as_of {
            next = Some(deployment.at);
        }
        success[place] = next;
    }
    let mut backwards = 0;
    let changes = delivery.changes.iter().filter(|change| window.holds(change.at) && change.at <= window.as_of);
    let watched = changes.map(|change| {
        let deployed = change.deployment.and_then(|d| success.get(d).copied().flatten());
        backwards += usize::from(deployed.is_some_and(|at| at < change.at));
        match deployed {
            Some(at) => Observation::ended(at - change.at, 0),
            None => Observation::open(window.as_of - change.at),
        }
    });
    (watched.collect(), backwards)
}

/// For each deployment that failed or caused an incident, how long until that was over: a failed one from its end to
/// the next success; one with incidents from its end until the last of them was restored.
fn failures(delivery: &Delivery, links: &[Option<usize>], window: Window) -> Vec<Option<Observation>> {
    let deployments = &delivery.deployments;
    let mut found: Vec<Option<Observation>> = vec![None; deployments.len()];
    let mut next = None;
    for (place, deployment) in deployments.iter().enumerate().rev() {
        match deployment.state {
            DeploymentState::Succeeded if deployment.at <= window.as_of => next = Some(deployment.at),
            DeploymentState::Failed => found[place] = Some(until(deployment.at, next, window.as_of)),
            _ => {}
        }
    }
    for (incident, link) in delivery.incidents.iter().flatten().zip(links) {
        let Some(place) = link else { continue };
        let from = deployments[*place].at;
        let this = until(from, incident.restored.filter(|at| *at <= window.as_of), window.as_of);
        found[*place] = Some(match found[*place] {
            Some(other) if other.cause.is_none() || (this.cause.is_some() && other.until >= this.until) => other,
            _ => this,
        });
    }
    found
}

fn until(from: i64, end: Option<i64>, as_of: i64) -> Observation {
    match end {
        Some(end) => Observation::ended((end - from).max(0), 0),
        None => Observation::open((as_of - from).max(0)),
    }
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
    }
}
