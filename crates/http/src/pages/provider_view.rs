//! The sign-in provider, as one page shows it.

use super::shell::Shell;
use super::verb_form::Said;
use askama::Template;

/// What came of trying it.
#[derive(Debug)]
pub struct TriedView {
    /// What would come of it, in a sentence.
    pub result: String,
    /// What would be right where nobody would come in; else empty.
    pub right: String,
    /// Whether somebody would come in.
    pub comes_in: bool,
    /// The groups that were found.
    pub groups: Vec<String>,
    /// The roles they give, with how far they reach.
    pub roles: Vec<String>,
    /// The claims, as JSON.
    pub claims: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "provider.html")]
pub struct ProviderPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Whether one is set.
    pub is_set: bool,
    /// The issuer.
    pub issuer: String,
    /// The id of the client.
    pub client: String,
    /// Whether its secret is known.
    pub has_secret: bool,
    /// What the button says.
    pub label: String,
    /// Scopes, with blanks between them.
    pub scopes: String,
    /// The claim that names the account.
    pub name_claim: String,
    /// The claim that lists groups.
    pub groups_claim: String,
    /// What groups give, one a line.
    pub roles: String,
    /// The address the provider has to know.
    pub back: String,
    /// Whether it can be tried out: whoever looks is signed in.
    pub can_try: bool,
    /// A key for the form.
    pub key: String,
    /// What came of trying it.
    pub tried: Option<TriedView>,
    /// Why something was not done.
    pub refusal: Option<Said>,
    /// What was done.
    pub done: &'static str,
}
