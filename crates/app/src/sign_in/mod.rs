//! What signing in rests on: passwords, second factors, and secrets of which only a hash is kept.

mod common;
pub(crate) mod password;
pub(crate) mod secret;
pub(crate) mod totp;
