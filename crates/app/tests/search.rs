//! Lists and search: what the database answers is what the predicate says of each item, on both databases, in every
//! order, page by page; whoever asks sees no more than they may; and no question takes long.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests may fail loudly")]

mod invented;
mod support;

use invented::{Dice, Invented, filter, invent};
use std::collections::BTreeMap;
use std::time::Instant as Clocked;
use support::World;
use watercourse_app::access::Reach;
use watercourse_app::{Access, AppError, ItemQuery, Looked, Looks, NewItem, Permission, Sort};
use watercourse_core::filter::Filter;
use watercourse_core::id::ItemId;

on_both!(
    what_the_database_answers_is_what_the_predicate_says,
    whoever_asks_sees_no_more_than_they_may,
    no_question_takes_long,
    words_are_found_as_soon_as_they_are_written,
    items_from_before_there_was_a_search_are_found_after_a_while,
);

/// How many questions are asked; more by hand, with WATERCOURSE_QUESTIONS=10000.
fn questions(few: usize) -> usize {
    std::env::var("WATERCOURSE_QUESTIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(few)
}

/// The ids a filter finds, page by page. No page may repeat or leave out anything, so order matters.
async fn asked(world: &World, access: &Access, q: &str, sort: Sort, limit: usize, looks: Looks) -> Vec<ItemId> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let query = ItemQuery { q: q.to_owned(), sort, limit, cursor, looks };
        let page = world.app.items(access, &query).await.unwrap_or_else(|e| panic!("{q}: {e}"));
        assert!(page.items.len() <= limit);
        if let Some(total) = page.total.filter(|_| page.next.is_none()) {
            assert_eq!(total, page.items.len() as u64, "{q}");
        }
        ids.extend(page.items.iter().map(|row| row.id));
        cursor = page.next;
        if cursor.is_none() {
            return ids;
        }
    }
}

/// The ids a filter finds, by the predicate.
fn expected(items: &[Invented], q: &str, sort: Sort, now: watercourse_core::time::Instant) -> Vec<ItemId> {
    let filter = Filter::parse(q).unwrap();
    let holds = |item: &&Invented| {
        let notes: Vec<&str> = item.notes.iter().map(String::as_str).collect();
        let looked = Looked { row: &item.row, description: &item.description, notes: &notes, now };
        filter.holds(&looked, now.micros()).unwrap_or_else(|| panic!("{q} can be computed"))
    };
    let mut found: Vec<&Invented> = items.iter().filter(holds).collect();
    match sort {
        Sort::Touched => found.sort_by_key(|i| std::cmp::Reverse((i.row.touched, i.row.id))),
        Sort::Newest => found.sort_by_key(|i| std::cmp::Reverse((i.row.created, i.row.id))),
        Sort::Oldest => found.sort_by_key(|i| (i.row.created, i.row.id)),
    }
    found.iter().map(|i| i.row.id).collect()
}

async fn what_the_database_answers_is_what_the_predicate_says(world: &World) {
    let items = invent(world, 300, 1).await;
    let (mut dice, now) = (Dice(2), world.app.now());
    let access = Access::of_the_program();
    let (mut some, mut none) = (0, 0);
    for n in 0..questions(400) {
        let q = filter(&mut dice, 3);
        let sort = Sort::ALL[dice.below(3)];
        let limit = [7, 50, 200][dice.below(3)];
        let short = Looks { few: [0, 20][dice.below(2)], first: 5, most: 60, tests: 1000 };
        let looks = if n % 2 == 0 { Looks::default() } else { short };
        let expected = expected(&items, &q, sort, now);
        assert_eq!(asked(world, &access, &q, sort, limit, looks).await, expected, "{q} {sort:?} {limit} {looks:?}");
        assert_eq!(world.app.count(&access, &q).await.unwrap(), expected.len() as u64, "{q}");
        assert_eq!(world.app.keys_of_items(&access, &q).await.unwrap().len(), expected.len(), "{q}");
        if expected.is_empty() { none += 1 } else { some += 1 }
    }
    assert!(some > none / 4 && none > 0, "{some} questions found something, {none} nothing: ask better ones");
}

fn seeing(person: Option<watercourse_core::id::PersonId>, reach: Reach) -> Access {
    let actor = watercourse_core::actor::Actor::Integration("invented-3".to_owned());
    Access::new(
        actor,
        person,
        None,
        "root".to_owned(),
        watercourse_app::access::Horizon { all: true, ..Default::default() },
        BTreeMap::from([(Permission::ItemSee, reach)]),
    )
}

async fn whoever_asks_sees_no_more_than_they_may(world: &World) {
    let items = invent(world, 200, 3).await;
    let (mut dice, now) = (Dice(4), world.app.now());
    let person = items.iter().find_map(|i| i.row.requester);
    let set = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    let reaches = [
        Reach::default(),
        Reach { entities: set(&["north"]), ..Reach::default() },
        Reach { entities: set(&["north", "south", "nowhere"]), ..Reach::default() },
        Reach { teams: set(&["hr"]), ..Reach::default() },
        Reach { own: true, ..Reach::default() },
        Reach { entities: set(&["south"]), teams: set(&["hr", "network"]), own: true, ..Reach::default() },
        Reach::everywhere(),
    ];
    for _ in 0..questions(15) {
        let q = filter(&mut dice, 2);
        for reach in &reaches {
            let access = seeing(person, reach.clone());
            let opened_by = access.actor.clone();
            let seen = |i: &&Invented| {
                reach.all
                    || reach.entities.contains(&i.entity)
                    || i.teams.iter().any(|t| reach.teams.contains(t))
                    || (reach.own && (i.row.requester == person || i.row.opened_by == opened_by))
            };
            let mine: Vec<Invented> = items.iter().filter(seen).cloned().collect();
            let sort = Sort::ALL[dice.below(3)];
            let expected = expected(&mine, &q, sort, now);
            let looks = Looks { few: [0, 3000][dice.below(2)], first: 9, most: 50, tests: 1000 };
            assert_eq!(asked(world, &access, &q, sort, 20, looks).await, expected, "{q} {reach:?}");
            assert_eq!(world.app.count(&access, &q).await.unwrap(), expected.len() as u64, "{q} {reach:?}");
            assert_eq!(world.app.keys_of_items(&access, &q).await.unwrap().len(), expected.len(), "{q} {reach:?}");
        }
    }
}

async fn no_question_takes_long(world: &World) {
    invent(world, 300, 5).await;
    let mut dice = Dice(6);
    let access = Access::of_the_program();
    let many = |what: &str, with: &str, n: usize| vec![what; n].join(with);
    let mut heavy = vec![
        many("waiting:user", " OR ", 64),
        many("-team:hr", " ", 64),
        many("vpn*", " ", 64),
        many("a", " OR ", 64),
        format!("service:{}", many("x", ",", 2000)),
        format!("{}a{}", "(a OR -".repeat(31), ")".repeat(31)),
        format!("\"{}\"", many("vpn", " ", 1000)),
        "x".repeat(4096),
        "\u{0}".to_owned(),
        "'; DROP TABLE item; --".to_owned(),
        "key:\"'\" OR title:\"%\" OR service:\"_\"".to_owned(),
    ];
    heavy.extend((0..questions(1500)).map(|_| invented::junk(&mut dice)));
    let (mut read, mut longest) = (0, std::time::Duration::ZERO);
    for q in heavy {
        let begun = Clocked::now();
        match world.app.items(&access, &ItemQuery { q: q.clone(), ..ItemQuery::default() }).await {
            Ok(_) => read += 1,
            Err(AppError::Invalid { wrong, right, .. }) => assert!(!wrong.is_empty() && !right.is_empty(), "{q}"),
            Err(other) => panic!("{q}: {other}"),
        }
        longest = longest.max(begun.elapsed());
        assert!(begun.elapsed().as_secs_f64() < 2.0, "{q} took {:?}", begun.elapsed());
    }
    assert!(read > 50, "{read} questions could be read");
}

async fn words_are_found_as_soon_as_they_are_written(world: &World) {
    let ctx = world.seeded().await;
    let new = |title: &str, description: &str| NewItem {
        stream: "standard-request".to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        ..NewItem::default()
    };
    let opened = world.app.open(&ctx, new("Café printer jams", "Ångström’s desk; it says\nE-204")).await.unwrap();
    let key = opened.item.key;
    world.app.open(&ctx, new("Another printer", "")).await.unwrap();
    world.act(&ctx, &key, "comment", serde_json::json!({"text": "The fuser unit is worn"})).await.unwrap();
    world.act(&ctx, &key, "comment", serde_json::json!({"text": "Ordered on Monday"})).await.unwrap();
    let access = Access::of_the_program();
    for (q, count) in [
        ("printer", 2),
        ("PRINTER cafe", 1),
        ("CAFÉ", 1),
        ("print", 0),
        ("print*", 2),
        ("angstrom desk", 1),
        ("\"says e-204\"", 1),
        ("\"worn ordered\"", 0),
        ("\"ordered on\" fuser", 1),
        ("fuser OR another", 2),
        ("printer -fuser", 1),
        ("title:printer", 2),
        ("title:fuser", 0),
        ("title:\"cafe printer\",another", 2),
        (key.as_str(), 1),
        ("ord* fus*", 1),
    ] {
        assert_eq!(world.app.count(&access, q).await.unwrap(), count, "{q}");
        let page = world.app.items(&access, &ItemQuery { q: q.into(), ..ItemQuery::default() }).await.unwrap();
        assert_eq!(page.items.len() as u64, count, "{q}");
    }
}

async fn items_from_before_there_was_a_search_are_found_after_a_while(world: &World) {
    let items = invent(world, 120, 7).await;
    // As the migration finds an older database.
    world.say("DELETE FROM search").await;
    world.say("UPDATE item_field SET folded = NULL").await;
    world.say("INSERT INTO search_owed (item) SELECT id FROM item").await;
    let access = Access::of_the_program();
    assert_eq!(world.app.count(&access, "vpn").await.unwrap(), 0);
    let app = world.another().await;
    assert_eq!(app.index_owed().await.unwrap(), 120);
    assert_eq!(app.index_owed().await.unwrap(), 0, "it is done once");
    let now = world.app.now();
    for q in ["vpn", "title:vpn", "ärz*", "service:\"ÄRZTE zentrum\"", "-vpn"] {
        let expected = expected(&items, q, Sort::Touched, now);
        assert_eq!(asked(world, &access, q, Sort::Touched, 50, Looks::default()).await, expected, "{q}");
    }
    assert!(!expected(&items, "service:\"ärzte zentrum\"", Sort::Touched, now).is_empty());
}
