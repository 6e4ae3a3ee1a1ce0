//! Texts of streams: the shipped ones are right, any other is answered, and small edits stay small.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a failing test says what went wrong"
)]

mod around;

use proptest::prelude::*;
use watercourse_core::activity::Activity;
use watercourse_core::check::{QUICK_MARKINGS, check};
use watercourse_core::stream::{Edit, NewStep, Severity, Value, edit, print, read, render};

fn shipped() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../streams");
    let mut all: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    all.sort();
    all
}

#[test]
fn shipped_streams_are_right_and_read_back_as_printed() {
    let context = around::context();
    let all = shipped();
    assert!(all.len() >= 11, "only {} streams", all.len());
    for (file, text) in all {
        let checked = check(&text, &context, QUICK_MARKINGS);
        let remarks: Vec<_> = checked
            .diagnostics
            .iter()
            .filter(|d| d.severity != Severity::Hint || d.code == "not-proved")
            .cloned()
            .collect();
        assert!(remarks.is_empty(), "{}", render(&file, &text, &remarks, false));
        let stream = checked.stream.unwrap();
        let again = read(&print(&stream), &context);
        assert_eq!(again.stream.as_ref(), Some(&stream), "{file}\n{}", print(&stream));
    }
}

/// A shipped text with a few pieces cut out, doubled or replaced.
fn damaged() -> impl Strategy<Value = String> {
    let texts: Vec<String> = shipped().into_iter().map(|(_, text)| text).collect();
    let piece = prop_oneof![
        Just(String::new()),
        Just("\"".to_owned()),
        Just("[[step]]\n".to_owned()),
        Just("after = [\"ask\", \"ask.x|\"]\n".to_owned()),
        Just("id = \"x\"\n".to_owned()),
        "\\PC{0,6}",
        "[\\[\\]{}=\"'#|.,a-c0-9 \\n]{0,12}",
    ];
    let change = (any::<prop::sample::Index>(), 0usize..80, piece);
    (prop::sample::select(texts), prop::collection::vec(change, 1..6)).prop_map(|(mut text, changes)| {
        for (at, len, piece) in changes {
            let floor = |mut i: usize| {
                i = i.min(text.len());
                while !text.is_char_boundary(i) {
                    i -= 1;
                }
                i
            };
            let from = floor(at.index(text.len() + 1));
            let until = floor(from + len).max(from);
            text.replace_range(from..until, &piece);
        }
        text
    })
}

fn answered(text: &str) -> Result<(), TestCaseError> {
    let checked = check(text, &around::context(), 300);
    prop_assert_eq!(checked.stream.is_none(), checked.diagnostics.iter().any(|d| d.severity == Severity::Error));
    for d in &checked.diagnostics {
        prop_assert!(text.get(d.span.clone()).is_some() && d.line > 0 && d.column > 0, "{:?}", d);
    }
    let lines =
        render("f.toml", text, &checked.diagnostics, true).lines().map(|l| l.chars().count()).max().unwrap_or(0);
    prop_assert!(lines < 1000);
    if let Some(stream) = checked.stream {
        prop_assert_eq!(read(&print(&stream), &around::context()).stream, Some(stream));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_text_is_answered(text in "\\PC{0,80}") {
        answered(&text)?;
    }
    #[test]
    fn anything_like_toml_is_answered(text in "([a-e]{0,3}|\\[\\[step\\]\\]\n|\\[\\[rule\\]\\]\n|step|on|then|id|after|activity|=|\"|'|\\[|\\]|\\{|\\}|\n| |[0-9.]|\\\\|ü){0,60}") {
        answered(&text)?;
    }
    #[test]
    fn a_damaged_stream_is_answered(text in damaged()) {
        answered(&text)?;
    }
    #[test]
    fn edits_of_a_damaged_stream_are_answered(text in damaged(), step in "ask|restore|kit|x", key in "[a-z_]{1,8}|after|team") {
        let context = around::context();
        for change in [
            Edit::SetKey { step: Some(step.clone()), key: key.clone(), value: Some(Value::List(vec!["ask".to_owned()])) },
            Edit::SetKey { step: None, key, value: None },
            Edit::RemoveStep { step: step.clone() },
            Edit::RenameStep { step, to: "renamed".to_owned() },
        ] {
            if let Ok((changed, checked)) = edit(&text, &change, &context) {
                prop_assert_eq!(read(&changed, &context).diagnostics, checked.diagnostics);
            }
        }
    }
}

const SMALL: &str = r#"# a stream
stream = "x"   # its id
kind   = "change"
demand = "d"
value  = "v"

# where it begins
[[step]]
id       = "ask"      # the question
activity = "engage"
team     = "desk"
start    = true

[[step]]
id       = "judge"
activity = "plan"
team     = "desk"
after    = ["ask"]    # at once
outcomes = ["yes", "no"]

# what it is about
[[step]]
id       = "do"
activity = "deliver_support"
team     = "ops"
after    = [ "judge.yes" , 'ask.start|judge' ]
deliver  = true

# if it went wrong
[[rule]]
on   = "do.failed"
then = "judge"

[[rule]]
hold  = "do"
until = ["judge"]
"#;

/// The lines that went and those that came.
fn difference(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let (a, b): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let own = |lines: &[&str]| lines.iter().map(|l| l.trim_end().to_owned()).collect();
    (own(&a[head..a.len() - tail]), own(&b[head..b.len() - tail]))
}

fn done(text: &str, change: &Edit) -> String {
    let (changed, checked) = edit(text, change, &around::context()).unwrap();
    assert!(checked.stream.is_some(), "{}", render("x", &changed, &checked.diagnostics, false));
    changed
}

#[test]
fn setting_a_key_touches_its_line_only() {
    let set = |step: Option<&str>, key: &str, value: Option<Value>| {
        let step = step.map(str::to_owned);
        difference(SMALL, &done(SMALL, &Edit::SetKey { step, key: key.to_owned(), value }))
    };
    let text = |t: &str| Some(Value::Text(t.to_owned()));
    let lines = |l: &[&str]| l.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
    assert_eq!(set(Some("ask"), "name", text("Ask \"why\"")), (vec![], lines(&[r#"name     = "Ask \"why\"""#])));
    assert_eq!(
        set(Some("judge"), "after", Some(Value::List(vec!["ask.start".to_owned()]))),
        (lines(&[r#"after    = ["ask"]    # at once"#]), lines(&[r#"after    = ["ask.start"]    # at once"#]))
    );
    assert_eq!(set(Some("do"), "within", text("4h")), (vec![], lines(&[r#"within   = "4h""#])));
    assert_eq!(set(Some("do"), "team", None), (lines(&[r#"team     = "ops""#]), vec![]));
    assert_eq!(set(None, "owner", text("ops")), (vec![], lines(&[r#"owner  = "ops""#])));
    assert_eq!(set(Some("ask"), "optional", Some(Value::Flag(false))), (vec![], lines(&["optional = false"])));
    assert_eq!(set(Some("ask"), "icon", None), (vec![], vec![]));
}

#[test]
fn a_step_is_added_renamed_and_removed_with_all_that_names_it() {
    let new = NewStep {
        id: "check".to_owned(),
        name: None,
        activity: Activity::Improve,
        team: Some("ops".to_owned()),
        after: vec!["do".to_owned()],
    };
    let added = done(SMALL, &Edit::AddStep { add: new.clone(), behind: Some("do".to_owned()) });
    let (gone, came) = difference(SMALL, &added);
    assert_eq!(gone, Vec::<String>::new());
    assert_eq!(came.len(), 6, "{came:?}");
    assert!(added.contains("deliver  = true\n\n[[step]]\nid       = \"check\"\nactivity = \"improve\"\nteam     = \"ops\"\nafter    = [\"do\"]\n\n# if it went wrong\n"));

    let renamed = done(SMALL, &Edit::RenameStep { step: "judge".to_owned(), to: "decide".to_owned() });
    let expected =
        SMALL.replace("\"judge\"", "\"decide\"").replace("judge.yes", "decide.yes").replace("|judge", "|decide");
    assert_eq!(renamed, expected);

    let removed = done(SMALL, &Edit::RemoveStep { step: "judge".to_owned() });
    let expected = SMALL
        .replace("[[step]]\nid       = \"judge\"\nactivity = \"plan\"\nteam     = \"desk\"\nafter    = [\"ask\"]    # at once\noutcomes = [\"yes\", \"no\"]\n\n", "")
        .replace("after    = [ \"judge.yes\" , 'ask.start|judge' ]", "after    = [\"ask\", \"ask.start\"]");
    let expected = &expected[..expected.find("# if it went wrong").unwrap()];
    assert_eq!(removed, expected, "both rules named it and say nothing without it");

    let twice =
        edit(SMALL, &Edit::AddStep { add: NewStep { id: "ask".to_owned(), ..new }, behind: None }, &around::context());
    assert_eq!(twice.unwrap_err().to_string(), "There already is a step “ask”. Give it another id.");
}

#[test]
fn line_ends_and_a_missing_last_one_are_kept() {
    let windows = SMALL.replace('\n', "\r\n");
    let set = Edit::SetKey {
        step: Some("do".to_owned()),
        key: "within".to_owned(),
        value: Some(Value::Text("4h".to_owned())),
    };
    assert_eq!(done(&windows, &set), done(SMALL, &set).replace('\n', "\r\n"));
    let cut = &SMALL[..SMALL.find("\n\n# if it went").unwrap()];
    let key = Edit::SetKey { step: Some("do".to_owned()), key: "commit".to_owned(), value: Some(Value::Flag(true)) };
    assert_eq!(done(cut, &key), format!("{cut}\ncommit   = true\n"));
}

#[test]
fn every_edit_reads_from_json() {
    for json in [
        r#"{"do":"set_key","step":"ask","key":"team","value":"ops"}"#,
        r#"{"do":"set_key","step":null,"key":"owner","value":null}"#,
        r#"{"do":"add_step","add":{"id":"x","activity":"plan"},"behind":"ask"}"#,
        r#"{"do":"remove_step","step":"do"}"#,
        r#"{"do":"rename_step","step":"do","to":"deploy"}"#,
    ] {
        let change: Edit = serde_json::from_str(json).unwrap();
        edit(SMALL, &change, &around::context()).unwrap();
    }
}
