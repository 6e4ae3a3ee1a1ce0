//! The statistics kernel: known values, slow and obvious ways, and limits that hold as often as they say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use proptest::prelude::*;
use watercourse_flow::statistics::{
    Chance, Interval, bootstrap, hodges_lehmann, median_interval, quantile, theil_sen, wilson,
};

fn near(found: Interval, lower: f64, upper: f64) {
    assert!((found.lower - lower).abs() < 1e-9 && (found.upper - upper).abs() < 1e-9, "{found:?}");
}

#[test]
fn wilson_is_what_scipy_says() {
    // scipy.stats.binomtest(k, n).proportion_ci(method="wilson")
    near(wilson(0, 10).unwrap(), 0.0, 0.277_532_799_862_889_23);
    near(wilson(8, 10).unwrap(), 0.490_162_471_536_641_8, 0.943_317_848_545_624_8);
    near(wilson(50, 100).unwrap(), 0.403_831_530_365_995_6, 0.596_168_469_634_004_4);
    near(wilson(10, 10).unwrap(), 0.722_467_200_137_110_9, 1.0);
    assert_eq!((wilson(0, 0), wilson(3, 2)), (None, None));
}

#[test]
fn theil_sen_is_what_scipy_says() {
    // scipy.stats.theilslopes(y, range(12), method="separate"); its limits are (0.5, 0.7) by another rounding of ranks.
    let y = [3.1, 2.9, 4.2, 5.0, 4.8, 6.3, 5.9, 7.7, 7.1, 9.0, 8.2, 9.9];
    let points: Vec<(f64, f64)> = y.iter().enumerate().map(|(x, y)| (x as f64, *y)).collect();
    let found = theil_sen(&points).unwrap();
    assert!((found.slope - 0.615_340_909_090_909_2).abs() < 1e-12, "{found:?}");
    let limits = found.interval.unwrap();
    assert!((0.48..=0.5001).contains(&limits.lower) && (0.699..=0.72).contains(&limits.upper), "{limits:?}");
    assert_eq!(theil_sen(&[(1.0, 2.0), (1.0, 5.0)]), None);
    let two = theil_sen(&[(0.0, 1.0), (2.0, 5.0)]).unwrap();
    assert_eq!((two.slope, two.at_zero, two.interval), (2.0, 1.0, None));
}

#[test]
fn hodges_lehmann_is_the_median_of_all_differences() {
    // numpy, all 500 differences listed; limits at the 164th from each end.
    let first = [67, 80, 2, 80, 46, 51, 63, 28, 97, 5, 27, 38, 57, 40, 13, 4, 0, 4, 14, 99];
    let second =
        [39, 85, 95, 43, 48, 63, 46, 117, 37, 109, 99, 104, 31, 59, 82, 69, 86, 87, 86, 26, 115, 75, 110, 47, 56];
    let found = hodges_lehmann(&first, &second).unwrap();
    assert_eq!(found.shift, 33.5);
    assert_eq!(found.interval, Some(Interval { lower: 12.0, upper: 52.0 }));
    assert_eq!(hodges_lehmann(&[], &[1]), None);
    let one = hodges_lehmann(&[3], &[10]).unwrap();
    assert_eq!((one.shift, one.interval), (7.0, None));
}

#[test]
fn medians_have_limits_from_six_values_on() {
    assert_eq!(median_interval(&[1.0, 2.0, 3.0, 4.0, 5.0]), None);
    // Of ten values the second and the ninth: 97.9 %.
    let ten: Vec<f64> = (1..=10).map(f64::from).collect();
    assert_eq!(median_interval(&ten), Some((5.5, Interval { lower: 2.0, upper: 9.0 })));
    // Exact ranks and the approximation meet.
    let limits = |n: i32| median_interval(&(1..=n).map(f64::from).collect::<Vec<_>>()).unwrap().1;
    assert!(
        (limits(1000).lower - limits(1001).lower).abs() <= 2.0
            && (limits(1000).upper - limits(1001).upper).abs() <= 2.0
    );
}

#[test]
fn the_same_seed_draws_the_same() {
    let values: Vec<f64> = (0..40).map(|i| f64::from(i * i)).collect();
    let mean = |drawn: &[usize]| Some(drawn.iter().map(|i| values[*i]).sum::<f64>() / drawn.len() as f64);
    let found = bootstrap(40, 500, 7, mean).unwrap();
    assert_eq!(Some(found), bootstrap(40, 500, 7, mean));
    assert_ne!(Some(found), bootstrap(40, 500, 8, mean));
    assert!(found.holds(mean(&(0..40).collect::<Vec<_>>()).unwrap()));
    assert_eq!(bootstrap(0, 500, 7, mean), None);
    assert_eq!(bootstrap(40, 500, 7, |_| None), None);
    // The reference draws of splitmix64 from seed 0.
    let mut chance = Chance::seeded(0);
    assert_eq!([chance.bits(), chance.bits()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    assert_eq!(chance.below(0), 0);
}

/// A value between 0 and 1 with a long tail.
fn skewed(chance: &mut Chance) -> f64 {
    let uniform = (chance.bits() >> 11) as f64 / (1u64 << 53) as f64;
    -(1.0 - uniform).ln()
}

#[test]
fn limits_hold_the_truth_about_as_often_as_they_say() {
    let mut chance = Chance::seeded(11);
    let (mut median, mut shift, mut drawn, rounds) = (0, 0, 0, 400);
    for round in 0..rounds {
        let sample: Vec<f64> = (0..40).map(|_| skewed(&mut chance)).collect();
        median += usize::from(median_interval(&sample).unwrap().1.holds(std::f64::consts::LN_2));
        let whole =
            |add: f64, chance: &mut Chance| (0..30).map(|_| ((skewed(chance) + add) * 1e6) as i64).collect::<Vec<_>>();
        let (a, b) = (whole(0.0, &mut chance), whole(0.5, &mut chance));
        shift += usize::from(hodges_lehmann(&a, &b).unwrap().interval.unwrap().holds(5e5));
        let p50 = |drawn: &[usize]| {
            let mut values: Vec<f64> = drawn.iter().map(|i| sample[*i]).collect();
            values.sort_unstable_by(f64::total_cmp);
            Some(quantile(&values, 0.5))
        };
        drawn += usize::from(bootstrap(40, 200, round, p50).unwrap().holds(std::f64::consts::LN_2));
    }
    for held in [median, shift, drawn] {
        let share = held as f64 / rounds as f64;
        assert!((0.91..=0.99).contains(&share), "{share}");
    }
}

proptest! {
    #[test]
    fn shifts_are_those_of_listing_all_differences(
        a in prop::collection::vec(-50i64..50, 1..30), b in prop::collection::vec(-50i64..50, 1..30), by in -20i64..20,
    ) {
        let mut all: Vec<f64> = b.iter().flat_map(|y| a.iter().map(move |x| (y - x) as f64)).collect();
        all.sort_unstable_by(f64::total_cmp);
        let found = hodges_lehmann(&a, &b).unwrap();
        prop_assert_eq!(found.shift, quantile(&all, 0.5));
        prop_assert!(found.interval.is_none_or(|i| i.holds(found.shift)));
        // Turned round it is the other way, and moving a group moves it.
        prop_assert_eq!(hodges_lehmann(&b, &a).unwrap().shift, -found.shift);
        let moved: Vec<i64> = b.iter().map(|y| y + by).collect();
        prop_assert_eq!(hodges_lehmann(&a, &moved).unwrap().shift, found.shift + by as f64);
    }

    #[test]
    fn shares_lie_within_their_limits(part in 0usize..200, more in 0usize..200) {
        prop_assume!(part + more > 0);
        let found = wilson(part, part + more).unwrap();
        let share = part as f64 / (part + more) as f64;
        prop_assert!(0.0 <= found.lower && found.upper <= 1.0);
        prop_assert!(found.lower <= share + 1e-12 && share <= found.upper + 1e-12);
    }

    #[test]
    fn slopes_follow_scale_and_shift(points in prop::collection::vec((0.0f64..50.0, -10.0f64..10.0), 2..25), by in -3.0f64..3.0) {
        let Some(found) = theil_sen(&points) else { return Ok(()) };
        let tilted: Vec<(f64, f64)> = points.iter().map(|(x, y)| (*x, y + by * x)).collect();
        prop_assert!((theil_sen(&tilted).unwrap().slope - found.slope - by).abs() < 1e-6 * (1.0 + found.slope.abs()));
        prop_assert!(found.interval.is_none_or(|i| i.holds(found.slope)));
    }
}
