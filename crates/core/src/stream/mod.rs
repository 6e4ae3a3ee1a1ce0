//! Value streams: the file people write, its check, and the compiled graph the engine walks.

mod cell;
mod check;
mod context;
mod diagnostic;
mod edit;
mod file;
mod graph;
mod names;
mod order;
mod print;
mod reach;
mod refer;
mod resolve;
mod rules;
mod sense;
mod syntax;
mod times;
mod when;

pub use check::{Checked, read};
pub use context::{Context, KnownKind};
pub use diagnostic::{Diagnostic, Severity, render, settle};
pub use edit::{Edit, EditError, NewStep, Value, edit};
pub use file::MOST_BYTES;
pub use graph::{
    Adhoc, DoneOn, Ends, Gate, Outcome, Parts, Point, Promise, Reference, Rule, Spawn, Step, Stream, Trigger,
};
pub use print::print;
