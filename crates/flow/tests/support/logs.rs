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
}
