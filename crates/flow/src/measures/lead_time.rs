use super::view::View;
use crate::figure::{Figure, Reason, Spread, Unit};
use crate::log::NO_TIME;
use crate::order::Ordered;
use crate::quantile::Quantiles;
use crate::visits::Standing;
use serde::Serialize;
use watercourse_core::item::Outcome;

/// How many items there are, how they ended, and how long they took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeadTimes {
    /// Items.
    pub items: Figure,
    /// Items whose lead time still runs.
    pub open: Figure,
    /// Items that were delivered: the only ones that count as throughput.
    pub delivered: Figure,
    /// Items that ended otherwise: failed, declined, cancelled.
    pub otherwise: Figure,
    /// From creation to the end, delivered items.
    pub lead_time: Spread,
    /// From commitment to the end, delivered items.
    pub cycle_time: Spread,
    /// From the first to the last event, every item.
    pub case_duration: Spread,
}

/// Lead times of the items in view. Only delivered items have one here: open ones have an age.
#[must_use]
pub fn lead_times(view: &View<'_>) -> LeadTimes {
    let visits = view.visits;
    let (mut lead, mut cycle, mut case) = (Vec::new(), Vec::new(), Vec::new());
    let (mut open, mut delivered, mut otherwise) = (0, 0, 0);
    view.each(|item| {
        case.push(view.long_of_item(item, visits.items.first_event[item], visits.items.last_event[item]));
        match visits.items.standing[item] {
            Standing::Unknown => {}
            Standing::Open => open += 1,
            Standing::Ended(Outcome::Delivered) => {
                delivered += 1;
                let (created, committed) = (visits.items.created[item], visits.items.committed[item]);
                let ended = visits.items.ended[item];
                lead.push(view.long_of_item(item, created, ended));
                if committed != NO_TIME {
                    cycle.push(view.long_of_item(item, committed, ended));
                }
            }
            Standing::Ended(_) => otherwise += 1,
        }
    });
    let all = case.len();
    let told = |count: usize| {
        if visits.source.done {
            Figure::count(count, all)
        } else {
            Figure::not_measured(Reason::NoDoneLabel, Unit::Count)
        }
    };
    let spread = |mut values: Vec<i64>, told: bool, reason: Reason| {
        let spread = if told { Spread::of(Quantiles::of(&mut values)) } else { Spread::not_measured(reason) };
        spread.on(view.clock())
    };
    let no_cycle = if visits.source.done { Reason::NoStart } else { Reason::NoDoneLabel };
    LeadTimes {
        items: Figure::count(all, all),
        open: told(open),
        delivered: told(delivered),
        otherwise: told(otherwise),
        lead_time: spread(lead, visits.source.done, Reason::NoDoneLabel),
        cycle_time: spread(cycle, visits.source.done && visits.source.starts, no_cycle),
        case_duration: spread(case, true, Reason::NoStart),
    }
}

/// From the first to the last event of each case of a log, cases of one event included.
#[must_use]
pub fn case_durations(ordered: &Ordered) -> Option<Quantiles> {
    let lengths = (0..ordered.cases()).map(|case| ordered.of_case(case)).filter(|range| !range.is_empty());
    let mut lengths: Vec<i64> = lengths.map(|range| ordered.at[range.end - 1] - ordered.at[range.start]).collect();
    Quantiles::of(&mut lengths)
}
