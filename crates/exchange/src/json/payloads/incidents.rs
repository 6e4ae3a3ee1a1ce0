//! On-call tools: PagerDuty and Opsgenie.

use crate::json::payload::{Each, Label, Moment, Payload, Row, at, named, payload, when};

pub(super) const PAYLOADS: [Payload; 4] = [
    Payload {
        moments: &[
            at(&["/created_at"], "triggered"),
            when(named(&["/resolved_at", "/last_status_change_at"], &["/status"]), "/status", &["resolved"]),
        ],
        lists: &[Each { list: "/acknowledgements", at: &["/at"], label: Label::Is("acknowledged") }],
        team: &["/teams/0/summary", "/teams/0/name"],
        done: &["resolved"],
        ..payload(
            "pagerduty-incidents-json",
            "incidents of PagerDuty",
            Row::Case,
            &["/incident_number", "/created_at", "/status", "/service"],
            &["/incident_number"],
        )
    },
    Payload {
        moments: &[named(&["/created_at"], &["/type"])],
        team: &["/teams/0/summary"],
        done: &["resolve_log_entry"],
        ..payload(
            "pagerduty-log-json",
            "log entries of PagerDuty",
            Row::Work,
            &["/type", "/created_at", "/channel", "/incident/id"],
            &["/incident/id"],
        )
    },
    Payload {
        moments: &[
            at(&["/createdAt"], "open"),
            Moment {
                at: &["/createdAt"],
                plus: Some("/report/ackTime"),
                start: &[],
                label: Label::Is("acknowledged"),
                when: None,
            },
            Moment {
                at: &["/createdAt"],
                plus: Some("/report/closeTime"),
                start: &[],
                label: Label::Is("closed"),
                when: None,
            },
        ],
        team: &["/ownerTeam", "/teams/0/name", "/teams/0/id"],
        done: &["closed"],
        ..payload(
            "opsgenie-alerts-json",
            "alerts of Opsgenie",
            Row::Case,
            &["/id", "/tinyId", "/createdAt", "/alias"],
            &["/tinyId"],
        )
    },
    Payload {
        moments: &[
            at(&["/createdAt"], "open"),
            when(named(&["/resolvedAt", "/updatedAt"], &["/status"]), "/status", &["resolved", "closed"]),
        ],
        team: &["/ownerTeam"],
        done: &["resolved", "closed"],
        ..payload(
            "opsgenie-incidents-json",
            "incidents of Opsgenie",
            Row::Case,
            &["/id", "/tinyId", "/createdAt", "/status", "/impactedServices"],
            &["/tinyId"],
        )
    },
];
