//! Who may do what, and see what: permissions, how far they reach, and what somebody has of them.

mod held;
mod permission;
mod reach;

pub use held::Access;
pub use permission::Permission;
pub use reach::{Horizon, Reach};
