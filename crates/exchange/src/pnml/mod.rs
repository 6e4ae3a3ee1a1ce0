//! PNML (ISO/IEC 15909-2): Petri nets as tools that mine or draw models write them.

mod build;
mod read;
mod walk;

pub use read::{read_pnml, read_pnml_path};
