//! Mass assignment: nothing is taken from a body that the operation does not name, however deep it lies.

use crate::server::{Server, encoded, on_both_guarded};
use serde_json::{Value, json};

on_both_guarded!(no_body_carries_more_than_is_described);

/// What somebody would like to set of things that are not theirs to set.
const WANTED: &[(&str, &str)] = &[
    ("id", "\"01900000-0000-7000-8000-000000000000\""),
    ("entity_", "\"root\""),
    ("is_admin", "true"),
    ("permissions_", "[\"account:keep\"]"),
    ("revision", "9"),
    ("opened_by", "\"person:admin\""),
    ("digest", "\"x\""),
    ("__proto__", "{\"admin\": true}"),
    ("constructor", "{}"),
];

async fn no_body_carries_more_than_is_described(server: Server) {
    let document = server.document().await;
    // What examples name has to be there, else that is what is said.
    let opened = json!({"stream": "standard-request", "title": "there"});
    let opened = server.send(server.request("POST", "/api/v1/items").bearer_auth(&server.admin).json(&opened)).await;
    let key = opened.created()["item"]["key"].as_str().unwrap().to_owned();
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let content = &operation["requestBody"]["content"]["application/json"];
            // What a hook holds is for its sender to say.
            let Some(example) = content.get("example").filter(|_| !path.starts_with("/hooks/")) else { continue };
            let example = &serde_json::from_str::<Value>(&example.to_string().replace("PRB-7", &key)).unwrap();
            let mut places = Vec::new();
            closed(&document, &content["schema"], example, &mut String::new(), &mut places);
            assert!(!places.is_empty(), "{method} {path}: its body may hold anything");
            let filled = filled(path, operation);
            for (place, names) in places {
                for (name, value) in WANTED.iter().filter(|(name, _)| !names.iter().any(|n| n == name)) {
                    let mut body = example.clone();
                    body.pointer_mut(&place).unwrap()[*name] = serde_json::from_str(value).unwrap();
                    let request =
                        server.request(&method.to_uppercase(), &filled).bearer_auth(&server.admin).json(&body);
                    let reply = server.send(request).await;
                    let at = format!("{method} {filled} {place}/{name}: {} {}", reply.status, reply.text);
                    assert_eq!(reply.status, 400, "{at}");
                    assert!(reply.text.contains(name), "the answer names it: {at}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

/// The path with the values that its parameters give as examples.
fn filled(path: &str, operation: &Value) -> String {
    let mut filled = path.to_owned();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] == "path" {
            let example = parameter["example"].as_str().unwrap_or("x");
            filled = filled.replace(&format!("{{{}}}", parameter["name"].as_str().unwrap()), &encoded(example));
        }
    }
    filled
}

/// Where an example has objects whose members are all described, and which these are.
fn closed(document: &Value, schema: &Value, example: &Value, at: &mut String, found: &mut Vec<(String, Vec<String>)>) {
    let schema = match schema["$ref"].as_str() {
        Some(name) => document.pointer(name.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let long = at.len();
    if let Some(members) = example.as_object() {
        let Some(properties) = schema["properties"].as_object() else { return };
        found.push((at.clone(), properties.keys().cloned().collect()));
        for (name, value) in members {
            at.push_str(&format!("/{name}"));
            closed(document, &properties.get(name).cloned().unwrap_or(json!({})), value, at, found);
            at.truncate(long);
        }
    }
    for (number, value) in example.as_array().into_iter().flatten().enumerate() {
        at.push_str(&format!("/{number}"));
        closed(document, &schema["items"], value, at, found);
        at.truncate(long);
    }
}
