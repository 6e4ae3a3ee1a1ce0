use super::view::View;
use crate::visits::Ended;
use serde::Serialize;
use watercourse_core::activity::Activity;

/// What a team did of an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Part {
    /// Visits.
    pub visits: usize,
    /// Of these, those that have not ended.
    pub open: usize,
    /// Milliseconds on critical paths.
    pub path_ms: i64,
}

/// What a team did of each of the six activities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TeamCoverage {
    /// The team.
    pub team: u32,
    /// Its name.
    pub name: String,
    /// By activity, in the order of [`Activity::ALL`].
    pub parts: [Part; Activity::ALL.len()],
}

/// Which team did what of the six activities, of the items in view: what happened, not who is said to be there. The team
/// with most visits first; teams without any, and visits of steps that are mapped to no activity, are not in it.
#[must_use]
pub fn coverage(view: &View<'_>) -> Vec<TeamCoverage> {
    let visits = view.visits;
    let mut parts = vec![[Part::default(); Activity::ALL.len()]; visits.teams.len()];
    let place = |visit: usize| {
        let activity = Activity::ALL.iter().position(|a| visits.activity(visit) == Some(*a))?;
        Some((visits.team(visit)? as usize, activity))
    };
    view.each_visit(|_, visit| {
        let Some((team, activity)) = place(visit) else { return };
        let part = &mut parts[team][activity];
        part.visits += 1;
        part.open += usize::from(visits.ended(visit) == Ended::Open);
    });
    view.each_segment(|_, segment| {
        let Some((team, activity)) = segment.visit.and_then(|v| place(v as usize)) else { return };
        parts[team][activity].path_ms += segment.long();
    });
    let names = visits.teams.iter().zip(0u32..);
    let mut teams: Vec<TeamCoverage> = names
        .zip(parts)
        .map(|((name, team), parts)| TeamCoverage { team, name: name.to_owned(), parts })
        .filter(|t| t.parts.iter().any(|p| p.visits > 0))
        .collect();
    let all = |t: &TeamCoverage| t.parts.iter().map(|p| p.visits).sum::<usize>();
    teams.sort_by(|a, b| all(b).cmp(&all(a)).then_with(|| a.name.cmp(&b.name)));
    teams
}
