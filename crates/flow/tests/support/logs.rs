//! Every log of the shared data.

use super::{csv, xes};
use watercourse_flow::log::Log;

const XES: [&str; 12] = [
    "bpic2012-loan/bpic2012.xes.gz",
    "bpic2013-problems/BPI_Challenge_2013_closed_problems.disco-export.xes.gz",
    "bpic2013-problems/BPI_Challenge_2013_closed_problems.xes.gz",
    "bpic2013-problems/BPI_Challenge_2013_open_problems.xes.gz",
    "bpic2015-permits/BPIC15_1.xes.gz",
    "bpic2020-travel/BPI_2020_DomesticDeclarations.xes.gz",
    "bpic2020-travel/BPI_2020_RequestForPayment.xes.gz",
    "italian-helpdesk/helpdesk.xes.gz",
    "receipt-wabo/receipt.xes.gz",
    "sepsis/SEPSIS.xes.gz",
    "synthetic-small-logs/interval_event_log.xes",
    "synthetic-small-logs/running-example.xes",
];
const CSV: [(&str, csv::Columns); 7] = [
    (
        "uci-servicenow-sample/incident_event_log_10pct_of_cases.csv",
        ["number", "incident_state", "sys_updated_at", "-", "assignment_group"],
    ),
    (
        "bpic2014-rabobank-4000/detail_incident_activity.csv",
        ["incident_id", "incident_activity_type", "data_stamp", "-", "assignment_group"],
    ),
    ("italian-helpdesk/helpdesk_3804cases_ids.csv", ["CaseID", "ActivityID", "CompleteTimestamp", "-", "-"]),
    ("sepsis/sepsis.csv", ["Case ID", "Activity", "Complete Timestamp", "-", "org:group"]),
    ("receipt-wabo/receipt.csv", ["case:concept:name", "concept:name", "time:timestamp", "-", "org:group"]),
    (
        "synthetic-small-logs/interval_event_log.csv",
        ["case:concept:name", "concept:name", "time:timestamp", "start_timestamp", "-"],
    ),
    ("synthetic-small-logs/running-example.csv", ["case:concept:name", "concept:name", "time:timestamp", "-", "-"]),
];

/// The logs that are there, by name of their file.
pub fn all() -> impl Iterator<Item = (&'static str, Log)> {
    let xes = XES.into_iter().filter_map(|file| Some((file, xes::read(&xes::shared(file)?))));
    xes.chain(CSV.into_iter().filter_map(|(file, columns)| Some((file, csv::read(&xes::shared(file)?, columns)))))
//! Shared logs as visits, with what being done means in each.

use super::xes::{read, shared};
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log, TimeMeans};
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::order::Ordered;
use watercourse_flow::visits::Visits;

fn visits(log: &Log, meaning: &LogMeaning) -> Visits {
    from_log(log, &Ordered::of(log), meaning)
}

pub fn helpdesk() -> Option<Visits> {
    let log = read(&shared("italian-helpdesk/helpdesk.xes.gz")?);
    Some(visits(&log, &LogMeaning::default().done(["Closed"])))
}

/// Closed and open problems, both as of the last event of either.
pub fn problems() -> Option<Vec<Visits>> {
    let read =
        |kind: &str| Some(read(&shared(&format!("bpic2013-problems/BPI_Challenge_2013_{kind}_problems.xes.gz"))?));
    let logs = [read("closed")?, read("open")?];
    let as_of = logs.iter().flat_map(|log| log.at.iter().copied()).max();
    let meaning = LogMeaning { time: TimeMeans::Entry, as_of, ..LogMeaning::default() }.done(["Completed"]);
    Some(logs.iter().map(|log| visits(log, &meaning)).collect())
}

/// Incidents of a ServiceNow instance: every update is a row with the state it left the incident in.
pub fn uci() -> Option<Visits> {
    let path = shared("uci-servicenow-sample/incident_event_log_10pct_of_cases.csv")?;
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let column = |name: &str| names.iter().position(|n| *n == name).unwrap();
    let (case, state, at) = (column("number"), column("incident_state"), column("sys_updated_at"));
    let mut log = Log::default();
    for cells in lines {
        let instant = jiff::civil::DateTime::strptime("%d/%m/%Y %H:%M", cells[at]).unwrap();
        let at = jiff::tz::TimeZone::UTC.to_timestamp(instant).unwrap().as_millisecond();
        log.push(Event { case: cells[case], activity: cells[state], at, start: None, team: None, lifecycle: None });
    }
    let meaning = LogMeaning { time: TimeMeans::Entry, ..LogMeaning::default() }.done(["Resolved", "Closed"]);
    Some(visits(&log, &meaning))
}
