//! Forms for verbs, made from the verb registry and from what is offered now: what a verb asks for
//! becomes its inputs.

use crate::offer::Offer;
use std::collections::BTreeMap;
use watercourse_core::activity::Activity;
use watercourse_core::item::{Item, Place, Round};
use watercourse_core::link::Link;
use watercourse_core::refusal::Refusal;
use watercourse_core::stream::{DoneOn, Stream};
use watercourse_core::verb::{Arg, Ask, Spec, spec};

/// What was wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What was wrong.
    pub wrong: String,
    /// What would be right; may be empty.
    pub right: String,
}

impl From<&Refusal> for Said {
    fn from(refusal: &Refusal) -> Self {
        Self { wrong: refusal.wrong.clone(), right: refusal.right.clone() }
    }
}

/// One input of a form.
#[derive(Debug, Clone)]
pub struct Input {
    /// Unique on the page.
    pub id: String,
    /// Its name in the form.
    pub name: String,
    /// The label.
    pub label: String,
    /// What it is for.
    pub about: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What may be chosen, with the words for it; empty for a free text.
    pub options: Vec<(String, String)>,
    /// What stands in it.
    pub value: String,
    /// What is asked for.
    pub ask: Ask,
}

impl Input {
    /// Yes or no.
    #[must_use]
    pub fn is_check(&self) -> bool {
        self.ask == Ask::Flag
    }
    /// Several lines of a person's words.
    #[must_use]
    pub fn is_words(&self) -> bool {
        self.ask == Ask::Words
    }
}

/// A verb as a button, with the inputs it needs.
#[derive(Debug, Clone)]
pub struct VerbForm {
    /// Where it is sent.
    pub action: String,
    /// What the button says.
    pub label: String,
    /// What it does.
    pub about: String,
    /// Sent along unseen.
    pub hidden: Vec<(String, String)>,
    /// What is asked for.
    pub inputs: Vec<Input>,
    /// So that sending it twice does it once.
    pub idempotency_key: String,
    /// Why it was refused the last time.
    pub refusal: Option<Said>,
    /// Whether it is unfolded.
    pub open: bool,
    /// Whether it is what one most likely wants.
    pub primary: bool,
}

/// What forms are made for.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The stream version the item runs under.
    pub stream: &'a Stream,
    /// The item.
    pub item: &'a Item,
    /// What may be done to it now.
    pub offers: &'a [Offer],
    /// Teams to choose from: id and name.
    pub teams: &'a [(String, String)],
    /// Fields of the kind: id and label.
    pub fields: &'a [(String, String)],
    /// What was sent before and refused: the verb, its arguments and the refusal.
    pub refused: Option<&'a Refused>,
    /// Makes idempotency keys.
    pub key: &'a dyn Fn() -> String,
}

/// A form that came back.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The verb.
    pub verb: String,
    /// What had been filled in.
    pub filled: BTreeMap<String, String>,
    /// Why it was refused.
    pub said: Said,
}

impl Refused {
    /// Whether it was this verb at this place.
    #[must_use]
    pub fn is_for(&self, verb: &str, step: Option<&str>) -> bool {
        self.verb == verb && (step.is_none() || self.filled.get("step").map(String::as_str) == step)
    }
}

/// The forms of what is offered at a step or `~N` (none: for the item), of those verbs that are wanted.
#[must_use]
pub fn forms(desk: &Desk<'_>, step: Option<&str>, wanted: impl Fn(&Offer) -> bool) -> Vec<VerbForm> {
    let here = desk.offers.iter().filter(|o| o.step.as_deref() == step && wanted(o));
    let mut forms: Vec<VerbForm> = here.filter_map(|offer| form(desk, offer, spec(offer.verb)?)).collect();
    // What one most likely wants comes first; the rest stays in the order of the registry.
    forms.sort_by_key(|f| !f.primary);
    forms
}

/// Whether the stream allows a step to start now, without a reason.
#[must_use]
pub fn is_due(desk: &Desk<'_>, step: &str) -> bool {
    let mut starts = desk.offers.iter().filter(|o| o.verb == "start" && o.step.as_deref() == Some(step));
    starts.any(|o| o.needs.is_empty())
}

fn form(desk: &Desk<'_>, offer: &Offer, spec: &'static Spec) -> Option<VerbForm> {
    let step = offer.step.as_deref();
    let refused = desk.refused.filter(|r| r.is_for(spec.id, step));
    let mut hidden: Vec<(String, String)> = step.map(|s| ("step".to_owned(), s.to_owned())).into_iter().collect();
    let mut inputs = Vec::new();
    for arg in spec.args.iter().filter(|a| step.is_none() || a.name != "step") {
        let options = options(desk, offer, arg);
        let required = arg.required || offer.needs.contains(&arg.name);
        match options.as_slice() {
            // Nothing to choose from is not asked for, or the verb makes no sense here.
            [] if arg.ask == Ask::Outcome || arg.ask == Ask::Gate => continue,
            [] if arg.name == "event" => return None,
            [(only, _)] if required && matches!(arg.ask, Ask::Outcome | Ask::Gate) => {
                hidden.push((arg.name.to_owned(), only.clone()));
                continue;
            }
            _ => {}
        }
        // A reason to start is asked for only where the stream needs one.
        if spec.id == "start" && !required {
            continue;
        }
        let filled = refused.and_then(|r| r.filled.get(arg.name)).cloned().unwrap_or_default();
        inputs.push(input(spec, step, arg, required, options, filled));
    }
    let early = spec.id == "start" && !inputs.is_empty();
    Some(VerbForm {
        action: format!("/w/{}/{}", desk.item.key, spec.id),
        label: if early { "Start early".to_owned() } else { spec.label.to_owned() },
        about: spec.about.to_owned(),
        hidden,
        inputs,
        idempotency_key: (desk.key)(),
        refusal: refused.map(|r| r.said.clone()),
        open: refused.is_some(),
        primary: matches!(spec.id, "start" | "finish" | "resume"),
    })
}

fn input(
    spec: &Spec,
    step: Option<&str>,
    arg: &Arg,
    required: bool,
    options: Vec<(String, String)>,
    value: String,
) -> Input {
    let place = step.unwrap_or("item").replace('~', "x");
    let mut label = arg.name.replace('_', " ");
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Input {
        id: format!("{}-{place}-{}", spec.id, arg.name),
        name: arg.name.to_owned(),
        label,
        about: arg.about.to_owned(),
        required,
        options,
        value,
        ask: arg.ask,
    }
}

/// What may be chosen for an argument.
fn options(desk: &Desk<'_>, offer: &Offer, arg: &Arg) -> Vec<(String, String)> {
    let same = |text: &String| (text.clone(), text.clone());
    match arg.ask {
        Ask::Step => desk.stream.steps.iter().map(|s| (s.id.clone(), s.name.clone())).collect(),
        Ask::Outcome => offer.outcomes.iter().map(same).collect(),
        Ask::Gate => offer.gates.iter().map(same).collect(),
        Ask::Team => {
            let held =
                desk.item.open_rounds().find(|r| Some(address(desk.stream, r).as_str()) == offer.step.as_deref());
            let held = held.and_then(Round::team);
            desk.teams.iter().filter(|(id, _)| Some(id.as_str()) != held).cloned().collect()
        }
        Ask::Activity => Activity::ALL.iter().map(|a| (a.id().to_owned(), a.name().to_owned())).collect(),
        Ask::Link => Link::ALL.iter().map(|l| (l.id().to_owned(), l.forward().to_owned())).collect(),
        Ask::Field => desk.fields.to_vec(),
        Ask::Label if arg.name == "event" => {
            let events = desk.stream.steps.iter().filter_map(|s| match &s.done_on {
                Some(DoneOn::Event(event)) => Some(same(event)),
                _ => None,
            });
            events.collect()
        }
        Ask::Item | Ask::Label | Ask::Words | Ask::Value | Ask::Flag => Vec::new(),
    }
}

/// The arguments of a verb from what a form sent: empty inputs are left out, boxes are yes or no.
#[must_use]
pub fn arguments(spec: &Spec, filled: &BTreeMap<String, String>) -> serde_json::Value {
    let given = spec.args.iter().filter_map(|arg| {
        let text = filled.get(arg.name)?;
        let value = match arg.ask {
            Ask::Flag => serde_json::Value::Bool(text == "true" || text == "on"),
            _ if text.trim().is_empty() && (!arg.required || arg.ask != Ask::Words) => return None,
            _ => serde_json::Value::String(text.trim().to_owned()),
        };
        Some((arg.name.to_owned(), value))
    });
    serde_json::Value::Object(given.collect())
}

/// What a round is addressed by: its step, or `~N`.
#[must_use]
pub fn address(stream: &Stream, round: &Round) -> String {
    match &round.place {
        Place::Step(step) => stream.step(*step).map_or_else(|| format!("~{}", round.number), |s| s.id.clone()),
        Place::Adhoc(..) => format!("~{}", round.number),
    }
}

#[cfg(test)]
mod tests {
    use super::arguments;
    use std::collections::BTreeMap;
    use watercourse_core::verb::spec;

    #[test]
    fn empty_inputs_are_not_sent_on() {
        let filled: BTreeMap<String, String> = [("step", " ask "), ("outcome", ""), ("comment", "  "), ("other", "x")]
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect();
        let finish = spec("finish").map(|s| arguments(s, &filled).to_string());
        assert_eq!(finish.as_deref(), Some(r#"{"step":"ask"}"#));
    }
}
