//! `cargo xtask test`: everything that has to pass, in stages, stopping at the first that fails.

mod browser;
mod options;
mod postgres;
mod stages;
mod tools;

pub use options::Options;
pub use stages::run;
