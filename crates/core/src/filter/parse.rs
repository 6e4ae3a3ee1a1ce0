//! Reads a filter. Never panics; says of the first thing wrong where it is and what would be right.

use super::ast::{Expr, Filter, Name, Op, Place, Test, Value};
use super::issue::{Issue, short};
use super::print::{field_name, is_bare_text, is_bare_value};
use super::text::words;

/// The longest filter, in bytes.
pub const MOST_BYTES: usize = 4096;
/// The deepest nesting of parentheses.
pub const MOST_DEPTH: usize = 32;
/// The most words and tests.
pub const MOST_TERMS: usize = 64;
/// The fewest letters before a star: fewer begin too many words.
pub const LEAST_LETTERS: usize = 2;

impl Filter {
    /// Reads a filter; an empty text is the filter that holds for everything.
    ///
    /// # Errors
    /// The first thing wrong with its spelling. Unknown fields and values are found by
    /// [`super::Schema::check`].
    pub fn parse(text: &str) -> Result<Self, Issue> {
        if text.len() > MOST_BYTES {
            let place = Place { from: 0, until: text.len(), column: 1 };
            let right =
                format!("at most {MOST_BYTES} are read: split it, or ask for a range or a label instead of a list");
            return Err(Issue::new(place, format!("the filter has {} bytes", text.len()), right));
        }
        let mut reader = Reader { text, at: 0, terms: 0 };
        reader.skip_space();
        if reader.rest().is_empty() {
            return Ok(Self::everything());
        }
        let expr = reader.any(0)?;
        if reader.rest().is_empty() {
            return Ok(Self { expr });
        }
        Err(reader.closes_nothing())
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    terms: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }
    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }
    fn take(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }
    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }
    fn place(&self, from: usize, until: usize) -> Place {
        let column = self.text.get(..from).map_or(0, |before| before.chars().count() + 1);
        Place { from, until, column }
    }
    /// Something wrong with the text from a byte to where the reader stands.
    fn issue(&self, from: usize, wrong: impl Into<String>, right: impl Into<String>) -> Issue {
        Issue::new(self.place(from, self.at), wrong, right)
    }
    /// Something wrong with so many bytes ahead.
    fn issue_here(&self, bytes: usize, wrong: impl Into<String>, right: impl Into<String>) -> Issue {
        Issue::new(self.place(self.at, (self.at + bytes).min(self.text.len())), wrong, right)
    }
    fn closes_nothing(&self) -> Issue {
        self.issue_here(1, "“)” closes nothing", "leave it out, or put “(” where the group begins")
    }
    /// Takes a capitalised word that stands alone.
    fn keyword(&mut self, word: &str) -> bool {
        let Some(after) = self.rest().strip_prefix(word) else { return false };
        let alone = after.is_empty() || after.starts_with(char::is_whitespace) || after.starts_with(')');
        if alone {
            self.at += word.len();
            self.skip_space();
        }
        alone
    }
    /// What has ended must be followed by a space, a closing parenthesis or the end.
    fn ends_here(&self, what: &str) -> Result<(), Issue> {
        match self.peek() {
            None | Some(')') => Ok(()),
            Some(c) if c.is_whitespace() => Ok(()),
            Some(c) => Err(self.issue_here(
                c.len_utf8(),
                format!("“{c}” follows {what} without a space"),
                "put a space between them",
            )),
        }
    }

    /// any = all { "OR" all }
    fn any(&mut self, depth: usize) -> Result<Expr, Issue> {
        let mut parts = vec![self.all(depth, "the beginning")?];
        while self.keyword("OR") {
            parts.push(self.all(depth, "OR")?);
        }
        Ok(Expr::any(parts))
    }
    /// all = piece { [ "AND" ] piece }
    fn all(&mut self, depth: usize, after: &str) -> Result<Expr, Issue> {
        let mut parts = Vec::new();
        let mut open = Some(after);
        loop {
            let before = self.at;
            let joined = self.keyword("AND");
            let ends = match self.peek() {
                None | Some(')') => true,
                Some('O') => {
                    let here = self.at;
                    let is_or = self.keyword("OR");
                    self.at = here;
                    is_or
                }
                Some(_) => false,
            };
            if depth == 0 && self.rest().starts_with(')') && open.is_some() && !joined {
                return Err(self.closes_nothing());
            }
            if (joined && parts.is_empty()) || (ends && (joined || open.is_some())) {
                let after = if joined { "AND" } else { open.unwrap_or("the beginning") };
                return Err(self.nothing(before, after, joined));
            }
            if ends {
                return Ok(Expr::all(parts));
            }
            parts.push(self.piece(depth)?);
            open = None;
            self.skip_space();
        }
    }
    fn nothing(&self, from: usize, after: &str, is_and: bool) -> Issue {
        let place = self.place(from, (from + 1).min(self.text.len()));
        if is_and || after == "OR" || self.rest().starts_with("OR") {
            let word = if is_and { "AND" } else { "OR" };
            return Issue::new(
                place,
                format!("{word} has nothing on one side"),
                format!("write a {word} b; in quotes, \"{word}\" is searched for as a word"),
            );
        }
        Issue::new(place, "there is nothing between the parentheses", "put a condition there, or leave them out")
    }
    /// piece = [ "-" ] ( "(" any ")" | term )
    fn piece(&mut self, depth: usize) -> Result<Expr, Issue> {
        let from = self.at;
        if self.take("-") {
            match self.peek() {
                Some('-') => {
                    return Err(self.issue_here(
                        1,
                        "there are two minus signs",
                        "one means “not”; put quotes around a text that begins with a minus",
                    ));
                }
                None | Some(')') => {
                    return Err(self.issue(
                        from,
                        "“-” stands alone",
                        "put it right before what is not wanted: -label:x",
                    ));
                }
                Some(c) if c.is_whitespace() => {
                    return Err(self.issue(
                        from,
                        "“-” stands alone",
                        "put it right before what is not wanted: -label:x",
                    ));
                }
                Some(_) => return Ok(self.positive(depth)?.negated()),
            }
        }
        self.positive(depth)
    }
    fn positive(&mut self, depth: usize) -> Result<Expr, Issue> {
        let from = self.at;
        if self.take("(") {
            if depth >= MOST_DEPTH {
                return Err(self.issue(
                    from,
                    format!("parentheses are nested more than {MOST_DEPTH} deep"),
                    "write it flatter: a list field:a,b needs none",
                ));
            }
            self.skip_space();
            let inner = self.any(depth + 1)?;
            if !self.take(")") {
                return Err(Issue::new(
                    self.place(from, from + 1),
                    "“(” is not closed",
                    "put “)” where the group ends",
                ));
            }
            self.ends_here("the group")?;
            return Ok(inner);
        }
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(self.issue_here(
                1,
                format!("there are more than {MOST_TERMS} words and tests"),
                "write lists as field:a,b, or ask for a range",
            ));
        }
        if self.peek() == Some('"') {
            return self.phrase(from);
        }
        match field_name(self.token()) {
            Some(name) => self.field(name),
            None => self.word(),
        }
    }
    /// The text up to the next space, parenthesis or quote.
    fn token(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"')).unwrap_or(rest.len());
        rest.get(..end).unwrap_or("")
    }

    fn phrase(&mut self, from: usize) -> Result<Expr, Issue> {
        let text = self.quoted()?;
        if words(&text).is_empty() {
            return Err(self.issue(
                from,
                format!("“{}” has no letter or digit to search for", short(&text)),
                "put a word between the quotes",
            ));
        }
        self.ends_here("the quote")?;
        Ok(Expr::Text(Value { text, place: self.place(from, self.at) }))
    }
    fn word(&mut self) -> Result<Expr, Issue> {
        let from = self.at;
        let word = self.token();
        self.at += word.len();
        if is_bare_text(word) {
            self.ends_here("the word")?;
            return Ok(Expr::Text(Value { text: word.to_owned(), place: self.place(from, self.at) }));
        }
        if let Some(beginning) = word.strip_suffix('*').filter(|b| is_bare_text(b)) {
            return self.beginning(from, beginning);
        }
        let shown = short(word);
        Err(if word == "NOT" {
            self.issue(from, "NOT is not a word of this language", "write - right before what is not wanted: -label:x")
        } else if matches!(word, "OR" | "AND") {
            self.issue(
                from,
                format!("{word} has nothing on one side"),
                format!("write a {word} b; in quotes, \"{word}\" is searched for as a word"),
            )
        } else if let Some(sign) = word.find(['=', '<', '>']) {
            let (name, rest) = word.split_at(sign);
            let value = rest.trim_start_matches(['=', '<', '>', '!']);
            let op = if rest.starts_with('=') { "" } else { rest.get(..rest.len() - value.len()).unwrap_or("") };
            let right = match field_name(&format!("{name}:")) {
                Some(name) if !value.is_empty() => {
                    format!("write {}:{op}{value}, or quotes around it to search for the text", name.to_lowercase())
                }
                _ => "write field:value or field:>value, or quotes around it to search for the text".to_owned(),
            };
            self.issue(from, format!("“{shown}” is no word and no field:value"), right)
        } else if word.contains('*') {
            self.issue(
                from,
                format!("“{shown}” has a “*”"),
                "“*” stands at the end of a word: vpn*; alone after a field, as in team:*, it means that it is set",
            )
        } else if word.contains(['“', '”']) {
            self.issue(from, format!("“{shown}” has curly quotes"), "use straight ones: \"two words\"")
        } else {
            self.issue(from, format!("“{shown}” has no letter or digit to search for"), "write a word, or field:value")
        })
    }
    /// The beginning of a word, which ends in a letter or digit: what follows a dot or hyphen is a word of its own.
    fn beginning(&mut self, from: usize, text: &str) -> Result<Expr, Issue> {
        let last = words(text).pop().map_or(0, |word| word.chars().count());
        if !text.ends_with(char::is_alphanumeric) || last < LEAST_LETTERS {
            return Err(self.issue(
                from,
                format!("“{}*” begins too many words", short(text)),
                format!("write at least {LEAST_LETTERS} letters or digits right before “*”"),
            ));
        }
        self.ends_here("the word")?;
        Ok(Expr::Beginning(Value { text: text.to_owned(), place: self.place(from, self.at) }))
    }
    /// field = name ":" ( "*" | op value | value ".." value | value { "," value } )
    fn field(&mut self, written: &str) -> Result<Expr, Issue> {
        let from = self.at;
        let name = Name { text: written.to_ascii_lowercase(), place: self.place(from, from + written.len()) };
        self.at += written.len() + 1;
        let test = self.test(from, &name.text)?;
        self.ends_here("the value")?;
        Ok(Expr::Field(name, test))
    }
    fn test(&mut self, from: usize, name: &str) -> Result<Test, Issue> {
        match self.token() {
            "*" => {
                self.at += 1;
                return Ok(Test::IsSet);
            }
            open if open.starts_with("*..") => return Err(self.open_range(from, name)),
            _ => {}
        }
        for (sign, op) in [(">=", Op::AtLeast), ("<=", Op::AtMost), (">", Op::More), ("<", Op::Less)] {
            if self.take(sign) {
                let value = self.value(name)?;
                if self.rest().starts_with(',') || self.rest().starts_with("..") {
                    return Err(self.issue_here(
                        1,
                        "a comparison has one value",
                        format!("write {name}:a,b for a list, {name}:a..b for a range"),
                    ));
                }
                return Ok(Test::Compare(op, value));
            }
        }
        if self.rest().starts_with("..") {
            return Err(self.open_range(from, name));
        }
        let first = self.value(name)?;
        if self.take("..") {
            if matches!(self.token(), "" | "*") && self.peek() != Some('"') {
                return Err(self.open_range(from, name));
            }
            let last = self.value(name)?;
            if self.rest().starts_with(',') || self.rest().starts_with("..") {
                return Err(self.issue_here(
                    1,
                    "a range has two values",
                    format!("write ({name}:a..b OR {name}:c..d)"),
                ));
            }
            return Ok(Test::Range(first, last));
        }
        let mut values = vec![first];
        while self.take(",") {
            values.push(self.value(name)?);
        }
        if self.rest().starts_with("..") {
            return Err(self.issue_here(2, "a list has no range in it", format!("write ({name}:a OR {name}:b..c)")));
        }
        Ok(Test::AnyOf(values))
    }
    fn open_range(&self, from: usize, name: &str) -> Issue {
        self.issue(from, "a range has both ends", format!("for one end write {name}:>=a or {name}:<=b"))
    }
    fn value(&mut self, name: &str) -> Result<Value, Issue> {
        let from = self.at;
        if self.peek() == Some('"') {
            let text = self.quoted()?;
            if text.is_empty() {
                return Err(self.issue(from, "the value is empty", format!("for “has no value” write -{name}:*")));
            }
            return Ok(Value { text, place: self.place(from, self.at) });
        }
        let token = self.token();
        let end = [token.find(','), token.find("..")].into_iter().flatten().min().unwrap_or(token.len());
        let text = token.get(..end).unwrap_or("");
        self.at += text.len();
        if is_bare_value(text) {
            return Ok(Value { text: text.to_owned(), place: self.place(from, self.at) });
        }
        let shown = short(text);
        Err(if text.is_empty() && self.peek() == Some('(') {
            self.issue_here(
                1,
                format!("“{name}:” is followed by “(”"),
                format!("a list needs no parentheses: {name}:a,b"),
            )
        } else if text.is_empty() {
            Issue::new(
                self.place(from, from),
                format!(
                    "a value is missing after “{}”",
                    short(self.text.get(..from).and_then(|t| t.split_whitespace().next_back()).unwrap_or(name))
                ),
                format!("write {name}:value without a space, or {name}:* for any value"),
            )
        } else if text.contains('*') {
            self.issue(
                from,
                format!("“{shown}” has a “*”"),
                format!("values are compared whole; {name}:* alone means that it is set, and quotes make “*” a letter"),
            )
        } else if text.contains(['“', '”']) {
            self.issue(from, format!("“{shown}” has curly quotes"), format!("use straight ones: {name}:\"two words\""))
        } else if let Some(rest) = text.strip_prefix("!=").or_else(|| text.strip_prefix('!')) {
            self.issue(from, "“!” is not a word of this language", format!("for “not” write -{name}:{rest}"))
        } else {
            let rest = text.trim_start_matches(['=', '<', '>', '~']);
            self.issue(
                from,
                format!("“{shown}” begins with a sign that is not known here"),
                format!("write {name}:{rest}, or >, >=, < or <= before the value"),
            )
        })
    }
    /// A text in quotes; `\"` and `\\` stand for `"` and `\`.
    fn quoted(&mut self) -> Result<String, Issue> {
        let from = self.at;
        let mut text = String::new();
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at = from + at + 1;
                    return Ok(text);
                }
                '\\' => match letters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    _ => {
                        let place = self.place(from + at, from + at + 1);
                        return Err(Issue::new(
                            place,
                            "“\\” stands before neither a quote nor another “\\”",
                            "write \\\\ for a backslash",
                        ));
                    }
                },
                other => text.push(other),
            }
        }
        self.at = self.text.len();
        Err(self.issue(from, "the quote is not closed", "put \" at the end of the phrase"))
    }
}
