//! What a message from outside comes down to.

use sha2::{Digest, Sha256};

/// What a message from outside says about an item. The same delivery has one effect, however often it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What tells this message from every other of its source.
    pub delivery: String,
    /// The item, by key or id.
    pub item: String,
    /// The event, as a stream's `done_on` names it.
    pub event: String,
    /// It did not work out.
    pub failed: bool,
    /// How it came out, where the step has outcomes.
    pub outcome: Option<String>,
    /// What it rests on, for people to read; empty where there is nothing to add.
    pub evidence: String,
}

/// A message from outside that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{wrong} {right}")]
pub struct BadNews {
    /// Where in the message, as a JSON pointer.
    pub pointer: String,
    /// What was wrong.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl BadNews {
    pub(crate) fn new(pointer: impl Into<String>, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), wrong: wrong.into(), right: right.into() }
    }
}

/// The SHA-256 of some bytes in hexadecimal: tells messages apart that carry no number of their own.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// As [`digest`], of what a reader gives.
///
/// # Errors
/// The reader's.
pub fn digest_of(reader: &mut impl std::io::Read) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = reader.read(&mut piece)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(piece.get(..read).unwrap_or_default());
    }
}

/// Bytes as small hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
        text
    })
}

/// The item a text names: the whole of it where it is a key or an id, else the first key in it, so that a
/// branch such as `feature/FEA-12-single-sign-on` will do.
#[must_use]
pub fn item_named_in(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') {
        return Some(text.to_owned());
    }
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').find_map(|word| {
        let parts: Vec<&str> = word.split('-').collect();
        for (at, pair) in parts.windows(2).enumerate() {
            let [kind, number] = pair else { continue };
            let is_kind = (2..=6).contains(&kind.len()) && kind.bytes().all(|b| b.is_ascii_uppercase());
            let is_number = (1..=12).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
            if is_kind && is_number {
                // An entity may have a prefix of its own: BE-INC-1042.
                let entity = at.checked_sub(1).and_then(|before| parts.get(before)).filter(|p| is_prefix(p));
                return Some(match entity {
                    Some(entity) => format!("{entity}-{kind}-{number}"),
                    None => format!("{kind}-{number}"),
                });
            }
        }
        None
    })
}

/// Whether a word can be the prefix of an entity's keys.
fn is_prefix(word: &str) -> bool {
    (1..=8).contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::{digest, digest_of, item_named_in};

    #[test]
    fn a_key_is_found_in_a_branch_name() {
        for (text, item) in [
            ("FEA-12", Some("FEA-12")),
            (" CHG-7 ", Some("CHG-7")),
            ("feature/FEA-12-single-sign-on", Some("FEA-12")),
            ("refs/heads/hot-fix-INC-1042", Some("INC-1042")),
            ("01890a5d-ac96-774b-bcce-b302099a8057", Some("01890a5d-ac96-774b-bcce-b302099a8057")),
            ("feature/BE-INC-1042-vpn", Some("BE-INC-1042")),
            ("main", None),
            ("utf-8", None),
            ("", None),
        ] {
            assert_eq!(item_named_in(text).as_deref(), item, "{text}");
        }
    }

    #[test]
    fn a_digest_is_the_published_one() {
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let long = vec![7; 200_000];
        assert_eq!(digest_of(&mut long.as_slice()).ok(), Some(digest(&long)));
    }
}
