//! DORA's five: by hand, on random histories against the obvious way, and on two real projects.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use proptest::prelude::*;
use std::collections::BTreeSet;
use support::csv::Table;
use support::small::{DAY, HOUR, days};
use watercourse_flow::delivery::{
    Change, Commit, Delivery, Deployment, DeploymentState, Incident, LinkRule, Release, first_release, five,
};
use watercourse_flow::figure::{Reason, State};
use watercourse_flow::measures::Window;
use watercourse_flow::quantile::Quantiles;

fn deployment(day: f64, state: DeploymentState) -> Deployment {
    Deployment { at: days(day), state, repair: Some(false) }
}

fn example() -> Delivery {
    use DeploymentState::{Failed, Running, Succeeded};
    let change = |day: f64, deployment: Option<usize>| Change { at: days(day), deployment };
    let incident = |day: f64, restored: Option<f64>, caused_by| Incident {
        at: days(day),
        restored: restored.map(days),
        caused_by,
    };
    Delivery {
        changes: vec![change(0.0, Some(0)), change(1.0, Some(1)), change(5.0, Some(3)), change(12.0, None)],
        deployments: vec![
            deployment(2.0, Succeeded),
            deployment(4.0, Failed),
            Deployment { repair: Some(true), ..deployment(5.0, Succeeded) },
            deployment(9.0, Succeeded),
            deployment(13.0, Running),
        ],
        incidents: Some(vec![
            incident(9.5, Some(11.0), None),
            incident(8.0, Some(8.5), None),
            incident(3.0, None, Some(0)),
        ]),
    }
}

const NOW: i64 = 14 * DAY;
const TWO_WEEKS: Window = Window { from: 0, until: NOW };

#[test]
fn the_page_on_the_five() {
    let found = five(&example(), TWO_WEEKS, NOW, LinkRule::Within(days(1.0)));
    // Changes took 2, 4 (the first deployment with it failed) and 4 days, one is not in use after 2.
    assert_eq!((found.lead_time_p50.figure.value(), found.undeployed.value()), (Some(4.0 * DAY as f64), Some(1.0)));
    assert_eq!((found.frequency.value(), found.days_with.value()), (Some(1.5), Some(3.0 / 14.0)));
    // Of four finished: the first (named), the second (failed itself), the last (half a day before an incident).
    assert_eq!(found.fail_rate.figure.value(), Some(0.75));
    assert_eq!((found.linked.explicit, found.linked.by_time, found.linked.none), (1, 1, 1));
    // Over after one day and two, one not yet after twelve.
    assert_eq!(found.recovery_p50.figure.value(), Some(2.0 * DAY as f64));
    assert_eq!(found.rework_rate.figure.value(), Some(0.25));
    assert_eq!(found.unsettled, 0);
    // On the noon of day 5 the repair of that morning may still cause something; the one of day 9 is not known yet.
    let then = five(&example(), TWO_WEEKS, days(5.5), LinkRule::Within(days(1.0)));
    assert_eq!((then.unsettled, then.fail_rate.figure.n, then.undeployed.value()), (1, 3, Some(1.0)));
}

#[test]
fn what_is_not_known_is_not_measured() {
    let none = five(&Delivery { deployments: Vec::new(), ..example() }, TWO_WEEKS, NOW, LinkRule::Explicit);
    let refused = State::NotMeasured { reason: Reason::NoDeployments };
    for state in [
        none.lead_time_p50.figure.state,
        none.undeployed.state,
        none.frequency.state,
        none.fail_rate.figure.state,
        none.recovery_p50.figure.state,
        none.rework_rate.figure.state,
    ] {
        assert_eq!(state, refused);
    }
    let mut silent = example();
    silent.incidents = None;
    silent.deployments.iter_mut().for_each(|d| d.repair = None);
    let found = five(&silent, TWO_WEEKS, NOW, LinkRule::Explicit);
    assert_eq!(found.fail_rate.figure.state, State::NotMeasured { reason: Reason::NoIncidents });
    assert_eq!(found.rework_rate.figure.state, State::NotMeasured { reason: Reason::NoReworkMarked });
    // Known to be none, and nothing failed: zero, with limits.
    let mut calm = example();
    calm.incidents = Some(Vec::new());
    calm.deployments.retain(|d| d.state == DeploymentState::Succeeded);
    let found = five(&calm, TWO_WEEKS, NOW, LinkRule::Explicit);
    assert_eq!(found.fail_rate.figure.state, State::Zero);
    assert!(found.fail_rate.at_most.unwrap() > 0.5, "three deployments say little");
    assert_eq!(found.recovery_p50.figure.state, State::TooFew { needed: 2 });
}

#[test]
fn an_incident_counts_against_one_deployment_whatever_the_window() {
    let delivery = example();
    let rule = LinkRule::Within(days(1.0));
    let narrow = Window { from: days(9.0), ..TWO_WEEKS };
    assert_eq!(five(&delivery, narrow, NOW, rule).linked, five(&delivery, TWO_WEEKS, NOW, rule).linked);
    // However long ago the last one was: not without a bound.
    let (links, _) = delivery.links(LinkRule::Within(HOUR));
    assert_eq!(links, [None, None, Some(0)]);
}

#[test]
fn the_first_release_with_a_commit() {
    // a – b – d – e, and c beside b. 1.0 at b, 2.0 at d (a merge of b and c), 0.9 later at a; e is not released.
    let commits =
        [("a", ""), ("b", "a"), ("c", "a"), ("d", "b c"), ("e", "d")].map(|(id, parents)| Commit { id, parents });
    let releases = [("d", 20), ("b", 10), ("a", 30), ("gone", 1)].map(|(commit, at)| Release { commit, at });
    assert_eq!(first_release(&commits, &releases).unwrap(), [Some(1), Some(1), Some(0), Some(0), None]);
    assert_eq!(first_release(&[], &releases).unwrap(), []);
    let twice = [commits[0], commits[0]];
    assert_eq!(first_release(&twice, &[]).unwrap_err().to_string(), "commit a is listed twice; list each commit once");
    // A circle is no history, and ends all the same.
    let circle = [("a", "b"), ("b", "a")].map(|(id, parents)| Commit { id, parents });
    assert_eq!(first_release(&circle, &[Release { commit: "a", at: 0 }]).unwrap(), [Some(0), Some(0)]);
}

fn instant(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[test]
fn real_histories_give_the_medians_that_their_page_states() {
    // Commits, released ones, median hours from commit to the first tag that has it, commits after their tag.
    for (name, all, released, median, backwards) in
        [("prometheus+alertmanager", 4280, 4260, 923.556, 1), ("prymitive+karma", 10_012, 9979, 253.652, 0)]
    {
        let read = |what: &str| Table::read(&format!("git-delivery-shared/{name}.{what}.csv"));
        let Some((commits, tags)) = read("commits").zip(read("tags")) else { return };
        let (commits, tags) = (commits.rows, tags.rows);
        let history: Vec<Commit<'_>> = commits.iter().map(|c| Commit { id: &c[0], parents: &c[1] }).collect();
        let mut tags: Vec<(i64, &str)> = tags.iter().map(|t| (instant(&t[2]), t[1].as_str())).collect();
        tags.sort_by_key(|t| t.0);
        let releases: Vec<Release<'_>> = tags.iter().map(|(at, commit)| Release { commit, at: *at }).collect();
        let first = first_release(&history, &releases).unwrap();
        let at: Vec<i64> = commits.iter().map(|c| instant(&c[3])).collect();
        let mut lead: Vec<i64> = first.iter().zip(&at).filter_map(|(tag, at)| Some(tags[(*tag)?].0 - at)).collect();
        assert_eq!(
            (commits.len(), lead.len(), lead.iter().filter(|l| **l < 0).count()),
            (all, released, backwards),
            "{name}"
        );
        let hours = Quantiles::of(&mut lead).unwrap().p50 / HOUR as f64;
        assert!((hours - median).abs() < 0.001, "{name}: {hours}");
        // The five, every tag a deployment: the few that are not released count as open.
        let as_of = at.iter().chain(tags.iter().map(|t| &t.0)).copied().max().unwrap();
        let delivery = Delivery {
            changes: at.iter().zip(&first).map(|(at, tag)| Change { at: *at, deployment: *tag }).collect(),
            deployments: tags
                .iter()
                .map(|(at, _)| Deployment { at: *at, state: DeploymentState::Succeeded, repair: None })
                .collect(),
            incidents: None,
        };
        let found = five(&delivery, Window { from: 0, until: as_of + 1 }, as_of, LinkRule::Explicit);
        assert_eq!((found.undeployed.value(), found.backwards), (Some((all - released) as f64), backwards), "{name}");
        let p50 = found.lead_time_p50.figure.value().unwrap() / HOUR as f64;
        assert!(p50 >= hours && p50 < hours * 1.02, "{name}: {p50} counting open ones, {hours} without");
    }
}

type Raw = (Vec<(u8, u8)>, Vec<(u8, i64)>);

fn histories() -> impl Strategy<Value = Raw> {
    (prop::collection::vec((0u8..40, 0u8..40), 1..40), prop::collection::vec((0u8..45, 0i64..20), 0..8))
}

/// All that a commit can be reached from, by asking again and again.
fn contained(parents: &[Vec<usize>], from: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::from([from]);
    loop {
        let more: BTreeSet<usize> = found.iter().flat_map(|c| parents[*c].iter().copied()).collect();
        if more.is_subset(&found) {
            return found;
        }
        found.extend(more);
    }
}

proptest! {
    #[test]
    fn the_first_release_is_that_of_looking_into_each((raw, tags) in histories()) {
        // Parents come before their children; an odd number is no second parent.
        let parents: Vec<Vec<usize>> = raw
            .iter()
            .enumerate()
            .map(|(i, (a, b))| [(*a, true), (*b, b % 2 == 0)].iter().filter(|(_, is)| *is).map(|(p, _)| usize::from(*p)).filter(|p| *p < i).collect())
            .collect();
        let ids: Vec<String> = (0..raw.len()).map(|i| i.to_string()).collect();
        let lists: Vec<String> = parents.iter().map(|list| list.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")).collect();
        let commits: Vec<Commit<'_>> = ids.iter().zip(&lists).map(|(id, parents)| Commit { id, parents }).collect();
        let names: Vec<(String, i64)> = tags.iter().map(|(c, at)| (c.to_string(), *at)).collect();
        let releases: Vec<Release<'_>> = names.iter().map(|(commit, at)| Release { commit, at: *at }).collect();
        let found = first_release(&commits, &releases).unwrap();
        for (commit, found) in found.iter().enumerate() {
            let with = (0..tags.len()).filter(|t| usize::from(tags[*t].0) < raw.len() && contained(&parents, usize::from(tags[*t].0)).contains(&commit));
            prop_assert_eq!(*found, with.min_by_key(|t| (tags[*t].1, *t)));
        }
    }

    #[test]
    fn rates_are_shares_and_counts_add_up(
        deployed in prop::collection::vec((0i64..100, 0u8..4, prop::option::of(any::<bool>())), 1..30),
        changes in prop::collection::vec((0i64..100, prop::option::of(0usize..40)), 0..30),
        incidents in prop::collection::vec((0i64..100, prop::option::of(0i64..50), prop::option::of(0usize..40)), 0..20),
    ) {
        let states = [DeploymentState::Running, DeploymentState::Succeeded, DeploymentState::Failed, DeploymentState::Cancelled];
        let mut deployments: Vec<Deployment> = deployed.iter().map(|(at, s, repair)| Deployment { at: at * HOUR, state: states[usize::from(*s)], repair: *repair }).collect();
        deployments.sort_by_key(|d| d.at);
        let delivery = Delivery {
            deployments,
            changes: changes.iter().map(|(at, d)| Change { at: at * HOUR, deployment: *d }).collect(),
            incidents: Some(incidents.iter().map(|(at, more, by)| Incident { at: at * HOUR, restored: more.map(|m| (at + m) * HOUR), caused_by: *by }).collect()),
        };
        let (window, now) = (Window { from: 0, until: 101 * HOUR }, 101 * HOUR);
        let found = five(&delivery, window, now, LinkRule::Within(10 * HOUR));
        for rate in [found.fail_rate, found.rework_rate] {
            prop_assert!(rate.figure.value().is_none_or(|r| (0.0..=1.0).contains(&r)));
        }
        prop_assert!(found.days_with.value().is_none_or(|r| (0.0..=1.0).contains(&r)));
        prop_assert_eq!(found.linked.explicit + found.linked.by_time + found.linked.none, incidents.len());
        prop_assert!(found.undeployed.value().unwrap() <= changes.len() as f64);
        // More incidents never make the rate better.
        let mut fewer = delivery.clone();
        fewer.incidents = Some(Vec::new());
        let calm = five(&fewer, window, now, LinkRule::Explicit).fail_rate.figure.value();
        prop_assert!(calm.is_none() || calm <= found.fail_rate.figure.value());
    }
}
