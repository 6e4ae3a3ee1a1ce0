//! What leaves by HTTP: messages of the application, signed and sent by the one outbound client.

use futures::future::BoxFuture;
use std::sync::Arc;
use watercourse_app::{Answered, Outgoing, Sender, Sending};
use watercourse_connect::address::{BadPermit, Permitted};
use watercourse_connect::outbound::Client;
use watercourse_connect::secret::Secret;
use watercourse_connect::signature::sign_standard;

/// What sends messages: to public addresses, and to what an administrator permits beside them, given as networks
/// and names with commas between them.
///
/// # Errors
/// When something that is permitted is neither a network nor a name.
pub fn sender(permitted: &str) -> Result<Sending, BadPermit> {
    Ok(Arc::new(Outbound(Client::new(Permitted::parse(permitted)?))))
}

struct Outbound(Client);

impl Sender for Outbound {
    fn send(&self, message: Outgoing) -> BoxFuture<'_, Result<Answered, String>> {
        Box::pin(async move {
            let mut signatures = Vec::new();
            for secret in &message.secrets {
                let secret = Secret::parse(secret).map_err(|e| e.to_string())?;
                signatures.push(sign_standard(&secret, &message.id, message.seconds, &message.body));
            }
            let (seconds, signatures) = (message.seconds.to_string(), signatures.join(" "));
            let headers = [
                ("content-type", message.media),
                ("webhook-id", message.id.as_str()),
                ("webhook-timestamp", seconds.as_str()),
                ("webhook-signature", signatures.as_str()),
            ];
            let answer = self.0.post(&message.url, &headers, message.body).await.map_err(|e| e.to_string())?;
            Ok(Answered { status: answer.status, said: String::from_utf8_lossy(&answer.body).into_owned() })
        })
    }
    fn check(&self, url: &str) -> Result<(), String> {
        self.0.check(url).map_err(|e| e.to_string())
    }
    fn check_secret(&self, secret: &str) -> Result<(), String> {
        Secret::parse(secret).map(drop).map_err(|e| e.to_string())
    }
}
