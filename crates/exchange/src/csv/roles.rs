//! How much the name of a column speaks for a role, from 0 to 1. Contents are weighed in `plan`.

/// Things a case can be.
const ENTITIES: [&str; 22] = [
    "case",
    "incident",
    "ticket",
    "issue",
    "request",
    "order",
    "application",
    "claim",
    "problem",
    "change",
    "item",
    "work",
    "process",
    "instance",
    "trace",
    "project",
    "patient",
    "story",
    "task",
    "document",
    "loan",
    "workitem",
];
/// Words for an identifier.
const IDS: [&str; 10] = ["id", "key", "number", "no", "nr", "num", "ref", "reference", "identifier", "code"];
/// Words that make an identifier one of something else.
const ASIDE: [&str; 22] = [
    "activity",
    "event",
    "parent",
    "related",
    "external",
    "customer",
    "user",
    "type",
    "name",
    "interaction",
    "step",
    "caused",
    "by",
    "epic",
    "sprint",
    "count",
    "creator",
    "owner",
    "project",
    "changelog",
    "state",
    "status",
];

fn has(words: &[String], any: &[&str]) -> bool {
    words.iter().any(|w| any.contains(&w.as_str()))
}

fn joined(words: &[String]) -> String {
    words.join(" ")
}

/// The case id.
pub(crate) fn case(words: &[String]) -> f64 {
    match joined(words).as_str() {
        "case concept name" => return 1.0,
        "case id" | "caseid" | "case key" => return 0.98,
        "case" | "case number" | "trace id" | "traceid" => return 0.95,
        "issue key" => return 0.94,
        "number" | "key" => return 0.91,
        "issue id" => return 0.78,
        "id" => return 0.55,
        "sys id" | "uuid" | "guid" => return 0.4,
        _ => {}
    }
    if words.first().is_some_and(|w| w == "case") && words.len() > 1 && !has(words, &IDS) {
        return 0.1;
    }
    let aside = has(words, &ASIDE);
    match (has(words, &ENTITIES), has(words, &IDS)) {
        (true, true) if !aside => 0.9,
        (true, true) => 0.3,
        (true, false) if words.len() == 1 => 0.7,
        (false, true) if !aside => 0.35,
        _ => 0.0,
    }
}

/// The activity or status.
pub(crate) fn activity(words: &[String]) -> f64 {
    match joined(words).as_str() {
        "concept name" => return 1.0,
        "activity" => return 0.98,
        "activity name" | "activity label" => return 0.97,
        "event name" | "event type" | "activity type" | "task name" | "step name" => return 0.9,
        "event" | "task" | "step" | "stage" | "action" | "state" | "status" | "phase" => return 0.8,
        "activity id" | "activity code" | "event class" | "transition" | "operation" | "message" => return 0.65,
        "to string" | "to value" | "new value" | "to status" | "to state" => return 0.6,
        "name" | "type" | "description" => return 0.3,
        _ => {}
    }
    if has(words, &["lifecycle", "variant"]) || words.first().is_some_and(|w| w == "case") {
        return 0.0;
    }
    if has(words, &["activity"]) {
        return if has(words, &["type", "name", "label"]) {
            0.92
        } else if has(words, &IDS) {
            0.35
        } else {
            0.7
        };
    }
    if has(words, &["state", "status"]) {
        return if has(words, &["category", "resolution", "approval", "alert", "type", "from", "previous", "old"]) {
            0.3
        } else {
            0.78
        };
    }
    if has(words, &["task", "step", "event", "stage"]) && !has(words, &IDS) && !is_time_word(words) { 0.5 } else { 0.0 }
}

/// Whether an activity column of this name holds the states an item enters, rather than what was done.
pub(crate) fn is_status(words: &[String]) -> bool {
    has(words, &["state", "status", "stage", "phase"])
}

fn is_time_word(words: &[String]) -> bool {
    has(words, &["time", "timestamp", "date", "datetime", "at", "on", "stamp", "ts"])
}

/// The time of the event.
pub(crate) fn time(words: &[String]) -> f64 {
    match joined(words).as_str() {
        "time timestamp" => return 1.0,
        "timestamp" | "complete timestamp" | "completion timestamp" | "end timestamp" => return 0.97,
        "event time" | "event timestamp" | "event date" | "event datetime" | "complete time" | "completion time"
        | "end time" | "end date" | "finish time" | "completed at" | "finished at" | "ended at" => return 0.95,
        "datetime" | "datestamp" | "date time" | "date stamp" | "data stamp" | "time stamp" | "ts" | "happened at"
        | "occurred at" | "transition date" | "changed at" | "change date" => return 0.9,
        "sys updated at" | "sys updated on" => return 0.88,
        "time" | "date" | "end" | "complete" => return 0.8,
        "updated at" | "updated on" | "updated" | "last updated" | "modified" => return 0.7,
        "created" | "created at" | "created on" | "created date" | "creation date" => return 0.5,
        _ => {}
    }
    if words.first().is_some_and(|w| w == "case") {
        return 0.05;
    }
    if has(words, &["due", "deadline", "planned", "expected", "target", "viewed", "birth", "estimate", "estimated"]) {
        return 0.05;
    }
    if has(words, &["start", "started", "begin", "began"]) {
        return 0.4;
    }
    if has(words, &["opened", "open", "created", "closed", "close", "resolved", "resolution", "reopen", "submitted"]) {
        return 0.3;
    }
    if is_time_word(words) { 0.6 } else { 0.0 }
}

/// The start of work.
pub(crate) fn start(words: &[String]) -> f64 {
    match joined(words).as_str() {
        "start timestamp" | "time start" | "start time" | "start time timestamp" => 1.0,
        "start date" | "started at" | "start" | "begin time" | "begin timestamp" | "begin" | "started" => 0.9,
        "starttime" | "startdate" | "starttimestamp" => 0.9,
        _ if words.first().is_some_and(|w| w == "case") => 0.0,
        _ if has(words, &["start", "started", "begin"]) && !has(words, &["planned", "scheduled", "sla"]) => 0.5,
        _ => 0.0,
    }
}

/// The team. People are no teams: a resource, assignee or user never is one.
pub(crate) fn team(words: &[String]) -> f64 {
    match joined(words).as_str() {
        "org group" => return 1.0,
        "assignment group" | "assigned group" | "assigned team" | "support group" | "support team" | "team" => {
            return 0.95;
        }
        "workgroup" | "work group" | "resolver group" | "owner group" | "owning team" | "responsible team" => {
            return 0.9;
        }
        "group" | "group name" | "team name" | "queue" => return 0.75,
        "department" | "org unit" | "organizational unit" | "unit" => return 0.55,
        "org role" | "role" => return 0.3,
        _ => {}
    }
    if words.first().is_some_and(|w| w == "case") || has(words, &["customer", "caller", "age", "product"]) {
        return 0.0;
    }
    if has(words, &["team", "workgroup"]) {
        0.7
    } else if has(words, &["group"]) {
        0.5
    } else {
        0.0
    }
}

/// The lifecycle transition.
pub(crate) fn lifecycle(words: &[String]) -> f64 {
    match joined(words).as_str() {
        "lifecycle transition" | "lifecycle" | "lifecycle id" | "life cycle" | "transition lifecycle" => 1.0,
        "transition" | "event lifecycle" | "lifecycle state" | "transition type" => 0.7,
        _ => 0.0,
    }
}

/// For a column of dates in a file with one row a case: the event the date stands for.
pub(crate) fn dated_event(words: &[String]) -> Option<&'static str> {
    if has(
        words,
        &[
            "due",
            "deadline",
            "planned",
            "expected",
            "target",
            "updated",
            "viewed",
            "modified",
            "last",
            "by",
            "birth",
            "estimated",
        ],
    ) {
        return None;
    }
    const EVENTS: [(&str, &[&str]); 7] = [
        ("Reopened", &["reopened", "reopen"]),
        (
            "Created",
            &[
                "created",
                "opened",
                "open",
                "submitted",
                "reported",
                "requested",
                "raised",
                "creation",
                "logged",
                "registered",
            ],
        ),
        ("Resolved", &["resolved", "resolution", "solved", "fixed"]),
        ("Closed", &["closed", "close", "closure"]),
        ("Done", &["done", "completed", "completion", "finished", "delivered", "fulfilled"]),
        ("Cancelled", &["cancelled", "canceled", "withdrawn"]),
        ("Started", &["started", "start"]),
    ];
    EVENTS.iter().find(|(_, table)| has(words, table)).map(|(event, _)| *event)
}

#[cfg(test)]
mod tests {
    use super::{activity, case, dated_event, is_status, start, team, time};
    use crate::names::words;

    fn best<'a>(score: fn(&[String]) -> f64, names: &[&'a str]) -> &'a str {
        names.iter().copied().max_by(|a, b| score(&words(a)).total_cmp(&score(&words(b)))).unwrap_or_default()
    }

    #[test]
    fn names_speak_for_roles() {
        let rabobank = [
            "km_number",
            "incident_id",
            "data_stamp",
            "incident_activity_number",
            "incident_activity_type",
            "assignment_group",
            "interaction_id",
        ];
        assert_eq!(best(case, &rabobank), "incident_id");
        assert_eq!(best(activity, &rabobank), "incident_activity_type");
        assert_eq!(best(time, &rabobank), "data_stamp");
        assert_eq!(best(team, &rabobank), "assignment_group");
        let servicenow = [
            "number",
            "incident_state",
            "opened_at",
            "sys_created_at",
            "sys_updated_at",
            "closed_at",
            "assigned_to",
            "assignment_group",
            "problem_id",
            "caused_by",
        ];
        assert_eq!(best(case, &servicenow), "number");
        assert_eq!(best(activity, &servicenow), "incident_state");
        assert_eq!(best(time, &servicenow), "sys_updated_at");
        assert!(is_status(&words("incident_state")) && !is_status(&words("Activity")));
        assert_eq!(best(start, &["case:startdate", "start_timestamp", "time:timestamp"]), "start_timestamp");
        assert!(team(&words("org:resource")) < 0.1 && team(&words("assigned_to")) < 0.1);
        assert_eq!(dated_event(&words("Due Date")), None);
        assert_eq!(dated_event(&words("resolved_time")), Some("Resolved"));
        assert_eq!(dated_event(&words("reopen_time")), Some("Reopened"));
    }
}
