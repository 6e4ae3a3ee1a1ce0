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
}
