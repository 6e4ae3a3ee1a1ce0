//! OCEL as JSON: 2.0 (`objectTypes`, `eventTypes`, `objects`, `events`) and 1.0 (`ocel:events`, `ocel:objects`).

use std::io::Read;

use super::builder::{Builder, Side};
use super::json_text::{Json, Kind};
use super::values::Raw;
use crate::error::ExchangeError;
use crate::options::Limits;

/// Reads a document into columns. Says which version of OCEL it is.
pub(crate) fn read<R: Read>(input: R, limits: Limits, builder: &mut Builder) -> Result<&'static str, ExchangeError> {
    let mut reader = Reader { json: Json::new(input, limits), b: builder, t: Texts::default() };
    let (mut version, mut events) = ("2.0", false);
    reader.json.object()?;
    while reader.json.key()? {
        if reader.json.name().starts_with("ocel:") {
            version = "1.0";
            reader.b.undeclaring = true;
        }
        match reader.json.name() {
            "objectTypes" => reader.types(Side::Object)?,
            "eventTypes" => reader.types(Side::Event)?,
            "objects" => reader.each(Reader::object)?,
            "events" => {
                events = true;
                reader.each(Reader::event)?;
            }
            "ocel:events" => {
                events = true;
                reader.keyed(Reader::event)?;
            }
            "ocel:objects" => reader.keyed(Reader::object)?,
            "ocel:global-log" => reader.global_log()?,
            "ocel:global-event" | "ocel:global-object" => reader.json.skip()?,
            _ => reader.unknown()?,
        }
    }
    reader.json.end()?;
    if !events {
        return Err(reader.json.wrong(
            "there are no \u{201c}events\u{201d} in this JSON",
            "an object-centric log has eventTypes, objectTypes, events and objects",
        ));
    }
    reader.b.odd.foreign = std::mem::take(&mut reader.json.foreign);
    Ok(version)
}

/// Texts of the element at hand, kept to be used again.
#[derive(Default)]
struct Texts {
    id: String,
    of: String,
    time: String,
    name: String,
    value: String,
    other: String,
    qualifier: String,
}

struct Reader<'b, R> {
    json: Json<R>,
    b: &'b mut Builder,
    t: Texts,
}

type Step<'b, R> = fn(&mut Reader<'b, R>) -> Result<(), ExchangeError>;

impl<'b, R: Read> Reader<'b, R> {
    /// A key the format does not have: passed over, and told of.
    fn unknown(&mut self) -> Result<(), ExchangeError> {
        let path = self.json.path();
        self.b.unknown(self.json.line, &path);
        self.json.skip()
    }

    /// Every item of an array; `null` stands for an empty one.
    fn each(&mut self, step: Step<'b, R>) -> Result<(), ExchangeError> {
        if self.json.peek()? == Kind::Null {
            return self.json.skip();
        }
        self.json.array()?;
        while self.json.item()? {
            self.t.id.clear();
            step(self)?;
        }
        Ok(())
    }

    /// Every member of an object whose keys are ids.
    fn keyed(&mut self, step: Step<'b, R>) -> Result<(), ExchangeError> {
        self.json.object()?;
        while self.json.key()? {
            self.t.id.clear();
            self.t.id.push_str(self.json.name());
            step(self)?;
        }
        Ok(())
    }

    fn types(&mut self, side: Side) -> Result<(), ExchangeError> {
        self.json.array()?;
        while self.json.item()? {
            let (mut name, mut declared) = (None, Vec::new());
            self.json.object()?;
            while self.json.key()? {
                match self.json.name() {
                    "name" => {
                        self.json.scalar(&mut self.t.name)?;
                        name = Some(self.t.name.clone());
                    }
                    "attributes" => self.declared(&mut declared)?,
                    _ => self.unknown()?,
                }
            }
            let name = name.ok_or_else(|| self.json.wrong("a type has no name", "give it one: \"name\": \"…\""))?;
            let of = self.b.declare_type(side, &name);
            for (name, kind) in declared {
                self.b.declare(side, of, &name, &kind, self.json.line);
            }
        }
        Ok(())
    }

    fn declared(&mut self, into: &mut Vec<(String, String)>) -> Result<(), ExchangeError> {
        if self.json.peek()? == Kind::Null {
            return self.json.skip();
        }
        self.json.array()?;
        while self.json.item()? {
            let (mut name, mut kind) = (String::new(), "string".to_owned());
            self.json.object()?;
            while self.json.key()? {
                match self.json.name() {
                    "name" => drop(self.json.scalar(&mut name)?),
                    "type" => drop(self.json.scalar(&mut kind)?),
                    _ => self.unknown()?,
                }
            }
            into.push((name, kind));
        }
        Ok(())
    }

    /// An event of either version.
    fn event(&mut self) -> Result<(), ExchangeError> {
        let line = self.json.line;
        let mut timed = false;
        self.t.of.clear();
        self.json.object()?;
        while self.json.key()? {
            match self.json.name() {
                "id" => drop(self.json.scalar(&mut self.t.id)?),
                "type" | "ocel:activity" => {
                    self.json.scalar(&mut self.t.of)?;
                    self.b.type_at_hand(Side::Event, &self.t.of);
                }
                "time" | "ocel:timestamp" => timed = self.json.scalar(&mut self.t.time)? != Kind::Null,
                "attributes" => self.event_attributes()?,
                "relationships" => self.relationships(Side::Event)?,
                "ocel:vmap" => self.named_values(Side::Event)?,
                "ocel:omap" => self.each_id()?,
                _ => self.unknown()?,
            }
        }
        let time = timed.then_some(self.t.time.as_str());
        self.b.event(&self.t.id, &self.t.of, time, line)
    }

    /// An object of either version.
    fn object(&mut self) -> Result<(), ExchangeError> {
        let line = self.json.line;
        self.t.of.clear();
        self.json.object()?;
        while self.json.key()? {
            match self.json.name() {
                "id" => drop(self.json.scalar(&mut self.t.id)?),
                "type" | "ocel:type" => {
                    self.json.scalar(&mut self.t.of)?;
                    self.b.type_at_hand(Side::Object, &self.t.of);
                }
                "attributes" => self.object_attributes()?,
                "relationships" => self.relationships(Side::Object)?,
                "ocel:ovmap" => self.named_values(Side::Object)?,
                _ => self.unknown()?,
            }
        }
        self.b.object(&self.t.id, &self.t.of, line);
        Ok(())
    }

    /// Reads a value into `t.value`; tells what it was.
    fn value(&mut self) -> Result<Kind, ExchangeError> {
        let kind = self.json.scalar(&mut self.t.value)?;
        match kind {
            Kind::Object | Kind::Array => self.b.odd.nested.add(self.json.line, &self.t.name),
            Kind::Null => self.b.odd.no_value.add(self.json.line, &self.t.name),
            _ => {}
        }
        Ok(kind)
    }

    fn event_attributes(&mut self) -> Result<(), ExchangeError> {
        self.attributes(Side::Event)
    }
    fn object_attributes(&mut self) -> Result<(), ExchangeError> {
        self.attributes(Side::Object)
    }

    fn attributes(&mut self, side: Side) -> Result<(), ExchangeError> {
        if self.json.peek()? == Kind::Null {
            return self.json.skip();
        }
        self.json.array()?;
        while self.json.item()? {
            let (mut kind, mut timed) = (Kind::Null, false);
            self.t.name.clear();
            self.json.object()?;
            while self.json.key()? {
                match self.json.name() {
                    "name" => drop(self.json.scalar(&mut self.t.name)?),
                    "value" => kind = self.value()?,
                    "time" if side == Side::Object => timed = self.json.scalar(&mut self.t.other)? != Kind::Null,
                    _ => self.unknown()?,
                }
            }
            if let Some(raw) = raw(kind, &self.t.value) {
                match side {
                    Side::Event => self.b.event_value(&self.t.name, raw),
                    Side::Object => {
                        let time = timed.then_some(self.t.other.as_str());
                        self.b.object_value(&self.t.name, raw, time, self.json.line);
                    }
                }
            }
        }
        Ok(())
    }

    /// Values by name, as 1.0 has them.
    fn named_values(&mut self, side: Side) -> Result<(), ExchangeError> {
        self.json.object()?;
        while self.json.key()? {
            self.t.name.clear();
            self.t.name.push_str(self.json.name());
            let kind = self.value()?;
            if let Some(raw) = raw(kind, &self.t.value) {
                match side {
                    Side::Event => self.b.event_value(&self.t.name, raw),
                    Side::Object => self.b.object_value(&self.t.name, raw, None, self.json.line),
                }
            }
        }
        Ok(())
    }

    fn relationships(&mut self, side: Side) -> Result<(), ExchangeError> {
        if self.json.peek()? == Kind::Null {
            return self.json.skip();
        }
        self.json.array()?;
        while self.json.item()? {
            let mut found = false;
            self.t.qualifier.clear();
            self.json.object()?;
            while self.json.key()? {
                match self.json.name() {
                    "objectId" => {
                        self.json.scalar(&mut self.t.other)?;
                        found = true;
                    }
                    "qualifier" => {
                        if self.json.scalar(&mut self.t.qualifier)? == Kind::Null {
                            self.t.qualifier.clear();
                        }
                    }
                    _ => self.unknown()?,
                }
            }
            if !found {
                return Err(self.json.wrong("a relationship names no object", "give it an \"objectId\""));
            }
            match side {
                Side::Event => self.b.event_object(&self.t.other, &self.t.qualifier),
                Side::Object => self.b.object_object(&self.t.other, &self.t.qualifier),
            }
        }
        Ok(())
    }

    /// Ids of objects, as 1.0 has them.
    fn each_id(&mut self) -> Result<(), ExchangeError> {
        self.json.array()?;
        while self.json.item()? {
            self.json.scalar(&mut self.t.other)?;
            self.b.event_object(&self.t.other, "");
        }
        Ok(())
    }

    /// What 1.0 says about the log: its object types are types even where no object has them.
    fn global_log(&mut self) -> Result<(), ExchangeError> {
        self.json.object()?;
        while self.json.key()? {
            match self.json.name() {
                "ocel:object-types" => {
                    self.json.array()?;
                    while self.json.item()? {
                        self.json.scalar(&mut self.t.name)?;
                        self.b.declare_type(Side::Object, &self.t.name);
                    }
                }
                "ocel:attribute-names" | "ocel:version" | "ocel:ordering" => self.json.skip()?,
                _ => self.unknown()?,
            }
        }
        Ok(())
    }
}

fn raw(kind: Kind, text: &str) -> Option<Raw<'_>> {
    match kind {
        Kind::Null => None,
        Kind::Number => Some(Raw::Number(text)),
        Kind::Boolean => Some(Raw::Boolean(text == "true")),
        Kind::Text | Kind::Object | Kind::Array => Some(Raw::Text(text)),
    }
}
