//! What is kept of changes: the trail of everything that is no fact of an item, and the chain over trail and facts.

mod action;
mod head;
mod sealing;
mod trail;
mod verify;

pub use action::Action;
pub use head::{HeadError, head_json, head_of, read_heads};
pub use sealing::Sealer;
pub use trail::note;
pub use verify::{Fault, Finding, HEADS, Verified, verify};
