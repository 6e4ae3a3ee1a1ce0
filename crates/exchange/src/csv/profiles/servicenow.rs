//! ServiceNow: lists (field names and English labels), metrics, the audit table, and logs made of them.

use super::profile::{Names, Profile, Shape};
use crate::mapping::FlowState;

const CLOCK: &str = "ServiceNow writes times in the zone of whoever exported them";
const NUMBER: Names = &["number", "task number", "inc number"];
const OPENED: Names = &["opened at", "opened", "sys created on", "created"];
const RESOLVED: Names = &["resolved at", "resolved"];
const CLOSED: Names = &["closed at", "closed"];
const STATE: Names = &["state", "incident state", "problem state"];
/// Any of these makes a list of numbers one of ServiceNow.
const OWN: Names = &[
    "assignment group",
    "sys updated on",
    "sys created on",
    "sys id",
    "sys class name",
    "reassignment count",
    "opened by",
    "short description",
    "close code",
    "close notes",
    "made sla",
    "caller",
    "caller id",
    "configuration item",
    "cmdb ci",
];

/// Numbers of states, as exports without display values have them.
const INCIDENT: &[(&str, FlowState)] = &[
    ("1", FlowState::New),
    ("2", FlowState::Active),
    ("3", FlowState::Waiting),
    ("6", FlowState::Done),
    ("7", FlowState::Done),
    ("8", FlowState::Cancelled),
];

const fn list(
    id: &'static str,
    name: &'static str,
    needs: &'static [Names],
    dates: &'static [(&'static str, Names)],
    done: Names,
) -> Profile {
    let shape = Shape::Cases { dates, done, status: STATE, closing: None };
    Profile { id, name, needs, case: NUMBER, shape, labels: &[], team_unknown: &[], clock: CLOCK }
}

pub(super) const PROFILES: [Profile; 8] = [
    Profile {
        id: "servicenow-log",
        name: "event log made of ServiceNow incidents",
        needs: &[
            NUMBER,
            &["incident state", "state"],
            &["sys updated at", "sys updated on"],
            &["sys mod count", "reassignment count", "active"],
            &["sys created at", "opened at"],
            &["sys updated at", "sys updated by"],
        ],
        case: NUMBER,
        shape: Shape::Events { activity: &["incident state", "state"], time: &["sys updated at", "sys updated on"] },
        labels: &[],
        team_unknown: &["?"],
        clock: CLOCK,
    },
    list(
        "servicenow-change",
        "ServiceNow change requests",
        &[
            NUMBER,
            OPENED,
            &[
                "start date",
                "planned start date",
                "end date",
                "planned end date",
                "chg model",
                "change model",
                "backout plan",
                "cab required",
                "risk",
                "risk impact analysis",
                "phase",
                "phase state",
            ],
            &["closed at", "closed", "work end", "actual end date", "actual end"],
            OWN,
        ],
        &[
            ("Opened", OPENED),
            ("Approved", &["approval set"]),
            ("Implementation began", &["work start", "actual start date", "actual start"]),
            ("Implementation ended", &["work end", "actual end date", "actual end"]),
            ("Closed", CLOSED),
        ],
        &["Closed"],
    ),
    list(
        "servicenow-task",
        "ServiceNow tasks and requested items",
        &[
            NUMBER,
            OPENED,
            &[
                "request item",
                "request",
                "parent",
                "cat item",
                "item",
                "requested for",
                "stage",
                "change request",
                "change task type",
            ],
            CLOSED,
            OWN,
        ],
        &[
            ("Opened", OPENED),
            ("Work began", &["work start", "actual start date", "actual start"]),
            ("Work ended", &["work end", "actual end date", "actual end"]),
            ("Closed", CLOSED),
        ],
        &["Closed"],
    ),
    list(
        "servicenow-problem",
        "ServiceNow problems",
        &[
            NUMBER,
            OPENED,
            &[
                "known error",
                "workaround",
                "cause notes",
                "related incidents",
                "problem state",
                "rca",
                "fix notes",
                "first reported by task",
            ],
            &["resolved at", "resolved", "closed at", "closed"],
            OWN,
        ],
        &[
            ("Opened", OPENED),
            ("Confirmed", &["confirmed at", "confirmed"]),
            ("Fixed", &["fix at"]),
            ("Resolved", RESOLVED),
            ("Closed", CLOSED),
        ],
        &["Resolved", "Closed"],
    ),
    list(
        "servicenow-list",
        "ServiceNow list of incidents or other tasks",
        &[
            NUMBER,
            &["opened at", "opened", "sys created on", "inc opened at"],
            &["resolved at", "resolved", "closed at", "closed"],
            OWN,
        ],
        &[
            ("Opened", &["opened at", "opened", "inc opened at", "sys created on"]),
            ("Resolved", RESOLVED),
            ("Closed", CLOSED),
        ],
        &["Resolved", "Closed"],
    ),
    Profile {
        id: "servicenow-metric",
        name: "ServiceNow metric instances",
        needs: &[
            &["definition", "mi definition", "metric definition"],
            &["value", "mi value"],
            &["start", "mi start"],
            &["end", "mi end"],
            &["duration", "mi duration", "business duration", "mi business duration"],
        ],
        case: &["number", "inc number", "task number", "id", "mi id", "inc sys id"],
        shape: Shape::Changes {
            field: &["definition", "mi definition", "metric definition"],
            to: &["value", "mi value"],
            time: &["start", "mi start"],
            status: &["incident state duration", "incident state", "~state", "~stage", "~status"],
            team: &["~group"],
        },
        labels: INCIDENT,
        team_unknown: &[],
        clock: CLOCK,
    },
    Profile {
        id: "servicenow-audit",
        name: "ServiceNow audit table (sys_audit)",
        needs: &[
            &["fieldname", "field name", "field"],
            &["newvalue", "new value"],
            &["oldvalue", "old value"],
            &["sys created on", "created"],
        ],
        case: &["number", "document key", "document"],
        shape: Shape::Changes {
            field: &["fieldname", "field name", "field"],
            to: &["newvalue", "new value"],
            time: &["sys created on", "created"],
            status: &["state", "incident state", "problem state", "stage", "status"],
            team: &["assignment group"],
        },
        labels: INCIDENT,
        team_unknown: &[],
        clock: "ServiceNow keeps the audit table in UTC and shows it in the zone of whoever exported it",
    },
    Profile {
        id: "servicenow-history",
        name: "ServiceNow history set (sys_history_line)",
        needs: &[&["field", "label", "field name"], &["new", "new value"], &["old", "old value"], &["update time"]],
        case: &["number", "document key", "set", "record"],
        shape: Shape::Changes {
            field: &["field", "field name", "label"],
            to: &["new", "new value"],
            time: &["update time"],
            status: &["state", "incident state", "problem state", "stage", "status"],
            team: &["assignment group"],
        },
        labels: INCIDENT,
        team_unknown: &[],
        clock: CLOCK,
    },
];
