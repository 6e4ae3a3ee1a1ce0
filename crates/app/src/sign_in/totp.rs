//! One-time codes of an authenticator (RFC 6238: SHA-1, 30 seconds, six digits), as all of them do.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// Seconds a code is good for.
const STEP: i64 = 30;

/// The step whose code this is: now's, or the one before or after, since clocks differ.
pub(crate) fn step_of(secret: &[u8], code: &str, seconds: i64) -> Option<i64> {
    let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = seconds.div_euclid(STEP);
    [now, now - 1, now + 1].into_iter().find(|step| same(&self::code(secret, *step), &typed))
}

/// Compares all of two codes, wherever they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differ, (x, y)| differ | (x ^ y)) == 0
}

/// The code of a step.
pub(crate) fn code(secret: &[u8], step: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash.last().copied().unwrap_or(0) & 0x0f);
    let four = hash.iter().skip(offset).take(4).fold(0_u32, |n, b| (n << 8) | u32::from(*b));
    format!("{:06}", (four & 0x7fff_ffff) % 1_000_000)
}

/// A secret as authenticators want it typed.
pub(crate) fn base32(secret: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in secret {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let five = usize::try_from((held >> bits) & 31).unwrap_or(0);
            text.push(char::from(LETTERS.get(five).copied().unwrap_or(b'A')));
        }
    }
    if bits > 0 {
        let five = usize::try_from((held << (5 - bits)) & 31).unwrap_or(0);
        text.push(char::from(LETTERS.get(five).copied().unwrap_or(b'A')));
    }
    text
}

/// The address an authenticator reads.
pub(crate) fn address(secret: &[u8], account: &str) -> String {
    let plain: String = account.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')).collect();
    format!("otpauth://totp/Watercourse:{plain}?secret={}&issuer=Watercourse", base32(secret))
}

#[cfg(test)]
mod tests {
    use super::{base32, code, step_of};

    /// The last six digits of the vectors in RFC 6238, appendix B.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, expected) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(code(secret, seconds / 30), expected, "{seconds}");
        }
        assert_eq!(step_of(secret, " 287 082 ", 59 + 30), Some(1), "the one before is taken");
        assert_eq!(step_of(secret, "287082", 59 + 90), None);
        assert_eq!(base32(secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
