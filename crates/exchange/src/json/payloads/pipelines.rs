//! Pipelines and deployments: GitHub Actions, GitLab, Jenkins, Azure, CircleCI, Bamboo.

use crate::json::payload::{Label, Moment, Payload, Row, at, named, payload, when, work};

/// How runs end.
const ENDS: &[&str] = &[
    "success",
    "failure",
    "cancelled",
    "skipped",
    "timed_out",
    "neutral",
    "stale",
    "action_required",
    "startup_failure",
    "failed",
    "canceled",
    "error",
    "failing",
    "unauthorized",
    "SUCCESS",
    "FAILURE",
    "UNSTABLE",
    "ABORTED",
    "NOT_BUILT",
    "succeeded",
    "partiallySucceeded",
    "Successful",
    "Failed",
    "SUCCESSFUL",
    "FAILED",
    "Unknown",
];

pub(super) const PAYLOADS: [Payload; 15] = [
    Payload {
        moments: &[
            at(&["/created_at"], "Created"),
            at(&["/run_started_at"], "Started"),
            when(named(&["/updated_at"], &["/conclusion"]), "/status", &["completed"]),
        ],
        done: ENDS,
        ..payload(
            "github-runs-json",
            "workflow runs of GitHub",
            Row::Case,
            &["/id", "/created_at", "/workflow_id", "/run_number", "/conclusion"],
            &["/id"],
        )
    },
    Payload {
        moments: &[work(&["/started_at"], &["/completed_at"], &["/name"])],
        ..payload(
            "github-jobs-json",
            "jobs of GitHub workflow runs",
            Row::Work,
            &["/run_id", "/started_at", "/completed_at", "/name"],
            &["/run_id"],
        )
    },
    Payload {
        moments: &[
            at(&["/created_at"], "Created"),
            at(&["/started_at"], "Started"),
            when(named(&["/finished_at"], &["/status"]), "/status", ENDS),
        ],
        done: ENDS,
        ..payload(
            "gitlab-pipeline-details-json",
            "pipelines of GitLab with their times",
            Row::Case,
            &["/id", "/sha", "/ref", "/created_at", "/started_at", "/finished_at", "/status"],
            &["/id"],
        )
    },
    Payload {
        moments: &[at(&["/created_at"], "Created"), when(named(&["/updated_at"], &["/status"]), "/status", ENDS)],
        done: ENDS,
        ..payload(
            "gitlab-pipelines-json",
            "pipelines of GitLab",
            Row::Case,
            &["/id", "/sha", "/ref", "/created_at", "/updated_at", "/status"],
            &["/id"],
        )
    },
    Payload {
        moments: &[work(&["/started_at"], &["/finished_at"], &["/name"])],
        ..payload(
            "gitlab-jobs-json",
            "jobs of GitLab pipelines",
            Row::Work,
            &["/id", "/stage", "/name", "/started_at", "/finished_at", "/pipeline/id"],
            &["/pipeline/id"],
        )
    },
    Payload {
        moments: &[
            at(&["/created_at"], "Created"),
            at(&["/deployable/started_at"], "Started"),
            named(&["/deployable/finished_at"], &["/status"]),
        ],
        done: ENDS,
        ..payload(
            "gitlab-deployments-json",
            "deployments of GitLab",
            Row::Case,
            &["/id", "/iid", "/environment/name", "/deployable", "/created_at", "/updated_at", "/status"],
            &["/id"],
        )
    },
    Payload {
        moments: &[
            at(&["/timestamp"], "Started"),
            Moment {
                at: &["/timestamp"],
                plus: Some("/duration"),
                start: &[],
                label: Label::At(&["/result"]),
                when: None,
            },
        ],
        done: ENDS,
        ..payload(
            "jenkins-builds-json",
            "builds of Jenkins",
            Row::Case,
            &["/number", "/timestamp", "/duration", "/result"],
            &["/fullDisplayName", "/url", "/number"],
        )
    },
    Payload {
        moments: &[Moment {
            at: &["/startTimeMillis"],
            plus: Some("/durationMillis"),
            start: &["/startTimeMillis"],
            label: Label::At(&["/name"]),
            when: None,
        }],
        ..payload(
            "jenkins-stages-json",
            "stages of Jenkins builds",
            Row::Work,
            &["/name", "/startTimeMillis", "/durationMillis", "/status"],
            &["/_input/FullName", "/build"],
        )
    },
    Payload {
        moments: &[
            at(&["/queueTime"], "Queued"),
            at(&["/startTime"], "Started"),
            named(&["/finishTime"], &["/result"]),
        ],
        done: ENDS,
        ..payload(
            "azure-builds-json",
            "builds of Azure DevOps",
            Row::Case,
            &["/id", "/buildNumber", "/queueTime", "/status"],
            &["/id"],
        )
    },
    Payload {
        moments: &[at(&["/creationDate"], "Created"), named(&["/closedDate"], &["/status"])],
        done: &["completed"],
        ..payload(
            "azure-pulls-json",
            "pull requests of Azure DevOps",
            Row::Case,
            &["/pullRequestId", "/creationDate", "/status"],
            &["/pullRequestId"],
        )
    },
    Payload {
        moments: &[work(&["/startTime"], &["/finishTime"], &["/name"])],
        ..payload(
            "azure-timeline-json",
            "timelines of Azure DevOps builds",
            Row::Work,
            &["/type", "/name", "/startTime", "/finishTime", "/workerName"],
            &["/_input/AzuredevopsId", "/parentId"],
        )
    },
    Payload {
        moments: &[work(&["/started_at"], &["/stopped_at"], &["/name"])],
        ..payload(
            "circleci-jobs-json",
            "jobs of CircleCI",
            Row::Work,
            &["/job_number", "/started_at", "/name", "/project_slug"],
            &["/workflow_id", "/_input/id", "/id"],
        )
    },
    Payload {
        moments: &[at(&["/created_at"], "Created"), named(&["/stopped_at"], &["/status"])],
        done: ENDS,
        ..payload(
            "circleci-workflows-json",
            "workflows of CircleCI",
            Row::Case,
            &["/id", "/pipeline_id", "/created_at", "/status"],
            &["/id"],
        )
    },
    Payload {
        moments: &[at(&["/buildStartedTime"], "Started"), named(&["/buildCompletedTime"], &["/buildState"])],
        done: ENDS,
        ..payload(
            "bamboo-builds-json",
            "builds of Bamboo",
            Row::Case,
            &["/buildResultKey", "/buildStartedTime", "/buildState"],
            &["/buildResultKey"],
        )
    },
    Payload {
        moments: &[
            at(&["/queuedDate"], "Queued"),
            at(&["/startedDate"], "Started"),
            named(&["/finishedDate"], &["/deploymentState"]),
        ],
        done: ENDS,
        ..payload(
            "bamboo-deployments-json",
            "deployments of Bamboo",
            Row::Case,
            &["/id", "/deploymentVersionName", "/deploymentState", "/startedDate"],
            &["/id"],
        )
    },
];
