//! Fills a database fast: items that were decided as the server decides them, kept many at a time.

use anyhow::{Context as _, Result};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;
use watercourse_app::{App, AppError, Published, Store};
use watercourse_core::actor::Actor;
use watercourse_core::decide::{Fresh, World, decide, open};
use watercourse_core::fact::Fact;
use watercourse_core::id::ItemId;
use watercourse_core::item::Item;
use watercourse_core::time::Instant;
use watercourse_core::verb::Verb;
use watercourse_store::{Conn, ItemRow, Rows, Words, add_changed, row};

/// Items kept in one transaction.
const AT_ONCE: usize = 5_000;
/// The time between two items, in microseconds: 30 s.
const BETWEEN: i64 = 30_000_000;
/// The stream they run in.
pub const STREAM: &str = "standard-request";
/// One item of so many is left open.
const OPEN: usize = 10;
const THINGS: [&str; 16] = [
    "laptop",
    "phone",
    "licence",
    "monitor",
    "badge",
    "mailbox",
    "printer",
    "account",
    "desk",
    "headset",
    "keyboard",
    "training",
    "certificate",
    "server",
    "tablet",
    "camera",
];
const WHERE: [&str; 12] = [
    "Brussels", "Ghent", "Lille", "Namur", "Bruges", "Antwerp", "Liège", "Mons", "Leuven", "Ostend", "Kortrijk",
    "Hasselt",
];
const WHY: [&str; 8] = [
    "for a new colleague",
    "that broke",
    "for a project",
    "that is too old",
    "for a visitor",
    "that was lost",
    "for a test",
    "for home",
];

/// What an item is about.
#[must_use]
pub fn title(number: usize) -> String {
    let of = |list: &[&str], n: usize| list.get(n % list.len()).map_or(String::new(), |w| (*w).to_owned());
    format!("A {} in {} {}, case {number}", of(&THINGS, number), of(&WHERE, number / 7), of(&WHY, number / 31))
}

/// One item with what happened to it.
struct Made {
    item: Item,
    facts: Vec<Fact>,
    words: Words,
}

/// Fills a database with so many items. It must have none.
///
/// # Errors
/// Where it cannot be written.
pub async fn fill(address: &str, items: usize) -> Result<()> {
    let clock = App::system_clock();
    let begin = Instant(clock().micros() - BETWEEN * i64::try_from(items)?);
    let app = App::new(Store::open(address, clock().micros()).await?, clock);
    app.seed(&watercourse_app::Context::of(Actor::Rule("bench".to_owned()))).await?;
    let published = app.stream(&watercourse_app::Access::of_the_program(), STREAM, None).await?;
    let mut number = 0;
    while number < items {
        let some = AT_ONCE.min(items - number);
        let made: Vec<Made> = (number..number + some).map(|n| make(&published, n, begin)).collect::<Result<_>>()?;
        let (made, published) = (Arc::new(made), Arc::clone(&published));
        app.store()
            .write_much(move |conn: &mut Conn| {
                let (made, published) = (Arc::clone(&made), Arc::clone(&published));
                Box::pin(async move { keep(conn, &made, &published).await })
            })
            .await?;
        number += some;
    }
    let (kind, last) = (published.stream.kind.clone(), i64::try_from(items)?);
    app.store()
        .write_much(move |conn: &mut Conn| {
            let kind = kind.clone();
            Box::pin(async move { Ok::<_, AppError>(conn.keys_from(&kind, last).await?) })
        })
        .await?;
    app.store().close().await;
    Ok(())
}

fn make(published: &Published, number: usize, begin: Instant) -> Result<Made> {
    let stream = &published.stream;
    let at = begin.plus(BETWEEN * i64::try_from(number)?);
    let actor = Actor::Integration("bench".to_owned());
    let prefix = watercourse_practices::kind(&stream.kind).map_or("ITEM", |k| k.prefix);
    let fresh =
        Fresh { item: ItemId(Uuid::now_v7()), key: format!("{prefix}-{}", number + 1), child: ItemId(Uuid::now_v7()) };
    let world = World {
        stream,
        version: published.head.version,
        item: None,
        at,
        now: at,
        actor: &actor,
        cause: "open",
        note: None,
        fresh: &fresh,
    };
    let wrong = |refusal: watercourse_core::refusal::Refusal| anyhow::anyhow!("{}", refusal.wrong);
    let mut decision = open(&world, None, BTreeMap::new()).map_err(wrong)?;
    let steps = [
        ("start", json!({"step": "ask"})),
        ("finish", json!({"step": "ask", "outcome": "accepted"})),
        ("start", json!({"step": "fulfil"})),
        ("finish", json!({"step": "fulfil"})),
    ];
    let steps = if number.is_multiple_of(OPEN) { steps.get(..1).unwrap_or_default() } else { &steps[..] };
    for (verb, arguments) in steps {
        let verb = Verb::parse(verb, arguments.clone()).ok().context("a verb that can be read")?;
        let item = decision.item.clone();
        let at = item.touched.plus(60_000_000);
        let world = World { item: Some(&item), at, now: at, cause: verb.spec().id, ..world };
        let more = decide(&world, &verb).map_err(wrong)?;
        decision.facts.extend(more.facts);
        decision.item = more.item;
    }
    let words = Words { title: title(number), description: String::new(), ..Words::default() };
    Ok(Made { item: decision.item, facts: decision.facts, words })
}

async fn keep(conn: &mut Conn, made: &[Made], published: &Published) -> Result<(), AppError> {
    let stream = &published.stream;
    let rows: Vec<ItemRow> = made.iter().map(|m| row(&m.item, &m.words, stream, false)).collect();
    let items: Vec<(&ItemRow, &Words, &Item)> =
        made.iter().zip(&rows).map(|(m, row)| (row, &m.words, &m.item)).collect();
    conn.insert_items(&items).await?;
    let mut parts = Rows::default();
    for one in made {
        add_changed(&mut parts, None, &one.item, stream);
    }
    conn.save_rows(&parts).await?;
    let facts: Vec<(&str, &Fact)> = made.iter().flat_map(|m| m.facts.iter().map(|f| (STREAM, f))).collect();
    conn.append_many(&facts).await?;
    Ok(())
}
