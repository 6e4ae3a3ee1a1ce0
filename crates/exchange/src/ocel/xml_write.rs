//! OCEL 2.0 as XML, out.

use std::io::{self, Write};

use watercourse_flow::log::NONE;

use super::json_write::type_name;
use super::model::{Ocel, Types};
use super::values;
use crate::date::rfc3339;
use crate::xml_text::{attribute, content};

/// Writes OCEL 2.0 as XML, piece by piece. An object that is not described but has relations gets an empty type.
///
/// # Errors
/// Those of `out`; also where a text holds a character that XML has no way to write.
pub fn write_xml(ocel: &Ocel, out: impl Write) -> io::Result<()> {
    let mut out = out;
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log>")?;
    types(ocel, &ocel.object_types, "object-type", &mut out)?;
    types(ocel, &ocel.event_types, "event-type", &mut out)?;
    writeln!(out, "<objects>")?;
    for n in ocel.object_numbers() {
        let (places, relations) = (ocel.object_values.of(n), ocel.o2o.of(n));
        if !ocel.is_described(n) && places.is_empty() && relations.clone().next().is_none() {
            continue;
        }
        write!(out, "<object")?;
        attribute(&mut out, "id", ocel.object_ids.name(n))?;
        attribute(&mut out, "type", type_name(ocel, n))?;
        write!(out, "><attributes>")?;
        for place in places {
            let name = ocel.object_values.name.get(place).copied().unwrap_or(NONE);
            let at = ocel.object_values.at.get(place).copied().unwrap_or_default();
            write!(out, "<attribute")?;
            attribute(&mut out, "name", ocel.attributes.name(name))?;
            attribute(&mut out, "time", &rfc3339(at))?;
            value(ocel.value(&ocel.object_values, place), &mut out)?;
        }
        write!(out, "</attributes>")?;
        related(ocel, relations, &mut out)?;
        writeln!(out, "</object>")?;
    }
    writeln!(out, "</objects>\n<events>")?;
    for n in ocel.event_numbers() {
        let of = ocel.event_type.get(n as usize).copied().unwrap_or(NONE);
        write!(out, "<event")?;
        attribute(&mut out, "id", ocel.event_ids.name(n))?;
        attribute(&mut out, "type", ocel.event_types.names.name(of))?;
        attribute(&mut out, "time", &rfc3339(ocel.at.get(n as usize).copied().unwrap_or_default()))?;
        write!(out, "><attributes>")?;
        for place in ocel.event_values.of(n) {
            let name = ocel.event_values.name.get(place).copied().unwrap_or(NONE);
            write!(out, "<attribute")?;
            attribute(&mut out, "name", ocel.attributes.name(name))?;
            value(ocel.value(&ocel.event_values, place), &mut out)?;
        }
        write!(out, "</attributes>")?;
        related(ocel, ocel.e2o.of(n), &mut out)?;
        writeln!(out, "</event>")?;
    }
    writeln!(out, "</events>\n</log>")
}

fn types(ocel: &Ocel, types: &Types, element: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<{element}s>")?;
    for (n, of) in (0u32..).zip(types.names.iter()) {
        write!(out, "<{element}")?;
        attribute(out, "name", of)?;
        write!(out, "><attributes>")?;
        for declared in types.of(n) {
            write!(out, "<attribute")?;
            attribute(out, "name", ocel.attributes.name(declared.name))?;
            attribute(out, "type", declared.kind.id())?;
            write!(out, "/>")?;
        }
        writeln!(out, "</attributes></{element}>")?;
    }
    writeln!(out, "</{element}s>")
}

fn value(value: Option<super::model::Value<'_>>, out: &mut impl Write) -> io::Result<()> {
    write!(out, ">")?;
    if let Some(value) = value {
        content(out, &values::text(value))?;
    }
    write!(out, "</attribute>")
}

fn related(ocel: &Ocel, relations: impl Iterator<Item = (u32, u32)>, out: &mut impl Write) -> io::Result<()> {
    write!(out, "<objects>")?;
    for (object, qualifier) in relations {
        write!(out, "<relationship")?;
        attribute(out, "object-id", ocel.object_ids.name(object))?;
        attribute(out, "qualifier", ocel.qualifiers.name(qualifier))?;
        write!(out, "/>")?;
    }
    write!(out, "</objects>")
}
