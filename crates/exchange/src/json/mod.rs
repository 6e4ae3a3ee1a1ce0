//! JSON: answers of the interfaces of known tools as events, and any other list of objects as a table.

mod cells;
mod flat;
mod made;
mod payload;
mod payloads;
mod read;
mod records;

pub(crate) use read::{read, read_cells};
