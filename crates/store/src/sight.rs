//! Which items somebody may see: said once, compiled into every query.

use watercourse_core::id::PersonId;

/// Which items are seen. An item is seen if one of the ways leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Sight {
    /// All of them.
    Everything,
    /// Those that one of these ways leads to; none where there is no way.
    Part {
        /// The item belongs to one of these entities.
        entities: Vec<String>,
        /// One of these teams has, or had, a round of it.
        teams: Vec<String>,
        /// This person asked for it.
        requester: Option<PersonId>,
        /// This actor opened it, as the database writes it.
        opened_by: Option<String>,
    },
}

impl Default for Sight {
    /// Nothing: whoever forgets to say what may be seen sees nothing.
    fn default() -> Self {
        Self::nothing()
    }
}

impl Sight {
    /// All items.
    #[must_use]
    pub const fn everything() -> Self {
        Self::Everything
    }
    /// No item.
    #[must_use]
    pub const fn nothing() -> Self {
        Self::Part { entities: Vec::new(), teams: Vec::new(), requester: None, opened_by: None }
    }
}
