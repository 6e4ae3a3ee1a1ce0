//! Shared logs as visits, with what being done means in each.

use super::csv;
use super::xes::{read, shared};
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Log, TimeMeans};
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
    let log = csv::read(&path, ["number", "incident_state", "sys_updated_at", "-", "-"]);
    let meaning = LogMeaning { time: TimeMeans::Entry, ..LogMeaning::default() }.done(["Resolved", "Closed"]);
    Some(visits(&log, &meaning))
}
