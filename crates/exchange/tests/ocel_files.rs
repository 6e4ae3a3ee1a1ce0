//! Object-centric files with faults, oddities and difficult texts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fmt::Write as _;
use std::io::Cursor;

use proptest::prelude::*;
use serde_json::{Value, json};
use watercourse_exchange::ocel::{self, Ocel};
use watercourse_exchange::{ExchangeError, Limits, Options, read_log};

const JSON: &str = r#"{"objectTypes":[{"name":"order","attributes":[{"name":"price","type":"float"},{"name":"paid","type":"boolean"}]},
{"name":"team","attributes":[]}],
"eventTypes":[{"name":"place","attributes":[{"name":"n","type":"integer"},{"name":"due","type":"time"}]},{"name":"close","attributes":[]}],
"objects":[{"id":"o1","type":"order","attributes":[{"name":"price","time":"1970-01-01T00:00:00Z","value":"12.50"},{"name":"price","time":"2024-01-02T10:00:00+01:00","value":13}],
"relationships":[{"objectId":"gone","qualifier":"part of"}]},{"id":"t1","type":"team"}],
"events":[{"id":"e1","type":"place","time":"2024-01-01T09:00:00Z","attributes":[{"name":"n","value":"7"},{"name":"due","value":"2024-02-01T00:00:00Z"}],
"relationships":[{"objectId":"o1","qualifier":"of"},{"objectId":"t1","qualifier":"by"}]},
{"id":"e2","type":"close","time":"2024-01-03T09:00:00Z","relationships":[{"objectId":"o1","qualifier":"of"}]}]}"#;

fn read(text: impl AsRef<[u8]>) -> Result<ocel::Read, ExchangeError> {
    ocel::read(&mut Cursor::new(text.as_ref()), &Options::default(), &mut |_, _| {})
}

fn codes(read: &ocel::Read) -> Vec<&str> {
    read.warnings.iter().map(|w| w.code).collect()
}

fn json_of(log: &Ocel) -> Vec<u8> {
    let mut out = Vec::new();
    ocel::write_json(log, &mut out).unwrap();
    out
}

fn xml_of(log: &Ocel) -> Vec<u8> {
    let mut out = Vec::new();
    ocel::write_xml(log, &mut out).unwrap();
    out
}

fn sqlite_of(log: &Ocel) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    ocel::write_sqlite(log, &path).unwrap();
    std::fs::read(path).unwrap()
}

#[test]
fn values_have_the_kind_that_is_declared() {
    let read = read(JSON).unwrap();
    let said = read.ocel.statements();
    for line in [
        r#"event "e1" "n" = Integer(7)"#,
        r#"event "e1" "due" = Time(1706745600000)"#,
        r#"object "o1" "price" = Float(12.5) from 1970-01-01T00:00:00Z"#,
        r#"object "o1" "price" = Float(13.0) from 2024-01-02T09:00:00Z"#,
        r#"object "o1" to "gone" as "part of""#,
    ] {
        assert!(said.iter().any(|s| s == line), "{line} in {said:#?}");
    }
    assert_eq!(codes(&read), ["dangling-object-relations", "bare-objects"]);
}

#[test]
fn the_order_of_keys_does_not_matter() {
    let turned = json!({
        "events": [{"relationships": [{"qualifier": "of", "objectId": "o1"}], "attributes": [{"value": "7", "name": "n"}],
            "time": "2024-01-01T09:00:00Z", "type": "place", "id": "e1"}],
        "objects": [{"attributes": [{"value": "12.50", "time": "1970-01-01T00:00:00Z", "name": "price"}], "type": "order", "id": "o1"}],
        "eventTypes": [{"attributes": [{"type": "integer", "name": "n"}], "name": "place"}],
        "objectTypes": [{"attributes": [{"type": "float", "name": "price"}], "name": "order"}],
    });
    let said = read(turned.to_string()).unwrap().ocel.statements();
    assert!(said.contains(&r#"event "e1" "n" = Integer(7)"#.to_owned()), "{said:#?}");
    assert!(said.contains(&r#"object "o1" "price" = Float(12.5) from 1970-01-01T00:00:00Z"#.to_owned()), "{said:#?}");
}

#[test]
fn oddities_are_told_and_nothing_is_dropped() {
    let odd = JSON
        .replace(r#""n","value":"7""#, r#""n","value":"many""#)
        .replace(r#""id":"e2""#, r#""id":"e1""#)
        .replace(r#""type":"close","time""#, r#""type":"shut","note":{"a":[1]},"time""#)
        .replace(r#"{"id":"t1","type":"team"}"#, r#"{"id":"o1","type":"team"},{"id":"t1","type":"squad"}"#);
    let read = read(odd).unwrap();
    let found = codes(&read);
    for code in ["unfit-values", "repeated-event-id", "undeclared-type", "unknown-elements", "two-types"] {
        assert!(found.contains(&code), "{code} in {:#?}", read.warnings);
    }
    let unknown = &read.warnings.iter().find(|w| w.code == "unknown-elements").unwrap().text;
    assert!(unknown.contains("events[1].note"), "{unknown}");
    assert_eq!((read.ocel.events(), read.ocel.e2o.len()), (2, 3));
    for again in [json_of(&read.ocel), xml_of(&read.ocel), sqlite_of(&read.ocel)] {
        assert_eq!(self::read(again).unwrap().ocel.statements(), read.ocel.statements());
    }
}

#[test]
fn events_without_a_time_are_rejected_in_every_format() {
    let text = JSON.replace("2024-01-03T09:00:00Z", "someday");
    let json = read(&text).unwrap();
    assert_eq!((json.rows.read, json.rows.rejected, json.ocel.events(), json.ocel.e2o.len()), (2, 1, 1, 2));
    assert!(json.rejected[0].reason.contains("someday"), "{:?}", json.rejected);
    let xml = String::from_utf8(xml_of(&read(JSON).unwrap().ocel)).unwrap().replace("2024-01-03T09:00:00Z", "someday");
    let xml = read(xml).unwrap();
    assert_eq!(xml.rows, json.rows);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    ocel::write_sqlite(&read(JSON).unwrap().ocel, &path).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute("UPDATE event_close SET ocel_time = 'someday'", []).unwrap();
    let sqlite = ocel::read_path(&path, &Options::default(), &mut |_, _| {}).unwrap();
    assert_eq!(sqlite.rows, json.rows);
    assert_eq!(sqlite.ocel.e2o.len(), 2);
}

#[test]
fn faults_are_named_with_their_place() {
    for (text, wanted) in [
        (JSON.get(..900).unwrap().to_owned(), "ends inside the JSON"),
        (JSON.replace(r#""objectId":"t1","#, ""), "names no object (at events[0].relationships[1])"),
        (JSON.replace("\"value\":13", "\"value\":013"), "line 4"),
        (JSON.replace("\"events\":[", "\"elements\":["), "there are no \u{201c}events\u{201d}"),
        (format!("{JSON} 5"), "has ended before this"),
        (JSON.replace(r#""value":13"#, &format!("\"value\":{}{}", "[".repeat(90), "]".repeat(90))), "nested more than"),
    ] {
        let error = read(&text).map(|r| r.warnings).unwrap_err().to_string();
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
    let xml = String::from_utf8(xml_of(&read(JSON).unwrap().ocel)).unwrap();
    for (text, wanted) in [
        (
            xml.replace("<log>", "<!DOCTYPE log [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><log>"),
            "document type (DTD)",
        ),
        (xml.replace(">7<", ">&a;<"), "an entity cannot be read"),
        (xml.replace("</log>", ""), "ends inside an element that begins on line"),
        (xml.replace("<object-type name=\"order\">", "<object-type>"), "<object-type> has no name"),
        (xml.replace("<events>", &"<x>".repeat(80)), "nested more than 64 deep"),
    ] {
        let error = read(&text).map(|r| r.warnings).unwrap_err().to_string();
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
}

#[test]
fn a_text_longer_than_the_limit_is_refused_before_it_is_held() {
    let limits = Limits { record: 10_000, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let long = JSON.replace("many", "").replace("\"id\":\"e2\"", &format!("\"id\":\"{}\"", "e".repeat(20_000)));
    let error = ocel::read(&mut Cursor::new(long), &options, &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, ExchangeError::TooLong { limit: 10_000, .. }), "{error}");
    let few = Options { limits: Limits { events: 1, ..Limits::default() }, ..Options::default() };
    for bytes in [JSON.as_bytes().to_vec(), sqlite_of(&read(JSON).unwrap().ocel)] {
        let error = ocel::read(&mut Cursor::new(bytes), &few, &mut |_, _| {}).unwrap_err();
        assert!(matches!(error, ExchangeError::TooMuch { .. }), "{error}");
    }
}

#[test]
fn a_database_lists_all_that_it_lacks_and_runs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.sqlite");
    ocel::write_sqlite(&read(JSON).unwrap().ocel, &path).unwrap();
    let c = rusqlite::Connection::open(&path).unwrap();
    c.execute_batch(
        "DROP TABLE object_object; ALTER TABLE event_object RENAME COLUMN ocel_qualifier TO qualifier;
         ALTER TABLE object RENAME TO hidden; CREATE VIEW object AS SELECT * FROM hidden;",
    )
    .unwrap();
    let error = ocel::read_path(&path, &Options::default(), &mut |_, _| {}).unwrap_err().to_string();
    for wanted in ["\u{201c}object_object\u{201d}", "\u{201c}ocel_qualifier\u{201d}", "no table \u{201c}object\u{201d}"]
    {
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
    let before = std::fs::read(&path).unwrap();
    assert!(ocel::read_path(&path, &Options::default(), &mut |_, _| {}).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), before, "the file is not touched");
}

#[test]
fn what_is_written_has_the_form_of_the_schema() {
    let written: Value = serde_json::from_slice(&json_of(&read(JSON).unwrap().ocel)).unwrap();
    let texts = |of: &Value, keys: &[&str]| keys.iter().all(|k| of[k].is_string());
    for types in ["eventTypes", "objectTypes"] {
        for of in written[types].as_array().unwrap() {
            assert!(texts(of, &["name"]), "{of}");
            assert!(of["attributes"].as_array().unwrap().iter().all(|a| texts(a, &["name", "type"])), "{of}");
        }
    }
    for (all, keys, more) in
        [("events", &["id", "type", "time"][..], &["name"][..]), ("objects", &["id", "type"], &["name", "time"])]
    {
        for one in written[all].as_array().unwrap() {
            assert!(texts(one, keys), "{one}");
            let attributes = one["attributes"].as_array().unwrap();
            assert!(attributes.iter().all(|a| texts(a, more) && !a["value"].is_null()), "{one}");
            let relations = one["relationships"].as_array().unwrap();
            assert!(relations.iter().all(|r| texts(r, &["objectId", "qualifier"])), "{one}");
        }
    }
}

/// Texts that are hard on writers: quotes, markup, breaks, other scripts, words that mean something.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[ -~]{0,12}",
        "\\PC{0,6}",
        Just("null".to_owned()),
        Just("007".to_owned()),
        Just("1e400".to_owned()),
        Just("a\r\n\tb ".to_owned()),
        Just("]]>&amp;<x/>".to_owned()),
        Just("\"; DROP TABLE event; --".to_owned()),
        Just("map_type".to_owned()),
        Just("Ä".to_owned()),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        text().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has finite numbers", |x| x.is_finite()).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (0i64..4_000_000_000)
            .prop_map(|s| { Value::from(format!("2024-01-01T00:{:02}:{:02}.{:03}Z", s % 60, s / 60 % 60, s % 1000)) }),
    ]
}

prop_compose! {
    /// A log of OCEL 2.0 as JSON: types with attributes of every kind, values that fit and values that do not.
    fn document()(
        names in prop::collection::btree_set(text(), 4),
        kinds in prop::collection::vec(0usize..5, 4),
        objects in prop::collection::vec((text(), 0usize..2, prop::collection::vec((0usize..2, 0i64..3, value()), 0..4), prop::collection::vec((text(), text()), 0..3)), 0..6),
        events in prop::collection::vec((text(), 0usize..2, 0i64..2_000_000_000, prop::option::of(value()), prop::collection::vec((text(), text()), 0..4)), 1..8),
    ) -> Value {
        let names: Vec<&String> = names.iter().collect();
        let kind = |i: usize| ["string", "time", "integer", "float", "boolean"][kinds[i]];
        let types = |a: usize, declared: Value| json!([
            {"name": "kind a", "attributes": declared}, {"name": format!("k{}", names[a]), "attributes": []}
        ]);
        let of = |n: usize, a: usize| if n == 0 { "kind a".to_owned() } else { format!("k{}", names[a]) };
        let related = |r: &Vec<(String, String)>| r.iter().map(|(o, q)| json!({"objectId": o, "qualifier": q})).collect::<Vec<_>>();
        json!({
            "objectTypes": types(0, json!([{"name": "a0", "type": kind(0)}, {"name": format!("b{}", names[1]), "type": kind(1)}])),
            "eventTypes": types(2, json!([{"name": format!("c{}", names[3]), "type": kind(2)}])),
            "objects": objects.iter().enumerate().map(|(i, (id, n, values, relations))| json!({
                "id": format!("{id}{i}"), "type": of(*n, 0), "relationships": related(relations),
                "attributes": values.iter().filter(|_| *n == 0).map(|(a, day, v)| json!({
                    "name": if *a == 0 { "a0".to_owned() } else { format!("b{}", names[1]) }, "value": v,
                    "time": format!("197{day}-01-01T00:00:00Z"),
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "events": events.iter().enumerate().map(|(i, (id, n, at, v, relations))| json!({
                "id": format!("{id}{i}"), "type": of(*n, 2), "relationships": related(relations),
                "time": format!("2024-01-01T00:{:02}:{:02}.{:03}Z", at % 60, at / 60 % 60, at % 1000),
                "attributes": v.iter().filter(|_| *n == 0).map(|v| json!({"name": format!("c{}", names[3]), "value": v})).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        })
    }
}

/// Bytes with some of them changed, left out, doubled or put in.
fn mutated(bytes: &[u8], changes: &[(usize, u8, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, how, byte) in changes {
        let at = at % bytes.len().max(1);
        match how % 5 {
            0 if at < bytes.len() => bytes[at] = *byte,
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.insert(at, *byte),
            3 => bytes.truncate(at.max(1)),
            _ => {
                let piece = bytes[at..(at + usize::from(*byte)).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

/// Reads as anybody would: no panic, and an error that says something.
fn survive(bytes: &[u8]) {
    let limits = Limits { unpacked: 4 << 20, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    if let Err(e) = ocel::read(&mut Cursor::new(bytes), &options, &mut |_, _| {}) {
        assert!(e.to_string().len() > 10);
    }
    if let Ok(read) = ocel::read(&mut Cursor::new(bytes), &options, &mut |_, _| {}) {
        json_of(&read.ocel);
    }
    drop(read_log(&mut Cursor::new(bytes), &options, &mut |_, _| {}));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn any_log_is_the_same_after_every_format(document in document()) {
        let first = read(document.to_string()).unwrap().ocel;
        let said = first.statements();
        for (name, bytes) in [("JSON", json_of(&first)), ("XML", xml_of(&first)), ("SQLite", sqlite_of(&first))] {
            let again = read(&bytes).unwrap().ocel.statements();
            let mut differences = String::new();
            for line in said.iter().filter(|l| !again.contains(l)) { writeln!(differences, "- {line}").unwrap(); }
            for line in again.iter().filter(|l| !said.contains(l)) { writeln!(differences, "+ {line}").unwrap(); }
            prop_assert!(said == again, "{name}:\n{differences}");
        }
    }

    #[test]
    fn no_change_of_a_file_makes_a_reader_fail_badly(
        changes in prop::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..6),
        format in 0usize..4,
    ) {
        let log = read(JSON).unwrap().ocel;
        let bytes = match format {
            0 => json_of(&log),
            1 => xml_of(&log),
            2 => sqlite_of(&log),
            _ => {
                let mut out = Vec::new();
                ocel::write_json_1(&log, &mut out).unwrap();
                out
            }
        };
        survive(&mutated(&bytes, &changes));
    }

    #[test]
    fn any_bytes_behind_the_first_ones_are_read_or_refused(
        start in prop::sample::select(vec!["{\"ocel:events\":", "{\"objectTypes\":[", "<log><events>", "SQLite format 3\0", "{"]),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        survive(&[start.as_bytes(), &bytes].concat());
    }
}
