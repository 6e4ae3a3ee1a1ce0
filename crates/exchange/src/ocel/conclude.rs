//! What can only be said once a log is read to its end: kinds of values, and what to know about it.

use std::collections::BTreeMap;

use super::builder::{Builder, Odd, Side};
use super::model::{Ocel, Types, ValueKind, Values};
use super::values::Reading;
use crate::collect::{Clock, Collector, Tally};
use crate::error::ExchangeError;
use crate::names::short;

/// How many examples a warning names.
const EXAMPLES: usize = 3;

/// Closes the columns.
pub(crate) fn conclude(builder: Builder) -> Result<(Ocel, Collector, Clock), ExchangeError> {
    let Builder { mut ocel, mut collector, clock, mut reading, odd, undeclaring, object_values, o2o, .. } = builder;
    let objects = ocel.object_ids.len();
    ocel.object_type.resize(objects, watercourse_flow::log::NONE);
    ocel.object_values = object_values.columns(objects)?;
    ocel.o2o = o2o.columns(objects)?;
    if ocel.e2o.start.is_empty() {
        ocel.e2o.start = vec![0; ocel.events() + 1];
        ocel.event_values.start = vec![0; ocel.events() + 1];
    }
    let mut undeclared = Tally::default();
    let mut misfits = Tally::default();
    for side in [Side::Event, Side::Object] {
        let (missing, odd) = kinds(&mut ocel, side, &mut reading);
        for (tally, found) in [(&mut undeclared, missing), (&mut misfits, odd)] {
            for name in found {
                tally.add(0, &name);
            }
        }
    }
    if !undeclaring {
        collector.warn_tally("undeclared-attribute", &undeclared, |t| {
            format!(
                "{} attributes are used but not declared by their type, such as {}; they count as declared",
                t.count, t.example
            )
        });
    }
    collector.warn_tally("unfit-values", &misfits, |t| {
        format!(
            "{} values are not what their attribute declares, such as {}; they are kept as text",
            t.count, t.example
        )
    });
    oddities(&mut collector, &odd);
    relations(&mut collector, &ocel);
    Ok((ocel, collector, clock))
}

/// Gives every value the kind that is declared or, where none is, that fits all of its attribute. Returns attributes
/// that were not declared, and values that do not fit.
fn kinds(ocel: &mut Ocel, side: Side, reading: &mut Reading) -> (Vec<String>, Vec<String>) {
    let Ocel {
        event_types, object_types, event_type, object_type, event_values, object_values, texts, attributes, ..
    } = ocel;
    let (types, of, values): (&mut Types, &[u32], &mut Values) = match side {
        Side::Event => (event_types, event_type, event_values),
        Side::Object => (object_types, object_type, object_values),
    };
    let owners = |start: &[u32]| u32::try_from(start.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let mut found: BTreeMap<(u32, u32), ValueKind> = BTreeMap::new();
    for owner in 0..owners(&values.start) {
        let of = of.get(owner as usize).copied().unwrap_or_default();
        for place in values.of(owner) {
            if let (Some(&name), Some(&kind)) = (values.name.get(place), values.kind.get(place))
                && types.kind(of, name).is_none()
            {
                found.entry((of, name)).and_modify(|k| *k = both(*k, kind)).or_insert(kind);
            }
        }
    }
    let mut missing = Vec::new();
    for ((of, name), kind) in found {
        types.declare(of, name, kind);
        missing.push(format!("\u{201c}{}\u{201d} of {}", short(attributes.name(name)), short(types.names.name(of))));
    }
    let mut misfits = Vec::new();
    for owner in 0..owners(&values.start) {
        let of = of.get(owner as usize).copied().unwrap_or_default();
        for place in values.of(owner) {
            let (Some(&name), Some(kind), Some(bits)) =
                (values.name.get(place), values.kind.get_mut(place), values.bits.get_mut(place))
            else {
                continue;
            };
            let Some(wanted) = types.kind(of, name) else { continue };
            if *kind == wanted {
                continue;
            }
            (*kind, *bits) = reading.convert(texts, (*kind, *bits), wanted);
            if *kind != wanted {
                let text = texts.name(u32::try_from(*bits).unwrap_or_default());
                misfits.push(format!(
                    "\u{201c}{}\u{201d} for the {} \u{201c}{}\u{201d}",
                    short(text),
                    wanted.id(),
                    short(attributes.name(name))
                ));
            }
        }
    }
    (missing, misfits)
}

/// What two kinds have in common.
fn both(a: ValueKind, b: ValueKind) -> ValueKind {
    match (a, b) {
        _ if a == b => a,
        (ValueKind::Integer, ValueKind::Float) | (ValueKind::Float, ValueKind::Integer) => ValueKind::Float,
        _ => ValueKind::String,
    }
}

fn oddities(collector: &mut Collector, odd: &Odd) {
    let mut say = |code, tally: &Tally, what: &str| {
        collector.warn_tally(code, tally, |t| {
            let place = if t.first > 0 { format!(", the first on line {}", t.first) } else { String::new() };
            let example = if t.example.is_empty() { String::new() } else { format!(" ({})", t.example) };
            format!("{} {what}{place}{example}", t.count)
        });
    };
    say("unknown-elements", &odd.unknown, "pieces are none of OCEL's and were passed over");
    say(
        "repeated-event-id",
        &odd.repeated_event,
        "events have the id of another and got one of their own, ending in #2 and on",
    );
    say("repeated-object", &odd.repeated_object, "objects are described again; what is said of one is put together");
    say("two-types", &odd.other_type, "objects are given a second type; the first is kept");
    say("undeclared-type", &odd.undeclared_type, "types are used but not declared; they count as declared");
    say("unknown-kind", &odd.unknown_kind, "attributes declare a kind OCEL does not have and count as text");
    say("no-value", &odd.no_value, "values are empty (null) and were left out");
    say("untimed-value", &odd.untimed, "values of objects have no readable time and count as there from the start");
    say("nested-value", &odd.nested, "values are nested and were kept as text");
    say("not-utf8", &odd.foreign, "texts are not UTF-8 and were read as Windows-1252");
    say(
        "relation-without-event",
        &odd.without_event,
        "relations start from an event that is not there; no event can hold them, so they are left out",
    );
    say(
        "besides-change",
        &odd.besides_change,
        "values stand in a row that says another attribute changed and were left out",
    );
}

/// Relations to nowhere, and objects of which nothing is known but their type: both are kept.
fn relations(collector: &mut Collector, ocel: &Ocel) {
    for (code, what, relations, owners, numbers) in [
        ("dangling-event-relations", "events", &ocel.e2o, &ocel.event_ids, ocel.event_numbers()),
        ("dangling-object-relations", "objects", &ocel.o2o, &ocel.object_ids, ocel.object_numbers()),
    ] {
        let lost = numbers.flat_map(|n| relations.of(n).map(move |(o, q)| (n, o, q)));
        let mut lost = lost.filter(|(_, o, _)| !ocel.is_described(*o)).peekable();
        if lost.peek().is_none() {
            continue;
        }
        let mut examples = Vec::new();
        let mut count = 0u64;
        for (from, to, qualifier) in lost {
            count += 1;
            if examples.len() < EXAMPLES {
                let (from, to) = (short(owners.name(from)), short(ocel.object_ids.name(to)));
                examples.push(format!("{from} → {to} ({})", short(ocel.qualifiers.name(qualifier))));
            }
        }
        collector.warn(
            code,
            format!(
                "{count} of {} relations of {what} lead to objects that the file does not describe; they are kept: {}",
                relations.len(),
                examples.join(", ")
            ),
        );
    }
    let origins: Vec<u32> =
        ocel.object_numbers().filter(|n| !ocel.is_described(*n) && ocel.o2o.of(*n).next().is_some()).collect();
    if !origins.is_empty() {
        let names: Vec<String> = origins.iter().take(EXAMPLES).map(|n| short(ocel.object_ids.name(*n))).collect();
        collector.warn(
            "relations-from-nowhere",
            format!("{} objects have relations but no description; they are kept: {}", origins.len(), names.join(", ")),
        );
    }
    let mut bare =
        ocel.object_numbers().filter(|n| ocel.is_described(*n) && ocel.object_values.of(*n).is_empty()).peekable();
    if bare.peek().is_some() {
        let mut names = Vec::new();
        let mut count = 0u64;
        for n in bare {
            count += 1;
            if names.len() < EXAMPLES {
                names.push(short(ocel.object_ids.name(n)));
            }
        }
        collector.warn(
            "bare-objects",
            format!("{count} of {} objects have no attributes; they are kept: {}", ocel.objects(), names.join(", ")),
        );
    }
}
