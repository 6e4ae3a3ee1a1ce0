//! One's own account, and those one keeps.

use super::shell::Shell;
use super::verb_form::Said;
use askama::Template;

/// A session.
#[derive(Debug)]
pub struct SessionLine {
    /// Its digest.
    pub digest: String,
    /// The browser.
    pub about: String,
    /// Where it came from.
    pub address: String,
    /// When it was last used, in words.
    pub seen: String,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// A token.
#[derive(Debug)]
pub struct TokenLine {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it is narrowed to, in words.
    pub scopes: String,
    /// When it ends, in words.
    pub expires: String,
    /// When it was last used, in words.
    pub seen: String,
}

/// Something that is said this once.
#[derive(Debug)]
pub struct Told {
    /// What it is.
    pub what: String,
    /// The secrets.
    pub secrets: Vec<String>,
}

/// One's own account.
#[derive(Debug, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The name one signs in with.
    pub name: String,
    /// The roles, in words.
    pub roles: Vec<String>,
    /// The sessions.
    pub sessions: Vec<SessionLine>,
    /// The tokens.
    pub tokens: Vec<TokenLine>,
    /// Every permission: id and what it allows.
    pub permissions: Vec<(&'static str, &'static str)>,
    /// Whether there is a second factor.
    pub second_factor: bool,
    /// Recovery codes that are left.
    pub recovery_left: usize,
    /// A second factor that is being added: secret, address, ticket.
    pub enrolment: Option<(String, String, String)>,
    /// Something that is said this once.
    pub told: Option<Told>,
    /// Why something was not done.
    pub refusal: Option<Said>,
    /// What the sign-in provider is called; none where there is none.
    pub provider: Option<String>,
    /// Whether the account is linked to somebody there.
    pub linked: bool,
    /// What was done.
    pub done: &'static str,
}

/// An account one keeps.
#[derive(Debug)]
pub struct AccountLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// A person's or a service's.
    pub sort: &'static str,
    /// Where it stands: invited, active, ended.
    pub state: &'static str,
    /// Its roles, in words.
    pub roles: Vec<String>,
    /// Its roles as the form takes them, one a line.
    pub granted: String,
    /// Its tokens.
    pub tokens: Vec<TokenLine>,
    /// Whether it may be used.
    pub active: bool,
}

/// The accounts one keeps.
#[derive(Debug, Template)]
#[template(path = "accounts.html")]
pub struct AccountsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The accounts.
    pub accounts: Vec<AccountLine>,
    /// Every role: id and name.
    pub roles: Vec<(String, String)>,
    /// Something that is said this once.
    pub told: Option<Told>,
    /// Why something was not done.
    pub refusal: Option<Said>,
    /// What was done.
    pub done: &'static str,
}
