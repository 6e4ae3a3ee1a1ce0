//! Rows below a table that are no rows of it: sums, and who made the file when.

/// How remarks below a table begin.
const REMARKS: [&str; 20] = [
    "total",
    "grand total",
    "sum:",
    "summe",
    "gesamt",
    "somme",
    "totale",
    "totaal",
    "count:",
    "anzahl:",
    "generated ",
    "exported ",
    "created by ",
    "report ",
    "erstellt am",
    "page ",
    "end of ",
    "applied filters",
    "\u{a9}",
    "copyright",
];

/// Whether a text opens as a remark does.
pub(super) fn opens_one(text: &str) -> bool {
    let text = text.trim_start().to_lowercase();
    let counts = text.split_once(' ').is_some_and(|(n, rest)| {
        n.bytes().all(|b| b.is_ascii_digit()) && COUNTED.iter().any(|word| rest.starts_with(word))
    });
    counts || REMARKS.iter().any(|r| text.starts_with(r))
}

/// What is counted below a table: `25 rows`.
const COUNTED: [&str; 7] = ["rows", "records", "issues", "tickets", "results", "zeilen", "lignes"];
