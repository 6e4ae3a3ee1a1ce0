//! Saved views: whose they are, who sees them, and that their filter is checked when they are saved.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests may fail loudly")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use support::World;
use watercourse_app::access::{Horizon, Reach};
use watercourse_app::{Access, AppError, Context, NewView, Permission, Sort};
use watercourse_core::actor::Actor;
use watercourse_core::id::AccountId;

on_both!(a_view_is_seen_by_whom_it_is_for, a_view_is_checked_when_it_is_saved);

fn view(id: &str, q: &str, is_shared: bool, entity: &str) -> NewView {
    let (name, entity) = (String::new(), entity.to_owned());
    NewView { id: id.to_owned(), name, q: q.to_owned(), sort: Sort::Touched, is_shared, entity }
}

/// Somebody with an account who sees the items of one entity, and may keep its organisation if so said.
fn somebody(number: u128, entity: &str, keeps: bool) -> Context {
    let reach = || Reach { entities: [entity.to_owned()].into(), ..Reach::default() };
    let mut held = BTreeMap::from([(Permission::ItemSee, reach())]);
    if keeps {
        held.insert(Permission::OrganisationKeep, reach());
    }
    let account = AccountId(uuid::Uuid::from_u128(number));
    let horizon = Horizon { entities: ["root".to_owned(), entity.to_owned()].into(), ..Horizon::default() };
    let actor = Actor::Integration(format!("s{number}"));
    Context::by(Arc::new(Access::new(actor, None, Some(account), entity.to_owned(), horizon, held)))
}

async fn seen(world: &World, ctx: &Context) -> Vec<String> {
    let views = world.app.saved_views(&ctx.access).await.unwrap();
    views.iter().map(|v| format!("{}={}", v.id, v.q)).collect()
}

async fn a_view_is_seen_by_whom_it_is_for(world: &World) {
    let (ada, bo, cy) = (somebody(1, "north", false), somebody(2, "north", true), somebody(3, "south", false));
    world.app.put_view(&ada, view("mine", "team:hr", false, "")).await.unwrap();
    world.app.put_view(&bo, view("mine", "team:network", false, "")).await.unwrap();
    world.app.put_view(&bo, view("ours", "state:open", true, "north")).await.unwrap();
    assert_eq!(seen(world, &ada).await, ["mine=team:hr", "ours=state:open"]);
    assert_eq!(seen(world, &bo).await, ["mine=team:network", "ours=state:open"]);
    assert!(seen(world, &cy).await.is_empty());
    assert!(matches!(world.app.saved_view(&cy.access, "ours").await, Err(AppError::NotFound { .. })));

    let denied = world.app.put_view(&ada, view("ours", "vpn", true, "north")).await.unwrap_err();
    assert!(matches!(denied, AppError::Denied(_)), "{denied}");
    let denied = world.app.put_view(&bo, view("theirs", "vpn", true, "south")).await.unwrap_err();
    assert!(matches!(denied, AppError::Denied(_)), "{denied}");
    let denied = world.app.delete_view(&ada, "ours").await.unwrap_err();
    assert!(matches!(denied, AppError::Denied(_)), "{denied}");

    // One's own comes before a shared one of the same id, and is what is taken away.
    world.app.put_view(&ada, view("ours", "mine", false, "")).await.unwrap();
    assert_eq!(world.app.saved_view(&ada.access, "ours").await.unwrap().q, "mine");
    world.app.delete_view(&ada, "ours").await.unwrap();
    assert_eq!(world.app.saved_view(&ada.access, "ours").await.unwrap().q, "state:open");
    world.app.delete_view(&bo, "ours").await.unwrap();
    assert_eq!(seen(world, &ada).await, ["mine=team:hr"]);
    // The trail tells what was done to the view that others saw, not of one's own.
    let trail = world.app.trail(&Access::of_the_program(), None, None, None, 10).await.unwrap();
    let of_views = trail.iter().filter(|row| row.action.starts_with("view:"));
    let told: Vec<_> = of_views.map(|row| (row.action.as_str(), row.object.as_str(), row.actor.clone())).collect();
    assert_eq!(told, [("view:removed", "ours", bo.actor.clone()), ("view:kept", "ours", bo.actor.clone())]);

    let nobody = Context::by(Arc::new(Access::new(
        Actor::Rule("x".to_owned()),
        None,
        None,
        "root".to_owned(),
        Horizon::default(),
        BTreeMap::new(),
    )));
    assert!(matches!(world.app.saved_views(&nobody.access).await, Err(AppError::Denied(_))));
    let everybody = world.seeded().await;
    let kept = world.app.put_view(&everybody, view("all", "", false, "")).await.unwrap();
    assert!(kept.owner.is_empty(), "where nobody signs in, every view is shared");
    assert_eq!(seen(world, &cy).await, ["all="]);
}

async fn a_view_is_checked_when_it_is_saved(world: &World) {
    let ctx = world.seeded().await;
    for (new, pointer) in [
        (view("x", "tem:hr", false, ""), "/q"),
        (view("x", "(", false, ""), "/q"),
        (view("Two words", "", false, ""), "/id"),
        (NewView { name: "two\nlines".to_owned(), ..view("x", "", false, "") }, "/name"),
    ] {
        match world.app.put_view(&ctx, new.clone()).await {
            Err(AppError::Invalid { pointer: at, wrong, .. }) => assert_eq!(at, pointer, "{wrong}"),
            other => panic!("{new:?}: {other:?}"),
        }
    }
    assert!(world.app.saved_views(&ctx.access).await.unwrap().is_empty());
}
