//! Survival curves: equal to lifelines (`tests/oracle/lifelines_survival.py`), and laws that hold on any sample.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use proptest::prelude::*;
use serde_json::Value;
use support::told;
use watercourse_flow::survival::{Curve, Observation, Reached, aalen_johansen, kaplan_meier};
use watercourse_flow::visits::{Standing, Visits};

const QUANTILES: [f64; 3] = [0.5, 0.85, 0.95];

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/survival.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<i64> {
    value.as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect()
}

/// The curve against [age, estimate, lower, upper, variance]; `left` where the estimate is what is left.
fn same(name: &str, curve: &Curve, expected: &Value, left: bool) {
    for step in expected["steps"].as_array().unwrap() {
        let at = step[0].as_i64().unwrap();
        let found = curve.steps.iter().find(|s| s.at == at).unwrap_or_else(|| panic!("{name}: nothing at {at}"));
        let told = [1, 2, 3, 4].map(|i| step[i].as_f64().unwrap());
        let found = match left {
            true => [1.0 - found.share, 1.0 - found.upper, 1.0 - found.lower, found.variance],
            false => [found.share, found.lower, found.upper, found.variance],
        };
        for (found, told) in found.iter().zip(told) {
            assert!((found - told).abs() < 1e-9, "{name} at {at}: {found} for {told}");
        }
    }
}

fn quantiles(name: &str, curve: &Curve, expected: &Value) {
    for (share, told) in QUANTILES.iter().zip(expected["quantiles"].as_array().unwrap()) {
        let told = Reached { at: told[0].as_i64(), lower: told[1].as_i64(), upper: told[2].as_i64() };
        assert_eq!(curve.quantile(*share), told, "{name} {share}");
    }
}

#[test]
fn samples_are_as_lifelines_says() {
    for sample in golden()["samples"].as_array().unwrap() {
        let name = sample["name"].as_str().unwrap();
        let columns = ["until", "entered", "cause"].map(|column| numbers(&sample[column]));
        let observations: Vec<Observation> = (0..columns[0].len())
            .map(|i| Observation {
                until: columns[0][i],
                entered: columns[1][i],
                cause: u8::try_from(columns[2][i]).ok().filter(|cause| *cause > 0),
            })
            .collect();
        let curve = kaplan_meier(&observations, |_| true);
        same(name, &curve, &sample["kaplan_meier"], true);
        quantiles(name, &curve, &sample["kaplan_meier"]);
        if sample["aalen_johansen"].is_object() {
            let expected = &sample["aalen_johansen"];
            let curve = aalen_johansen(&observations, 1);
            same(name, &curve, expected, false);
            for (share, told) in QUANTILES.iter().zip(expected["quantiles"].as_array().unwrap()) {
                assert_eq!(curve.quantile(*share).at, told.as_i64(), "{name} {share}");
            }
        }
    }
}

fn lead(visits: &Visits) -> impl Iterator<Item = Observation> + '_ {
    (0..visits.item_count()).map(|item| {
        let age = visits.items.until[item] - visits.items.created[item];
        if visits.items.standing[item] == Standing::Open { Observation::open(age) } else { Observation::ended(age, 1) }
    })
}

#[test]
fn real_logs_are_as_lifelines_says() {
    for expected in golden()["logs"].as_array().unwrap() {
        let name = expected["name"].as_str().unwrap();
        let found: Option<Vec<Visits>> = match name {
            "helpdesk" => told::helpdesk().map(|v| vec![v]),
            "problems" => told::problems(),
            "uci" => told::uci().map(|v| vec![v]),
            other => panic!("{other}?"),
        };
        let Some(found) = found else { continue };
        let observations: Vec<Observation> = found.iter().flat_map(lead).collect();
        let curve = kaplan_meier(&observations, |_| true);
        let counts = [curve.n, curve.ended()].map(|n| n as u64);
        assert_eq!(counts.map(Value::from), [expected["n"].clone(), expected["ended"].clone()], "{name}");
        same(name, &curve, &expected["kaplan_meier"], true);
        quantiles(name, &curve, &expected["kaplan_meier"]);
    }
}

#[test]
fn nothing_one_and_all_open() {
    let none = kaplan_meier(&[], |_| true);
    assert_eq!((none.quantile(0.5), none.by(0), none.n), (Reached::default(), None, 0));
    let one = kaplan_meier(&[Observation::ended(7, 0)], |_| true);
    assert_eq!(one.quantile(0.5), Reached { at: Some(7), lower: Some(7), upper: None });
    assert_eq!(
        (one.by(6), one.by(7), one.by(70)),
        (Some((0.0, 0.0, 0.0)), Some((1.0, 1.0, 1.0)), Some((1.0, 1.0, 1.0)))
    );
    let open = kaplan_meier(&[Observation::open(7), Observation::open(9)], |_| true);
    assert_eq!((open.quantile(0.5), open.by(9), open.by(10)), (Reached::default(), Some((0.0, 0.0, 0.0)), None));
    assert_eq!(aalen_johansen(&[Observation::open(7)], 1).quantile(0.5), Reached::default());
    // Cancelled, and only that: nothing was ever delivered.
    assert!(aalen_johansen(&[Observation::ended(7, 2)], 1).steps.is_empty());
}

#[test]
fn what_enters_when_all_others_are_gone_is_said() {
    let curve = kaplan_meier(&[Observation::ended(5, 0), Observation::ended(20, 0).since(10)], |_| true);
    assert_eq!(curve.emptied, Some(5));
    // Seen for no time at all.
    let curve = kaplan_meier(&[Observation::ended(5, 0), Observation::ended(3, 0).since(3)], |_| true);
    assert_eq!((curve.n, curve.emptied), (1, None));
}

#[test]
fn the_textbook() {
    // Freireich's remission times in weeks, 6-MP (Kalbfleisch and Prentice): S(6) = 0.857, S(22) = 0.538, S(23) = 0.448.
    let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|at| Observation::ended(at, 0));
    let open = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(Observation::open);
    let curve = kaplan_meier(&[ended.as_slice(), &open].concat(), |_| true);
    let left = |age| 1.0 - curve.by(age).unwrap().0;
    assert_eq!([left(6), left(22), left(23)].map(|s| (s * 1000.0).round()), [857.0, 538.0, 448.0]);
    assert_eq!(curve.quantile(0.5).at, Some(23));
}

fn observations() -> impl Strategy<Value = Vec<Observation>> {
    let one = (0i64..30, 0i64..20, prop::option::weighted(0.6, 0u8..3)).prop_map(|(until, entered, cause)| {
        Observation { until, entered: if entered > 8 { 0 } else { entered }, cause }
    });
    prop::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn curves_rise_within_their_limits(observations in observations()) {
        let all = kaplan_meier(&observations, |_| true);
        let causes = [0, 1, 2].map(|cause| aalen_johansen(&observations, cause));
        for curve in causes.iter().chain([&all]) {
            prop_assert!(curve.steps.is_sorted_by(|a, b| a.at < b.at && a.share <= b.share));
            for s in &curve.steps {
                prop_assert!(s.lower <= s.share + 1e-12 && s.share <= s.upper + 1e-12, "{s:?}");
                prop_assert!(s.lower >= 0.0 && s.upper <= 1.0 && s.variance >= 0.0, "{s:?}");
            }
            let by = QUANTILES.map(|q| curve.quantile(q));
            prop_assert!(by.is_sorted_by(|a, b| b.at.is_none() || a.at <= b.at));
            for q in by.iter().filter(|q| q.at.is_some()) {
                prop_assert!(q.lower <= q.at && q.upper.is_none_or(|upper| Some(upper) >= q.at));
            }
        }
        // Whatever ended an item was one of the causes.
        if let Some(end) = all.steps.last() {
            let sum: f64 = causes.iter().filter_map(|c| c.steps.last()).map(|s| s.share).sum();
            prop_assert!((sum - end.share).abs() < 1e-9, "{sum} {}", end.share);
        }
    }

    #[test]
    fn with_one_cause_both_agree(observations in observations()) {
        let one: Vec<Observation> = observations.iter().map(|o| Observation { cause: o.cause.map(|_| 1), ..*o }).collect();
        let (km, aj) = (kaplan_meier(&one, |_| true), aalen_johansen(&one, 1));
        prop_assert_eq!(km.steps.len(), aj.steps.len());
        for (a, b) in km.steps.iter().zip(&aj.steps) {
            prop_assert!(a.at == b.at && (a.share - b.share).abs() < 1e-9);
        }
    }

    #[test]
    fn without_open_items_it_is_counting(ages in prop::collection::vec(0i64..50, 1..40)) {
        let curve = kaplan_meier(&ages.iter().map(|a| Observation::ended(*a, 0)).collect::<Vec<_>>(), |_| true);
        for age in 0..50 {
            let counted = ages.iter().filter(|a| **a <= age).count() as f64 / ages.len() as f64;
            prop_assert!((curve.by(age).unwrap_or((1.0, 1.0, 1.0)).0 - counted).abs() < 1e-9);
        }
    }

    #[test]
    fn open_work_never_makes_things_look_faster(observations in observations(), more in prop::collection::vec(0i64..40, 0..10)) {
        let mut longer = observations.clone();
        longer.extend(more.iter().map(|age| Observation::open(*age)));
        let (few, many) = (kaplan_meier(&observations, |_| true), kaplan_meier(&longer, |_| true));
        for (a, b) in few.steps.iter().zip(&many.steps) {
            prop_assert!(a.at == b.at && b.share <= a.share + 1e-12);
        }
    }
}
