//! XES, well and badly made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::Cursor;
use std::path::PathBuf;

use watercourse_exchange::{ExchangeError, Imported, Limits, Options, Rows, read_log, read_path};

fn small(options: &Options) -> Result<Imported, ExchangeError> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small.xes");
    read_path(&path, options, &mut |_, _| {})
}

fn read(bytes: impl AsRef<[u8]>) -> Result<Imported, ExchangeError> {
    read_log(&mut Cursor::new(bytes.as_ref()), &Options::default(), &mut |_, _| {})
}

fn names(i: &Imported) -> Vec<(&str, &str)> {
    (0..i.log.len()).map(|e| (i.log.cases.name(i.log.case[e]), i.log.activities.name(i.log.activity[e]))).collect()
}

#[test]
fn traces_become_cases() {
    let i = small(&Options::default()).unwrap();
    assert_eq!(i.rows, Rows { read: 6, used: 5, rejected: 1, ..Rows::default() });
    assert_eq!(
        names(&i),
        [
            ("c & d", "start <work>"),
            ("c & d", "nameless"),
            ("late", "before the name"),
            ("trace 3", "alone"),
            ("c & d", "closed"),
        ]
    );
    assert_eq!(i.log.at[0], 1_704_445_200_250);
    assert_eq!(i.log.teams.iter().collect::<Vec<_>>(), ["Desk"], "people are no teams");
    assert_eq!(i.log.lifecycles.iter().collect::<Vec<_>>(), ["start", "complete"]);
    assert_eq!(i.rejected[0].line, 27);
    let codes: Vec<&str> = i.warnings.iter().map(|w| w.code).collect();
    assert_eq!(codes, ["unnamed-traces", "repeated-case", "global-defaults", "rejected-rows"]);
    assert_eq!(i.mapping.done.value, ["closed"]);
}

#[test]
fn classifiers_by_name_and_by_key() {
    let with = |c: &str| small(&Options { classifier: Some(c.into()), ..Options::default() });
    let i = with("Name and step").unwrap();
    assert_eq!(names(&i)[0].1, "start <work>+start");
    assert_eq!(names(&with("One key").unwrap())[0].1, "01", "a key with a space, unquoted in the file");
    assert_eq!(names(&with("'Activity Code' concept:name").unwrap())[0].1, "01+start <work>");
    let error = with("Nme and step").unwrap_err();
    assert!(error.is_usage(), "{error}");
    let error = small(&Options { team: Some("org:grup".into()), ..Options::default() }).unwrap_err();
    assert!(error.to_string().contains("did you mean \u{201c}org:group\u{201d}"), "{error}");
}

#[test]
fn entities_and_document_types_are_refused() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE log [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n<log><trace><string key=\"concept:name\" value=\"&b;\"/></trace></log>";
    let error = read(bomb).unwrap_err();
    assert!(matches!(&error, ExchangeError::Malformed { line: 2, .. }) && error.to_string().contains("DTD"), "{error}");
    let outside = "<!DOCTYPE log SYSTEM \"file:///etc/passwd\"><log/>";
    assert!(read(outside).unwrap_err().to_string().contains("DTD"));
    let unknown = "<log>\n<trace>\n<string key=\"concept:name\" value=\"&secret;\"/></trace></log>";
    let error = read(unknown).unwrap_err();
    assert!(
        matches!(&error, ExchangeError::Malformed { line: 3, .. }) && error.to_string().contains("&amp;"),
        "{error}"
    );
}

#[test]
fn broken_xml_names_its_place() {
    for (xml, line, word) in [
        ("<log>\n<trace>\n<event>\n</trace></log>", 4, "end tag"),
        ("<log>\n<trace>\n<event>", 3, "cut off"),
        ("<log>\n<trace><string key=concept value=\"x\"/></trace></log>", 2, "name=\"value\""),
        ("<log>\n<trace><string key=\"a", 2, "cut off"),
    ] {
        let error = read(xml).unwrap_err();
        assert_eq!(error.line(), Some(line), "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
    for (xml, word) in [
        ("<definitions/>", "BPMN"),
        ("<log/>", "nothing"),
        ("<log/><log/>", "second root"),
        ("<?xml version=\"1.0\"?>", "<log>"),
        ("<?xml version=\"1.0\" encoding=\"klingon\"?><log/>", "klingon"),
    ] {
        let text = read(xml).unwrap_err().to_string();
        assert!(text.contains(word), "{text}");
    }
    let mut bad = b"<log><trace><event><string key=\"concept:name\" value=\"".to_vec();
    bad.extend_from_slice(b"\xff\xfe\"/></event></trace></log>");
    assert!(matches!(read(bad), Err(ExchangeError::Malformed { line: 1, .. })));
}

#[test]
fn nesting_and_length_are_bounded() {
    let deep = format!("<log><trace>{}", "<list key=\"a\">".repeat(1000));
    assert!(read(deep).unwrap_err().to_string().contains("64 deep"));
    let limits = Limits { record: 1000, ..Limits::default() };
    for long in [
        format!("<log>\n<trace><string key=\"concept:name\" value=\"{}\"/></trace></log>", "x".repeat(300_000)),
        format!("<log>\n<!-- {} --></log>", "x".repeat(300_000)),
        format!("<log>\n{}</log>", "x".repeat(300_000)),
    ] {
        let error =
            read_log(&mut Cursor::new(long), &Options { limits, ..Options::default() }, &mut |_, _| {}).unwrap_err();
        assert!(matches!(&error, ExchangeError::TooLong { limit: 1000, .. }), "{error}");
        assert!(error.line() == Some(2) || error.line() == Some(1), "{error}");
    }
}

#[test]
fn declared_encodings_are_followed() {
    let text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><log><trace><string key=\"concept:name\" value=\"1\"/><event><string key=\"concept:name\" value=\"Prüfen\"/><date key=\"time:timestamp\" value=\"2024-01-05T10:00:00Z\"/></event></trace></log>";
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(text);
    let i = read(bytes).unwrap();
    assert_eq!(i.log.activities.name(0), "Prüfen");
    let wide: Vec<u8> = std::iter::once(0xfeffu16)
        .chain(text.replace("ISO-8859-1", "UTF-16").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(read(wide).unwrap().log.activities.name(0), "Prüfen");
}
