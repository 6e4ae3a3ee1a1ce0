//! Two clocks: business time is additive, never longer than calendar time, and equals it where all hours count.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use proptest::prelude::*;
use std::collections::BTreeMap;
use support::csv::Table;
use support::small::{HOUR, days, statuses};
use watercourse_core::calendar::{Calendar, CalendarDefinition, HolidayDefinition, WeeklyHours};
use watercourse_flow::figure::Clock;
use watercourse_flow::from_log::from_log;
use watercourse_flow::hours::{Calendars, WorkingHours};
use watercourse_flow::log::{Event, Log, TimeMeans};
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::measures::{Begin, Cohort, View, by_step, flow_time, handoffs, lead_times, time_use, watched};
use watercourse_flow::order::Ordered;
use watercourse_flow::timeline::{Kind, Timeline};
use watercourse_flow::visits::Visits;

fn calendar(zone: &str, hours: &[&str], holidays: &[&str]) -> Calendar {
    let holidays = holidays.iter().map(|date| HolidayDefinition::closed(date)).collect();
    Calendar::new(CalendarDefinition { zone: zone.to_owned(), holidays, hours: WeeklyHours::weekdays(hours) }).unwrap()
}

fn office() -> Calendar {
    calendar("UTC", &["09:00-17:00"], &[])
}

fn hours(visits: &Visits, organisation: &Calendar, teams: &[(&str, Calendar)]) -> WorkingHours {
    let teams: BTreeMap<String, Calendar> = teams.iter().map(|(t, c)| ((*t).to_owned(), c.clone())).collect();
    WorkingHours::of(visits, &Calendars { organisation, stream: None, teams: &teams })
}

#[test]
fn the_page_on_business_time() {
    // 1970-01-02 was a Friday. Queued at the desk from Friday 16:00, worked on from Monday 10:00 to 15:00 by a team
    // that works from 12:00 on.
    let events = [
        ("A", "new@desk", 1.0 + 16.0 / 24.0),
        ("A", "work@late", 4.0 + 10.0 / 24.0),
        ("A", "done@late", 4.0 + 15.0 / 24.0),
    ];
    let visits = statuses(&events, 10.0);
    let timeline = Timeline::of(&visits);
    let hours = hours(&visits, &office(), &[("late", calendar("UTC", &["12:00-20:00"], &[]))]);
    let calendar = View::of(&visits, &timeline);
    let business = calendar.business(&hours);
    let p50 = |view: &View<'_>| lead_times(view).lead_time.exact.unwrap().p50 / HOUR as f64;
    assert_eq!((p50(&calendar), p50(&business)), (71.0, 2.0 + 3.0));
    assert_eq!(lead_times(&business).lead_time.p50.clock, Clock::Business);
    let steps = by_step(&business);
    let step = |name: &str| steps.iter().find(|s| s.name == name).unwrap();
    assert_eq!(step("new").queue.n, 0, "it was never begun there");
    assert_eq!(step("new").sojourn.exact.unwrap().p50, 2.0 * HOUR as f64);
    assert_eq!(step("work").active.exact.unwrap().p50, 3.0 * HOUR as f64);
    let uses: BTreeMap<&str, i64> = time_use(&business).iter().map(|u| (u.kind.id(), u.ms / HOUR)).collect();
    assert_eq!(uses, BTreeMap::from([("active", 3), ("commit-wait", 2), ("off-hours", 66)]));
}

#[test]
fn a_stream_goes_before_the_organisation_and_a_team_before_both() {
    let visits = statuses(&[("A", "new@desk", 4.0), ("A", "work@late", 5.0), ("A", "done@late", 6.0)], 10.0);
    let (organisation, stream) = (office(), calendar("UTC", &["00:00-10:00"], &[]));
    let teams = BTreeMap::from([("late".to_owned(), calendar("UTC", &["20:00-21:00"], &[]))]);
    let hours =
        WorkingHours::of(&visits, &Calendars { organisation: &organisation, stream: Some(&stream), teams: &teams });
    let timeline = Timeline::of(&visits);
    let view = View::of(&visits, &timeline).business(&hours);
    assert_eq!(view.long_of_item(0, days(4.0), days(6.0)), 11 * HOUR);
    let hours = WorkingHours::of(&visits, &Calendars { organisation: &organisation, stream: None, teams: &teams });
    assert_eq!(View::of(&visits, &timeline).business(&hours).long_of_item(0, days(4.0), days(6.0)), 9 * HOUR);
}

/// `2013-02-06 14:07:43`, the wall clock in the Netherlands.
fn local(text: &str) -> i64 {
    let wall: jiff::civil::DateTime = text.parse().unwrap();
    let zone = jiff::tz::TimeZoneDatabase::bundled().get("Europe/Amsterdam").unwrap();
    zone.to_timestamp(wall).unwrap().as_millisecond()
}

/// Incidents of Rabobank, opened and closed, with the working hours that their own tool counted.
fn rabobank() -> Option<(Visits, Vec<f64>)> {
    let table = Table::read("bpic2014-rabobank-4000/detail_incident.csv")?;
    let [id, open, close, reopened, told] =
        ["incident_id", "open_time", "close_time", "reopen_time", "handle_time_hours"].map(|name| table.column(name));
    let (mut log, mut hours) = (Log::default(), Vec::new());
    for cells in table.rows.iter().filter(|cells| cells[reopened].is_empty() && !cells[close].is_empty()) {
        for (activity, at) in [("open", &cells[open]), ("done", &cells[close])] {
            log.push(Event { case: &cells[id], activity, at: local(at), start: None, team: None, lifecycle: None });
        }
        hours.push(cells[told].parse().unwrap());
    }
    let meaning = LogMeaning { time: TimeMeans::Entry, ..LogMeaning::default() }.done(["done"]);
    Some((from_log(&log, &Ordered::of(&log), &meaning), hours))
}

#[test]
fn a_bank_counts_the_same_hours() {
    let Some((visits, told)) = rabobank() else { return };
    let timeline = Timeline::of(&visits);
    let bank = calendar("Europe/Amsterdam", &["07:30-18:00"], &["12-25", "12-26", "01-01"]);
    let hours = hours(&visits, &bank, &[]);
    let view = View::of(&visits, &timeline).business(&hours);
    let lead: Vec<f64> =
        watched(&view, Begin::Created, Cohort::default()).iter().map(|(_, o)| o.until as f64 / HOUR as f64).collect();
    assert_eq!((lead.len(), told.len()), (3817, 3817));
    let equal = lead.iter().zip(&told).filter(|(ours, theirs)| (*ours - *theirs).abs() <= 0.02).count();
    let below = lead.iter().zip(&told).filter(|(ours, theirs)| **ours < **theirs - 0.02).count();
    // Theirs is smaller where the clock was stopped while pending; ours is smaller hardly ever.
    assert!(equal * 100 >= 76 * 3817, "{equal} of 3817 equal");
    assert!(below * 100 <= 3817, "{below} of 3817 below");
    let p50 = flow_time(&view, Begin::Created, Cohort::default()).p50;
    assert_eq!(p50.figure.clock, Clock::Business);
}

#[test]
fn real_logs_lose_nothing_to_off_hours() {
    let bank = calendar("Europe/Amsterdam", &["07:30-18:00"], &["12-25", "12-26", "01-01"]);
    for (name, log) in support::logs::all() {
        let Some(last) = log.activities.iter().last() else { continue };
        let visits = from_log(&log, &Ordered::of(&log), &LogMeaning::of(&log).done([last]));
        let timeline = Timeline::of(&visits);
        let hours = hours(&visits, &bank, &[]);
        let view = View::of(&visits, &timeline).business(&hours);
        let items = 0..visits.item_count();
        let whole: i64 = items.clone().map(|i| visits.items.until[i] - visits.items.created[i]).sum();
        // The same as asking the calendar of each item at once.
        let worked: i64 =
            items.map(|i| bank.working(visits.items.created[i] * 1000, visits.items.until[i] * 1000) / 1000).sum();
        let uses = time_use(&view);
        let off: i64 = uses.iter().filter(|u| u.kind == Kind::OffHours).map(|u| u.ms).sum();
        assert_eq!((uses.iter().map(|u| u.ms).sum::<i64>(), whole - off), (whole, worked), "{name}");
    }
}

fn logs() -> impl Strategy<Value = Vec<(u8, u8, u8, i64)>> {
    prop::collection::vec((0u8..4, 0u8..5, 0u8..3, 0i64..24 * 12), 1..40)
}

fn visits(raw: &[(u8, u8, u8, i64)]) -> Visits {
    let names: Vec<(String, String, f64)> = raw
        .iter()
        .map(|(case, activity, team, hour)| {
            let activity = ["new", "work", "wait", "other", "done"][usize::from(*activity)];
            (
                format!("I-{case}"),
                format!("{activity}@{}", ["desk", "late", "third"][usize::from(*team)]),
                *hour as f64 / 24.0,
            )
        })
        .collect();
    let events: Vec<(&str, &str, f64)> = names.iter().map(|(c, a, at)| (c.as_str(), a.as_str(), *at)).collect();
    statuses(&events, 14.0)
}

proptest! {
    #[test]
    fn business_time_is_additive_monotone_and_no_longer(raw in logs(), cut in 0i64..24 * 13, more in 0i64..1000) {
        let visits = visits(&raw);
        let timeline = Timeline::of(&visits);
        let late = calendar("America/New_York", &["00:00-06:00", "20:00-24:00"], &["1970-01-05"]);
        let hours = hours(&visits, &office(), &[("late", late)]);
        let calendar = View::of(&visits, &timeline);
        let business = calendar.business(&hours);
        for item in 0..visits.item_count() {
            let (from, until) = (visits.items.created[item], visits.items.until[item]);
            let whole = business.long_of_item(item, from, until);
            let middle = (cut * HOUR).clamp(from, until);
            let parts = business.long_of_item(item, from, middle) + business.long_of_item(item, middle, until);
            prop_assert_eq!(parts, whole);
            prop_assert!((0..=until - from).contains(&whole));
            prop_assert!(business.long_of_item(item, from, middle + more) >= business.long_of_item(item, from, middle));
        }
        for visit in 0..visits.len() {
            let spans: [fn(&View<'_>, usize) -> Option<i64>; 4] =
                [|v, n| v.sojourn(n), |v, n| v.queue(n), |v, n| v.active(n), |v, n| v.waiting(n)];
            for span in spans {
                let (short, long) = (span(&business, visit), span(&calendar, visit));
                prop_assert_eq!(short.is_some(), long.is_some());
                prop_assert!(short.is_none_or(|s| s >= 0) && short <= long, "{:?} {:?}", short, long);
            }
        }
        // Off-hours is what is left: the whole stays the whole, and the lead time is what is not off-hours.
        let uses = time_use(&business);
        let whole: i64 = (0..visits.item_count()).map(|i| visits.items.until[i] - visits.items.created[i]).sum();
        prop_assert_eq!(uses.iter().map(|u| u.ms).sum::<i64>(), whole);
        let off: i64 = uses.iter().filter(|u| u.kind == Kind::OffHours).map(|u| u.ms).sum();
        let worked: i64 =
            (0..visits.item_count()).map(|i| business.long_of_item(i, visits.items.created[i], visits.items.until[i])).sum();
        prop_assert_eq!(off + worked, whole);
    }

    #[test]
    fn where_every_hour_counts_both_clocks_agree(raw in logs()) {
        let visits = visits(&raw);
        let timeline = Timeline::of(&visits);
        let always = hours(&visits, &Calendar::around_the_clock(), &[]);
        let calendar = View::of(&visits, &timeline);
        let business = calendar.business(&always);
        let numbers = |view: &View<'_>| {
            let lead = lead_times(view);
            let steps = by_step(view).into_iter().map(|s| (s.name, s.path_ms, [s.sojourn, s.queue, s.active, s.waiting].map(|s| s.exact)));
            let uses = time_use(view).into_iter().map(|u| (u.kind, u.reason, u.ms, u.items));
            (
                [lead.lead_time, lead.cycle_time, lead.case_duration, handoffs(view).wait].map(|s| s.exact),
                steps.collect::<Vec<_>>(),
                uses.collect::<Vec<_>>(),
            )
        };
        prop_assert_eq!(numbers(&calendar), numbers(&business));
        let figure = lead_times(&business).case_duration.p50;
        prop_assert!(figure.value().is_none() || figure.clock == Clock::Business);
    }
}
