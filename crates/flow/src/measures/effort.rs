use super::efficiency::worked;
use super::view::View;
use crate::figure::{Figure, Reason, Unit};
use serde::Serialize;

/// How much work went into items, and how much of their time that was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effort {
    /// Time worked on all visits, summed: work done in parallel counts each time. ms.
    pub effort: Figure,
    /// Time in which somebody worked: parallel work counts once. ms.
    pub active: Figure,
    /// `effort ÷ active`: how many worked at the same time, while anybody did.
    pub at_once: Figure,
}

/// Effort and active time of the items in view, open ones up to now.
#[must_use]
pub fn effort(view: &View<'_>) -> Effort {
    let visits = view.visits;
    if !visits.source.starts {
        let none = |unit| Figure::not_measured(Reason::NoWorkingTime, unit);
        return Effort { effort: none(Unit::Ms), active: none(Unit::Ms), at_once: none(Unit::PerItem) };
    }
    let (mut sum, mut union, mut n) = (0i64, 0i64, 0);
    let mut spells = Vec::new();
    view.each(|item| {
        let (from, until) = (visits.items.created[item], visits.items.until[item]);
        let own = worked(visits, item, from, until, &mut spells, |_| true);
        union += own;
        n += usize::from(own > 0);
        for visit in visits.of_item(item) {
            sum += worked(visits, item, from, until, &mut spells, |v| v == visit);
        }
    });
    Effort {
        effort: Figure::measured(sum as f64, n, Unit::Ms),
        active: Figure::measured(union as f64, n, Unit::Ms),
        at_once: Figure::ratio(sum as f64, union as f64, n, Unit::PerItem),
    }
}

/// The part of the lead time in which value was added.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValueAdding {
    /// Time worked in first rounds of value-adding steps ÷ lead time, each summed before dividing.
    pub ratio: Figure,
    /// Milliseconds of such work, parallel work counted once.
    pub value_adding_ms: i64,
    /// Milliseconds of lead time (open items: age).
    pub whole_ms: i64,
}

/// Value-adding ratio of the items in view. `adds` says of each step whether it adds value; work done again never
/// does. Open items count with what they have so far.
#[must_use]
pub fn value_adding(view: &View<'_>, adds: &[bool]) -> ValueAdding {
    let visits = view.visits;
    let (mut value, mut whole, mut n) = (0i64, 0i64, 0);
    let mut spells = Vec::new();
    view.each(|item| {
        let (from, until) = (visits.items.created[item], visits.items.until[item]);
        if from >= until {
            return;
        }
        n += 1;
        whole += until - from;
        let counts = |v: usize| !visits.again(v) && adds.get(visits.step[v] as usize) == Some(&true);
        value += worked(visits, item, from, until, &mut spells, counts);
    });
    let ratio = if visits.source.starts {
        Figure::ratio(value as f64, whole as f64, n, Unit::Share)
    } else {
        Figure::not_measured(Reason::NoWorkingTime, Unit::Share)
    };
    ValueAdding { ratio, value_adding_ms: value, whole_ms: whole }
}
