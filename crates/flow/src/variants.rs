//! The ways items took from beginning to end, and how many took each.

use crate::log::NONE;
use crate::order::Ordered;
use crate::quantile::{Groups, Quantiles};
use crate::selection::{ItemSet, each};
use crate::visits::Visits;
use serde::Serialize;

/// A sequence of steps and the items that took exactly it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Variant {
    /// The steps, in order.
    pub steps: Vec<u32>,
    /// How many items took it.
    pub count: u32,
    /// The part of all items that they are.
    pub share: f64,
    /// Case duration in ms, from the first to the last event.
    pub duration: Option<Quantiles>,
    /// Hand-offs of all its items together; none where the source names no teams.
    pub handoffs: Option<u32>,
}

/// All variants, the most frequent first; equally frequent ones in the order of their first item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Variants {
    /// The variants.
    pub list: Vec<Variant>,
    /// The variant of each item; none for an item outside the selection.
    of_item: Vec<u32>,
}

impl Variants {
    /// Of the events of a log: every event counts, by activity.
    #[must_use]
    pub fn of_log(ordered: &Ordered, visits: &Visits, cases: Option<&ItemSet>) -> Self {
        Self::of(visits, cases, &ordered.first, &ordered.activity)
    }
    /// Of visits: of the steps, in the order in which their rounds were opened.
    #[must_use]
    pub fn of_visits(visits: &Visits, items: Option<&ItemSet>) -> Self {
        let opening: Vec<usize> = (0..visits.len()).filter(|v| visits.opens_round(*v)).collect();
        let steps: Vec<u32> = opening.iter().map(|v| visits.step[*v]).collect();
        let mut first = vec![0u32; visits.item_count() + 1];
        for item in 0..visits.item_count() {
            let rounds = visits.of_item(item).filter(|v| visits.opens_round(*v)).count();
            first[item + 1] = first[item] + rounds as u32;
        }
        Self::of(visits, items, &first, &steps)
    }

    fn of(visits: &Visits, items: Option<&ItemSet>, first: &[u32], steps: &[u32]) -> Self {
        let mut found = Found { first, steps, table: vec![NONE; 1024], variants: Vec::new() };
        let mut of_item = vec![NONE; visits.item_count()];
        let (mut chosen, mut which) = (Vec::new(), Vec::new());
        each(visits.item_count(), items, |item| {
            let variant = found.variant(item as u32);
            of_item[item] = variant;
            chosen.push(item);
            which.push(variant);
        });
        let durations: Vec<i64> = chosen.iter().map(|item| visits.case_duration(*item)).collect();
        let mut durations = Groups::of(found.variants.len(), &which, &durations);
        let mut handoffs = vec![0u32; found.variants.len()];
        if visits.source.teams {
            for (item, variant) in chosen.iter().zip(&which) {
                let count = visits.of_item(*item).filter(|v| visits.handed_from(*v).is_some()).count();
                handoffs[*variant as usize] += count as u32;
            }
        }
        let all = chosen.len() as f64;
        let mut order: Vec<u32> = (0..found.variants.len() as u32).collect();
        order.sort_by_key(|v| std::cmp::Reverse(found.variants[*v as usize].count));
        let mut place = vec![0u32; order.len()];
        let list = order.iter().enumerate().map(|(to, old)| {
            let old = *old as usize;
            place[old] = to as u32;
            let one = &found.variants[old];
            Variant {
                steps: found.sequence(one.item).to_vec(),
                count: one.count,
                share: f64::from(one.count) / all,
                duration: durations.quantiles(old),
                handoffs: visits.source.teams.then_some(handoffs[old]),
            }
        });
        let list = list.collect();
        for variant in of_item.iter_mut().filter(|v| **v != NONE) {
            *variant = place[*variant as usize];
        }
        Self { list, of_item }
    }
    /// The variant an item took: its place in the list.
    #[must_use]
    pub fn of_item(&self, item: usize) -> Option<usize> {
        self.of_item.get(item).copied().filter(|v| *v != NONE).map(|v| v as usize)
    }
    /// The items that took a variant.
    #[must_use]
    pub fn items(&self, variant: usize) -> ItemSet {
        ItemSet::having(self.of_item.len(), |item| self.of_item[item as usize] as usize == variant)
    }
}

struct One {
    hash: u64,
    /// The first item that took it.
    item: u32,
    count: u32,
}

struct Found<'a> {
    first: &'a [u32],
    steps: &'a [u32],
    /// Open addressing by hash; equal hashes are told apart by comparing the steps.
    table: Vec<u32>,
    variants: Vec<One>,
}

impl Found<'_> {
    fn sequence(&self, item: u32) -> &[u32] {
        &self.steps[self.first[item as usize] as usize..self.first[item as usize + 1] as usize]
    }
    fn variant(&mut self, item: u32) -> u32 {
        let hash = hash(self.sequence(item));
        let mask = self.table.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let variant = self.table[place];
            if variant == NONE {
                break;
            }
            let one = &self.variants[variant as usize];
            if one.hash == hash && self.sequence(one.item) == self.sequence(item) {
                self.variants[variant as usize].count += 1;
                return variant;
            }
            place = (place + 1) & mask;
        }
        let new = self.variants.len() as u32;
        self.table[place] = new;
        self.variants.push(One { hash, item, count: 1 });
        if self.variants.len() * 2 > self.table.len() {
            self.grow();
        }
        new
    }
    fn grow(&mut self) {
        let len = self.table.len() * 2;
        self.table.clear();
        self.table.resize(len, NONE);
        for (number, one) in self.variants.iter().enumerate() {
            let mut place = one.hash as usize & (len - 1);
            while self.table[place] != NONE {
                place = (place + 1) & (len - 1);
            }
            self.table[place] = number as u32;
        }
    }
}

fn hash(steps: &[u32]) -> u64 {
    let mut sum = steps.len() as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for step in steps {
        let wide = u128::from(sum ^ u64::from(*step)) * 0xa076_1d64_78bd_642f;
        sum = (wide as u64) ^ ((wide >> 64) as u64);
    }
    sum ^ (sum >> 32)
}
