//! The description of the API as OpenAPI 3.1, made from the operations.

use super::operation::{Content, Operation, Parameter};
use super::schemas;
use crate::problem::Kind;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The chapters, in reading order.
const CHAPTERS: &[(&str, &str)] = &[
    ("Items", "The work that flows: opening, looking up, searching."),
    ("Verbs", "What may be done to an item: one operation a verb."),
    ("Streams", "Value streams: checked, published, drawn and measured."),
    ("Organisation", "Teams, people and services."),
    ("Access", "Entities, roles, and who has them."),
    ("Catalogue", "What is built in: activities, practices, kinds, verbs and relations."),
    ("From outside", "What pipelines and other tools tell us."),
    ("To outside", "Whom we tell what happens: receivers, and what is on its way to them."),
    ("Events", "What happened, in order, once or as it happens."),
    ("Server", "Health and description of the server."),
];

/// The chapters that have operations, each with what it is about.
pub(crate) fn chapters() -> impl Iterator<Item = (&'static str, &'static str)> {
    CHAPTERS.iter().copied()
}

/// What many operations have in common, described once.
#[derive(Default)]
struct Shared {
    parameters: BTreeMap<&'static str, Value>,
    responses: BTreeMap<String, Value>,
}

/// The whole document.
pub(crate) fn document(operations: &[Operation]) -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut shared = Shared::default();
    for operation in operations {
        let described = described(operation, &mut shared);
        paths.entry(&operation.path).or_default().insert(operation.method.to_owned(), described);
    }
    let tags: Vec<Value> = chapters().map(|(name, about)| json!({"name": name, "description": about})).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Watercourse",
            "version": "1",
            "summary": "Define your value streams, run the work through them, see it flow, and close the loop.",
            "description": GUIDE,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "components": {"schemas": schemas::components(), "parameters": shared.parameters, "responses": shared.responses},
    })
}

/// What holds for all operations.
pub(crate) const GUIDE: &str = "\
Times are RFC 3339 in UTC, ids are UUIDs; an item may also be named by its key, such as INC-1042. \
Unknown fields are refused.\n\n\
Whoever asks sends `Authorization: Bearer` and a token, or is signed in; in a demo everybody may do everything, \
and `Watercourse-Actor` says who does it. What somebody may not see is answered as if it were not there.\n\n\
Every write may carry an `Idempotency-Key`: the same key with the same \
request is answered as the first time, with `Idempotency-Replayed: true`, and has no second effect. Without a key \
a repeated request is a new one.\n\n\
What can be replaced carries an `ETag`. `If-Match` lets a write happen only where nobody was faster (412), \
`If-None-Match` spares loading what you have (304). Lists come in pages: follow the header `Link` with `rel=\"next\"`.\n\n\
Every error is `application/problem+json` (RFC 9457): `detail` says what was wrong, `hint` what would be right, \
`errors` where. Until people can sign in, the server answers on the loopback interface only.";

fn described(operation: &Operation, shared: &mut Shared) -> Value {
    let mut responses: BTreeMap<String, Value> = BTreeMap::new();
    for answer in &operation.answers {
        let mut response = json!({"description": answer.about});
        if let Some(content) = &answer.content {
            response["content"] = media(content);
        }
        responses.insert(answer.status.to_string(), response);
    }
    let mut problems: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in operation.problems.iter().chain(&[Kind::Internal, Kind::Unavailable]) {
        problems.entry(kind.status().as_u16()).or_default().push(*kind);
    }
    for (status, kinds) in problems {
        let name = kinds.iter().map(|k| k.id()).collect::<Vec<_>>().join(".");
        shared.responses.entry(name.clone()).or_insert_with(|| {
            let about: Vec<String> = kinds.iter().map(|k| format!("{} (`{}`).", k.title(), k.id())).collect();
            let content = json!({"application/problem+json": {"schema": schemas::reference("Problem")}});
            json!({"description": about.join(" "), "content": content})
        });
        responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{name}")}));
    }
    let parameters: Vec<Value> = operation
        .parameters
        .iter()
        .map(|p| {
            if super::write::HEADERS.iter().all(|(name, ..)| *name != p.name) {
                return parameter(p);
            }
            shared.parameters.entry(p.name).or_insert_with(|| parameter(p));
            json!({"$ref": format!("#/components/parameters/{}", p.name)})
        })
        .collect();
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.chapter],
        "summary": operation.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if !operation.about.is_empty() {
        described["description"] = json!(operation.about);
    }
    if let Some(body) = &operation.body {
        described["requestBody"] = json!({"required": true, "content": media(body)});
    }
    described
}

fn parameter(parameter: &Parameter) -> Value {
    let mut described = json!({
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.about,
        "schema": parameter.schema,
    });
    if let Some(example) = &parameter.example {
        described["example"] = json!(example);
    }
    described
}

fn media(content: &Content) -> Value {
    let mut described = json!({"schema": content.schema});
    if let Some(example) = &content.example {
        described["example"] = example.clone();
    }
    json!({content.media: described})
}
