//! The keys of an installation: one seals secrets that must be read again, one signs.
//!
//! Both are derived from 32 random bytes, kept in a file beside the database or given in the environment, and
//! never in the database: whoever copies that has no secret of anybody.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

/// What begins a sealed text: the form of the seal.
const FORM: &str = "v1:";

/// A key that cannot be had, or a secret that cannot be sealed or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The file of the key cannot be read or made.
    #[error("the key file {path} cannot be used: {wrong}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        wrong: String,
    },
    /// The text of a key is not 32 bytes in base64.
    #[error("a key is 32 bytes in base64, such as `openssl rand -base64 32` prints; this is not one")]
    Text,
    /// A secret was sealed with another key, for another place, or was changed.
    #[error("a secret does not open: it was sealed with another key, for another row, or was changed")]
    Sealed,
    /// The machine gives no random numbers, or ring refuses the key.
    #[error("the machine's cryptography does not work")]
    Broken,
}

/// The keys. Cloning is cheap.
#[derive(Clone)]
pub struct Keys {
    inner: Arc<Inner>,
}

struct Inner {
    seal: LessSafeKey,
    sign: Ed25519KeyPair,
    random: SystemRandom,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

impl Keys {
    /// From 32 bytes.
    ///
    /// # Errors
    /// `Broken` where ring refuses them.
    pub fn of(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let derived = Salt::new(HKDF_SHA256, b"watercourse").extract(bytes);
        let seal: UnboundKey = derived.expand(&[b"seal"], &AES_256_GCM).map_err(|_| KeyError::Broken)?.into();
        let mut seed = [0_u8; 32];
        derived.expand(&[b"sign"], HKDF_SHA256).and_then(|okm| okm.fill(&mut seed)).map_err(|_| KeyError::Broken)?;
        let sign = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Broken)?;
        Ok(Self { inner: Arc::new(Inner { seal: LessSafeKey::new(seal), sign, random: SystemRandom::new() }) })
    }
    /// New ones, for what is not kept longer than the program runs.
    ///
    /// # Errors
    /// `Broken` where the machine gives no random numbers.
    pub fn new() -> Result<Self, KeyError> {
        Self::of(&random32()?)
    }
    /// From text as the environment holds it: 32 bytes in base64.
    ///
    /// # Errors
    /// `Text` where it is none.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let bytes = STANDARD_NO_PAD.decode(text.trim().trim_end_matches('=')).map_err(|_| KeyError::Text)?;
        Self::of(&<[u8; 32]>::try_from(bytes).map_err(|_| KeyError::Text)?)
    }
    /// From a file, which is made, readable by its owner only, where it is not there.
    ///
    /// # Errors
    /// `File` or `Text`.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let file = |wrong: String| KeyError::File { path: path.display().to_string(), wrong };
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_text(&text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let bytes = random32()?;
                let mut options = std::fs::OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut made = options.open(path).map_err(|e| file(e.to_string()))?;
                writeln!(made, "{}", STANDARD_NO_PAD.encode(bytes)).map_err(|e| file(e.to_string()))?;
                made.sync_all().map_err(|e| file(e.to_string()))?;
                Self::of(&bytes)
            }
            Err(e) => Err(file(e.to_string())),
        }
    }
    /// Seals a secret for one place: `place` names table, column and row, and a secret moved to another place
    /// does not open.
    ///
    /// # Errors
    /// `Broken` where the machine gives no random numbers.
    pub fn seal(&self, place: &str, secret: &[u8]) -> Result<String, KeyError> {
        let mut nonce = [0_u8; NONCE_LEN];
        self.inner.random.fill(&mut nonce).map_err(|_| KeyError::Broken)?;
        let mut text = secret.to_vec();
        self.inner
            .seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place.as_bytes()), &mut text)
            .map_err(|_| KeyError::Broken)?;
        let mut whole = nonce.to_vec();
        whole.append(&mut text);
        Ok(format!("{FORM}{}", STANDARD_NO_PAD.encode(whole)))
    }
    /// Whether a text has the form of something sealed.
    #[must_use]
    pub fn is_sealed(text: &str) -> bool {
        let whole = text.strip_prefix(FORM).and_then(|t| STANDARD_NO_PAD.decode(t).ok());
        whole.is_some_and(|w| w.len() > NONCE_LEN)
    }
    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// `Sealed` where it does not open.
    pub fn unseal(&self, place: &str, sealed: &str) -> Result<Vec<u8>, KeyError> {
        let whole = sealed.strip_prefix(FORM).and_then(|t| STANDARD_NO_PAD.decode(t).ok()).ok_or(KeyError::Sealed)?;
        let (nonce, text) = whole.split_at_checked(NONCE_LEN).ok_or(KeyError::Sealed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Sealed)?;
        let mut text = text.to_vec();
        let plain = self
            .inner
            .seal
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut text)
            .map_err(|_| KeyError::Sealed)?;
        Ok(plain.to_vec())
    }
    /// An Ed25519 signature.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.inner.sign.sign(message).as_ref().to_vec()
    }
    /// The public key signatures are checked with.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        self.inner.sign.public_key().as_ref().to_vec()
    }
    /// Whether a signature is of this message and this public key.
    #[must_use]
    pub fn signed(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
    }
}

/// Random bytes, for secrets.
///
/// # Errors
/// `Broken` where the machine gives none.
pub fn random32() -> Result<[u8; 32], KeyError> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| KeyError::Broken)?;
    Ok(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{KeyError, Keys};

    #[test]
    fn a_secret_opens_only_where_it_was_put() {
        let keys = Keys::new().unwrap();
        let sealed = keys.seal("account.totp:7", b"secret").unwrap();
        assert!(!sealed.contains("secret"));
        assert_eq!(keys.unseal("account.totp:7", &sealed).unwrap(), b"secret");
        assert_eq!(keys.unseal("account.totp:8", &sealed), Err(KeyError::Sealed), "another row");
        assert_eq!(Keys::new().unwrap().unseal("account.totp:7", &sealed), Err(KeyError::Sealed), "another key");
        let other = keys.seal("account.totp:7", b"secret").unwrap();
        assert_ne!(other, sealed, "the same secret never looks the same");
    }

    #[test]
    fn a_signature_is_of_one_message_and_one_key() {
        let keys = Keys::new().unwrap();
        let signature = keys.sign(b"head 7");
        assert!(Keys::signed(&keys.public(), b"head 7", &signature));
        assert!(!Keys::signed(&keys.public(), b"head 8", &signature));
        assert!(!Keys::signed(&Keys::new().unwrap().public(), b"head 7", &signature));
    }

    #[test]
    fn a_key_file_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watercourse.key");
        let first = Keys::from_file(&path).unwrap();
        assert_eq!(first.public(), Keys::from_file(&path).unwrap().public());
        std::fs::write(&path, "no key").unwrap();
        assert_eq!(Keys::from_file(&path).unwrap_err(), KeyError::Text);
    }
}
