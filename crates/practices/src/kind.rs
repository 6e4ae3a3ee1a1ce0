//! Kinds of work: what sort of thing an item is.

use crate::field::{COMMON, Field};

/// What sort of thing an item is. Owned by one practice and declared in its file.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Stable identifier in files, URLs and the API.
    pub id: &'static str,
    /// The name of one.
    pub name: &'static str,
    /// The name of several.
    pub plural: &'static str,
    /// Start of its human keys: `INC` in INC-1042.
    pub prefix: &'static str,
    /// One character to know it by in a narrow list; never shown without the name in reach.
    pub symbol: &'static str,
    /// What somebody who asks would call it, without the field's jargon.
    pub word: &'static str,
    /// The practice that owns it.
    pub practice: &'static str,
    /// Its own fields; see [`Kind::all_fields`] for those it shares.
    pub fields: &'static [Field],
}

impl Kind {
    /// The fields all kinds share, then its own.
    pub fn all_fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        COMMON.iter().chain(self.fields)
    }
    /// The field with this identifier, shared or own.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&'static Field> {
        self.all_fields().find(|f| f.id == id)
    }
}
