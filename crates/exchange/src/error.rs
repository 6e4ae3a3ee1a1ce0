//! What can go wrong while reading: what it was, where, and what would be right.

/// Why a log could not be read. Nothing is returned beside it: no half-read log.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The file could not be opened or read.
    #[error("cannot read {what}: {source}")]
    Io {
        /// The file.
        what: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A new file could not be written.
    #[error("{what} cannot be written: {why}")]
    Unwritten {
        /// The file.
        what: String,
        /// Why.
        why: String,
    },
    /// The content is no event log this crate reads.
    #[error("this is {found}, not an event log: {remedy}")]
    NotALog {
        /// What it looks like.
        found: String,
        /// What to do.
        remedy: String,
    },
    /// The content is no Petri net this crate reads.
    #[error("this is {found}, not a model that a log can be compared with: {remedy}")]
    NotANet {
        /// What it looks like.
        found: String,
        /// What to do.
        remedy: String,
    },
    /// The content breaks the rules of its format.
    #[error("line {line} (byte {byte}): {what}; {remedy}")]
    Malformed {
        /// Line, counted from 1.
        line: u64,
        /// Byte from the start of the (unpacked) text.
        byte: u64,
        /// What is wrong.
        what: String,
        /// What would be right.
        remedy: String,
    },
    /// One line, field or XML element is longer than the limit.
    #[error("line {line} (byte {byte}): {what} is longer than {limit} bytes; {remedy}")]
    TooLong {
        /// Line it starts on.
        line: u64,
        /// Byte it starts at.
        byte: u64,
        /// What is too long.
        what: &'static str,
        /// The limit, a setting ([`crate::Limits::record`]).
        limit: usize,
        /// The likely cause.
        remedy: &'static str,
    },
    /// The file is larger, unpacked, than the limits allow.
    #[error("{what}; if the file is what you expect, raise the limit")]
    TooMuch {
        /// Which limit, and by how much.
        what: String,
    },
    /// No column or attribute plays a role that is needed.
    #[error("no {role} found: {why}. Columns: {}. Name it with {flag} COLUMN", columns.join(", "))]
    NoColumn {
        /// The role: case id, activity, time.
        role: &'static str,
        /// The flag that names it.
        flag: &'static str,
        /// Why none was taken.
        why: String,
        /// What there is.
        columns: Vec<String>,
    },
    /// A flag or mapping names a column or attribute that does not exist.
    #[error("{flag} names \u{201c}{name}\u{201d}, which is not in this file{}. There are: {}", near(nearest.as_deref()), columns.join(", "))]
    UnknownColumn {
        /// The flag or mapping key.
        flag: String,
        /// The name given.
        name: String,
        /// The name most like it.
        nearest: Option<String>,
        /// What there is.
        columns: Vec<String>,
    },
    /// A setting has a value it cannot have.
    #[error("{option} cannot be \u{201c}{value}\u{201d}: {what}")]
    BadOption {
        /// The flag or mapping key.
        option: &'static str,
        /// Its value.
        value: String,
        /// What would be right.
        what: String,
    },
    /// The mapping file cannot be read.
    #[error("mapping file: {what}")]
    MappingFile {
        /// The TOML reader's message, with line and column.
        what: String,
    },
    /// There are rows, but none with a usable case and time.
    #[error("none of the {read} {unit} can be used: {first}. {remedy}")]
    NothingUsable {
        /// How many there were.
        read: u64,
        /// `rows` or `events`.
        unit: &'static str,
        /// The first reason, with its line.
        first: String,
        /// What to do.
        remedy: String,
    },
    /// The file has no rows.
    #[error("there is nothing in this {what}: an event log has {needs}")]
    Empty {
        /// The kind of file.
        what: &'static str,
        /// What is expected.
        needs: &'static str,
    },
}

impl ExchangeError {
    /// Whether the caller's flags or mapping are at fault (exit code 2), not the file (exit code 1).
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::UnknownColumn { .. } | Self::BadOption { .. } | Self::MappingFile { .. })
    }
    /// The line the error is about, where it is about one.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Malformed { line, .. } | Self::TooLong { line, .. } => Some(*line),
            _ => None,
        }
    }
}

fn near(nearest: Option<&str>) -> String {
    nearest.map(|n| format!(" (did you mean \u{201c}{n}\u{201d}?)")).unwrap_or_default()
}
