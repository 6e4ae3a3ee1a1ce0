//! Rejected rows as a file: all of them, as the source has them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fmt::Write as _;
use std::path::Path;

use watercourse_exchange::{ExchangeError, Imported, Options, RejectedRows, read_path_keeping};

fn keeping(folder: &Path, file: &str, bytes: &[u8]) -> (Result<Imported, ExchangeError>, String) {
    let (from, to) = (folder.join(file), folder.join("rejected.csv"));
    std::fs::write(&from, bytes).unwrap();
    let read = read_path_keeping(&from, &Options::default(), &mut |_, _| {}, &RejectedRows::to_file(to.clone()));
    (read, std::fs::read_to_string(to).unwrap())
}

#[test]
fn every_rejected_row_is_kept_verbatim() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "case;activity;time;note\n".to_owned();
    for i in 0..500 {
        writeln!(text, "{i};Open;2024-03-04 08:00;x").unwrap();
        writeln!(text, "{i};\"Say \"\"hi\"\";\nnow\";soon {i};y").unwrap();
    }
    let (read, kept) = keeping(folder.path(), "log.csv", text.as_bytes());
    let imported = read.unwrap();
    assert_eq!((imported.rows.rejected, imported.rejected.len()), (500, 100));
    assert!(kept.starts_with("line,reason,row\n3,"), "{}", &kept[..80]);
    assert_eq!(kept.matches("is no time").count(), 500);
    assert!(kept.contains("\"499;\"\"Say \"\"\"\"hi\"\"\"\";\nnow\"\";soon 499;y\""), "{}", &kept[kept.len() - 200..]);
}

#[test]
fn a_second_reading_replaces_the_first() {
    let folder = tempfile::tempdir().unwrap();
    // No date among the first rows decides; one further down does, and the reading begins anew.
    let mut text = "case,activity,time\n".to_owned();
    for i in 0..6000 {
        writeln!(text, "{i},Open,03/04/2024 08:00").unwrap();
    }
    text.push_str("x,Open,never\ny,Open,03/31/2024 08:00\n,Open,03/31/2024 08:00\n");
    let (read, kept) = keeping(folder.path(), "log.csv", text.as_bytes());
    let imported = read.unwrap();
    assert_eq!((imported.rows.rejected, kept.lines().count()), (2, 3), "{kept}");
}

#[test]
fn records_and_events_are_kept_too() {
    let folder = tempfile::tempdir().unwrap();
    let json = br#"[{"key":"A","fields":{"created":"2024-03-04T08:00:00Z"}},{"key":"B","fields":{"created":"x"}}]"#;
    let (read, kept) = keeping(folder.path(), "log.json", json);
    assert_eq!(read.unwrap().rows.rejected, 1);
    assert!(kept.contains("\"\"key\"\":\"\"B\"\""), "{kept}");
    let xes = br#"<log><trace><string key="concept:name" value="1"/><event><string key="concept:name" value="a"/><date key="time:timestamp" value="2024-03-04T08:00:00Z"/></event>
<event><string key="concept:name" value="b"/><date key="time:timestamp" value="later"/></event></trace></log>"#;
    let (read, kept) = keeping(folder.path(), "log.xes", xes);
    assert_eq!(read.unwrap().rows.rejected, 1);
    assert!(kept.contains("later"), "{kept}");
    let (read, kept) = keeping(folder.path(), "log.csv", b"case,activity,time\n1,a,2024-03-04\n");
    assert_eq!((read.unwrap().rows.rejected, kept.as_str()), (0, "line,reason,row\n"));
}
