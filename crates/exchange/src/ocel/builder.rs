//! Columns in the making: readers hand over pieces in the order of their file, in whatever order that is.

use watercourse_flow::log::{NO_TIME, NONE};

use super::columns::{RelationRows, ValueRows};
use super::model::{Ocel, Types, ValueKind};
use super::values::{Raw, Reading};
use crate::collect::{Clock, Collector, Tally};
use crate::error::ExchangeError;
use crate::names::short;
use crate::options::Options;
use crate::zone::Zone;

/// Events or objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    Event,
    Object,
}

/// What was odd about a file, counted.
#[derive(Debug, Default)]
pub(crate) struct Odd {
    pub(crate) unknown: Tally,
    pub(crate) repeated_event: Tally,
    pub(crate) repeated_object: Tally,
    pub(crate) other_type: Tally,
    pub(crate) undeclared_type: Tally,
    pub(crate) unknown_kind: Tally,
    pub(crate) no_value: Tally,
    pub(crate) untimed: Tally,
    pub(crate) nested: Tally,
    pub(crate) foreign: Tally,
    pub(crate) without_event: Tally,
    pub(crate) besides_change: Tally,
}

/// The log in the making.
pub(crate) struct Builder {
    pub(crate) ocel: Ocel,
    pub(crate) collector: Collector,
    pub(crate) clock: Clock,
    /// Reads times that are values, so that they do not count as times of events.
    pub(crate) reading: Reading,
    pub(crate) odd: Odd,
    /// Whether the format has no place to declare types and attributes: then none are missed.
    pub(crate) undeclaring: bool,
    pub(crate) object_values: ValueRows,
    pub(crate) o2o: RelationRows,
    most_events: usize,
    /// The type of what is at hand, where it is known before its values.
    at_hand: Option<u32>,
}

impl Builder {
    pub(crate) fn new(options: &Options) -> Result<Self, ExchangeError> {
        let zone = Zone::parse(options.tz.as_deref().unwrap_or("UTC"))?;
        let order = options.date_order.unwrap_or_default();
        Ok(Self {
            ocel: Ocel::default(),
            collector: Collector::new(options.limits),
            clock: Clock::new(order, zone.clone()),
            reading: Reading::new(Clock::new(order, zone)),
            odd: Odd::default(),
            undeclaring: false,
            object_values: ValueRows::default(),
            o2o: RelationRows::default(),
            most_events: options.limits.events,
            at_hand: None,
        })
    }

    pub(crate) const fn most_events(&self) -> usize {
        self.most_events
    }

    fn types(&mut self, side: Side) -> &mut Types {
        match side {
            Side::Event => &mut self.ocel.event_types,
            Side::Object => &mut self.ocel.object_types,
        }
    }

    /// A type the file declares.
    pub(crate) fn declare_type(&mut self, side: Side, name: &str) -> u32 {
        self.types(side).intern(name)
    }

    /// An attribute the file declares.
    pub(crate) fn declare(&mut self, side: Side, of: u32, name: &str, kind: &str, line: u64) {
        let kind = ValueKind::parse(kind).unwrap_or_else(|| {
            self.odd.unknown_kind.add(line, kind);
            ValueKind::String
        });
        let name = self.ocel.attributes.intern(name);
        self.types(side).declare(of, name, kind);
    }

    /// Something the format does not know.
    pub(crate) fn unknown(&mut self, line: u64, what: &str) {
        self.odd.unknown.add(line, what);
    }

    /// Says of which type the values that follow are, so that they are kept as declared from the start.
    pub(crate) fn type_at_hand(&mut self, side: Side, name: &str) {
        self.at_hand = self.types(side).names.get(name);
    }

    /// A value of the event at hand.
    pub(crate) fn event_value(&mut self, name: &str, raw: Raw<'_>) {
        let name = self.ocel.attributes.intern(name);
        let kind = self.at_hand.and_then(|t| self.ocel.event_types.kind(t, name));
        let (kind, bits) = self.reading.keep(&mut self.ocel.texts, raw, kind);
        self.ocel.event_values.name.push(name);
        self.ocel.event_values.kind.push(kind);
        self.ocel.event_values.bits.push(bits);
    }

    /// A relation of the event at hand.
    pub(crate) fn event_object(&mut self, object: &str, qualifier: &str) {
        self.ocel.e2o.object.push(self.ocel.object_ids.intern(object));
        self.ocel.e2o.qualifier.push(self.ocel.qualifiers.intern(qualifier));
    }

    /// The event at hand is complete: what was said since the last one is its.
    pub(crate) fn event(&mut self, id: &str, of: &str, time: Option<&str>, line: u64) -> Result<(), ExchangeError> {
        self.at_hand = None;
        self.collector.rows.read += 1;
        let at = time.and_then(|t| self.clock.read(t.as_bytes(), line));
        let ocel = &mut self.ocel;
        let (Some(at), false) = (at, id.is_empty()) else {
            let keep = |start: &[u32]| start.last().copied().unwrap_or_default() as usize;
            let (values, relations) = (keep(&ocel.event_values.start), keep(&ocel.e2o.start));
            ocel.event_values.name.truncate(values);
            ocel.event_values.kind.truncate(values);
            ocel.event_values.bits.truncate(values);
            ocel.e2o.object.truncate(relations);
            ocel.e2o.qualifier.truncate(relations);
            self.collector.reject(line, || refusal(id, time), || id.to_owned());
            return Ok(());
        };
        if ocel.event_type.len() >= self.most_events {
            return Err(ExchangeError::TooMuch { what: format!("more than {} events", self.most_events) });
        }
        let number = self.event_number(id, line);
        let of = self.used_type(Side::Event, of, line);
        let ocel = &mut self.ocel;
        debug_assert_eq!(number as usize, ocel.event_type.len());
        ocel.event_type.push(of);
        ocel.at.push(at);
        if ocel.e2o.start.is_empty() {
            ocel.e2o.start.push(0);
            ocel.event_values.start.push(0);
        }
        let ends = (u32::try_from(ocel.e2o.object.len()), u32::try_from(ocel.event_values.name.len()));
        let (Ok(relations), Ok(values)) = ends else {
            return Err(ExchangeError::TooMuch { what: format!("more than {NONE} relations or values") });
        };
        ocel.e2o.start.push(relations);
        ocel.event_values.start.push(values);
        Ok(())
    }

    /// A number of its own for an event; of equal ids the second becomes `id#2`.
    pub(crate) fn event_number(&mut self, id: &str, line: u64) -> u32 {
        let ids = &mut self.ocel.event_ids;
        let before = ids.len();
        let number = ids.intern(id);
        if ids.len() > before {
            return number;
        }
        self.odd.repeated_event.add(line, id);
        let mut n = self.odd.repeated_event.count + 1;
        loop {
            let before = ids.len();
            let number = ids.intern(&format!("{id}#{n}"));
            if ids.len() > before {
                return number;
            }
            n += 1;
        }
    }

    /// The number of a type that is used.
    pub(crate) fn used_type(&mut self, side: Side, name: &str, line: u64) -> u32 {
        let types = self.types(side);
        if let Some(known) = types.names.get(name) {
            return known;
        }
        let made = types.intern(name);
        if !self.undeclaring {
            self.odd.undeclared_type.add(line, name);
        }
        made
    }

    /// A value of the object at hand. Without a time it holds from the start.
    pub(crate) fn object_value(&mut self, name: &str, raw: Raw<'_>, time: Option<&str>, line: u64) {
        let name = self.ocel.attributes.intern(name);
        let kind = self.at_hand.and_then(|t| self.ocel.object_types.kind(t, name));
        let (kind, bits) = self.reading.keep(&mut self.ocel.texts, raw, kind);
        let at = time.and_then(|t| self.clock.read(t.as_bytes(), line));
        if at.is_none() && (time.is_some() || !self.undeclaring) {
            self.odd.untimed.add(line, time.unwrap_or_default());
        }
        self.object_values.push(NONE, name, kind, bits, at.unwrap_or(0));
    }

    /// A relation of the object at hand.
    pub(crate) fn object_object(&mut self, target: &str, qualifier: &str) {
        let (target, qualifier) = (self.ocel.object_ids.intern(target), self.ocel.qualifiers.intern(qualifier));
        self.o2o.push(NONE, target, qualifier);
    }

    /// The object at hand is complete: what was said since the last one is its.
    pub(crate) fn object(&mut self, id: &str, of: &str, line: u64) {
        self.at_hand = None;
        let number = self.ocel.object_ids.intern(id);
        self.object_values.claim(number);
        self.o2o.claim(number);
        self.describe(number, id, of, line);
    }

    /// Says of which type an object is. An empty type: it is not described.
    pub(crate) fn describe(&mut self, number: u32, id: &str, of: &str, line: u64) {
        if self.ocel.object_type.len() < self.ocel.object_ids.len() {
            self.ocel.object_type.resize(self.ocel.object_ids.len(), NONE);
        }
        if of == super::EMPTY_TYPE {
            return;
        }
        let of = self.used_type(Side::Object, of, line);
        if let Some(known) = self.ocel.object_type.get_mut(number as usize) {
            match *known {
                NONE => *known = of,
                before if before == of => self.odd.repeated_object.add(line, id),
                _ => self.odd.other_type.add(line, id),
            }
        }
    }
}

fn refusal(id: &str, time: Option<&str>) -> String {
    match time {
        _ if id.is_empty() => "the event has no id".to_owned(),
        Some(text) => format!("event {}: \u{201c}{}\u{201d} is no time this program can read", short(id), short(text)),
        None => format!("event {} has no time", short(id)),
    }
}

/// Whether an event was given its time.
pub(crate) const fn timed(at: i64) -> bool {
    at != NO_TIME
}
