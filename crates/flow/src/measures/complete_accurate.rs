use super::cumulative_flow::usual_order;
use super::view::View;
use crate::figure::{Figure, Unit};
use crate::log::NONE;
use crate::visits::Ended;
use crate::wilson::{Z95, wilson};
use serde::Serialize;

/// So many rounds are needed to say something of a step.
const ENOUGH: usize = 20;

/// How much of a step's work was taken on as it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepQuality {
    /// The step.
    pub step: u32,
    /// Its name.
    pub name: String,
    /// Rounds that were finished and observed for the whole horizon.
    pub passed: usize,
    /// Of these, those that a later step sent back within the horizon, to this step or an earlier one.
    pub returned: usize,
    /// Finished rounds that were not observed long enough: in neither count.
    pub young: usize,
    /// `1 − returned ÷ passed`.
    pub share: Figure,
    /// Lower end of Wilson's 95 % interval.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// Complete and accurate: the part of the work of each step that nobody sent back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CompleteAccurate {
    /// How long a round is observed, ms.
    pub horizon: i64,
    /// By step, in the order of the way.
    pub steps: Vec<StepQuality>,
    /// The product over the steps of which enough is known: the part that would go all the way without a return.
    pub rolled: Figure,
    /// Its 95 % interval, by the delta method on the logarithm; none where there is no product.
    pub rolled_interval: Option<(f64, f64)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    passed: usize,
    returned: usize,
    young: usize,
}

/// %C&A by step of the items in view. A return is a repeated round released by a step further along the way (or by
/// nothing: a reopening); it sends back the last finished round of its own step and of every step in between, not
/// of the step that sent. A step repeated right after itself, or after an earlier one, was not sent back.
#[must_use]
pub fn complete_accurate(view: &View<'_>, horizon: i64, order: Option<&[u32]>) -> CompleteAccurate {
    let visits = view.visits;
    let order = order.map_or_else(|| usual_order(view), <[u32]>::to_vec);
    let mut rank = vec![NONE; visits.steps.len()];
    for (place, step) in (0u32..).zip(&order) {
        if let Some(rank) = rank.get_mut(*step as usize) {
            *rank = place;
        }
    }
    let mut counts = vec![Count::default(); order.len()];
    // For each rank the item and the end of its last finished round, and whether that was sent back.
    let mut last: Vec<(u32, i64, bool)> = vec![(NONE, 0, false); order.len()];
    let mut events: Vec<Event> = Vec::new();
    view.each(|item| {
        events.clear();
        for visit in visits.of_item(item) {
            let place = rank[visits.step[visit] as usize];
            if place == NONE {
                continue;
            }
            // Where the source tells only ends, a return is seen when the repeated step ended.
            let opened = visits.entered(visit).or_else(|| visits.left(visit));
            if let Some(at) = opened.filter(|_| visits.opens_round(visit) && visits.again(visit)) {
                let by = visits.before(visit).map_or(NONE, |b| rank[visits.step[b] as usize]);
                events.push(Event { at, order: 1, place, by });
            }
            if let Some(at) = visits.left(visit).filter(|_| visits.ended(visit) == Ended::Done) {
                events.push(Event { at, order: 0, place, by: NONE });
            }
        }
        // At one instant what ended is passed on before something comes back.
        events.sort_by_key(|e| (e.at, e.order));
        for event in &events {
            if event.order == 0 {
                let observed = visits.as_of.saturating_sub(event.at) >= horizon;
                let count = &mut counts[event.place as usize];
                if observed {
                    count.passed += 1
                } else {
                    count.young += 1
                }
                last[event.place as usize] = (item as u32, event.at, !observed);
                continue;
            }
            let until = (event.by as usize).min(order.len());
            for place in event.place as usize..until {
                let (of, at, counted) = &mut last[place];
                if *of == item as u32 && !*counted && event.at.saturating_sub(*at) <= horizon {
                    *counted = true;
                    counts[place].returned += 1;
                }
            }
        }
    });
    let named = |(step, count): (&u32, &Count)| {
        let good = count.passed - count.returned;
        let (low, high) = wilson(good, count.passed);
        let share = if count.passed >= ENOUGH {
            Figure::ratio(good as f64, count.passed as f64, count.passed, Unit::Share)
        } else {
            Figure::too_few(count.passed, ENOUGH, Unit::Share)
        };
        StepQuality {
            step: *step,
            name: visits.steps.name(*step).to_owned(),
            passed: count.passed,
            returned: count.returned,
            young: count.young,
            share,
            low,
            high,
        }
    };
    let steps: Vec<StepQuality> = order.iter().zip(&counts).map(named).collect();
    let (rolled, rolled_interval) = roll(&steps);
    CompleteAccurate { horizon, steps, rolled, rolled_interval }
}

/// What happened to a round: it ended (0) or it came back (1), sent by the step at that place.
#[derive(Debug, Clone, Copy)]
struct Event {
    at: i64,
    order: u8,
    place: u32,
    by: u32,
}

fn roll(steps: &[StepQuality]) -> (Figure, Option<(f64, f64)>) {
    let known: Vec<&StepQuality> = steps.iter().filter(|s| s.share.value().is_some()).collect();
    let n = known.iter().map(|s| s.passed).min().unwrap_or(0);
    if known.is_empty() {
        return (Figure::too_few(0, ENOUGH, Unit::Share), None);
    }
    let product: f64 = known.iter().filter_map(|s| s.share.value()).product();
    // Four observations are added to each step, as else a step without a return would have no variance.
    let adjusted = |s: &&StepQuality| {
        let n = s.passed as f64 + 4.0;
        let p = ((s.passed - s.returned) as f64 + 2.0) / n;
        (1.0 - p) / (p * n)
    };
    let deviation = known.iter().map(adjusted).sum::<f64>().sqrt();
    let interval = (product > 0.0)
        .then(|| ((product.ln() - Z95 * deviation).exp(), (product.ln() + Z95 * deviation).exp().min(1.0)));
    (Figure::measured(product, n, Unit::Share), interval)
}
