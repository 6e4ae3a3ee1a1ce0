//! An object-centric log in columns.

use watercourse_flow::log::{Dictionary, NONE};

/// The name a type has where an object is spoken of but never described.
pub const EMPTY_TYPE: &str = "";

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ValueKind {
    /// Text.
    String,
    /// An instant.
    Time,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// Yes or no.
    Boolean,
}

impl ValueKind {
    /// The word OCEL 2.0 has for it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Time => "time",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
        }
    }
    /// Reads the word of OCEL, or one that other programs write for it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "string" | "text" | "str" => Self::String,
            "time" | "date" | "timestamp" | "datetime" => Self::Time,
            "integer" | "int" | "long" => Self::Integer,
            "float" | "double" | "real" | "number" => Self::Float,
            "boolean" | "bool" => Self::Boolean,
            _ => return None,
        })
    }
}

/// One value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Text.
    String(&'a str),
    /// UTC milliseconds since 1970.
    Time(i64),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
}

/// An attribute that a type declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Number of its name in [`Ocel::attributes`].
    pub name: u32,
    /// What its values are.
    pub kind: ValueKind,
}

/// Types of events or of objects, with the attributes each declares.
#[derive(Debug, Clone, Default)]
pub struct Types {
    /// Their names.
    pub names: Dictionary,
    /// What each declares.
    pub declared: Vec<Vec<Declared>>,
}

impl Types {
    /// The number of the type, made now if it is new.
    pub fn intern(&mut self, name: &str) -> u32 {
        let id = self.names.intern(name);
        if self.declared.len() < self.names.len() {
            self.declared.resize_with(self.names.len(), Vec::new);
        }
        id
    }
    /// The attributes a type declares.
    #[must_use]
    pub fn of(&self, id: u32) -> &[Declared] {
        self.declared.get(id as usize).map_or(&[], Vec::as_slice)
    }
    /// What a type declares of an attribute.
    #[must_use]
    pub fn kind(&self, id: u32, name: u32) -> Option<ValueKind> {
        self.of(id).iter().find(|d| d.name == name).map(|d| d.kind)
    }
    /// Adds an attribute to a type, where it has none of that name.
    pub fn declare(&mut self, id: u32, name: u32, kind: ValueKind) {
        if let Some(declared) = self.declared.get_mut(id as usize)
            && !declared.iter().any(|d| d.name == name)
        {
            declared.push(Declared { name, kind });
        }
    }
}

/// From each of a row of owners to others, with a qualifier.
#[derive(Debug, Clone, Default)]
pub struct Relations {
    /// Where the relations of each owner begin; one more entry than owners.
    pub start: Vec<u32>,
    /// Number of the object each leads to.
    pub object: Vec<u32>,
    /// Number of its qualifier in [`Ocel::qualifiers`].
    pub qualifier: Vec<u32>,
}

impl Relations {
    /// Objects and qualifiers of an owner.
    pub fn of(&self, owner: u32) -> impl Iterator<Item = (u32, u32)> + Clone {
        let range = range(&self.start, owner);
        let objects = self.object.get(range.clone()).unwrap_or_default();
        let qualifiers = self.qualifier.get(range).unwrap_or_default();
        objects.iter().copied().zip(qualifiers.iter().copied())
    }
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.object.len()
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.object.is_empty()
    }
}

/// Attribute values of a row of owners.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// Where the values of each owner begin; one more entry than owners.
    pub start: Vec<u32>,
    /// Number of the attribute in [`Ocel::attributes`].
    pub name: Vec<u32>,
    pub(crate) kind: Vec<ValueKind>,
    /// A number of [`Ocel::texts`], or the value's own bits.
    pub(crate) bits: Vec<u64>,
    /// From when it holds, UTC ms; empty for events.
    pub at: Vec<i64>,
}

impl Values {
    /// Places of the values of an owner.
    #[must_use]
    pub fn of(&self, owner: u32) -> std::ops::Range<usize> {
        range(&self.start, owner)
    }
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.name.len()
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_empty()
    }
}

fn range(start: &[u32], owner: u32) -> std::ops::Range<usize> {
    let at = |i: usize| start.get(i).copied().unwrap_or_default() as usize;
    let from = at(owner as usize);
    from..at(owner as usize + 1).max(from)
}

/// An object-centric log: the model of OCEL 2.0, as columns. Events are in file order; instants are UTC milliseconds.
#[derive(Debug, Clone, Default)]
pub struct Ocel {
    /// Types of events: their activities.
    pub event_types: Types,
    /// Types of objects.
    pub object_types: Types,
    /// Names of attributes.
    pub attributes: Dictionary,
    /// Qualifiers of relations.
    pub qualifiers: Dictionary,
    /// Texts that are values.
    pub texts: Dictionary,
    /// Ids of events; the number of an id is the event's place in the columns.
    pub event_ids: Dictionary,
    /// Type of each event.
    pub event_type: Vec<u32>,
    /// Time of each event.
    pub at: Vec<i64>,
    /// Values of the events' attributes.
    pub event_values: Values,
    /// From events to objects.
    pub e2o: Relations,
    /// Ids of objects, also of those only relations name.
    pub object_ids: Dictionary,
    /// Type of each object; [`NONE`] where only relations name it.
    pub object_type: Vec<u32>,
    /// Values of the objects' attributes, each with the time from which it holds (1970: from the start).
    pub object_values: Values,
    /// From objects to objects.
    pub o2o: Relations,
}

impl Ocel {
    /// The value at a place of [`Ocel::event_values`] or [`Ocel::object_values`].
    #[must_use]
    pub fn value(&self, values: &Values, place: usize) -> Option<Value<'_>> {
        let bits = *values.bits.get(place)?;
        Some(match values.kind.get(place)? {
            ValueKind::String => Value::String(self.texts.name(u32::try_from(bits).unwrap_or(NONE))),
            ValueKind::Time => Value::Time(bits.cast_signed()),
            ValueKind::Integer => Value::Integer(bits.cast_signed()),
            ValueKind::Float => Value::Float(f64::from_bits(bits)),
            ValueKind::Boolean => Value::Boolean(bits != 0),
        })
    }
    /// Number of events.
    #[must_use]
    pub fn events(&self) -> usize {
        self.event_type.len()
    }
    /// Number of objects that are described.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.object_type.iter().filter(|t| **t != NONE).count()
    }
    /// Whether an object is described, not only named by a relation.
    #[must_use]
    pub fn is_described(&self, object: u32) -> bool {
        self.object_type.get(object as usize).is_some_and(|t| *t != NONE)
    }
    /// Relations that lead to objects that are not described: of events, of objects.
    #[must_use]
    pub fn dangling(&self) -> (usize, usize) {
        let count = |r: &Relations| r.object.iter().filter(|o| !self.is_described(**o)).count();
        (count(&self.e2o), count(&self.o2o))
    }
    /// Numbers of all objects, described or not.
    pub(crate) fn object_numbers(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.object_type.len()).unwrap_or(NONE)
    }
    /// Numbers of all events.
    pub(crate) fn event_numbers(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.event_type.len()).unwrap_or(NONE)
    }
    /// Type of an object; [`NONE`] where it is not described.
    pub(crate) fn type_of(&self, object: u32) -> u32 {
        self.object_type.get(object as usize).copied().unwrap_or(NONE)
    }
}
