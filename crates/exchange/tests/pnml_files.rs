//! Petri nets as PNML, well and badly made; and those of the oracle aligned with the logs they were mined of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

use std::io::Cursor;
use std::path::{Path, PathBuf};

use watercourse_exchange::{ExchangeError, Limits, Options, read_path, read_pnml, read_pnml_path};
use watercourse_flow::alignment::{Fit, Net, Transition};
use watercourse_flow::from_log::from_log;
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::order::Ordered;
use watercourse_flow::variants::Variants;

const SMALL: &str = include_str!("../../../fuzz/seeds/pnml/small.pnml");

fn read(text: &str) -> Result<Net, ExchangeError> {
    read_pnml(&mut Cursor::new(text), &Limits::default())
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

fn transition(label: Option<&str>, takes: (u32, u16), gives: (u32, u16)) -> Transition {
    Transition { label: label.map(str::to_owned), takes: vec![takes], gives: vec![gives] }
}

#[test]
fn a_net_is_read_with_weights_silent_steps_and_both_markings() {
    let transitions = vec![
        transition(Some("Assess <it>"), (0, 1), (1, 2)),
        transition(None, (1, 1), (2, 1)),
        transition(Some("Build"), (1, 1), (2, 1)),
    ];
    assert_eq!(read(SMALL).unwrap(), Net::new(3, transitions, vec![(0, 1)], vec![(2, 2)]).unwrap());
}

#[test]
fn without_final_markings_the_only_place_that_is_not_left_ends_it() {
    let from = SMALL.find("<finalmarkings>").unwrap();
    let to = SMALL.find("</finalmarkings>").unwrap() + "</finalmarkings>".len();
    let none = format!("{}{}", &SMALL[..from], &SMALL[to..]);
    assert_eq!(read(&none).unwrap().last(), [(2, 1)]);
    let two = none.replace("<place id=\"end\"/>", "<place id=\"end\"/><place id=\"other\"/>");
    assert_eq!(
        refused(&two),
        "this is a net with no <finalmarkings> and 2 places that no arc leaves, not a model that a log can be compared \
         with: say by <finalmarkings> where cases end; with one such place it is taken"
    );
}

#[test]
fn transitions_without_a_name_are_silent() {
    for name in ["<name><text> </text></name>", "<name/>", ""] {
        let net = read(&SMALL.replace("<name><text><![CDATA[Build]]></text></name>", name)).unwrap();
        assert_eq!(net.transitions()[2].label, None, "{name}");
    }
}

#[test]
fn what_would_be_another_net_is_refused_by_line() {
    let cases = [
        (
            "source=\"t3\"",
            "source=\"t9\"",
            "line 17 (byte 1040): there is no node \u{201c}t9\u{201d}; name one of this net",
        ),
        ("source=\"t3\"", "source=\"end\"", "line 17"),
        ("<place id=\"middle\"/>", "<place id=\"begin\"/>", "line 7"),
        ("<place id=\"middle\"/>", "<place/>", "line 7"),
        ("<place id=\"middle\"/>", "<referencePlace id=\"middle\" ref=\"end\"/>", "line 7"),
        ("<text>2</text></inscription>", "<text>many</text></inscription>", "line 13"),
        ("<text>normal</text>", "<text>inhibitor</text>", "line 14"),
        ("<arctype><text>normal</text></arctype>", "<type value=\"reset\"/>", "line 14"),
        ("idref=\"end\"", "idref=\"t1\"", "line 20"),
        ("</finalmarkings>", "<marking><place idref=\"begin\"/></marking></finalmarkings>", "line 21"),
        ("</pnml>", "<net id=\"m\"/></pnml>", "line 23"),
        ("</pnml>", "", "line 24"),
    ];
    for (from, to, said) in cases {
        assert!(SMALL.contains(from), "{from}");
        let error = refused(&SMALL.replacen(from, to, 1));
        assert!(error.starts_with(said), "{from} → {to}: {error}");
    }
}

#[test]
fn what_is_no_net_is_named() {
    let found = |text: &str| match read(text).unwrap_err() {
        ExchangeError::NotANet { found, .. } => found,
        other => panic!("{other}"),
    };
    assert_eq!(found(""), "an empty file");
    assert_eq!(found("<log><trace/></log>"), "an event log (XES)");
    assert_eq!(found("<pnml/>"), "a file without a <net>");
    assert_eq!(found("<!DOCTYPE html><html></html>"), "a web page");
    assert_eq!(
        found(&SMALL.replace("<initialMarking><text>1</text></initialMarking>", "")),
        "a net in which no place has a token at the start"
    );
}

#[test]
fn nothing_is_expanded_or_fetched() {
    let bomb = SMALL.replace("<pnml ", "<!DOCTYPE pnml [<!ENTITY a \"aaaa\">]><pnml ");
    assert!(refused(&bomb).contains("document type (DTD)"), "{}", refused(&bomb));
    assert!(refused(&SMALL.replace("&lt;", "&a;")).contains("an entity cannot be read"));
    let deep = SMALL.replace("<page id=\"p\">", &"<page id=\"p\">".repeat(100));
    assert!(refused(&deep).contains("nested more than 64 deep"));
    let limits = Limits { record: 300, ..Limits::default() };
    let long = SMALL.replace("Build", &"B".repeat(1000));
    assert!(matches!(read_pnml(&mut Cursor::new(long), &limits), Err(ExchangeError::TooLong { .. })));
}

/// The average fitness that the oracle's script wrote beside the net.
#[test]
fn logs_and_their_nets_are_read_and_fit_as_the_oracle_says() {
    let root = std::env::var_os("WATERCOURSE_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let nets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flow/tests/oracle/nets");
    for (name, file) in [
        ("running_example", "synthetic-small-logs/running-example.xes"),
        ("helpdesk", "italian-helpdesk/helpdesk.xes.gz"),
        ("receipt", "receipt-wabo/receipt.xes.gz"),
    ] {
        let net = read_pnml_path(&nets.join(format!("{name}.pnml")), &Limits::default()).unwrap();
        let path = root.join(file);
        if !path.exists() {
            println!("skipped: there is no {file}");
            continue;
        }
        let golden = std::fs::read_to_string(nets.join(format!("{name}.json"))).unwrap();
        let golden: serde_json::Value = serde_json::from_str(&golden).unwrap();
        let log = read_path(&path, &Options::default(), &mut |_, _| {}).unwrap().log;
        let ordered = Ordered::of(&log);
        let variants = Variants::of_log(&ordered, &from_log(&log, &ordered, &LogMeaning::of(&log)), None);
        let fit = Fit::of(&net, &variants, &log.activities, 100_000);
        let (fitness, said) = (fit.average_fitness.value().unwrap(), golden["average_trace_fitness"].as_f64().unwrap());
        assert!((fitness - said).abs() < 1e-9, "{name}: {fitness}, the oracle says {said}");
        assert_eq!(fit.cost, golden["cost"].as_u64().unwrap(), "{name}");
    }
}
