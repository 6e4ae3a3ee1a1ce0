//! The `when` of a step: a filter that the fields of the kind must be able to answer, now and later alike.

use super::cell::{Place, Text};
use super::diagnostic::Findings;
use crate::filter::{Expr, Filter, Place as FilterPlace, Schema};

/// Reads the condition. `schema`: the fields of the stream's kind, if it is known.
pub(super) fn read(text: &Text, schema: Option<&Schema>, findings: &mut Findings) -> Option<Filter> {
    let place = |at: FilterPlace| -> Place { text.part(&(at.from..at.until)) };
    let filter = match Filter::parse(&text.value) {
        Ok(filter) => filter,
        Err(issue) => {
            findings.error("bad-condition", &place(issue.place), issue.wrong, issue.right);
            return None;
        }
    };
    if filter.is_empty() {
        findings.error(
            "bad-condition",
            &text.at,
            "this condition asks nothing",
            "write when = \"risk:high\", or leave it out",
        );
        return None;
    }
    let mut texts = Vec::new();
    free_texts(filter.expr(), &mut texts);
    for at in &texts {
        let right = "ask for a field, such as risk:high; titles and descriptions may change at any time";
        findings.error("bad-condition", &place(*at), "a step cannot depend on words in a text", right);
    }
    let mut wrong = !texts.is_empty();
    if let Some(schema) = schema {
        for issue in schema.check(&filter) {
            wrong = true;
            findings.error("bad-condition", &place(issue.place), issue.wrong, issue.right);
        }
        for issue in schema.relative_time(&filter) {
            wrong = true;
            let message = format!("{}: the course of an item would change while nothing happens", issue.wrong);
            findings.error("relative-time", &place(issue.place), message, issue.right);
        }
    }
    (!wrong).then_some(filter)
}

fn free_texts(expr: &Expr, found: &mut Vec<FilterPlace>) {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|p| free_texts(p, found)),
        Expr::Not(part) => free_texts(part, found),
        Expr::Text(value) | Expr::Beginning(value) => found.push(value.place),
        Expr::Field(..) => {}
    }
}
