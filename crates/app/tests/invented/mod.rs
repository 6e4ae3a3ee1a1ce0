//! Invented items and questions: the same for the same seed.

use crate::support::{HOUR, World};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;
use watercourse_app::{ItemRow, Note, Person, StoreError, Words};
use watercourse_core::activity::Activity;
use watercourse_core::actor::Actor;
use watercourse_core::id::{CommentId, ItemId, PersonId};
use watercourse_core::item::{Ending, Item, Outcome, Phase, Place, Round, Spell, Visit};
use watercourse_core::marking::Marking;
use watercourse_core::time::Instant;
use watercourse_practices::FieldType;
use watercourse_store::{Rows, add_changed, row};

/// A small seeded generator (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
    pub fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// An item with what is known of it beside its row.
#[derive(Debug, Clone)]
pub struct Invented {
    pub row: ItemRow,
    pub description: String,
    pub notes: Vec<String>,
    pub entity: String,
    pub teams: Vec<String>,
}

const WORDS: &[&str] = &[
    "VPN",
    "vpn",
    "mail",
    "Mail-relay",
    "down",
    "is",
    "ÄRZTE",
    "Café",
    "cafe",
    "größe",
    "E-204",
    "restart",
    "İstanbul",
    "naïve",
    "ﬁle",
    "привет",
    "東京",
    "x",
    "monitor",
    "monitoring",
    "O'Brien",
    "100%",
    "a_b",
];
const TEAMS: &[&str] = &["hr", "network", "Service Desk", "Ärzte", "operations"];
const TEXTS: &[&str] =
    &["mail", "Mail relay", "ÄRZTE Zentrum", "payments", "3", "2026-11-20", "true", "50%", "a,b \"c\""];

fn text(dice: &mut Dice, most: usize) -> String {
    let between = [" ", "  ", ", ", "\n", "-"];
    (0..dice.below(most + 1)).map(|_| format!("{}{}", dice.one(WORDS), dice.one(&between))).collect()
}

fn open_round(dice: &mut Dice, number: u32, steps: usize, at: Instant) -> Round {
    let place = if dice.chance(80) {
        Place::Step(u8::try_from(dice.below(steps)).unwrap())
    } else {
        Place::Adhoc(text(dice, 1), Activity::ALL[dice.below(6)])
    };
    let team = dice.chance(80).then(|| dice.one(TEAMS).to_owned());
    let phase = [Phase::Queued, Phase::Active, Phase::Waiting][dice.below(3)];
    let reason = if phase == Phase::Waiting { dice.one(&["user", "supplier", ""]).to_owned() } else { String::new() };
    let is_over = dice.chance(30);
    let spell = Spell { phase, reason, from: at, until: is_over.then_some(at) };
    Round {
        number,
        place,
        opened: at,
        started: None,
        ended: is_over.then_some((at, Ending::Done(None))),
        released_by: None,
        gates: BTreeMap::new(),
        child: None,
        visits: vec![Visit { team, spells: vec![spell], left: is_over.then_some(at) }],
    }
}

fn value(dice: &mut Dice, is: FieldType) -> String {
    match is {
        FieldType::Text => dice.one(TEXTS).to_owned(),
        FieldType::Number => dice.one(&["0", "12.5", "-3", "100", "1e3"]).to_owned(),
        FieldType::Enum(choices) => dice.one(choices).to_owned(),
        FieldType::Date => dice.one(&["2026-11-22", "2026-11-23", "2026-11-24", "2025-01-01", "2026-12-31"]).to_owned(),
        FieldType::Bool => dice.one(&["true", "false"]).to_owned(),
    }
}

/// Makes up items and keeps them.
pub async fn invent(world: &World, count: usize, seed: u64) -> Vec<Invented> {
    world.seeded().await;
    let mut dice = Dice(seed);
    let streams = world.app.streams(&watercourse_app::Access::of_the_program()).await.unwrap();
    let people: Vec<Person> = (0..3)
        .map(|n| Person {
            id: PersonId(Uuid::now_v7()),
            handle: format!("p{n}"),
            name: "P".to_owned(),
            mail: None,
            entity: "root".to_owned(),
        })
        .collect();
    let now = world.app.now();
    let (mut made, mut kept, mut rows, mut notes) = (Vec::new(), Vec::new(), Rows::default(), Vec::new());
    for n in 0..count {
        let published = &streams[dice.below(streams.len())];
        let stream = &published.stream;
        // Several items share a time, so that ties must be broken.
        let created = Instant(now.micros() - i64::try_from(dice.below(40)).unwrap() * 9 * HOUR);
        let touched = Instant(created.micros() + i64::try_from(dice.below(9)).unwrap() * HOUR);
        let closed = dice.chance(40).then(|| {
            (touched, [Outcome::Delivered, Outcome::Failed, Outcome::Declined, Outcome::Cancelled][dice.below(4)])
        });
        let steps = (0..64).take_while(|s| stream.step(*s).is_some()).count();
        let rounds: Vec<Round> = (1..=dice.below(4)).map(|i| open_round(&mut dice, i as u32, steps, created)).collect();
        let fields = watercourse_practices::kind(&stream.kind).map(|kind| {
            let fields = kind.all_fields().filter(|_| dice.chance(50)).collect::<Vec<_>>();
            fields.into_iter().map(|f| (f.id.to_owned(), value(&mut dice, f.is))).collect()
        });
        let item = Item {
            id: ItemId(Uuid::now_v7()),
            key: if dice.chance(80) { format!("INC-{n}") } else { format!("log:Fall Ä-{n}") },
            kind: stream.kind.clone(),
            stream: stream.id.clone(),
            version: published.head.version,
            created,
            opened_by: Actor::Integration(format!("invented-{}", dice.below(5))),
            fields: fields.unwrap_or_default(),
            rounds,
            marking: Marking::default(),
            closed,
            ended_by: None,
            parked: Vec::new(),
            touched,
            revision: 1,
        };
        let requester = dice.chance(30).then(|| people[dice.below(3)].id);
        let words = Words { title: text(&mut dice, 4), description: text(&mut dice, 9), requester, ..Words::default() };
        let said: Vec<String> = (0..dice.below(3)).map(|_| text(&mut dice, 5)).collect();
        notes.extend(said.iter().enumerate().map(|(i, words)| Note {
            id: CommentId(Uuid::now_v7()),
            item: item.id,
            actor: item.opened_by.clone(),
            words: words.clone(),
            at: Instant(created.micros() + i as i64),
        }));
        add_changed(&mut rows, None, &item, stream);
        made.push(Invented {
            row: row(&item, &words, stream, dice.chance(20)),
            description: words.description.clone(),
            notes: said,
            entity: dice.one(&["root", "north", "south"]).to_owned(),
            teams: item.rounds.iter().filter_map(|r| r.team().map(str::to_owned)).collect(),
        });
        kept.push((words, item));
    }
    keep(world, people, made.clone(), kept, rows, notes).await;
    made
}

async fn keep(
    world: &World,
    people: Vec<Person>,
    made: Vec<Invented>,
    kept: Vec<(Words, Item)>,
    rows: Rows,
    notes: Vec<Note>,
) {
    let all = Arc::new((people, made.clone(), kept, rows, notes));
    let write = world.app.store().write_much::<(), StoreError, _>(move |conn| {
        let all = Arc::clone(&all);
        Box::pin(async move {
            let (people, made, kept, rows, notes) = &*all;
            for person in people {
                conn.put_person(person).await?;
            }
            let items: Vec<_> = made.iter().zip(kept).map(|(m, (words, item))| (&m.row, words, item)).collect();
            conn.insert_items(&items).await?;
            conn.save_rows(rows).await?;
            conn.insert_notes(notes).await
        })
    });
    write.await.unwrap();
    for entity in ["north", "south"] {
        let of = made.iter().filter(|m| m.entity == entity).map(|m| format!("'{}'", m.row.key));
        let keys: Vec<String> = of.collect();
        world.say(&format!("UPDATE item SET entity = '{entity}' WHERE key IN ({})", keys.join(", "))).await;
    }
}

/// A question that can be asked.
pub fn filter(dice: &mut Dice, depth: usize) -> String {
    let minus = if dice.chance(25) { "-" } else { "" };
    match dice.below(if depth == 0 { 1 } else { 3 }) {
        0 => format!("{minus}{}", test(dice)),
        1 => {
            let parts: Vec<String> = (0..2 + dice.below(2)).map(|_| filter(dice, depth - 1)).collect();
            format!("{minus}({})", parts.join(" "))
        }
        _ => {
            let parts: Vec<String> = (0..2 + dice.below(2)).map(|_| filter(dice, depth - 1)).collect();
            format!("{minus}({})", parts.join(" OR "))
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn listed(dice: &mut Dice, of: &[&str]) -> String {
    let one = |dice: &mut Dice| {
        let value = dice.one(of);
        match dice.below(4) {
            0 => quoted(&value.to_uppercase()),
            1 => quoted(&value.to_lowercase()),
            _ => quoted(value),
        }
    };
    (0..1 + dice.below(3)).map(|_| one(dice)).collect::<Vec<_>>().join(",")
}

fn compared(dice: &mut Dice, of: &[&str]) -> String {
    format!("{}{}", dice.one(&[">", ">=", "<", "<="]), dice.one(of))
}

const DAYS: &[&str] = &["2026-11-22", "2026-11-23", "2026-11", "2026", "today", "yesterday"];
const MOMENTS: &[&str] = &["2026-11-22T00:00Z", "-2d", "-30h", "now", "+1d", "2026-11-23T09:00:00Z"];

fn test(dice: &mut Dice) -> String {
    if dice.chance(25) {
        return free_text(dice);
    }
    let name = dice.one(&[
        "key",
        "kind",
        "stream",
        "step",
        "team",
        "waiting",
        "title",
        "activity",
        "phase",
        "state",
        "result",
        "imported",
        "created",
        "touched",
        "delivered",
        "closed",
        "age",
        "field",
    ]);
    if dice.chance(8) && name != "field" {
        return format!("{name}:*");
    }
    let test = match name {
        "key" => listed(dice, &["INC-1", "INC-7", "inc-12", "log:Fall Ä-3", "log:FALL Ä-8", "nothing"]),
        "kind" => listed(dice, &["incident", "request", "change", "problem", "feature", "nothing"]),
        "stream" => listed(dice, &["restore-service", "standard-request", "new-feature", "nothing"]),
        "step" => listed(dice, &["ask", "diagnose", "build", "deploy", "~1", "~2", "nothing"]),
        "team" => listed(dice, TEAMS),
        "waiting" => listed(dice, &["user", "supplier", "nothing"]),
        "title" => listed(dice, &["vpn", "is down", "cafe", "ÄRZTE", "e-204", "mail relay"]),
        "activity" => listed(dice, &Activity::ALL.map(Activity::id)),
        "phase" => listed(dice, &["queued", "active", "waiting"]),
        "state" => listed(dice, &["open", "closed"]),
        "result" => listed(dice, &["delivered", "failed", "declined", "cancelled"]),
        "imported" => dice.one(&["true", "false", "true,false"]).to_owned(),
        "age" => match dice.below(2) {
            0 => compared(dice, &["3d", "30h", "1w", "0s"]),
            _ => dice.one(&["1d..5d", "0s..9h"]).to_owned(),
        },
        "field" => return field(dice),
        _ => moments(dice),
    };
    format!("{name}:{test}")
}

fn moments(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => format!("{},{}", dice.one(DAYS), dice.one(DAYS)),
        1 => compared(dice, DAYS),
        2 => compared(dice, MOMENTS),
        _ => dice.one(&["2026-11-21..2026-11-22", "-5d..-2d", "2026-10..2026-11", "yesterday..today"]).to_owned(),
    }
}

fn field(dice: &mut Dice) -> String {
    let kinds: Vec<_> = watercourse_practices::kinds().collect();
    let fields: Vec<_> = kinds[dice.below(kinds.len())].all_fields().collect();
    let field = fields[dice.below(fields.len())];
    // A word that means different things in different kinds is asked as text.
    let schema = watercourse_app::list_schema();
    let holds = &schema.get(field.id).unwrap().field_type;
    if dice.chance(10) {
        return format!("{}:*", field.id);
    }
    let test = match (field.is, holds) {
        (_, watercourse_core::filter::FieldType::Text) | (FieldType::Text, _) => listed(dice, TEXTS),
        (FieldType::Enum(choices), _) => listed(dice, choices),
        (FieldType::Bool, _) => dice.one(&["true", "FALSE"]).to_owned(),
        (FieldType::Number, _) => match dice.below(3) {
            0 => dice.one(&["12.5,100", "0", "-3.0"]).to_owned(),
            1 => compared(dice, &["0", "12.5", "1e2"]),
            _ => dice.one(&["0..12.5", "-5..5"]).to_owned(),
        },
        (FieldType::Date, _) => moments(dice),
    };
    format!("{}:{test}", field.id)
}

fn free_text(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => {
            dice.one(&["vpn*", "mon*", "ärz*", "caf*", "e-20*", "при*", "東京*", "inc*", "zz*", "mail-re*"]).to_owned()
        }
        1 => quoted(dice.one(&["vpn is", "is down", "mail relay", "e 204", "O'Brien 100", "fall ä"])),
        _ => quoted(dice.one(WORDS)),
    }
}

/// Something that looks like a question more often than chance would make it.
pub fn junk(dice: &mut Dice) -> String {
    let pieces = [
        "risk",
        "age",
        ":",
        ">",
        "<=",
        "=",
        "..",
        ",",
        "*",
        "-",
        "(",
        ")",
        "\"",
        "\\",
        " ",
        " ",
        " OR ",
        "AND",
        "NOT",
        "3d",
        "a",
        "vpn",
        "2026-11-23",
        "-7d",
        ".",
        "“",
        "é",
        "!",
        "\n",
        "created:",
        "cost:1..2",
        "team:hr",
        "vpn*",
        "state:open",
        "'",
        "%",
        "\u{0}",
        "💧",
        "due:",
        "0",
        "kind:",
        "high",
        "true",
        " ",
    ];
    let test = test(dice);
    let mut text: String = (0..dice.below(24)).map(|_| dice.one(&pieces)).collect();
    if dice.chance(40) {
        text = format!("{test} {text}");
    }
    if dice.chance(30) { filter(dice, 3) } else { text }
}
