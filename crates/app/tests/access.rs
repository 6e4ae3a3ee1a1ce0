//! Who sees and may do what: entities, roles, teams and one's own, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use support::World;
use watercourse_app::{
    Access, AccountSort, AppError, Context, EntitySettings, Granted, ItemQuery, NewAccount, NewEntity, NewItem,
    NewPerson, NewRole, NewTeam, Permission, Person, SignedIn,
};
use watercourse_core::actor::Actor;
use watercourse_core::id::{AccountId, PersonId};
use watercourse_core::item::Phase;
use watercourse_core::verb::Verb;
use watercourse_flow::visits::Standing;

/// The program, which may do everything.
fn program() -> Context {
    Context::of(Actor::Rule("test".to_owned()))
}

/// Two countries beside each other, each with a team, and people in both.
async fn countries(world: &World) {
    let ctx = world.seeded().await;
    for (id, prefix) in [("be", "BE"), ("fr", "FR")] {
        let settings = EntitySettings { prefix: Some(prefix.to_owned()), ..EntitySettings::default() };
        let new = NewEntity { id: id.to_owned(), settings, ..NewEntity::default() };
        world.app.put_entity(&ctx, new).await.unwrap();
        for handle in ["ada", "bo"] {
            let new = NewPerson { handle: format!("{id}-{handle}"), name: handle.to_owned(), ..NewPerson::default() };
            world.app.put_person(&ctx, new).await.unwrap();
        }
        let new = NewTeam { id: format!("{id}-desk"), members: vec![format!("{id}-ada")], ..NewTeam::default() };
        world.app.put_team(&ctx, new).await.unwrap();
    }
}

async fn person(world: &World, handle: &str) -> Person {
    world.app.person(&Access::of_the_program(), handle).await.unwrap()
}

/// An account for a person: the first is theirs, others have names of their own.
async fn account(world: &World, handle: &str) -> AccountId {
    let many = world.app.accounts(&Access::of_the_program()).await.unwrap().len();
    let new = NewAccount {
        name: format!("{handle}-{many}"),
        sort: AccountSort::Person,
        person: Some(handle.to_owned()),
        display: String::new(),
    };
    world.app.add_account(&program(), new).await.unwrap().0.id
}

/// Somebody with roles.
async fn somebody(world: &World, handle: &str, roles: &[(&str, &str)]) -> Context {
    let person: PersonId = person(world, handle).await.id;
    let account = account(world, handle).await;
    let roles = roles.iter().map(|(r, s)| ((*r).to_owned(), (*s).to_owned())).collect();
    world.app.grant(&program(), account, roles).await.unwrap();
    let who = SignedIn { account, actor: Actor::Person(person), person: Some(person), scopes: None };
    Context::by(world.app.access_of(&who).await.unwrap())
}

async fn open(world: &World, ctx: &Context, title: &str) -> Result<String, AppError> {
    let new = NewItem { stream: "standard-request".to_owned(), title: title.to_owned(), ..NewItem::default() };
    world.app.open(ctx, new).await.map(|d| d.item.key)
}

async fn seen(world: &World, ctx: &Context) -> BTreeSet<String> {
    let page = world.app.items(&ctx.access, &ItemQuery { limit: 500, ..ItemQuery::default() }).await.unwrap();
    page.items.into_iter().map(|i| i.key).collect()
}

async fn an_entity_sees_its_own_and_nothing_else(world: &World) {
    countries(world).await;
    let be = somebody(world, "be-ada", &[("agent", "entity:be")]).await;
    let fr = somebody(world, "fr-ada", &[("agent", "entity:fr")]).await;
    let ours = open(world, &be, "Ours").await.unwrap();
    let theirs = open(world, &fr, "Theirs").await.unwrap();
    assert_eq!(ours, "BE-REQ-1001", "an entity with a prefix counts apart");
    assert_eq!(theirs, "FR-REQ-1001");
    assert_eq!(seen(world, &be).await, BTreeSet::from([ours.clone()]));
    assert_eq!(world.app.count(&be.access, "").await.unwrap(), 1);
    assert_eq!(world.app.where_it_stands(&be.access).await.unwrap().iter().map(|s| s.count).sum::<u64>(), 1);
    assert_eq!(world.app.flow(&be.access, None).await.unwrap().items.created.len(), 1);
    assert_eq!(world.app.flow(&program().access, None).await.unwrap().items.created.len(), 2);
    // On PostgreSQL a fact is told once no older transaction, of whatever test, is under way.
    let facts = loop {
        let facts = world.app.facts_after(&be.access, 0, 100).await.unwrap();
        if !facts.is_empty() {
            break facts;
        }
        tokio::task::yield_now().await;
    };
    assert!(facts.iter().all(|f| f.fact.actor == be.actor));
    // What may not be seen is answered as what is not there, word for word but for the name.
    let hidden = world.app.item(&be.access, &theirs).await.unwrap_err().to_string();
    let missing = world.app.item(&be.access, "FR-REQ-9999").await.unwrap_err().to_string();
    assert_eq!(hidden.replace(&theirs, "X"), missing.replace("FR-REQ-9999", "X"));
    let start = Verb::parse("start", json!({"step": "ask"})).unwrap();
    let told = world.app.act(&be, &theirs, &start, None, None).await.unwrap_err();
    assert!(matches!(told, AppError::NotFound { .. }), "{told:?}");
    let to = world.app.item(&fr.access, &theirs).await.unwrap().item.id;
    let link = Verb::parse("link", json!({"link": "relates_to", "to": to})).unwrap();
    let told = world.app.act(&be, &ours, &link, None, None).await.unwrap_err();
    assert!(matches!(told, AppError::NotFound { .. }), "a reference is checked like a read: {told:?}");
    let over = Verb::parse("hand_over", json!({"step": "ask", "team": "fr-desk"})).unwrap();
    let told = world.app.act(&be, &ours, &over, None, None).await.unwrap_err();
    assert!(told.to_string().contains("no team"), "{told}");
    let teams: BTreeSet<String> = world.app.teams(&be.access).await.unwrap().into_iter().map(|t| t.id).collect();
    assert!(teams.contains("be-desk") && teams.contains("operations") && !teams.contains("fr-desk"));
    assert!(world.app.person(&be.access, "fr-ada").await.is_err());
}

async fn whoever_asked_follows_and_does_no_work(world: &World) {
    countries(world).await;
    let bo = somebody(world, "be-bo", &[("requester", "own")]).await;
    let agent = somebody(world, "be-ada", &[("agent", "entity:be")]).await;
    let mine = open(world, &bo, "Mine").await.unwrap();
    open(world, &agent, "Somebody else's").await.unwrap();
    assert_eq!(seen(world, &bo).await, BTreeSet::from([mine.clone()]));
    world.act(&bo, &mine, "comment", json!({"text": "Any news?"})).await.unwrap();
    let told = world.act(&bo, &mine, "start", json!({"step": "ask"})).await.unwrap_err();
    assert!(matches!(told, AppError::Denied("item:act")), "{told:?}");
    world.act(&agent, &mine, "start", json!({"step": "ask"})).await.unwrap();
    world.act(&bo, &mine, "cancel", json!({"reason": "no longer needed"})).await.unwrap();
}

async fn a_team_sees_what_it_holds(world: &World) {
    countries(world).await;
    let ctx = program();
    let desk = NewTeam { id: "operations".into(), members: vec!["fr-ada".into()], ..NewTeam::default() };
    world.app.put_team(&ctx, desk).await.unwrap();
    let fr = somebody(world, "fr-ada", &[("agent", "team")]).await;
    let be = somebody(world, "be-ada", &[("agent", "entity:be")]).await;
    let key = open(world, &be, "A screen").await.unwrap();
    assert!(seen(world, &fr).await.is_empty());
    world.act(&be, &key, "hand_over", json!({"step": "ask", "team": "operations"})).await.unwrap();
    assert_eq!(seen(world, &fr).await, BTreeSet::from([key.clone()]));
    world.act(&fr, &key, "start", json!({"step": "ask"})).await.unwrap();
}

/// What is open, by where it stands: how many rounds, and when the oldest opened.
type Told = BTreeMap<(String, String, Option<String>, &'static str), (u64, i64)>;

fn add(told: &mut Told, (stream, step, team): (&str, &str, Option<&str>), phase: Phase, (count, oldest): (u64, i64)) {
    // The database numbers extra work by its item.
    let step = if step.starts_with('~') { "~" } else { step };
    let place = (stream.to_owned(), step.to_owned(), team.map(str::to_owned), phase.id());
    let (all, first) = told.entry(place).or_insert((0, oldest));
    (*all, *first) = (*all + count, oldest.min(*first));
}

async fn what_is_counted_live_is_what_the_database_counts_for_everybody(world: &World) {
    countries(world).await;
    let ctx = program();
    let other = world.another().await;
    let desk = NewTeam { id: "operations".into(), members: vec!["fr-ada".into()], ..NewTeam::default() };
    world.app.put_team(&ctx, desk).await.unwrap();
    let be = somebody(world, "be-ada", &[("agent", "entity:be")]).await;
    let bo = somebody(world, "be-bo", &[("requester", "own")]).await;
    let team = somebody(world, "fr-ada", &[("agent", "team")]).await;
    let nobody = somebody(world, "fr-bo", &[]).await;
    let mut keys = Vec::new();
    let steps = ["ask", "report", "restore", "fulfil", "~2", "confirm"];
    let mut dice: u64 = 7;
    let mut roll = |below: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(dice >> 33).unwrap() % below
    };
    let mut done = 0;
    for _ in 0..160 {
        world.pass(i64::try_from(roll(7)).unwrap() * support::HOUR);
        let key = keys.get(roll(keys.len() + 1)).cloned();
        let (app, step) = (if roll(4) == 0 { &other } else { &world.app }, steps[roll(steps.len())]);
        let act = match (key, roll(9)) {
            (None, n) => {
                let stream = if n % 2 == 0 { "standard-request" } else { "restore-service" };
                let new = NewItem { stream: stream.to_owned(), title: "x".to_owned(), ..NewItem::default() };
                keys.push(app.open([&be, &bo, &ctx][n % 3], new).await.unwrap().item.key);
                None
            }
            (Some(key), 0..=2) => Some((key, "start", json!({"step": step, "reason": "must be"}))),
            (Some(key), 3 | 4) => Some((key, "finish", json!({"step": step}))),
            (Some(key), 5) => Some((key, "wait", json!({"step": step, "reason": "user"}))),
            (Some(key), 6) => Some((key, "hand_over", json!({"step": step, "team": "operations"}))),
            (Some(key), 7) => {
                let work = json!({"name": "more", "activity": "plan", "team": "be-desk", "reason": "so"});
                Some((key, "add_work", work))
            }
            (Some(key), _) => Some((key, if roll(2) == 0 { "cancel" } else { "reopen" }, json!({"reason": "so"}))),
        };
        if let Some((key, verb, args)) = act {
            done += usize::from(app.act(&ctx, &key, &Verb::parse(verb, args).unwrap(), None, None).await.is_ok());
        }
        if roll(8) != 0 {
            continue;
        }
        for access in [&be, &bo, &team, &nobody, &ctx].map(|who| &who.access) {
            let (mut kept, mut live) = (Told::new(), Told::new());
            for s in world.app.where_it_stands(access).await.unwrap() {
                let at = (s.stream.as_str(), s.step.as_str(), s.team.as_deref());
                add(&mut kept, at, s.phase, (s.count, s.oldest.millis()));
            }
            let now = world.app.open_now(access, None).await.unwrap();
            for s in &now.standing {
                let at = (s.stream.as_str(), s.step.as_str(), s.team.as_deref());
                add(&mut live, at, s.phase, (s.rounds as u64, s.oldest));
            }
            assert_eq!(live, kept, "{:?}", access.sight());
            let measured = world.app.flow(access, None).await.unwrap();
            let open = measured.items.standing.iter().filter(|s| **s == Standing::Open).count();
            assert_eq!(now.open, open);
            assert_eq!(measured.item_count() as u64, world.app.count(access, "").await.unwrap());
        }
    }
    assert!(done > 30, "{done} verbs were done");
    other.store().close().await;
}

async fn whoever_asked_never_approves(world: &World) {
    countries(world).await;
    let ctx = program();
    let both = somebody(world, "be-ada", &[("agent", "entity:be"), ("approver", "entity:be")]).await;
    let other = somebody(world, "be-bo", &[("approver", "entity:be")]).await;
    let new = NewItem { stream: "normal-change".into(), title: "Patch".into(), ..NewItem::default() };
    let mine = world.app.open(&both, new.clone()).await.unwrap().item.key;
    let gate = json!({"step": "implement", "gate": "approval"});
    let told = world.act(&both, &mine, "pass_gate", gate.clone()).await.unwrap_err();
    assert!(told.to_string().contains("cannot decide its gates"), "{told}");
    // Asked for in somebody else's name, it is that somebody who cannot.
    let asked = NewItem { requester: Some("be-bo".into()), ..new };
    let asked = world.app.open(&both, asked).await.unwrap().item.key;
    let told = world.act(&other, &asked, "pass_gate", gate.clone()).await.unwrap_err();
    assert!(told.to_string().contains("cannot decide its gates"), "{told}");
    let told = world.act(&other, &mine, "pass_gate", gate).await;
    assert!(told.is_ok() || !told.as_ref().unwrap_err().to_string().contains("cannot decide"), "{told:?}");
    drop(ctx);
}

async fn nobody_gives_what_they_do_not_have(world: &World) {
    countries(world).await;
    let new = NewRole {
        id: "local-admin".into(),
        permissions: vec!["account:keep".into(), "organisation:keep".into(), "item:see".into()],
        ..NewRole::default()
    };
    world.app.put_role(&program(), new).await.unwrap();
    let be = somebody(world, "be-ada", &[("local-admin", "entity:be")]).await;
    let somebody_else = account(world, "be-bo").await;
    let foreign = account(world, "fr-bo").await;
    let told = world.app.grant(&be, foreign, Vec::new()).await;
    assert!(matches!(told, Err(AppError::NotFound { .. })), "{told:?}");
    let give = |role: &str, scope: &str| vec![(role.to_owned(), scope.to_owned())];
    for (role, scope) in [
        ("administrator", "entity:be"),
        ("local-admin", "all"),
        ("local-admin", "entity:fr"),
        ("local-admin", "entity:root"),
        ("agent", "entity:be"),
    ] {
        let told = world.app.grant(&be, somebody_else, give(role, scope)).await;
        assert!(matches!(told, Err(AppError::Denied(_))), "{role} {scope}: {told:?}");
    }
    world.app.grant(&be, somebody_else, give("local-admin", "entity:be")).await.unwrap();
    // Nor takes away what is not theirs to give.
    world.app.grant(&program(), somebody_else, give("administrator", "all")).await.unwrap();
    assert!(world.app.grant(&be, somebody_else, Vec::new()).await.is_err());
    // A role reaches everywhere: only who has everything changes one.
    let wider = NewRole { id: "local-admin".into(), permissions: vec!["audit:read".into()], ..NewRole::default() };
    assert!(world.app.put_role(&be, wider).await.is_err());
    // Records stay within one's own entity, whatever id is tried.
    for id in ["fr-desk", "operations", "new-team", "be"] {
        let told = world.app.put_team(&be, NewTeam { id: id.into(), ..NewTeam::default() }).await;
        assert!(told.is_err(), "{id}");
    }
    world.app.put_team(&be, NewTeam { id: "be-night".into(), ..NewTeam::default() }).await.unwrap();
    let moved = NewTeam { id: "be-night".into(), entity: Some("fr".into()), ..NewTeam::default() };
    assert!(world.app.put_team(&be, moved).await.is_err());
}

async fn a_change_of_roles_takes_effect_at_once(world: &World) {
    countries(world).await;
    let other = world.another().await;
    let person = person(world, "be-ada").await.id;
    let account = account(world, "be-ada").await;
    let who = SignedIn { account, actor: Actor::Person(person), person: Some(person), scopes: None };
    let give = |roles: &[(&str, &str)]| roles.iter().map(|(r, s)| ((*r).to_owned(), (*s).to_owned())).collect();
    world.app.grant(&program(), account, give(&[("agent", "entity:be")])).await.unwrap();
    assert!(other.access_of(&who).await.unwrap().has(Permission::ItemAct));
    world.app.grant(&program(), account, give(&[])).await.unwrap();
    assert!(!other.access_of(&who).await.unwrap().has(Permission::ItemAct), "on the other node as well");
    let narrow = SignedIn { scopes: Some(BTreeSet::from([Permission::ItemSee])), ..who };
    world.app.grant(&program(), account, give(&[("agent", "entity:be")])).await.unwrap();
    let access = other.access_of(&narrow).await.unwrap();
    assert!(access.has(Permission::ItemSee) && !access.has(Permission::ItemAct), "a token is narrowed");
    other.store().close().await;
}

async fn settings_are_inherited(world: &World) {
    countries(world).await;
    let ctx = program();
    let ghent = NewEntity { id: "be-ghent".into(), parent: Some("be".into()), ..NewEntity::default() };
    world.app.put_entity(&ctx, ghent).await.unwrap();
    let new = NewItem {
        stream: "standard-request".into(),
        title: "A".into(),
        entity: Some("be-ghent".into()),
        ..NewItem::default()
    };
    assert_eq!(world.app.open(&ctx, new.clone()).await.unwrap().item.key, "BE-REQ-1001");
    let be = somebody(world, "be-ada", &[("agent", "entity:be")]).await;
    assert_eq!(seen(world, &be).await.len(), 1, "what lies below is seen");
    let told = world.app.open(&be, NewItem { entity: Some("fr".into()), ..new }).await.unwrap_err();
    assert!(matches!(told, AppError::NotFound { .. }), "{told:?}");
    for (id, parent) in
        [("be", Some("be-ghent")), ("x-y", None), ("be2", Some("be")), ("be-", Some("be")), ("root", None)]
    {
        let new = NewEntity { id: id.into(), parent: parent.map(str::to_owned), ..NewEntity::default() };
        let told = world.app.put_entity(&ctx, new).await;
        assert!(told.is_err() || id == "root", "{id}");
    }
}

/// Whoever has no role at all sees nothing and does nothing.
async fn without_a_role_there_is_nothing(world: &World) {
    countries(world).await;
    let key = open(world, &program(), "A").await.unwrap();
    let nobody = somebody(world, "be-bo", &[]).await;
    assert!(seen(world, &nobody).await.is_empty());
    assert!(world.app.item(&nobody.access, &key).await.is_err());
    assert!(matches!(open(world, &nobody, "B").await, Err(AppError::Denied("item:open"))));
    assert!(world.app.flow(&nobody.access, None).await.unwrap().items.created.is_empty());
    assert!(world.app.roles(&nobody.access).await.is_err());
    assert!(world.app.hook_sources(&nobody.access).await.is_err());
    let granted: Vec<Granted> = world.app.granted_to(&nobody.access, nobody.access.account.unwrap()).await.unwrap();
    assert!(granted.is_empty());
    drop(Arc::clone(&nobody.access));
}

on_both!(
    an_entity_sees_its_own_and_nothing_else,
    whoever_asked_follows_and_does_no_work,
    a_team_sees_what_it_holds,
    what_is_counted_live_is_what_the_database_counts_for_everybody,
    whoever_asked_never_approves,
    nobody_gives_what_they_do_not_have,
    a_change_of_roles_takes_effect_at_once,
    settings_are_inherited,
    without_a_role_there_is_nothing,
);
