use super::handoffs::HandOffs;
use crate::figure::{Figure, Unit};
use serde::Serialize;

/// What the hand-offs between two teams cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Costly {
    /// From this team.
    pub from: u32,
    /// Its name.
    pub from_name: String,
    /// To this one.
    pub to: u32,
    /// Its name.
    pub to_name: String,
    /// How often.
    pub count: usize,
    /// The median of what one took, ms.
    pub median: f64,
    /// `count × median`, ms.
    pub cost: f64,
    /// The part of the cost of all.
    pub share: Figure,
    /// The part of this and all before it.
    pub cumulative: f64,
}

/// Hand-offs by what they cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pareto {
    /// The costliest first.
    pub pairs: Vec<Costly>,
    /// Whether the time is the wait up to the start of work; else, where the source does not tell starts, the whole
    /// stay after the hand-off.
    pub waits: bool,
}

/// Which hand-offs cost most: how often, times the median wait.
#[must_use]
pub fn pareto(handoffs: &HandOffs) -> Pareto {
    let waits = handoffs.between.iter().any(|h| h.wait.exact.is_some());
    let mut pairs: Vec<Costly> = Vec::new();
    for between in &handoffs.between {
        let spread = if waits { &between.wait } else { &between.sojourn };
        let Some(times) = &spread.exact else { continue };
        pairs.push(Costly {
            from: between.from,
            from_name: between.from_name.clone(),
            to: between.to,
            to_name: between.to_name.clone(),
            count: between.count,
            median: times.p50,
            cost: times.p50 * between.count as f64,
            share: Figure::too_few(0, 1, Unit::Share),
            cumulative: 0.0,
        });
    }
    pairs.sort_by(|a, b| b.cost.total_cmp(&a.cost).then((a.from, a.to).cmp(&(b.from, b.to))));
    let whole: f64 = pairs.iter().map(|p| p.cost).sum();
    let mut sum = 0.0;
    for pair in &mut pairs {
        sum += pair.cost;
        pair.share = Figure::ratio(pair.cost, whole, pair.count, Unit::Share);
        pair.cumulative = if whole > 0.0 { (sum / whole).min(1.0) } else { 0.0 };
    }
    Pareto { pairs, waits }
}
