//! What the check has to say about a text, and how it is shown: like a good compiler.

use serde::Serialize;
use std::fmt::Write as _;
use std::ops::Range;

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The stream cannot be published.
    Error,
    /// It can, but probably does not do what was meant.
    Warning,
    /// Worth a thought.
    Hint,
}

impl Severity {
    /// The word that is printed.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// One thing found in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// What kind of finding: a stable word such as `unknown-step`.
    pub code: &'static str,
    /// The line it begins in, from 1.
    pub line: usize,
    /// The character of that line it begins at, from 1.
    pub column: usize,
    /// The bytes of the text it is about.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right; empty where nothing can be said.
    pub help: String,
}

/// The most findings that are kept of one text.
const MOST: usize = 200;

/// Collects findings while a text is read.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Diagnostic>,
}

impl Findings {
    pub(super) fn error(
        &mut self,
        code: &'static str,
        at: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Error, code, at, message.into(), help.into());
    }
    pub(super) fn warning(
        &mut self,
        code: &'static str,
        at: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Warning, code, at, message.into(), help.into());
    }
    pub(super) fn hint(
        &mut self,
        code: &'static str,
        at: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Hint, code, at, message.into(), help.into());
    }
    fn add(&mut self, severity: Severity, code: &'static str, at: &Range<usize>, message: String, help: String) {
        self.list.push(Diagnostic { severity, code, line: 0, column: 0, span: at.clone(), message, help });
    }
    /// Whether so much was found that more would not be shown: no need to look for good suggestions.
    pub(super) const fn is_full(&self) -> bool {
        self.list.len() >= MOST
    }
    pub(super) fn any_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }
    /// The findings in the order of the text, each once, with their lines.
    pub(super) fn finish(self, text: &str) -> Vec<Diagnostic> {
        settle(text, self.list)
    }
}

/// Puts findings in the order of the text, each once, and finds their lines and columns. Where there are
/// very many, the graver ones stay.
#[must_use]
pub fn settle(text: &str, mut list: Vec<Diagnostic>) -> Vec<Diagnostic> {
    list.sort_by_key(|d| (d.severity, d.span.start));
    list.truncate(MOST);
    list.sort_by(|a, b| (a.span.start, a.severity, a.code).cmp(&(b.span.start, b.severity, b.code)));
    list.dedup_by(|a, b| a.span == b.span && a.code == b.code && a.message == b.message);
    for finding in &mut list {
        finding.span = inside(text, &finding.span);
        let before = text.get(..finding.span.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        finding.line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        finding.column = before.get(line_start..).map_or(0, |l| l.chars().count()) + 1;
    }
    list
}

/// The span cut to the text and to whole characters.
fn inside(text: &str, span: &Range<usize>) -> Range<usize> {
    let floor = |mut i: usize| {
        i = i.min(text.len());
        while !text.is_char_boundary(i) {
            i -= 1;
        }
        i
    };
    let start = floor(span.start);
    start..floor(span.end).max(start)
}

/// The most characters of a source line that are shown.
const WIDTH: usize = 140;

struct Paint(bool);

impl Paint {
    fn wrap(&self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
    fn severity(&self, severity: Severity, text: &str) -> String {
        let code = match severity {
            Severity::Error => "1;31",
            Severity::Warning => "1;33",
            Severity::Hint => "1;36",
        };
        self.wrap(code, text)
    }
    fn rule(&self, text: &str) -> String {
        self.wrap("1;34", text)
    }
}

/// The findings as people read them in a terminal: the line, a mark under the place, and what would be
/// right; at the end how many there are. Empty if there is nothing to say.
#[must_use]
pub fn render(file_name: &str, text: &str, diagnostics: &[Diagnostic], colour: bool) -> String {
    let paint = Paint(colour);
    let mut out = String::new();
    let widest = diagnostics.iter().map(|d| d.line).max().unwrap_or(1).to_string().len();
    for d in diagnostics {
        render_one(&mut out, &paint, file_name, text, widest, d);
    }
    if !diagnostics.is_empty() {
        let count = |s: Severity| diagnostics.iter().filter(|d| d.severity == s).count();
        let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Hint]
            .into_iter()
            .filter(|s| count(*s) > 0)
            .map(|s| format!("{} {}{}", count(s), s.id(), if count(s) == 1 { "" } else { "s" }))
            .collect();
        let _ = writeln!(out, "{}: {}", clean(file_name), counts.join(", "));
    }
    out
}

fn render_one(out: &mut String, paint: &Paint, file_name: &str, text: &str, widest: usize, d: &Diagnostic) {
    let head = format!("{}[{}]", d.severity.id(), d.code);
    let gutter = " ".repeat(widest);
    let bar = paint.rule("|");
    let _ = writeln!(out, "{}: {}", paint.severity(d.severity, &head), paint.wrap("1", &clean(&d.message)));
    let _ = writeln!(out, "{gutter}{} {}:{}:{}", paint.rule("-->"), clean(file_name), d.line, d.column);
    let (line, from, marks) = excerpt(text, d);
    let number = paint.rule(&format!("{:>widest$}", d.line));
    let _ = writeln!(out, "{gutter} {bar}");
    let _ = writeln!(out, "{number} {bar} {line}");
    let under: String = line.chars().take(from).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let _ = writeln!(out, "{gutter} {bar} {under}{}", paint.severity(d.severity, &"^".repeat(marks)));
    if !d.help.is_empty() {
        let _ = writeln!(out, "{gutter} {} {}", paint.rule("= help:"), clean(&d.help));
    }
    out.push('\n');
}

/// The part of the line to show, the characters before the mark, and the length of the mark.
fn excerpt(text: &str, d: &Diagnostic) -> (String, usize, usize) {
    let span = inside(text, &d.span);
    let start = text.get(..span.start).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1);
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let before = text.get(start..span.start).map_or(0, |t| t.chars().count());
    let inside_line = line.get(span.start - start..).unwrap_or_default();
    let marked = inside_line.get(..span.len()).unwrap_or(inside_line).trim_end().chars().count().max(1);
    let skip = if before + marked.min(40) > WIDTH { before.saturating_sub(WIDTH / 2) } else { 0 };
    let shown: String = line.chars().skip(skip).take(WIDTH).map(visible).collect();
    let cut = usize::from(skip > 0);
    let room = WIDTH.saturating_sub(before - skip).max(1);
    let lead = if skip > 0 { "…" } else { "" };
    let tail = if line.chars().nth(skip + WIDTH).is_some() { "…" } else { "" };
    (format!("{lead}{shown}{tail}"), before - skip + cut, marked.min(room))
}

/// Control characters would let a file write to the terminal of whoever checks it.
fn visible(c: char) -> char {
    if c.is_control() && c != '\t' { '\u{fffd}' } else { c }
}

fn clean(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { ' ' } else { visible(c) }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Findings, Severity, render};

    #[test]
    fn places_count_characters_and_come_in_order() {
        let text = "a = 1\nü = \"ö\"\n";
        let mut findings = Findings::default();
        findings.hint("second", &(11..13), "two", "");
        findings.error("first", &(0..1), "one", "");
        findings.error("first", &(0..1), "one", "");
        let list = findings.finish(text);
        let places: Vec<_> = list.iter().map(|d| (d.code, d.line, d.column)).collect();
        assert_eq!(places, [("first", 1, 1), ("second", 2, 5)], "the ü before it is one character");
        assert_eq!(list.first().map(|d| d.severity), Some(Severity::Error));
    }

    #[test]
    fn long_lines_are_cut_around_the_mark_and_control_characters_are_not_passed_on() {
        let text = format!("k = \"{}\u{1b}[31mbad\"", "x".repeat(100_000));
        let at = text.find("bad").unwrap_or_default();
        let mut findings = Findings::default();
        findings.error("c", &(at..at + 3), "m\u{7}", "h\nx");
        let shown = render("f\u{1b}.toml", &text, &findings.finish(&text), false);
        assert!(shown.len() < 1000 && !shown.contains(['\u{1b}', '\u{7}']), "{shown}");
        let lines: Vec<&str> = shown.lines().collect();
        let column =
            |line: usize, what: &str| lines.get(line).and_then(|l| l.split(what).next()).map(|l| l.chars().count());
        assert_eq!(column(3, "bad"), column(4, "^^^"), "{shown}");
    }

    #[test]
    fn spans_beyond_the_text_do_no_harm() {
        for text in ["", "ä", "a\n"] {
            let mut findings = Findings::default();
            findings.error("c", &(1..99), "m", "");
            findings.error("c", &(50..60), "m", "");
            assert!(render("f", text, &findings.finish(text), true).contains("f:"));
        }
    }
}
