//! OCEL as JSON, out.

use std::io::{self, Write};

use serde::Serialize;
use watercourse_flow::log::NONE;

use super::model::{EMPTY_TYPE, Ocel, Types, Value};
use crate::date::rfc3339;

/// Writes OCEL 2.0 as JSON, piece by piece. An object that is not described but has relations gets an empty type.
///
/// # Errors
/// Those of `out`.
pub fn write_json(ocel: &Ocel, out: impl Write) -> io::Result<()> {
    let mut out = out;
    write!(out, "{{\"objectTypes\":")?;
    types(ocel, &ocel.object_types, &mut out)?;
    write!(out, ",\n\"eventTypes\":")?;
    types(ocel, &ocel.event_types, &mut out)?;
    write!(out, ",\n\"objects\":[")?;
    let mut first = true;
    for n in ocel.object_numbers() {
        let (values, relations) = (ocel.object_values.of(n), ocel.o2o.of(n));
        if !ocel.is_described(n) && values.is_empty() && relations.clone().next().is_none() {
            continue;
        }
        next(&mut first, &mut out)?;
        write!(out, "\n{{\"id\":")?;
        text(&mut out, ocel.object_ids.name(n))?;
        write!(out, ",\"type\":")?;
        text(&mut out, type_name(ocel, n))?;
        write!(out, ",\"attributes\":[")?;
        let mut first = true;
        for place in values {
            next(&mut first, &mut out)?;
            name(ocel, &ocel.object_values.name, place, &mut out)?;
            let at = ocel.object_values.at.get(place).copied().unwrap_or_default();
            write!(out, ",\"time\":\"{}\",\"value\":", rfc3339(at))?;
            value(ocel.value(&ocel.object_values, place), &mut out)?;
            write!(out, "}}")?;
        }
        write!(out, "],\"relationships\":")?;
        related(ocel, relations, &mut out)?;
        write!(out, "}}")?;
    }
    write!(out, "],\n\"events\":[")?;
    let mut first = true;
    for n in ocel.event_numbers() {
        next(&mut first, &mut out)?;
        write!(out, "\n{{\"id\":")?;
        text(&mut out, ocel.event_ids.name(n))?;
        write!(out, ",\"type\":")?;
        text(&mut out, ocel.event_types.names.name(ocel.event_type.get(n as usize).copied().unwrap_or(NONE)))?;
        let at = ocel.at.get(n as usize).copied().unwrap_or_default();
        write!(out, ",\"time\":\"{}\",\"attributes\":[", rfc3339(at))?;
        let mut first = true;
        for place in ocel.event_values.of(n) {
            next(&mut first, &mut out)?;
            name(ocel, &ocel.event_values.name, place, &mut out)?;
            write!(out, ",\"value\":")?;
            value(ocel.value(&ocel.event_values, place), &mut out)?;
            write!(out, "}}")?;
        }
        write!(out, "],\"relationships\":")?;
        related(ocel, ocel.e2o.of(n), &mut out)?;
        write!(out, "}}")?;
    }
    writeln!(out, "]}}")
}

/// Writes OCEL 1.0 as JSON, and returns what it has no place for: qualifiers, relations between objects, and earlier
/// values of attributes (the last one is written).
///
/// # Errors
/// Those of `out`.
pub fn write_json_1(ocel: &Ocel, out: impl Write) -> io::Result<Vec<String>> {
    let mut out = out;
    writeln!(out, "{{\"ocel:global-event\":{{\"ocel:activity\":\"__INVALID__\"}},")?;
    writeln!(out, "\"ocel:global-object\":{{\"ocel:type\":\"__INVALID__\"}},")?;
    let types: Vec<&str> = ocel.object_types.names.iter().collect();
    let attributes: Vec<&str> = ocel.attributes.iter().collect();
    write!(
        out,
        "\"ocel:global-log\":{{\"ocel:version\":\"1.0\",\"ocel:ordering\":\"timestamp\",\"ocel:object-types\":"
    )?;
    json(&mut out, &types)?;
    write!(out, ",\"ocel:attribute-names\":")?;
    json(&mut out, &attributes)?;
    write!(out, "}},\n\"ocel:events\":{{")?;
    let mut first = true;
    for n in ocel.event_numbers() {
        next(&mut first, &mut out)?;
        writeln!(out)?;
        text(&mut out, ocel.event_ids.name(n))?;
        write!(out, ":{{\"ocel:activity\":")?;
        text(&mut out, ocel.event_types.names.name(ocel.event_type.get(n as usize).copied().unwrap_or(NONE)))?;
        let at = ocel.at.get(n as usize).copied().unwrap_or_default();
        write!(out, ",\"ocel:timestamp\":\"{}\",\"ocel:omap\":", rfc3339(at))?;
        let touched: Vec<&str> = ocel.e2o.of(n).map(|(o, _)| ocel.object_ids.name(o)).collect();
        json(&mut out, &touched)?;
        write!(out, ",\"ocel:vmap\":{{")?;
        named(ocel, &ocel.event_values, ocel.event_values.of(n), &mut out)?;
        write!(out, "}}}}")?;
    }
    write!(out, "}},\n\"ocel:objects\":{{")?;
    let mut first = true;
    let mut earlier = 0;
    for n in ocel.object_numbers().filter(|n| ocel.is_described(*n)) {
        next(&mut first, &mut out)?;
        writeln!(out)?;
        text(&mut out, ocel.object_ids.name(n))?;
        write!(out, ":{{\"ocel:type\":")?;
        text(&mut out, type_name(ocel, n))?;
        write!(out, ",\"ocel:ovmap\":{{")?;
        earlier += named(ocel, &ocel.object_values, ocel.object_values.of(n), &mut out)?;
        write!(out, "}}}}")?;
    }
    writeln!(out, "}}}}")?;
    let qualified = ocel.e2o.qualifier.iter().filter(|q| !ocel.qualifiers.name(**q).is_empty()).count();
    let lost = [
        (qualified, "qualifiers of relations"),
        (ocel.o2o.len(), "relations between objects"),
        (earlier, "earlier values of attributes"),
    ];
    Ok(lost.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect())
}

/// Values by name, the last of each; returns how many earlier ones there were.
fn named(
    ocel: &Ocel,
    values: &super::model::Values,
    places: std::ops::Range<usize>,
    out: &mut impl Write,
) -> io::Result<usize> {
    let at = |place: &usize| values.at.get(*place).copied().unwrap_or_default();
    let mut last: Vec<usize> = Vec::new();
    let mut earlier = 0;
    for place in places {
        match last.iter_mut().find(|p| values.name.get(**p) == values.name.get(place)) {
            Some(known) => {
                earlier += 1;
                if at(&place) >= at(known) {
                    *known = place;
                }
            }
            None => last.push(place),
        }
    }
    let mut first = true;
    for place in last {
        next(&mut first, out)?;
        text(out, ocel.attributes.name(values.name.get(place).copied().unwrap_or(NONE)))?;
        write!(out, ":")?;
        value(ocel.value(values, place), out)?;
    }
    Ok(earlier)
}

pub(crate) fn type_name(ocel: &Ocel, object: u32) -> &str {
    match ocel.type_of(object) {
        NONE => EMPTY_TYPE,
        of => ocel.object_types.names.name(of),
    }
}

fn types(ocel: &Ocel, types: &Types, out: &mut impl Write) -> io::Result<()> {
    write!(out, "[")?;
    let mut first = true;
    for (n, of) in (0u32..).zip(types.names.iter()) {
        next(&mut first, out)?;
        write!(out, "\n{{\"name\":")?;
        text(out, of)?;
        write!(out, ",\"attributes\":[")?;
        let mut first = true;
        for declared in types.of(n) {
            next(&mut first, out)?;
            write!(out, "{{\"name\":")?;
            text(out, ocel.attributes.name(declared.name))?;
            write!(out, ",\"type\":\"{}\"}}", declared.kind.id())?;
        }
        write!(out, "]}}")?;
    }
    write!(out, "]")
}

fn related(ocel: &Ocel, relations: impl Iterator<Item = (u32, u32)>, out: &mut impl Write) -> io::Result<()> {
    write!(out, "[")?;
    let mut first = true;
    for (object, qualifier) in relations {
        next(&mut first, out)?;
        write!(out, "{{\"objectId\":")?;
        text(out, ocel.object_ids.name(object))?;
        write!(out, ",\"qualifier\":")?;
        text(out, ocel.qualifiers.name(qualifier))?;
        write!(out, "}}")?;
    }
    write!(out, "]")
}

fn next(first: &mut bool, out: &mut impl Write) -> io::Result<()> {
    if std::mem::take(first) { Ok(()) } else { write!(out, ",") }
}

fn name(ocel: &Ocel, names: &[u32], place: usize, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{{\"name\":")?;
    text(out, ocel.attributes.name(names.get(place).copied().unwrap_or(NONE)))
}

fn value(value: Option<Value<'_>>, out: &mut impl Write) -> io::Result<()> {
    match value {
        Some(Value::String(s)) => text(out, s),
        Some(Value::Time(at)) => write!(out, "\"{}\"", rfc3339(at)),
        Some(Value::Integer(n)) => write!(out, "{n}"),
        Some(Value::Float(x)) => write!(out, "{x:?}"),
        Some(Value::Boolean(yes)) => write!(out, "{yes}"),
        None => write!(out, "null"),
    }
}

fn text(out: &mut impl Write, text: &str) -> io::Result<()> {
    json(out, &text)
}

fn json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(io::Error::from)
}
