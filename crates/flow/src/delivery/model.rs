use crate::measures::Window;
use crate::survival::Observation;

/// One change: a commit, or a merge request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// When it was committed, UTC ms.
    pub at: i64,
    /// The first deployment it was part of: a place in [`Delivery::deployments`].
    pub deployment: Option<usize>,
}

/// How a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentState {
    /// It has not ended.
    Running,
    /// The change is in use.
    Succeeded,
    /// It did not get that far.
    Failed,
    /// It was given up before it could fail.
    Cancelled,
}

/// One deployment to production.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deployment {
    /// When it was finished, or began if it is running, UTC ms.
    pub at: i64,
    /// How it ended.
    pub state: DeploymentState,
    /// Whether it was unplanned, made to repair something users saw; none where the source does not say.
    pub repair: Option<bool>,
}

/// One incident in production.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incident {
    /// When it began, UTC ms.
    pub at: i64,
    /// When service was restored.
    pub restored: Option<i64>,
    /// The deployment that caused it, where somebody said so.
    pub caused_by: Option<usize>,
}

/// When an incident counts as caused by a deployment that nobody named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkRule {
    /// Never: only what was said counts.
    #[default]
    Explicit,
    /// It began at most so long (ms) after the last deployment that succeeded before it.
    Within(i64),
}

/// What is known of delivery. Deployments are ordered by time.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// Changes.
    pub changes: Vec<Change>,
    /// Deployments, the earliest first.
    pub deployments: Vec<Deployment>,
    /// Incidents; none where the source knows of no incidents at all.
    pub incidents: Option<Vec<Incident>>,
}

/// How incidents were linked to deployments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Linked {
    /// Somebody said so.
    pub explicit: usize,
    /// By the time between them.
    pub by_time: usize,
    /// To none.
    pub none: usize,
}

impl Delivery {
    /// The deployment each incident counts against: the one that was named, else by the rule. At most one, whatever
    /// window is looked at.
    #[must_use]
    pub fn links(&self, rule: LinkRule) -> (Vec<Option<usize>>, Linked) {
        let mut linked = Linked::default();
        let incidents = self.incidents.iter().flatten();
        let links = incidents.map(|incident| {
            if let Some(named) = incident.caused_by.filter(|d| *d < self.deployments.len()) {
                linked.explicit += 1;
                return Some(named);
            }
            let found = match rule {
                LinkRule::Explicit => None,
                LinkRule::Within(most) => self
                    .last_before(incident.at)
                    .filter(|d| incident.at.saturating_sub(self.deployments[*d].at) <= most),
            };
            linked.by_time += usize::from(found.is_some());
            linked.none += usize::from(found.is_none());
            found
        });
        (links.collect(), linked)
    }
    /// The last deployment that had succeeded by an instant.
    fn last_before(&self, at: i64) -> Option<usize> {
        let passed = self.deployments.partition_point(|d| d.at <= at);
        self.deployments[..passed].iter().rposition(|d| d.state == DeploymentState::Succeeded)
    }

    /// Each change committed within a window (its place) with how long it took: from its commit to the first success
    /// of a deployment with it. A deployment that failed carries its changes on to the next one that succeeds; what
    /// is not in use at `as_of` is open. Below 0 where clocks differ.
    #[must_use]
    pub fn lead_times(&self, window: Window, as_of: i64) -> Vec<(usize, Observation)> {
        let success = self.successes(as_of);
        let changes = self.changes.iter().enumerate();
        let seen = changes.filter(|(_, c)| (window.from..window.until).contains(&c.at) && c.at <= as_of);
        seen.map(|(place, change)| {
            let deployed = change.deployment.and_then(|d| success.get(d).copied().flatten());
            let observation = match deployed {
                Some(at) => Observation::ended(at - change.at, 0),
                None => Observation::open(as_of - change.at),
            };
            (place, observation)
        })
        .collect()
    }
    /// For each deployment that failed or caused an incident, how long until that was over: a failed one from its end
    /// to the next success; one with incidents from its end until the last of them was restored.
    #[must_use]
    pub fn failures(&self, links: &[Option<usize>], as_of: i64) -> Vec<Option<Observation>> {
        let over = |from: i64, end: Option<i64>| match end {
            Some(end) => Observation::ended((end - from).max(0), 0),
            None => Observation::open((as_of - from).max(0)),
        };
        let deployments = self.deployments.iter().zip(self.successes(as_of));
        let mut found: Vec<Option<Observation>> = deployments
            .map(|(d, success)| (d.state == DeploymentState::Failed && d.at <= as_of).then(|| over(d.at, success)))
            .collect();
        for (incident, link) in self.incidents.iter().flatten().zip(links).filter(|(i, _)| i.at <= as_of) {
            let Some(place) = *link else { continue };
            let this = over(self.deployments[place].at, incident.restored.filter(|at| *at <= as_of));
            found[place] = Some(match found[place] {
                Some(other) if other.cause.is_none() || (this.cause.is_some() && other.until >= this.until) => other,
                _ => this,
            });
        }
        found
    }
    /// For each deployment when the first one from it on succeeded.
    fn successes(&self, as_of: i64) -> Vec<Option<i64>> {
        let mut success = vec![None; self.deployments.len()];
        let mut next = None;
        for (deployment, success) in self.deployments.iter().zip(&mut success).rev() {
            if deployment.state == DeploymentState::Succeeded && deployment.at <= as_of {
                next = Some(deployment.at);
            }
            *success = next;
        }
        success
    }
}
