//! The command line without a server: help, exit codes, pipes, `check`, `analyze`, `completions`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use serde_json::Value;
use std::io::Read as _;
use std::process::Stdio;
use support::{fixture, program, run, run_with};

fn path(name: &str) -> String {
    fixture(name).display().to_string()
}

#[test]
fn help_begins_with_examples_and_is_no_mistake() {
    let commands =
        ["", "demo", "serve", "check", "publish", "item", "import", "analyze", "convert", "export", "completions"];
    for command in commands {
        let args: Vec<&str> = command.split(' ').filter(|c| !c.is_empty()).chain(["--help"]).collect();
        let ran = run(&args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        let (examples, usage) = (ran.out.find("Examples:").unwrap(), ran.out.find("Usage:").unwrap());
        assert!(examples < usage, "{command}: {}", ran.out);
        assert!(ran.out.lines().all(|l| l.chars().count() <= 100), "{command}: {}", ran.out);
    }
    assert_eq!(run(&["help", "analyze"]).code, 0);
}

#[test]
fn every_verb_is_a_subcommand_with_its_own_words() {
    for spec in watercourse_core::verb::REGISTRY.iter().filter(|s| s.scope != watercourse_core::verb::Scope::Internal) {
        let ran = run(&["item", spec.id, "--help"]);
        assert_eq!(ran.code, 0, "{}: {}", spec.id, ran.err);
        assert!(ran.out.starts_with(spec.about.trim_end_matches('.')), "{}", ran.out);
        let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for arg in spec.args {
            assert!(words.contains(arg.about), "{}: {}", spec.id, ran.out);
        }
        assert_eq!(run(&["item", &spec.id.replace('_', "-"), "--help"]).code, 0, "{}", spec.id);
    }
}

#[test]
fn wrong_words_end_with_2_and_a_suggestion() {
    for (args, hint) in [
        (&["analyse", "x.csv"][..], "'analyze'"),
        (&["item", "strat", "INC-1", "x"], "'start'"),
        (&["analyze", "x.csv", "--jsn"], "'--json'"),
        (&["analyze"], "<FILE>"),
        (&["analyze", "--done", "Closed"], "No log is named"),
        (&["check"], "<FILES>"),
        (&["completions", "tcsh"], "possible values"),
        (&["item", "list", "--limit", "0"], "--limit"),
        (&["item", "start", "INC-1"], "<STEP>"),
        (&["serve", "--port", "99999"], "--port"),
        (&["analyze", "x.csv", "--time-means", "both"], "entry, completion"),
    ] {
        let ran = run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(hint) && ran.out.is_empty(), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_server_that_is_not_there_ends_with_5_and_an_address_that_is_none_with_2() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = run(&["item", "list", "--url", &format!("http://127.0.0.1:{port}")]);
    assert_eq!(gone.code, 5);
    assert!(gone.err.contains("watercourse serve"), "{}", gone.err);
    assert_eq!(run(&["item", "list", "--url", "nonsense"]).code, 2);
    assert_eq!(run(&["item", "list", "--actor", "a\nb"]).code, 2);
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(&["completions", shell]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("analyze") && ran.out.contains("hand_over"), "{shell}");
    }
}

#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    let shared = path("tickets.csv");
    for args in [&["completions", "bash"][..], &["analyze", &shared], &["analyze", &shared, "--json"]] {
        let mut child =
            program().args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn check_names_the_place_and_the_remedy_and_several_at_once() {
    let ran = run(&["check", &path("bad.toml")]);
    assert_eq!(ran.code, 1);
    for said in ["bad.toml:15:1", "colour", "delivery", "asked", "3 errors", "help"] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    assert!(!ran.err.contains('\u{1b}'), "colour goes to terminals only");
    let ran = run(&["check", "--json", &path("bad.toml")]);
    let found: Vec<Value> = ran.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let errors: Vec<&Value> = found.iter().filter(|f| f["severity"] == "error").collect();
    assert_eq!(errors.len(), 3, "{found:?}");
    for error in errors {
        assert!(error["line"].as_u64().unwrap() > 0 && error["column"].as_u64().unwrap() > 0, "{error}");
        assert!(error["file"].as_str().unwrap().ends_with("bad.toml"));
    }
}

#[test]
fn check_reads_files_folders_and_standard_input() {
    let good = std::fs::read(fixture("good.toml")).unwrap();
    assert_eq!(run(&["check", &path("good.toml")]).code, 0);
    assert_eq!(run_with(&["check", "-"], &good).code, 0);
    let all = run(&["check", &path("")]);
    assert_eq!(all.code, 1);
    assert!(all.err.contains("2 files checked"), "{}", all.err);
    let shipped = run(&["check", &path("../../../../streams")]);
    assert_eq!(shipped.code, 0, "{}", shipped.err);
    // What cannot be read is said, and the rest is checked all the same.
    let ran = run(&["check", "no-such.toml", &path("good.toml")]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("no-such.toml cannot be read") && ran.err.contains("2 files checked: 1 error"),
        "{}",
        ran.err
    );
    let ran = run_with(&["check", "-"], b"stream = \"x\"\nname = \"\xff\"\n");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("line 2") && ran.err.contains("UTF-8"), "{}", ran.err);
}

#[test]
fn analyze_tells_what_can_be_taken_by_hand() {
    let ran = run(&["analyze", &path("tickets.csv"), "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let a = ran.json();
    let hours = |h: f64| h * 3_600_000.0;
    assert_eq!(a["rows"], serde_json::json!({"read": 11, "used": 9, "merged": 0, "skipped": 0, "rejected": 2}));
    assert_eq!(
        (&a["events"], &a["cases"], &a["activities"], &a["variants"]),
        (&9.into(), &4.into(), &4.into(), &3.into())
    );
    assert_eq!(a["first"], "2024-01-05T09:00:00Z");
    assert_eq!(a["last"], "2024-01-11T08:00:00Z");
    // Cases of 24, 48, 72 and 24 hours.
    assert_eq!(a["duration_ms"]["p50"], hours(36.0));
    assert!((a["duration_ms"]["p85"].as_f64().unwrap() - hours(61.2)).abs() < 1.0);
    // Delivered: 24, 48, 72.
    assert_eq!((&a["lead_time_ms"]["n"], a["lead_time_ms"]["p50"].as_f64().unwrap()), (&3.into(), hours(48.0)));
    assert_eq!(a["open"]["open"]["value"], 1.0);
    assert_eq!(a["open"]["oldest"][0]["key"], "T-4");
    assert_eq!(a["open"]["oldest"][0]["age"], hours(48.0));
    assert_eq!(a["handoffs"]["count"]["value"], 1.0);
    assert_eq!(a["rejected"].as_array().unwrap().len(), 2);
    assert_eq!(a["mapping"]["done"]["value"][0], "Closed");
}

#[test]
fn analyze_compares_with_a_model() {
    // New, then closed: T-1 was in progress between, T-4 waits instead of being closed.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.pnml");
    let net = r#"<pnml><net id="n">
        <place id="a"><initialMarking><text>1</text></initialMarking></place><place id="b"/><place id="c"/>
        <transition id="t"><name><text>New</text></name></transition>
        <transition id="u"><name><text>Closed</text></name></transition>
        <arc id="1" source="a" target="t"/><arc id="2" source="t" target="b"/>
        <arc id="3" source="b" target="u"/><arc id="4" source="u" target="c"/></net></pnml>"#;
    std::fs::write(&file, net).unwrap();
    let file = file.display().to_string();
    let a = run(&["analyze", &path("tickets.csv"), "--net", &file, "--json"]).json();
    // Fitness 1 - 1/5, 1, 1 and 1 - 2/4.
    assert!((a["alignment"]["average_fitness"]["value"].as_f64().unwrap() - 3.3 / 4.0).abs() < 1e-12);
    assert_eq!(a["alignment"]["fitting"]["value"], 0.5);
    let text = run(&["analyze", &path("tickets.csv"), "--net", &file]).out;
    assert!(text.contains("1 case skipped \u{201c}Closed\u{201d}"), "{text}");
    let wrong = run(&["analyze", &path("tickets.csv"), "--net", &path("tickets.csv")]);
    assert!(wrong.code == 1 && wrong.err.contains("tickets.csv: "), "{}", wrong.err);
}

#[test]
fn analyze_as_text_fits_and_gives_reasons() {
    let ran = run(&["analyze", &path("tickets.csv")]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.lines().all(|l| l.chars().count() <= 100), "{}", ran.out);
    assert!(!ran.out.contains("— "), "a reason stands where a figure is not known: {}", ran.out);
    for said in
        ["9 events in 4 cases", "11 rows read = 9 used", "one time per event", "the oldest, T-4, for 2 d", "line 7"]
    {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
}

#[test]
fn analyze_takes_the_log_from_a_pipe_and_after_done() {
    let by_name = run(&["analyze", &path("tickets.csv"), "--json"]).out;
    let bytes = std::fs::read(fixture("tickets.csv")).unwrap();
    assert_eq!(run_with(&["analyze", "-", "--json"], &bytes).out, by_name);
    let after = run(&["analyze", "--json", "--done", "Closed", "Solved", &path("tickets.csv")]);
    assert_eq!(after.code, 0, "{}", after.err);
    assert_eq!(after.json()["mapping"]["done"]["value"], serde_json::json!(["Closed", "Solved"]));
    assert_eq!(
        after.json()["warnings"].as_array().unwrap().iter().filter(|w| w["code"] == "unknown-done-label").count(),
        1
    );
}

#[test]
fn a_mapping_that_was_written_reads_the_log_the_same_way() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("m.toml").display().to_string();
    let first = run(&["analyze", &path("tickets.csv"), "--json", "--write-mapping", &file]);
    let again = run(&["analyze", &path("tickets.csv"), "--json", "--mapping", &file]);
    assert_eq!((first.code, again.code), (0, 0), "{}", again.err);
    let figures = |ran: &support::Ran| {
        let mut all = ran.json();
        all.as_object_mut().unwrap().remove("mapping");
        // What somebody has said is no guess any more.
        all["warnings"].as_array_mut().unwrap().retain(|w| w["code"] != "unsure-column");
        all
    };
    assert!(figures(&first) == figures(&again), "{}\n{}", first.out, again.out);
    assert_eq!(again.json()["mapping"]["case"]["by"], "given");
    std::fs::write(&file, "watercourse_mapping = 1\ncolour = 1\n").unwrap();
    let ran = run(&["analyze", &path("tickets.csv"), "--mapping", &file]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("line 2") && ran.err.contains("colour"), "{}", ran.err);
    assert_eq!(run(&["analyze", &path("tickets.csv"), "--mapping", "no-such.toml"]).code, 2);
}

#[test]
fn the_page_needs_no_network() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    let ran = run(&["analyze", &path("tickets.csv"), "--html", &file.display().to_string()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = std::fs::read_to_string(&file).unwrap();
    for sign in ["<script", "src=", "@import", "url(h", "url(/", "url(\"", "<link"] {
        assert!(!page.contains(sign), "{sign}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("T-4"));
    let ran = run(&["analyze", &path("tickets.csv"), "--html", "no/such/folder/page.html"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("cannot be written"), "{}", ran.err);
}

#[test]
fn what_is_no_log_ends_with_1_and_wrong_flags_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        file.display().to_string()
    };
    let bomb = b"<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;\">]><log><trace/></log>";
    let unusable = [
        written("empty.csv", b""),
        written("header.csv", b"case,activity,time\n"),
        written("binary.csv", &[0, 159, 146, 150, 0, 1]),
        written("bomb.xes", bomb),
        written("cut.xes", b"<log><trace><event>"),
        written("times.csv", b"case,activity,time\n1,a,yesterday\n"),
        written("json.csv", b"{\"a\": 1}"),
        written("line.csv", &[b"case,activity,time\n1,".as_slice(), &vec![b'x'; 17 << 20], b",2024-01-01\n"].concat()),
        path("no-time.csv"),
        folder.path().display().to_string(),
        "no-such-file.csv".to_owned(),
    ];
    for file in &unusable {
        let ran = run(&["analyze", file, "--json"]);
        assert_eq!(ran.code, 1, "{file}: {}", ran.err);
        assert!(ran.out.is_empty() && ran.err.starts_with("error: ") && ran.err.len() < 600, "{file}: {}", ran.err);
    }
    for flags in [&["--tz", "Mars/Base"][..], &["--case", "Tiket"], &["--time", "Nope"], &["--now", "soon"]] {
        let file = path("tickets.csv");
        let args: Vec<&str> = ["analyze", &file].iter().chain(flags).copied().collect();
        let ran = run(&args);
        assert_eq!(ran.code, 2, "{flags:?}: {}", ran.err);
        assert!(ran.err.contains(flags[1]), "{flags:?}: {}", ran.err);
    }
}

#[test]
fn a_log_goes_from_format_to_format_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let mut from = path("tickets.csv");
    for name in ["a.jsonocel", "b.sqlite", "c.xmlocel.gz", "d.json", "e.csv.gz", "f.xes"] {
        let ran = run(&["convert", &from, &at(name)]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
        assert!(ran.err.contains("events and"), "{name}: {}", ran.err);
        from = at(name);
    }
    let counts = |file: &str| {
        let a = run(&["analyze", file, "--json"]).json();
        (a["cases"].clone(), a["activities"].clone())
    };
    assert_eq!(counts(&at("d.json")), counts(&path("tickets.csv")));
    assert_eq!(counts(&at("f.xes")), counts(&path("tickets.csv")));
}

#[test]
fn what_cannot_be_converted_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.jsonocel");
    std::fs::write(&bad, "{\"objectTypes\":[],\"events\":[{\"id\":").unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let ran = run(&["convert", &bad.display().to_string(), &at("new.xes")]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("ends inside the JSON"), "{}", ran.err);
    for (to, more) in [("new.docx", &[][..]), ("new.sqlite.gz", &[]), ("new.xes", &["--ocel", "1.0"])] {
        let (from, to) = (path("tickets.csv"), at(to));
        let said = [&["convert", &from, &to][..], more].concat();
        assert_eq!(run(&said).code, 2, "{to}");
    }
    let ran = run(&["convert", &path("tickets.csv"), &at("no/such/folder.xes")]);
    assert!(ran.code == 1 && ran.err.contains("cannot be written"), "{}", ran.err);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert_eq!(left, ["bad.jsonocel"]);
}

#[test]
fn delivery_of_a_history_of_git() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let id = |n: u8| format!("{n:040x}");
    let commits = format!(
        "sha,parents,commit_time\n{a},,2026-01-01T00:00:00Z\n{b},{a},2026-01-02T00:00:00Z\n{c},{b},2026-01-08T00:00:00Z\n",
        a = id(1),
        b = id(2),
        c = id(3)
    );
    let tags = format!("tag,commit_sha,tag_time\nv1,{},2026-01-05T00:00:00Z\n", id(2));
    let (commits, tags) = (write("commits.csv", &commits), write("tags.csv", &tags));
    let ran = run(&["delivery", &commits, &tags, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    // After 3 and 4 days; the third is in no tag, and was seen for no time at all.
    assert_eq!(ran.json()["undeployed"]["value"], 1.0, "{}", ran.out);
    assert_eq!(ran.json()["lead_time_p50"]["value"], 3.0 * 86_400_000.0, "{}", ran.out);
    let text = run(&["delivery", &commits, &tags]).out;
    assert!(text.contains("3 commits, 1 tags") && text.contains("names no incidents"), "{text}");
    assert_eq!(run(&["delivery", &tags, &commits]).code, 1);
}
