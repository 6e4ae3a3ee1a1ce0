//! A walk through the XML, one element at a time. Entities are never expanded and nothing outside is fetched.

use std::io::Read;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::error::ExchangeError;
use crate::options::Limits;
use crate::source::piece::{self, Piece};

/// What stands at the next place of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An element begins; its name is [`Walk::name`].
    Begin,
    /// It ends; what was written in it since the last element began is [`Walk::text`].
    End,
    /// The file ends.
    Over,
}

/// Where something stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    line: u64,
    byte: u64,
}

impl At {
    /// An error there.
    pub(super) fn error(self, what: impl Into<String>, remedy: &str) -> ExchangeError {
        let Self { line, byte } = self;
        ExchangeError::Malformed { line, byte, what: what.into(), remedy: remedy.to_owned() }
    }
}

/// The walk.
pub(super) struct Walk<R: Read> {
    xml: Reader<Piece<R>>,
    buf: Vec<u8>,
    limits: Limits,
    depth: usize,
    /// An element that was opened and closed at once.
    pending_end: bool,
    /// Where the piece at hand begins.
    at: At,
    line: u64,
    pub(super) name: String,
    pub(super) text: String,
    attributes: Vec<(String, String)>,
}

impl<R: Read> Walk<R> {
    pub(super) fn new(input: R, limits: Limits) -> Self {
        let mut xml = Reader::from_reader(Piece::new(input, limits.record));
        xml.config_mut().check_end_names = true;
        Self {
            xml,
            buf: Vec::new(),
            limits,
            depth: 0,
            pending_end: false,
            at: At { line: 1, byte: 0 },
            line: 1,
            name: String::new(),
            text: String::new(),
            attributes: Vec::new(),
        }
    }
    pub(super) const fn at(&self) -> At {
        self.at
    }
    /// An attribute of the element that just began.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
    /// An attribute it must have.
    pub(super) fn needed(&self, name: &str) -> Result<String, ExchangeError> {
        let found = self.attribute(name).map(str::to_owned);
        found.ok_or_else(|| self.at.error(format!("<{}> has no {name}", self.name), "PNML needs it"))
    }

    /// The next step.
    pub(super) fn next(&mut self) -> Result<Step, ExchangeError> {
        loop {
            if std::mem::take(&mut self.pending_end) {
                self.depth = self.depth.saturating_sub(1);
                return Ok(Step::End);
            }
            let mut buf = std::mem::take(&mut self.buf);
            buf.clear();
            self.xml.get_mut().left = self.limits.record;
            self.at = At { line: self.line, byte: self.xml.buffer_position() };
            let step = self.step(&mut buf);
            self.buf = buf;
            if let Some(step) = step? {
                return Ok(step);
            }
        }
    }

    fn step(&mut self, buf: &mut Vec<u8>) -> Result<Option<Step>, ExchangeError> {
        let event = match self.xml.read_event_into(buf) {
            Ok(event) => event,
            Err(error) => {
                return Err(piece::error(error, self.line, self.xml.buffer_position(), self.limits.record));
            }
        };
        match event {
            Event::Start(start) => self.begin(&start).map(Some),
            Event::Empty(start) => {
                self.pending_end = true;
                self.begin(&start).map(Some)
            }
            Event::End(end) => {
                self.count(end.as_ref());
                self.depth = self.depth.saturating_sub(1);
                Ok(Some(Step::End))
            }
            Event::Text(text) => {
                if self.depth == 0 && !text.trim().is_empty() {
                    return Err(self.at.error("text outside the root element", "a PNML file holds one <pnml> element"));
                }
                self.add(text.as_ref())
            }
            Event::CData(text) => self.add(text.as_ref()),
            Event::GeneralRef(name) => {
                let name: &str = name.as_ref();
                let text = self.plain(&format!("&{name};"))?;
                self.add(&text)
            }
            Event::Comment(text) => Ok(self.count(text.as_ref())),
            Event::PI(text) => Ok(self.count(text.as_ref())),
            Event::Decl(text) => Ok(self.count(text.as_ref())),
            Event::DocType(_) => Err(self.at.error(
                "the file declares a document type (DTD), which can define entities",
                "PNML needs none: remove the <!DOCTYPE …> declaration",
            )),
            Event::Eof if self.depth > 0 => {
                Err(self.at.error("the file ends inside an element", "it was cut off; export or download it again"))
            }
            Event::Eof => Ok(Some(Step::Over)),
        }
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<Step, ExchangeError> {
        self.count(start.as_ref());
        self.depth += 1;
        if self.depth > self.limits.depth {
            let what = format!("elements are nested more than {} deep", self.limits.depth);
            return Err(self.at.error(what, "a PNML file needs far less; is the file damaged?"));
        }
        self.text.clear();
        self.name.clear();
        self.name.push_str(start.local_name().as_ref());
        self.attributes.clear();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| {
                self.at.error(format!("an XML attribute is not well written ({e})"), "write name=\"value\"")
            })?;
            let key: &str = attribute.key.as_ref();
            let value = self.plain(&attribute.value)?;
            self.attributes.push((key.to_owned(), value));
        }
        Ok(Step::Begin)
    }

    fn add(&mut self, text: &str) -> Result<Option<Step>, ExchangeError> {
        self.count(text);
        if self.text.len() + text.len() > self.limits.record {
            let At { line, byte } = self.at;
            let (limit, remedy) = (self.limits.record, "a quote or a > may be missing");
            return Err(ExchangeError::TooLong { line, byte, what: "a text", limit, remedy });
        }
        self.text.push_str(text);
        Ok(None)
    }
    fn plain(&self, text: &str) -> Result<String, ExchangeError> {
        unescape(text).map(std::borrow::Cow::into_owned).map_err(|e| {
            self.at.error(
                format!("an entity cannot be read ({e})"),
                "only &amp; &lt; &gt; &quot; &apos; and character numbers are read",
            )
        })
    }
    fn count(&mut self, text: &str) -> Option<Step> {
        self.line += memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
        None
    }
}
