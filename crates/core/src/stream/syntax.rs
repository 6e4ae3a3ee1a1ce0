//! Texts that are not TOML: what is wrong, and what can be read all the same.

use super::diagnostic::Findings;
use super::names::short;
use std::borrow::Cow;
use std::ops::Range;
use toml::de::DeTable;

/// The most lines one value may have when it is looked for around a mistake.
const MOST_LINES: usize = 40;

/// The text itself if it is TOML. Otherwise the same text with the lines that are not blanked out, so that
/// the rest can be read and every place stays where it was; what is wrong is reported.
pub(super) fn readable<'t>(text: &'t str, findings: &mut Findings) -> Cow<'t, str> {
    let (_, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Cow::Borrowed(text);
    }
    let bad = bad_lines(text, findings);
    let mut rest = text.as_bytes().to_vec();
    for line in bad {
        if let Some(bytes) = rest.get_mut(line) {
            bytes.iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
        }
    }
    // Whole lines were blanked, so the text is still whole characters.
    let rest = String::from_utf8(rest).unwrap_or_default();
    // Lines that are TOML alone may not be together: a key written twice, a table that is also a list.
    let (_, errors) = DeTable::parse_recoverable(&rest);
    let mut last = usize::MAX;
    for error in &errors {
        let span = error.span().unwrap_or(text.len()..text.len());
        let line = line_start(text, span.start);
        if line != last {
            report(text, span, error.message(), findings);
        }
        last = line;
    }
    Cow::Owned(rest)
}

fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes().get(..at).and_then(|t| t.iter().rposition(|b| *b == b'\n')).map_or(0, |i| i + 1)
}

/// The lines that are no TOML, neither alone nor with the lines after them, each reported.
fn bad_lines(text: &str, findings: &mut Findings) -> Vec<Range<usize>> {
    let lines: Vec<Range<usize>> = text
        .split_inclusive('\n')
        .scan(0, |start, line| {
            let from = *start;
            *start += line.len();
            Some(from..*start)
        })
        .collect();
    let mut bad = Vec::new();
    let mut i = 0;
    while let Some(line) = lines.get(i) {
        match entry(text, &lines, i) {
            Ok(count) => i += count,
            Err((span, message)) => {
                report(text, span, &message, findings);
                bad.push(line.clone());
                i += 1;
            }
        }
        if findings.is_full() {
            bad.extend(lines.get(i..).unwrap_or_default().iter().cloned());
            break;
        }
    }
    bad
}

/// How many lines from this one on are one entry, or why the line is none.
fn entry(text: &str, lines: &[Range<usize>], at: usize) -> Result<usize, (Range<usize>, String)> {
    let start = lines.get(at).map_or(0, |l| l.start);
    let mut first = None;
    for (count, line) in lines.get(at..).unwrap_or_default().iter().take(MOST_LINES).enumerate() {
        // A value never runs over the next header.
        let next = text.get(line.clone()).unwrap_or_default().trim_start();
        if count > 0 && (next.starts_with("[[step]]") || next.starts_with("[[rule]]")) {
            break;
        }
        let source = text.get(start..line.end).unwrap_or_default();
        let error = match DeTable::parse(source) {
            Ok(_) => return Ok(count + 1),
            Err(error) => error,
        };
        let span = error.span().unwrap_or(0..0);
        first.get_or_insert_with(|| (span.start + start..span.end + start, error.message().to_owned()));
        if !source.contains(['[', '{']) && !source.contains("\"\"\"") && !source.contains("'''") {
            break;
        }
    }
    Err(first.unwrap_or_default())
}

/// Says in a sentence of ours what is not TOML, where it can be told.
fn report(text: &str, span: Range<usize>, message: &str, findings: &mut Findings) {
    let message = message.lines().next().unwrap_or_default().trim();
    let written = text.get(span.clone()).unwrap_or_default().trim();
    let (message, help) = if message.contains("duplicate key") {
        (format!("“{}” is written twice", short(written)), "keep one of the two".to_owned())
    } else if message.contains("expected `\"`") || message.contains("expected `'`") {
        ("this text does not end in its line".to_owned(), "close it with the quote it began with".to_owned())
    } else if message.contains("string values must be quoted")
        && ["yes", "no", "on", "off", "True", "False"].contains(&written)
    {
        (format!("“{written}” is no value here"), "write true or false".to_owned())
    } else if message.contains("string values must be quoted") {
        (format!("“{}” needs quotes", short(written)), format!("write \"{}\"", short(written)))
    } else if message.contains("unclosed array") || message.contains("expected `]`") {
        ("this list does not end".to_owned(), "close it with ]".to_owned())
    } else if message.contains("unclosed inline table") || message.contains("expected `}`") {
        ("this table does not end".to_owned(), "close it with }".to_owned())
    } else {
        let help = "a line is: key = \"text\", key = [\"list\"], [[step]], [[rule]] or # comment";
        (format!("this is not TOML: {message}"), help.to_owned())
    };
    findings.error("syntax", &span, message, help);
}
