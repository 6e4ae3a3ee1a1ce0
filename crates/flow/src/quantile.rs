//! Exact quantiles with linear interpolation (type 7: what numpy and SQL's `quantile_cont` give).

use serde::Serialize;

/// The three quantiles shown everywhere, in the unit of the values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantiles {
    /// How many values.
    pub n: usize,
    /// Half of the values are no larger.
    pub p50: f64,
    /// 85 of 100 values are no larger.
    pub p85: f64,
    /// 95 of 100 values are no larger.
    pub p95: f64,
}

impl Quantiles {
    /// Of these values, whose order is not kept. None of no values.
    #[must_use]
    pub fn of(values: &mut [i64]) -> Option<Self> {
        let n = values.len();
        if n == 0 {
            return None;
        }
        // Each selection leaves everything larger behind it: the next quantile is looked for only there.
        let mut from = 0;
        let mut quantile = |percent: usize| {
            let place = (n - 1) * percent;
            let (index, rest) = (place / 100, place % 100);
            let (_, low, above) = values[from..].select_nth_unstable(index - from);
            let low = *low;
            let high = if rest == 0 { low } else { above.iter().copied().min().unwrap_or(low) };
            from = index;
            between(low, high, rest)
        };
        Some(Self { n, p50: quantile(50), p85: quantile(85), p95: quantile(95) })
    }
}

fn between(low: i64, high: i64, rest: usize) -> f64 {
    let step = (high - low) as f64;
    low as f64 + step * (rest as f64 / 100.0)
}

/// Values sorted into groups by counting.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    /// Where each group begins.
    first: Vec<u32>,
    /// Where its next value goes.
    next: Vec<u32>,
    values: Vec<i64>,
}

impl Groups {
    /// Empty groups with room for so many values each.
    pub fn with_room(rooms: impl IntoIterator<Item = usize>) -> Self {
        let mut sum = 0;
        let mut first = Vec::new();
        for room in rooms {
            first.push(sum as u32);
            sum += room;
        }
        Self { next: first.clone(), first, values: vec![0; sum] }
    }
    /// Each value goes to the group of the same place in `groups`, all of them below `count`.
    #[must_use]
    pub fn of(count: usize, groups: &[u32], values: &[i64]) -> Self {
        let mut rooms = vec![0; count];
        for group in groups {
            rooms[*group as usize] += 1;
        }
        let mut sorted = Self::with_room(rooms);
        for (group, value) in groups.iter().zip(values) {
            sorted.add(*group as usize, *value);
        }
        sorted
    }
    /// Puts a value into a group that has room for it.
    pub fn add(&mut self, group: usize, value: i64) {
        let place = &mut self.next[group];
        self.values[*place as usize] = value;
        *place += 1;
    }
    /// The values of a group.
    pub fn values(&mut self, group: usize) -> &mut [i64] {
        &mut self.values[self.first[group] as usize..self.next[group] as usize]
    }
    /// The quantiles of a group.
    pub fn quantiles(&mut self, group: usize) -> Option<Quantiles> {
        Quantiles::of(self.values(group))
    }
}

#[cfg(test)]
mod tests {
    use super::{Groups, Quantiles};

    #[test]
    fn quantiles_are_what_numpy_says() {
        // numpy.quantile([15, 20, 35, 40, 50], [.5, .85, .95])
        let found = Quantiles::of(&mut [40, 15, 50, 35, 20]);
        assert_eq!(found, Some(Quantiles { n: 5, p50: 35.0, p85: 44.0, p95: 48.0 }));
        assert_eq!(Quantiles::of(&mut [7]), Some(Quantiles { n: 1, p50: 7.0, p85: 7.0, p95: 7.0 }));
        assert_eq!(Quantiles::of(&mut []), None);
    }

    #[test]
    fn values_find_their_groups() {
        let mut groups = Groups::of(3, &[2, 0, 2, 2], &[5, 6, 7, 8]);
        assert_eq!(
            (groups.values(0).to_vec(), groups.values(1).len(), groups.values(2).to_vec()),
            (vec![6], 0, vec![5, 7, 8])
        );
    }
}
