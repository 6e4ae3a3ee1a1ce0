//! What the application needs of the outside to send: given by the binary, because nothing here speaks HTTP.

use futures::future::BoxFuture;
use std::fmt;
use std::sync::Arc;

/// A message to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub url: String,
    /// What tells it from every other message, the same at every try.
    pub id: String,
    /// When it is sent: seconds since 1970.
    pub seconds: i64,
    /// What it says.
    pub body: Vec<u8>,
    /// The media type of that.
    pub media: &'static str,
    /// It is signed with each of these.
    pub secrets: Vec<String>,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("url", &self.url).field("id", &self.id).finish_non_exhaustive()
    }
}

/// What was answered to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The first bytes of the answer.
    pub said: String,
}

/// Sends messages. It must give up after a while of its own.
pub trait Sender: Send + Sync {
    /// Sends one.
    ///
    /// # Errors
    /// Why there was no answer, for people to read.
    fn send(&self, message: Outgoing) -> BoxFuture<'_, Result<Answered, String>>;
    /// Checks an address without asking anybody.
    ///
    /// # Errors
    /// What is wrong with it.
    fn check(&self, url: &str) -> Result<(), String>;
    /// Checks a secret: whether one can sign with it.
    ///
    /// # Errors
    /// What is wrong with it.
    fn check_secret(&self, secret: &str) -> Result<(), String>;
}

/// A sender that is shared.
pub type Sending = Arc<dyn Sender>;
