//! How long items take, open ones counted; the worked examples of `docs/reference/measures/`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use proptest::prelude::*;
use serde_json::json;
use support::small::{DAY, days, statuses};
use support::told;
use watercourse_flow::figure::{Reason, State};
use watercourse_flow::measures::{
    Begin, Cohort, Cuts, Estimate, Method, Period, View, flow_time, flow_times, lead_times, within_promise,
};
use watercourse_flow::timeline::Timeline;
use watercourse_flow::visits::Visits;

fn told<T>(visits: &Visits, call: impl FnOnce(&View<'_>) -> T) -> T {
    let timeline = Timeline::of(visits);
    call(&View::of(visits, &timeline))
}

fn in_days(estimate: &Estimate) -> (Option<f64>, Option<f64>, Option<f64>) {
    let day = |ms: Option<f64>| ms.map(|ms| ms / DAY as f64);
    (day(estimate.figure.value()), day(estimate.at_least), day(estimate.at_most))
}

/// Created on day 0; done on the days given, open ones still on the day given.
fn items(done: &[f64], open: &[f64], cancelled: &[f64], as_of: f64) -> Visits {
    let names: Vec<String> = (0..done.len() + open.len() + cancelled.len()).map(|i| format!("I-{i}")).collect();
    let mut events = Vec::new();
    let mut name = names.iter();
    for (ages, end) in [(done, Some("done")), (open, None), (cancelled, Some("cancelled"))] {
        for age in ages {
            let name = name.next().unwrap().as_str();
            // Open items began as long ago as they are old, the others on day 0.
            let from = if end.is_none() { as_of - age } else { 0.0 };
            events.push((name, "new", from));
            if let Some(end) = end {
                events.push((name, end, from + age));
            }
        }
    }
    statuses(&events, as_of)
}

#[test]
fn the_page_on_flow_time() {
    // Delivered after 2, 3, 5 and 8 days; open for 4 and 9.
    let visits = items(&[2.0, 3.0, 5.0, 8.0], &[4.0, 9.0], &[], 10.0);
    told(&visits, |view| {
        let found = flow_time(view, Begin::Created, Cohort::default());
        assert_eq!(found.method, Method::KaplanMeier);
        assert_eq!([found.items, found.delivered, found.open].map(|f| f.value()), [Some(6.0), Some(4.0), Some(2.0)]);
        assert_eq!(in_days(&found.p50), (Some(5.0), Some(2.0), None));
        assert_eq!(lead_times(view).lead_time.p50.value().unwrap() / DAY as f64, 4.0, "of delivered items only");
        let shares: Vec<f64> = found.curve.steps.iter().map(|s| (s.share * 1000.0).round()).collect();
        assert_eq!(shares, [167.0, 333.0, 556.0, 778.0]);
        assert_eq!(found.p85.figure.state, State::TooFew { needed: 7 });
        let kept = within_promise(view, Begin::Created, Cohort::default(), days(5.0));
        assert_eq!((kept.share.figure.value().unwrap() * 1000.0).round(), 556.0);
        let limits = [kept.share.at_least, kept.share.at_most].map(|l| (l.unwrap() * 1000.0).round());
        assert_eq!(limits, [215.0, 934.0]);
    });
}

#[test]
fn many_cancelled_items_compete() {
    // Ten items: five delivered after 1 to 5 days, five cancelled after six hours each.
    let visits = items(&[1.0, 2.0, 3.0, 4.0, 5.0], &[], &[0.25; 5], 10.0);
    told(&visits, |view| {
        let found = flow_time(view, Begin::Created, Cohort::default());
        assert_eq!((found.method, found.otherwise.value()), (Method::AalenJohansen, Some(5.0)));
        assert_eq!(in_days(&found.p50).0, Some(5.0), "half of all items were ever delivered");
        assert_eq!(found.p85.figure.state, State::TooFew { needed: 7 });
    });
    let visits = items(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], &[], &[0.25; 3], 10.0);
    told(&visits, |view| {
        let found = flow_time(view, Begin::Created, Cohort::default());
        assert_eq!(found.p85.figure.state, State::NotMeasured { reason: Reason::NotReached });
        assert_eq!((found.p85.at_least, found.p85.at_most), (None, None));
    });
}

#[test]
fn nothing_is_said_of_nothing() {
    let visits = items(&[], &[3.0, 4.0], &[], 10.0);
    told(&visits, |view| {
        let found = flow_time(view, Begin::Created, Cohort::default());
        assert_eq!((found.open.value(), found.p50.figure.state), (Some(2.0), State::TooFew { needed: 2 }));
        // Both were watched for two days, neither for five.
        let kept = within_promise(view, Begin::Created, Cohort::default(), days(2.0));
        assert_eq!((kept.share.figure.state, kept.share.at_least), (State::Zero, Some(0.0)));
        assert!(kept.share.at_most.unwrap() > 0.6, "two items say little");
        let kept = within_promise(view, Begin::Created, Cohort::default(), days(5.0));
        assert_eq!(kept.share.figure.state, State::NotMeasured { reason: Reason::NotReached });
    });
    let nothing = items(&[], &[], &[], 1.0);
    told(&nothing, |view| {
        assert_eq!(flow_time(view, Begin::Created, Cohort::default()).items.state, State::Zero);
        let kept = within_promise(view, Begin::Created, Cohort::default(), 1);
        assert_eq!(kept.share.figure.state, State::TooFew { needed: 1 });
    });
}

#[test]
fn reopened_items_end_when_they_end_last() {
    let events = [
        ("A", "new", 0.0),
        ("A", "done", 2.0),
        ("A", "work", 6.0),
        ("A", "done", 7.0),
        ("B", "new", 0.0),
        ("B", "done", 1.0),
    ];
    told(&statuses(&events, 10.0), |view| {
        let found = flow_time(view, Begin::Created, Cohort::default());
        assert_eq!(found.curve.steps.iter().map(|s| s.at / DAY).collect::<Vec<_>>(), [1, 7]);
    });
    // Taken up again and not done since: open, ten days old.
    let events = &events[..3];
    told(&statuses(events, 10.0), |view| {
        let found = flow_time(view, Begin::Created, Cohort::default());
        assert_eq!((found.open.value(), found.curve.last), (Some(1.0), days(10.0)));
    });
}

#[test]
fn items_under_way_when_the_source_begins_count_from_then_on() {
    // The source tells from day 5 on. A ended before; B was 5 days old then and is done on day 6, C began later.
    let events = [
        ("A", "new", 0.0),
        ("A", "done", 4.0),
        ("B", "new", 0.0),
        ("B", "done", 6.0),
        ("C", "new", 5.0),
        ("C", "done", 7.0),
    ];
    told(&statuses(&events, 10.0), |view| {
        let cohort = Cohort { told_since: Some(days(5.0)), ..Cohort::default() };
        let found = flow_time(view, Begin::Created, cohort);
        assert_eq!(found.items.value(), Some(2.0));
        let steps: Vec<_> = found.curve.steps.iter().map(|s| (s.at / DAY, s.at_risk)).collect();
        assert_eq!(steps, [(2, 1), (6, 1)], "B could not have been seen to end at the age of two days");
        assert_eq!(found.p50.figure.state, State::NotMeasured { reason: Reason::NobodyAtRisk });
        let later = Cohort { from: Some(days(5.0)), ..Cohort::default() };
        assert_eq!(flow_time(view, Begin::Created, later).items.value(), Some(1.0));
    });
}

#[test]
fn sources_that_do_not_tell_are_not_measured() {
    let Some(visits) = told::helpdesk() else { return };
    told(&visits, |view| {
        let cycle = flow_time(view, Begin::Committed, Cohort::default());
        assert_eq!(cycle.p50.figure.state, State::NotMeasured { reason: Reason::NoStart });
        let lead = flow_time(view, Begin::Created, Cohort::default());
        assert_eq!([lead.items, lead.delivered].map(|f| f.value()), [Some(4580.0), Some(4559.0)]);
        // As lifelines says: tests/golden/survival.json.
        let p85 = lead.p85;
        assert_eq!(
            (p85.figure.value(), p85.at_least, p85.at_most),
            (Some(4_337_912_000.0), Some(4_317_970_000.0), Some(4_410_624_000.0))
        );
        let told = serde_json::to_value(lead.p50).unwrap();
        assert_eq!(
            told,
            json!({"state": "value", "value": 3_447_285_000.0, "n": 4580, "unit": "ms", "clock": "calendar", "at_least": 3_351_574_000.0, "at_most": 3_469_901_000.0})
        );
    });
}

#[test]
fn cohorts_are_those_of_their_rows() {
    let Some(visits) = told::helpdesk() else { return };
    told(&visits, |view| {
        let months = Cuts::of(view, None, Period::Month);
        let series = flow_times(view, Begin::Created, None, &months);
        assert_eq!(series.len(), months.len());
        let items: f64 = series.iter().map(|s| s.items.value().unwrap()).sum();
        assert_eq!(items, 4580.0);
        for (place, month) in series.iter().enumerate().skip(1).step_by(7) {
            let cohort =
                Cohort { from: Some(months.from[place]), until: months.from.get(place + 1).copied(), told_since: None };
            assert_eq!(*month, flow_time(view, Begin::Created, cohort));
        }
        let cycle = flow_times(view, Begin::Committed, None, &months);
        assert!(cycle.iter().all(|c| c.p50.figure.state == State::NotMeasured { reason: Reason::NoStart }));
    });
}

proptest! {
    #[test]
    fn counts_add_up_and_open_work_makes_nothing_faster(
        done in prop::collection::vec(0.1f64..30.0, 0..30),
        open in prop::collection::vec(0.1f64..30.0, 0..10),
        cancelled in prop::collection::vec(0.1f64..30.0, 0..4),
        promise in 1.0f64..30.0,
    ) {
        let visits = items(&done, &open, &cancelled, 40.0);
        told(&visits, |view| {
            let found = flow_time(view, Begin::Created, Cohort::default());
            let parts = [found.delivered, found.open, found.otherwise].map(|f| f.value().unwrap());
            prop_assert_eq!(parts.iter().sum::<f64>(), found.items.value().unwrap());
            prop_assert_eq!(found.method == Method::AalenJohansen, cancelled.len() as f64 > 0.05 * visits.item_count() as f64);
            let quantiles = [found.p50, found.p85, found.p95].map(|e| e.figure.value());
            prop_assert!(quantiles.iter().flatten().is_sorted());
            // The first of the delivered ones to reach half of them: no later than half of all items.
            let mut ages: Vec<i64> = done.iter().map(|d| days(*d)).collect();
            ages.sort_unstable();
            if let Some(p50) = quantiles[0] {
                prop_assert!(p50 >= ages[(ages.len() - 1) / 2] as f64);
            }
            let kept = within_promise(view, Begin::Created, Cohort::default(), days(promise));
            if let Some(share) = kept.share.figure.value() {
                prop_assert!((0.0..=1.0).contains(&share));
                prop_assert!(kept.share.at_least.unwrap() <= share + 1e-9 && kept.share.at_most.unwrap() >= share - 1e-9);
            }
            Ok(())
        })?;
    }
}
