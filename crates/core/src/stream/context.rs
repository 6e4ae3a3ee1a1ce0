//! What a stream file may name that is not in the file: given as plain data, so that this crate needs
//! to know no practice and no database.

use crate::filter::Schema;

/// A kind of items and the fields a `when` can ask of it.
#[derive(Debug, Clone)]
pub struct KnownKind {
    /// Its identifier.
    pub id: String,
    /// Its fields.
    pub schema: Schema,
}

/// What is known around the stream.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The kinds of items.
    pub kinds: Vec<KnownKind>,
    /// Identifiers of the practices.
    pub practices: Vec<String>,
    /// Identifiers of the teams; none where they are not known, as when a file is checked on its own.
    pub teams: Option<Vec<String>>,
    /// Identifiers of the other streams; none where they are not known.
    pub streams: Option<Vec<String>>,
}
