//! OCEL as XML, 2.0 and 1.0. Entities are never expanded and nothing outside is fetched.

use std::io::Read;

use quick_xml::Reader as Xml;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::builder::{Builder, Side};
use super::values::Raw;
use crate::error::ExchangeError;
use crate::names::short;
use crate::options::Limits;
use crate::source::piece::{self, Piece};

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Log,
    /// `object-types`, `event-types`.
    Types(Side),
    Type(Side, u32),
    /// The attributes a type declares.
    Declared(Side, u32),
    /// `objects`, `events`.
    All(Side),
    /// An object, an event.
    One(Side),
    Values(Side),
    Value(Side),
    Relations(Side),
    /// 1.0: what is said about the whole log.
    Global,
    TypeNames,
    /// 1.0: ids of the objects of an event.
    Map,
    /// 1.0: values by name.
    NamedValues(Side),
    /// Known, and without anything inside that matters.
    Leaf,
    Unknown,
}

/// Texts of the element at hand, kept to be used again.
#[derive(Default)]
struct Texts {
    id: String,
    of: String,
    time: Option<String>,
    name: String,
    value: String,
    value_time: Option<String>,
}

struct Reader<'b> {
    b: &'b mut Builder,
    limits: Limits,
    open: Vec<Place>,
    /// Line on which each open element began.
    lines: Vec<u64>,
    line: u64,
    byte: u64,
    begun: bool,
    first_version: bool,
    events: bool,
    t: Texts,
}

/// Reads a document into columns. Says which version of OCEL it is.
pub(crate) fn read<R: Read>(input: R, limits: Limits, builder: &mut Builder) -> Result<&'static str, ExchangeError> {
    let mut xml = Xml::from_reader(Piece::new(input, limits.record));
    xml.config_mut().check_end_names = true;
    let mut buf = Vec::new();
    let mut r = Reader {
        b: builder,
        limits,
        open: Vec::new(),
        lines: Vec::new(),
        line: 1,
        byte: 0,
        begun: false,
        first_version: false,
        events: false,
        t: Texts::default(),
    };
    loop {
        buf.clear();
        xml.get_mut().left = limits.record;
        r.byte = xml.buffer_position();
        let event = match xml.read_event_into(&mut buf) {
            Ok(event) => event,
            Err(e) => return Err(piece::error(e, r.line, xml.buffer_position(), limits.record)),
        };
        if !r.take(event)? {
            break;
        }
    }
    if !r.events {
        return Err(
            r.malformed("there is no <events> in this XML", "an object-centric log has types, objects and events")
        );
    }
    Ok(if r.first_version { "1.0" } else { "2.0" })
}

impl Reader<'_> {
    /// Takes the next piece; `false` at the end.
    fn take(&mut self, event: Event<'_>) -> Result<bool, ExchangeError> {
        match event {
            Event::Start(start) => {
                self.begin(&start)?;
                self.count(start.as_ref());
            }
            Event::Empty(start) => {
                self.begin(&start)?;
                self.count(start.as_ref());
                self.end()?;
            }
            Event::End(end) => {
                self.end()?;
                self.count(end.as_ref());
            }
            Event::Text(text) => {
                if self.open.is_empty() && !text.trim().is_empty() {
                    return Err(self.malformed("text outside the root element", "a file holds one <log> element"));
                }
                self.text(&breaks(text.as_ref()))?;
                self.count(text.as_ref());
            }
            Event::CData(data) => {
                self.text(&breaks(data.as_ref()))?;
                self.count(data.as_ref());
            }
            Event::GeneralRef(name) => {
                let name: &str = name.as_ref();
                let text = self.unescaped(&format!("&{name};"))?;
                self.text(&text)?;
            }
            Event::Comment(text) => self.count(text.as_ref()),
            Event::PI(text) => self.count(text.as_ref()),
            Event::Decl(text) => self.count(text.as_ref()),
            Event::DocType(_) => {
                return Err(self.malformed(
                    "the file declares a document type (DTD), which can define entities",
                    "OCEL needs none: remove the <!DOCTYPE …> declaration",
                ));
            }
            Event::Eof => {
                return match self.lines.last() {
                    Some(line) => {
                        let what = format!("the file ends inside an element that begins on line {line}");
                        Err(self.malformed(&what, "it was cut off; export or download it again"))
                    }
                    None => Ok(false),
                };
            }
        }
        Ok(true)
    }

    fn count(&mut self, text: &str) {
        self.line += memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
    }

    fn malformed(&self, what: &str, remedy: &str) -> ExchangeError {
        ExchangeError::Malformed { line: self.line, byte: self.byte, what: what.to_owned(), remedy: remedy.to_owned() }
    }

    fn unescaped(&self, text: &str) -> Result<String, ExchangeError> {
        unescape(text).map(std::borrow::Cow::into_owned).map_err(|e| {
            self.malformed(
                &format!("an entity cannot be read ({e})"),
                "only &amp; &lt; &gt; &quot; &apos; and character numbers are read",
            )
        })
    }

    fn text(&mut self, text: &str) -> Result<(), ExchangeError> {
        if !matches!(self.open.last(), Some(Place::Value(_))) {
            return Ok(());
        }
        if self.t.value.len() + text.len() > self.limits.record {
            return Err(ExchangeError::TooLong {
                line: self.line,
                byte: self.byte,
                what: "a value",
                limit: self.limits.record,
                remedy: "an end tag may be missing",
            });
        }
        self.t.value.push_str(text);
        Ok(())
    }

    fn attribute(&self, start: &BytesStart<'_>, name: &str) -> Result<Option<String>, ExchangeError> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| {
                self.malformed(&format!("an XML attribute is not well written ({e})"), "write name=\"value\"")
            })?;
            let key: &str = attribute.key.as_ref();
            if key == name {
                if !attribute.value.contains('&') {
                    return Ok(Some(attribute.value.as_ref().to_owned()));
                }
                return self.unescaped(&attribute.value).map(Some);
            }
        }
        Ok(None)
    }

    fn needed(&self, start: &BytesStart<'_>, name: &str) -> Result<String, ExchangeError> {
        let element = start.local_name();
        let element: &str = element.as_ref();
        self.attribute(start, name)?.ok_or_else(|| {
            self.malformed(&format!("<{element}> has no {name}"), &format!("write <{element} {name}=\"…\">"))
        })
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<(), ExchangeError> {
        if self.open.len() >= self.limits.depth {
            let what = format!("elements are nested more than {} deep", self.limits.depth);
            return Err(self.malformed(&what, "an object-centric log needs far less; is the file damaged?"));
        }
        let name = start.local_name();
        let name: &str = name.as_ref();
        let place = match self.open.last().copied() {
            None if name == "log" && !self.begun => Place::Log,
            None => {
                let what = format!("the root element is <{}>", short(name));
                return Err(self.malformed(&what, "a file holds one <log> element"));
            }
            Some(Place::Log) => match name {
                "object-types" => Place::Types(Side::Object),
                "event-types" => Place::Types(Side::Event),
                "objects" => Place::All(Side::Object),
                "events" => {
                    self.events = true;
                    Place::All(Side::Event)
                }
                "global" => {
                    self.first_version = true;
                    self.b.undeclaring = true;
                    Place::Global
                }
                _ => Place::Unknown,
            },
            Some(Place::Types(side)) if name == "object-type" || name == "event-type" => {
                let of = self.needed(start, "name")?;
                Place::Type(side, self.b.declare_type(side, &of))
            }
            Some(Place::Type(side, of)) if name == "attributes" => Place::Declared(side, of),
            Some(Place::Declared(side, of)) if name == "attribute" => {
                let (name, kind) = (self.needed(start, "name")?, self.attribute(start, "type")?);
                self.b.declare(side, of, &name, kind.as_deref().unwrap_or("string"), self.line);
                Place::Leaf
            }
            Some(Place::All(side)) if name == "object" || name == "event" => self.one(start, side)?,
            Some(Place::One(side)) => self.part(start, side, name)?,
            Some(Place::Values(side)) if name == "attribute" => {
                self.t.name = self.needed(start, "name")?;
                self.t.value.clear();
                self.t.value_time = self.attribute(start, "time")?;
                Place::Value(side)
            }
            Some(Place::Relations(side)) => match self.attribute(start, "object-id")? {
                Some(object) => {
                    let qualifier = self.attribute(start, "qualifier")?.unwrap_or_default();
                    match side {
                        Side::Event => self.b.event_object(&object, &qualifier),
                        Side::Object => self.b.object_object(&object, &qualifier),
                    }
                    Place::Leaf
                }
                None => Place::Unknown,
            },
            Some(Place::Global) => match (name, self.attribute(start, "key")?.as_deref()) {
                ("list", Some("object-types")) => Place::TypeNames,
                _ => Place::Leaf,
            },
            Some(Place::TypeNames) => {
                let of = self.attribute(start, "value")?.unwrap_or_default();
                self.b.declare_type(Side::Object, &of);
                Place::Leaf
            }
            Some(Place::Map) => {
                let object = self.needed(start, "value")?;
                self.b.event_object(&object, "");
                Place::Leaf
            }
            Some(Place::NamedValues(side)) => self.named_value(start, side, name)?,
            Some(Place::Leaf) => Place::Leaf,
            Some(_) => Place::Unknown,
        };
        self.begun = true;
        if place == Place::Unknown && self.open.last() != Some(&Place::Unknown) {
            self.b.unknown(self.line, &format!("<{name}>"));
        }
        self.open.push(place);
        self.lines.push(self.line);
        Ok(())
    }

    /// An object or event begins; 1.0 says its id and type further down.
    fn one(&mut self, start: &BytesStart<'_>, side: Side) -> Result<Place, ExchangeError> {
        self.t.id = self.attribute(start, "id")?.unwrap_or_default();
        self.t.of = self.attribute(start, "type")?.unwrap_or_default();
        self.t.time = self.attribute(start, "time")?;
        self.b.type_at_hand(side, &self.t.of);
        Ok(Place::One(side))
    }

    /// A part of an object or event, of either version.
    fn part(&mut self, start: &BytesStart<'_>, side: Side, name: &str) -> Result<Place, ExchangeError> {
        match name {
            "attributes" => return Ok(Place::Values(side)),
            "objects" => return Ok(Place::Relations(side)),
            _ => {}
        }
        let Some(key) = self.attribute(start, "key")? else { return Ok(Place::Unknown) };
        let value = self.attribute(start, "value")?;
        match (key.as_str(), side) {
            ("id", _) => self.t.id = value.unwrap_or_default(),
            ("timestamp", Side::Event) => self.t.time = value,
            ("activity", Side::Event) | ("type", Side::Object) => {
                self.t.of = value.unwrap_or_default();
                self.b.type_at_hand(side, &self.t.of);
            }
            ("omap", Side::Event) => return Ok(Place::Map),
            ("vmap", Side::Event) | ("ovmap", Side::Object) => return Ok(Place::NamedValues(side)),
            _ => return Ok(Place::Unknown),
        }
        Ok(Place::Leaf)
    }

    /// A value as 1.0 has it: its kind is the element's name.
    fn named_value(&mut self, start: &BytesStart<'_>, side: Side, kind: &str) -> Result<Place, ExchangeError> {
        let Some(name) = self.attribute(start, "key")? else { return Ok(Place::Unknown) };
        let Some(value) = self.attribute(start, "value")? else {
            self.b.odd.no_value.add(self.line, &name);
            return Ok(Place::Leaf);
        };
        let raw = match (kind, value.as_str()) {
            ("int" | "float", number) if number.parse::<f64>().is_ok_and(f64::is_finite) => Raw::Number(number),
            ("boolean", "true") => Raw::Boolean(true),
            ("boolean", "false") => Raw::Boolean(false),
            (_, text) => Raw::Text(text),
        };
        match side {
            Side::Event => self.b.event_value(&name, raw),
            Side::Object => self.b.object_value(&name, raw, None, self.line),
        }
        Ok(Place::Leaf)
    }

    fn end(&mut self) -> Result<(), ExchangeError> {
        let line = self.lines.pop().unwrap_or(self.line);
        match self.open.pop() {
            Some(Place::Value(Side::Event)) => self.b.event_value(&self.t.name, Raw::Text(&self.t.value)),
            Some(Place::Value(Side::Object)) => {
                self.b.object_value(&self.t.name, Raw::Text(&self.t.value), self.t.value_time.as_deref(), line);
            }
            Some(Place::One(Side::Event)) => {
                self.b.event(&self.t.id, &self.t.of, self.t.time.as_deref(), line)?;
            }
            Some(Place::One(Side::Object)) => self.b.object(&self.t.id, &self.t.of, line),
            _ => {}
        }
        Ok(())
    }
}

/// A raw text with its line breaks as XML reads them; a break that is written as a number stays what it is.
fn breaks(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}
