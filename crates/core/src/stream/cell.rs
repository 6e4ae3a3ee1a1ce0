//! Values of a TOML text with their places, and reading them by the type they should have.

use super::diagnostic::Findings;
use super::names::short;
use crate::nearest::suggest;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// A part of the text, in bytes.
pub(super) type Place = Range<usize>;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Spot<T> {
    pub(super) value: T,
    pub(super) at: Place,
}

/// A string and where it stands, to the byte.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) value: String,
    /// With its quotes.
    pub(super) at: Place,
    /// For each byte of the value its place in the text; empty where it cannot be told.
    bytes: Vec<usize>,
}

impl Text {
    pub(super) fn new(source: &str, value: &str, at: &Place) -> Self {
        let bytes = source.get(at.clone()).map(|raw| byte_places(raw, at.start)).filter(|b| b.len() == value.len() + 1);
        Self { value: value.to_owned(), at: at.clone(), bytes: bytes.unwrap_or_default() }
    }
    /// Whether the place of each part can be told.
    pub(super) const fn is_plain(&self) -> bool {
        !self.bytes.is_empty()
    }
    /// The place of a part of the value; of all of it where that cannot be told.
    pub(super) fn part(&self, part: &Range<usize>) -> Place {
        match (self.bytes.get(part.start), self.bytes.get(part.end)) {
            (Some(start), Some(end)) if start <= end => *start..*end,
            _ => self.at.clone(),
        }
    }
    /// The place of the value without its quotes.
    pub(super) fn inner(&self) -> Place {
        self.part(&(0..self.value.len()))
    }
}

/// Where each byte of a quoted string comes from, and where it ends. Strings of several lines are left out.
fn byte_places(raw: &str, offset: usize) -> Vec<usize> {
    let mut places = Vec::new();
    let escapes = raw.starts_with('"');
    if raw.len() < 2 || raw.starts_with("\"\"\"") || raw.starts_with("'''") || !raw.starts_with(['"', '\'']) {
        return places;
    }
    let inner = raw.get(1..raw.len() - 1).unwrap_or_default();
    let mut chars = inner.char_indices();
    while let Some((i, c)) = chars.next() {
        let here = offset + 1 + i;
        if c != '\\' || !escapes {
            places.extend(here..here + c.len_utf8());
            continue;
        }
        let hex = match chars.next() {
            Some((_, 'x')) => 2,
            Some((_, 'u')) => 4,
            Some((_, 'U')) => 8,
            _ => 0,
        };
        let digits: String = (0..hex).filter_map(|_| chars.next().map(|(_, c)| c)).collect();
        let decoded = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).map_or(1, char::len_utf8);
        places.extend(std::iter::repeat_n(here, decoded));
    }
    places.push(offset + raw.len() - 1);
    places
}

/// The values of a table in the order of the text, taken out one by one; what is left over is unknown.
pub(super) struct Fields<'a, 'i> {
    source: &'i str,
    /// What the table is, for messages: `a step`.
    what: &'static str,
    rest: Vec<(&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>)>,
    known: Vec<&'static str>,
}

impl<'a, 'i> Fields<'a, 'i> {
    pub(super) fn new(source: &'i str, what: &'static str, table: &'a DeTable<'i>) -> Self {
        let mut rest: Vec<_> = table.iter().collect();
        rest.sort_by_key(|(key, _)| key.span().start);
        Self { source, what, rest, known: Vec::new() }
    }
    /// The place of the first key.
    pub(super) fn first(&self) -> Option<Place> {
        self.rest.first().map(|(key, _)| key.span())
    }
    /// How many keys are left.
    pub(super) const fn len(&self) -> usize {
        self.rest.len()
    }
    /// Whether the key is there, readable or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.rest.iter().any(|(k, _)| k.get_ref().as_ref() == key)
    }
    pub(super) fn take(&mut self, key: &'static str) -> Option<(Place, &'a Spanned<DeValue<'i>>)> {
        self.known.push(key);
        let found = self.rest.iter().position(|(k, _)| k.get_ref().as_ref() == key)?;
        let (key, value) = self.rest.remove(found);
        Some((key.span(), value))
    }
    /// A string.
    pub(super) fn text(&mut self, findings: &mut Findings, key: &'static str) -> Option<Text> {
        let (_, value) = self.take(key)?;
        text(self.source, findings, key, value)
    }
    /// One string or a list of them.
    pub(super) fn texts(&mut self, findings: &mut Findings, key: &'static str) -> Vec<Text> {
        self.take(key).map(|(_, value)| texts(self.source, findings, key, value)).unwrap_or_default()
    }
    /// `true` or `false`; absent is false.
    pub(super) fn flag(&mut self, findings: &mut Findings, key: &'static str) -> Option<Spot<bool>> {
        let (_, value) = self.take(key)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(Spot { value: *flag, at: value.span() });
        }
        wrong_type(findings, key, value, "true or false, without quotes");
        None
    }
    /// A count from 1 to 65535.
    pub(super) fn count(&mut self, findings: &mut Findings, key: &'static str) -> Option<Spot<u16>> {
        let (_, value) = self.take(key)?;
        let DeValue::Integer(number) = value.get_ref() else {
            wrong_type(findings, key, value, "a whole number such as 2");
            return None;
        };
        let digits = number.as_str().replace('_', "");
        match u16::from_str_radix(&digits, number.radix()) {
            Ok(count) if count > 0 => Some(Spot { value: count, at: value.span() }),
            _ => {
                let help = if key == "min" {
                    "a step that need not happen says optional = true"
                } else {
                    "write a number from 1 to 65535"
                };
                findings.error("out-of-range", &value.span(), format!("“{key}” cannot be {}", short(&digits)), help);
                None
            }
        }
    }
    /// Reports the keys nobody asked for.
    pub(super) fn finish(self, findings: &mut Findings, elsewhere: &dyn Fn(&str) -> Option<&'static str>) {
        for (key, _) in self.rest {
            let word = key.get_ref().as_ref();
            let help = match elsewhere(word) {
                Some(help) => help.to_owned(),
                None if findings.is_full() => String::new(),
                None => suggest(word, self.known.iter().copied()),
            };
            findings.error("unknown-key", &key.span(), format!("{} has no key “{}”", self.what, short(word)), help);
        }
    }
}

fn text(source: &str, findings: &mut Findings, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Text> {
    if let DeValue::String(string) = value.get_ref() {
        return Some(Text::new(source, string, &value.span()));
    }
    let expected = match key {
        "within" | "reopen_within" | "p50" | "p85" | "p95" => "a time in quotes such as \"4h\", \"5d\" or \"5bd\"",
        _ => "a text in quotes",
    };
    wrong_type(findings, key, value, expected);
    None
}

pub(super) fn texts(source: &str, findings: &mut Findings, key: &str, value: &Spanned<DeValue<'_>>) -> Vec<Text> {
    match value.get_ref() {
        DeValue::Array(list) => list.iter().filter_map(|v| text(source, findings, key, v)).collect(),
        DeValue::String(string) => vec![Text::new(source, string, &value.span())],
        _ => {
            wrong_type(findings, key, value, "a list of texts such as [\"one\", \"two\"]");
            Vec::new()
        }
    }
}

pub(super) fn wrong_type(findings: &mut Findings, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
    let is = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    findings.error("wrong-type", &value.span(), format!("“{key}” cannot be {is}"), format!("write {expected}"));
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn parts_of_a_string_are_found_behind_escapes() {
        for (raw, value, part, expected) in [
            (r#""risk:high""#, "risk:high", 5..9, "high"),
            (r"'risk:high'", "risk:high", 5..9, "high"),
            (r#""a \"b c\" d""#, "a \"b c\" d", 3..6, "b c"),
            (r#""ü\u00fc!""#, "üü!", 4..5, "!"),
            ("\"\"\"a\nb\"\"\"", "a\nb", 0..1, "\"\"\"a\nb\"\"\""),
        ] {
            let source = format!("k = {raw}");
            let text = Text::new(&source, value, &(4..source.len()));
            assert_eq!(source.get(text.part(&part)), Some(expected), "{raw}");
        }
    }
}
