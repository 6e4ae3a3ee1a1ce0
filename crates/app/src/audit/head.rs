//! The end of the chain, signed: kept elsewhere, it shows whether anything before it was changed or cut off.

use crate::access::{Access, Permission};
use crate::app::App;
use crate::context::hex;
use crate::error::AppError;
use crate::items::boxed;
use crate::keys::Keys;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;
use watercourse_core::time::Instant;
use watercourse_store::{Conn, Hash, Head, ROOT};

/// A head as files and the API write it.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    number: i64,
    hash: String,
    at: Instant,
    public_key: String,
    signature: String,
}

/// A text that holds no signed head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no signed head of an audit chain: {wrong}")]
pub struct HeadError {
    /// Which line.
    pub line: usize,
    /// What is wrong with it.
    pub wrong: String,
}

/// A head as JSON.
#[must_use]
pub fn head_json(head: &Head) -> serde_json::Value {
    let written = Written {
        number: head.number,
        hash: hex(&head.hash),
        at: head.at,
        public_key: hex(&head.public_key),
        signature: hex(&head.signature),
    };
    serde_json::to_value(written).unwrap_or_default()
}

/// The heads of a text: one as JSON a line, or a single one over several lines.
///
/// # Errors
/// The first line that holds none.
pub fn read_heads(text: &str) -> Result<Vec<Head>, HeadError> {
    if let Ok(written) = serde_json::from_str::<Written>(text) {
        return Ok(vec![head(&written).map_err(|wrong| HeadError { line: 1, wrong })?]);
    }
    let mut heads = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let bad = |wrong: String| HeadError { line: index + 1, wrong };
        let written: Written = serde_json::from_str(line).map_err(|e| bad(e.to_string()))?;
        heads.push(head(&written).map_err(bad)?);
    }
    Ok(heads)
}

fn head(written: &Written) -> Result<Head, String> {
    let hash = unhex(&written.hash).and_then(|bytes| Hash::try_from(bytes).ok()).ok_or("the hash is not 64 digits")?;
    let public_key = unhex(&written.public_key).ok_or("the public key is not in hexadecimal digits")?;
    let signature = unhex(&written.signature).ok_or("the signature is not in hexadecimal digits")?;
    Ok(Head { number: written.number, hash, at: written.at, public_key, signature })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks(2).map(|pair| Some(digit(*pair.first()?)? * 16 + digit(*pair.get(1)?)?)).collect()
}

/// Signs the end of a chain.
#[must_use]
pub fn head_of(keys: &Keys, number: i64, hash: Hash, at: Instant) -> Head {
    let signature = keys.sign(&Head::message(number, &hash, at));
    Head { number, hash, at, public_key: keys.public(), signature }
}

impl App {
    /// The end of the chain as it is now, signed; none where nothing is sealed yet.
    ///
    /// # Errors
    /// `Denied`, or the store's.
    pub async fn head(&self, access: &Access) -> Result<Option<Head>, AppError> {
        access.may_in(Permission::AuditRead, ROOT)?;
        self.signed_head().await
    }

    async fn signed_head(&self) -> Result<Option<Head>, AppError> {
        let Some(end) = self.store.reader().await?.chain_end().await? else { return Ok(None) };
        Ok(Some(head_of(self.keys()?, end.number, end.hash, self.now())))
    }

    /// Signs the end of the chain and keeps that in the database; none where it has not moved since.
    ///
    /// # Errors
    /// The store's.
    pub async fn keep_head(&self) -> Result<Option<Head>, AppError> {
        let Some(head) = self.signed_head().await? else { return Ok(None) };
        let last = self.store.reader().await?.heads(1).await?.first().map_or(0, |h| h.number);
        if head.number <= last {
            return Ok(None);
        }
        let kept = head.clone();
        let write = boxed(move |conn: &mut Conn| {
            let head = kept.clone();
            Box::pin(async move { Ok(conn.insert_head(&head).await?) })
        });
        self.store.write(write).await?;
        Ok(Some(head))
    }

    /// Keeps signed heads, again and again, until it is dropped; each is appended to a file, if there is one.
    pub async fn run_heads(&self, every: Duration, file: Option<&Path>) {
        loop {
            tokio::time::sleep(every).await;
            self.sign_head(file).await;
        }
    }

    /// Keeps a signed head where the chain has moved, and appends it to a file, if there is one. What keeps it
    /// from that is logged.
    pub async fn sign_head(&self, file: Option<&Path>) {
        match self.keep_head().await {
            Ok(None) => {}
            Ok(Some(head)) => {
                if let Some(file) = file
                    && let Err(error) = append(file, &head)
                {
                    tracing::warn!(%error, file = %file.display(), "the signed head of the audit chain could not be written");
                }
            }
            Err(error) => tracing::warn!(%error, "the audit chain could not be signed; it is tried again"),
        }
    }
}

fn append(file: &Path, head: &Head) -> std::io::Result<()> {
    let mut file = std::fs::File::options().create(true).append(true).open(file)?;
    writeln!(file, "{}", head_json(head))?;
    file.sync_data()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{head_json, head_of, read_heads};
    use crate::keys::Keys;
    use watercourse_core::time::Instant;
    use watercourse_store::Head;

    #[test]
    fn a_head_is_written_and_read_and_its_signature_covers_all_of_it() {
        let keys = Keys::new().unwrap();
        let head = head_of(&keys, 7, [9; 32], Instant(1_000_000));
        let text = format!("{}\n\n{}\n", head_json(&head), head_json(&head));
        assert_eq!(read_heads(&text).unwrap(), [head.clone(), head.clone()]);
        let pretty = serde_json::to_string_pretty(&head_json(&head)).unwrap();
        assert_eq!(read_heads(&pretty).unwrap(), std::slice::from_ref(&head));
        let good =
            |number, hash, at| Keys::signed(&head.public_key, &Head::message(number, &hash, at), &head.signature);
        assert!(good(7, [9; 32], Instant(1_000_000)));
        assert!(!good(8, [9; 32], Instant(1_000_000)));
        assert!(!good(7, [8; 32], Instant(1_000_000)));
        assert!(!good(7, [9; 32], Instant(2_000_000)));
        let told = read_heads("{\"number\": 7}\nx").unwrap_err();
        assert_eq!(told.line, 1);
        assert!(told.to_string().contains("signed head"), "{told}");
    }
}
