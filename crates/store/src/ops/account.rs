//! Accounts, sessions, tokens, tries that failed, and what is set for the whole installation.

use super::access::policy_changed;
use super::sql;
use super::{Connection, Row, StoreError, Stored, get, parsed};
use crate::account_record::{Account, AccountSort, Session, SignInFlow, Token};
use crate::rows::json;
use uuid::Uuid;
use watercourse_core::id::{AccountId, PersonId};
use watercourse_core::time::Instant;

fn account(row: &Row) -> Stored<Account> {
    let sort = match get::<String>(row, "sort")?.as_str() {
        "person" => AccountSort::Person,
        "service" => AccountSort::Service,
        other => return Err(StoreError::malformed("account", format!("sort “{other}”"))),
    };
    Ok(Account {
        id: AccountId(get(row, "id")?),
        name: get(row, "name")?,
        sort,
        person: get::<Option<Uuid>>(row, "person")?.map(PersonId),
        password: get(row, "password")?,
        totp: get(row, "totp")?,
        totp_step: get(row, "totp_step")?,
        recovery: parsed(row, "account", "recovery")?,
        invitation: get(row, "invitation")?,
        invited_until: get::<Option<i64>>(row, "invited_until")?.map(Instant),
        provider: get::<Option<String>>(row, "issuer")?.zip(get::<Option<String>>(row, "subject")?),
        active: get(row, "active")?,
        created: Instant(get(row, "created")?),
    })
}

/// Keeps an account, new or changed.
pub(crate) async fn put_account(c: &mut Connection, a: &Account) -> Stored<()> {
    let sql = "INSERT INTO account (id, name, sort, person, password, totp, totp_step, recovery, invitation, invited_until, \
               issuer, subject, active, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, person = excluded.person, password = excluded.password, \
               totp = excluded.totp, totp_step = excluded.totp_step, recovery = excluded.recovery, \
               invitation = excluded.invitation, invited_until = excluded.invited_until, issuer = excluded.issuer, \
               subject = excluded.subject, active = excluded.active";
    sql::query(sql)
        .bind(a.id.0)
        .bind(&a.name)
        .bind(a.sort.id())
        .bind(a.person.map(|p| p.0))
        .bind(&a.password)
        .bind(&a.totp)
        .bind(a.totp_step)
        .bind(json(&a.recovery))
        .bind(&a.invitation)
        .bind(a.invited_until.map(Instant::micros))
        .bind(a.provider.as_ref().map(|p| &p.0))
        .bind(a.provider.as_ref().map(|p| &p.1))
        .bind(a.active)
        .bind(a.created.micros())
        .execute(&mut *c)
        .await?;
    policy_changed(c).await
}

pub(crate) async fn accounts(c: &mut Connection) -> Stored<Vec<Account>> {
    sql::query("SELECT * FROM account ORDER BY name").fetch_all(c).await?.iter().map(account).collect()
}

pub(crate) async fn has_accounts(c: &mut Connection) -> Stored<bool> {
    Ok(sql::query("SELECT 1 AS one FROM account LIMIT 1").fetch_optional(c).await?.is_some())
}

pub(crate) async fn account_by_id(c: &mut Connection, id: AccountId) -> Stored<Option<Account>> {
    let row = sql::query("SELECT * FROM account WHERE id = $1").bind(id.0).fetch_optional(c).await?;
    row.as_ref().map(account).transpose()
}

pub(crate) async fn account_by_name(c: &mut Connection, name: &str) -> Stored<Option<Account>> {
    let row = sql::query("SELECT * FROM account WHERE name = $1").bind(name).fetch_optional(c).await?;
    row.as_ref().map(account).transpose()
}

pub(crate) async fn account_of_provider(c: &mut Connection, issuer: &str, subject: &str) -> Stored<Option<Account>> {
    let sql = "SELECT * FROM account WHERE issuer = $1 AND subject = $2";
    let row = sql::query(sql).bind(issuer).bind(subject).fetch_optional(c).await?;
    row.as_ref().map(account).transpose()
}

pub(crate) async fn account_invited(c: &mut Connection, invitation: &str) -> Stored<Option<Account>> {
    let row = sql::query("SELECT * FROM account WHERE invitation = $1").bind(invitation).fetch_optional(c).await?;
    row.as_ref().map(account).transpose()
}

/// Uses a time step of the second factor; false where one as late was used before.
pub(crate) async fn use_totp_step(c: &mut Connection, id: AccountId, step: i64) -> Stored<bool> {
    let sql = "UPDATE account SET totp_step = $1 WHERE id = $2 AND totp_step < $1";
    Ok(sql::query(sql).bind(step).bind(id.0).execute(c).await?.rows_affected() == 1)
}

fn session(row: &Row) -> Stored<Session> {
    Ok(Session {
        digest: get(row, "digest")?,
        account: AccountId(get(row, "account")?),
        created: Instant(get(row, "created")?),
        seen: Instant(get(row, "seen")?),
        ends: Instant(get(row, "ends")?),
        about: get(row, "about")?,
        address: get(row, "address")?,
    })
}

pub(crate) async fn insert_session(c: &mut Connection, s: &Session) -> Stored<()> {
    let sql = "INSERT INTO session (digest, account, created, seen, ends, about, address) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sql::query(sql)
        .bind(&s.digest)
        .bind(s.account.0)
        .bind(s.created.micros())
        .bind(s.seen.micros())
        .bind(s.ends.micros())
        .bind(&s.about)
        .bind(&s.address)
        .execute(c)
        .await?;
    Ok(())
}

/// A session with its account, where that is active.
pub(crate) async fn session_of(c: &mut Connection, digest: &str) -> Stored<Option<(Session, Account)>> {
    let sql = "SELECT s.digest, s.account, s.created AS begun, s.seen, s.ends, s.about, s.address, a.* FROM session s \
               JOIN account a ON a.id = s.account WHERE s.digest = $1 AND a.active = TRUE";
    let Some(row) = sql::query(sql).bind(digest).fetch_optional(c).await? else { return Ok(None) };
    let created = Instant(get(&row, "begun")?);
    Ok(Some((Session { created, ..session(&row)? }, account(&row)?)))
}

pub(crate) async fn sessions_of(c: &mut Connection, account: AccountId) -> Stored<Vec<Session>> {
    let sql = "SELECT * FROM session WHERE account = $1 ORDER BY seen DESC, digest";
    sql::query(sql).bind(account.0).fetch_all(c).await?.iter().map(session).collect()
}

pub(crate) async fn see_session(c: &mut Connection, digest: &str, at: Instant) -> Stored<()> {
    sql::query("UPDATE session SET seen = $1 WHERE digest = $2").bind(at.micros()).bind(digest).execute(c).await?;
    Ok(())
}

/// Ends one session of an account; false where there is no such one.
pub(crate) async fn end_session(c: &mut Connection, account: AccountId, digest: &str) -> Stored<bool> {
    let sql = "DELETE FROM session WHERE account = $1 AND digest = $2";
    Ok(sql::query(sql).bind(account.0).bind(digest).execute(c).await?.rows_affected() == 1)
}

/// Ends all sessions of an account but one.
pub(crate) async fn end_sessions(c: &mut Connection, account: AccountId, but: &str) -> Stored<u64> {
    let sql = "DELETE FROM session WHERE account = $1 AND digest <> $2";
    Ok(sql::query(sql).bind(account.0).bind(but).execute(c).await?.rows_affected())
}

/// Forgets sessions that ended, tries and flows that are old.
pub(crate) async fn forget_sign_ins(c: &mut Connection, now: Instant, before: Instant) -> Stored<()> {
    sql::query("DELETE FROM session WHERE ends < $1").bind(now.micros()).execute(&mut *c).await?;
    sql::query("DELETE FROM sign_in_try WHERE at < $1").bind(before.micros()).execute(&mut *c).await?;
    sql::query("DELETE FROM sign_in_flow WHERE made < $1").bind(before.micros()).execute(c).await?;
    Ok(())
}

fn token(row: &Row) -> Stored<Token> {
    Ok(Token {
        id: get(row, "id")?,
        digest: get(row, "digest")?,
        account: AccountId(get(row, "account")?),
        name: get(row, "name")?,
        scopes: parsed(row, "token", "scopes")?,
        created: Instant(get(row, "created")?),
        expires: get::<Option<i64>>(row, "expires")?.map(Instant),
        seen: get::<Option<i64>>(row, "seen")?.map(Instant),
    })
}

pub(crate) async fn insert_token(c: &mut Connection, t: &Token) -> Stored<()> {
    let sql = "INSERT INTO token (id, digest, account, name, scopes, created, expires, seen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sql::query(sql)
        .bind(t.id)
        .bind(&t.digest)
        .bind(t.account.0)
        .bind(&t.name)
        .bind(json(&t.scopes))
        .bind(t.created.micros())
        .bind(t.expires.map(Instant::micros))
        .bind(t.seen.map(Instant::micros))
        .execute(c)
        .await?;
    Ok(())
}

/// A token and its account, where that is active.
pub(crate) async fn token_of(c: &mut Connection, digest: &str) -> Stored<Option<(Token, Account)>> {
    // Beside the account's columns of the same names.
    let sql = "SELECT t.digest, t.account, t.scopes, t.expires, t.seen, t.id AS of_token, t.name AS called, t.created AS made, \
               a.* FROM token t JOIN account a ON a.id = t.account WHERE t.digest = $1 AND a.active = TRUE";
    let Some(row) = sql::query(sql).bind(digest).fetch_optional(c).await? else { return Ok(None) };
    let (id, name, created) = (get(&row, "of_token")?, get(&row, "called")?, Instant(get(&row, "made")?));
    Ok(Some((Token { id, name, created, ..token(&row)? }, account(&row)?)))
}

pub(crate) async fn tokens_of(c: &mut Connection, account: AccountId) -> Stored<Vec<Token>> {
    let sql = "SELECT * FROM token WHERE account = $1 ORDER BY created DESC, id";
    sql::query(sql).bind(account.0).fetch_all(c).await?.iter().map(token).collect()
}

/// The tokens of all accounts, the youngest first.
pub(crate) async fn tokens(c: &mut Connection) -> Stored<Vec<Token>> {
    sql::query("SELECT * FROM token ORDER BY created DESC, id").fetch_all(c).await?.iter().map(token).collect()
}

pub(crate) async fn see_token(c: &mut Connection, id: Uuid, at: Instant) -> Stored<()> {
    sql::query("UPDATE token SET seen = $1 WHERE id = $2").bind(at.micros()).bind(id).execute(c).await?;
    Ok(())
}

/// Takes a token of an account away; false where there is no such one.
pub(crate) async fn delete_token(c: &mut Connection, account: AccountId, id: Uuid) -> Stored<bool> {
    let sql = "DELETE FROM token WHERE account = $1 AND id = $2";
    Ok(sql::query(sql).bind(account.0).bind(id).execute(c).await?.rows_affected() == 1)
}

/// Takes all tokens of an account away.
pub(crate) async fn delete_tokens(c: &mut Connection, account: AccountId) -> Stored<()> {
    sql::query("DELETE FROM token WHERE account = $1").bind(account.0).execute(c).await?;
    Ok(())
}

/// Counts a try that failed.
pub(crate) async fn insert_attempt(c: &mut Connection, who: &str, at: Instant) -> Stored<()> {
    sql::query("INSERT INTO sign_in_try (who, at) VALUES ($1, $2)").bind(who).bind(at.micros()).execute(c).await?;
    Ok(())
}

/// How often somebody tried in vain since, and when last.
pub(crate) async fn attempts(c: &mut Connection, who: &str, since: Instant) -> Stored<(i64, Instant)> {
    let sql = "SELECT COUNT(*) AS tries, COALESCE(MAX(at), 0) AS last FROM sign_in_try WHERE who = $1 AND at > $2";
    let row = sql::query(sql).bind(who).bind(since.micros()).fetch_one(c).await?;
    Ok((get(&row, "tries")?, Instant(get(&row, "last")?)))
}

/// Forgets the tries of somebody who has shown who they are.
pub(crate) async fn forgive(c: &mut Connection, who: &str) -> Stored<()> {
    sql::query("DELETE FROM sign_in_try WHERE who = $1").bind(who).execute(c).await?;
    Ok(())
}

pub(crate) async fn setting(c: &mut Connection, name: &str) -> Stored<Option<String>> {
    Ok(sql::query_scalar("SELECT value FROM setting WHERE name = $1").bind(name).fetch_optional(c).await?)
}

pub(crate) async fn put_setting(c: &mut Connection, name: &str, value: &str, at: Instant) -> Stored<()> {
    let sql = "INSERT INTO setting (name, value, changed_at) VALUES ($1, $2, $3)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at";
    sql::query(sql).bind(name).bind(value).bind(at.micros()).execute(c).await?;
    Ok(())
}

/// Takes a setting away; false where it was not there, as after somebody else took it.
pub(crate) async fn take_setting(c: &mut Connection, name: &str) -> Stored<bool> {
    Ok(sql::query("DELETE FROM setting WHERE name = $1").bind(name).execute(c).await?.rows_affected() == 1)
}

pub(crate) async fn insert_flow(c: &mut Connection, f: &SignInFlow) -> Stored<()> {
    let sql = "INSERT INTO sign_in_flow (state, nonce, verifier, next, trial, account, made)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sql::query(sql)
        .bind(&f.state)
        .bind(&f.nonce)
        .bind(&f.verifier)
        .bind(&f.next)
        .bind(f.trial)
        .bind(f.account.map(|a| a.0))
        .bind(f.made.micros())
        .execute(c)
        .await?;
    Ok(())
}

/// Takes a flow, once.
pub(crate) async fn take_flow(c: &mut Connection, state: &str) -> Stored<Option<SignInFlow>> {
    let row = sql::query("DELETE FROM sign_in_flow WHERE state = $1 RETURNING *").bind(state).fetch_optional(c).await?;
    let flow = |row: &Row| {
        Ok(SignInFlow {
            state: get(row, "state")?,
            nonce: get(row, "nonce")?,
            verifier: get(row, "verifier")?,
            next: get(row, "next")?,
            trial: get(row, "trial")?,
            account: get::<Option<Uuid>>(row, "account")?.map(AccountId),
            made: Instant(get(row, "made")?),
        })
    };
    row.as_ref().map(flow).transpose()
}
