//! What the charts of a stream are drawn from: the visits in view, the definition if there is one, and
//! where items open.

use crate::view::{Figure, html, say};
use watercourse_core::activity::Activity;
use watercourse_core::stream::Stream;
use watercourse_flow::figure::{Figure as Measured, State, Unit};
use watercourse_flow::hygiene::Finding;
use watercourse_flow::log::NO_TIME;
use watercourse_flow::measures::View;
use watercourse_flow::selection::ItemSet;
use watercourse_flow::visits::Visits;

/// Where the things of a chart open.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// What every filter begins with, such as `stream:onboard`; none where there are no pages, as in a report.
    pub filter: Option<String>,
    /// What stands before the key of an item in its address: `helpdesk:` for the cases of an imported log.
    pub prefix: String,
}

impl Links {
    /// The page of an item.
    #[must_use]
    pub fn item(&self, key: &str) -> Option<String> {
        self.filter.as_ref().map(|_| format!("/w/{}", html::path(&format!("{}{key}", self.prefix))))
    }
    /// The list of items for which this holds as well.
    #[must_use]
    pub fn items(&self, filter: &str) -> Option<String> {
        let base = self.filter.as_ref()?;
        Some(format!("/work?q={}", html::query(format!("{base} {filter}").trim())))
    }
}

/// What charts are drawn from.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    /// The visits in view.
    pub view: View<'a>,
    /// The definition; none for a log.
    pub stream: Option<&'a Stream>,
    /// First and last moment, ms since 1970.
    pub window: (i64, i64),
    /// How window and clock are called, such as `last 90 days, calendar time, UTC`.
    pub stands_on: String,
    /// Where things open.
    pub links: Links,
    /// The first day of the window as filters write it; none where the window is all time.
    pub from_day: Option<String>,
    /// What was changed when, oldest first: said on every axis of time.
    pub marks: Vec<Mark>,
    /// What looks wrong with the log, and what that disables.
    pub hygiene: &'a [Finding],
    /// The day of a change that was asked for.
    pub change: Option<i64>,
}

/// Something that happened to the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When, ms since 1970.
    pub at: i64,
    /// What, such as `v4`.
    pub what: String,
}

impl Scope<'_> {
    /// The visits.
    #[must_use]
    pub const fn visits(&self) -> &Visits {
        self.view.visits
    }
    /// A test that a date lies in the window, such as `delivered:>=2026-08-25`.
    #[must_use]
    pub fn within(&self, field: &str) -> String {
        self.from_day.as_ref().map_or_else(|| format!("{field}:*"), |day| format!("{field}:>={day}"))
    }
    /// A test that a date lies in a stretch of whole days.
    #[must_use]
    pub fn during(field: &str, from: i64, until: i64) -> String {
        format!("{field}:>={} {field}:<{}", say::date(from), say::date(until))
    }
    /// The promise for p85 in ms, where there is one in calendar time.
    #[must_use]
    pub fn promise(&self) -> Option<i64> {
        self.stream?.promise.p85?.as_micros().map(|us| us / 1000)
    }
    /// The name of a step for people.
    #[must_use]
    pub fn step_name(&self, step: u32) -> String {
        let id = self.visits().steps.name(step);
        let defined = self.stream.and_then(|s| s.index(id).and_then(|i| s.step(i)));
        match (defined, id.strip_prefix('~')) {
            (Some(step), _) => step.name.clone(),
            (None, Some(label)) => format!("{label} (outside the steps)"),
            (None, None) => id.to_owned(),
        }
    }
    /// The activity of a step.
    #[must_use]
    pub fn activity(&self, step: u32) -> Option<Activity> {
        self.visits().step_activity.get(step as usize).copied().flatten()
    }
    /// The steps in the order of the definition; those outside it behind, in the order they appeared.
    #[must_use]
    pub fn order(&self) -> Vec<u32> {
        let mut steps: Vec<u32> = (0..u32::try_from(self.visits().steps.len()).unwrap_or(0)).collect();
        let place = |step: u32| {
            self.stream.and_then(|s| s.index(self.visits().steps.name(step))).map_or(usize::MAX, usize::from)
        };
        steps.sort_by_key(|&s| (place(s), s));
        steps
    }
    /// The change that is looked at, and how it is called: the day asked for, else the last mark in the window.
    #[must_use]
    pub fn marker(&self) -> Option<(i64, String)> {
        if let Some(at) = self.change {
            return Some((at, say::day(at, self.window.1)));
        }
        let within = self.marks.iter().rev().find(|m| m.at > self.window.0 && m.at <= self.window.1);
        within.map(|m| (m.at, m.what.clone()))
    }
    /// How long a delivered item took, ms by the clock of the view.
    #[must_use]
    pub fn took(&self, item: usize) -> Option<i64> {
        let visits = self.visits();
        visits.lead_time(item)?;
        let (created, ended) = (*visits.items.created.get(item)?, *visits.items.ended.get(item)?);
        Some(self.view.long_of_item(item, created, ended))
    }
    /// Whether an item is in view.
    #[must_use]
    pub fn has(&self, item: usize) -> bool {
        self.view.items.is_none_or(|set| u32::try_from(item).is_ok_and(|i| set.has(i)))
    }
    /// The items in view.
    pub fn items(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.visits().item_count()).filter(|item| self.has(*item))
    }
    /// What a chart stands on, with its n.
    #[must_use]
    pub fn on(&self, n: usize, what: &str) -> String {
        format!("n = {} {what}, {}", say::count(n as u64), self.stands_on)
    }
}

/// The items that ended since `from`, or have not ended. Where nothing says what done means: those seen since.
#[must_use]
pub fn since(visits: &Visits, from: i64) -> ItemSet {
    ItemSet::having(visits.item_count(), |item| {
        let item = item as usize;
        if visits.source.done {
            visits.items.ended.get(item).is_some_and(|at| *at == NO_TIME || *at >= from)
        } else {
            visits.items.last_event.get(item).is_some_and(|at| *at >= from)
        }
    })
}

/// The items that ended in a stretch of time. Where nothing says what done means: those seen last in it.
#[must_use]
pub fn ended_between(visits: &Visits, from: i64, until: i64) -> ItemSet {
    let ends = if visits.source.done { &visits.items.ended } else { &visits.items.last_event };
    ItemSet::having(visits.item_count(), |item| {
        ends.get(item as usize).is_some_and(|at| *at != NO_TIME && (from..until).contains(at))
    })
}

/// A measured figure as people read it.
#[must_use]
pub fn figure(measured: &Measured, link: Option<String>) -> Figure {
    let text = |value: f64| match measured.unit {
        Unit::Ms => say::short(rounded(value)),
        Unit::Count => say::count(u64::try_from(rounded(value)).unwrap_or(0)),
        Unit::Share => say::share(u64::try_from(rounded(value * 10_000.0)).unwrap_or(0), 10_000),
        Unit::PerItem | Unit::PerWeek => say::rate(value),
    };
    let value = |value: f64| Figure::Value { text: text(value), link: link.clone() };
    match measured.state {
        State::Value { value: v } => value(v),
        State::Zero => value(0.0),
        State::NotMeasured { reason } => Figure::not_measured(reason.text()),
        State::TooFew { needed } => Figure::TooFew { n: measured.n as u64, needs: needed as u64 },
    }
}

/// A measured duration in whole ms, where there is one.
#[must_use]
pub fn ms(measured: &Measured) -> Option<i64> {
    measured.value().map(rounded)
}

#[expect(clippy::cast_possible_truncation, reason = "durations and counts are far below 2^53")]
fn rounded(value: f64) -> i64 {
    value.round() as i64
}

/// A value as the filter language reads it.
#[must_use]
pub fn quoted(value: &str) -> String {
    let plain = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if plain { value.to_owned() } else { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) }
}
