//! How well a whole log fits a model, and where it does not.

use super::aligner::{Aligner, Move, Unaligned};
use super::net::Net;
use crate::figure::{Figure, Unit};
use crate::log::{Dictionary, NONE};
use crate::variants::Variants;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What was otherwise than the model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The model asks for it, and it was left out.
    Skipped,
    /// It was done where the model has no place for it.
    OutOfPlace,
    /// It was done, and the model does not know it at all.
    Unknown,
}

/// One way of differing from the model, over all cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// What it is.
    pub kind: Kind,
    /// The activity.
    pub activity: String,
    /// How many cases did it at least once.
    pub cases: u64,
    /// How often it came in all.
    pub count: u64,
}

impl Deviation {
    /// A sentence for people.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { activity, cases, count, .. } = self;
        let who = if *cases == 1 { "1 case".to_owned() } else { format!("{cases} cases") };
        let times = if count > cases { format!(", {count} times in all") } else { String::new() };
        match self.kind {
            Kind::Skipped => format!("{who} skipped \u{201c}{activity}\u{201d}{times}"),
            Kind::OutOfPlace => format!("{who} did \u{201c}{activity}\u{201d} where the model has none{times}"),
            Kind::Unknown => format!("{who} did \u{201c}{activity}\u{201d}, which the model does not have{times}"),
        }
    }
}

/// How one variant fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariantFit {
    /// The cost of its cheapest alignment, or why there is none.
    pub cost: Result<u32, Unaligned>,
}

/// How well a log fits a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fit {
    /// The mean over cases of 1 − cost / (events of the case + shortest run of the model).
    pub average_fitness: Figure,
    /// The part of the cases whose alignment costs nothing.
    pub fitting: Figure,
    /// Cases that were aligned; the figures are about them.
    pub aligned: u64,
    /// Cases whose alignment was given up at the cap: they are in no figure.
    pub not_aligned: u64,
    /// The cost of all alignments together, each case counted.
    pub cost: u64,
    /// How many steps the shortest run through the model has; none where there is no run, or it was not found.
    pub shortest: Option<u32>,
    /// What differs, in most cases first.
    pub deviations: Vec<Deviation>,
    /// How each variant fits, in their order.
    #[serde(skip)]
    pub variants: Vec<VariantFit>,
}

impl Fit {
    /// Aligns each variant once. `activities` names the steps of the variants; `most` caps the search for each
    /// ([`Aligner::new`]).
    #[must_use]
    pub fn of(net: &Net, variants: &Variants, activities: &Dictionary, most: usize) -> Self {
        let mut aligner = Aligner::new(net, most);
        let known: Vec<u32> = activities.iter().map(|name| aligner.activity(name)).collect();
        let shortest = aligner.align(&[]).map(|a| a.cost);
        let mut sum = Sum::default();
        let mut each = Vec::with_capacity(variants.list.len());
        for variant in &variants.list {
            let trace: Vec<u32> =
                variant.steps.iter().map(|s| known.get(*s as usize).copied().unwrap_or(NONE)).collect();
            let found = shortest.and_then(|shortest| Ok((shortest, aligner.align(&trace)?)));
            let cases = u64::from(variant.count);
            each.push(VariantFit { cost: found.as_ref().map(|(_, a)| a.cost).map_err(|why| *why) });
            let Ok((shortest, alignment)) = found else {
                sum.not_aligned += cases;
                continue;
            };
            sum.add(cases, alignment.cost, trace.len(), shortest);
            let mut seen = BTreeSet::new();
            for change in &alignment.moves {
                let what = match *change {
                    Move::Both(..) => continue,
                    Move::Model(transition) => {
                        let label = net.transitions[transition as usize].label.as_deref();
                        (Kind::Skipped, label.unwrap_or_default())
                    }
                    Move::Log(at) if trace[at as usize] == NONE => {
                        (Kind::Unknown, activities.name(variant.steps[at as usize]))
                    }
                    Move::Log(at) => (Kind::OutOfPlace, activities.name(variant.steps[at as usize])),
                };
                let (in_cases, count) = sum.deviations.entry(what).or_default();
                *count += cases;
                if seen.insert(what) {
                    *in_cases += cases;
                }
            }
        }
        sum.told(shortest.ok(), each)
    }
}

#[derive(Default)]
struct Sum<'a> {
    aligned: u64,
    not_aligned: u64,
    fitting: u64,
    fitness: f64,
    cost: u64,
    deviations: BTreeMap<(Kind, &'a str), (u64, u64)>,
}

impl Sum<'_> {
    fn add(&mut self, cases: u64, cost: u32, events: usize, shortest: u32) {
        self.aligned += cases;
        self.cost += cases * u64::from(cost);
        self.fitting += if cost == 0 { cases } else { 0 };
        // Nothing was done and nothing asked for: that fits.
        let worst = events as f64 + f64::from(shortest);
        self.fitness += cases as f64 * if worst > 0.0 { 1.0 - f64::from(cost) / worst } else { 1.0 };
    }
    fn told(self, shortest: Option<u32>, variants: Vec<VariantFit>) -> Fit {
        let (aligned, n) = (self.aligned as f64, self.aligned as usize);
        let deviations = self.deviations.into_iter();
        let mut deviations: Vec<Deviation> = deviations
            .map(|((kind, activity), (cases, count))| Deviation { kind, activity: activity.to_owned(), cases, count })
            .collect();
        deviations.sort_by_key(|d| Reverse((d.cases, d.count)));
        Fit {
            average_fitness: Figure::ratio(self.fitness, aligned, n, Unit::Share),
            fitting: Figure::ratio(self.fitting as f64, aligned, n, Unit::Share),
            aligned: self.aligned,
            not_aligned: self.not_aligned,
            cost: self.cost,
            shortest,
            deviations,
            variants,
        }
    }
}
