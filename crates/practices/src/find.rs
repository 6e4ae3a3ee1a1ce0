//! Finding practices and kinds by their identifiers.

use crate::{Kind, PRACTICES, Practice};

/// The practice with this identifier.
#[must_use]
pub fn practice(id: &str) -> Option<&'static Practice> {
    PRACTICES.iter().copied().find(|p| p.id == id)
}

/// All kinds of work, in the order of the practices that own them.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    PRACTICES.iter().flat_map(|p| p.kinds)
}

/// The kind with this identifier.
#[must_use]
pub fn kind(id: &str) -> Option<&'static Kind> {
    kinds().find(|k| k.id == id)
}

/// The kind a human key such as `INC-1042` belongs to.
#[must_use]
pub fn kind_of_key(key: &str) -> Option<&'static Kind> {
    let (prefix, _) = key.split_once('-')?;
    kinds().find(|k| k.prefix.eq_ignore_ascii_case(prefix))
}
