//! Replay of facts = reloaded state, for every verb, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use support::{DAY, HOUR, World};
use watercourse_app::{App, AppError, Context, ItemQuery, NewItem, SHIPPED, Sort};
use watercourse_core::apply;
use watercourse_core::id::ItemId;
use watercourse_core::item::Place;
use watercourse_core::link::Link;
use watercourse_core::stream::DoneOn;
use watercourse_core::verb::{Ask, REGISTRY, Scope, Spec, Verb};

/// The same numbers every time: a test must fail the same way twice.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() { None } else { list.get(self.roll(list.len())) }
    }
}

/// What the facts make is what the tables hold and what memory remembers.
async fn same(app: &App, id: ItemId) {
    let mut conn = app.store().reader().await.unwrap();
    let kept = conn.load_item(id).await.unwrap().unwrap();
    let facts = conn.facts_of(id).await.unwrap();
    let published = app
        .stream(&watercourse_app::Access::of_the_program(), &kept.item.stream, Some(kept.item.version))
        .await
        .unwrap();
    let mut replayed = apply::opened(&published.stream, &facts.first().unwrap().fact).unwrap();
    for numbered in facts.iter().skip(1) {
        apply::apply(&mut replayed, &published.stream, &numbered.fact);
    }
    assert_eq!(replayed, kept.item, "the facts of {} make another item than the tables hold", kept.item.key);
    let view = app.item(&watercourse_app::Access::of_the_program(), &id.to_string()).await.unwrap();
    assert_eq!(view.item, kept.item, "memory and tables differ on {}", kept.item.key);
    let numbers: Vec<u64> = facts.iter().map(|f| f.fact.revision).collect();
    let expected: Vec<u64> = (1..=kept.item.revision).collect();
    assert_eq!(numbers, expected, "no revision is missing or double");
    let reread = conn.rows_of(&[id]).await.unwrap().pop().unwrap();
    let fields = view.row.fields.clone();
    assert_eq!(watercourse_app::ItemRow { fields, ..reread }, view.row, "the row in lists is the item's");
}

/// An argument for a verb, more often sensible than not.
async fn argument(
    app: &App,
    dice: &mut Dice,
    ask: Ask,
    item: &watercourse_app::ItemView,
    step: &str,
    others: &[ItemId],
) -> Option<Value> {
    let stream = &item.stream.stream;
    let found = stream.index(step).and_then(|s| stream.step(s));
    Some(match ask {
        Ask::Step => json!(step),
        Ask::Outcome => json!(dice.pick(&found?.outcomes)?.id),
        Ask::Team => json!(dice.pick(&app.teams(&watercourse_app::Access::of_the_program()).await.unwrap())?.id),
        Ask::Activity => json!("improve"),
        Ask::Gate => json!(dice.pick(&found?.gates)?),
        Ask::Link => json!(dice.pick(&Link::ALL)?.id()),
        Ask::Item => json!(dice.pick(others)?),
        Ask::Field => json!(dice.pick(&["priority", "service", "risk", "due"])),
        Ask::Label => json!("user"),
        Ask::Words => json!("because"),
        Ask::Value => json!(dice.pick(&["high", "low", "2026-12-01", "shop"])),
        Ask::Flag => json!(dice.roll(2) == 0),
    })
}

async fn attempt(
    world: &World,
    dice: &mut Dice,
    ctx: &Context,
    spec: &Spec,
    key: &str,
    others: &[ItemId],
) -> Option<Result<watercourse_app::Done, AppError>> {
    let app = &world.app;
    let view = app.item(&watercourse_app::Access::of_the_program(), key).await.unwrap();
    let stream = &view.stream.stream;
    let open: Vec<String> = view.row.open.iter().map(|o| o.step.clone()).collect();
    let all: Vec<String> = stream.steps.iter().map(|s| s.id.clone()).collect();
    let step = if dice.roll(3) > 0 { dice.pick(&open).or(dice.pick(&all)) } else { dice.pick(&all) }.cloned().unwrap();
    let mut args = Map::new();
    for arg in spec.args {
        let optional = !arg.required && arg.ask != Ask::Outcome;
        if optional && dice.roll(2) == 0 {
            continue;
        }
        match argument(app, dice, arg.ask, &view, &step, others).await {
            Some(value) => drop(args.insert(arg.name.to_owned(), value)),
            None if arg.required => return None,
            None => {}
        }
    }
    if spec.id == "signal" {
        let waits = |r: &watercourse_core::item::Round| match r.place {
            Place::Step(s) => match &stream.step(s)?.done_on {
                Some(DoneOn::Event(e)) => Some(e.clone()),
                _ => None,
            },
            Place::Adhoc(..) => None,
        };
        let event = view.item.open_rounds().find_map(waits)?;
        args.insert("event".to_owned(), json!(event));
    }
    let verb = Verb::parse(spec.id, Value::Object(args)).ok()?;
    Some(app.act(ctx, key, &verb, None, None).await)
}

/// What chance seldom finds. No stream: the item opened last.
const SCRIPT: &[(&str, &str, &str)] = &[
    ("restore-service", "link", r#"{"link": "relates_to", "to": "OTHER"}"#),
    ("", "unlink", r#"{"link": "relates_to", "to": "OTHER"}"#),
    ("", "start", r#"{"step": "reported"}"#),
    ("", "finish", r#"{"step": "reported"}"#),
    ("", "return_to", r#"{"step": "reported", "reason": "more to ask"}"#),
    ("", "set_field", r#"{"field": "priority", "value": "high"}"#),
    ("deploy-release", "start", r#"{"step": "package", "reason": "it is urgent"}"#),
    ("", "signal", r#"{"event": "pipeline"}"#),
    ("deploy-release", "ask_gate", r#"{"step": "deploy"}"#),
    ("", "refuse_gate", r#"{"step": "deploy", "gate": "test_run", "reason": "two tests fail"}"#),
    ("", "ask_gate", r#"{"step": "deploy"}"#),
    ("", "pass_gate", r#"{"step": "deploy", "gate": "test_run"}"#),
    ("", "start", r#"{"step": "deploy", "reason": "it is urgent"}"#),
    ("", "cancel", r#"{"reason": "no longer wanted"}"#),
];

async fn every_verb_replays(world: &World) {
    let ctx = world.seeded().await;
    let app = &world.app;
    let mut dice = Dice(7);
    let mut done: BTreeMap<&str, u32> = BTreeMap::new();
    let mut items: Vec<ItemId> = Vec::new();
    let verbs: Vec<&Spec> = REGISTRY.iter().copied().filter(|s| s.scope != Scope::Internal).collect();
    for (stream, _) in SHIPPED {
        for number in 0..1 {
            let new =
                NewItem { stream: (*stream).to_owned(), title: format!("{stream} {number}"), ..NewItem::default() };
            let opened = app.open(&ctx, new).await.unwrap();
            items.push(opened.item.id);
            for _ in 0..60 {
                world.pass(i64::try_from(1 + dice.roll(5)).unwrap() * HOUR);
                // What moves work on is tried more often than what ends it.
                let spec = match dice.roll(4) {
                    0 => dice.pick(&verbs).copied().unwrap(),
                    1 => REGISTRY.iter().copied().find(|s| s.id == "finish").unwrap(),
                    _ => {
                        let id = ["start", "start", "pass_gate", "signal", "wait", "resume"][dice.roll(6)];
                        REGISTRY.iter().copied().find(|s| s.id == id).unwrap()
                    }
                };
                match attempt(world, &mut dice, &ctx, spec, &opened.item.key, &items).await {
                    Some(Ok(acted)) => {
                        *done.entry(spec.id).or_default() += 1;
                        same(app, acted.item.id).await;
                        for other in &acted.others {
                            items.push(other.id);
                        }
                    }
                    Some(Err(AppError::Refused(_) | AppError::Invalid { .. } | AppError::NotFound { .. })) | None => {}
                    Some(Err(other)) => panic!("{}: {other}", spec.id),
                }
            }
        }
        world.pass(6 * DAY);
        *done.entry("timer").or_default() += u32::try_from(app.fire_due(app.now()).await.unwrap()).unwrap();
    }
    for (stream, verb, args) in SCRIPT {
        let key = match *stream {
            "" => app
                .items(
                    &watercourse_app::Access::of_the_program(),
                    &ItemQuery { sort: Sort::Newest, limit: 1, ..ItemQuery::default() },
                )
                .await
                .unwrap()
                .items[0]
                .key
                .clone(),
            stream => world.open(&ctx, stream).await.item.key,
        };
        let args = args.replace("OTHER", &items[0].to_string());
        let acted = world.act(&ctx, &key, verb, serde_json::from_str(&args).unwrap()).await;
        let acted = acted.unwrap_or_else(|e| panic!("{stream} {verb} {args}: {e}"));
        *done.entry(verb).or_default() += 1;
        same(app, acted.item.id).await;
        items.push(acted.item.id);
        items.extend(acted.others.iter().map(|o| o.id));
    }
    for id in items.iter().collect::<BTreeSet<_>>() {
        same(app, *id).await;
    }
    let ended = app
        .newest_facts(&watercourse_app::Access::of_the_program(), 100_000)
        .await
        .unwrap()
        .iter()
        .filter(|f| f.fact.event.id() == "child_ended")
        .count();
    *done.entry("child_ended").or_default() += u32::try_from(ended).unwrap();
    let missing: Vec<&str> =
        REGISTRY.iter().map(|s| s.id).filter(|id| !done.contains_key(id) || done.get(id) == Some(&0)).collect();
    assert!(missing.is_empty(), "never done: {missing:?}; done: {done:?}");
}

on_both!(every_verb_replays);
