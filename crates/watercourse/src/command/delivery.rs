//! `watercourse delivery`: the five measures of software delivery, of a history of Git.

use super::analyze_text::said;
use crate::arguments::Delivery as Asked;
use crate::exit::{Exit, ended};
use crate::screen::{data, wrapped};
use anyhow::{Context as _, Result};
use std::fs::File;
use watercourse_exchange::{GitHistory, read_git};
use watercourse_flow::delivery::{
    Change, Commit, Delivery, Deployment, DeploymentState, Five, LinkRule, Release, first_release, five,
};
use watercourse_flow::measures::{Estimate, Window};

const DAY: i64 = 86_400_000;

/// Reads both tables and says what they tell.
pub(crate) fn run(args: &Asked) -> Result<Exit> {
    let open = |path: &std::path::Path| File::open(path).with_context(|| format!("{} cannot be read", path.display()));
    let (mut commits, mut tags) = (open(&args.commits)?, open(&args.tags)?);
    let history = read_git(&mut commits, &mut tags).map_err(|e| ended(Exit::Failed, e.to_string()))?;
    let delivery = delivery(&history)?;
    let times = history.commits.iter().map(|c| c.at).chain(history.tags.iter().map(|t| t.at));
    let as_of = times.max().unwrap_or(0);
    let from = args.days.map_or(i64::MIN, |days| as_of.saturating_sub(i64::from(days) * DAY));
    let first = history.commits.iter().map(|c| c.at).min().unwrap_or(as_of).max(from);
    let found = five(&delivery, Window { from: first, until: as_of.saturating_add(1) }, as_of, LinkRule::Explicit);
    if args.json {
        data(&serde_json::to_string(&found)?);
        return Ok(Exit::Done);
    }
    tell(&found, &history, args.days);
    Ok(Exit::Done)
}

/// Every tag is a deployment that succeeded; a commit is part of the first one that contains it.
fn delivery(history: &GitHistory) -> Result<Delivery> {
    let parents: Vec<String> = history.commits.iter().map(|c| c.parents.join(" ")).collect();
    let commits: Vec<Commit<'_>> =
        history.commits.iter().zip(&parents).map(|(c, parents)| Commit { id: &c.id, parents }).collect();
    let mut tags: Vec<_> = history.tags.iter().collect();
    tags.sort_by_key(|t| t.at);
    let releases: Vec<Release<'_>> = tags.iter().map(|t| Release { commit: &t.commit, at: t.at }).collect();
    let first = first_release(&commits, &releases).map_err(|e| ended(Exit::Failed, e.to_string()))?;
    let change =
        |(c, deployment): (&watercourse_exchange::Commit, &Option<usize>)| Change { at: c.at, deployment: *deployment };
    let deployed =
        |t: &&watercourse_exchange::Tag| Deployment { at: t.at, state: DeploymentState::Succeeded, repair: None };
    Ok(Delivery {
        changes: history.commits.iter().zip(&first).map(change).collect(),
        deployments: tags.iter().map(deployed).collect(),
        incidents: None,
    })
}

fn tell(found: &Five, history: &GitHistory, days: Option<u32>) {
    let window = days.map_or("the whole history".to_owned(), |d| format!("its last {d} days"));
    data(&format!(
        "{} commits, {} tags; {window}, calendar time. Each tag counts as a deployment, each commit from when it was committed.",
        history.commits.len(),
        history.tags.len()
    ));
    let line = |what: &str, text: String| wrapped(&format!("  {what:<34} "), &" ".repeat(37), &text);
    line("Change lead time, half within", said(&found.lead_time_p50.figure));
    line("                  85 of 100 within", said(&found.lead_time_p85.figure));
    line("Not in any tag yet", said(&found.undeployed));
    line("Deployments a week", said(&found.frequency));
    line("Days with a deployment", said(&found.days_with));
    let told = |e: &Estimate| said(&e.figure);
    line("Change fail rate", told(&found.fail_rate));
    line("Failed deployment recovery time", told(&found.recovery_p50));
    line("Deployment rework rate", told(&found.rework_rate));
    if found.backwards > 0 {
        data(&format!(
            "  {} changes were tagged before they were committed: clocks differ. They count as they are.",
            found.backwards
        ));
    }
    for rejected in history.rejected.iter().take(10) {
        wrapped("  - ", "    ", &format!("line {}: {}", rejected.line, rejected.reason));
    }
}
