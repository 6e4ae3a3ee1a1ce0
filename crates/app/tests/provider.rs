//! Who comes in through the sign-in provider, what their groups give them, and who may say so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::{Value, json};
use std::sync::Arc;
use support::{HOUR, World};
use watercourse_app::audit::Action;
use watercourse_app::{
    Access, AccountSort, AppError, Claims, Client, Context, Flow, GroupRole, NewAccount, NewEntity, Presented,
    ProviderSettings, SignIn,
};
use watercourse_core::actor::Actor;

fn root() -> Context {
    Context::of(Actor::Rule("test".to_owned()))
}

fn gives(group: &str, role: &str, scope: &str) -> GroupRole {
    GroupRole { group: group.to_owned(), role: role.to_owned(), scope: scope.to_owned() }
}

fn provider(roles: Vec<GroupRole>) -> ProviderSettings {
    ProviderSettings {
        issuer: "https://login.example".to_owned(),
        client: "watercourse".to_owned(),
        roles,
        ..ProviderSettings::default()
    }
}

fn claims(value: Value) -> Claims {
    value.as_object().unwrap().clone()
}

fn grace(groups: &[&str]) -> Claims {
    claims(json!({"sub": "7", "preferred_username": "grace", "name": "Grace Hopper", "groups": groups}))
}

/// What somebody who comes in may do.
async fn come(world: &World, claims: Claims) -> Arc<Access> {
    let SignIn::Done(cookie) = world.app.enter(claims, &Client::default()).await.unwrap() else { panic!("let in") };
    let who = world.app.identify(&Presented::Session(cookie)).await.unwrap().unwrap().who;
    world.app.access_of(&who).await.unwrap()
}

async fn roles(world: &World, named: &str) -> Vec<String> {
    let account = world.app.account(&root().access, named).await.unwrap();
    let granted = world.app.granted_to(&root().access, account.id).await.unwrap();
    granted.iter().map(|g| format!("{} {} {}", g.role, g.scope, g.source)).collect()
}

async fn seeded(world: &World, roles: Vec<GroupRole>) {
    world.app.seed_roles().await.unwrap();
    world.app.put_provider(&root(), provider(roles), Some("s3cret".to_owned())).await.unwrap();
}

async fn groups_give_roles_anew_with_every_sign_in(world: &World) {
    seeded(world, vec![gives("ops", "agent", "all"), gives("heads", "approver", "all")]).await;
    let access = come(world, grace(&["ops"])).await;
    assert_eq!(world.app.person(&root().access, "grace").await.unwrap().name, "Grace Hopper");
    assert!(matches!(access.actor, Actor::Person(_)), "{:?}", access.actor);
    let account = world.app.account(&root().access, "grace").await.unwrap();
    world.app.grant(&root(), account.id, vec![("requester".to_owned(), "own".to_owned())]).await.unwrap();
    assert_eq!(roles(world, "grace").await, ["agent all provider", "requester own hand"]);
    come(world, grace(&["heads"])).await;
    assert_eq!(roles(world, "grace").await, ["approver all provider", "requester own hand"]);
    come(world, grace(&[])).await;
    assert_eq!(roles(world, "grace").await, ["requester own hand"], "what was given by hand stays");
    let count = world.app.accounts(&root().access).await.unwrap().len();
    assert_eq!(count, 1, "one account, however often somebody comes");
    // Another subject with the same name is somebody else.
    let mut other = grace(&["ops"]);
    other["sub"] = json!("8");
    assert!(matches!(world.app.enter(other, &Client::default()).await, Err(AppError::NotLetIn { .. })));
}

async fn whoever_no_group_is_for_gets_no_account(world: &World) {
    seeded(world, vec![gives("ops", "agent", "all")]).await;
    for off in [grace(&[]), grace(&["OPS"]), claims(json!({"preferred_username": "x", "groups": ["ops"]}))] {
        let told = world.app.enter(off, &Client::default()).await;
        assert!(matches!(told, Err(AppError::NotLetIn { .. })), "{told:?}");
    }
    assert!(world.app.accounts(&root().access).await.unwrap().is_empty());
    let refused = world.app.trail(&root().access, None, Some(Action::SigninRefused.id()), None, 10).await.unwrap();
    assert_eq!(refused.len(), 3, "each try is in the trail");
}

async fn an_account_that_ended_stays_out(world: &World) {
    seeded(world, vec![gives("*", "agent", "all")]).await;
    come(world, grace(&[])).await;
    world.app.set_active(&root(), "grace", false).await.unwrap();
    let told = world.app.enter(grace(&[]), &Client::default()).await.unwrap_err();
    assert!(told.to_string().contains("has ended"), "{told}");
}

async fn a_name_that_somebody_chose_opens_no_account(world: &World) {
    seeded(world, vec![gives("*", "agent", "all")]).await;
    let new = NewAccount {
        name: "grace".to_owned(),
        sort: AccountSort::Person,
        person: None,
        display: "The real Grace".to_owned(),
    };
    world.app.add_account(&root(), new).await.unwrap();
    let told = world.app.enter(grace(&[]), &Client::default()).await.unwrap_err();
    assert!(told.to_string().contains("link it at /account"), "{told}");
}

async fn trying_it_tells_what_would_be_and_changes_nothing(world: &World) {
    seeded(world, vec![gives("ops", "agent", "all")]).await;
    let tried = world.app.try_provider(&root().access, grace(&["ops", "x"])).await.unwrap();
    assert_eq!(tried.account, Ok(("grace".to_owned(), true)));
    assert_eq!(tried.groups, ["ops", "x"]);
    assert_eq!(tried.roles, [("agent".to_owned(), "all".to_owned())]);
    assert!(world.app.try_provider(&root().access, grace(&[])).await.unwrap().account.is_err());
    assert!(world.app.accounts(&root().access).await.unwrap().is_empty());
    come(world, grace(&["ops"])).await;
    let tried = world.app.try_provider(&root().access, grace(&[])).await.unwrap();
    assert_eq!(tried.account, Ok(("grace".to_owned(), false)));
    assert_eq!(roles(world, "grace").await, ["agent all provider"]);
}

async fn nobody_lets_groups_give_what_they_do_not_have(world: &World) {
    seeded(world, vec![gives("boss", "administrator", "all")]).await;
    let entity = NewEntity { id: "be".to_owned(), ..NewEntity::default() };
    world.app.put_entity(&root(), entity).await.unwrap();
    // Keeps accounts everywhere, and nothing else.
    let keeper = watercourse_app::NewRole {
        id: "keeper".to_owned(),
        permissions: vec!["account:keep".to_owned()],
        ..watercourse_app::NewRole::default()
    };
    world.app.put_role(&root(), keeper).await.unwrap();
    let new = |name: &str| NewAccount {
        name: name.to_owned(),
        sort: AccountSort::Service,
        person: None,
        display: String::new(),
    };
    let mut contexts = Vec::new();
    for (name, scope) in [("everywhere", "all"), ("local", "entity:be")] {
        let (account, _) = world.app.add_account(&root(), new(name)).await.unwrap();
        world.app.grant(&root(), account.id, vec![("keeper".to_owned(), scope.to_owned())]).await.unwrap();
        let who = watercourse_app::SignedIn {
            account: account.id,
            actor: Actor::Integration(name.to_owned()),
            person: None,
            scopes: None,
        };
        contexts.push(Context::by(world.app.access_of(&who).await.unwrap()));
    }
    let [everywhere, local] = contexts.as_slice() else { panic!("two") };
    let with = |roles| provider(roles);
    for (who, roles) in [
        (local, vec![]),
        (everywhere, vec![gives("boss", "administrator", "all"), gives("x", "agent", "all")]),
        // Taking away is as much as giving.
        (everywhere, vec![]),
    ] {
        let told = world.app.put_provider(who, with(roles), None).await;
        assert!(matches!(told, Err(AppError::Denied(_))), "{told:?}");
    }
    assert!(matches!(world.app.provider(&local.access).await, Err(AppError::Denied(_))));
    assert!(matches!(world.app.delete_provider(local).await, Err(AppError::Denied(_))));
    let more = vec![gives("boss", "administrator", "all"), gives("keys", "keeper", "entity:be")];
    let kept = world.app.put_provider(&root(), with(more), None).await.unwrap();
    assert_eq!(kept.roles.len(), 2);
    for (pointer, off) in [
        ("/issuer", ProviderSettings { issuer: String::new(), ..with(vec![]) }),
        ("/scopes/0", ProviderSettings { scopes: vec!["a b".to_owned()], ..with(vec![]) }),
        ("/roles", with(vec![gives("x", "nobody", "all")])),
        ("/roles", with(vec![gives("x", "agent", "everything")])),
        ("/roles/0/group", with(vec![gives(" ", "agent", "all")])),
    ] {
        match world.app.put_provider(&root(), off, None).await {
            Err(AppError::Invalid { pointer: at, .. }) => assert_eq!(at, pointer),
            other => panic!("{pointer}: {other:?}"),
        }
    }
}

async fn the_secret_stays_until_it_is_changed_and_is_never_shown(world: &World) {
    seeded(world, vec![]).await;
    let at_door = || async { world.app.provider_at_door().await.unwrap().unwrap().secret };
    assert_eq!(at_door().await.as_deref(), Some("s3cret"));
    world.app.put_provider(&root(), provider(vec![]), None).await.unwrap();
    assert_eq!(at_door().await.as_deref(), Some("s3cret"));
    let shown = world.app.provider(&root().access).await.unwrap().unwrap();
    assert!(shown.1 && !format!("{shown:?}").contains("s3cret"));
    assert!(!format!("{:?}", world.app.provider_at_door().await.unwrap()).contains("s3cret"));
    let kept = world.app.store().reader().await.unwrap().setting("provider").await.unwrap().unwrap();
    assert!(!kept.contains("s3cret"), "{kept}");
    world.app.put_provider(&root(), provider(vec![]), Some(String::new())).await.unwrap();
    assert_eq!(at_door().await, None);
    world.app.delete_provider(&root()).await.unwrap();
    assert!(world.app.provider_at_door().await.unwrap().is_none());
    assert!(matches!(world.app.delete_provider(&root()).await, Err(AppError::NotFound { .. })));
}

async fn a_sign_in_under_way_is_taken_once_on_any_node_and_in_time(world: &World) {
    let flow = |state: &str| Flow {
        state: state.to_owned(),
        nonce: "n".to_owned(),
        verifier: "v".to_owned(),
        next: "/work".to_owned(),
        ..Flow::default()
    };
    let other = world.another().await.with_keys(world.app.keys().unwrap().clone());
    for state in ["one", "two", "three"] {
        world.app.begin_flow(flow(state), &Client::default()).await.unwrap();
    }
    assert_eq!(other.end_flow("one").await.unwrap(), flow("one"));
    for app in [&world.app, &other] {
        assert!(matches!(app.end_flow("one").await, Err(AppError::NotLetIn { .. })), "once");
        assert!(matches!(app.end_flow("").await, Err(AppError::NotLetIn { .. })));
    }
    let (a, b) = tokio::join!(world.app.end_flow("two"), other.end_flow("two"));
    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "one of two at once");
    world.pass(HOUR);
    assert!(matches!(world.app.end_flow("three").await, Err(AppError::NotLetIn { .. })), "in time");
}

async fn one_links_ones_own_account_and_nobody_elses(world: &World) {
    seeded(world, vec![gives("*", "agent", "all")]).await;
    let code = world.app.first_code().await.unwrap().unwrap();
    let password = "four ducks in the rain".to_owned();
    let cookie = world.app.make_first(&code, "ada", "Ada", password, &Client::default()).await.unwrap();
    let who = world.app.identify(&Presented::Session(cookie)).await.unwrap().unwrap().who;
    let ada = Context::by(world.app.access_of(&who).await.unwrap());
    world.app.link(&ada, &claims(json!({"sub": "1"}))).await.unwrap();
    let came = come(world, claims(json!({"sub": "1", "preferred_username": "somebody"}))).await;
    assert_eq!(came.account, ada.access.account, "it is known by subject, not by name");
    come(world, grace(&[])).await;
    let told = world.app.link(&ada, &grace(&[])).await;
    assert!(matches!(told, Err(AppError::NotLetIn { .. })), "{told:?}");
    world.app.unlink(&ada).await.unwrap();
    assert_eq!(roles(world, "ada").await, ["administrator all hand"]);
    let account = world.app.account(&root().access, "grace").await.unwrap();
    let who = watercourse_app::SignedIn {
        account: account.id,
        actor: Actor::Person(account.person.unwrap()),
        person: account.person,
        scopes: None,
    };
    let hers = Context::by(world.app.access_of(&who).await.unwrap());
    assert!(matches!(world.app.unlink(&hers).await, Err(AppError::Invalid { .. })), "she has no password");
}

on_both!(
    groups_give_roles_anew_with_every_sign_in,
    whoever_no_group_is_for_gets_no_account,
    an_account_that_ended_stays_out,
    a_name_that_somebody_chose_opens_no_account,
    trying_it_tells_what_would_be_and_changes_nothing,
    nobody_lets_groups_give_what_they_do_not_have,
    the_secret_stays_until_it_is_changed_and_is_never_shown,
    a_sign_in_under_way_is_taken_once_on_any_node_and_in_time,
    one_links_ones_own_account_and_nobody_elses,
);
