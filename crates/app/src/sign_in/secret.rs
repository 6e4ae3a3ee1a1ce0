//! Secrets that somebody brings and of which only a hash is kept.

use crate::context::hex;
use crate::error::AppError;
use crate::keys::random32;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// What tokens begin with, so that whoever finds one knows what it is.
pub(crate) const TOKEN: &str = "wct_";

/// A new secret: 256 random bits as text.
pub(crate) fn fresh() -> Result<String, AppError> {
    Ok(URL_SAFE_NO_PAD.encode(random32()?))
}

/// A new token: `wct_`, a secret, and six digits by which a scanner tells it from a text that only looks like one.
pub(crate) fn fresh_token() -> Result<String, AppError> {
    let secret = fresh()?;
    let check = check(&secret);
    Ok(format!("{TOKEN}{secret}_{check}"))
}

/// Whether a text is a token by its form; those that are not need not be looked up.
pub(crate) fn is_token(text: &str) -> bool {
    let Some((secret, told)) = text.strip_prefix(TOKEN).and_then(|t| t.rsplit_once('_')) else { return false };
    secret.len() == 43 && told == check(secret)
}

fn check(secret: &str) -> String {
    digest(secret).chars().take(6).collect()
}

/// A code that a person types: five groups of four letters and digits that are not mistaken for each other.
pub(crate) fn fresh_code() -> Result<String, AppError> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";
    let bytes = random32()?;
    let letters = bytes.iter().take(20).map(|b| char::from(LETTERS.get(usize::from(b & 31)).copied().unwrap_or(b'x')));
    let mut code = String::with_capacity(24);
    for (n, letter) in letters.enumerate() {
        if n > 0 && n % 4 == 0 {
            code.push('-');
        }
        code.push(letter);
    }
    Ok(code)
}

/// A code as it was typed, without what people add.
pub(crate) fn typed(code: &str) -> String {
    let letters: Vec<char> = code.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    letters.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// The hash that is kept. Secrets are 100 random bits and more: a plain hash cannot be turned round.
pub(crate) fn digest(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{fresh_code, fresh_token, is_token, typed};

    #[test]
    fn a_token_is_told_by_its_form() {
        let token = fresh_token().unwrap();
        assert!(is_token(&token), "{token}");
        assert_eq!(token.len(), 4 + 43 + 1 + 6);
        for off in
            ["", "wct_", "wct_x", &token[..token.len() - 1], &token.replace("wct_", "wcx_"), &format!("{token}0")]
        {
            assert!(!is_token(off), "{off}");
        }
    }

    #[test]
    fn a_code_may_be_typed_as_people_type() {
        let code = fresh_code().unwrap();
        assert_eq!(code.len(), 24);
        assert_eq!(typed(&format!(" {} ", code.to_uppercase().replace('-', " "))), code);
    }
}
