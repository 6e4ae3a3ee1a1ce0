//! Accounts, sessions and tokens, as they are kept.

use watercourse_core::id::{AccountId, PersonId};
use watercourse_core::time::Instant;

/// What an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountSort {
    /// A person's, who signs in.
    Person,
    /// A program's, which brings tokens.
    Service,
}

impl AccountSort {
    /// As it is kept.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "service",
        }
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name one signs in with.
    pub name: String,
    /// A person's or a service's.
    pub sort: AccountSort,
    /// The person.
    pub person: Option<PersonId>,
    /// Argon2id in PHC form.
    pub password: Option<String>,
    /// The sealed secret of the second factor.
    pub totp: Option<String>,
    /// The last time step a code of was used.
    pub totp_step: i64,
    /// SHA-256 of the recovery codes that are left.
    pub recovery: Vec<String>,
    /// SHA-256 of the code with which the first password is chosen.
    pub invitation: Option<String>,
    /// Until when that code is good.
    pub invited_until: Option<Instant>,
    /// Issuer and subject at the sign-in provider.
    pub provider: Option<(String, String)>,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: Instant,
}

/// Somebody who is signed in with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's value.
    pub digest: String,
    /// Whose it is.
    pub account: AccountId,
    /// When it began.
    pub created: Instant,
    /// When it was last used, to the minute.
    pub seen: Instant,
    /// When it ends, whatever happens.
    pub ends: Instant,
    /// The browser, as it calls itself.
    pub about: String,
    /// Where it came from.
    pub address: String,
}

/// What a program brings to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: uuid::Uuid,
    /// SHA-256 of it.
    pub digest: String,
    /// Whose it is.
    pub account: AccountId,
    /// What it is for.
    pub name: String,
    /// Ids of permissions it is narrowed to; empty: all the account has.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: Instant,
    /// When it ends.
    pub expires: Option<Instant>,
    /// When it was last used, to the minute.
    pub seen: Option<Instant>,
}

/// A sign-in under way at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInFlow {
    /// SHA-256 of the state.
    pub state: String,
    /// What the provider's answer must repeat.
    pub nonce: String,
    /// What proves that whoever began finishes; sealed.
    pub verifier: String,
    /// Where to go afterwards.
    pub next: String,
    /// Whether it is only tried out.
    pub trial: bool,
    /// Whoever was signed in and tries it out, or links their account.
    pub account: Option<AccountId>,
    /// When it began.
    pub made: Instant,
}
