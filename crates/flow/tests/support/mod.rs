//! What the tests of this crate share.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "tests read files and say what they skip")]

pub mod csv;
pub mod identities;
pub mod logs;
pub mod naive;
pub mod pnml;
pub mod random;
pub mod small;
pub mod told;
pub mod xes;
