use super::cuts::Window;
use super::stays::{Since, each_stay};
use super::view::View;
use crate::figure::{Figure, Reason, Unit};
use crate::log::NO_TIME;
use serde::Serialize;

const DAY: f64 = 86_400_000.0;
/// Between these, averages may be used to predict.
const STEADY: std::ops::RangeInclusive<f64> = 0.8..=1.25;
/// So many departures are needed.
const ENOUGH: usize = 20;

/// Whether work in progress, throughput and time hang together as in a process that stays the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Little {
    /// When an item begins to count.
    pub since: Since,
    /// The window.
    pub window: Option<Window>,
    /// Mean work in progress in the window.
    pub mean_wip: Figure,
    /// Departures for each day.
    pub per_day: Figure,
    /// Mean time of what departed in the window, ms.
    pub mean_time: Figure,
    /// `mean_wip ÷ (per_day × mean_time)`: 1 where the process is in balance.
    pub ratio: Figure,
    /// Whether the ratio is within 0.8 and 1.25; none where there is none.
    pub steady: Option<bool>,
}

impl Little {
    /// What it means, in a sentence.
    #[must_use]
    pub fn text(&self) -> &'static str {
        match (self.steady, self.ratio.value()) {
            (Some(true), _) => "Arrivals and departures are in balance: averages may be used to predict.",
            (Some(false), Some(ratio)) if ratio > 1.0 => {
                "Not stationary: more work has piled up than what left tells of. Averages are not predictive."
            }
            (Some(false), _) => "Not stationary: a backlog was worked off. Averages are not predictive.",
            (None, _) => "Nothing can be said about balance: too little has departed, or the source does not tell.",
        }
    }
}

/// Little's ratio of the items in view over a window, all that is told where none is given. A reopened item
/// counts as one that departed and came again; however an item ended, it departed.
#[must_use]
pub fn little(view: &View<'_>, window: Option<Window>, since: Since) -> Little {
    let window = Window::within_told(view, window);
    let source = view.visits.source;
    let reason = match since {
        _ if !source.done => Some(Reason::NoDoneLabel),
        Since::Committed if !source.starts => Some(Reason::NoStart),
        _ => None,
    };
    if let Some(reason) = reason {
        let none = |unit| Figure::not_measured(reason, unit);
        let (mean_wip, ratio) = (none(Unit::Count), none(Unit::Share));
        return Little { since, window, mean_wip, per_day: mean_wip, mean_time: none(Unit::Ms), ratio, steady: None };
    }
    let (mut area, mut departed, mut took, mut stays) = (0i128, 0usize, 0i128, 0);
    if let Some(window) = window {
        each_stay(view, since, |stay| {
            let part = window.part(stay.from, stay.end_or(window.until));
            area += i128::from(part);
            stays += usize::from(part > 0);
            if stay.until != NO_TIME && stay.until >= window.from && stay.until <= window.until {
                departed += 1;
                took += i128::from(stay.until) - i128::from(stay.from);
            }
        });
    }
    let long = window.map_or(0, |w| w.long()) as f64;
    let ratio = if departed >= ENOUGH {
        Figure::ratio(area as f64, took as f64, departed, Unit::Share)
    } else {
        Figure::too_few(departed, ENOUGH, Unit::Share)
    };
    Little {
        since,
        window,
        mean_wip: Figure::ratio(area as f64, long, stays, Unit::Count),
        per_day: Figure::ratio(departed as f64 * DAY, long, departed, Unit::Count),
        mean_time: Figure::ratio(took as f64, departed as f64, departed, Unit::Ms),
        steady: ratio.value().map(|r| STEADY.contains(&r)),
        ratio,
    }
}
