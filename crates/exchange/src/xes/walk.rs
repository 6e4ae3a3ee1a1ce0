//! A walk through the XML, one attribute at a time. Entities are never expanded and nothing outside is fetched.

use std::io::Read;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::error::ExchangeError;
use crate::options::Limits;
use crate::source::piece::{self, Piece};

/// What stands at the next place of the file. Key and value of an attribute are in [`Walk::key`] and [`Walk::value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    /// A default for events (`key`, `value`).
    EventDefault,
    /// A classifier for events: its name is the key, its keys the value.
    Classifier,
    /// A trace begins.
    Trace,
    /// An attribute of the trace.
    TraceAttribute,
    /// The trace ends.
    TraceEnd,
    /// An event begins.
    Event,
    /// An attribute of the event.
    EventAttribute,
    /// The event ends.
    EventEnd,
}

/// Where the walk is: the open elements that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the root.
    Outside,
    Log,
    /// The defaults of events, or others.
    Global {
        events: bool,
    },
    Trace,
    Event,
    /// In something of no concern, so many levels down.
    Other,
}

/// The walk.
pub(crate) struct Walk<R: Read> {
    xml: Reader<Piece<R>>,
    buf: Vec<u8>,
    limits: Limits,
    /// Open elements, with the line each began on.
    open: Vec<(Place, u64)>,
    /// An element that was opened and closed at once.
    pending_end: bool,
    begun: bool,
    pub(crate) line: u64,
    pub(crate) key: String,
    pub(crate) value: String,
}

impl<R: Read> Walk<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        let mut xml = Reader::from_reader(Piece::new(input, limits.record));
        xml.config_mut().check_end_names = true;
        Self {
            xml,
            buf: Vec::new(),
            limits,
            open: Vec::new(),
            pending_end: false,
            begun: false,
            line: 1,
            key: String::new(),
            value: String::new(),
        }
    }

    fn place(&self) -> Place {
        self.open.last().map_or(Place::Outside, |p| p.0)
    }

    /// The next item; nothing at the end of the log.
    pub(crate) fn next(&mut self) -> Result<Option<Item>, ExchangeError> {
        loop {
            if self.pending_end {
                self.pending_end = false;
                if let Some(item) = self.close() {
                    return Ok(Some(item));
                }
                continue;
            }
            let mut buf = std::mem::take(&mut self.buf);
            buf.clear();
            self.xml.get_mut().left = self.limits.record;
            let step = self.step(&mut buf);
            self.buf = buf;
            match step? {
                Step::Item(item) => return Ok(Some(item)),
                Step::On => {}
                Step::Over => return Ok(None),
            }
        }
    }

    fn step(&mut self, buf: &mut Vec<u8>) -> Result<Step, ExchangeError> {
        let event = match self.xml.read_event_into(buf) {
            Ok(event) => event,
            Err(error) => return Err(self.error(error)),
        };
        let begins = self.line;
        match event {
            Event::Start(start) => {
                self.line += lines(start.as_ref());
                self.element(&start, begins).map(Step::of)
            }
            Event::Empty(start) => {
                self.line += lines(start.as_ref());
                self.pending_end = true;
                self.element(&start, begins).map(Step::of)
            }
            Event::End(end) => {
                self.line += lines(end.as_ref());
                Ok(Step::of(self.close()))
            }
            Event::Text(text) => {
                if self.open.is_empty() && !text.trim().is_empty() {
                    return Err(self
                        .malformed("text outside the root element".to_owned(), "an XES file holds one <log> element"));
                }
                self.line += lines(text.as_ref());
                Ok(Step::On)
            }
            Event::CData(data) => {
                self.line += lines(data.as_ref());
                Ok(Step::On)
            }
            Event::Comment(text) => {
                self.line += lines(text.as_ref());
                Ok(Step::On)
            }
            Event::PI(text) => {
                self.line += lines(text.as_ref());
                Ok(Step::On)
            }
            Event::Decl(text) => {
                self.line += lines(text.as_ref());
                Ok(Step::On)
            }
            Event::GeneralRef(_) => Ok(Step::On),
            Event::DocType(_) => Err(self.malformed(
                "the file declares a document type (DTD), which can define entities".to_owned(),
                "XES needs none: remove the <!DOCTYPE …> declaration",
            )),
            Event::Eof => match self.open.last() {
                Some((_, line)) => {
                    let what = format!("the file ends inside an element that begins on line {line}");
                    Err(self.malformed(what, "it was cut off; export or download it again"))
                }
                None if self.begun => Ok(Step::Over),
                None => Err(ExchangeError::Empty { what: "XML file", needs: "a <log> element with traces and events" }),
            },
        }
    }

    /// An element begins.
    fn element(&mut self, start: &BytesStart<'_>, line: u64) -> Result<Option<Item>, ExchangeError> {
        if self.open.len() >= self.limits.depth {
            let what = format!("elements are nested more than {} deep", self.limits.depth);
            return Err(self.malformed(what, "an XES file needs far less; is the file damaged?"));
        }
        let name = start.local_name();
        let name: &str = name.as_ref();
        let (place, item) = match (self.place(), name) {
            (Place::Outside, "log") if !self.begun => {
                self.begun = true;
                (Place::Log, None)
            }
            (Place::Outside, other) => return Err(not_xes(other, self.begun)),
            (Place::Log, "trace") => (Place::Trace, Some(Item::Trace)),
            (Place::Log, "global") => {
                let events = self.attribute(start, "scope")?.is_none_or(|s| s == "event");
                (Place::Global { events }, None)
            }
            (Place::Log, "classifier") => {
                let events = self.attribute(start, "scope")?.is_none_or(|s| s == "event");
                self.key = self.attribute(start, "name")?.unwrap_or_default();
                self.value = self.attribute(start, "keys")?.unwrap_or_default();
                (Place::Other, events.then_some(Item::Classifier))
            }
            (Place::Trace, "event") => (Place::Event, Some(Item::Event)),
            (Place::Trace, _) => (Place::Other, self.pair(start)?.then_some(Item::TraceAttribute)),
            (Place::Event, _) => (Place::Other, self.pair(start)?.then_some(Item::EventAttribute)),
            (Place::Global { events: true }, _) => (Place::Other, self.pair(start)?.then_some(Item::EventDefault)),
            (Place::Log | Place::Global { .. } | Place::Other, _) => (Place::Other, None),
        };
        self.open.push((place, line));
        Ok(item)
    }

    /// The innermost element ends.
    fn close(&mut self) -> Option<Item> {
        match self.open.pop()?.0 {
            Place::Trace => Some(Item::TraceEnd),
            Place::Event => Some(Item::EventEnd),
            _ => None,
        }
    }

    /// Takes `key` and `value` of an XES attribute; whether it has both.
    fn pair(&mut self, start: &BytesStart<'_>) -> Result<bool, ExchangeError> {
        let (mut has_key, mut has_value) = (false, false);
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| {
                self.malformed(format!("an XML attribute is not well written ({e})"), "write name=\"value\"")
            })?;
            let into = match attribute.key.as_ref() {
                "key" => {
                    has_key = true;
                    &mut self.key
                }
                "value" => {
                    has_value = true;
                    &mut self.value
                }
                _ => continue,
            };
            into.clear();
            if attribute.value.contains('&') {
                let text = match unescape(&attribute.value) {
                    Ok(text) => text.into_owned(),
                    Err(e) => return Err(self.entity(&e.to_string())),
                };
                into.push_str(&text);
            } else {
                into.push_str(&attribute.value);
            }
        }
        Ok(has_key && has_value)
    }

    fn attribute(&self, start: &BytesStart<'_>, name: &str) -> Result<Option<String>, ExchangeError> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| {
                self.malformed(format!("an XML attribute is not well written ({e})"), "write name=\"value\"")
            })?;
            let key: &str = attribute.key.as_ref();
            if key == name {
                return unescape(&attribute.value)
                    .map(|v| Some(v.into_owned()))
                    .map_err(|e| self.entity(&e.to_string()));
            }
        }
        Ok(None)
    }

    fn entity(&self, why: &str) -> ExchangeError {
        self.malformed(
            format!("an entity cannot be read ({why})"),
            "only &amp; &lt; &gt; &quot; &apos; and character numbers are read",
        )
    }

    fn malformed(&self, what: String, remedy: &str) -> ExchangeError {
        ExchangeError::Malformed { line: self.line, byte: self.xml.buffer_position(), what, remedy: remedy.to_owned() }
    }

    fn error(&self, error: quick_xml::Error) -> ExchangeError {
        piece::error(error, self.line, self.xml.buffer_position(), self.limits.record)
    }
}

enum Step {
    Item(Item),
    On,
    Over,
}

impl Step {
    fn of(item: Option<Item>) -> Self {
        item.map_or(Self::On, Self::Item)
    }
}

fn not_xes(root: &str, after: bool) -> ExchangeError {
    if after {
        return ExchangeError::NotALog {
            found: format!("an XML file with a second root element <{root}>"),
            remedy: "an XES file holds one <log>".to_owned(),
        };
    }
    let remedy = match root {
        "definitions" => "BPMN is a model, not a log; export the events as XES or CSV",
        "testsuites" | "testsuite" => "JUnit reports are read elsewhere",
        "html" => "a download may have given a web page; fetch the file itself",
        _ => "an XES file begins with <log>; export the events as XES or CSV",
    };
    ExchangeError::NotALog {
        found: format!("an XML file whose root is <{}>", crate::names::short(root)),
        remedy: remedy.to_owned(),
    }
}

fn lines(text: &str) -> u64 {
    memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64
}
