//! Holds every answer of a test against the description of the API: status, media type and JSON Schema.

use serde_json::Value;

/// The description a server gives of itself.
pub struct Contract(Value);

impl Contract {
    pub fn new(document: Value) -> Self {
        Self(document)
    }

    /// Panics when an answer is not one that the description foresees.
    pub fn hold(&self, method: &str, path: &str, status: u16, media: &str, body: Option<&Value>) {
        let path = path.split('?').next().unwrap_or_default();
        let Some((template, operation)) = self.operation(method, path) else { return };
        let place = format!("{method} {template} -> {status}");
        let answer =
            operation["responses"].get(status.to_string()).unwrap_or_else(|| panic!("{place} is not described"));
        let answer = match answer.get("$ref").and_then(Value::as_str) {
            Some(name) => {
                self.0.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} leads nowhere"))
            }
            None => answer,
        };
        let Some(content) = answer.get("content") else { return };
        let essence = media.split(';').next().unwrap_or_default();
        let schema =
            content.get(essence).unwrap_or_else(|| panic!("{place}: {media} is not described"))["schema"].clone();
        if let Some(body) = body {
            let mut faults = Vec::new();
            self.check(&schema, body, "", &mut faults);
            assert!(faults.is_empty(), "{place} does not fit its description:\n{}\nin {body:#}", faults.join("\n"));
        }
    }

    /// The operation for an address; of several templates that fit, the one with the fewest parameters.
    fn operation(&self, method: &str, path: &str) -> Option<(String, &Value)> {
        let paths = self.0["paths"].as_object()?;
        let fits = |template: &str| {
            let (a, b): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.starts_with('{') || a == b)
        };
        let (template, item) = paths.iter().filter(|(t, _)| fits(t)).min_by_key(|(t, _)| t.matches('{').count())?;
        Some((template.clone(), item.get(method.to_lowercase())?))
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.0.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} leads nowhere"));
            return self.check(target, value, at, faults);
        }
        if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
            let fits = any.iter().any(|one| {
                let mut inner = Vec::new();
                self.check(one, value, at, &mut inner);
                inner.is_empty()
            });
            if !fits {
                faults.push(format!("{at}: {value} fits none of the ways"));
            }
            return;
        }
        if !types(schema).is_empty() && !types(schema).iter().any(|t| is_of(t, value)) {
            faults.push(format!("{at}: {value} is not of type {}", types(schema).join(" or ")));
            return;
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array)
            && !words.contains(value)
        {
            faults.push(format!("{at}: {value} is none of {words:?}"));
        }
        if schema.get("format").and_then(Value::as_str) == Some("date-time")
            && let Some(text) = value.as_str()
            && text.parse::<jiff::Timestamp>().is_err()
        {
            faults.push(format!("{at}: {text} is no time"));
        }
        if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
            for (index, one) in list.iter().enumerate() {
                self.check(items, one, &format!("{at}/{index}"), faults);
            }
        }
        if let Some(members) = value.as_object() {
            self.check_object(schema, members, at, faults);
        }
    }

    fn check_object(
        &self,
        schema: &Value,
        members: &serde_json::Map<String, Value>,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                faults.push(format!("{at}/{name} is missing"));
            }
        }
        for (name, one) in members {
            let at = format!("{at}/{name}");
            match (schema.get("properties").and_then(|p| p.get(name)), schema.get("additionalProperties")) {
                (Some(inner), _) => self.check(inner, one, &at, faults),
                (None, Some(Value::Bool(false))) => faults.push(format!("{at} is not described")),
                (None, Some(inner)) => self.check(inner, one, &at, faults),
                (None, None) => {}
            }
        }
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the description uses the unknown type {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Contract;
    use serde_json::json;

    fn contract() -> Contract {
        let schema = json!({"type": "object", "properties": {"a": {"type": ["integer", "null"]}, "b": {"$ref": "#/components/schemas/B"}}, "required": ["a"], "additionalProperties": false});
        Contract::new(json!({
            "paths": {"/x/{id}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}},
            "components": {"schemas": {"B": {"type": "array", "items": {"type": "string", "enum": ["one"]}}}},
        }))
    }

    #[test]
    fn what_fits_passes() {
        let held = contract();
        held.hold("GET", "/x/1?q=2", 200, "application/json", Some(&json!({"a": null, "b": ["one"]})));
        held.hold("GET", "/elsewhere", 500, "", None);
    }

    #[test]
    #[should_panic(expected = "/c is not described")]
    fn what_is_not_described_does_not() {
        contract().hold("GET", "/x/1", 200, "application/json", Some(&json!({"a": 1, "c": 2})));
    }

    #[test]
    #[should_panic(expected = "/b/0: \"two\" is none of")]
    fn nor_what_is_of_the_wrong_form() {
        contract().hold("GET", "/x/1", 200, "application/json", Some(&json!({"a": 1, "b": ["two"]})));
    }

    #[test]
    #[should_panic(expected = "-> 418 is not described")]
    fn nor_an_unforeseen_status() {
        contract().hold("GET", "/x/1", 418, "application/json", None);
    }
}
