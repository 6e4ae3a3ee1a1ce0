//! Who comes in through the provider: known by issuer and subject, never by a name that somebody chose.

use super::claims::{Claims, display, groups, mail, name, roles, subject};
use super::settings::{ProviderSettings, no_provider, settings};
use crate::access::{Access, Permission};
use crate::accounts::{blank, make_person};
use crate::app::App;
use crate::audit::{Action, note};
use crate::context::Context;
use crate::entities::Tree;
use crate::error::AppError;
use crate::granting::reach_of;
use crate::items::boxed;
use crate::sign_in::secret;
use crate::signing_in::{Client, SignIn, acting};
use serde_json::json;
use std::sync::Arc;
use watercourse_core::id::AccountId;
use watercourse_core::time::Instant;
use watercourse_store::{Account, AccountSort, Conn, Granted, ROOT, SignInFlow, StoreError};

/// Who granted a role that a group of the provider gives.
const BY_PROVIDER: &str = "provider";
/// How long one may take at the provider.
const PATIENCE: i64 = 10 * 60 * 1_000_000;

/// A sign-in under way at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flow {
    /// What comes back with the browser.
    pub state: String,
    /// What the provider's answer must repeat.
    pub nonce: String,
    /// What proves that whoever began finishes.
    pub verifier: String,
    /// Where to go afterwards.
    pub next: String,
    /// Whether it is only tried out.
    pub trial: bool,
    /// Whoever was signed in and tries it out, or links their account.
    pub account: Option<AccountId>,
}

/// What would come of a sign-in.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// What the provider said.
    pub claims: Claims,
    /// The groups that were found in it.
    pub groups: Vec<String>,
    /// The roles they give, each with how far it reaches.
    pub roles: Vec<(String, String)>,
    /// The account, and whether it would be made; or why nobody would come in.
    pub account: Result<(String, bool), (String, String)>,
}

/// The account of whoever comes.
enum Comes {
    Known(Box<Account>),
    New { name: String },
}

impl App {
    /// Keeps a sign-in that was begun, for whichever node it comes back to.
    ///
    /// # Errors
    /// `TooMany` where one address begins very many; the store's.
    pub async fn begin_flow(&self, flow: Flow, client: &Client) -> Result<(), AppError> {
        self.count_visit("provider", client).await?;
        let state = secret::digest(&flow.state);
        let verifier = self.keys()?.seal(&place(&state), flow.verifier.as_bytes())?;
        let made = self.now();
        let Flow { nonce, next, trial, account, .. } = flow;
        let flow = Arc::new(SignInFlow { state, nonce, verifier, next, trial, account, made });
        let write = boxed(move |conn: &mut Conn| {
            let flow = Arc::clone(&flow);
            Box::pin(async move { Ok(conn.insert_flow(&flow).await?) })
        });
        self.store.write(write).await
    }

    /// Takes a sign-in that comes back: once, and not too late.
    ///
    /// # Errors
    /// `NotLetIn` where there is none.
    pub async fn end_flow(&self, state: &str) -> Result<Flow, AppError> {
        let (digest, now) = (secret::digest(state), self.now());
        let ask = Arc::new(digest.clone());
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move { Ok(conn.take_flow(&ask).await?) })
        });
        let found = self.store.write(write).await?.filter(|f| f.made.plus(PATIENCE) > now).ok_or_else(gone)?;
        let verifier = self.keys()?.unseal(&place(&digest), &found.verifier).map_err(|_| gone())?;
        Ok(Flow {
            state: state.to_owned(),
            nonce: found.nonce,
            verifier: String::from_utf8_lossy(&verifier).into_owned(),
            next: found.next,
            trial: found.trial,
            account: found.account,
        })
    }

    /// Lets somebody in of whom the provider says this. Whoever is new gets an account where a group of theirs has
    /// a role; what groups give is brought up to date.
    ///
    /// # Errors
    /// `NotLetIn` with the reason.
    pub async fn enter(&self, claims: Claims, client: &Client) -> Result<SignIn, AppError> {
        let who = subject(&claims).unwrap_or_default().to_owned();
        let (ask, now) = (Arc::new(claims), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move { entered(conn, &ask, now).await })
        });
        let came = match self.store.write(write.clone()).await {
            // Somebody who comes in twice at once is made once.
            Err(AppError::Store(StoreError::Conflict(_))) => self.store.write(write).await,
            other => other,
        };
        match came {
            Ok(account) => self.go_on(&account, client).await,
            Err(error) => {
                self.refused(&who, client).await?;
                Err(error)
            }
        }
    }

    /// What would come of a sign-in. Nothing is changed.
    ///
    /// # Errors
    /// `Denied`, or the store's.
    pub async fn try_provider(&self, access: &Access, claims: Claims) -> Result<Tried, AppError> {
        access.may_in(Permission::AccountKeep, ROOT)?;
        let mut conn = self.store.reader().await?;
        let settings = settings(&mut conn).await?.ok_or_else(no_provider)?;
        let account = match who(&mut conn, &settings, &claims).await {
            Ok(Comes::Known(account)) => Ok((account.name, false)),
            Ok(Comes::New { name }) => Ok((name, true)),
            Err(AppError::NotLetIn { wrong, right }) => Err((wrong, right)),
            Err(other) => return Err(other),
        };
        let (groups, roles) = (groups(&settings, &claims), roles(&settings, &claims));
        Ok(Tried { groups, roles, account, claims })
    }

    /// Links one's own account to whom the provider says one is.
    ///
    /// # Errors
    /// `NotLetIn` where that somebody has another account.
    pub async fn link(&self, ctx: &Context, claims: &Claims) -> Result<(), AppError> {
        let own = self.own(ctx).await?.id;
        let subject = subject(claims).ok_or_else(nobody)?.to_owned();
        let (ask, now) = (Arc::new((ctx.clone(), subject)), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                let (ctx, subject) = &*ask;
                let issuer = settings(conn).await?.ok_or_else(no_provider)?.issuer;
                if conn.account_of_provider(&issuer, subject).await?.is_some_and(|a| a.id != own) {
                    let right = "Sign in with that one, or take the link away there first.";
                    return Err(AppError::not_let_in("This is linked to another account already.".to_owned(), right));
                }
                let mut account = conn.account_by_id(own).await?.ok_or(AppError::NotSignedIn)?;
                account.provider = Some((issuer.clone(), subject.clone()));
                conn.put_account(&account).await?;
                let detail = json!({ "issuer": issuer, "subject": subject });
                note(conn, ctx, Action::AccountLinked, &own.to_string(), detail, now).await
            })
        });
        self.store.write(write).await
    }

    /// Takes the link of one's own account away, and what groups of the provider gave it.
    ///
    /// # Errors
    /// Where one could not sign in any more.
    pub async fn unlink(&self, ctx: &Context) -> Result<(), AppError> {
        let own = self.own(ctx).await?.id;
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ctx = Arc::clone(&ctx);
            Box::pin(async move {
                let mut account = conn.account_by_id(own).await?.ok_or(AppError::NotSignedIn)?;
                if account.password.is_none() {
                    let wrong = "You have no password: without the link you could not sign in any more.";
                    return Err(AppError::invalid("", wrong, "Choose a password first."));
                }
                account.provider = None;
                conn.put_account(&account).await?;
                conn.grant(own, BY_PROVIDER, &[]).await?;
                note(conn, &ctx, Action::AccountUnlinked, &own.to_string(), json!({}), now).await
            })
        });
        self.store.write(write).await
    }
}

fn place(state: &str) -> String {
    format!("sign_in_flow.verifier:{state}")
}

fn gone() -> AppError {
    let right = "Begin again at /sign-in.";
    AppError::not_let_in("This sign-in was not begun in this browser, took too long, or is done already.".into(), right)
}

fn nobody() -> AppError {
    AppError::not_let_in("The provider does not say who it is: there is no claim “sub”.".to_owned(), "")
}

/// Whose account it is, or would be.
async fn who(conn: &mut Conn, settings: &ProviderSettings, claims: &Claims) -> Result<Comes, AppError> {
    let subject = subject(claims).ok_or_else(nobody)?;
    if let Some(account) = conn.account_of_provider(&settings.issuer, subject).await? {
        if !account.active {
            let wrong = format!("The account “{}” has ended.", account.name);
            return Err(AppError::not_let_in(wrong, "An administrator can let it be used again."));
        }
        return Ok(Comes::Known(Box::new(account)));
    }
    let name = name(settings, claims)?;
    if conn.account_by_name(&name).await?.is_some() {
        let wrong = format!("There is an account “{name}” already, which is not linked to this sign-in.");
        return Err(AppError::not_let_in(wrong, "Sign in with its password, and link it at /account."));
    }
    if roles(settings, claims).is_empty() {
        let wrong = "None of your groups has a role here, so there is no account for you.".to_owned();
        return Err(AppError::not_let_in(wrong, "An administrator can give a group of yours a role."));
    }
    Ok(Comes::New { name })
}

async fn entered(conn: &mut Conn, claims: &Claims, now: Instant) -> Result<Account, AppError> {
    let settings = settings(conn).await?.ok_or_else(no_provider)?;
    let account = match who(conn, &settings, claims).await? {
        Comes::Known(account) => *account,
        Comes::New { name } => made(conn, &settings, claims, name, now).await?,
    };
    let tree = Tree::load(conn).await?;
    let known = conn.roles().await?;
    // A role or entity that was taken away gives nothing.
    let stands = |role: &str, scope: &str| known.iter().any(|r| r.id == role) && reach_of(scope, &tree, &[]).is_some();
    let gives: Vec<Granted> = roles(&settings, claims)
        .into_iter()
        .filter(|(role, scope)| stands(role, scope))
        .map(|(role, scope)| Granted { role, scope, source: BY_PROVIDER.to_owned() })
        .collect();
    let had = conn.granted_to(account.id).await?;
    let had: Vec<Granted> = had.into_iter().filter(|g| g.source == BY_PROVIDER).collect();
    if had != gives {
        conn.grant(account.id, BY_PROVIDER, &gives).await?;
        let words = |all: &[Granted]| all.iter().map(|g| format!("{} {}", g.role, g.scope)).collect::<Vec<_>>();
        let detail = json!({ "roles": words(&gives), "before": words(&had), "by": "provider" });
        note(conn, &acting(&account), Action::RoleGranted, &account.id.to_string(), detail, now).await?;
    }
    Ok(account)
}

/// A new account, and the person behind it where nobody has the handle yet.
async fn made(
    conn: &mut Conn,
    settings: &ProviderSettings,
    claims: &Claims,
    name: String,
    now: Instant,
) -> Result<Account, AppError> {
    let person = match conn.person_by_handle(&name).await? {
        Some(known) => known.id,
        None => {
            let entity = Tree::load(conn).await?.owner_of(&name);
            make_person(conn, &name, &display(claims), mail(claims), entity).await?
        }
    };
    let subject = subject(claims).ok_or_else(nobody)?.to_owned();
    let provider = Some((settings.issuer.clone(), subject.clone()));
    let account = Account { person: Some(person), provider, ..blank(name, AccountSort::Person, now) };
    conn.put_account(&account).await?;
    let detail = json!({ "sort": account.sort.id(), "person": person, "issuer": settings.issuer, "subject": subject });
    note(conn, &acting(&account), Action::AccountMade, &account.id.to_string(), detail, now).await?;
    Ok(account)
}
