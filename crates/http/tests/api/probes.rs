//! Whether anybody gets at what is not theirs. Two entities hold mirrored data; for every operation and page, every
//! id of the one is tried by people of the other in path, query and body, and the answer must be, to the letter,
//! that to an id which is not there. `WATERCOURSE_PROBES=all` tries all of them, otherwise one in ten.

use crate::server::{Server, encoded, on_both_guarded};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use watercourse_app::{Access, Context, EntitySettings, NewEntity, NewItem, NewPerson, NewTeam, Service};
use watercourse_core::actor::Actor;
use watercourse_core::verb::Verb;

/// What everything of the other entity has in its words, and no answer may hold.
const SECRET: &str = "zq9secretword";
/// A stream of an entity's own.
const STREAM: &str = r#"
stream = "ENT-flow"
name = "WORD flow"
kind = "request"
demand = "WORD"
value = "WORD"

[[step]]
id = "one"
name = "WORD one"
activity = "engage"
team = "ENT-desk"
start = true

[[step]]
id = "two"
name = "WORD two"
activity = "deliver_support"
team = "ENT-desk"
after = ["one"]
deliver = true
gates = ["approval"]
"#;

/// Pages, with `{}` where an id stands.
const PAGES: &[&str] = &[
    "/",
    "/a/engage",
    "/streams",
    "/streams/{}",
    "/streams/{}/edit",
    "/streams/{}/variants",
    "/streams/{}/conformance",
    "/streams/{}/versions",
    "/streams/{}/charts/handoffs.svg",
    "/streams/{}/charts/handoffs.csv",
    "/work",
    "/new",
    "/w/{}",
    "/practices",
    "/practices/service-desk",
    "/teams",
    "/teams/{}",
    "/access",
    "/account",
    "/accounts",
    "/audit",
    "/receivers",
    "/imports",
    "/imports/{}",
    "/imports/{}/mapping.toml",
    "/imports/{}/rejected.csv",
];

/// Somebody who tries.
struct Prober {
    name: &'static str,
    token: String,
}

/// Everything of one entity that has a name.
#[derive(Default)]
struct Named {
    ids: Vec<String>,
}

fn program() -> Context {
    Context::of(Actor::Rule("test".to_owned()))
}

/// Fills an entity; the ids of what is there.
async fn fill(server: &Server, entity: &str, word: &str) -> Named {
    let (app, ctx) = (&server.app, program());
    let settings = EntitySettings { prefix: Some(entity.to_uppercase()), ..EntitySettings::default() };
    let new = NewEntity { id: entity.to_owned(), name: word.to_owned(), settings, ..NewEntity::default() };
    app.put_entity(&ctx, new).await.unwrap();
    let mut ids = vec![entity.to_owned(), format!("{entity}-desk"), format!("{entity}-flow"), format!("{entity}-vpn")];
    for handle in ["ada", "bo", "cy"] {
        let handle = format!("{entity}-{handle}");
        let mail = Some(format!("{word}@example.org"));
        let new = NewPerson { handle: handle.clone(), name: format!("{word} {handle}"), mail, entity: None };
        let person = app.put_person(&ctx, new).await.unwrap();
        ids.extend([handle, person.id.to_string()]);
    }
    let team = NewTeam {
        id: format!("{entity}-desk"),
        name: format!("{word} desk"),
        members: vec![format!("{entity}-ada")],
        ..NewTeam::default()
    };
    app.put_team(&ctx, team).await.unwrap();
    let service = Service {
        id: format!("{entity}-vpn"),
        name: format!("{word} VPN"),
        team: Some(format!("{entity}-desk")),
        about: word.to_owned(),
        entity: String::new(),
    };
    app.put_service(&ctx, service).await.unwrap();
    let text = STREAM.replace("ENT", entity).replace("WORD", word);
    app.publish(&ctx, &text, word, None).await.unwrap();
    for (n, stream) in
        [format!("{entity}-flow"), "standard-request".to_owned(), "normal-change".to_owned()].iter().enumerate()
    {
        let new = NewItem {
            stream: stream.clone(),
            title: format!("{word} {n}"),
            description: word.to_owned(),
            requester: Some(format!("{entity}-bo")),
            entity: Some(entity.to_owned()),
            ..NewItem::default()
        };
        let done = app.open(&ctx, new).await.unwrap();
        let comment = Verb::parse("comment", json!({"text": word})).unwrap();
        app.act(&ctx, &done.item.key, &comment, None, None).await.unwrap();
        ids.extend([done.item.key, done.item.id.to_string()]);
    }
    let log = format!(
        "case,activity,timestamp,team\n{word} a,{word} one,2026-01-01T08:00:00Z,{word}\n{word} a,{word} two,2026-01-02T08:00:00Z,{word}\n"
    );
    let stream = format!("{entity}-log");
    let reply = server
        .as_program(Method::POST, &format!("/api/v1/imports?stream={stream}"))
        .header("content-type", "text/csv")
        .body(log)
        .send()
        .await
        .unwrap();
    assert!(reply.status().is_success(), "{}", reply.status());
    let imported: Value = reply.json().await.unwrap();
    ids.extend([stream.clone(), format!("{stream}:{word} a"), imported["import"].as_str().unwrap().to_owned()]);
    Named { ids }
}

/// An id that is not there, as long as the real one and of its form.
fn twin(id: &str) -> String {
    let turned = |c: char| match c {
        '0'..='8' => char::from(c as u8 + 1),
        '9' => '0',
        other => other,
    };
    match uuid::Uuid::parse_str(id) {
        Ok(_) => id.get(..24).unwrap_or_default().to_owned() + &id.chars().skip(24).map(turned).collect::<String>(),
        Err(_) if id.chars().any(|c| c.is_ascii_digit()) && !id.contains(SECRET) => id.chars().map(turned).collect(),
        // The part behind the entity's letters, so that the id still begins with them.
        Err(_) => id
            .chars()
            .rev()
            .collect::<String>()
            .replacen(|c: char| c.is_ascii_lowercase(), "q", 2)
            .chars()
            .rev()
            .collect(),
    }
}

/// One request to be tried: with an id and with its twin.
pub struct Probe {
    pub method: Method,
    pub path: String,
    pub body: Option<String>,
    pub media: &'static str,
}

/// All requests that an operation takes with this id somewhere.
fn probes_of(document: &Value, id: &str) -> Vec<Probe> {
    let mut probes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            // What ends sessions of whoever asks, or does not end itself, is tried elsewhere.
            if path.ends_with("/stream") || path.starts_with("/hooks/") || path.contains("/sessions") {
                continue;
            }
            let names: Vec<&str> = path.split('{').skip(1).filter_map(|p| p.split('}').next()).collect();
            let fill = |with: &str| names.iter().fold(path.clone(), |p, n| p.replace(&format!("{{{n}}}"), with));
            let plain = fill("nothing-here");
            let (media, example) = operation["requestBody"]["content"]
                .as_object()
                .and_then(|c| c.iter().next())
                .map_or(("application/json", Value::Null), |(media, c)| {
                    let media = if media.contains("json") { "application/json" } else { "text/plain" };
                    (media, c["example"].clone())
                });
            let sent = |value: &Value| match value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            let probe = |path: String, body: Option<String>| Probe { method: method.clone(), path, body, media };
            if !names.is_empty() {
                probes.push(probe(fill(&encoded(id)), sent(&example)));
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = match parameter["$ref"].as_str() {
                    Some(at) => document.pointer(at.trim_start_matches('#')).unwrap_or(&Value::Null),
                    None => parameter,
                };
                if let (Some("query"), Some(name)) = (parameter["in"].as_str(), parameter["name"].as_str()) {
                    let values = match name {
                        "q" => ["", "key:", "team:", "stream:", "requester:", "-team:"]
                            .map(|f| format!("{f}\"{id}\""))
                            .to_vec(),
                        _ => vec![id.to_owned()],
                    };
                    for value in values {
                        probes.push(probe(format!("{plain}?{name}={}", encoded(&value)), sent(&example)));
                    }
                }
            }
            let mut places = Vec::new();
            strings(&example, &mut String::new(), &mut places);
            let properties = operation["requestBody"]["content"][media]["schema"]["properties"].as_object();
            places.extend(properties.into_iter().flatten().map(|(name, _)| format!("/{name}")));
            for place in places.iter().collect::<BTreeSet<_>>() {
                let mut body = if example.is_object() { example.clone() } else { json!({}) };
                set(&mut body, place, id);
                probes.push(probe(plain.clone(), Some(body.to_string())));
            }
        }
    }
    for page in PAGES {
        let get = |path: String| Probe { method: Method::GET, path, body: None, media: "text/html" };
        if page.contains("{}") {
            probes.push(get(page.replace("{}", &encoded(id))));
        } else {
            for name in ["q", "cursor", "stream", "team", "item", "sort", "days"] {
                probes.push(get(format!("{page}?{name}={}", encoded(id))));
            }
        }
    }
    for verb in ["start", "finish", "comment", "cancel", "hand_over", "link"] {
        let body = format!("step=one&text=x&reason=x&team={0}&to={0}&link=relates_to", encoded(id));
        let post = |path: String| Probe {
            method: Method::POST,
            path,
            body: Some(body.clone()),
            media: "application/x-www-form-urlencoded",
        };
        probes.push(post(format!("/w/{}/{verb}", encoded(id))));
    }
    probes
}

/// The places of a value where text stands, as JSON pointers.
fn strings(value: &Value, at: &mut String, found: &mut Vec<String>) {
    let down = |step: String, value: &Value, at: &mut String, found: &mut Vec<String>| {
        let long = at.len();
        at.push('/');
        at.push_str(&step);
        strings(value, at, found);
        at.truncate(long);
    };
    match value {
        Value::String(_) if !at.is_empty() => found.push(at.clone()),
        Value::Array(list) => list.iter().enumerate().for_each(|(n, v)| down(n.to_string(), v, at, found)),
        Value::Object(map) => map.iter().for_each(|(name, v)| down(name.clone(), v, at, found)),
        _ => {}
    }
}

fn set(body: &mut Value, place: &str, id: &str) {
    match body.pointer_mut(place) {
        Some(slot) => *slot = json!(id),
        None => {
            if let (Some(map), Some(name)) = (body.as_object_mut(), place.strip_prefix('/')) {
                map.insert(name.to_owned(), json!(id));
            }
        }
    }
}

/// An answer without what is new in every answer, and without the id that was asked for.
fn told(status: u16, text: &str, id: &str) -> (u16, String) {
    let mut text = text.replace(id, "ID").replace(&encoded(id), "ID");
    for other in [id.to_uppercase(), id.to_lowercase(), id.replace('"', "&#34;"), id.chars().take(40).collect()] {
        text = text.replace(&other, "ID");
    }
    (status, without_chance(&text))
}

/// Without UUIDs and times, which differ from answer to answer.
fn without_chance(text: &str) -> String {
    let is_id = |part: &str| uuid::Uuid::try_parse(part).is_ok();
    let mut clean = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !(c.is_ascii_hexdigit() || c == '-')) {
        let (word, end) = part.split_at(part.trim_end_matches(|c: char| !(c.is_ascii_hexdigit() || c == '-')).len());
        clean.push_str(if is_id(word) { "UUID" } else { word });
        clean.push_str(end);
    }
    clean
}

/// Where two texts begin to differ.
fn difference(one: &str, other: &str) -> String {
    let at = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| text.chars().skip(at.saturating_sub(40)).take(160).collect::<String>();
    format!("“{}” and “{}”", part(one), part(other))
}

/// Roles and scopes, with the person who has them.
type Given = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// See [`Given`].
const PROBERS: &[Given] = &[
    ("agent", "zqbe-ada", &[("agent", "entity:zqbe")]),
    ("requester", "zqbe-bo", &[("requester", "own")]),
    ("team", "zqbe-ada", &[("agent", "team")]),
    ("keeper", "zqbe-cy", &[("everything", "entity:zqbe")]),
    ("nobody", "zqbe-cy", &[]),
];

async fn nobody_gets_at_what_is_not_theirs(server: Server) {
    fill(&server, "zqbe", "ours").await;
    let theirs = fill(&server, "zqfr", SECRET).await;
    let everything: Vec<String> = watercourse_app::Permission::ALL.iter().map(|p| p.id().to_owned()).collect();
    let role = watercourse_app::NewRole { id: "everything".into(), permissions: everything, ..Default::default() };
    server.app.put_role(&program(), role).await.unwrap();
    let mut probers = Vec::new();
    for (name, handle, roles) in PROBERS {
        probers.push(Prober { name, token: server.token(handle, name, roles).await });
    }
    let document = server.document().await;
    let one_in = if std::env::var("WATERCOURSE_PROBES").is_ok_and(|v| v == "all") { 1 } else { 10 };
    let (mut tried, mut leaks, mut number) = (0_u64, Vec::new(), 0_u64);
    // What reads comes first: what writes leaves words with ids in them, which would be found.
    for reads in [true, false] {
        for id in &theirs.ids {
            let other = twin(id);
            assert_ne!(&other, id);
            let pairs = probes_of(&document, id).into_iter().zip(probes_of(&document, &other));
            let pairs: Vec<(Probe, Probe)> = pairs.filter(|(p, _)| (p.method == Method::GET) == reads).collect();
            for (prober, (probe, missing)) in probers.iter().flat_map(|p| pairs.iter().map(move |pair| (p, pair))) {
                number += 1;
                if !number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17).is_multiple_of(one_in) {
                    continue;
                }
                tried += 1;
                let (real, absent) =
                    (server.probe(&prober.token, probe).await, server.probe(&prober.token, missing).await);
                if let Some(leak) = leak(id, &other, &real, &absent, reads) {
                    leaks.push(format!("{} {} {} {:?}: {leak}", prober.name, probe.method, probe.path, probe.body));
                }
            }
        }
    }
    let shown: Vec<String> = leaks.iter().take(25).map(|l| l.chars().take(600).collect()).collect();
    assert!(leaks.is_empty(), "{} of {tried} probes told something:\n{}", leaks.len(), shown.join("\n"));
    assert!(tried * one_in > 20_000, "only {tried} probes");
}

/// What two answers, to an id that is there and to one that is not, tell apart.
fn leak(id: &str, other: &str, real: &(u16, String), absent: &(u16, String), reads: bool) -> Option<String> {
    let echoed = real.1.replace(id, "").replace(&encoded(id), "");
    if real.0 >= 500 || absent.0 >= 500 {
        return Some(format!("{} {}", real.0, real.1));
    }
    if echoed.contains(SECRET) && !id.contains(SECRET) {
        return Some(format!("tells {}", real.1));
    }
    // Views of one's own that an earlier probe made or took away tell nothing of others.
    if !reads && (real.1.contains("There is no view") || absent.1.contains("There is no view")) {
        return None;
    }
    // Two writes to one's own that both had their effect differ in what they made.
    if !reads && real.0 < 300 && absent.0 == real.0 {
        return None;
    }
    let (there, missing) = (told(real.0, &real.1, id), told(absent.0, &absent.1, other));
    (there != missing).then(|| format!("{} {} {}", there.0, missing.0, difference(&there.1, &missing.1)))
}

/// Every answer to one entity is the same, to the letter, whatever another one has.
async fn answers_do_not_depend_on_others(server: Server) {
    fill(&server, "zqbe", "ours").await;
    let settings = EntitySettings { prefix: Some("ZQFR".to_owned()), ..EntitySettings::default() };
    let new = NewEntity { id: "zqfr".to_owned(), settings, ..NewEntity::default() };
    server.app.put_entity(&program(), new).await.unwrap();
    let mut probers = Vec::new();
    for (name, handle, roles) in PROBERS.iter().filter(|p| p.0 != "keeper") {
        probers.push(Prober { name, token: server.token(handle, name, roles).await });
    }
    let document = server.document().await;
    let before = everything_told(&server, &probers, &document).await;
    let mut log = String::from("case,activity,timestamp,team\n");
    for case in 0..10_000 {
        log.push_str(&format!("c{case},{SECRET},2026-01-01T08:00:00Z,{SECRET}\n"));
    }
    let imported = server
        .as_program(Method::POST, "/api/v1/imports?stream=zqfr-log")
        .header("content-type", "text/csv")
        .body(log)
        .send()
        .await
        .unwrap();
    assert!(imported.status().is_success());
    for n in 0..20 {
        let new = NewItem {
            stream: "standard-request".to_owned(),
            title: format!("{SECRET} {n}"),
            entity: Some("zqfr".to_owned()),
            ..NewItem::default()
        };
        server.app.open(&program(), new).await.unwrap();
    }
    assert_eq!(server.app.count(&Access::of_the_program(), "").await.unwrap(), 10_024);
    let after = everything_told(&server, &probers, &document).await;
    assert!(before.len() > 100, "{}", before.len());
    for (what, answer) in &before {
        let now = &after[what];
        assert!(answer == now, "{what}: {} {} {}", answer.0, now.0, difference(&answer.1, &now.1));
    }
}

/// Every answer that can be had without an id, and to the ids of one's own.
async fn everything_told(server: &Server, probers: &[Prober], document: &Value) -> BTreeMap<String, (u16, String)> {
    let own = ["zqbe-flow", "standard-request", "zqbe-desk", "zqbe-ada", "zqbe-vpn", "ZQBE-REQ-1001", "zqbe-log"];
    let mut paths = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        if methods.get("get").is_none() || path.ends_with("/events/stream") || path.ends_with("/meta") {
            continue;
        }
        for id in own {
            let filled: Vec<String> =
                path.split('/').map(|part| if part.starts_with('{') { encoded(id) } else { part.to_owned() }).collect();
            paths.insert(filled.join("/"));
        }
    }
    for page in PAGES {
        paths.extend(own.iter().map(|id| page.replace("{}", id)));
    }
    paths.extend(
        ["state:open", "\"ours\"", "team:zqbe-desk", "-kind:change", "age:>1d", SECRET]
            .map(|q| format!("/api/v1/items?q={}", encoded(q))),
    );
    let mut told = BTreeMap::new();
    for prober in probers {
        for path in &paths {
            let probe = Probe { method: Method::GET, path: path.clone(), body: None, media: "text/html" };
            let (status, text) = server.probe(&prober.token, &probe).await;
            assert!(status < 500, "{path}: {text}");
            told.insert(format!("{} {path}", prober.name), (status, without_chance(&text)));
        }
    }
    told
}

on_both_guarded!(nobody_gets_at_what_is_not_theirs, answers_do_not_depend_on_others);
