//! Every case-centric log of the shared data through `analyze --json`, against the figures of its README, which two
//! other readers agreed on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod support;

use std::path::{Path, PathBuf};
use support::{fixture, run};

/// Above this many bytes a log is left to release builds: a debug build needs half a minute for it.
const LARGEST_IN_DEBUG: u64 = 1 << 20;

#[derive(Debug)]
struct Expected {
    file: String,
    counts: [u64; 3],
    median_days: f64,
}

fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("WATERCOURSE_SHARED_DATA").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    folder.join("README.md").is_file().then_some(folder)
}

/// The table of event logs: file (size) | events / cases / activities | range | median days | what.
fn expected(readme: &str) -> Vec<Expected> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
        let [file, counts, _, median, ..] = cells.as_slice() else { return None };
        let counts: Vec<u64> = counts.split(" / ").filter_map(|n| n.replace(',', "").parse().ok()).collect();
        Some(Expected {
            file: file.split(' ').next()?.to_owned(),
            counts: counts.try_into().ok()?,
            median_days: median.trim().parse().ok()?,
        })
    };
    readme.lines().filter_map(row).collect()
}

/// What holds of every log: the rows add up, and nothing unknown is a number.
fn sound(file: &Path) -> serde_json::Value {
    let ran = run(&["analyze", &file.display().to_string(), "--json"]);
    assert_eq!(ran.code, 0, "{}: {}", file.display(), ran.err);
    let a = ran.json();
    let row = |key: &str| a["rows"][key].as_u64().unwrap();
    assert_eq!(row("read"), row("used") + row("merged") + row("skipped") + row("rejected"), "{}", file.display());
    if a["mapping"]["done"]["value"].as_array().unwrap().is_empty() {
        assert!(a["lead_time_ms"].is_null() && a["open"].is_null(), "{}", file.display());
        assert_eq!(a["not_measured"]["lead_time_ms"]["reason"], "no-done-label");
    } else {
        assert!(a["open"].is_object(), "{}", file.display());
    }
    let time: i64 = a["time"].as_array().unwrap().iter().map(|t| t["ms"].as_i64().unwrap()).sum();
    let steps: i64 = a["steps"].as_array().unwrap().iter().map(|s| s["path_ms"].as_i64().unwrap()).sum();
    assert!(steps <= time, "{}: no step has time that the whole has not", file.display());
    a
}

#[test]
fn counts_and_medians_are_those_of_the_readme() {
    let Some(folder) = shared() else {
        eprintln!("the shared data are not here; a small fixture is checked instead");
        assert_eq!(sound(&fixture("tickets.csv"))["cases"], 4);
        return;
    };
    let logs = expected(&std::fs::read_to_string(folder.join("README.md")).unwrap());
    assert!(logs.len() >= 17, "the table of logs is read: {}", logs.len());
    std::thread::scope(|scope| {
        let (left, right) = logs.split_at(logs.len() / 2);
        for part in [left, right] {
            let folder = &folder;
            scope.spawn(move || part.iter().for_each(|log| checked(folder, log)));
        }
    });
}

fn checked(folder: &Path, log: &Expected) {
    let file = folder.join(&log.file);
    let is_packed = log.file.ends_with(".gz");
    if cfg!(debug_assertions) && is_packed && file.metadata().unwrap().len() > LARGEST_IN_DEBUG {
        eprintln!("{} is left to release builds", log.file);
        return;
    }
    let a = sound(&file);
    assert_eq!(["events", "cases", "activities"].map(|key| a[key].as_u64().unwrap()), log.counts, "{}", log.file);
    let days = a["duration_ms"]["p50"].as_f64().unwrap() / 86_400_000.0;
    assert!((days - log.median_days).abs() < 6e-5, "{}: {days} days, not {}", log.file, log.median_days);
}
