//! What may be done to an item now: every verb is tried on a copy, so the rules are asked and not copied.

use serde::Serialize;
use serde_json::{Map, Value, json};
use watercourse_core::actor::Actor;
use watercourse_core::decide::{Fresh, World, decide};
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::item::{Item, Place};
use watercourse_core::refusal::Refusal;
use watercourse_core::stream::{DoneOn, Step, Stream};
use watercourse_core::time::Instant;
use watercourse_core::verb::{Arg, Ask, REGISTRY, Scope, Spec, Verb};

/// A verb that would not be refused now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// The verb.
    pub verb: &'static str,
    /// The step it is offered for, or `~N` for extra work; none for the whole item.
    pub step: Option<String>,
    /// What its button says.
    pub label: &'static str,
    /// The gates it can be done to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<String>,
    /// The outcomes to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<String>,
    /// The arguments it needs beside the step.
    pub needs: Vec<&'static str>,
}

/// Everything that may be done to an item now.
#[must_use]
pub fn offers(stream: &Stream, item: &Item, now: Instant) -> Vec<Offer> {
    let trial = Trial { stream, item, now: now.max(item.touched) };
    let steps = stream.steps.iter().map(|s| (s.id.clone(), Some(s)));
    let extra =
        item.open_rounds().filter(|r| matches!(r.place, Place::Adhoc(..))).map(|r| (format!("~{}", r.number), None));
    let places: Vec<(String, Option<&Step>)> = steps.chain(extra).collect();
    let mut offers = Vec::new();
    for spec in REGISTRY {
        match spec.scope {
            Scope::Internal => {}
            Scope::Item => offers.extend(trial.of_item(spec)),
            Scope::Step => offers.extend(places.iter().filter_map(|(place, step)| trial.of_step(spec, place, *step))),
        }
    }
    offers
}

/// An item on which verbs are tried.
struct Trial<'a> {
    stream: &'a Stream,
    item: &'a Item,
    now: Instant,
}

impl Trial<'_> {
    fn of_step(&self, spec: &'static Spec, place: &str, step: Option<&Step>) -> Option<Offer> {
        let takes = |ask: Ask| spec.args.iter().any(|a| a.ask == ask);
        let outcomes: Vec<String> = step
            .filter(|_| takes(Ask::Outcome))
            .map(|s| s.outcomes.iter().map(|o| o.id.clone()).collect())
            .unwrap_or_default();
        let mut args = least(spec.args);
        args.insert("step".to_owned(), json!(place));
        if let (Some(arg), Some(first)) = (spec.args.iter().find(|a| a.ask == Ask::Outcome), outcomes.first()) {
            args.insert(arg.name.to_owned(), json!(first));
        }
        let mut offer = Offer {
            verb: spec.id,
            step: Some(place.to_owned()),
            label: spec.label,
            gates: Vec::new(),
            outcomes,
            needs: needed(spec),
        };
        if spec.id == "finish" && !offer.outcomes.is_empty() {
            offer.needs.push("outcome");
        }
        if takes(Ask::Gate) {
            let gates = step.map(|s| s.gates.clone()).unwrap_or_default();
            let passes = |gate: &String| {
                let mut args = args.clone();
                args.insert("gate".to_owned(), json!(gate));
                self.would(spec, &args).is_ok()
            };
            offer.gates = gates.into_iter().filter(passes).collect();
            return (!offer.gates.is_empty()).then_some(offer);
        }
        if self.would(spec, &args).is_ok() {
            return Some(offer);
        }
        // What the stream does not foresee may be done with a reason.
        let reason = spec.args.iter().find(|a| a.ask == Ask::Words && !a.required)?;
        args.insert(reason.name.to_owned(), json!("because"));
        self.would(spec, &args).is_ok().then(|| {
            offer.needs.push(reason.name);
            offer
        })
    }
    fn of_item(&self, spec: &'static Spec) -> Option<Offer> {
        let offer = Offer {
            verb: spec.id,
            step: None,
            label: spec.label,
            gates: Vec::new(),
            outcomes: Vec::new(),
            needs: needed(spec),
        };
        let args = least(spec.args);
        let Some(label) = spec.args.iter().find(|a| a.ask == Ask::Label && a.required) else {
            return self.would(spec, &args).is_ok().then_some(offer);
        };
        let events = self.stream.steps.iter().filter_map(|s| match &s.done_on {
            Some(DoneOn::Event(event)) => Some(event.as_str()),
            _ => None,
        });
        let any = events.chain(["work"]).any(|word| {
            let mut args = args.clone();
            args.insert(label.name.to_owned(), json!(word));
            self.would(spec, &args).is_ok()
        });
        any.then_some(offer)
    }
    /// Tries a verb. One that cannot even be read is a mistake of ours and not offered.
    fn would(&self, spec: &Spec, args: &Map<String, Value>) -> Result<(), Option<Refusal>> {
        let verb = Verb::parse(spec.id, Value::Object(args.clone())).map_err(|_| None)?;
        let fresh = Fresh { item: ItemId(NIL), key: String::new(), child: ItemId(NIL) };
        let actor = Actor::Rule("offer".to_owned());
        let world = World {
            stream: self.stream,
            version: self.item.version,
            item: Some(self.item),
            at: self.now,
            now: self.now,
            actor: &actor,
            cause: spec.id,
            note: Some(CommentId(NIL)),
            fresh: &fresh,
        };
        decide(&world, &verb).map(|_| ()).map_err(Some)
    }
}

const NIL: uuid::Uuid = uuid::Uuid::nil();

fn needed(spec: &'static Spec) -> Vec<&'static str> {
    spec.args.iter().filter(|a| a.required && a.ask != Ask::Step && a.ask != Ask::Gate).map(|a| a.name).collect()
}

/// The required arguments, with something in each that is right in form.
fn least(args: &[Arg]) -> Map<String, Value> {
    let sample = |ask: Ask| match ask {
        Ask::Flag => json!(false),
        Ask::Item => json!(NIL.to_string()),
        Ask::Link => json!("relates_to"),
        Ask::Activity => json!("plan"),
        Ask::Label => json!("user"),
        Ask::Step | Ask::Outcome | Ask::Team | Ask::Gate | Ask::Field | Ask::Words | Ask::Value => json!("-"),
    };
    args.iter().filter(|a| a.required).map(|a| (a.name.to_owned(), sample(a.ask))).collect()
}
