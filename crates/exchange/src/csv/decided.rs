//! What was decided before the first row is read, as a mapping.

use super::dialect::Dialect;
use super::order::order;
use super::plan::{self, Plan};
use super::profiles::Shape;
use super::roles;
use super::table::Table;
use crate::collect::Known;
use crate::conclude::{open_done, open_zone, time_means};
use crate::date::DateOrder;
use crate::mapping::{By, Choice, Format, Layout, Mapping};
use crate::options::Options;
use crate::source::Text;

pub(super) fn known(table: &Table, plan: &Plan) -> Known {
    let says_utc = |i: usize| table.looks.get(i).is_some_and(|l| l.words.iter().any(|w| w == "utc"));
    let mut times = plan.time.value.into_iter().chain(plan.dates.iter().map(|d| d.0)).peekable();
    let utc = times.peek().is_some() && times.all(says_utc);
    let Some(profile) = plan.profile.value else { return Known { utc, ..Known::default() } };
    let done = if let Shape::Cases { done, .. } = profile.shape { done } else { &[] };
    Known { labels: profile.labels, done, clock: profile.clock, utc }
}

pub(super) fn date_order(
    table: &Table,
    plan: &Plan,
    options: &Options,
    found: Option<DateOrder>,
) -> Choice<Option<DateOrder>> {
    if let Some(order) = options.date_order {
        return Choice::given(Some(order));
    }
    if let Some(order) = found {
        return Choice::new(
            Some(order),
            By::Found,
            1.0,
            format!("a date further down can only be read {}", order.id()),
        );
    }
    let columns: Vec<usize> =
        plan.time.value.into_iter().chain(plan.start.value).chain(plan.dates.iter().map(|d| d.0)).collect();
    order(table, &columns)
}

pub(super) fn mapping(
    table: &Table,
    plan: &Plan,
    text: &Text<'_>,
    dialect: &Dialect,
    options: &Options,
    order: Choice<Option<DateOrder>>,
) -> Mapping {
    let name = |i: usize| table.columns.get(i).cloned().unwrap_or_default();
    let named = |c: &Choice<Option<usize>>| c.clone().map(|v| v.map(name));
    let status = plan.activity.value.iter().any(|a| table.looks.get(*a).is_some_and(|p| roles::is_status(&p.english)));
    let activity = plan.activity.clone().map(|v| {
        let names: Vec<String> = v.into_iter().map(name).collect();
        (!names.is_empty()).then(|| names.join(" + "))
    });
    let means = if plan.layout.value == Layout::Dates {
        time_means(options, true, "a date is when the case entered that state")
    } else if status {
        time_means(options, true, "the activity column holds statuses: their time is when they were entered")
    } else if plan.only.is_some() {
        time_means(options, true, "a change of status is when it was entered")
    } else {
        time_means(options, false, "events are recorded when they are completed, unless said otherwise")
    };
    Mapping {
        format: Choice::new(Format::Csv, By::Found, 1.0, "rows of separated values"),
        profile: plan.profile.clone().map(|p| p.map(|p| p.id.to_owned())),
        packing: text.packing.clone(),
        encoding: text.encoding_choice.clone(),
        delimiter: Some(dialect.delimiter.clone()),
        header: Some(table.header.clone()),
        layout: plan.layout.clone(),
        case: plan.case.clone().map(name),
        activity,
        time: named(&plan.time),
        start: named(&plan.start),
        team: named(&plan.team),
        lifecycle: named(&plan.lifecycle),
        classifier: if options.activity.is_none() { options.classifier.clone() } else { None },
        dates: plan::date_columns(table, &plan.dates),
        totals: plan.totals.map(name),
        only: plan.only.as_ref().map(|o| o.1.clone()),
        team_unknown: Vec::new(),
        date_order: order,
        zone: open_zone(),
        times: Vec::new(),
        time_means: means,
        done: open_done(),
        labels: Vec::new(),
    }
}
