//! What a filter says, without how it was spelt.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

/// Where something stands in the text of a filter. Two places are always equal: where a thing stood
/// is no part of what it says, so filters that say the same are equal however they were spelt.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    /// The byte it begins at.
    pub from: usize,
    /// The byte after its last.
    pub until: usize,
    /// The character it begins at, from 1; 0 where it was not read from a text.
    pub column: usize,
}

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Place {}

impl Hash for Place {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A checked spelling of a condition on items. The empty filter holds for every item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    pub(super) expr: Expr,
}

/// A condition. The reader makes a normal form of it: no `All` directly in an `All`, no `Any` in an
/// `Any`, neither with a single part, no `Not` in a `Not`, and an empty `All` only as the whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// Each of these; holds where there are none.
    All(Vec<Expr>),
    /// At least one of these.
    Any(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// The words of this stand next to each other somewhere in the item's text.
    Text(Value),
    /// As that, where the last word is the beginning of one: `vpn*`, without its star.
    Beginning(Value),
    /// A test of a field.
    Field(Name, Test),
}

/// The name of a field, in small letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// What is asked of a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Test {
    /// `field:*`: it has a value.
    IsSet,
    /// `field:a,b`: it is (for labels: has) one of these. Never empty.
    AnyOf(Vec<Value>),
    /// `field:>=v`.
    Compare(Op, Value),
    /// `field:a..b`: from the one to the other, both included.
    Range(Value, Value),
}

impl Test {
    /// The values it names, in order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        let (list, pair): (&[Value], [Option<&Value>; 2]) = match self {
            Self::IsSet => (&[], [None, None]),
            Self::AnyOf(values) => (values, [None, None]),
            Self::Compare(_, value) => (&[], [Some(value), None]),
            Self::Range(low, high) => (&[], [Some(low), Some(high)]),
        };
        list.iter().chain(pair.into_iter().flatten())
    }
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Op {
    /// The sign in the text.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A value as written, without its quotes. What it means depends on the type of the field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Value {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

impl Filter {
    /// The filter that holds for every item.
    #[must_use]
    pub const fn everything() -> Self {
        Self { expr: Expr::All(Vec::new()) }
    }
    /// What it says.
    #[must_use]
    pub const fn expr(&self) -> &Expr {
        &self.expr
    }
    /// Whether it holds for every item because it asks nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(&self.expr, Expr::All(parts) if parts.is_empty())
    }
    /// Both filters at once.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { expr: Expr::all(vec![self.expr, other.expr]) }
    }
    /// The fields it asks about, without repetition. Free text is no field.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<&str> {
        let mut fields = BTreeSet::new();
        self.expr.each_test(&mut |name, _| {
            fields.insert(name.text.as_str());
        });
        fields
    }
}

impl Expr {
    /// Looks at every test of a field, from left to right.
    pub fn each_test<'a>(&'a self, look: &mut impl FnMut(&'a Name, &'a Test)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.each_test(look)),
            Self::Not(part) => part.each_test(look),
            Self::Text(_) | Self::Beginning(_) => {}
            Self::Field(name, test) => look(name, test),
        }
    }
    /// Each of these, in normal form.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            if let Self::All(inner) = part { flat.extend(inner) } else { flat.push(part) }
        }
        if flat.len() == 1
            && let Some(only) = flat.pop()
        {
            return only;
        }
        Self::All(flat)
    }
    /// One of these, in normal form. The parts are not empty, and none of them is.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            if let Self::Any(inner) = part { flat.extend(inner) } else { flat.push(part) }
        }
        if flat.len() == 1
            && let Some(only) = flat.pop()
        {
            return only;
        }
        Self::Any(flat)
    }
    /// Not this, in normal form.
    pub(super) fn negated(self) -> Self {
        if let Self::Not(inner) = self { *inner } else { Self::Not(Box::new(self)) }
    }
}
