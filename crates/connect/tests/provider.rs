//! What is believed of a provider, and what is not: a provider on loopback that says what each test wants.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use watercourse_connect::address::Permitted;
use watercourse_connect::outbound::Client;
use watercourse_connect::provider::{Claims, NoEntry, Party, Provider};

/// Makes an answer of the right claims.
type Makes = Box<dyn Fn(&Key, Value) -> Value>;

struct Key(EcdsaKeyPair);

impl Key {
    fn new() -> Self {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap())
    }
    fn public(&self) -> Value {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let b64 = |bytes| URL_SAFE_NO_PAD.encode(bytes);
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": "one", "alg": "ES256", "x": b64(x), "y": b64(y)})
    }
    fn token(&self, claims: &Value) -> String {
        let body = unsigned(&json!({"alg": "ES256", "kid": "one"}), claims);
        let signature = self.0.sign(&SystemRandom::new(), body.as_bytes()).unwrap();
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn unsigned(head: &Value, claims: &Value) -> String {
    let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    format!("{}.{}", part(head), part(claims))
}

/// A provider: what it answers at each path, and what it was sent last.
struct Fake {
    issuer: String,
    answers: Arc<Mutex<HashMap<String, (u16, String)>>>,
    sent: Arc<Mutex<HashMap<String, String>>>,
    key: Key,
}

impl Fake {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self { issuer, answers: Arc::default(), sent: Arc::default(), key: Key::new() };
        let at = |path: &str| format!("{}{path}", fake.issuer);
        fake.says(
            "/.well-known/openid-configuration",
            200,
            &json!({
                "issuer": fake.issuer, "authorization_endpoint": at("/auth"), "token_endpoint": at("/token"),
                "userinfo_endpoint": at("/me"), "jwks_uri": at("/keys"), "response_types_supported": ["code"],
                "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
            }),
        );
        fake.says("/keys", 200, &json!({"keys": [fake.key.public()]}));
        fake.says("/me", 200, &json!({"sub": "7", "groups": ["ops"], "email": "ada@example.org"}));
        let (answers, sent) = (Arc::clone(&fake.answers), Arc::clone(&fake.sent));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (mut request, mut bytes) = (String::new(), [0; 4096]);
                loop {
                    let read = stream.read(&mut bytes).await.unwrap();
                    request.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
                    let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
                    let length =
                        head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length:").map(str::to_owned));
                    if body.len() >= length.map_or(0, |l| l.trim().parse().unwrap()) {
                        break;
                    }
                }
                let path = request.split(' ').nth(1).unwrap().to_owned();
                let (status, body) = answers.lock().unwrap().get(&path).cloned().unwrap_or((404, "{}".to_owned()));
                sent.lock().unwrap().insert(path, request);
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nlocation: /elsewhere\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            }
        });
        fake
    }
    fn says(&self, path: &str, status: u16, body: &Value) {
        self.answers.lock().unwrap().insert(path.to_owned(), (status, body.to_string()));
    }
    fn party(&self) -> Party {
        Party {
            issuer: self.issuer.clone(),
            client: "watercourse".to_owned(),
            secret: Some("s3cret".to_owned()),
            scopes: vec!["groups".to_owned()],
            back: "http://localhost:8080/sign-in/back".to_owned(),
        }
    }
    /// Signs in with the ID token that is made of the right claims.
    async fn redeem(&self, token: impl Fn(&Key, Value) -> Value) -> Result<Claims, NoEntry> {
        let client = here();
        let provider = Provider::discover(&client, &self.issuer).await?;
        let begun = provider.begin(&self.party())?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({
            "iss": self.issuer, "sub": "7", "aud": "watercourse", "iat": now, "exp": now + 60,
            "nonce": begun.nonce, "name": "Ada", "deep": {"roles": ["a"]},
        });
        self.says("/token", 200, &token(&self.key, claims));
        provider.redeem(&client, &self.party(), "code 1".to_owned(), begun.verifier, begun.nonce).await
    }
}

fn here() -> Client {
    Client::new(Permitted::parse("127.0.0.1").unwrap())
}

fn tokens(id_token: &str) -> Value {
    json!({"access_token": "a", "token_type": "Bearer", "id_token": id_token})
}

#[tokio::test]
async fn the_right_token_gives_its_claims_and_those_of_userinfo() {
    let fake = Fake::start().await;
    let claims = fake.redeem(|key, claims| tokens(&key.token(&claims))).await.unwrap();
    assert_eq!(claims["sub"], "7");
    assert_eq!(claims["name"], "Ada");
    assert_eq!(claims["deep"], json!({"roles": ["a"]}));
    assert_eq!(claims["groups"], json!(["ops"]), "{claims:?}");
    let sent = fake.sent.lock().unwrap()["/token"].clone();
    assert!(sent.contains("code_verifier=") && sent.contains("grant_type=authorization_code"), "{sent}");
    assert!(sent.to_lowercase().contains("authorization: basic "), "the secret goes in the header: {sent}");
    assert!(!sent.contains("s3cret"), "{sent}");
}

#[tokio::test]
async fn the_browser_is_sent_with_a_challenge_that_the_verifier_answers() {
    let fake = Fake::start().await;
    let begun = Provider::discover(&here(), &fake.issuer).await.unwrap().begin(&fake.party()).unwrap();
    let url = url::Url::parse(&begun.url).unwrap();
    let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(asked["code_challenge"], URL_SAFE_NO_PAD.encode(Sha256::digest(begun.verifier.as_bytes())));
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!((&asked["state"], &asked["nonce"]), (&begun.state, &begun.nonce));
    assert_eq!(asked["scope"], "openid groups");
    assert_eq!(asked["redirect_uri"], fake.party().back);
}

#[tokio::test]
async fn a_token_that_proves_nothing_lets_nobody_in() {
    let fake = Fake::start().await;
    let with = |name: &'static str, value: Value| {
        move |key: &Key, mut claims: Value| {
            claims[name] = value.clone();
            tokens(&key.token(&claims))
        }
    };
    let wrong: Vec<(&str, Makes)> = vec![
        ("another nonce", Box::new(with("nonce", json!("other")))),
        ("no nonce", Box::new(with("nonce", Value::Null))),
        ("another audience", Box::new(with("aud", json!("another")))),
        ("one audience too many", Box::new(with("aud", json!(["watercourse", "another"])))),
        ("another issuer", Box::new(with("iss", json!("https://evil.example")))),
        ("it has ended", Box::new(with("exp", json!(1_000_000)))),
        ("the hash of another access token", Box::new(with("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")))),
        ("another subject than userinfo’s", Box::new(with("sub", json!("8")))),
        ("another key", Box::new(|_, claims| tokens(&Key::new().token(&claims)))),
        ("no signature", Box::new(|_, claims| tokens(&format!("{}.", unsigned(&json!({"alg": "none"}), &claims))))),
        (
            "a signature with what is public",
            Box::new(|key, claims| {
                let body = unsigned(&json!({"alg": "HS256", "kid": "one"}), &claims);
                let mac = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key.0.public_key().as_ref());
                let signature = URL_SAFE_NO_PAD.encode(ring::hmac::sign(&mac, body.as_bytes()));
                tokens(&format!("{body}.{signature}"))
            }),
        ),
        (
            "claims changed after they were signed",
            Box::new(|key, mut claims| {
                let signed = key.token(&claims);
                claims["sub"] = json!("1");
                let (head, signature) = (signed.split('.').next().unwrap(), signed.rsplit('.').next().unwrap());
                let body = URL_SAFE_NO_PAD.encode(claims.to_string());
                tokens(&format!("{head}.{body}.{signature}"))
            }),
        ),
        ("no ID token", Box::new(|_, _| json!({"access_token": "a", "token_type": "Bearer"}))),
        ("no token at all", Box::new(|_, _| tokens("x"))),
    ];
    for (what, token) in wrong {
        let came = fake.redeem(token).await;
        assert!(matches!(came, Err(NoEntry::Untrusted(_) | NoEntry::Refused(_))), "{what}: {came:?}");
    }
    assert!(fake.redeem(|key, claims| tokens(&key.token(&claims))).await.is_ok(), "the right one still does");
}

#[tokio::test]
async fn a_provider_that_is_not_what_it_says_is_refused() {
    let fake = Fake::start().await;
    let came = Provider::discover(&here(), "https://10.0.0.1/realm").await.unwrap_err();
    assert!(came.to_string().contains("a private network"), "{came}");
    for issuer in ["http://login.example.org", "ftp://127.0.0.1", "nonsense", "https://a.example/?x=1", ""] {
        let came = Provider::discover(&here(), issuer).await.unwrap_err();
        assert!(matches!(came, NoEntry::Issuer { .. }), "{issuer}: {came}");
    }
    let before = fake.answers.lock().unwrap().clone();
    let described = "/.well-known/openid-configuration";
    for (what, path, status, body) in [
        ("another issuer", described, 200, json!({"issuer": "https://evil.example"})),
        ("a redirect", described, 302, json!({})),
        ("no description", described, 404, json!({})),
        ("too much", described, 200, json!("x".repeat(70_000))),
        ("keys that are none", "/keys", 200, json!([])),
    ] {
        fake.says(path, status, &body);
        let came = Provider::discover(&here(), &fake.issuer).await;
        assert!(matches!(came, Err(NoEntry::Undescribed(_))), "{what}: {came:?}");
        fake.answers.lock().unwrap().clone_from(&before);
    }
    assert!(!fake.sent.lock().unwrap().contains_key("/elsewhere"), "redirects are not followed");
    let provider = Provider::discover(&here(), &fake.issuer).await.unwrap();
    fake.says("/token", 400, &json!({"error": "invalid_grant", "error_description": "grant request is invalid"}));
    let came = provider.redeem(&here(), &fake.party(), "x".into(), "v".into(), "n".into()).await.unwrap_err();
    assert!(came.to_string().contains("grant request is invalid"), "{came}");
}
