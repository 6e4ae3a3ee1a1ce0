//! Issue trackers: Jira, GitHub, GitLab, Azure DevOps, Trello, ServiceNow.

use crate::json::payload::{Changes, Payload, Row, at, named, payload, when};

/// Fields of Jira that name a team.
const TEAMS: &[&str] =
    &["team", "team[team]", "assignment group", "assigned group", "support group", "resolver group", "squad"];

const JIRA: Changes = Changes {
    list: "/changelog/histories",
    total: "/changelog/total",
    at: "/created",
    items: "/items",
    field: "/field",
    status: &["status"],
    team: TEAMS,
    from: "/fromString",
    to: "/toString",
    born: "/fields/created",
    now: "/fields/status/name",
};

pub(super) const PAYLOADS: [Payload; 14] = [
    Payload {
        changes: Some(&JIRA),
        moments: &[at(&["/fields/created"], "Created"), at(&["/fields/resolutiondate"], "Resolved")],
        done: &["Resolved"],
        category: Some(("/fields/status/name", "/fields/status/statusCategory/key", "done")),
        ..payload("jira-json", "issues of Jira", Row::Case, &["/key", "/fields/created"], &["/key"])
    },
    Payload {
        changes: Some(&Changes { list: "", total: "", born: "", now: "", ..JIRA }),
        ..payload(
            "jira-changelog-json",
            "changelogs of Jira issues",
            Row::Status,
            &["/created", "/items/0/field"],
            &["/issueKey", "/issueId", "/_input/issue_id", "/issue_id"],
        )
    },
    Payload {
        within: &["/repository_url", "/repository/full_name"],
        moments: &[
            at(&["/created_at"], "Created"),
            at(&["/pull_request/merged_at"], "Merged"),
            at(&["/closed_at"], "Closed"),
        ],
        done: &["Closed", "Merged"],
        ..payload(
            "github-issues-json",
            "issues of GitHub",
            Row::Case,
            &["/number", "/created_at", "/closed_at", "/state", "/labels_url"],
            &["/number"],
        )
    },
    Payload {
        within: &["/base/repo/full_name"],
        moments: &[at(&["/created_at"], "Created"), at(&["/merged_at"], "Merged"), at(&["/closed_at"], "Closed")],
        done: &["Merged", "Closed"],
        ..payload(
            "github-pulls-json",
            "pull requests of GitHub",
            Row::Case,
            &["/number", "/created_at", "/closed_at", "/merged_at", "/head", "/base"],
            &["/number"],
        )
    },
    Payload {
        moments: &[at(&["/createdAt"], "Created"), at(&["/mergedAt"], "Merged"), at(&["/closedAt"], "Closed")],
        done: &["Merged", "Closed"],
        ..payload(
            "github-cli-json",
            "issues or pull requests of the GitHub command line",
            Row::Case,
            &["/number", "/createdAt", "/closedAt"],
            &["/number"],
        )
    },
    Payload {
        moments: &[named(&["/created_at"], &["/event"])],
        done: &["closed", "merged"],
        labels: &[],
        ..payload(
            "github-events-json",
            "events of GitHub issues",
            Row::Work,
            &["/event", "/created_at", "/issue/number"],
            &["/issue/number"],
        )
    },
    Payload {
        moments: &[named(&["/submitted_at"], &["/state"])],
        ..payload(
            "github-reviews-json",
            "reviews of GitHub pull requests",
            Row::Work,
            &["/submitted_at", "/state", "/pull_request_url"],
            &["/pull_request_url"],
        )
    },
    Payload {
        moments: &[at(&["/created_at"], "Created"), at(&["/merged_at"], "Merged"), at(&["/closed_at"], "Closed")],
        done: &["Closed", "Merged"],
        ..payload(
            "gitlab-issues-json",
            "issues or merge requests of GitLab",
            Row::Case,
            &["/iid", "/project_id", "/created_at", "/closed_at", "/state"],
            &["/references/full", "/web_url", "/iid"],
        )
    },
    Payload {
        moments: &[named(&["/created_at"], &["/state"])],
        done: &["closed", "merged"],
        ..payload(
            "gitlab-states-json",
            "state events of GitLab",
            Row::Status,
            &["/resource_type", "/resource_id", "/created_at", "/state"],
            &["/resource_id"],
        )
    },
    Payload {
        moments: &[
            at(&["/fields/System.CreatedDate"], "Created"),
            at(&["/fields/Microsoft.VSTS.Common.ActivatedDate"], "Activated"),
            at(&["/fields/Microsoft.VSTS.Common.ResolvedDate"], "Resolved"),
            at(&["/fields/Microsoft.VSTS.Common.ClosedDate"], "Closed"),
        ],
        done: &["Closed"],
        ..payload(
            "azure-work-items-json",
            "work items of Azure DevOps",
            Row::Case,
            &["/id", "/fields/System.CreatedDate"],
            &["/id"],
        )
    },
    Payload {
        moments: &[named(&["/fields/System.ChangedDate/newValue", "/revisedDate"], &["/fields/System.State/newValue"])],
        ..payload(
            "azure-updates-json",
            "updates of Azure DevOps work items",
            Row::Status,
            &["/workItemId", "/rev", "/revisedDate"],
            &["/workItemId"],
        )
    },
    Payload {
        moments: &[when(
            named(&["/date"], &["/data/listAfter/name", "/data/list/name"]),
            "/type",
            &["createCard", "updateCard", "copyCard", "moveCardToBoard", "convertToCardFromCheckItem"],
        )],
        ..payload(
            "trello-actions-json",
            "actions of a Trello board",
            Row::Status,
            &["/type", "/date", "/data/card/id"],
            &["/data/card/shortLink", "/data/card/id"],
        )
    },
    Payload {
        moments: &[at(&["hex:/id"], "Created"), at(&["/dateLastActivity"], "Last activity")],
        ..payload(
            "trello-cards-json",
            "cards of a Trello board",
            Row::Case,
            &["/idBoard", "/idList", "/shortLink", "/dateLastActivity"],
            &["/shortLink"],
        )
    },
    Payload {
        moments: &[
            at(&["/opened_at", "/sys_created_on"], "Opened"),
            at(&["/resolved_at"], "Resolved"),
            at(&["/closed_at"], "Closed"),
        ],
        done: &["Resolved", "Closed"],
        ..payload(
            "servicenow-json",
            "records of ServiceNow",
            Row::Case,
            &["/number", "/opened_at", "/sys_id", "/closed_at"],
            &["/number"],
        )
    },
];
