//! Streams proposed from what happened: they must be good files, and fit what they were made from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use proptest::prelude::*;
use support::random;
use support::xes::{read, shared};
use watercourse_core::check::{QUICK_MARKINGS, check};
use watercourse_core::filter::Schema;
use watercourse_core::item::Outcome;
use watercourse_core::stream::{Context, KnownKind, Severity, Stream};
use watercourse_flow::conformance::{conformance, same_steps};
use watercourse_flow::discovery::{Group, Naming, Proposal, discover};
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log};
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::order::Ordered;
use watercourse_flow::visits::Visits;

const NAMING: Naming<'static> = Naming { name: "As it ran", kind: "request" };

/// The stream of a proposal's text: it must have no error.
fn stream(proposal: &Proposal) -> Stream {
    let kinds = vec![KnownKind { id: "request".to_owned(), schema: Schema::new() }];
    let checked = check(&proposal.text, &Context { kinds, ..Context::default() }, QUICK_MARKINGS);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{}", proposal.text);
    checked.stream.unwrap()
}

/// How well what it was made from fits it.
fn fitness(visits: &Visits, stream: &Stream) -> f64 {
    let steps = same_steps(visits, stream);
    conformance(visits, stream, &steps, None).fitness.value().unwrap_or(1.0)
}

fn visits(log: &Log, meaning: &LogMeaning) -> Visits {
    from_log(log, &Ordered::of(log), meaning)
}

#[test]
fn a_known_process_is_found_again() {
    // ask, then build or buy, test, ship; every fourth is looked at afterwards, which is always written down.
    let mut log = Log::default();
    for case in 0..800 {
        let mut steps = vec!["Ask", if case % 2 == 0 { "Build it" } else { "Buy it" }, "Test"];
        if case % 4 == 0 {
            steps.extend(["Look at", "Write down"]);
        }
        steps.push("Ship");
        for (at, activity) in (0i64..).zip(steps) {
            let case = format!("c{case}");
            log.push(Event {
                case: &case,
                activity,
                at: at * 60_000,
                start: None,
                team: Some("Team A"),
                lifecycle: None,
            });
        }
    }
    let visits = visits(&log, &LogMeaning::of(&log).done(["Ship"]));
    let proposal = discover(&visits, None, &NAMING).unwrap();
    let text = &proposal.text;
    for line in [
        "after    = [\n    \"build-it|buy-it\",  # 800 of 800, 100.0 %, at least 99.5 %\n]",
        "start    = true  # begins here: 800 of 800, 100.0 %",
        "choice = [\"build-it\", \"buy-it\"]  # two of them together never (0 of 400, at most 1.0 %)",
        "on   = \"look-at\"\nthen = \"write-down\"  # 200 of 200, 100.0 %, at least 98.1 %",
        "optional = true  # happened: 200 of 800, 25.0 %",
        "deliver  = true  # the last step: 800 of 800, 100.0 %",
        "team     = \"team-a\"  # had it most often",
        "activity = \"deliver_support\"  # NOT KNOWN: set which of the six it is",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(proposal.rules.len(), 2);
    let after = |id: &str| {
        let step = proposal.steps.iter().find(|s| s.id == id).unwrap();
        let names = |g: &Group| g.steps.iter().map(|s| proposal.steps[*s].id.as_str()).collect::<Vec<_>>().join("|");
        step.after.iter().map(names).collect::<Vec<_>>()
    };
    // What follows from the rest is left out: testing comes after asking because building and buying do.
    assert_eq!([after("test"), after("write-down"), after("ship")], [["build-it|buy-it"], ["look-at"], ["test"]]);
    let stream = stream(&proposal);
    assert_eq!(fitness(&visits, &stream), 1.0);
}

#[test]
fn thirty_items_are_needed_to_say_anything() {
    let mut log = Log::default();
    for case in 0..29 {
        for (at, activity) in (0i64..).zip(["a", "b"]) {
            let case = case.to_string();
            log.push(Event { case: &case, activity, at, start: None, team: None, lifecycle: None });
        }
    }
    let visits = visits(&log, &LogMeaning::of(&log));
    let proposal = discover(&visits, None, &NAMING).unwrap();
    assert!(proposal.rules.is_empty() && proposal.steps.iter().all(|s| s.after.is_empty()));
    stream(&proposal);
    assert_eq!(discover(&Visits::default(), None, &NAMING), None);
}

#[test]
fn proposals_for_real_logs_are_good_files_and_fit() {
    let mut bpic2012 = LogMeaning::default().done(["A_ACTIVATED"]);
    bpic2012.done.insert("A_DECLINED".to_owned(), Outcome::Declined);
    bpic2012.done.insert("A_CANCELLED".to_owned(), Outcome::Cancelled);
    let logs = [
        ("italian-helpdesk/helpdesk.xes.gz", LogMeaning::default().done(["Closed"])),
        ("receipt-wabo/receipt.xes.gz", LogMeaning::default()),
        ("bpic2012-loan/bpic2012.xes.gz", bpic2012),
        ("bpic2015-permits/BPIC15_1.xes.gz", LogMeaning::default()),
        ("bpic2020-travel/BPI_2020_DomesticDeclarations.xes.gz", LogMeaning::default().done(["Payment Handled"])),
        ("sepsis/SEPSIS.xes.gz", LogMeaning::default()),
    ];
    for (file, mut meaning) in logs {
        let Some(path) = shared(file) else { continue };
        let log = read(&path);
        meaning.lifecycle = LogMeaning::of(&log).lifecycle;
        let visits = visits(&log, &meaning);
        let proposal = discover(&visits, None, &NAMING).unwrap();
        let stream = stream(&proposal);
        let fitness = fitness(&visits, &stream);
        let after: usize = proposal.steps.iter().map(|s| s.after.len()).sum();
        // Nothing said fits everything: something must have been found.
        assert!(after >= 5, "{file}");
        assert!(fitness >= 0.9, "{file}: {fitness}\n{}", proposal.text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happened_makes_a_good_file(rows in random::rows(), meaning in random::meanings(), times in 1usize..40) {
        let (log, means) = random::log(&rows, meaning);
        // The same again and again, so that there is enough to say something.
        let mut more = Log::default();
        for round in 0..times {
            for event in 0..log.len() {
                let of = |names: &watercourse_flow::log::Dictionary, column: &[u32]| {
                    column.get(event).filter(|n| **n != u32::MAX).map(|n| names.name(*n).to_owned())
                };
                more.push(Event {
                    case: &format!("{round}-{}", log.cases.name(log.case[event])),
                    activity: log.activities.name(log.activity[event]),
                    at: log.at[event],
                    start: log.start.get(event).copied().filter(|s| *s != i64::MIN),
                    team: of(&log.teams, &log.team).as_deref(),
                    lifecycle: of(&log.lifecycles, &log.lifecycle).as_deref(),
                });
            }
        }
        let visits = visits(&more, &means);
        if let Some(proposal) = discover(&visits, None, &NAMING) {
            let stream = stream(&proposal);
            prop_assert_eq!(stream.steps.len(), proposal.steps.len());
            prop_assert!((0.0..=1.0).contains(&fitness(&visits, &stream)));
        }
    }
}
