//! What is built in: activities, practices, kinds, verbs and relations. Read only, the same on every server.

use super::operation::{Endpoint, Operation};
use super::schemas::{all_of, reference};
use crate::problem::Problem;
use axum::Json;
use axum::extract::Path;
use axum::routing::get;
use serde_json::{Value, json};
use watercourse_core::activity::Activity;
use watercourse_core::link::Link;
use watercourse_core::verb::{Ask, REGISTRY, Scope, Spec};
use watercourse_practices::{Kind, PRACTICES, Practice, kinds};

const CHAPTER: &str = "Catalogue";

pub(super) fn endpoints<S: Clone + Send + Sync + 'static>() -> Vec<Endpoint<S>> {
    let list = |path: &str, id: &str, summary: &str, schema: &str| {
        Operation::get(path, id, CHAPTER, summary).answers(200, "All of them.", all_of(schema))
    };
    let one = |path: &str, id: &str, summary: &str, schema: &str, example: &str| {
        Operation::get(path, id, CHAPTER, summary).path("id", "Its id.", example).answers(200, "It.", reference(schema))
    };
    vec![
        list("/api/v1/activities", "list_activities", "The six activities", "Activity")
            .by(get(async || all(Activity::ALL.into_iter().map(activity)))),
        one("/api/v1/activities/{id}", "get_activity", "One activity", "Activity", "engage")
            .by(get(async |Path(id): Path<String>| found(Activity::parse(&id).map(activity), "activity", &id))),
        list("/api/v1/practices", "list_practices", "The practices", "Practice")
            .by(get(async || all(PRACTICES.iter().map(|p| practice(p))))),
        one("/api/v1/practices/{id}", "get_practice", "One practice", "Practice", "service-desk").by(get(
            async |Path(id): Path<String>| found(watercourse_practices::practice(&id).map(practice), "practice", &id),
        )),
        list("/api/v1/kinds", "list_kinds", "The kinds of work, with their fields", "Kind")
            .by(get(async || all(kinds().map(kind)))),
        one("/api/v1/kinds/{id}", "get_kind", "One kind of work", "Kind", "change")
            .by(get(async |Path(id): Path<String>| found(watercourse_practices::kind(&id).map(kind), "kind", &id))),
        list("/api/v1/verbs", "list_verbs", "The verbs, with what each takes", "Verb")
            .by(get(async || all(offered().map(verb)))),
        list("/api/v1/relations", "list_relations", "The relations between items", "Relation")
            .by(get(async || all(Link::ALL.into_iter().map(relation)))),
    ]
}

/// The verbs that somebody may ask for.
pub(super) fn offered() -> impl Iterator<Item = &'static Spec> {
    REGISTRY.iter().copied().filter(|s| s.scope != Scope::Internal)
}

fn all(rows: impl Iterator<Item = Value>) -> Json<Value> {
    Json(json!({"data": rows.collect::<Vec<_>>()}))
}

fn found(row: Option<Value>, what: &str, id: &str) -> Result<Json<Value>, Problem> {
    row.map(Json).ok_or_else(|| Problem::not_found(what, id))
}

fn activity(activity: Activity) -> Value {
    let about = activity.about();
    let serving: Vec<&str> = PRACTICES.iter().filter(|p| p.contribution(activity).is_some()).map(|p| p.id).collect();
    json!({
        "id": activity.id(), "code": activity.code(), "name": activity.name(), "purpose": about.purpose,
        "objectives": about.objectives, "inputs": about.inputs, "outputs": about.outputs, "practices": serving,
    })
}

fn practice(practice: &Practice) -> Value {
    let serves: Vec<Value> =
        practice.activities.iter().map(|(a, what)| json!({"activity": a.id(), "contribution": what})).collect();
    let owned: Vec<&str> = practice.kinds.iter().map(|k| k.id).collect();
    json!({
        "id": practice.id, "name": practice.name, "purpose": practice.purpose, "shape": practice.shape.id(),
        "activities": serves, "kinds": owned,
    })
}

fn kind(kind: &Kind) -> Value {
    let fields: Vec<Value> = kind
        .all_fields()
        .map(|f| json!({"id": f.id, "label": f.label, "type": f.is.id(), "choices": f.is.choices()}))
        .collect();
    json!({
        "id": kind.id, "name": kind.name, "plural": kind.plural, "prefix": kind.prefix, "word": kind.word,
        "practice": kind.practice, "fields": fields,
    })
}

fn verb(spec: &Spec) -> Value {
    let arguments: Vec<Value> = spec
        .args
        .iter()
        .map(|a| json!({"name": a.name, "is": sort(a.ask), "required": a.required, "about": a.about}))
        .collect();
    let scope = if spec.scope == Scope::Step { "step" } else { "item" };
    json!({"id": spec.id, "label": spec.label, "about": spec.about, "scope": scope, "arguments": arguments})
}

/// The word for what an argument is.
const fn sort(ask: Ask) -> &'static str {
    match ask {
        Ask::Step => "step",
        Ask::Outcome => "outcome",
        Ask::Team => "team",
        Ask::Activity => "activity",
        Ask::Gate => "gate",
        Ask::Link => "relation",
        Ask::Item => "item",
        Ask::Field => "field",
        Ask::Label => "label",
        Ask::Words => "words",
        Ask::Value => "value",
        Ask::Flag => "flag",
    }
}

fn relation(link: Link) -> Value {
    json!({"id": link.id(), "forward": link.forward(), "inverse": link.inverse()})
}
