//! Whether a message is from whom it says: HMAC-SHA256, compared in constant time.
//!
//! Two ways: Standard Webhooks 1.0.0 (`webhook-id`, `webhook-timestamp`, `webhook-signature`) signs id, time
//! and body; `X-Signature-256: sha256=HEX` (and `X-Hub-Signature-256`, which is the same) signs the body alone.

use crate::news::hex;
use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far the time of a message may be from ours, either way: five minutes, in seconds.
pub const TOLERANCE: i64 = 300;

/// How a message is signed.
#[derive(Debug, Clone, Copy)]
pub enum Signed<'a> {
    /// Standard Webhooks: id, seconds since 1970 and the list of signatures, as the headers have them.
    Standard {
        /// `webhook-id`.
        id: &'a str,
        /// `webhook-timestamp`.
        timestamp: &'a str,
        /// `webhook-signature`.
        signatures: &'a str,
    },
    /// The value of `X-Signature-256`.
    Body(&'a str),
}

/// A message that is not from whom it says, or cannot be told to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// The time is not a number.
    #[error("The header webhook-timestamp is not a number of seconds since 1970.")]
    Timestamp,
    /// Too old or from the future: perhaps a copy of an old message.
    #[error("The message is more than {TOLERANCE} seconds away from our time.")]
    Stale,
    /// No signature fits.
    #[error("No signature of the message fits the secret of this source.")]
    Wrong,
}

/// Checks a message. `now` is in seconds since 1970.
///
/// # Errors
/// When it is too old, too new, or no signature fits.
pub fn verify(secret: &Secret, signed: Signed<'_>, body: &[u8], now: i64) -> Result<(), BadSignature> {
    match signed {
        Signed::Standard { id, timestamp, signatures } => {
            let at: i64 = timestamp.trim().parse().map_err(|_| BadSignature::Timestamp)?;
            if now.abs_diff(at) > TOLERANCE.unsigned_abs() {
                return Err(BadSignature::Stale);
            }
            let tags = signatures.split_whitespace().filter_map(|s| s.strip_prefix("v1,"));
            let fits = |tag: Vec<u8>| begun(secret, id, timestamp.trim()).is_some_and(|m| ends(m, body, &tag));
            // During a change of secrets a sender signs with both, so any one will do.
            if tags.filter_map(|t| STANDARD.decode(t).ok()).any(fits) { Ok(()) } else { Err(BadSignature::Wrong) }
        }
        Signed::Body(value) => {
            let tag = unhex(value.trim().strip_prefix("sha256=").unwrap_or_default()).ok_or(BadSignature::Wrong)?;
            if mac(secret).is_some_and(|m| ends(m, body, &tag)) { Ok(()) } else { Err(BadSignature::Wrong) }
        }
    }
}

/// The `webhook-signature` of a message: what a sender puts there.
#[must_use]
pub fn sign_standard(secret: &Secret, id: &str, timestamp: i64, body: &[u8]) -> String {
    let tag = begun(secret, id, &timestamp.to_string()).map(|m| m.chain_update(body).finalize().into_bytes());
    format!("v1,{}", STANDARD.encode(tag.unwrap_or_default()))
}

/// The `X-Signature-256` of a message: what a sender puts there.
#[must_use]
pub fn sign_body(secret: &Secret, body: &[u8]) -> String {
    let tag = mac(secret).map(|m| m.chain_update(body).finalize().into_bytes());
    format!("sha256={}", hex(&tag.unwrap_or_default()))
}

/// HMAC takes a key of any length, so there always is one.
fn mac(secret: &Secret) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(secret.bytes()).ok()
}
fn begun(secret: &Secret, id: &str, timestamp: &str) -> Option<Hmac<Sha256>> {
    Some(mac(secret)?.chain_update(id).chain_update(".").chain_update(timestamp).chain_update("."))
}
/// Compares in constant time.
fn ends(mac: Hmac<Sha256>, body: &[u8], tag: &[u8]) -> bool {
    mac.chain_update(body).verify_slice(tag).is_ok()
}
fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{BadSignature, Signed, TOLERANCE, sign_body, sign_standard, verify};
    use crate::secret::{BadSecret, Secret};

    const NOW: i64 = 1_800_000_000;
    const BODY: &[u8] = br#"{"ref":"FEA-12"}"#;

    fn secret(text: &str) -> Secret {
        Secret::parse(text).unwrap()
    }

    #[test]
    fn the_published_example_of_standard_webhooks_holds() {
        // From the specification's reference libraries.
        let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = Signed::Standard {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: "1614265330",
            signatures: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        };
        assert_eq!(verify(&secret, signed, br#"{"test": 2432232314}"#, 1_614_265_330), Ok(()));
    }

    #[test]
    fn only_what_was_signed_with_the_secret_passes() {
        let ours = secret("a-secret-of-some-length-0001");
        let theirs = secret("a-secret-of-some-length-0002");
        let good = sign_standard(&ours, "m1", NOW, BODY);
        let stamp = NOW.to_string();
        let check = |id: &str, timestamp: &str, signatures: &str, body: &[u8]| {
            verify(&ours, Signed::Standard { id, timestamp, signatures }, body, NOW)
        };
        assert_eq!(check("m1", &stamp, &good, BODY), Ok(()));
        let both = format!("{} v1a,xyz {good}", sign_standard(&theirs, "m1", NOW, BODY));
        assert_eq!(check("m1", &stamp, &both, BODY), Ok(()), "one of several");
        for (id, at, signatures, body) in [
            ("m2", stamp.as_str(), good.as_str(), BODY),
            ("m1", &(NOW + 1).to_string(), &good, BODY),
            ("m1", &stamp, &sign_standard(&theirs, "m1", NOW, BODY), BODY),
            ("m1", &stamp, "v1,", BODY),
            ("m1", &stamp, "", BODY),
            ("m1", &stamp, &good, b"{}"),
        ] {
            assert_eq!(check(id, at, signatures, body), Err(BadSignature::Wrong), "{id} {at} {signatures}");
        }
        assert_eq!(check("m1", "yesterday", &good, BODY), Err(BadSignature::Timestamp));
        for away in [-TOLERANCE - 1, TOLERANCE + 1] {
            let signatures = sign_standard(&ours, "m1", NOW + away, BODY);
            assert_eq!(check("m1", &(NOW + away).to_string(), &signatures, BODY), Err(BadSignature::Stale));
        }
    }

    #[test]
    fn a_body_signature_holds_for_that_body_only() {
        let ours = secret("a-secret-of-some-length-0001");
        let good = sign_body(&ours, BODY);
        assert_eq!(verify(&ours, Signed::Body(&good), BODY, NOW), Ok(()));
        assert_eq!(verify(&ours, Signed::Body(&good), b"{}", NOW), Err(BadSignature::Wrong));
        for bad in ["", "sha256=", "sha256=zz", "sha256=0", "sha1=00", good.trim_start_matches("sha256=")] {
            assert_eq!(verify(&ours, Signed::Body(bad), BODY, NOW), Err(BadSignature::Wrong), "{bad}");
        }
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert_eq!(Secret::parse("short").err(), Some(BadSecret::Length(5)));
        assert_eq!(Secret::parse("whsec_!!!").err(), Some(BadSecret::Base64));
        assert_eq!(format!("{:?}", secret("a-secret-of-some-length-0001")), "Secret(…)");
    }
}
