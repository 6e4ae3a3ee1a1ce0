//! Keeping accounts: the first administrator, invitations, passwords, second factors, and the end of all of them.

use crate::access::{Access, Permission, Reach};
use crate::app::App;
use crate::audit::{Action, note};
use crate::context::Context;
use crate::entities::Tree;
use crate::error::AppError;
use crate::items::{boxed, keep_answer};
use crate::roles::BY_HAND;
use crate::sign_in::{password, secret, totp};
use crate::signing_in::{Client, acting, totp_place};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;
use watercourse_core::id::{AccountId, PersonId};
use watercourse_core::time::Instant;
use watercourse_store::{Account, AccountSort, Conn, Granted, Person, ROOT, Session, Token};

const HOUR: i64 = 3_600_000_000;
/// How long the code for the first administrator is good.
const FIRST_CODE: i64 = 24 * HOUR;
/// How long an invitation is good.
const INVITATION: i64 = 72 * HOUR;
/// Where the code for the first administrator is kept.
const FIRST: &str = "first-code";
/// Recovery codes that are made at once.
const RECOVERY_CODES: usize = 10;

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The name one signs in with.
    pub name: String,
    /// A person's or a service's.
    pub sort: AccountSort,
    /// The person, by handle or id; for a person's account the one whose handle is its name, who is made where
    /// nobody has it.
    pub person: Option<String>,
    /// What people call them.
    pub display: String,
}

/// An account with what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Its roles.
    pub granted: Vec<Granted>,
    /// Its tokens, the youngest first.
    pub tokens: Vec<Token>,
}

/// What an authenticator is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret as it is typed.
    pub secret: String,
    /// The address an authenticator reads.
    pub address: String,
    /// The secret, sealed, to be sent back with the first code.
    pub ticket: String,
}

#[derive(Serialize, Deserialize)]
struct FirstCode {
    digest: String,
    until: i64,
}

impl App {
    /// A new code with which the first administrator is made, while there is no account at all.
    ///
    /// # Errors
    /// The store's.
    pub async fn first_code(&self) -> Result<Option<String>, AppError> {
        let code = secret::fresh_code()?;
        let now = self.now();
        let kept = FirstCode { digest: secret::digest(&code), until: now.plus(FIRST_CODE).micros() };
        let kept = Arc::new(serde_json::to_string(&kept).unwrap_or_default());
        let write = boxed(move |conn: &mut Conn| {
            let kept = Arc::clone(&kept);
            Box::pin(async move {
                if conn.has_accounts().await? {
                    return Ok(false);
                }
                conn.put_setting(FIRST, &kept, now).await?;
                Ok(true)
            })
        });
        Ok(self.store.write(write).await?.then_some(code))
    }

    /// Whether the first administrator is still to be made.
    ///
    /// # Errors
    /// The store's.
    pub async fn awaits_first(&self) -> Result<bool, AppError> {
        Ok(!self.store.reader().await?.has_accounts().await?)
    }

    /// Makes the first administrator; the cookie of their session.
    ///
    /// # Errors
    /// `NotSignedIn` where the code is not right any more; what is wrong with name or password.
    pub async fn make_first(
        &self,
        code: &str,
        name: &str,
        display: &str,
        password: String,
        client: &Client,
    ) -> Result<String, AppError> {
        let name = name.trim().to_lowercase();
        self.count_try("the first code", client).await?;
        crate::organisation::label("/name", &name)?;
        password::fits(&password, &name)?;
        let hash = password::hashed(password).await?;
        let now = self.now();
        let account = Account { password: Some(hash), ..blank(name, AccountSort::Person, now) };
        let ask = Arc::new((account, display.trim().to_owned(), secret::digest(&secret::typed(code))));
        self.seed_roles().await?;
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move { first_in(conn, &ask.0, &ask.1, &ask.2, now).await })
        });
        let account = self.store.write(write).await?;
        self.begin_session(&account, client).await
    }

    /// The accounts one keeps, by name.
    ///
    /// # Errors
    /// `Denied`, or the store's.
    pub async fn accounts(&self, access: &Access) -> Result<Vec<Account>, AppError> {
        access.may(Permission::AccountKeep)?;
        kept_by(&mut self.store.reader().await?, access).await
    }

    /// The accounts one keeps, by name, each with its roles and tokens.
    ///
    /// # Errors
    /// `Denied`, or the store's.
    pub async fn accounts_with_all(&self, access: &Access) -> Result<Vec<AccountView>, AppError> {
        access.may(Permission::AccountKeep)?;
        let mut conn = self.store.reader().await?;
        let (mut granted, mut tokens) = (HashMap::<_, Vec<Granted>>::new(), HashMap::<_, Vec<Token>>::new());
        for (account, one) in conn.granted().await? {
            granted.entry(account).or_default().push(one);
        }
        for token in conn.tokens().await? {
            tokens.entry(token.account).or_default().push(token);
        }
        let accounts = kept_by(&mut conn, access).await?.into_iter();
        Ok(accounts
            .map(|account| AccountView {
                granted: granted.remove(&account.id).unwrap_or_default(),
                tokens: tokens.remove(&account.id).unwrap_or_default(),
                account,
            })
            .collect())
    }

    /// An account one keeps, or one's own, by name or id.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub async fn account(&self, access: &Access, named: &str) -> Result<Account, AppError> {
        self.account_in(&mut self.store.reader().await?, access, named).await
    }

    pub(crate) async fn account_in(&self, conn: &mut Conn, access: &Access, named: &str) -> Result<Account, AppError> {
        let found = match named.parse::<AccountId>() {
            Ok(id) => conn.account_by_id(id).await?,
            Err(_) => conn.account_by_name(&named.trim().to_lowercase()).await?,
        };
        if let Some(account) = found
            && (access.account == Some(account.id) || keeps(conn, access, &account).await?)
        {
            return Ok(account);
        }
        let shown: String = named.chars().take(60).collect();
        Err(AppError::not_found(format!("account “{shown}”"), "The list of accounts tells which there are."))
    }

    /// Makes an account; for a person's, the code with which they choose their password.
    ///
    /// # Errors
    /// `Denied`; or when the name is off or taken.
    pub async fn add_account(&self, ctx: &Context, new: NewAccount) -> Result<(Account, Option<String>), AppError> {
        ctx.access.may(Permission::AccountKeep)?;
        crate::organisation::label("/name", &new.name)?;
        let code = match new.sort {
            AccountSort::Person => Some(secret::fresh_code()?),
            AccountSort::Service => None,
        };
        let invitation = code.as_deref().map(secret::digest);
        let (app, now) = (self.clone(), self.now());
        let ask = Arc::new((ctx.clone(), new, invitation));
        let write = boxed(move |conn: &mut Conn| {
            let (app, ask) = (app.clone(), Arc::clone(&ask));
            Box::pin(async move {
                let (ctx, new, invitation) = &*ask;
                let person = app.person_for(conn, ctx, new).await?;
                let account = Account {
                    person,
                    invited_until: invitation.is_some().then(|| now.plus(INVITATION)),
                    invitation: invitation.clone(),
                    ..blank(new.name.clone(), new.sort, now)
                };
                if conn.account_by_name(&new.name).await?.is_some() {
                    let wrong = format!("There is an account “{}” already.", new.name);
                    return Err(AppError::invalid("/name", wrong, "Take another name."));
                }
                conn.put_account(&account).await?;
                let detail = json!({ "sort": account.sort.id(), "person": account.person });
                note(conn, ctx, Action::AccountMade, &account.id.to_string(), detail, now).await?;
                keep_answer(conn, ctx, || json!(account.id).to_string(), now).await?;
                Ok(account)
            })
        });
        Ok((self.store.write(write).await?, code))
    }

    /// The person an account is for, who is made where nobody has the handle yet.
    async fn person_for(&self, conn: &mut Conn, ctx: &Context, new: &NewAccount) -> Result<Option<PersonId>, AppError> {
        if new.sort == AccountSort::Service {
            ctx.access.may_in(Permission::AccountKeep, ROOT)?;
            return Ok(None);
        }
        if let Some(named) = &new.person {
            let id = self.somebody(conn, &ctx.access, named).await?;
            let entity = conn.person_by_id(id).await?.map_or_else(|| ROOT.to_owned(), |p| p.entity);
            ctx.access.may_in(Permission::AccountKeep, &entity)?;
            return Ok(Some(id));
        }
        let entity = match conn.person_by_handle(&new.name).await? {
            Some(known) => {
                ctx.access.may_in(Permission::AccountKeep, &known.entity)?;
                return Ok(Some(known.id));
            }
            None => Tree::load(conn).await?.owner_of(&new.name),
        };
        ctx.access.may_in(Permission::AccountKeep, &entity)?;
        Ok(Some(make_person(conn, &new.name, &new.display, None, entity).await?))
    }

    /// A new invitation: a code with which somebody chooses a password, in place of the one they have.
    ///
    /// # Errors
    /// `Denied`, `NotFound`, or where the account is a service's.
    pub async fn invite(&self, ctx: &Context, named: &str) -> Result<String, AppError> {
        ctx.access.may(Permission::AccountKeep)?;
        let code = secret::fresh_code()?;
        let digest = secret::digest(&code);
        let until = self.now().plus(INVITATION);
        self.change_account(ctx, named, Action::AccountChanged, move |account| {
            if account.sort == AccountSort::Service {
                return Err(AppError::invalid("", "A service has no password.", "Make a token for it."));
            }
            account.invitation = Some(digest.clone());
            account.invited_until = Some(until);
            Ok(())
        })
        .await?;
        Ok(code)
    }

    /// Chooses a password with the code of an invitation; the cookie of the session that begins.
    ///
    /// # Errors
    /// `NotSignedIn` where the code is not right any more; what is wrong with the password.
    pub async fn accept(&self, code: &str, password: String, client: &Client) -> Result<String, AppError> {
        self.count_try("an invitation", client).await?;
        let digest = secret::digest(&secret::typed(code));
        let account = self.store.reader().await?.account_invited(&digest).await?;
        let now = self.now();
        let account = account
            .filter(|a| a.active && a.invited_until.is_some_and(|until| until > now))
            .ok_or(AppError::NotSignedIn)?;
        password::fits(&password, &account.name)?;
        let hash = password::hashed(password).await?;
        let ask = Arc::new((digest, hash));
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                let mut account = conn.account_invited(&ask.0).await?.ok_or(AppError::NotSignedIn)?;
                account.password = Some(ask.1.clone());
                account.invitation = None;
                account.invited_until = None;
                conn.put_account(&account).await?;
                conn.end_sessions(account.id, "").await?;
                noted_by(conn, &account, Action::PasswordSet, now).await?;
                Ok(account)
            })
        });
        let account = self.store.write(write).await?;
        self.begin_session(&account, client).await
    }

    /// Lets an account be used, or ends everything it has at once: sessions, tokens, open connections.
    ///
    /// # Errors
    /// `Denied`, `NotFound`, or where one would lock oneself out.
    pub async fn set_active(&self, ctx: &Context, named: &str, active: bool) -> Result<Account, AppError> {
        ctx.access.may(Permission::AccountKeep)?;
        let own = ctx.access.account;
        let action = if active { Action::AccountActivated } else { Action::AccountDeactivated };
        let account = self
            .change_account(ctx, named, action, move |account| {
                if own == Some(account.id) && !active {
                    let right = "Ask another administrator.";
                    return Err(AppError::invalid("", "You would lock yourself out.", right));
                }
                account.active = active;
                Ok(())
            })
            .await?;
        if !active {
            let id = account.id;
            let write = boxed(move |conn: &mut Conn| {
                Box::pin(async move {
                    conn.end_sessions(id, "").await?;
                    Ok(conn.delete_tokens(id).await?)
                })
            });
            self.store.write(write).await?;
        }
        Ok(account)
    }

    /// Changes one's own password. All other sessions end.
    ///
    /// # Errors
    /// `NotSignedIn` where the present password is not right; what is wrong with the new one.
    pub async fn change_password(
        &self,
        ctx: &Context,
        before: String,
        after: String,
        session: &str,
    ) -> Result<(), AppError> {
        let account = self.own(ctx).await?;
        self.count_try(&account.name, &Client::default()).await?;
        if account.password.is_some() && !password::is_right(before, account.password.clone()).await {
            return Err(AppError::NotSignedIn);
        }
        password::fits(&after, &account.name)?;
        let ask = Arc::new((password::hashed(after).await?, session.to_owned()));
        let (id, now) = (account.id, self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                let mut account = conn.account_by_id(id).await?.ok_or(AppError::NotSignedIn)?;
                account.password = Some(ask.0.clone());
                conn.put_account(&account).await?;
                conn.end_sessions(id, &ask.1).await?;
                noted_by(conn, &account, Action::PasswordSet, now).await
            })
        });
        self.store.write(write).await
    }

    /// Begins to add a second factor to one's own account: nothing is kept until its first code is given.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn begin_second_factor(&self, access: &Access) -> Result<Enrolment, AppError> {
        let account = self.own_of(access).await?;
        let secret = crate::keys::random32()?;
        let secret = secret.get(..20).unwrap_or_default();
        Ok(Enrolment {
            secret: totp::base32(secret),
            address: totp::address(secret, &account.name),
            ticket: self.keys()?.seal(&format!("enrolment:{}", account.id), secret)?,
        })
    }

    /// Adds the second factor; ten recovery codes, each good once.
    ///
    /// # Errors
    /// `NotSignedIn` where password or code is not right.
    pub async fn add_second_factor(
        &self,
        ctx: &Context,
        password: String,
        ticket: &str,
        code: &str,
    ) -> Result<Vec<String>, AppError> {
        let account = self.own(ctx).await?;
        self.count_try(&account.name, &Client::default()).await?;
        let place = format!("enrolment:{}", account.id);
        let secret = self.keys()?.unseal(&place, ticket).map_err(|_| AppError::NotSignedIn)?;
        let step = totp::step_of(&secret, code, self.now().micros() / 1_000_000).ok_or(AppError::NotSignedIn)?;
        if account.password.is_some() && !password::is_right(password, account.password.clone()).await {
            return Err(AppError::NotSignedIn);
        }
        let codes = (0..RECOVERY_CODES).map(|_| secret::fresh_code()).collect::<Result<Vec<_>, _>>()?;
        let sealed = self.keys()?.seal(&totp_place(account.id), &secret)?;
        let digests: Vec<String> = codes.iter().map(|c| secret::digest(c)).collect();
        self.change_own(account.id, Action::FactorSet, move |account| {
            account.totp = Some(sealed.clone());
            account.totp_step = step;
            account.recovery.clone_from(&digests);
        })
        .await?;
        Ok(codes)
    }

    /// Takes the second factor away.
    ///
    /// # Errors
    /// `NotSignedIn` where the password is not right.
    pub async fn remove_second_factor(&self, ctx: &Context, password: String) -> Result<(), AppError> {
        let account = self.own(ctx).await?;
        self.count_try(&account.name, &Client::default()).await?;
        if !password::is_right(password, account.password.clone()).await {
            return Err(AppError::NotSignedIn);
        }
        self.change_own(account.id, Action::FactorRemoved, |account| {
            account.totp = None;
            account.recovery = Vec::new();
        })
        .await
    }

    /// The sessions of one's own account, the last used first.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn sessions(&self, access: &Access) -> Result<Vec<Session>, AppError> {
        let account = self.own_of(access).await?;
        Ok(self.store.reader().await?.sessions_of(account.id).await?)
    }

    /// Ends one of one's own sessions, or all but one.
    ///
    /// # Errors
    /// `NotFound` where there is no such session.
    pub async fn end_session(&self, ctx: &Context, digest: Option<&str>, but: &str) -> Result<(), AppError> {
        let (account, now) = (self.own(ctx).await?.id, self.now());
        let ask = Arc::new((digest.map(str::to_owned), but.to_owned(), ctx.clone()));
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                match &ask.0 {
                    None => conn.end_sessions(account, &ask.1).await.map(|_| ())?,
                    Some(digest) if conn.end_session(account, digest).await? => {}
                    Some(_) => return Err(AppError::not_found("such session", "It has ended already.")),
                }
                let detail = json!({ "all_others": ask.0.is_none() });
                note(conn, &ask.2, Action::SessionEnded, &account.to_string(), detail, now).await
            })
        });
        self.store.write(write).await
    }

    pub(crate) async fn own(&self, ctx: &Context) -> Result<Account, AppError> {
        self.own_of(&ctx.access).await
    }

    /// The account of whoever asks.
    ///
    /// # Errors
    /// `NotFound` where nobody signed in, as in a demo.
    pub async fn own_of(&self, access: &Access) -> Result<Account, AppError> {
        self.own_in(&mut self.store.reader().await?, access).await
    }

    pub(crate) async fn own_in(&self, conn: &mut Conn, access: &Access) -> Result<Account, AppError> {
        let nobody = || AppError::not_found("account of yours", "Here nobody signs in.");
        let id = access.account.ok_or_else(nobody)?;
        conn.account_by_id(id).await?.ok_or_else(nobody)
    }

    async fn change_own(
        &self,
        id: AccountId,
        action: Action,
        change: impl Fn(&mut Account) + Send + Sync + 'static,
    ) -> Result<(), AppError> {
        let (change, now) = (Arc::new(change), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let change = Arc::clone(&change);
            Box::pin(async move {
                let mut account = conn.account_by_id(id).await?.ok_or(AppError::NotSignedIn)?;
                change(&mut account);
                conn.put_account(&account).await?;
                noted_by(conn, &account, action, now).await
            })
        });
        self.store.write(write).await
    }

    async fn change_account(
        &self,
        ctx: &Context,
        named: &str,
        action: Action,
        change: impl Fn(&mut Account) -> Result<(), AppError> + Send + Sync + 'static,
    ) -> Result<Account, AppError> {
        let (app, now) = (self.clone(), self.now());
        let ask = Arc::new((ctx.clone(), named.to_owned(), change));
        let write = boxed(move |conn: &mut Conn| {
            let (app, ask) = (app.clone(), Arc::clone(&ask));
            Box::pin(async move {
                let mut account = app.account_in(conn, &ask.0.access, &ask.1).await?;
                if !keeps(conn, &ask.0.access, &account).await? {
                    return Err(AppError::Denied(Permission::AccountKeep.id()));
                }
                (ask.2)(&mut account)?;
                conn.put_account(&account).await?;
                note(conn, &ask.0, action, &account.id.to_string(), json!({}), now).await?;
                keep_answer(conn, &ask.0, || json!(account.id).to_string(), now).await?;
                Ok(account)
            })
        });
        self.store.write(write).await
    }
}

/// The accounts somebody keeps, by name.
async fn kept_by(conn: &mut Conn, access: &Access) -> Result<Vec<Account>, AppError> {
    let Some(reach) = access.reach(Permission::AccountKeep) else { return Ok(Vec::new()) };
    let people = if reach.all { Vec::new() } else { conn.people().await? };
    let people: HashMap<PersonId, Person> = people.into_iter().map(|p| (p.id, p)).collect();
    let mut accounts = conn.accounts().await?;
    accounts.retain(|a| covers(reach, a.person.and_then(|p| people.get(&p))));
    Ok(accounts)
}

/// Makes the person behind an account. `display`: what people call them, their handle where it is empty.
pub(crate) async fn make_person(
    conn: &mut Conn,
    handle: &str,
    display: &str,
    mail: Option<String>,
    entity: String,
) -> Result<PersonId, AppError> {
    let name = Some(display.trim()).filter(|d| !d.is_empty()).unwrap_or(handle).to_owned();
    let person = Person { id: PersonId(Uuid::now_v7()), handle: handle.to_owned(), name, mail, entity };
    conn.put_person(&person).await?;
    Ok(person.id)
}

/// Whether an account lies within a reach: it belongs where its person does, and a service's to the root.
fn covers(reach: &Reach, person: Option<&Person>) -> bool {
    reach.all || person.is_some_and(|p| reach.covers(&p.entity))
}

/// Whether somebody keeps an account.
pub(crate) async fn keeps(conn: &mut Conn, access: &Access, account: &Account) -> Result<bool, AppError> {
    let Some(reach) = access.reach(Permission::AccountKeep) else { return Ok(false) };
    let person = match account.person {
        Some(person) if !reach.all => conn.person_by_id(person).await?,
        _ => None,
    };
    Ok(covers(reach, person.as_ref()))
}

pub(crate) fn blank(name: String, sort: AccountSort, now: Instant) -> Account {
    Account {
        id: AccountId(Uuid::now_v7()),
        name,
        sort,
        person: None,
        password: None,
        totp: None,
        totp_step: 0,
        recovery: Vec::new(),
        invitation: None,
        invited_until: None,
        provider: None,
        active: true,
        created: now,
    }
}

/// Notes what somebody did to their own account.
async fn noted_by(conn: &mut Conn, account: &Account, action: Action, now: Instant) -> Result<(), AppError> {
    note(conn, &acting(account), action, &account.id.to_string(), json!({}), now).await
}

async fn first_in(
    conn: &mut Conn,
    account: &Account,
    display: &str,
    digest: &str,
    now: Instant,
) -> Result<Account, AppError> {
    let kept = conn.setting(FIRST).await?.and_then(|text| serde_json::from_str::<FirstCode>(&text).ok());
    let right = kept.is_some_and(|k| k.digest == digest && k.until > now.micros());
    if !right || conn.has_accounts().await? || !conn.take_setting(FIRST).await? {
        return Err(AppError::NotSignedIn);
    }
    let person = match conn.person_by_handle(&account.name).await? {
        Some(known) => known.id,
        None => make_person(conn, &account.name, display, None, ROOT.to_owned()).await?,
    };
    let account = Account { person: Some(person), ..account.clone() };
    conn.put_account(&account).await?;
    let granted = Granted { role: "administrator".to_owned(), scope: "all".to_owned(), source: BY_HAND.to_owned() };
    conn.grant(account.id, BY_HAND, &[granted]).await?;
    noted_by(conn, &account, Action::AccountMade, now).await?;
    Ok(account)
}
