//! Passwords: Argon2id, and what may be one.

use super::common::is_common;
use crate::error::AppError;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// The fewest and the most characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 12..=128;
/// Memory in KiB and passes, as OWASP asks for.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Hashes made at once: each takes a core and 19 MiB for a while, and signing in must not starve everything else.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// What is compared where there is nothing to compare with, so that an unknown name takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

fn argon() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY, PASSES, 1, None).unwrap_or_default())
}

fn hash(password: &str) -> Option<String> {
    argon().hash_password(password.as_bytes()).ok().map(|h: PasswordHash| h.to_string())
}

/// Whether this may be a password for an account of this name.
pub(crate) fn fits(password: &str, name: &str) -> Result<(), AppError> {
    let wrong = if password.chars().count() < *LENGTHS.start() {
        "The password is shorter than 12 characters."
    } else if password.chars().count() > *LENGTHS.end() {
        "The password is longer than 128 characters."
    } else if name.len() >= 3 && password.to_lowercase().contains(&name.to_lowercase()) {
        "The password has the name of the account in it."
    } else if is_common(password) {
        "The password is one of those that are tried first."
    } else {
        return Ok(());
    };
    Err(AppError::invalid("/password", wrong, "A few words that have nothing to do with each other are good."))
}

/// The hash of a password, as it is kept.
pub(crate) async fn hashed(password: String) -> Result<String, AppError> {
    let turn = AT_ONCE.acquire().await;
    let made = tokio::task::spawn_blocking(move || hash(&password)).await.ok().flatten();
    drop(turn);
    made.ok_or(AppError::Keys(crate::keys::KeyError::Broken))
}

/// Whether a password is the one of a hash. Without a hash it is not, after as much work.
pub(crate) async fn is_right(password: String, kept: Option<String>) -> bool {
    let turn = AT_ONCE.acquire().await;
    let told = tokio::task::spawn_blocking(move || {
        let known = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.clone());
        let same = PasswordHash::new(&kept).is_ok_and(|h| argon().verify_password(password.as_bytes(), &h).is_ok());
        same && known
    });
    let told = told.await.unwrap_or(false);
    drop(turn);
    told
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{NOBODY, fits, hashed, is_right};

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let kept = hashed("blue ladders eat".to_owned()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is_right("blue ladders eat".to_owned(), Some(kept.clone())).await);
        assert!(!is_right("blue ladders eats".to_owned(), Some(kept)).await);
        assert!(!is_right("nobody has this password".to_owned(), None).await, "nobody's password lets nobody in");
        assert!(NOBODY.starts_with("$argon2id$"), "an unknown name is compared with a real hash");
    }

    #[test]
    fn a_password_is_long_and_not_the_first_to_be_tried() {
        for (password, name) in
            [("short", "ada"), ("password12345", "ada"), ("i am ada lovelace", "ada"), (&*"x".repeat(129), "ada")]
        {
            assert!(fits(password, name).is_err(), "{password}");
        }
        assert!(fits("four ducks in the rain", "ada").is_ok());
        assert!(fits("пароль из четырёх слов", "ada").is_ok());
    }
}
