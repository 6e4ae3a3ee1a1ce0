//! How much a source can tell, what that is good for, and how to get more out of the tool it came from.

use serde::Serialize;

use crate::imported::Evidence;

/// The way to the next level of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// The level: `L1`, `L2`, `L3`.
    pub level: &'static str,
    /// What it adds.
    pub gives: &'static str,
    /// How to get it, in at most three steps.
    pub how: &'static [&'static str],
}

/// How to get to the next level out of the tool a profile names; in general terms where it names none.
#[must_use]
pub fn next_step(level: Evidence, profile: Option<&str>) -> Option<NextStep> {
    let profile = profile.unwrap_or_default();
    let known = STEPS.iter().find(|(tool, of, _)| *of == level && !tool.is_empty() && profile.starts_with(tool));
    known.or_else(|| STEPS.iter().find(|(tool, of, _)| tool.is_empty() && *of == level)).map(|(.., step)| *step)
}

const HISTORY: &str = "the path, variants, hand-offs, rework, conformance, time per step";
const OBJECTS: &str = "flow across objects: from request to change to deployment to incident";

const fn history(how: &'static [&'static str]) -> NextStep {
    NextStep { level: "L2", gives: HISTORY, how }
}

/// Beginning of the profile, level, and the way on. An empty beginning stands for every tool, at the end.
const STEPS: [(&str, Evidence, NextStep); 22] = [
    (
        "jira-json",
        Evidence::L0,
        history(&[
            "Fetch the issues again with the changes: add expand=changelog to /rest/api/2/search.",
            "Follow startAt (or nextPageToken) until all pages are there, and give the pages as one file, one after the other.",
        ]),
    ),
    (
        "jira",
        Evidence::L0,
        history(&[
            "Fetch /rest/api/2/search?jql=project=KEY&expand=changelog page by page, and give the answers as one file.",
            "On Data Center 8.18 or later: Administration, System, Data pipeline, and give issue_history.csv.",
            "For time per status at least: add the column [CHART] Time in Status to the filter and export it again.",
        ]),
    ),
    (
        "jira",
        Evidence::L1,
        history(&[
            "Fetch /rest/api/2/search?jql=project=KEY&expand=changelog page by page, and give the answers as one file.",
            "On Data Center 8.18 or later: Administration, System, Data pipeline, and give issue_history.csv.",
        ]),
    ),
    (
        "servicenow",
        Evidence::L0,
        history(&[
            "Open the list metric_instance.list (or incident_metric.list) and filter Definition by Incident State Duration and the assignment group.",
            "Personalise the columns: number, definition, value, start, end, duration.",
            "Export it as CSV. Where no metrics run, an administrator exports sys_audit.list of the table instead.",
        ]),
    ),
    (
        "gitlab",
        Evidence::L0,
        history(&[
            "For each issue fetch /projects/ID/issues/IID/resource_state_events and resource_label_events.",
            "Give the answers as one file, one after the other.",
        ]),
    ),
    (
        "github",
        Evidence::L0,
        history(&[
            "Fetch /repos/OWNER/NAME/issues/events?per_page=100, all pages (gh api --paginate).",
            "Give the answers as one file.",
        ]),
    ),
    (
        "azure-builds",
        Evidence::L0,
        history(&["For each build fetch /_apis/build/builds/ID/timeline.", "Give the records as one file."]),
    ),
    (
        "azure",
        Evidence::L0,
        history(&[
            "For each work item fetch /_apis/wit/workItems/ID/updates.",
            "Give the answers as one file, one after the other.",
        ]),
    ),
    ("jenkins", Evidence::L0, history(&["For each build fetch /wfapi/describe, and give its stages as one list."])),
    (
        "circleci",
        Evidence::L0,
        history(&["For each workflow fetch /api/v2/workflow/ID/job, and give the answers as one file."]),
    ),
    (
        "trello",
        Evidence::L0,
        history(&[
            "In the board's menu: Print, export and share, Export as JSON; it holds the last 1,000 actions.",
            "For more, fetch /1/boards/ID/actions?filter=createCard,updateCard:idList&limit=1000 page by page with before=.",
        ]),
    ),
    (
        "pagerduty",
        Evidence::L0,
        history(&["Fetch /log_entries?since=…&until=…, all pages, and give the answers as one file."]),
    ),
    (
        "zendesk",
        Evidence::L0,
        history(&[
            "Fetch /api/v2/incremental/ticket_events.json from start_time on.",
            "Write one row a change as CSV: ticket, field, new value, time.",
        ]),
    ),
    (
        "freshservice",
        Evidence::L0,
        history(&[
            "For each ticket fetch /api/v2/tickets/ID/activities.",
            "Write one row a change as CSV: ticket, status, time, group.",
        ]),
    ),
    (
        "glpi",
        Evidence::L0,
        history(&[
            "Export the table glpi_logs with itemtype = Ticket and id_search_option = 12 (status) or 8 (group).",
            "Name its columns ticket, field, new value, time, and give it as CSV.",
        ]),
    ),
    (
        "zammad",
        Evidence::L0,
        history(&[
            "For each ticket fetch /api/v1/ticket_history/ID.",
            "Write one row a change of state or group as CSV: ticket, field, new value, time.",
        ]),
    ),
    (
        "otrs",
        Evidence::L0,
        history(&[
            "Export the table ticket_history with the history types StateUpdate, Move and NewTicket.",
            "Name its columns ticket, state, time, queue, and give it as CSV.",
        ]),
    ),
    (
        "redmine",
        Evidence::L0,
        history(&[
            "For each issue fetch /issues/ID.json?include=journals.",
            "Write one row a change of status as CSV: issue, status, time.",
        ]),
    ),
    (
        "itop",
        Evidence::L0,
        history(&[
            "Export CMDBChangeOpSetAttributeScalar with attcode = status or team_id.",
            "Name its columns ticket, field, new value, time, and give it as CSV.",
        ]),
    ),
    (
        "",
        Evidence::L0,
        history(&[
            "Export the history of changes: one row for each change of status, with case, status and time.",
            "Add the team that has the case then, for hand-offs.",
        ]),
    ),
    (
        "",
        Evidence::L1,
        history(&["Export the history of changes: one row for each change of status, with case, status and time."]),
    ),
    (
        "",
        Evidence::L2,
        NextStep {
            level: "L3",
            gives: OBJECTS,
            how: &[
                "Bring requests, changes, deployments and incidents together, with the links between them, as an OCEL 2.0 log.",
            ],
        },
    ),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::{STEPS, next_step};
    use crate::imported::Evidence;

    #[test]
    fn the_way_on_is_that_of_the_tool() {
        let first = |level: Evidence, profile| next_step(level, profile).unwrap().how.first().copied().unwrap();
        assert!(first(Evidence::L0, Some("servicenow-list")).contains("metric_instance"));
        assert!(first(Evidence::L1, Some("jira-csv")).contains("expand=changelog"));
        assert!(first(Evidence::L0, Some("jira-json")).contains("again"));
        assert!(first(Evidence::L0, None).contains("history of changes"));
        assert_eq!(next_step(Evidence::L2, Some("jira-json")).unwrap().level, "L3");
        assert!(STEPS.iter().all(|(.., step)| (1..=3).contains(&step.how.len())));
    }
}
