//! Looking an installation over: what is wrong, and what to do about it.

mod examine;
mod files;
mod state;
mod trouble;

pub use examine::{Patient, examine};
pub use trouble::Trouble;
