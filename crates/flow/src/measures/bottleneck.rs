use super::cumulative_flow::usual_order;
use super::cuts::{Cuts, Period};
use super::view::View;
use crate::figure::{Figure, Unit};
use crate::log::NONE;
use crate::timeline::Kind;
use crate::visits::Ended;
use crate::wilson::Z95;
use serde::Serialize;

/// So many items with waiting are needed.
const ENOUGH: usize = 20;
/// Resamples.
const ROUNDS: usize = 1_000;
/// Items are dealt into so many heaps, and heaps are drawn: the cost does not grow with the items.
const HEAPS: usize = 2_000;
/// Steps with a smaller share than the sixteen largest are not looked at: they never come first.
const CANDIDATES: usize = 16;
/// The probability of being first from which on a step may be confirmed.
const SURE: f64 = 0.8;
/// A trend needs so many whole weeks, and looks at no more than the last two years.
const WEEKS: std::ops::RangeInclusive<usize> = 12..=104;

const WEEK: i64 = 7 * 86_400_000;

/// How a queue grows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slope {
    /// Items more each week (Theil–Sen).
    pub per_week: f64,
    /// Lower end of the 95 % interval, widened for the likeness of one week to the next.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Whole weeks it rests on.
    pub weeks: usize,
}

/// A step that may be the bottleneck.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// The step.
    pub step: u32,
    /// Its name.
    pub name: String,
    /// Milliseconds of waiting on critical paths that it is to blame for.
    pub wait_ms: i64,
    /// The part of all such waiting.
    pub share: Figure,
    /// How probable it is that its share is the largest, by drawing items anew.
    pub first: f64,
    /// Mean queue length by week: none of fewer than 12 whole weeks.
    pub slope: Option<Slope>,
    /// What halving its waiting would save at most, ms, for all items in view.
    pub halved_ms: i64,
    /// It is the bottleneck: probably first (0.8), and its queue grows or the simulation says that halving it
    /// helps most.
    pub confirmed: bool,
}

/// Which step holds the flow up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bottleneck {
    /// Whether waiting is told; else the whole stay at a step stands for it.
    pub waits: bool,
    /// Items with any waiting.
    pub items: usize,
    /// The largest share first. Nothing of fewer than 20 items.
    pub candidates: Vec<Candidate>,
}

impl Bottleneck {
    /// The confirmed one.
    #[must_use]
    pub fn confirmed(&self) -> Option<&Candidate> {
        self.candidates.iter().find(|c| c.confirmed)
    }
}

/// The steps of the items in view by their part of all waiting on critical paths, open items included. Waiting in
/// repeated rounds goes to the step the item was sent back to: what was not complete there caused it.
///
/// `seed` sets the draws. `halving_helps_most`: the step of which a simulation says that halving its queue shortens
/// lead times most, where there is one.
#[must_use]
pub fn bottleneck(view: &View<'_>, seed: u64, halving_helps_most: Option<u32>) -> Bottleneck {
    let visits = view.visits;
    let waits = visits.source.starts;
    let mut random = SplitMix(seed);
    let mut whole = vec![0i64; visits.steps.len()];
    let mut list: Vec<(usize, u32, i64)> = Vec::new();
    let mut items = 0;
    blame(view, waits, |step, wait, new_item| {
        items += usize::from(new_item);
        whole[step as usize] += wait;
        list.push((items - 1, step, wait));
    });
    let all: i64 = whole.iter().sum();
    let mut steps: Vec<u32> = (0..whole.len() as u32).filter(|s| whole[*s as usize] > 0).collect();
    steps.sort_by_key(|s| (std::cmp::Reverse(whole[*s as usize]), *s));
    steps.truncate(CANDIDATES);
    if items < ENOUGH {
        steps.clear();
    }
    let mut place = vec![NONE; whole.len()];
    for (at, step) in (0u32..).zip(&steps) {
        place[*step as usize] = at;
    }
    let first = draw(&list, items, &place, steps.len(), &mut random);
    let slopes = slopes(view, &place, steps.len());
    let candidate = |(at, step): (usize, &u32)| {
        let wait_ms = whole[*step as usize];
        let slope = slopes[at];
        let grows = slope.is_some_and(|s| s.low > 0.0);
        Candidate {
            step: *step,
            name: visits.steps.name(*step).to_owned(),
            wait_ms,
            share: Figure::ratio(wait_ms as f64, all as f64, items, Unit::Share),
            first: first[at],
            slope,
            halved_ms: wait_ms / 2,
            confirmed: first[at] >= SURE && (grows || halving_helps_most == Some(*step)),
        }
    };
    Bottleneck { waits, items, candidates: steps.iter().enumerate().map(candidate).collect() }
}

/// Calls back with the waiting of each item by the step that is to blame; true with the first of an item.
fn blame(view: &View<'_>, waits: bool, mut call: impl FnMut(u32, i64, bool)) {
    let visits = view.visits;
    let mut rank = vec![NONE; visits.steps.len()];
    for (place, step) in (0u32..).zip(usual_order(view)) {
        rank[step as usize] = place;
    }
    let mut cause: Vec<u32> = Vec::new();
    view.each(|item| {
        let range = visits.of_item(item);
        cause.clear();
        let mut back = NONE;
        for visit in range.clone() {
            let step = visits.step[visit];
            if visits.again(visit) && visits.opens_round(visit) {
                let from = visits.before(visit).map(|b| visits.step[b]);
                if from.is_none_or(|from| rank[from as usize] > rank[step as usize]) {
                    back = step;
                }
            }
            cause.push(if visits.again(visit) && back != NONE { back } else { step });
        }
        let mut new = true;
        for segment in view.timeline.of_item(item) {
            let waiting = match segment.kind {
                Kind::Queue | Kind::HandOff | Kind::Waiting | Kind::ReworkWait => waits,
                Kind::Unclassified | Kind::ReworkUnclassified => !waits,
                _ => false,
            };
            let Some(visit) = segment.visit.filter(|_| waiting && segment.long() > 0) else { continue };
            call(cause[visit as usize - range.start], segment.long(), new);
            new = false;
        }
    });
}

/// How often each candidate is first when items are drawn anew.
fn draw(list: &[(usize, u32, i64)], items: usize, place: &[u32], candidates: usize, random: &mut SplitMix) -> Vec<f64> {
    if candidates == 0 {
        return Vec::new();
    }
    let heaps = items.min(HEAPS);
    // Items come in the order of the source, which may be that of time: they are dealt at random.
    let mut heap_of: Vec<u32> = (0..items).map(|item| (item % heaps) as u32).collect();
    for last in (1..items).rev() {
        heap_of.swap(last, random.below(last + 1));
    }
    let mut sums = vec![0f64; heaps * candidates];
    for (item, step, wait) in list {
        if place[*step as usize] != NONE {
            sums[heap_of[*item] as usize * candidates + place[*step as usize] as usize] += *wait as f64;
        }
    }
    let mut wins = vec![0usize; candidates];
    let mut sum = vec![0f64; candidates];
    for _ in 0..ROUNDS {
        sum.fill(0.0);
        for _ in 0..heaps {
            let heap = random.below(heaps) * candidates;
            for (sum, part) in sum.iter_mut().zip(&sums[heap..heap + candidates]) {
                *sum += part;
            }
        }
        // Of equal ones the earlier, which has the larger share.
        let best = (0..candidates).rev().max_by(|a, b| sum[*a].total_cmp(&sum[*b])).unwrap_or(0);
        wins[best] += 1;
    }
    wins.into_iter().map(|w| w as f64 / ROUNDS as f64).collect()
}

/// For each candidate the trend of the mean number of visits that wait there, by whole week.
fn slopes(view: &View<'_>, place: &[u32], candidates: usize) -> Vec<Option<Slope>> {
    let visits = view.visits;
    let cuts = Cuts::of(view, None, Period::Week);
    let whole: Vec<usize> = (0..cuts.len()).filter(|row| cuts.whole[*row]).collect();
    let count = whole.len().min(*WEEKS.end());
    if count < *WEEKS.start() {
        return vec![None; candidates];
    }
    let origin = cuts.from[whole[whole.len() - count]];
    let mut sums = vec![vec![0i64; count]; candidates];
    view.each_visit(|_, visit| {
        let Some(sums) = sums.get_mut(place[visits.step[visit] as usize] as usize) else { return };
        let Some(entered) = visits.entered(visit) else { return };
        let end = if visits.phased(visit) { visits.started(visit) } else { None };
        let open = visits.ended(visit) == Ended::Open;
        let end = end.or_else(|| visits.left(visit)).unwrap_or(if open { visits.as_of } else { entered });
        let mut at = entered.max(origin);
        while at < end {
            let row = usize::try_from((at - origin) / WEEK).unwrap_or(usize::MAX);
            let Some(sum) = sums.get_mut(row) else { break };
            let until = Period::Week.next(Period::Week.start(at)).min(end);
            *sum += until - at;
            at = until;
        }
    });
    let lengths = |sums: Vec<i64>| sums.into_iter().map(|sum| sum as f64 / WEEK as f64).collect::<Vec<f64>>();
    sums.into_iter().map(|sums| theil_sen(&lengths(sums))).collect()
}

/// The median of all slopes between two values, with the interval of Sen, its variance widened by
/// (1 + ρ) ÷ (1 − ρ), where ρ is the likeness of one value to the next without the trend, corrected for bias.
fn theil_sen(values: &[f64]) -> Option<Slope> {
    let n = values.len();
    if n < *WEEKS.start() {
        return None;
    }
    let mut slopes = Vec::with_capacity(n * (n - 1) / 2);
    for a in 0..n {
        for b in a + 1..n {
            slopes.push((values[b] - values[a]) / (b - a) as f64);
        }
    }
    slopes.sort_by(f64::total_cmp);
    let pairs = slopes.len();
    let per_week = f64::midpoint(slopes[(pairs - 1) / 2], slopes[pairs / 2]);
    let rest: Vec<f64> = values.iter().enumerate().map(|(at, v)| v - per_week * at as f64).collect();
    let mean = rest.iter().sum::<f64>() / n as f64;
    let spread: f64 = rest.iter().map(|v| (v - mean).powi(2)).sum();
    let alike: f64 = rest.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
    let size = n as f64;
    let r1 = if spread > 0.0 { alike / spread } else { 0.0 };
    let rho = ((r1 + 2.0 / size) / (1.0 - 4.0 / size)).clamp(0.0, 0.95);
    let variance = size * (size - 1.0) * (2.0 * size + 5.0) / 18.0 * (1.0 + rho) / (1.0 - rho);
    let reach = Z95 * variance.sqrt();
    let last = (pairs - 1) as f64;
    let low = ((pairs as f64 - reach) / 2.0).floor().clamp(0.0, last) as usize;
    let high = ((pairs as f64 + reach) / 2.0).ceil().clamp(0.0, last) as usize;
    Some(Slope { per_week, low: slopes[low], high: slopes[high], weeks: n })
}

/// Draws that are the same for the same seed (Steele, Lea and Flood 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::{SplitMix, theil_sen};

    #[test]
    fn draws_are_those_of_the_reference() {
        let mut random = SplitMix(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn a_trend_is_found_and_noise_is_not() {
        let line: Vec<f64> = (0..20).map(|i| 2.0 * f64::from(i) + f64::from(i % 3)).collect();
        let slope = theil_sen(&line);
        let is_two = |s: super::Slope| (s.per_week - 2.0).abs() < 0.05 && s.low > 1.5 && s.high < 2.5;
        assert!(slope.is_some_and(is_two), "{slope:?}");
        let noise: Vec<f64> = (0..20).map(|i| f64::from((i * 7) % 5)).collect();
        let slope = theil_sen(&noise);
        assert!(slope.is_some_and(|s| s.low <= 0.0 && s.high >= 0.0), "{slope:?}");
        assert_eq!(theil_sen(&line[..11]), None);
    }
}
