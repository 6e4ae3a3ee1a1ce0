//! A made-up organisation and a year of its work, simulated from a seed through the same verbs as
//! real work. It holds a bottleneck, a ping-pong between two teams, a feedback loop that nobody uses
//! and an improvement that worked.

mod live;
mod move_in;
mod organisation;
mod random;
mod simulation;
mod words;

pub use live::keep_moving;
pub use move_in::{MovedIn, move_in};
pub use simulation::{Demo, DemoItem, DemoPerson, simulate};
