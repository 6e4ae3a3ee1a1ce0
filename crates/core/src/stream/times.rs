//! Lengths of time as written.

use super::cell::Text;
use super::diagnostic::Findings;
use crate::span::Span;

/// A time that must be longer than nothing.
pub(super) fn duration(text: Option<&Text>, findings: &mut Findings) -> Option<Span> {
    let text = text?;
    let span = span_of(text, 0, findings)?;
    not_zero(&span, text, findings)
}

pub(super) fn not_zero(span: &Span, text: &Text, findings: &mut Findings) -> Option<Span> {
    if span.count() == 0 {
        findings.error(
            "impossible-deadline",
            &text.inner(),
            "nothing can be done in no time",
            "write a time such as 4h, 5d or 5bd (business days)",
        );
        return None;
    }
    Some(*span)
}

/// The time that stands in a text from this byte on.
pub(super) fn span_of(text: &Text, from: usize, findings: &mut Findings) -> Option<Span> {
    let written = text.value.get(from..).unwrap_or_default();
    match written.parse::<Span>() {
        Ok(span) => Some(span),
        Err(error) => {
            let message = format!("“{}” {}", error.text, error.wrong);
            let help = "write a whole number and a unit: 4h, 5d, 2w, or 5bd and 8bh for business days and hours";
            findings.error("bad-time", &text.part(&(from..text.value.len())), message, help);
            None
        }
    }
}
