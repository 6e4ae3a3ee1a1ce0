//! The description of the API: reviewed, complete, and true to OpenAPI 3.1 in shape.

use crate::server::Server;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use watercourse_core::verb::{REGISTRY, Scope};

#[tokio::test]
async fn the_description_is_the_reviewed_one() {
    let server = Server::sqlite().await;
    let document = server.get("/api/openapi.json").await.ok();
    let text = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    let line = text.lines().zip(reviewed.lines()).position(|(a, b)| a != b);
    assert!(
        text == reviewed,
        "the API differs from docs/reference/openapi.json, first at line {}; review and run with UPDATE_SNAPSHOTS=1",
        line.unwrap_or(0) + 1
    );
}

#[tokio::test]
async fn the_description_has_the_shape_of_openapi_3_1() {
    let server = Server::sqlite().await;
    let document = server.get("/api/openapi.json").await.ok();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    for member in ["title", "version"] {
        assert!(document["info"][member].is_string());
    }
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with('/'));
        for (method, operation) in methods.as_object().unwrap() {
            assert!(["get", "post", "put", "delete"].contains(&method.as_str()));
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path}: operation ids differ");
            assert!(operation["tags"].as_array().unwrap().iter().all(|t| tags.contains(t.as_str().unwrap())));
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|s| s.starts_with('2')), "{method} {path} says how it goes well");
            let described = |r: &Value| r["description"].as_str().is_some_and(|d| !d.is_empty());
            assert!(responses.values().all(|r| r.get("$ref").is_some() || described(r)));
            let in_path: BTreeSet<&str> = operation["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|p| p["in"] == "path")
                .map(|p| {
                    assert_eq!(p["required"], true);
                    p["name"].as_str().unwrap()
                })
                .collect();
            let in_template: BTreeSet<&str> =
                path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}')).collect();
            assert_eq!(in_path, in_template, "{path}");
        }
    }
    for spec in REGISTRY {
        assert_eq!(ids.contains(spec.id), spec.scope != Scope::Internal, "{}: one operation a verb", spec.id);
    }
    every_reference_leads_somewhere(&document, &document);
}

fn every_reference_leads_somewhere(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref") {
                assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
            }
            members.values().for_each(|v| every_reference_leads_somewhere(document, v));
        }
        Value::Array(list) => list.iter().for_each(|v| every_reference_leads_somewhere(document, v)),
        _ => {}
    }
}

#[tokio::test]
async fn every_described_address_is_answered_and_the_viewer_lists_it() {
    let server = Server::sqlite().await;
    let document = server.get("/api/openapi.json").await.ok();
    let viewer = server.get("/api/docs").await;
    assert_eq!(viewer.status, 200);
    for attribute in ["href=\"", "src=\"", "action=\""] {
        for target in viewer.text.split(attribute).skip(1) {
            assert!(
                target.starts_with(['/', '#']) && !target.starts_with("//"),
                "nothing from another address: {}",
                &target[..40]
            );
        }
    }
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(viewer.text.contains(&format!("id=\"{}\"", operation["operationId"].as_str().unwrap())), "{path}");
            if path.ends_with("/stream") {
                continue;
            }
            let reply = server.send(server.request(&method.to_uppercase(), &path.replace(['{', '}'], "x"))).await;
            assert_ne!(reply.status, 405, "{method} {path}");
            let kind = reply.body["type"].as_str().unwrap_or_default();
            let detail = reply.body["detail"].as_str().unwrap_or_default();
            assert!(
                !(kind.ends_with("/not-found") && detail.contains("at this address")),
                "{method} {path} is not routed"
            );
        }
    }
}
