//! Working time against real figures: Rabobank's incidents carry the hours their own tool counted.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests say what went wrong by failing"
)]
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "the shared data lie outside the repository")]

use std::path::PathBuf;
use watercourse_core::calendar::{Calendar, CalendarDefinition, HolidayDefinition, WeeklyHours};

/// Monday to Friday 07:30 to 18:00 in the Netherlands, without Christmas and New Year's Day: inferred
/// by those who collected the data, not stated by the bank.
fn bank() -> Calendar {
    Calendar::new(CalendarDefinition {
        zone: "Europe/Amsterdam".to_owned(),
        holidays: ["12-25", "12-26", "01-01"].map(HolidayDefinition::closed).to_vec(),
        hours: WeeklyHours::weekdays(&["07:30-18:00"]),
    })
    .unwrap()
}

/// `2013-02-06 14:07:43`, the wall clock in the Netherlands.
fn local(text: &str) -> i64 {
    let wall: jiff::civil::DateTime = text.parse().unwrap();
    let zone = jiff::tz::TimeZoneDatabase::bundled().get("Europe/Amsterdam").unwrap();
    zone.to_timestamp(wall).unwrap().as_microsecond()
}

#[test]
fn a_new_year_by_hand() {
    // Tuesday 31 December 12:00 to Thursday 2 January 09:00: six hours, then one and a half.
    assert_eq!(bank().working(local("2013-12-31 12:00:00"), local("2014-01-02 09:00:00")), 27_000 * 1_000_000);
}

#[test]
fn the_banks_own_hours() {
    let data = std::env::var_os("WATERCOURSE_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(data.join("bpic2014-rabobank-4000/detail_incident.csv")) else {
        eprintln!("shared data absent: only the cases worked out by hand were checked");
        return;
    };
    assert!(!text.contains('"'), "the file has no quoted cells, so a comma always parts two");
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| columns.iter().position(|c| *c == name).unwrap();
    let (open, close, reopened, hours) =
        (column("open_time"), column("close_time"), column("reopen_time"), column("handle_time_hours"));
    let calendar = bank();
    let (mut equal, mut less, mut more) = (0, 0, 0);
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        if !cells[reopened].is_empty() || cells[close].is_empty() {
            continue;
        }
        let ours = calendar.working(local(cells[open]), local(cells[close])) as f64 / 3.6e9;
        let theirs: f64 = cells[hours].parse().unwrap();
        if (ours - theirs).abs() <= 0.02 {
            equal += 1;
        } else if theirs < ours {
            less += 1;
        } else {
            more += 1;
        }
    }
    let all = equal + less + more;
    eprintln!("{all} incidents: {equal} equal, {less} less, {more} more");
    // The rest was paused while pending (less), and 0.6 % stay unexplained (more).
    assert_eq!(all, 3817);
    assert!(equal * 1000 >= all * 760, "{equal} of {all} equal, {less} less, {more} more");
    assert!(more * 1000 <= all * 7, "{more} of {all} more");
}
