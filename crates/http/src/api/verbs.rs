//! One operation a verb, made from the registry: a new verb needs no line here.

use super::catalogue::offered;
use super::operation::Operation;
use super::schemas::{activity, flag, object, reference, relation, text, time};
use super::sent::malformed;
use crate::problem::{Kind, Problem};
use serde_json::{Map, Value, json};
use watercourse_core::time::Instant;
use watercourse_core::verb::{Arg, Ask, BadVerb, Spec, Verb};

/// The operations of all verbs.
pub(super) fn operations() -> Vec<Operation> {
    offered().map(operation).collect()
}

fn operation(spec: &'static Spec) -> Operation {
    let at = ("at?", time("When it happened, where that was earlier than now."));
    let members: Vec<(String, Value)> = spec
        .args
        .iter()
        .map(|a| (if a.required { a.name.to_owned() } else { format!("{}?", a.name) }, schema(a)))
        .chain([(at.0.to_owned(), at.1)])
        .collect();
    let members: Vec<(&str, Value)> = members.iter().map(|(n, s)| (n.as_str(), s.clone())).collect();
    let example: Map<String, Value> =
        spec.args.iter().filter(|a| a.required).map(|a| (a.name.to_owned(), sample(a))).collect();
    Operation::post(&format!("/api/v1/items/{{key}}/{}", spec.id), spec.id, "Verbs", spec.label)
        .about(spec.about)
        .path("key", "The item's key or id.", "INC-1042")
        .takes("If-Match", "The `ETag` of the item: it is done only where nobody was faster.")
        .sends(object(&members), Value::Object(example))
        .answers(200, "It is done.", reference("Done"))
        .problem(Kind::Invalid)
        .problem(Kind::Forbidden)
        .problem(Kind::UnknownVerb)
        .problem(Kind::Stale)
        .problem(Kind::NotEnabled)
        .problem(Kind::Gate)
        .problem(Kind::Precondition)
}

/// What may stand in an argument.
fn schema(arg: &Arg) -> Value {
    let mut schema = match arg.ask {
        Ask::Flag => flag(""),
        Ask::Activity => activity(),
        Ask::Link => relation(),
        _ => text(""),
    };
    let about = match arg.ask {
        Ask::Item => format!("{}: a key or an id", arg.about),
        _ => arg.about.to_owned(),
    };
    schema["description"] =
        json!(format!("{}{}.", about.get(..1).unwrap_or_default().to_uppercase(), about.get(1..).unwrap_or_default()));
    schema
}

fn sample(arg: &Arg) -> Value {
    match arg.ask {
        Ask::Flag => json!(true),
        Ask::Step => json!("restore"),
        Ask::Outcome => json!("accepted"),
        Ask::Team => json!("operations"),
        Ask::Activity => json!("improve"),
        Ask::Gate => json!("approval"),
        Ask::Link => json!("relates_to"),
        Ask::Item => json!("PRB-7"),
        Ask::Field => json!("priority"),
        Ask::Label => json!(if arg.name == "event" { "pipeline" } else { "user" }),
        Ask::Words => json!("…"),
        Ask::Value => json!("high"),
    }
}

/// A verb as it was sent.
#[derive(Debug)]
pub(super) struct Asked {
    /// The verb.
    pub(super) verb: Verb,
    /// When it happened, where that was said.
    pub(super) at: Option<Instant>,
}

/// The arguments of a verb that name another item, by key or id.
pub(super) fn items_named(spec: &Spec, body: &Value) -> Vec<(&'static str, String)> {
    let named = spec.args.iter().filter(|a| a.ask == Ask::Item);
    named.filter_map(|a| Some((a.name, body.get(a.name)?.as_str()?.to_owned()))).collect()
}

/// The declaration of a verb that somebody may ask for.
pub(super) fn known(id: &str) -> Result<&'static Spec, Problem> {
    offered().find(|s| s.id == id).ok_or_else(|| {
        let all: Vec<&str> = offered().map(|s| s.id).collect();
        let id: String = id.chars().take(60).collect();
        Problem::new(
            Kind::UnknownVerb,
            format!("There is no verb “{id}”."),
            format!("The verbs are {}.", all.join(", ")),
        )
        .with("verbs", json!(all))
    })
}

/// Reads a verb with its arguments.
pub(super) fn read(spec: &Spec, body: Value) -> Result<Asked, Problem> {
    let takes = takes(spec);
    let Value::Object(mut args) = body else {
        return Err(Problem::new(Kind::Malformed, "The body is not a JSON object.", takes));
    };
    let at = match args.shift_remove("at") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(Instant::parse(&text).map_err(|e| malformed_at("/at", &e, &takes))?),
        Some(_) => {
            return Err(malformed_at("/at", "This is not a time.", "Send RFC 3339, such as 2026-11-23T09:30:00Z."));
        }
    };
    let verb = Verb::parse(spec.id, Value::Object(args)).map_err(|bad: BadVerb| {
        // The message of the reader stands between its colon and the final stop.
        let inner = bad.wrong.split_once("are off: ").map_or(bad.wrong.as_str(), |(_, e)| e).trim_end_matches('.');
        malformed(inner, &takes)
    })?;
    Ok(Asked { verb, at })
}

fn malformed_at(pointer: &str, wrong: &str, right: &str) -> Problem {
    Problem::new(Kind::Malformed, wrong, right).at(pointer, wrong)
}

fn takes(spec: &Spec) -> String {
    let args: Vec<String> = spec
        .args
        .iter()
        .map(|a| if a.required { a.name.to_owned() } else { format!("{} (optional)", a.name) })
        .collect();
    format!(
        "The verb {} takes {}.",
        spec.id,
        args.into_iter().chain(["at (optional)".to_owned()]).collect::<Vec<_>>().join(", ")
    )
}
