//! The object-centric logs of the shared data: counts as their READMEs state them, and the same content in every format.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod support;

use support::shared::shared;
use watercourse_exchange::{Evidence, Imported, Options, ocel, read_log, read_path};
use watercourse_flow::log::{Dictionary, Log, NO_TIME};

fn read(file: &str, tz: Option<&str>) -> Option<ocel::Read> {
    let options = Options { tz: tz.map(str::to_owned), ..Options::default() };
    let read = ocel::read_path(&shared()?.join(file), &options, &mut |_, _| {});
    Some(read.unwrap_or_else(|e| panic!("{file}: {e}")))
}

/// Events, objects, relations of events, relations of objects.
fn counts(read: &ocel::Read) -> (usize, usize, usize, usize) {
    let o = &read.ocel;
    (o.events(), o.objects(), o.e2o.len(), o.o2o.len())
}

fn codes(read: &ocel::Read) -> Vec<&str> {
    read.warnings.iter().map(|w| w.code).collect()
}

/// The first differences, to look at.
fn same(a: &ocel::Ocel, b: &ocel::Ocel, what: &str) {
    let (a, b) = (a.statements(), b.statements());
    let only = |a: &[String], b: &[String]| {
        a.iter().filter(|l| b.binary_search(l).is_err()).take(3).cloned().collect::<Vec<_>>()
    };
    assert!(
        a == b,
        "{what}: {} and {} statements; only here {:#?}, only there {:#?}",
        a.len(),
        b.len(),
        only(&a, &b),
        only(&b, &a)
    );
}

#[test]
fn the_example_of_the_specification_says_the_same_in_all_formats() {
    let folder = "ocel2-spec-example/ocel20_example";
    let Some(json) = read(&format!("{folder}.jsonocel"), None) else { return };
    assert_eq!((counts(&json), json.version), ((13, 9, 20, 7), "2.0"));
    assert_eq!(codes(&json), ["bare-objects"]);
    for ending in ["xmlocel", "sqlite"] {
        // Times without offset are an hour off: the wall clock of central Europe.
        let other = read(&format!("{folder}.{ending}"), Some("+01:00")).unwrap();
        same(&json.ocel, &other.ocel, ending);
        let assumed = read(&format!("{folder}.{ending}"), None).unwrap();
        assert!(codes(&assumed).contains(&"zone-assumed"), "{:?}", assumed.warnings);
        assert_eq!(assumed.ocel.at[0] - json.ocel.at[0], 3_600_000);
    }
}

#[test]
fn a_purchase_to_pay_log_keeps_what_dangles() {
    let Some(json) = read("ocel2-procurement-p2p/ocel2-p2p.json.gz", None) else { return };
    assert_eq!(counts(&json), (14_671, 9_543, 35_927, 20_402));
    assert_eq!(json.ocel.dangling(), (0, 2_028));
    assert_eq!((json.ocel.event_types.names.len(), json.ocel.object_types.names.len()), (10, 7));
    assert!(codes(&json).contains(&"dangling-object-relations"));
    for ending in ["xml", "sqlite"] {
        let other = read(&format!("ocel2-procurement-p2p/ocel2-p2p.{ending}.gz"), None).unwrap();
        same(&json.ocel, &other.ocel, ending);
    }
}

#[test]
fn four_years_of_github_in_both_versions() {
    let Some(first) = read("ocel-github-pm4py/github_pm4py.jsonocel", None) else { return };
    assert_eq!((first.ocel.events(), first.ocel.objects(), first.version), (1_798, 532, "1.0"));
    let second = read("ocel-github-pm4py/github_pm4py.ocel2.json", None).unwrap();
    same(&first.ocel, &second.ocel, "2.0 as JSON");
    let xml = read("ocel-github-pm4py/github_pm4py.xmlocel", None).unwrap();
    assert_eq!((xml.ocel.events(), xml.version), (1_798, "1.0"));
    same(&first.ocel, &xml.ocel, "1.0 as XML");
}

#[test]
fn examples_of_the_first_version() {
    let Some(json) = read("ocel1-examples/example_log.jsonocel", None) else { return };
    assert_eq!((counts(&json), json.version), ((23, 15, 39, 0), "1.0"));
    let xml = read("ocel1-examples/example_log.xmlocel", None).unwrap();
    assert_eq!(counts(&xml), (23, 15, 39, 0));
    assert_eq!(read("ocel1-examples/recruiting-red.jsonocel", None).unwrap().ocel.events(), 6_607);
    assert_eq!(read("ocel1-examples/newocel.jsonocel", None).unwrap().rows.rejected, 0);
    let old = shared().unwrap().join("ocel1-examples/example_log.sqlite");
    let error = ocel::read_path(&old, &Options::default(), &mut |_, _| {}).unwrap_err().to_string();
    assert!(error.contains("OCEL 1.0"), "{error}");
}

#[test]
fn a_database_that_lacks_times_of_objects_is_read() {
    let Some(read) = read("ocel2-spec-example/pallet-logistics-v0.9.sqlite", None) else { return };
    assert_eq!(counts(&read), (14, 11, 29, 0));
}

/// Out in every format of 2.0 and in again.
fn round(ocel: &ocel::Ocel, what: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    ocel::write_json(ocel, std::fs::File::create(path("a.jsonocel")).map(std::io::BufWriter::new).unwrap()).unwrap();
    ocel::write_xml(ocel, std::fs::File::create(path("a.xmlocel")).map(std::io::BufWriter::new).unwrap()).unwrap();
    ocel::write_sqlite(ocel, &path("a.sqlite")).unwrap();
    for name in ["a.jsonocel", "a.xmlocel", "a.sqlite"] {
        let again = ocel::read_path(&path(name), &Options::default(), &mut |_, _| {}).unwrap();
        assert!(!codes(&again).iter().any(|c| c.starts_with("un") || *c == "no-value"), "{what}: {:?}", again.warnings);
        same(ocel, &again.ocel, &format!("{what} as {name}"));
    }
}

#[test]
fn out_and_in_again_is_identical_in_every_format() {
    for file in [
        "ocel2-spec-example/ocel20_example.jsonocel",
        "ocel2-spec-example/pallet-logistics-v0.9.sqlite",
        "ocel2-procurement-p2p/ocel2-p2p.json.gz",
        "ocel-github-pm4py/github_pm4py.jsonocel",
        "ocel-github-pm4py/github_pm4py.ocel2.json",
        "ocel1-examples/example_log.jsonocel",
        "ocel1-examples/example_log.xmlocel",
        "ocel1-examples/newocel.jsonocel",
        "ocel1-examples/recruiting-red.jsonocel",
    ] {
        let Some(read) = read(file, None) else { return };
        round(&read.ocel, file);
    }
}

#[test]
fn what_the_first_version_can_hold_survives_it() {
    for file in ["ocel1-examples/example_log.jsonocel", "ocel-github-pm4py/github_pm4py.jsonocel"] {
        let Some(read) = read(file, None) else { return };
        let mut out = Vec::new();
        assert_eq!(ocel::write_json_1(&read.ocel, &mut out).unwrap(), Vec::<String>::new());
        let again = ocel::read(&mut std::io::Cursor::new(out), &Options::default(), &mut |_, _| {}).unwrap();
        assert_eq!(again.version, "1.0");
        same(&read.ocel, &again.ocel, file);
    }
    let Some(read) = read("ocel2-spec-example/ocel20_example.jsonocel", None) else { return };
    let lost = ocel::write_json_1(&read.ocel, Vec::new()).unwrap();
    assert_eq!(lost, ["20 qualifiers of relations", "7 relations between objects", "3 earlier values of attributes"]);
}

fn cases(file: &str, options: &Options) -> Option<Imported> {
    let read = read_path(&shared()?.join(file), options, &mut |_, _| {});
    let imported = read.unwrap_or_else(|e| panic!("{file}: {e}"));
    let rows = imported.rows;
    assert_eq!(
        rows.read,
        rows.used + rows.merged + rows.skipped + rows.rejected,
        "{file}: every event is accounted for"
    );
    Some(imported)
}

fn warned(imported: &Imported, code: &str) -> String {
    let found = imported.warnings.iter().find(|w| w.code == code);
    found.map(|w| w.text.clone()).unwrap_or_else(|| panic!("no {code} in {:#?}", imported.warnings))
}

#[test]
fn each_object_of_one_type_is_a_case() {
    let file = "ocel-github-pm4py/github_pm4py.jsonocel";
    let Some(github) = cases(file, &Options::default()) else { return };
    assert_eq!(github.mapping.case.value, "case:concept:name");
    assert_eq!((github.evidence, github.log.cases.len(), github.log.len()), (Evidence::L3, 353, 1_798));
    let others: Vec<&str> = github.mapping.case.alternatives.iter().map(|a| a.value.as_str()).collect();
    assert_eq!(others, ["org:resource", "case:repo"]);
    let by_actor = Options { object_type: Some("org:resource".to_owned()), ..Options::default() };
    assert_eq!(cases(file, &by_actor).unwrap().log.cases.len(), 178);
    let wrong = Options { object_type: Some("org:resourse".to_owned()), ..Options::default() };
    let error = read_path(&shared().unwrap().join(file), &wrong, &mut |_, _| {}).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("did you mean \u{201c}org:resource\u{201d}"), "{error}");
}

#[test]
fn a_mapping_file_of_an_object_centric_log_reads_it_to_the_same_events() {
    let file = "ocel2-procurement-p2p/ocel2-p2p.json.gz";
    let Some(first) = cases(file, &Options::default()) else { return };
    println!("{}", first.mapping.to_toml());
    for w in &first.warnings {
        println!("{}: {}", w.code, w.text);
    }
    assert!(first.log.teams.get("Warehouse Department").is_some(), "{:?}", first.mapping.team);
    let again = cases(file, &Options::from_toml(&first.mapping.to_toml()).unwrap()).unwrap();
    assert_eq!((again.log.case, again.log.activity, again.log.at), (first.log.case, first.log.activity, first.log.at));
    assert_eq!(again.log.team, first.log.team);
}

#[test]
fn what_flattening_does_to_a_log_is_said() {
    let Some(pallets) = cases(
        "ocel2-spec-example/pallet-logistics-v0.9.sqlite",
        &Options { object_type: Some("Item".to_owned()), ..Options::default() },
    ) else {
        return;
    };
    for code in ["convergence", "events-of-no-case"] {
        println!("{}", warned(&pallets, code));
    }
    assert_eq!(pallets.rows.read, 14);
}

#[test]
fn any_log_leaves_as_ocel_and_comes_back() {
    for file in ["synthetic-small-logs/interval_event_log.csv", "synthetic-small-logs/running-example.xes"] {
        let Some(first) = cases(file, &Options::default()) else { return };
        let ocel = ocel::Ocel::of_log(&first.log, "case").unwrap();
        round(&ocel, file);
        let mut out = Vec::new();
        ocel::write_json(&ocel, &mut out).unwrap();
        let again = read_log(&mut std::io::Cursor::new(out), &Options::default(), &mut |_, _| {}).unwrap();
        let rows = |log: &Log| -> Vec<(String, String, i64, i64, String, String)> {
            (0..log.len())
                .map(|i| {
                    let name =
                        |d: &Dictionary, c: &Vec<u32>| c.get(i).map(|n| d.name(*n).to_owned()).unwrap_or_default();
                    let start = log.start.get(i).copied().unwrap_or(NO_TIME);
                    let (case, activity) = (name(&log.cases, &log.case), name(&log.activities, &log.activity));
                    let (team, lifecycle) = (name(&log.teams, &log.team), name(&log.lifecycles, &log.lifecycle));
                    (case, activity, log.at[i], start, team, lifecycle)
                })
                .collect()
        };
        assert_eq!(rows(&again.log), rows(&first.log), "{file}");
    }
}
