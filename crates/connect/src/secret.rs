//! The secret a sender shares with us.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// A secret shared with a sender. It never shows itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// A text that is no secret worth having.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSecret {
    /// After `whsec_` there is no base64.
    #[error("After “whsec_” the secret is not base64.")]
    Base64,
    /// Fewer bytes than 24 or more than 64.
    #[error("The secret has {0} bytes; it needs 24 to 64.")]
    Length(usize),
}

impl Secret {
    /// Reads `whsec_` and base64 (Standard Webhooks 1.0.0), or takes the bytes of any other text as they are.
    ///
    /// # Errors
    /// When it is not base64, or shorter than 24 or longer than 64 bytes.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let bytes = match text.strip_prefix("whsec_") {
            Some(coded) => STANDARD.decode(coded).map_err(|_| BadSecret::Base64)?,
            None => text.as_bytes().to_vec(),
        };
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(BadSecret::Length(bytes.len())) }
    }
    /// The bytes to sign with.
    #[must_use]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
