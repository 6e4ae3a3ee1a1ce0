//! What is kept together of one item.

use crate::record::{ItemRow, Note, Timer, Words};
use crate::rows::Rows;
use watercourse_core::fact::Fact;
use watercourse_core::item::Item;

/// What a verb changed of an item, beside the row of one that was there before.
#[derive(Debug, Clone, Copy)]
pub struct Keeping<'a> {
    /// The item, where it is new.
    pub new: Option<(&'a ItemRow, &'a Words, &'a Item)>,
    /// Its stream.
    pub stream: &'a str,
    /// Its rounds, visits, spells and fields, new or changed.
    pub rows: &'a Rows,
    /// What was said.
    pub note: Option<&'a Note>,
    /// Timers that were set.
    pub timers: &'a [Timer],
    /// What happened.
    pub facts: &'a [Fact],
}
