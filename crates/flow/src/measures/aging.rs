use super::cumulative_flow::usual_order;
use super::stays::Since;
use super::view::View;
use crate::figure::{Reason, Spread};
use crate::log::NONE;
use crate::quantile::Groups;
use crate::quantile::Quantiles;
use crate::visits::{Ended, Standing};
use serde::Serialize;

/// How old items were when they left a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pace {
    /// The step.
    pub step: u32,
    /// Its name.
    pub name: String,
    /// Age of delivered items when they left it for the last time.
    pub left_at: Spread,
    /// Open items that are there.
    pub open: usize,
}

/// How an age compares with those of delivered items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Older {
    /// No older than half of them.
    ThanFew,
    /// Older than 50 of 100.
    Than50,
    /// Older than 85 of 100.
    Than85,
    /// Older than 95 of 100.
    Than95,
}

/// An open item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Aging {
    /// Its number.
    pub item: u32,
    /// Its key.
    pub key: String,
    /// Since it began to count, ms.
    pub age: i64,
    /// The step it is at; where the source tells only ends, the one it finished last.
    pub step: Option<u32>,
    /// Since it is there, ms.
    pub in_step: Option<i64>,
    /// Compared with delivered items when they left this step; none where too few did.
    pub at_step: Option<Older>,
    /// Compared with delivered items when they were done; none where too few are.
    pub in_all: Option<Older>,
}

/// Open items and their age.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgingWork {
    /// When an item begins to age.
    pub since: Since,
    /// How long delivered items took.
    pub took: Spread,
    /// By step, in the usual order.
    pub steps: Vec<Pace>,
    /// Open items that have begun, the oldest first.
    pub items: Vec<Aging>,
    /// Why there are none.
    pub not_measured: Option<Reason>,
}

/// Age of the open items in view at the instant of looking, beside the age delivered items had when they left the
/// same step. Where the source tells only ends, an item is at a step from its end until the next event.
#[must_use]
pub fn aging(view: &View<'_>, since: Since) -> AgingWork {
    let visits = view.visits;
    let source = visits.source;
    let reason = match since {
        _ if !source.done => Some(Reason::NoDoneLabel),
        Since::Committed if !source.starts => Some(Reason::NoStart),
        _ => None,
    };
    if let Some(reason) = reason {
        let took = Spread::not_measured(reason);
        return AgingWork { since, took, steps: Vec::new(), items: Vec::new(), not_measured: Some(reason) };
    }
    let ends_only = !source.entries && !source.phases;
    let took = Spread::of(Quantiles::of(&mut since.took(view)));
    let mut left = left_at(view, since, ends_only);
    let spreads: Vec<Spread> = (0..visits.steps.len()).map(|step| Spread::of(left.quantiles(step))).collect();
    let mut open = vec![0usize; visits.steps.len()];
    let mut items = Vec::new();
    view.each(|item| {
        let Some(begun) = since.of(view, item).filter(|at| *at <= visits.as_of) else { return };
        if visits.items.standing[item] != Standing::Open {
            return;
        }
        let age = visits.as_of.saturating_sub(begun);
        let visit = if ends_only { visits.of_item(item).last() } else { present(view, item) };
        let entered = visit.and_then(|v| if ends_only { visits.left(v) } else { visits.entered(v) });
        let step = visit.map(|v| visits.step[v]);
        if let Some(step) = step {
            open[step as usize] += 1;
        }
        items.push(Aging {
            item: item as u32,
            key: visits.keys.name(item as u32).to_owned(),
            age,
            step,
            in_step: entered.map(|at| visits.as_of.saturating_sub(at).max(0)),
            at_step: step.and_then(|s| older(age, &spreads[s as usize])),
            in_all: older(age, &took),
        });
    });
    items.sort_by_key(|a| (std::cmp::Reverse(a.age), a.item));
    let pace = |step: u32| Pace {
        step,
        name: visits.steps.name(step).to_owned(),
        left_at: spreads[step as usize],
        open: open[step as usize],
    };
    let steps = usual_order(view).into_iter().map(pace).collect();
    AgingWork { since, took, steps, items, not_measured: None }
}

/// The visit an open item is at: the last of its path, else the open one entered last.
fn present(view: &View<'_>, item: usize) -> Option<usize> {
    let visits = view.visits;
    let is_open = |visit: &usize| visits.ended(*visit) == Ended::Open;
    let on_path = view.timeline.of_item(item).last().and_then(|s| s.visit).map(|v| v as usize);
    on_path.filter(is_open).or_else(|| visits.of_item(item).filter(is_open).max_by_key(|v| visits.entered[*v]))
}

/// By step the ages of delivered items when they left it for the last time.
fn left_at(view: &View<'_>, since: Since, ends_only: bool) -> Groups {
    let visits = view.visits;
    let (mut steps, mut ages) = (Vec::new(), Vec::new());
    let mut last = vec![(NONE, 0i64); visits.steps.len()];
    let mut touched: Vec<u32> = Vec::new();
    view.each(|item| {
        let Some(begun) = since.of(view, item).filter(|_| visits.delivered(item)) else { return };
        let end = visits.items.ended[item];
        let range = visits.of_item(item);
        touched.clear();
        for visit in range.clone() {
            let from = if ends_only { visit + 1 } else { visit };
            let Some(at) = Some(from).filter(|v| range.contains(v)).and_then(|v| visits.left(v)) else { continue };
            if at > end {
                continue;
            }
            let step = visits.step[visit];
            let entry = &mut last[step as usize];
            if entry.0 != item as u32 {
                *entry = (item as u32, at);
                touched.push(step);
            }
            entry.1 = entry.1.max(at);
        }
        for step in &touched {
            steps.push(*step);
            ages.push(last[*step as usize].1.saturating_sub(begun).max(0));
        }
    });
    Groups::of(visits.steps.len(), &steps, &ages)
}

fn older(age: i64, than: &Spread) -> Option<Older> {
    let beyond = |figure: crate::figure::Figure| figure.value().map(|value| age as f64 > value);
    let list = [(than.p95, Older::Than95), (than.p85, Older::Than85), (than.p50, Older::Than50)];
    let highest = list.into_iter().find(|(figure, _)| beyond(*figure) == Some(true));
    highest.map(|(_, older)| older).or_else(|| than.p50.value().map(|_| Older::ThanFew))
}
