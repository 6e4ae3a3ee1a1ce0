//! As much of Rust's surface as the laws need: what is comment, what is string, what is test.

/// A string literal and the line it starts on (from 1).
#[derive(Debug, PartialEq, Eq)]
pub struct Literal {
    pub line: usize,
    pub text: String,
}

/// A Rust file with comments and literals told apart from code.
#[derive(Debug)]
pub struct Source {
    /// The text with comments and the insides of literals blanked; same length, same lines.
    pub code: String,
    /// The string literals outside test code.
    pub literals: Vec<Literal>,
    /// The comments, each with its line.
    pub comments: Vec<Literal>,
}

/// Whether a path holds nothing but tests.
pub fn is_test_path(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

impl Source {
    /// Reads a file. Test modules are blanked as well, and their literals left out.
    pub fn new(text: &str) -> Self {
        let mut reader = Reader {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
            code: Vec::with_capacity(text.len()),
            literals: Vec::new(),
            comments: Vec::new(),
        };
        reader.read();
        let mut code = String::from_utf8_lossy(&reader.code).into_owned();
        let tests = test_blocks(&code);
        let lines =
            |offset: usize, code: &str| code.as_bytes().iter().take(offset).filter(|b| **b == b'\n').count() + 1;
        let spans: Vec<_> = tests.iter().map(|(from, to)| (lines(*from, &code), lines(*to, &code))).collect();
        for (from, to) in tests {
            let blank: String = code.get(from..to).unwrap_or_default().chars().map(blanked).collect();
            code.replace_range(from..to, &blank);
        }
        let mut literals = reader.literals;
        literals.retain(|l| !spans.iter().any(|(from, to)| (*from..=*to).contains(&l.line)));
        Self { code, literals, comments: reader.comments }
    }

    /// The words of the code (identifiers and keywords), each with its line.
    pub fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().flat_map(|(number, line)| {
            line.split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .filter(|w| !w.is_empty())
                .map(move |w| (number + 1, w))
        })
    }
}

const fn blanked(c: char) -> char {
    if c == '\n' { '\n' } else { ' ' }
}

/// Where `#[cfg(test)] mod … { … }` blocks begin and end.
fn test_blocks(code: &str) -> Vec<(usize, usize)> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(found) = code.get(from..).and_then(|rest| rest.find("#[cfg(test)]")) {
        let start = from + found;
        let open = code.get(start..).and_then(|rest| rest.find(['{', ';'])).map(|i| start + i);
        let Some(open) = open else { break };
        let mut depth = 0_usize;
        let mut end = open + 1;
        for (i, b) in code.bytes().enumerate().skip(open) {
            match b {
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            end = i + 1;
            if depth == 0 {
                break;
            }
        }
        blocks.push((start, end));
        from = end;
    }
    blocks
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    code: Vec<u8>,
    literals: Vec<Literal>,
    comments: Vec<Literal>,
}

impl Reader<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Takes `n` bytes, as code or blanked.
    fn take(&mut self, n: usize, keep: bool) {
        for _ in 0..n {
            let b = self.byte(0);
            if self.at >= self.bytes.len() {
                return;
            }
            self.line += usize::from(b == b'\n');
            self.code.push(if keep || b == b'\n' { b } else { b' ' });
            self.at += 1;
        }
    }

    fn read(&mut self) {
        while self.at < self.bytes.len() {
            match (self.byte(0), self.byte(1)) {
                (b'/', b'/') => self.comment(Self::to_line_end),
                (b'/', b'*') => self.comment(Self::to_block_end),
                (b'"', _) => self.string(),
                (b'r', b'"' | b'#') if !self.inside_word() => self.raw(),
                (b'b', b'r') if !self.inside_word() && matches!(self.byte(2), b'"' | b'#') => {
                    self.take(1, true);
                    self.raw();
                }
                (b'\'', _) => self.character(),
                _ => self.take(1, true),
            }
        }
    }

    fn inside_word(&self) -> bool {
        self.at > 0 && self.bytes.get(self.at - 1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    }

    fn comment(&mut self, length: fn(&Self) -> usize) {
        let (line, from) = (self.line, self.at);
        self.take(length(self), false);
        let text = String::from_utf8_lossy(self.bytes.get(from..self.at).unwrap_or_default()).into_owned();
        self.comments.push(Literal { line, text });
    }

    fn to_line_end(&self) -> usize {
        self.bytes.iter().skip(self.at).take_while(|b| **b != b'\n').count()
    }

    fn to_block_end(&self) -> usize {
        let mut depth = 0_usize;
        let mut i = 0;
        while self.at + i < self.bytes.len() {
            match (self.byte(i), self.byte(i + 1)) {
                (b'/', b'*') => (depth, i) = (depth + 1, i + 2),
                (b'*', b'/') => {
                    (depth, i) = (depth.saturating_sub(1), i + 2);
                    if depth == 0 {
                        return i;
                    }
                }
                _ => i += 1,
            }
        }
        i
    }

    /// A raw string, or a raw identifier, which is code.
    fn raw(&mut self) {
        let hashes = self.bytes.iter().skip(self.at + 1).take_while(|b| **b == b'#').count();
        if self.byte(1 + hashes) == b'"' {
            self.take(1 + hashes, true);
            let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
            let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
            let length = rest.windows(close.len()).position(|w| w == close).unwrap_or(rest.len());
            self.literal(length, close.len());
        } else {
            self.take(1, true);
        }
    }

    fn string(&mut self) {
        let mut length = 0;
        while self.at + 1 + length < self.bytes.len() {
            match self.byte(1 + length) {
                b'\\' => length += 2,
                b'"' => break,
                _ => length += 1,
            }
        }
        self.literal(length, 1);
    }

    /// An opening quote, `length` bytes of text, and the closing quote with its hashes.
    fn literal(&mut self, length: usize, close: usize) {
        let line = self.line;
        self.take(1, true);
        let text = self.bytes.get(self.at..(self.at + length).min(self.bytes.len())).unwrap_or_default();
        self.literals.push(Literal { line, text: String::from_utf8_lossy(text).into_owned() });
        self.take(length, false);
        self.take(close, true);
    }

    /// A character literal or a lifetime.
    fn character(&mut self) {
        if self.byte(1) == b'\\' {
            let length = self.bytes.iter().skip(self.at + 3).take_while(|b| **b != b'\'').count();
            self.take(length + 4, false);
            return;
        }
        // One character of up to four bytes and a quote; anything else is a lifetime.
        let quote = (2..=5).find(|i| self.byte(*i) == b'\'');
        match quote {
            Some(i)
                if std::str::from_utf8(self.bytes.get(self.at + 1..self.at + i).unwrap_or_default())
                    .is_ok_and(|s| s.chars().count() == 1) =>
            {
                self.take(i + 1, false);
            }
            _ => self.take(1, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn comments_strings_characters_and_tests_are_not_code() {
        let text = r##"
use crate::a; // use crate::b;
/* use crate::c; /* nested */ use crate::d; */
fn f<'x>(s: &'x str) { let _ = ("crate::e", '"', '\'', 'é', r#"crate::"f""#, b"g"); crate::h(); }
#[cfg(test)]
mod tests {
    use crate::i;
    fn g() { let _ = "inside { a test"; }
}
fn after() { crate::j() }
"##;
        let source = Source::new(text);
        for gone in ["b;", "crate::c", "crate::d", "crate::e", "\"f\"", "crate::i"] {
            assert!(!source.code.contains(gone), "{gone} is left in {}", source.code);
        }
        for kept in ["crate::a", "crate::h", "crate::j", "&'x str"] {
            assert!(source.code.contains(kept), "{kept} is gone from {}", source.code);
        }
        let literals: Vec<_> = source.literals.iter().map(|l| (l.line, l.text.as_str())).collect();
        assert_eq!(literals, [(4, "crate::e"), (4, "crate::\"f\""), (4, "g")]);
        assert_eq!(source.code.lines().count(), text.lines().count());
        assert_eq!(source.comments.len(), 2);
    }
}
