//! Signing in: the first administrator, passwords, second factors, sessions, tokens, and the end of all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use std::collections::BTreeSet;
use support::{DAY, HOUR, World};
use watercourse_app::{
    Access, AccountSort, AppError, Client, Context, Credential, NewAccount, NewToken, Permission, Presented, SignIn,
};
use watercourse_core::actor::Actor;

const PASSWORD: &str = "four ducks in the rain";
const MINUTE: i64 = HOUR / 60;

fn from(address: &str) -> Client {
    Client { address: address.to_owned(), about: "A browser".to_owned() }
}

/// The code of an authenticator that was given this secret, in base 32.
fn totp(secret: &str, step: i64) -> String {
    use hmac::{KeyInit as _, Mac as _};
    let bits: String =
        secret.bytes().map(|b| format!("{:05b}", if b >= b'A' { b - b'A' } else { b - b'2' + 26 })).collect();
    let bytes: Vec<u8> = (0..bits.len() / 8).map(|n| u8::from_str_radix(&bits[n * 8..n * 8 + 8], 2).unwrap()).collect();
    let mut mac = hmac::Hmac::<sha1::Sha1>::new_from_slice(&bytes).unwrap();
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let four = u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]]);
    format!("{:06}", four % 1_000_000)
}

/// The first administrator; the cookie of their session.
async fn first(world: &World) -> String {
    let code = world.app.first_code().await.unwrap().expect("nobody is there yet");
    world.app.make_first(&code, "ada", "Ada Novak", PASSWORD.to_owned(), &from("10.0.0.1")).await.unwrap()
}

async fn acting(world: &World, cookie: &str) -> Context {
    let who = world.app.identify(&Presented::Session(cookie.to_owned())).await.unwrap().expect("let in").who;
    Context::by(world.app.access_of(&who).await.unwrap())
}

async fn lets_in(world: &World, presented: Presented) -> bool {
    world.app.identify(&presented).await.unwrap().is_some()
}

async fn the_first_administrator_needs_the_code_of_the_console(world: &World) {
    assert!(world.app.awaits_first().await.unwrap());
    let old = world.app.first_code().await.unwrap().unwrap();
    let code = world.app.first_code().await.unwrap().unwrap();
    let make = |code: &str, password: &str| {
        let (app, code, password) = (world.app.clone(), code.to_owned(), password.to_owned());
        async move { app.make_first(&code, "Ada", "Ada Novak", password, &from("10.0.0.1")).await }
    };
    assert!(matches!(make("nothing", PASSWORD).await, Err(AppError::NotSignedIn)));
    assert!(matches!(make(&old, PASSWORD).await, Err(AppError::NotSignedIn)), "a new code takes the place of the old");
    assert!(matches!(make(&code, "password1234").await, Err(AppError::Invalid { .. })));
    let cookie = make(&code, PASSWORD).await.unwrap();
    let ctx = acting(world, &cookie).await;
    assert!(Permission::ALL.iter().all(|p| ctx.access.reach(*p).is_some_and(|r| r.all)));
    assert_eq!(world.app.person(&ctx.access, "ada").await.unwrap().name, "Ada Novak");
    assert!(matches!(make(&code, PASSWORD).await, Err(AppError::NotSignedIn)), "once");
    assert_eq!(world.app.first_code().await.unwrap(), None, "there is somebody now");
    assert!(!world.app.awaits_first().await.unwrap());
}

async fn the_first_code_ends_after_a_day(world: &World) {
    let code = world.app.first_code().await.unwrap().unwrap();
    world.pass(25 * HOUR);
    let told = world.app.make_first(&code, "ada", "", PASSWORD.to_owned(), &from("10.0.0.1")).await;
    assert!(matches!(told, Err(AppError::NotSignedIn)), "{told:?}");
}

async fn names_and_passwords_are_told_apart_from_nothing(world: &World) {
    first(world).await;
    let unknown = world.app.sign_in("nobody", PASSWORD, &from("10.0.0.2")).await.unwrap_err().to_string();
    let wrong = world.app.sign_in("ada", "four ducks in the sun", &from("10.0.0.2")).await.unwrap_err().to_string();
    assert_eq!(unknown, wrong);
    let done = world.app.sign_in(" ADA ", PASSWORD, &from("10.0.0.2")).await.unwrap();
    assert!(matches!(done, SignIn::Done(_)));
}

async fn tries_are_counted_on_all_nodes_and_age(world: &World) {
    first(world).await;
    let other = world.another().await;
    let mut refused = 0;
    for n in 0..30 {
        let app = if n % 2 == 0 { &world.app } else { &other };
        let told = app.sign_in("ada", "four ducks in the sun", &from("10.9.9.9")).await;
        refused += usize::from(matches!(told, Err(AppError::TooMany(_))));
    }
    assert!(refused >= 19, "only {refused} of 30 were refused unseen");
    let told = world.app.sign_in("ada", PASSWORD, &from("10.9.9.9")).await;
    assert!(matches!(told, Err(AppError::TooMany(_))), "even with the right password: {told:?}");
    // A stranger locks nobody out: from elsewhere one gets in, and later from here as well.
    assert!(world.app.sign_in("ada", PASSWORD, &from("10.0.0.1")).await.is_ok());
    world.pass(16 * MINUTE);
    assert!(world.app.sign_in("ada", PASSWORD, &from("10.9.9.9")).await.is_ok());
    other.store().close().await;
}

async fn a_code_is_good_once(world: &World) {
    let cookie = first(world).await;
    let ctx = acting(world, &cookie).await;
    let enrolment = world.app.begin_second_factor(&ctx.access).await.unwrap();
    assert!(enrolment.address.starts_with("otpauth://totp/Watercourse:ada?secret="));
    let code = |steps: i64| totp(&enrolment.secret, world.app.now().micros() / 1_000_000 / 30 + steps);
    let wrong = world.app.add_second_factor(&ctx, PASSWORD.to_owned(), &enrolment.ticket, "000000").await;
    assert!(matches!(wrong, Err(AppError::NotSignedIn)));
    let recovery = world.app.add_second_factor(&ctx, PASSWORD.to_owned(), &enrolment.ticket, &code(0)).await.unwrap();
    assert_eq!(recovery.iter().collect::<BTreeSet<_>>().len(), 10);
    let ticket = || async {
        match world.app.sign_in("ada", PASSWORD, &from("10.0.0.1")).await.unwrap() {
            SignIn::NeedsCode(ticket) => ticket,
            SignIn::Done(_) => panic!("the second factor was not asked for"),
        }
    };
    let told = world.app.give_code(&ticket().await, &code(0), &from("10.0.0.1")).await;
    assert!(matches!(told, Err(AppError::NotSignedIn)), "the code that enrolled is used up");
    world.pass(60 * 1_000_000);
    let now = code(0);
    assert!(world.app.give_code(&ticket().await, &now, &from("10.0.0.1")).await.is_ok());
    assert!(world.app.give_code(&ticket().await, &now, &from("10.0.0.1")).await.is_err(), "once");
    assert!(world.app.give_code("v1:nonsense", &now, &from("10.0.0.1")).await.is_err());
    let old = ticket().await;
    assert!(world.app.give_code(&ticket().await, &recovery[3], &from("10.0.0.1")).await.is_ok());
    assert!(world.app.give_code(&ticket().await, &recovery[3], &from("10.0.0.1")).await.is_err(), "once");
    world.pass(6 * MINUTE);
    assert!(world.app.give_code(&old, &code(0), &from("10.0.0.1")).await.is_err(), "a ticket ends");
}

async fn a_session_ends(world: &World) {
    let cookie = first(world).await;
    let session = || Presented::Session(cookie.clone());
    world.pass(29 * MINUTE);
    assert!(lets_in(world, session()).await);
    // The use is written down in passing.
    let ctx = acting(world, &cookie).await;
    while world.app.sessions(&ctx.access).await.unwrap()[0].seen != world.app.now() {
        tokio::task::yield_now().await;
    }
    world.pass(29 * MINUTE);
    assert!(lets_in(world, session()).await, "it was used meanwhile");
    world.pass(31 * MINUTE);
    assert!(!lets_in(world, session()).await, "it was not used for half an hour");
    let SignIn::Done(second) = world.app.sign_in("ada", PASSWORD, &from("10.0.0.1")).await.unwrap() else { panic!() };
    assert_ne!(second, cookie);
    world.app.sign_out(&second).await.unwrap();
    assert!(!lets_in(world, Presented::Session(second)).await);
    assert!(!lets_in(world, Presented::Session("nothing".to_owned())).await);
}

async fn a_new_password_ends_the_other_sessions(world: &World) {
    let here = first(world).await;
    let SignIn::Done(there) = world.app.sign_in("ada", PASSWORD, &from("10.0.0.2")).await.unwrap() else { panic!() };
    let ctx = acting(world, &here).await;
    let own = world.app.identify(&Presented::Session(here.clone())).await.unwrap().unwrap();
    let Credential::Session(digest) = own.with else { panic!() };
    let change = |before: &str, after: &str| {
        let (app, ctx, digest) = (world.app.clone(), ctx.clone(), digest.clone());
        let (before, after) = (before.to_owned(), after.to_owned());
        async move { app.change_password(&ctx, before, after, &digest).await }
    };
    assert!(matches!(change("wrong", "five geese in the snow").await, Err(AppError::NotSignedIn)));
    assert!(matches!(change(PASSWORD, "short").await, Err(AppError::Invalid { .. })));
    change(PASSWORD, "five geese in the snow").await.unwrap();
    assert!(lets_in(world, Presented::Session(here)).await);
    assert!(!lets_in(world, Presented::Session(there)).await);
    assert!(world.app.sign_in("ada", PASSWORD, &from("10.0.0.3")).await.is_err());
}

async fn somebody_invited_chooses_a_password_once(world: &World) {
    let admin = first(world).await;
    let ctx = acting(world, &admin).await;
    let new = NewAccount { name: "bo".into(), sort: AccountSort::Person, person: None, display: "Bo".into() };
    let (account, code) = world.app.add_account(&ctx, new.clone()).await.unwrap();
    let code = code.unwrap();
    assert!(matches!(world.app.add_account(&ctx, new).await, Err(AppError::Invalid { .. })), "the name is taken");
    assert!(world.app.sign_in("bo", "", &from("10.0.0.4")).await.is_err(), "no password is no way in");
    let bo = world.app.accept(&code, PASSWORD.to_owned(), &from("10.0.0.4")).await.unwrap();
    assert!(world.app.accept(&code, PASSWORD.to_owned(), &from("10.0.0.4")).await.is_err(), "once");
    let nobody = acting(world, &bo).await;
    assert!(nobody.access.may(Permission::ItemSee).is_err(), "an account without a role may nothing");
    let late = world.app.invite(&ctx, "bo").await.unwrap();
    world.pass(4 * DAY);
    assert!(world.app.accept(&late, PASSWORD.to_owned(), &from("10.0.0.4")).await.is_err(), "three days");
    drop(account);
}

async fn tokens_are_narrowed_end_and_are_taken_away(world: &World) {
    let admin = first(world).await;
    let ctx = acting(world, &admin).await;
    let new = NewAccount { name: "pipeline".into(), sort: AccountSort::Service, person: None, display: String::new() };
    let (account, code) = world.app.add_account(&ctx, new).await.unwrap();
    assert_eq!(code, None, "a service has no password");
    let roles = vec![("integration".to_owned(), "all".to_owned())];
    world.app.grant(&ctx, account.id, roles).await.unwrap();
    let make = |new: NewToken| {
        let (app, ctx) = (world.app.clone(), ctx.clone());
        async move { app.make_token(&ctx, new).await }
    };
    let of = |name: &str| NewToken { account: Some("pipeline".into()), name: name.into(), ..NewToken::default() };
    let (all, kept) = make(of("deploys")).await.unwrap();
    assert!(all.starts_with("wct_") && !kept.digest.contains(&all[4..20]));
    let who = world.app.identify(&Presented::Token(all.clone())).await.unwrap().unwrap();
    assert_eq!(who.who.actor, Actor::Integration("pipeline".into()));
    assert!(world.app.access_of(&who.who).await.unwrap().has(Permission::ItemAct));
    let narrow = NewToken { scopes: vec!["item:see".into()], expires: Some(world.app.now().plus(HOUR)), ..of("reads") };
    let (narrow, _) = make(narrow).await.unwrap();
    let who = world.app.identify(&Presented::Token(narrow.clone())).await.unwrap().unwrap();
    let access = world.app.access_of(&who.who).await.unwrap();
    assert!(access.has(Permission::ItemSee) && !access.has(Permission::ItemAct));
    world.pass(HOUR);
    assert!(!lets_in(world, Presented::Token(narrow)).await, "it has ended");
    for off in [
        NewToken { scopes: vec!["item:king".into()], ..of("x") },
        NewToken { name: " ".into(), ..of("x") },
        NewToken { expires: Some(world.app.now()), ..of("x") },
        NewToken { account: Some("nobody".into()), ..of("x") },
    ] {
        assert!(make(off.clone()).await.is_err(), "{off:?}");
    }
    world.app.revoke_token(&ctx, Some("pipeline"), kept.id).await.unwrap();
    assert!(!lets_in(world, Presented::Token(all)).await);
    // Nobody acts as somebody else, not even whoever keeps accounts.
    let new = NewAccount { name: "bo".into(), sort: AccountSort::Person, person: None, display: "Bo".into() };
    world.app.add_account(&ctx, new).await.unwrap();
    let told = make(NewToken { account: Some("bo".into()), ..of("x") }).await;
    assert!(matches!(told, Err(AppError::Denied(_))), "{told:?}");
}

async fn deactivating_ends_everything_on_every_node(world: &World) {
    let admin = first(world).await;
    let ctx = acting(world, &admin).await;
    let other = world.another().await;
    let new = NewAccount { name: "bo".into(), sort: AccountSort::Person, person: None, display: "Bo".into() };
    let (_, code) = world.app.add_account(&ctx, new).await.unwrap();
    let bo = world.app.accept(&code.unwrap(), PASSWORD.to_owned(), &from("10.0.0.4")).await.unwrap();
    let own = acting(world, &bo).await;
    let (token, _) = world.app.make_token(&own, NewToken { name: "mine".into(), ..NewToken::default() }).await.unwrap();
    assert!(other.identify(&Presented::Session(bo.clone())).await.unwrap().is_some());
    assert!(other.identify(&Presented::Token(token.clone())).await.unwrap().is_some());
    world.app.set_active(&ctx, "bo", false).await.unwrap();
    assert!(other.identify(&Presented::Session(bo)).await.unwrap().is_none());
    assert!(other.identify(&Presented::Token(token.clone())).await.unwrap().is_none());
    assert!(other.sign_in("bo", PASSWORD, &from("10.0.0.4")).await.is_err());
    assert!(matches!(world.app.set_active(&ctx, "ada", false).await, Err(AppError::Invalid { .. })));
    world.app.set_active(&ctx, "bo", true).await.unwrap();
    assert!(other.identify(&Presented::Token(token)).await.unwrap().is_none(), "what ended does not come back");
    assert!(other.sign_in("bo", PASSWORD, &from("10.0.0.4")).await.is_ok());
    other.store().close().await;
}

async fn who_came_in_and_what_was_given_is_in_the_trail(world: &World) {
    let cookie = first(world).await;
    let ctx = acting(world, &cookie).await;
    assert!(world.app.sign_in("ada", "four ducks in the sun", &from("10.0.0.9")).await.is_err());
    let new = NewAccount { name: "bo".into(), sort: AccountSort::Person, person: None, display: "Bo".into() };
    let (bo, _) = world.app.add_account(&ctx, new).await.unwrap();
    world.app.grant(&ctx, bo.id, vec![("agent".into(), "own".into())]).await.unwrap();
    let (_, token) = world.app.make_token(&ctx, NewToken { name: "x".into(), ..NewToken::default() }).await.unwrap();
    world.app.revoke_token(&ctx, None, token.id).await.unwrap();
    world.app.set_active(&ctx, "bo", false).await.unwrap();
    world.app.sign_out(&cookie).await.unwrap();
    let trail = world.app.trail(&Access::of_the_program(), None, None, None, 100).await.unwrap();
    let actions: BTreeSet<&str> = trail.iter().map(|row| row.action.as_str()).collect();
    for action in [
        "account:made",
        "account:signed_in",
        "signin:refused",
        "role:granted",
        "token:made",
        "token:ended",
        "account:deactivated",
        "account:signed_out",
    ] {
        assert!(actions.contains(action), "{action} is not among {actions:?}");
    }
    let kept = format!("{trail:?}");
    assert!(!kept.contains(PASSWORD) && !kept.contains("ducks") && !kept.contains(&cookie) && !kept.contains("wct_"));
}

async fn no_secret_is_kept_in_clear(world: &World) {
    let cookie = first(world).await;
    let ctx = acting(world, &cookie).await;
    let enrolment = world.app.begin_second_factor(&ctx.access).await.unwrap();
    let code = totp(&enrolment.secret, world.app.now().micros() / 1_000_000 / 30);
    let recovery = world.app.add_second_factor(&ctx, PASSWORD.to_owned(), &enrolment.ticket, &code).await.unwrap();
    let (token, _) = world.app.make_token(&ctx, NewToken { name: "x".into(), ..NewToken::default() }).await.unwrap();
    let secrets = [PASSWORD, &cookie, &enrolment.secret, &recovery[0], &token];
    let account = world.app.account(&Access::of_the_program(), "ada").await.unwrap();
    let kept = format!(
        "{account:?} {:?} {:?}",
        world.app.sessions(&ctx.access).await.unwrap(),
        world.app.tokens(&ctx.access, None).await.unwrap()
    );
    for secret in secrets {
        assert!(!kept.contains(secret), "{secret}");
    }
    if world.is_sqlite() {
        let files = ["test.db", "test.db-wal"].map(|name| std::fs::read(world.folder().join(name)).unwrap_or_default());
        for secret in secrets {
            for file in &files {
                assert!(!file.windows(secret.len()).any(|w| w == secret.as_bytes()), "{secret}");
            }
        }
    }
}

on_both!(
    the_first_administrator_needs_the_code_of_the_console,
    the_first_code_ends_after_a_day,
    names_and_passwords_are_told_apart_from_nothing,
    tries_are_counted_on_all_nodes_and_age,
    a_code_is_good_once,
    a_session_ends,
    a_new_password_ends_the_other_sessions,
    somebody_invited_chooses_a_password_once,
    tokens_are_narrowed_end_and_are_taken_away,
    deactivating_ends_everything_on_every_node,
    who_came_in_and_what_was_given_is_in_the_trail,
    no_secret_is_kept_in_clear,
);
