//! Who asks, and how the request is told from its repetitions.

use crate::access::Access;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use watercourse_core::actor::Actor;
use watercourse_core::time::Instant;

/// A request that may be repeated: done once, answered the same every time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The key the sender chose.
    pub key: String,
    /// A hash of the request, so that one key is not used for two different ones.
    pub request: String,
}

impl Idempotency {
    /// A key for a request of these parts: method, path, body.
    #[must_use]
    pub fn new(key: &str, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Self { key: key.to_owned(), request: hex(&hash.finalize()) }
    }
}

/// Who asks, when it happened, and what tells the request from its repetitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Who asks, as facts write it.
    pub actor: Actor,
    /// What they may.
    pub access: Arc<Access>,
    /// The key of the request; without one, a repetition happens again.
    pub idempotency: Option<Idempotency>,
    /// When it happened, for what is written down late; now where none is given.
    pub at: Option<Instant>,
}

impl Context {
    /// Somebody with what they may, now, without a key.
    #[must_use]
    pub fn by(access: Arc<Access>) -> Self {
        Self { actor: access.actor.clone(), access, idempotency: None, at: None }
    }
    /// The program itself, or somebody where nobody signs in: may do everything.
    #[must_use]
    pub fn of(actor: Actor) -> Self {
        Self::by(Arc::new(Access::everything(actor)))
    }
    /// With a key.
    #[must_use]
    pub fn with_key(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = Some(idempotency);
        self
    }
    /// For something that happened earlier.
    #[must_use]
    pub fn at(mut self, at: Instant) -> Self {
        self.at = Some(at);
        self
    }
    /// Who the key belongs to: keys of different senders do not meet.
    #[must_use]
    pub fn principal(&self) -> String {
        self.actor.to_string()
    }
}

/// Bytes as small hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::Idempotency;

    #[test]
    fn parts_do_not_run_together() {
        let hash = |parts: &[&[u8]]| Idempotency::new("k", parts).request;
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
        assert_eq!(hash(&[b"ab", b"c"]), hash(&[b"ab", b"c"]));
    }
}
