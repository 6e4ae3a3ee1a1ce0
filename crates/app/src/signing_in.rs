//! Signing in and out, and finding out who asks.

use crate::access::Permission;
use crate::app::App;
use crate::audit::{Action, note};
use crate::context::Context;
use crate::error::AppError;
use crate::granting::SignedIn;
use crate::items::boxed;
use crate::sign_in::{password, secret, totp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;
use watercourse_core::actor::Actor;
use watercourse_core::id::AccountId;
use watercourse_core::time::Instant;
use watercourse_store::{Account, AccountSort, Conn, Session};

const MINUTE: i64 = 60_000_000;
/// A session that is not used ends after this.
const IDLE: i64 = 30 * MINUTE;
/// A session ends after this, whatever happens.
const LONGEST: i64 = 12 * 60 * MINUTE;
/// How long one has for the second factor.
const FOR_THE_CODE: i64 = 5 * MINUTE;
/// Tries that fail count for so long.
const COUNTED: i64 = 15 * MINUTE;
/// How many may fail in that time: for one account from one address, for one address, for one account.
const MOST: [i64; 3] = [10, 100, 100];
/// How often one address may go to the provider in that time: a whole house may stand behind one.
const VISITS: i64 = 1000;

/// What somebody brings to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presented {
    /// The cookie of a session.
    Session(String),
    /// A token.
    Token(String),
}

/// With what somebody was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A session, by its digest.
    Session(String),
    /// A token, by its id.
    Token(Uuid),
}

/// Somebody who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who it is.
    pub who: SignedIn,
    /// The name of the account.
    pub name: String,
    /// With what.
    pub with: Credential,
}

/// Where somebody asks from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Client {
    /// The address.
    pub address: String,
    /// The browser, as it calls itself.
    pub about: String,
}

/// How far signing in has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// All the way: the value of the cookie.
    Done(String),
    /// It is known who it is, and a code is to be given with this ticket.
    NeedsCode(String),
}

/// It is known who it is: what is sealed into the ticket.
#[derive(Serialize, Deserialize)]
struct Ticket {
    account: AccountId,
    until: i64,
    /// A digest of the hash that was right: the ticket ends with the password.
    password: String,
}

impl App {
    /// Who brings this; nobody where it is not known, has ended, or belongs to an account that is not active.
    ///
    /// # Errors
    /// The store's.
    pub async fn identify(&self, presented: &Presented) -> Result<Option<Identity>, AppError> {
        let now = self.now();
        match presented {
            Presented::Session(cookie) => {
                let digest = secret::digest(cookie);
                let Some((session, account)) = self.store.reader().await?.session_of(&digest).await? else {
                    return Ok(None);
                };
                if session.ends <= now || session.seen.plus(IDLE) <= now {
                    return Ok(None);
                }
                if session.seen.plus(MINUTE) <= now {
                    let digest = digest.clone();
                    self.in_passing(boxed(move |conn: &mut Conn| {
                        let digest = digest.clone();
                        Box::pin(async move { Ok(conn.see_session(&digest, now).await?) })
                    }));
                }
                Ok(Some(identity(account, Credential::Session(digest), &[])))
            }
            Presented::Token(text) if secret::is_token(text) => {
                let Some((token, account)) = self.store.reader().await?.token_of(&secret::digest(text)).await? else {
                    return Ok(None);
                };
                if token.expires.is_some_and(|at| at <= now) {
                    return Ok(None);
                }
                if token.seen.is_none_or(|seen| seen.plus(MINUTE) <= now) {
                    let id = token.id;
                    self.in_passing(boxed(move |conn: &mut Conn| {
                        Box::pin(async move { Ok(conn.see_token(id, now).await?) })
                    }));
                }
                Ok(Some(identity(account, Credential::Token(token.id), &token.scopes)))
            }
            Presented::Token(_) => Ok(None),
        }
    }

    /// Writes something that nobody waits for, and that may be lost.
    fn in_passing<F>(&self, write: F)
    where
        F: watercourse_store::Act<(), AppError>,
    {
        let store = self.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.write(write).await {
                tracing::warn!(%error, "when a session or token was last used could not be written down");
            }
        });
    }

    /// Signs in with name and password.
    ///
    /// # Errors
    /// `NotSignedIn` without saying which of the two was wrong; `TooMany` after too many tries.
    pub async fn sign_in(&self, name: &str, password: &str, client: &Client) -> Result<SignIn, AppError> {
        let name = name.trim().to_lowercase();
        self.count_try(&name, client).await?;
        let account = self.store.reader().await?.account_by_name(&name).await?;
        let account = account.filter(|a| a.active && a.sort == AccountSort::Person);
        let kept = account.as_ref().and_then(|a| a.password.clone());
        let short: String = password.chars().take(1024).collect();
        let right = password::is_right(short, kept).await;
        let Some(account) = account.filter(|_| right) else {
            self.refused(&name, client).await?;
            return Err(AppError::NotSignedIn);
        };
        self.go_on(&account, client).await
    }

    /// What comes once it is known who it is: the second factor where there is one, else a session.
    pub(crate) async fn go_on(&self, account: &Account, client: &Client) -> Result<SignIn, AppError> {
        if account.totp.is_some() {
            let until = self.now().plus(FOR_THE_CODE).micros();
            let ticket = serde_json::to_vec(&Ticket { account: account.id, until, password: of_password(account) })
                .unwrap_or_default();
            return Ok(SignIn::NeedsCode(self.keys()?.seal("sign-in ticket", &ticket)?));
        }
        Ok(SignIn::Done(self.begin_session(account, client).await?))
    }

    /// Gives the second factor: a code of the authenticator, or one of the recovery codes.
    ///
    /// # Errors
    /// `NotSignedIn` where ticket or code is not right any more; `TooMany` after too many tries.
    pub async fn give_code(&self, ticket: &str, code: &str, client: &Client) -> Result<String, AppError> {
        let plain = self.keys()?.unseal("sign-in ticket", ticket).map_err(|_| AppError::NotSignedIn)?;
        let ticket: Ticket = serde_json::from_slice(&plain).map_err(|_| AppError::NotSignedIn)?;
        if ticket.until < self.now().micros() {
            return Err(AppError::NotSignedIn);
        }
        let account = self.store.reader().await?.account_by_id(ticket.account).await?;
        let account = account.filter(|a| a.active && of_password(a) == ticket.password).ok_or(AppError::NotSignedIn)?;
        self.count_try(&account.name, client).await?;
        if !self.second_factor(&account, code).await? {
            self.refused(&account.name, client).await?;
            return Err(AppError::NotSignedIn);
        }
        self.begin_session(&account, client).await
    }

    /// Notes that somebody was not let in.
    pub(crate) async fn refused(&self, name: &str, client: &Client) -> Result<(), AppError> {
        tracing::warn!(account = %shown(name), address = %client.address, "a sign-in was refused");
        let (detail, now) = (Arc::new(json!({ "address": client.address })), self.now());
        let name = Arc::new(shown(name));
        let write = boxed(move |conn: &mut Conn| {
            let (detail, name) = (Arc::clone(&detail), Arc::clone(&name));
            Box::pin(async move {
                let ctx = Context::of(Actor::Rule("sign-in".to_owned()));
                note(conn, &ctx, Action::SigninRefused, &name, (*detail).clone(), now).await
            })
        });
        self.store.write(write).await
    }

    /// Whether a code is right, and uses it up.
    pub(crate) async fn second_factor(&self, account: &Account, code: &str) -> Result<bool, AppError> {
        let Some(sealed) = &account.totp else { return Ok(false) };
        let secret = self.keys()?.unseal(&totp_place(account.id), sealed)?;
        let id = account.id;
        if let Some(step) = totp::step_of(&secret, code, self.now().micros() / 1_000_000) {
            let write = boxed(move |conn: &mut Conn| Box::pin(async move { Ok(conn.use_totp_step(id, step).await?) }));
            return self.store.write(write).await;
        }
        let digest = secret::digest(&secret::typed(code));
        if !account.recovery.contains(&digest) {
            return Ok(false);
        }
        let digest = Arc::new(digest);
        let write = boxed(move |conn: &mut Conn| {
            let digest = Arc::clone(&digest);
            Box::pin(async move {
                let Some(mut account) = conn.account_by_id(id).await? else { return Ok(false) };
                let before = account.recovery.len();
                account.recovery.retain(|left| *left != *digest);
                let used = account.recovery.len() < before;
                conn.put_account(&account).await?;
                Ok(used)
            })
        });
        self.store.write(write).await
    }

    /// Begins a session; the value of its cookie. Tries that failed are forgiven.
    pub(crate) async fn begin_session(&self, account: &Account, client: &Client) -> Result<String, AppError> {
        let cookie = secret::fresh()?;
        let now = self.now();
        let session = Arc::new(Session {
            digest: secret::digest(&cookie),
            account: account.id,
            created: now,
            seen: now,
            ends: now.plus(LONGEST),
            about: client.about.chars().take(200).collect(),
            address: client.address.chars().take(60).collect(),
        });
        let ask = Arc::new((counted_for(&account.name, client)[0].clone(), acting(account)));
        let write = boxed(move |conn: &mut Conn| {
            let (session, ask) = (Arc::clone(&session), Arc::clone(&ask));
            Box::pin(async move {
                let (pair, who) = &*ask;
                conn.forgive(pair).await?;
                conn.insert_session(&session).await?;
                let detail = json!({ "address": session.address });
                note(conn, who, Action::SignedIn, &session.account.to_string(), detail, now).await
            })
        });
        self.store.write(write).await?;
        tracing::info!(account = %shown(&account.name), address = %client.address, "signed in");
        Ok(cookie)
    }

    /// Ends the session of a cookie.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_out(&self, cookie: &str) -> Result<(), AppError> {
        let (digest, now) = (Arc::new(secret::digest(cookie)), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let digest = Arc::clone(&digest);
            Box::pin(async move {
                if let Some((session, account)) = conn.session_of(&digest).await? {
                    conn.end_session(session.account, &digest).await?;
                    let object = session.account.to_string();
                    note(conn, &acting(&account), Action::SignedOut, &object, json!({}), now).await?;
                }
                Ok(())
            })
        });
        self.store.write(write).await
    }

    /// Counts a try before it is made, so that many at once count as many. Refuses where too many failed.
    pub(crate) async fn count_try(&self, name: &str, client: &Client) -> Result<(), AppError> {
        self.count_all(counted_for(name, client).into_iter().zip(MOST).collect()).await
    }

    /// Counts that an address comes by, where nothing is tried that could fail.
    pub(crate) async fn count_visit(&self, what: &str, client: &Client) -> Result<(), AppError> {
        self.count_all(vec![(format!("{what}:{}", client.address), VISITS)]).await
    }

    async fn count_all(&self, whom: Vec<(String, i64)>) -> Result<(), AppError> {
        let (who, now) = (Arc::new(whom), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let who = Arc::clone(&who);
            Box::pin(async move {
                for (one, most) in who.iter() {
                    let most = *most;
                    let (tries, last) = conn.attempts(one, now.plus(-COUNTED)).await?;
                    if tries >= most {
                        // The longer it goes on, the longer one waits, up to a minute at a time.
                        let pause = MINUTE.min(1_000_000 << (tries - most).clamp(0, 6));
                        let wait = last.plus(pause.max(10_000_000)).micros() - now.micros();
                        if wait > 0 || tries >= most * 2 {
                            return Err(AppError::TooMany(wait.max(MINUTE) / 1_000_000));
                        }
                    }
                }
                for (one, _) in who.iter() {
                    conn.insert_attempt(one, now).await?;
                }
                Ok(())
            })
        });
        self.store.write(write).await
    }

    /// Forgets sessions that ended and tries that no longer count.
    pub(crate) async fn forget_sign_ins(&self, now: Instant) {
        let write = boxed(move |conn: &mut Conn| {
            Box::pin(async move { Ok(conn.forget_sign_ins(now, now.plus(-COUNTED)).await?) })
        });
        if let Err(error) = self.store.write(write).await {
            tracing::warn!(%error, "old sessions could not be forgotten");
        }
    }
}

fn of_password(account: &Account) -> String {
    secret::digest(account.password.as_deref().unwrap_or_default())
}

/// What a try is counted for: the account from this address, the address, the account.
fn counted_for(name: &str, client: &Client) -> [String; 3] {
    let name = shown(name);
    let address = &client.address;
    [format!("{name}@{address}"), format!("address:{address}"), format!("account:{name}")]
}

/// A name as it may stand in a log: short and in one line.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Where the secret of a second factor is sealed for.
pub(crate) fn totp_place(account: AccountId) -> String {
    format!("account.totp:{account}")
}

/// An account as whoever acts.
pub(crate) fn acting(account: &Account) -> Context {
    Context::of(identity(account.clone(), Credential::Session(String::new()), &[]).who.actor)
}

fn identity(account: Account, with: Credential, scopes: &[String]) -> Identity {
    let actor = match (account.sort, account.person) {
        (AccountSort::Person, Some(person)) => Actor::Person(person),
        _ => Actor::Integration(account.name.clone()),
    };
    let scopes = (!scopes.is_empty()).then(|| scopes.iter().filter_map(|s| Permission::named(s)).collect());
    Identity { who: SignedIn { account: account.id, actor, person: account.person, scopes }, name: account.name, with }
}
