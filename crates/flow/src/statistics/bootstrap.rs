use super::{Chance, Interval};

/// The percentile bootstrap interval of a statistic, 95 %: items are drawn with replacement `draws` times, and the
/// statistic is asked of each draw. None where there are no items or the statistic says nothing of most draws.
///
/// `statistic` is given the numbers of the items drawn; the same seed gives the same interval.
pub fn bootstrap(
    items: usize,
    draws: usize,
    seed: u64,
    mut statistic: impl FnMut(&[usize]) -> Option<f64>,
) -> Option<Interval> {
    if items == 0 || draws == 0 {
        return None;
    }
    let mut chance = Chance::seeded(seed);
    let mut drawn = vec![0; items];
    let mut found = Vec::with_capacity(draws);
    for _ in 0..draws {
        drawn.iter_mut().for_each(|item| *item = chance.below(items));
        found.extend(statistic(&drawn).filter(|value| value.is_finite()));
    }
    if found.len() * 2 <= draws {
        return None;
    }
    found.sort_unstable_by(f64::total_cmp);
    Some(Interval { lower: quantile(&found, 0.025), upper: quantile(&found, 0.975) })
}

/// The quantile of sorted values, linear between the two nearest (type 7); NaN of none.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let low = (place as usize).min(last);
    let (from, to) = (sorted[low], sorted[(low + 1).min(last)]);
    from + (to - from) * (place - low as f64)
}
