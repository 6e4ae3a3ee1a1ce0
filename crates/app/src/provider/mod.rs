//! Signing in through a provider (OpenID Connect): what is set, what claims say, and who comes in.

mod claims;
mod entering;
mod settings;

pub use claims::Claims;
pub use entering::{Flow, Tried};
pub use settings::{AtDoor, GroupRole, ProviderSettings};
