//! JSON: answers of tools as small as they can be, and the captures of the shared data.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use proptest::prelude::*;
use support::again::{self, codes, events, profile, with};
use support::shared::shared as folder;
use watercourse_exchange::{By, Evidence, Format, Imported, Layout, Options, Rows, read_path};
use watercourse_flow::log::TimeMeans;

/// [`again::text`] of JSON.
fn text(bytes: impl AsRef<[u8]>) -> Imported {
    let imported = again::text(bytes);
    assert_eq!(imported.mapping.format.value, Format::Json);
    imported
}

const JIRA: &str = r#"{"expand":"schema","startAt":0,"maxResults":50,"total":2,"issues":[
 {"id":"1","key":"P-1","fields":{"summary":"x","created":"2024-03-04T08:00:00.000+0100","status":{"name":"Done","statusCategory":{"key":"done"}},"resolutiondate":null},
  "changelog":{"startAt":0,"maxResults":4,"total":4,"histories":[
   {"id":"13","created":"2024-03-04T12:00:00.000+0100","items":[{"field":"status","fromString":"In Progress","toString":"Done"},{"field":"resolution","toString":"Done"}]},
   {"id":"12","created":"2024-03-04T11:00:00.000+0100","items":[{"field":"Team","fromString":"Payments","toString":"Platform"}]},
   {"id":"11","created":"2024-03-04T09:00:00.000+0100","items":[{"field":"status","fromString":"To Do","toString":"In Progress"}]},
   {"id":"10","created":"2024-03-04T08:30:00.000+0100","items":[{"field":"assignee","toString":"Ann"}]}]}},
 {"id":"2","key":"P-2","fields":{"created":"2024-03-04T10:00:00.000+0100","status":{"name":"To Do","statusCategory":{"key":"new"}}},
  "changelog":{"startAt":0,"maxResults":1,"total":150,"histories":[]}}]}"#;

#[test]
fn jira_with_its_changes() {
    let i = text(JIRA);
    assert_eq!((profile(&i), i.mapping.profile.by, i.evidence), ("jira-json", By::Found, Evidence::L2));
    assert_eq!(
        events(&i),
        [
            "P-1 To Do 0 Payments",
            "P-1 In Progress 60 Payments",
            "P-1 In Progress 180 Platform",
            "P-1 Done 240 Platform",
            "P-2 To Do 120 -"
        ]
    );
    assert_eq!((i.mapping.done.value.as_slice(), i.mapping.done.by), (&["Done".to_owned()][..], By::Found));
    assert_eq!(i.mapping.time_means.value, TimeMeans::Entry);
    assert!(codes(&i).contains(&"histories-cut"), "{:?}", i.warnings);
    let one = text(JIRA.lines().skip(1).take(6).collect::<String>().trim_end_matches(','));
    assert_eq!(one.log.len(), 4, "one issue alone");
}

#[test]
fn jira_without_changes_is_a_snapshot() {
    let i = text(
        r#"{"key":"A-1","fields":{"created":"2024-03-04T08:00:00.000+0000","resolutiondate":"2024-03-05T08:00:00.000+0000"}}
{"key":"A-2","fields":{"created":"2024-03-04T09:00:00.000+0000","resolutiondate":null}}
{"key":"A-3","fields":{"created":"soon"}}
{"fields":{"created":"2024-03-04T09:00:00.000+0000"}}"#,
    );
    assert_eq!((i.evidence, i.mapping.layout.value), (Evidence::L0, Layout::Dates));
    assert_eq!(events(&i), ["A-1 Created 0 -", "A-1 Resolved 1440 -", "A-2 Created 60 -"]);
    assert_eq!(i.rows, Rows { read: 4, used: 2, rejected: 2, ..Rows::default() });
    assert_eq!(i.rejected.iter().map(|r| r.line).collect::<Vec<_>>(), [3, 4]);
    assert!(codes(&i).contains(&"no-history"));
}

#[test]
fn lists_of_plain_objects_are_tables() {
    let i = text(
        r#"[{"ticket":{"id":7},"activity":"Open, \"loud\"","time":"2024-03-04T08:00:00Z","tags":["a"]},
 {"ticket":{"id":7},"activity":"Done","time":"2024-03-04T09:00:00Z","team":"X\nY"},
 {"ticket":{"id":8},"activity":"Open","time":"later"}]"#,
    );
    assert_eq!(i.mapping.case.value, "ticket.id");
    assert_eq!(events(&i), ["7 Open, \"loud\" 0 -", "7 Done 60 X Y"]);
    assert_eq!(i.rejected.first().map(|r| r.line), Some(3), "the third record");
    let lines = text(
        "{\"case\":\"a\",\"activity\":\"x\",\"ts\":1709539200}\n{\"case\":\"a\",\"activity\":\"y\",\"ts\":1709542800000}\n",
    );
    assert_eq!(events(&lines), ["a x 0 -", "a y 60 -"], "seconds and milliseconds");
}

#[test]
fn answers_of_forges_and_pipelines() {
    let runs = text(
        r#"{"total_count":2,"workflow_runs":[
 {"id":1,"name":"CI","run_number":1,"workflow_id":9,"status":"completed","conclusion":"success","created_at":"2024-03-04T08:00:00Z","run_started_at":"2024-03-04T08:01:00Z","updated_at":"2024-03-04T08:11:00Z"},
 {"id":2,"name":"CI","run_number":2,"workflow_id":9,"status":"in_progress","conclusion":null,"created_at":"2024-03-04T09:00:00Z","run_started_at":"2024-03-04T09:01:00Z","updated_at":"2024-03-04T09:05:00Z"}]}"#,
    );
    assert_eq!(profile(&runs), "github-runs-json");
    assert_eq!(events(&runs), ["1 Created 0 -", "1 Started 1 -", "1 success 11 -", "2 Created 60 -", "2 Started 61 -"]);
    let jenkins = text(
        r#"{"_class":"hudson.model.FreeStyleProject","builds":[{"_class":"hudson.model.FreeStyleBuild","actions":[{}],"duration":60000,"fullDisplayName":"app #1","number":1,"result":"SUCCESS","timestamp":1709539200000},
 {"_class":"hudson.model.FreeStyleBuild","actions":[],"duration":0,"fullDisplayName":"app #2","number":2,"result":null,"timestamp":1709542800000}]}"#,
    );
    assert_eq!(events(&jenkins), ["app #1 Started 0 -", "app #1 SUCCESS 1 -", "app #2 Started 60 -"]);
    let states = text(
        r#"[{"id":1,"user":{"id":1},"created_at":"2024-03-04T08:00:00Z","resource_type":"Issue","resource_id":11,"state":"closed"},
 {"id":2,"created_at":"2024-03-05T08:00:00Z","resource_type":"Issue","resource_id":11,"state":"reopened"}]"#,
    );
    assert_eq!((profile(&states), events(&states).len()), ("gitlab-states-json", 2));
    let updates = text(
        r#"{"count":3,"value":[{"id":1,"workItemId":5,"rev":1,"revisedDate":"2024-03-04T09:00:00Z","fields":{"System.State":{"newValue":"New"},"System.ChangedDate":{"newValue":"2024-03-04T08:00:00Z"}}},
 {"id":2,"workItemId":5,"rev":2,"revisedDate":"2024-03-04T10:00:00Z","fields":{"System.Title":{"newValue":"x"},"System.ChangedDate":{"newValue":"2024-03-04T09:00:00Z"}}},
 {"id":3,"workItemId":5,"rev":3,"revisedDate":"9999-01-01T00:00:00Z","fields":{"System.State":{"oldValue":"New","newValue":"Active"},"System.ChangedDate":{"oldValue":"2024-03-04T09:00:00Z","newValue":"2024-03-04T10:00:00Z"}}}]}"#,
    );
    assert_eq!(events(&updates), ["5 New 0 -", "5 Active 120 -"]);
    assert_eq!(updates.rows.skipped, 1);
    let board = text(
        r#"{"id":"b","name":"Board","cards":[{"id":"65e57e80aaaaaaaaaaaaaaaa","idBoard":"b","idList":"l1","shortLink":"sh","dateLastActivity":"2024-03-05T08:00:00.000Z"}],
 "actions":[{"id":"2","type":"updateCard","date":"2024-03-05T08:00:00.000Z","data":{"card":{"id":"c","shortLink":"sh"},"listBefore":{"name":"Doing"},"listAfter":{"name":"Done"}}},
 {"id":"1","type":"createCard","date":"2024-03-04T08:00:00.000Z","data":{"card":{"id":"c","shortLink":"sh"},"list":{"name":"Doing"}}},
 {"id":"3","type":"commentCard","date":"2024-03-04T09:00:00.000Z","data":{"card":{"id":"c","shortLink":"sh"},"list":{"name":"Doing"}}}]}"#,
    );
    assert_eq!((profile(&board), board.rows.skipped), ("trello-actions-json", 2));
    assert_eq!(board.log.len(), 2);
}

#[test]
fn what_is_wrong_is_named() {
    for (json, word) in [
        ("{\"issues\":[{\"key\":\"A\",\"fields\":{\"created\":\"2024-01-01\"}},{\"key\":]}", "/issues"),
        ("[{\"a\":1,\n\"b\":2}", "ends inside a list"),
        ("[]", "nothing"),
        ("[1,2,3]", "JSON"),
        ("{\"ocel:global-log\":{}}", "object-centric"),
    ] {
        let error = with(json, &Options::default()).unwrap_err().to_string();
        assert!(error.contains(word), "{json}: {error}");
    }
    let deep = format!("[{{\"a\":{}1{}}}]", "[".repeat(5000), "]".repeat(5000));
    assert!(with(deep, &Options::default()).unwrap_err().to_string().contains("deeper"));
    let wrong = with(JIRA, &Options { profile: Some("jira-jsn".into()), ..Options::default() }).unwrap_err();
    assert!(wrong.is_usage() && wrong.to_string().contains("jira-json"), "{wrong}");
}

fn shared(file: &str) -> Option<Imported> {
    let path = folder()?;
    Some(read_path(&path.join(file), &Options::default(), &mut |_, _| {}).unwrap_or_else(|e| panic!("{file}: {e}")))
}

/// File, profile, rows, events, cases: counted with another reader of the same captures.
const CAPTURES: [(&str, &str, u64, usize, usize); 24] = [
    ("jira/_raw_jira_api_issues", "jira-json", 33, 198, 33),
    ("jira/_raw_jira_api_issue_changelogs", "jira-changelog-json", 279, 10, 3),
    ("jira/_raw_jira_api_issue_relationships", "jira-json", 22, 22, 22),
    ("issue_trace/issue_changelogs", "devlake-changelog", 693, 168, 31),
    ("issue_trace/issues", "devlake-issues", 32, 64, 32),
    ("github/_raw_github_api_issues", "github-issues-json", 42, 95, 41),
    ("github/_raw_github_api_pull_requests", "github-pulls-json", 50, 123, 49),
    ("github/_raw_github_api_events", "github-events-json", 50, 50, 18),
    ("github/_raw_github_api_runs", "github-runs-json", 35, 88, 35),
    ("github/_raw_github_api_jobs", "github-jobs-json", 35, 35, 10),
    ("gitlab/_raw_gitlab_api_issues", "gitlab-issues-json", 16, 28, 16),
    ("gitlab/_raw_gitlab_api_merge_requests", "gitlab-issues-json", 18, 31, 18),
    ("gitlab/_raw_gitlab_api_pipeline_details", "gitlab-pipeline-details-json", 16, 48, 16),
    ("gitlab/_raw_gitlab_api_pipeline", "gitlab-pipelines-json", 29, 49, 29),
    ("gitlab/_raw_gitlab_api_job", "gitlab-jobs-json", 75, 75, 58),
    ("jenkins/_raw_jenkins_api_builds", "jenkins-builds-json", 14, 28, 14),
    ("jenkins/_raw_jenkins_api_stages_multibranch", "jenkins-stages-json", 65, 65, 13),
    ("azuredevops_go/_raw_azuredevops_go_api_builds", "azure-builds-json", 7, 18, 7),
    ("bamboo/_raw_bamboo_api_plan_builds", "bamboo-builds-json", 18, 36, 13),
    ("bamboo/_raw_bamboo_api_deploy_builds", "bamboo-deployments-json", 14, 42, 14),
    ("circleci/_raw_circleci_api_workflows", "circleci-workflows-json", 10, 18, 9),
    ("opsgenie/_raw_opsgenie_incidents", "opsgenie-incidents-json", 2, 3, 2),
    ("pagerduty/_raw_pagerduty_incidents", "pagerduty-incidents-json", 3, 5, 3),
    ("trello/_raw_trello_cards", "trello-cards-json", 72, 144, 72),
];

#[test]
fn captures_of_tools() {
    for (file, id, rows, events, cases) in CAPTURES {
        let Some(i) = shared(&format!("devlake-tool-payloads/{file}.csv")) else { return };
        assert_eq!((profile(&i), i.rows.read), (id, rows), "{file}");
        assert_eq!((i.log.len(), i.log.cases.len()), (events, cases), "{file}: {:?}", i.warnings);
    }
}

/// Median of last − first event over all cases, in milliseconds.
fn median_ms(i: &Imported) -> i64 {
    let mut spans = vec![(i64::MAX, i64::MIN); i.log.cases.len()];
    for (case, at) in i.log.case.iter().zip(&i.log.at) {
        let span = &mut spans[*case as usize];
        *span = (span.0.min(*at), span.1.max(*at));
    }
    let mut spans: Vec<i64> = spans.into_iter().map(|(a, b)| b - a).collect();
    spans.sort_unstable();
    let n = spans.len();
    if n % 2 == 1 { spans[n / 2] } else { i64::midpoint(spans[n / 2 - 1], spans[n / 2]) }
}

#[test]
fn real_jira_histories() {
    let Some(i) = shared("devlake-tool-payloads/jira/_raw_jira_api_issues.csv") else { return };
    assert_eq!(median_ms(&i), 24_996_640_332, "from the creation to the last change of status");
    let Some(one) = shared("jira-api-samples/jirametrics/complete_sample/sample_issues/SP-1.json") else { return };
    let names: Vec<&str> = one.log.activities.iter().collect();
    assert_eq!(names, ["Backlog", "Selected for Development", "In Progress", "Review"]);
    let Some(kafka) = shared("apache-jira-issues/kafka_issues.jsonl") else { return };
    assert_eq!((kafka.rows.used, kafka.log.len(), kafka.evidence), (400, 400, Evidence::L0));
    assert!(codes(&kafka).contains(&"ended-without-date"), "{:?}", kafka.warnings);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn a_changed_byte_never_panics(at in 0usize..1400, byte in any::<u8>(), cut in 0usize..1400) {
        let mut bytes = JIRA.as_bytes().to_vec();
        if let Some(slot) = bytes.get_mut(at) {
            *slot = byte;
        }
        let _ = with(&bytes, &Options::default());
        bytes.truncate(cut);
        let _ = with(&bytes, &Options::default());
    }
}
