//! Benchmarks and fault tests of the real program. They are run by hand, and a quick set of the faults by
//! the tests of the program: `cargo run --release -p watercourse-bench -- faults`.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

pub mod audit;
pub mod faults;
pub mod flow;
pub mod list;
pub mod live;
pub mod native;
pub mod program;
pub mod serve;
mod storing;
pub mod synthetic;
pub mod usage;
pub mod verb;
