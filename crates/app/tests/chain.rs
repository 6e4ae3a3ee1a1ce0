//! The audit trail and the chain: every change is in it, and whatever is done to it behind the program is found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::json;
use sqlx::Connection as _;
use std::collections::BTreeSet;
use support::World;
use watercourse_app::audit::{Action, Fault, Sealer, Verified, head_of, note, verify};
use watercourse_app::{
    Access, App, AppError, Context, Deployed, Head, HookSource, NewPerson, NewTeam, News, Service, StoreError,
};
use watercourse_core::actor::Actor;
use watercourse_core::time::Instant;

/// Seals until everything is: other transactions of the same PostgreSQL may have to end first.
async fn seal_all(app: &App) {
    let mut sealer = Sealer::default();
    loop {
        sealer.seal(app).await.unwrap();
        if verified(app, &[]).await.unsealed == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn verified(app: &App, heads: &[Head]) -> Verified {
    verify(app.store(), heads, 2).await.unwrap()
}

/// A database with something of everything, sealed; its signed head.
async fn filled(world: &World) -> Head {
    let ctx = world.seeded().await;
    let app = &world.app;
    let ada = NewPerson {
        handle: "ada".into(),
        name: "Ada Novak".into(),
        mail: Some("ada@example.org".into()),
        entity: None,
    };
    app.put_person(&ctx, ada).await.unwrap();
    app.put_service(
        &ctx,
        Service { id: "vpn".into(), name: "VPN".into(), team: None, about: String::new(), entity: String::new() },
    )
    .await
    .unwrap();
    for number in 0..6 {
        let key = world.open(&ctx, "restore-service").await.item.key;
        world.act(&ctx, &key, "start", json!({"step": "reported"})).await.unwrap();
        world.act(&ctx, &key, "comment", json!({"text": format!("Note {number}: it is the router")})).await.unwrap();
        world.act(&ctx, &key, "finish", json!({"step": "reported"})).await.unwrap();
    }
    seal_all(app).await;
    app.keep_head().await.unwrap().unwrap()
}

async fn every_change_is_in_the_trail_without_words_of_people_or_secrets(world: &World) {
    filled(world).await;
    let (app, ctx) = (&world.app, Context::of(Actor::Agent("tester".into())));
    app.put_team(&ctx, NewTeam { id: "night".into(), ..NewTeam::default() }).await.unwrap();
    let ada = NewPerson {
        handle: "ada".into(),
        name: "Ada Lovelace".into(),
        mail: Some("ada@example.org".into()),
        entity: None,
    };
    let ada = app.put_person(&ctx, ada).await.unwrap();
    let secret = "whsec_c2VjcmV0".to_owned();
    let hook = HookSource { name: "ci".into(), secret, mapping: "{}".into(), changed_at: Instant(1) };
    app.put_hook_source(&ctx, hook).await.unwrap();
    let deployed =
        Deployed { service: "vpn".into(), environment: "live".into(), version: "1.2".into(), ..Deployed::default() };
    let news = News { source: "deployments".into(), delivery: "d-1".into(), ..News::default() };
    app.deployment(&ctx, deployed.clone(), news.clone()).await.unwrap();
    app.deployment(&ctx, deployed, news).await.unwrap();
    let text = format!("{}\n# ours\n", watercourse_app::SHIPPED[0].1);
    app.publish(&ctx, &text, "ours", None).await.unwrap();
    app.publish(&ctx, &text, "ours", None).await.unwrap();

    let access = Access::of_the_program();
    let all = app.trail(&access, None, None, None, 10_000).await.unwrap();
    let done: Vec<(&str, &str)> = all.iter().take(5).map(|r| (r.action.as_str(), r.object.as_str())).collect();
    let ids = |n: usize| all[n].object.clone();
    assert_eq!(
        done,
        [
            ("stream:published", watercourse_app::SHIPPED[0].0),
            ("deployment:reported", ids(1).as_str()),
            ("hook:kept", "ci"),
            ("person:kept", ada.id.to_string().as_str()),
            ("team:kept", "night"),
        ],
        "each once, newest first"
    );
    assert!(all.iter().take(5).all(|r| r.actor == Actor::Agent("tester".into())));
    assert!(all.iter().all(|r| Action::named(&r.action).is_some()));
    assert_eq!(all[3].detail, r#"{"new":false,"changed":["name"]}"#);
    let whole: String = all.iter().map(|r| r.detail.clone()).collect();
    for hidden in ["whsec", "c2VjcmV0", "Ada", "Lovelace", "example.org"] {
        assert!(!whole.contains(hidden), "{hidden}");
    }
    let published = app.trail(&access, None, Some("stream:published"), None, 100).await.unwrap();
    let streams: BTreeSet<&str> = published.iter().map(|r| r.object.as_str()).collect();
    assert_eq!(streams.len(), watercourse_app::SHIPPED.len());
    let of_one = app.trail(&access, Some(all[4].seq + 1), None, Some("night"), 10).await.unwrap();
    assert_eq!(of_one.len(), 1);
    assert!(matches!(app.trail(&access, None, Some("team:lost"), None, 1).await, Err(AppError::Invalid { .. })));
    let nobody = Access::new(
        Actor::Agent("x".into()),
        None,
        None,
        "root".to_owned(),
        watercourse_app::access::Horizon { all: true, ..Default::default() },
        std::collections::BTreeMap::new(),
    );
    assert!(matches!(app.trail(&nobody, None, None, None, 1).await, Err(AppError::Denied("audit:read"))));
    assert!(matches!(app.head(&nobody).await, Err(AppError::Denied("audit:read"))));
    seal_all(app).await;
    let whole = verified(app, &[]).await;
    assert_eq!((whole.findings.as_slice(), whole.unsealed), (&[][..], 0));
    assert_eq!(whole.links, whole.facts + whole.changes);
}

/// A change that is refused leaves nothing in the trail.
async fn a_change_that_failed_is_not_in_the_trail(world: &World) {
    let ctx = world.seeded().await;
    let access = Access::of_the_program();
    let before = world.app.trail(&access, None, None, None, 10_000).await.unwrap().len();
    let told = world
        .app
        .store()
        .write::<(), AppError, _>(move |conn| {
            let ctx = ctx.clone();
            Box::pin(async move {
                note(conn, &ctx, Action::TokenMade, "t-1", json!({}), Instant(1)).await?;
                Err(AppError::from(StoreError::Other("no".into())))
            })
        })
        .await;
    assert!(told.is_err());
    assert_eq!(world.app.trail(&access, None, None, None, 10_000).await.unwrap().len(), before);
}

async fn several_sealers_make_one_chain(world: &World) {
    let ctx = world.seeded().await;
    let other = world.another().await;
    let busy = {
        let (app, ctx) = (world.app.clone(), ctx.clone());
        tokio::spawn(async move {
            for number in 0..60 {
                let id = format!("t{number}");
                app.put_team(&ctx, NewTeam { id, ..NewTeam::default() }).await.unwrap();
            }
        })
    };
    let run = |app: App| {
        tokio::spawn(async move {
            let mut sealer = Sealer::default();
            for _ in 0..60 {
                sealer.seal(&app).await.unwrap();
            }
        })
    };
    for one in [busy, run(world.app.clone()), run(other.clone()), run(other.clone())] {
        one.await.unwrap();
    }
    seal_all(&other).await;
    let whole = verified(&world.app, &[]).await;
    assert_eq!(whole.findings, []);
    assert!(whole.changes >= 60, "{whole:?}");
    other.store().close().await;
}

/// Chance that is the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % sides
    }
}

const KEPT: [&str; 5] = ["fact", "audit", "chain", "note", "item"];

/// Puts everything back as it was.
async fn put_back(world: &World) {
    let mut sql = String::from("BEGIN;");
    for table in ["fact", "audit", "chain", "note"] {
        sql += &format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table};");
    }
    sql += "UPDATE item SET title = k.title, revision = k.revision FROM kept_item k WHERE k.id = item.id; COMMIT";
    world.say(&sql).await;
}

/// A forgery: what it is, and what does it.
fn forgery(dice: &mut Dice, facts: i64, changes: i64, links: i64) -> (&'static str, String) {
    let fact = 1 + dice.roll(facts);
    let change = 1 + dice.roll(changes);
    let number = 1 + dice.roll(links - 1);
    let texts = ["actor", "cause", "stream", "what", "event"];
    let numbers = ["revision", "happened_at", "recorded_at", "version"];
    let maybe = ["step", "team", "activity", "phase"];
    let pick = |dice: &mut Dice, list: &[&'static str]| list[usize::try_from(dice.roll(list.len() as i64)).unwrap()];
    match dice.roll(16) {
        0 => ("text", format!("UPDATE fact SET {0} = {0} || 'x' WHERE seq = {fact}", pick(dice, &texts))),
        1 => ("number", format!("UPDATE fact SET {0} = {0} + 1000 WHERE seq = {fact}", pick(dice, &numbers))),
        2 => {
            ("maybe", format!("UPDATE fact SET {0} = COALESCE({0}, '') || 'x' WHERE seq = {fact}", pick(dice, &maybe)))
        }
        3 => ("deleted", format!("DELETE FROM fact WHERE seq = {fact}")),
        4 => {
            let seq = if dice.roll(2) == 0 { -fact } else { facts + 1000 };
            let columns = "item, happened_at, recorded_at, actor, cause, note, stream, version, step, activity, phase, team, what, event";
            let sql = format!(
                "INSERT INTO fact (seq, revision, {columns}) SELECT {seq}, revision + 1000, {columns} FROM fact WHERE seq = {fact}"
            );
            ("inserted", sql)
        }
        5 => {
            let other = 1 + (fact + dice.roll(facts - 1)) % facts;
            let swap = format!(
                "UPDATE fact SET seq = -1 WHERE seq = {fact}; UPDATE fact SET seq = {fact} WHERE seq = {other}; UPDATE fact SET seq = {other} WHERE seq = -1"
            );
            ("swapped", swap)
        }
        6 => {
            let sql = format!(
                "DELETE FROM fact WHERE seq IN (SELECT seq FROM chain WHERE source = 'fact' AND number > {number});
                 DELETE FROM audit WHERE seq IN (SELECT seq FROM chain WHERE source = 'audit' AND number > {number});
                 DELETE FROM chain WHERE number > {number};
                 UPDATE item SET revision = (SELECT COUNT(*) FROM fact WHERE fact.item = item.id)"
            );
            ("cut off", sql)
        }
        7 => {
            ("note", "UPDATE note SET words = words || '.' WHERE id = (SELECT MIN(CAST(id AS TEXT)) FROM note)".into())
        }
        8 => ("title", "UPDATE item SET title = title || '.'".into()),
        9 => ("change", format!("UPDATE audit SET detail = detail || ' ' WHERE seq = {change}")),
        10 => ("change gone", format!("DELETE FROM audit WHERE seq = {change}")),
        11 => ("link gone", format!("DELETE FROM chain WHERE number = {number}")),
        12 => {
            let sql = format!(
                "UPDATE chain SET hash = (SELECT hash FROM chain WHERE number = {} ) WHERE number = {number}",
                number + 1
            );
            ("hash", sql)
        }
        13 => ("blank", "UPDATE note SET words = ''".into()),
        14 => ("other actor", format!("UPDATE audit SET actor = '{{\"agent\":\"x\"}}' WHERE seq = {change}")),
        _ => {
            let nudge = format!(
                "UPDATE fact SET happened_at = happened_at + 1, recorded_at = recorded_at - 1 WHERE seq = {fact}"
            );
            ("times", nudge)
        }
    }
}

async fn every_forgery_is_found(world: &World) {
    let head = filled(world).await;
    let app = &world.app;
    for table in KEPT {
        world.say(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
    }
    let whole = verified(app, std::slice::from_ref(&head)).await;
    assert_eq!((whole.findings.as_slice(), whole.anchored), (&[][..], head.number));
    assert_eq!(head.number, whole.links);
    let tries = if app.store().kind() == "sqlite" { 300 } else { 60 };
    let mut dice = Dice(11);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for number in 0..tries {
        let (what, mut sql) = forgery(&mut dice, whole.facts, whole.changes, whole.links);
        if what == "note" && app.store().kind() == "postgres" {
            sql = "UPDATE note SET words = words || '.'".into();
        } else if what == "note" {
            sql = "UPDATE note SET words = words || '.' WHERE at = (SELECT MAX(at) FROM note)".into();
        }
        world.say(&sql).await;
        let found = verified(app, std::slice::from_ref(&head)).await;
        assert!(!found.findings.is_empty(), "try {number}, {what}: {sql}");
        seen.insert(what);
        put_back(world).await;
    }
    assert!(seen.len() >= 14, "{seen:?}");
    let again = verified(app, std::slice::from_ref(&head)).await;
    assert_eq!(again, whole, "put back, all is well");
}

async fn what_is_wrong_is_named_with_its_place(world: &World) {
    let head = filled(world).await;
    let app = &world.app;
    for table in KEPT {
        world.say(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
    }
    let facts = app.facts_after(&watercourse_app::Access::of_the_program(), 0, 1000).await.unwrap();
    let fact = facts.iter().find(|f| f.fact.event.id() == "commented").unwrap();
    let view = app.item(&watercourse_app::Access::of_the_program(), &fact.fact.item.to_string()).await.unwrap();
    let named = format!("fact {} ({}, revision {})", fact.seq, view.item.key, fact.fact.revision);
    let told = |v: &Verified, fault: Fault| -> Vec<String> {
        v.findings.iter().filter(|f| f.fault == fault).map(|f| f.said.clone()).collect()
    };
    let heads = std::slice::from_ref(&head);

    world.say(&format!("UPDATE fact SET cause = 'x' WHERE seq = {}", fact.seq)).await;
    let found = verified(app, heads).await;
    assert_eq!(found.findings.len(), 1, "{found:?}");
    assert!(told(&found, Fault::Changed)[0].starts_with(&format!("{named} is not what was sealed as link ")));
    put_back(world).await;

    world.say(&format!("DELETE FROM fact WHERE seq = {}", fact.seq)).await;
    let found = verified(app, heads).await;
    assert!(told(&found, Fault::Deleted)[0].starts_with(&format!("fact {}, sealed as link ", fact.seq)));
    assert!(told(&found, Fault::Gap)[0].starts_with(&view.item.key), "{found:?}");
    put_back(world).await;

    world.say("UPDATE note SET words = 'It was Bob'").await;
    let found = verified(app, heads).await;
    assert!(told(&found, Fault::WordsChanged).iter().any(|s| s.contains(&named)), "{found:?}");
    put_back(world).await;

    // Whoever rewrites everything cannot rewrite the head that was kept elsewhere.
    world
        .say(&format!(
            "UPDATE fact SET cause = 'x' WHERE seq = {}; DELETE FROM chain; DELETE FROM chain_head",
            fact.seq
        ))
        .await;
    seal_all(app).await;
    assert_eq!(verified(app, &[]).await.findings, [], "the chain alone cannot tell");
    let found = verified(app, heads).await;
    assert_eq!(told(&found, Fault::Rewritten).len(), 1, "{found:?}");
    let forged = head_of(&watercourse_app::keys::Keys::new().unwrap(), 1, [0; 32], Instant(1));
    let found = verified(app, &[Head { number: 2, ..forged }, head.clone()]).await;
    assert_eq!((told(&found, Fault::BadSignature).len(), found.keys), (1, 2));
    put_back(world).await;
    assert_eq!(verified(app, heads).await.findings, []);
}

async fn erased_words_leave_the_chain_whole_where_the_trail_says_so(world: &World) {
    let head = filled(world).await;
    let app = &world.app;
    let facts = app.facts_after(&watercourse_app::Access::of_the_program(), 0, 1000).await.unwrap();
    let commented = facts.iter().find(|f| f.fact.event.id() == "commented").unwrap();
    world.say("UPDATE note SET words = ''").await;
    let before = verified(app, std::slice::from_ref(&head)).await.findings.len();
    assert_eq!(before, 6, "nobody wrote down that they were erased");
    let ctx = Context::of(Actor::Agent("privacy".into()));
    let note_id = commented.fact.note.unwrap().to_string();
    app.store()
        .write::<(), AppError, _>(move |conn| {
            let (ctx, id) = (ctx.clone(), note_id.clone());
            Box::pin(async move { note(conn, &ctx, Action::WordsErased, &id, json!({}), Instant(1)).await })
        })
        .await
        .unwrap();
    let found = verified(app, std::slice::from_ref(&head)).await;
    assert_eq!((found.findings.len(), found.erased), (5, 1));
}

on_both!(
    every_change_is_in_the_trail_without_words_of_people_or_secrets,
    a_change_that_failed_is_not_in_the_trail,
    several_sealers_make_one_chain,
    every_forgery_is_found,
    what_is_wrong_is_named_with_its_place,
    erased_words_leave_the_chain_whole_where_the_trail_says_so,
);

/// PostgreSQL gives numbers before the commit, so a smaller one may come after a greater.
async fn a_number_that_comes_late_is_sealed_in_its_place(world: &World) {
    let ctx = world.seeded().await;
    seal_all(&world.app).await;
    let mut late = sqlx::PgConnection::connect(&world.address).await.unwrap();
    let sql = "BEGIN; INSERT INTO audit (at, actor, action, object, detail) VALUES (1, '{\"agent\":\"late\"}', 'team:kept', 'late', '{}')";
    sqlx::raw_sql(sql).execute(&mut late).await.unwrap();
    world.app.put_team(&ctx, NewTeam { id: "early".into(), ..NewTeam::default() }).await.unwrap();
    let mut sealer = Sealer::default();
    for _ in 0..3 {
        assert_eq!(sealer.seal(&world.app).await.unwrap(), 0, "a smaller number may still come");
    }
    sqlx::raw_sql("COMMIT").execute(&mut late).await.unwrap();
    late.close().await.unwrap();
    seal_all(&world.app).await;
    let whole = verified(&world.app, &[]).await;
    assert_eq!((whole.findings.as_slice(), whole.unsealed), (&[][..], 0));
    let newest = world.app.trail(&Access::of_the_program(), None, None, None, 2).await.unwrap();
    assert_eq!([newest[0].object.as_str(), newest[1].object.as_str()], ["early", "late"]);
}

#[test]
fn a_number_that_comes_late_is_sealed_in_its_place_on_postgres() {
    support::run(true, |w| async move { a_number_that_comes_late_is_sealed_in_its_place(&w).await });
}
