//! The filter language: spelling, errors, the check against fields, and what it says of an item.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests say what went wrong by failing"
)]

use proptest::prelude::*;
use std::borrow::Cow;
use watercourse_core::filter::{
    Expr, FieldType, FieldValue, Fields, Filter, MOST_BYTES, MOST_DEPTH, MOST_TERMS, Schema, Truth,
};
use watercourse_core::span::{DAY, HOUR};

/// 2026-11-23T09:30:00Z.
const NOW: i64 = 1_795_426_200_000_000;

fn parse(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn schema() -> Schema {
    let list = |values: &[&str]| FieldType::Enum(values.iter().map(|&v| v.to_owned()).collect());
    Schema::new()
        .with("risk", list(&["low", "medium", "high"]))
        .with("team", FieldType::Key)
        .with("service", FieldType::Text)
        .with("title", FieldType::Prose)
        .with("label", FieldType::LabelSet)
        .with("cost", FieldType::Number)
        .with("created", FieldType::Date)
        .with("due", FieldType::Date)
        .with("urgent", FieldType::Bool)
        .with_relative("age", FieldType::Span)
}

struct Incident;

impl Fields for Incident {
    fn field(&self, name: &str) -> Option<FieldValue<'_>> {
        Some(match name {
            "risk" => FieldValue::Text("high".into()),
            "team" => FieldValue::Text("HR".into()),
            "title" => FieldValue::Prose("The VPN is down, again".into()),
            "label" => FieldValue::Labels(vec!["Network".into(), "new-site".into()]),
            "cost" => FieldValue::Number(12.5),
            "created" => FieldValue::Date(NOW - 5 * DAY),
            "due" => FieldValue::Unset,
            "urgent" => FieldValue::Bool(true),
            "age" => FieldValue::Span(5 * DAY),
            "impact" => FieldValue::Written("3".into()),
            "closed" => FieldValue::Written("2026-11-20".into()),
            "flag" => FieldValue::Written("TRUE".into()),
            "vendor" => FieldValue::Written("Acme Corp".into()),
            _ => return None,
        })
    }
    fn texts(&self) -> Option<Vec<Cow<'_, str>>> {
        Some(vec!["INC-1042".into(), "The VPN is down, again.".into(), "Größe: 5".into()])
    }
}

#[test]
fn now_is_what_the_constant_says() {
    assert_eq!(NOW, "2026-11-23T09:30:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond());
}

#[test]
fn each_spelling_has_one_canonical_form() {
    for (written, canonical) in [
        ("", ""),
        ("  \n ", ""),
        ("risk:high team:hr -label:x age:>3d \"vpn\"", "risk:high team:hr -label:x age:>3d vpn"),
        ("Risk:HIGH", "risk:HIGH"),
        ("a AND b OR c", "a b OR c"),
        ("a (b OR c)", "a (b OR c)"),
        ("(a b) OR ((c))", "a b OR c"),
        ("a OR (b OR c)", "a OR b OR c"),
        ("-(-a)", "a"),
        ("-(a b)", "-(a b)"),
        ("-( a OR b )", "-(a OR b)"),
        ("team:\"hr\",\"field service\"", "team:hr,\"field service\""),
        ("cost:1..2", "cost:1..2"),
        ("team:*", "team:*"),
        ("team:\"*\"", "team:\"*\""),
        ("created:>=2026-11-23T09:30Z", "created:>=2026-11-23T09:30Z"),
        ("created:>-7d", "created:>-7d"),
        ("10:30", "10:30"),
        ("\"a:b\"", "\"a:b\""),
        ("\"OR\"", "\"OR\""),
        ("or", "or"),
        ("\"say \\\"hi\\\" \\\\\"", "\"say \\\"hi\\\" \\\\\""),
        ("INC-1042", "INC-1042"),
        ("anna@example.org", "anna@example.org"),
    ] {
        assert_eq!(parse(written).to_string(), canonical, "{written}");
    }
}

#[test]
fn or_binds_less_than_side_by_side() {
    let Expr::Any(parts) = parse("a b OR c").expr().clone() else { panic!("an Any") };
    assert!(matches!(&parts[..], [Expr::All(both), Expr::Text(c)] if both.len() == 2 && c.text == "c"));
}

#[test]
fn places_are_bytes_and_columns_characters() {
    let filter = parse("größe team:hr");
    let mut seen = Vec::new();
    filter.expr().each_test(&mut |name, test| {
        let value = test.values().next().unwrap();
        seen.push((
            name.place.from,
            name.place.until,
            name.place.column,
            value.place.from,
            value.place.until,
            value.place.column,
        ));
    });
    assert_eq!(seen, [(8, 12, 7, 13, 15, 12)]);
    assert_eq!(filter.fields().into_iter().collect::<Vec<_>>(), ["team"]);
    assert_eq!(parse("b:1 a:2 OR b:3 x").fields().into_iter().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn what_is_wrong_with_the_spelling_is_said() {
    for (text, column, wrong, right) in [
        ("risk: high", 6, "a value is missing after “risk:”", "write risk:value without a space"),
        ("risk:", 6, "a value is missing", "risk:*"),
        ("risk:high,", 11, "a value is missing", "without a space"),
        ("a (b", 3, "“(” is not closed", "put “)”"),
        ("a b)", 4, "“)” closes nothing", "leave it out"),
        (")", 1, "“)” closes nothing", "leave it out"),
        ("a ()", 4, "nothing between the parentheses", "leave them out"),
        ("OR a", 1, "OR has nothing on one side", "\"OR\""),
        ("a OR", 5, "OR has nothing on one side", "a OR b"),
        ("a OR OR b", 6, "OR has nothing on one side", "a OR b"),
        ("a AND", 3, "AND has nothing on one side", "a AND b"),
        ("a AND AND b", 7, "AND has nothing on one side", "a AND b"),
        ("a -", 3, "“-” stands alone", "-label:x"),
        ("- a", 1, "“-” stands alone", "-label:x"),
        ("--a", 2, "two minus signs", "one means “not”"),
        ("NOT a", 1, "NOT is not a word", "-label:x"),
        ("\"vpn", 1, "the quote is not closed", "end of the phrase"),
        ("\"a\\b\"", 3, "“\\”", "write \\\\"),
        ("\"a\"b", 4, "without a space", "put a space"),
        ("a(b)", 2, "without a space", "put a space"),
        ("\"!\"", 1, "no letter or digit", "word"),
        ("risk=high", 1, "“risk=high” is no word", "write risk:high"),
        ("age>=3d", 1, "“age>=3d” is no word", "write age:>=3d"),
        ("*vpn", 1, "has a “*”", "at the end of a word"),
        ("v*", 1, "begins too many words", "at least 2 letters"),
        ("mail-r*", 1, "begins too many words", "at least 2 letters"),
        ("team:net*", 6, "has a “*”", "team:* alone"),
        ("team:=hr", 6, "begins with a sign", "write team:hr"),
        ("team:!=hr", 6, "“!” is not a word", "write -team:hr"),
        ("team:>a,b", 8, "a comparison has one value", "team:a,b"),
        ("team:(a b)", 6, "is followed by “(”", "team:a,b"),
        ("cost:..5", 1, "a range has both ends", "cost:<=b"),
        ("cost:5..", 1, "a range has both ends", "cost:>=a"),
        ("cost:5..*", 1, "a range has both ends", "cost:>=a"),
        ("cost:*..5", 1, "a range has both ends", "cost:<=b"),
        ("cost:1..2,4", 10, "a range has two values", "OR cost:c..d"),
        ("cost:1,2..4", 9, "a list has no range", "cost:b..c"),
        ("team:\"\"", 6, "the value is empty", "-team:*"),
        ("“two words”", 1, "curly quotes", "straight"),
        ("größe \"", 7, "not closed", "phrase"),
    ] {
        let issue = Filter::parse(text).expect_err(text);
        assert_eq!(issue.place.column, column, "{text}: {issue}");
        assert!(issue.wrong.contains(wrong), "{text}: {issue}");
        assert!(issue.right.contains(right), "{text}: {issue}");
        assert!(issue.to_string().starts_with(&format!("column {column}: ")), "{issue}");
    }
}

#[test]
fn size_and_depth_are_bounded() {
    let nested = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(Filter::parse(&nested(MOST_DEPTH)).is_ok());
    assert!(Filter::parse(&nested(MOST_DEPTH + 1)).unwrap_err().wrong.contains("nested more than 32 deep"));
    assert!(Filter::parse(&"(".repeat(MOST_BYTES)).is_err());
    assert!(Filter::parse(&"a ".repeat(MOST_TERMS)).is_ok());
    assert!(Filter::parse(&"a ".repeat(MOST_TERMS + 1)).unwrap_err().wrong.contains("more than 64 words"));
    assert!(Filter::parse(&"a".repeat(MOST_BYTES)).is_ok());
    assert!(Filter::parse(&"a".repeat(MOST_BYTES + 1)).unwrap_err().wrong.contains("4097 bytes"));
}

#[test]
fn the_check_knows_fields_and_values() {
    let issues = |text: &str| schema().check(&parse(text)).iter().map(ToString::to_string).collect::<Vec<_>>();
    for good in [
        "risk:high,LOW team:hr -label:x age:>3d \"vpn\"",
        "cost:1..2.5 cost:>=-3 created:2026-11 due:<=today created:2026-11-01..2026-11-23 urgent:true",
        "created:>-7d OR created:<2026-11-23T09:30+01:00 OR due:<now due:2026",
        "title:\"vpn down\" service:payments team:*",
    ] {
        assert_eq!(issues(good), Vec::<String>::new(), "{good}");
    }
    for (bad, expected) in [
        ("rsik:high", "column 1: “rsik” is no field; did you mean “risk”?"),
        (
            "a colour:red",
            "column 3: “colour” is no field; put quotes around it to search for it as text; known: risk, team, service",
        ),
        ("risk:hihg", "column 6: “hihg” is no value of “risk”; did you mean “high”?"),
        ("risk:red", "column 6: “red” is no value of “risk”; known: low, medium, high"),
        ("risk:>low", "“risk” holds one of a list and has no more and less; name the values: risk:low,medium,high"),
        ("team:a..b", "“team” holds an identifier and has no more and less; write team:value or team:a,b"),
        ("cost:many", "“many” does not fit “cost”, which holds a number; write a number: cost:>12.5"),
        ("cost:inf", "does not fit “cost”"),
        ("cost:5..1", "the range 5..1 is empty; write cost:1..5"),
        ("age:3d", "no “age” is ever exactly 3d; write age:>3d or age:<3d"),
        (
            "age:>3",
            "“3” does not fit “age”, which holds a length of time; write a whole number and s, m, h, d or w: age:>3d",
        ),
        ("age:>5bd", "business time is not counted here"),
        ("created:>7d", "write -7d for that long ago"),
        ("created:-7d", "“-7d” is a single instant, and nothing happens exactly then; write created:>-7d"),
        ("created:23.11.2026", "“23.11.2026” does not fit “created”, which holds a date; write 2026-11-23, 2026-11"),
        ("created:2026-02-30", "does not fit “created”"),
        ("created:>2026-11-23T25:00", "does not fit “created”"),
        ("created:2026-12..2026-11", "is empty; write created:2026-11..2026-12"),
        ("urgent:yes", "“yes” does not fit “urgent”, which holds true or false; write urgent:true or urgent:false"),
        ("title:>a", "has no more and less"),
        ("title:!!", ""),
    ] {
        if expected.is_empty() {
            assert!(Filter::parse(bad).is_err());
            continue;
        }
        let found = issues(bad);
        assert!(found.len() == 1 && found[0].contains(expected), "{bad}: {found:?}");
    }
    assert_eq!(issues("rsik:high (cost:x OR urgent:1)").len(), 3, "everything is reported at once");
}

#[test]
fn relative_time_is_recognised() {
    for (text, relative) in [
        ("age:>3d", true),
        ("-(risk:high OR age:<1w)", true),
        ("age:*", false),
        ("created:>-7d", true),
        ("created:today", true),
        ("due:2026-11-01..now", true),
        ("due:<2026-11-23", false),
        ("team:today", false),
        ("today", false),
    ] {
        assert_eq!(parse(text).uses_relative_time(&schema()), relative, "{text}");
    }
    let places: Vec<usize> =
        schema().relative_time(&parse("risk:low age:>3d created:>-7d")).iter().map(|i| i.place.column).collect();
    assert_eq!(places, [10, 27]);
}

#[test]
fn an_item_is_asked() {
    for (text, expected) in [
        ("", Truth::True),
        ("risk:high team:hr -label:x age:>3d \"vpn\"", Truth::True),
        ("risk:low", Truth::False),
        ("risk:low,HIGH", Truth::True),
        ("team:h", Truth::False),
        ("label:network", Truth::True),
        ("label:new", Truth::False),
        ("-label:network", Truth::False),
        ("title:\"vpn is\"", Truth::True),
        ("title:\"vpn down\"", Truth::False),
        ("title:vp", Truth::False),
        // Free text: whole words, next to each other in a phrase, capitals ignored.
        ("vpn down", Truth::True),
        ("vp*", Truth::True),
        ("inc-10*", Truth::True),
        ("down-ag*", Truth::True),
        ("ag-down*", Truth::False),
        ("gröss* OR GROSSE", Truth::False),
        ("GROßE", Truth::True),
        ("\"again größe\"", Truth::False),
        ("\"VPN is down\"", Truth::True),
        ("\"vpn down\"", Truth::False),
        ("inc-1042 GRÖSSE", Truth::False),
        ("inc-1042 GRÖßE", Truth::True),
        ("vp", Truth::False),
        ("cost:12.5", Truth::True),
        ("cost:>12.5", Truth::False),
        ("cost:>=12.5", Truth::True),
        ("cost:1..12.50", Truth::True),
        ("cost:<3 OR cost:4,5", Truth::False),
        // Created on the 18th, 09:30.
        ("created:2026-11-18", Truth::True),
        ("created:2026-11", Truth::True),
        ("created:2025,2026", Truth::True),
        ("created:>2026-11-18", Truth::False),
        ("created:>2026-11-17", Truth::True),
        ("created:>=2026-11-18", Truth::True),
        ("created:<=2026-11-18", Truth::True),
        ("created:<2026-11-18", Truth::False),
        ("created:<2026-11-18T10:30+01:00", Truth::False),
        ("created:<=2026-11-18T10:30+01:00", Truth::True),
        ("created:>2026-11-18T09:29", Truth::True),
        ("created:2026-11-01..2026-11-18", Truth::True),
        ("created:>-5d", Truth::False),
        ("created:>=-5d", Truth::True),
        ("created:>-6d", Truth::True),
        ("created:today", Truth::False),
        ("created:<yesterday", Truth::True),
        ("age:3d..1w", Truth::True),
        ("age:<=120h", Truth::True),
        ("urgent:TRUE", Truth::True),
        ("-urgent:true", Truth::False),
        // No value is not the same as not known.
        ("due:*", Truth::False),
        ("-due:*", Truth::True),
        ("due:<2026-12-01", Truth::False),
        ("-due:<2026-12-01", Truth::True),
        ("team:*", Truth::True),
        ("label:*", Truth::True),
        ("pain:high", Truth::Unknown("pain")),
        ("-pain:high", Truth::Unknown("pain")),
        ("pain:*", Truth::Unknown("pain")),
        ("risk:high pain:high", Truth::Unknown("pain")),
        ("risk:low pain:high", Truth::False),
        ("risk:high OR pain:high", Truth::True),
        ("risk:low OR pain:high OR gain:low", Truth::Unknown("pain")),
        ("-(risk:low pain:high)", Truth::True),
        ("cost:many", Truth::Unknown("cost")),
        // Values of a type that is not known.
        ("impact:3", Truth::True),
        ("impact:3.0", Truth::True),
        ("impact:>2", Truth::True),
        ("impact:1..2", Truth::False),
        ("impact:*", Truth::True),
        ("closed:2026-11-20", Truth::True),
        ("closed:2026-11", Truth::True),
        ("closed:>-7d", Truth::True),
        ("closed:>-2d", Truth::False),
        ("flag:true", Truth::True),
        ("vendor:\"acme corp\"", Truth::True),
        ("vendor:acme", Truth::False),
        ("vendor:>3", Truth::Unknown("vendor")),
    ] {
        let filter = parse(text);
        let truth = filter.evaluate(&Incident, NOW);
        assert_eq!(truth, expected, "{text}");
        assert_eq!(filter.holds(&Incident, NOW), expected.known());
    }
    assert_eq!(parse("due:today").evaluate(&Due(NOW), NOW), Truth::True);
    assert_eq!(parse("due:today").evaluate(&Due(NOW + 15 * HOUR), NOW), Truth::False);
    assert_eq!(parse("due:tomorrow").evaluate(&Due(NOW + 15 * HOUR), NOW), Truth::True);
    assert_eq!(parse("vpn").evaluate(&Due(NOW), NOW), Truth::Unknown("text"));
}

struct Due(i64);

impl Fields for Due {
    fn field(&self, name: &str) -> Option<FieldValue<'_>> {
        (name == "due").then_some(FieldValue::Date(self.0))
    }
    fn texts(&self) -> Option<Vec<Cow<'_, str>>> {
        None
    }
}

#[test]
fn filters_join_and_travel_as_text() {
    assert_eq!(parse("a OR b").and(parse("c d")).to_string(), "(a OR b) c d");
    assert_eq!(Filter::everything().and(parse("a")), parse("a"));
    assert!(parse(" ").is_empty() && !parse("a").is_empty());
    let json = serde_json::to_string(&parse("risk:high  \"x\"")).unwrap();
    assert_eq!(json, "\"risk:high x\"");
    assert_eq!(serde_json::from_str::<Filter>(&json).unwrap(), parse("risk:high").and(parse("x")));
    assert!(serde_json::from_str::<Filter>("\"risk: high\"").unwrap_err().to_string().contains("column 6"));
}

#[test]
fn the_page_about_the_language_tells_the_truth() {
    let page = include_str!("../../../docs/reference/filter.md");
    let (mut block, mut good, mut bad) = ("", 0, 0);
    let mut waiting: Option<&str> = None;
    for line in page.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            block = kind;
        } else if block == "filter" && !line.is_empty() {
            let filter = parse(line);
            let issues = schema().check(&filter);
            assert!(issues.is_empty(), "{line}: {issues:?}");
            good += 1;
        } else if block == "filter-error" && !line.is_empty() {
            match waiting.take() {
                None => waiting = Some(line),
                Some(text) => {
                    let said = Filter::parse(text).map_or_else(
                        |e| e.to_string(),
                        |f| schema().check(&f).first().map_or(String::new(), ToString::to_string),
                    );
                    assert_eq!(said, line.trim(), "{text}");
                    bad += 1;
                }
            }
        }
    }
    assert!(good > 15 && bad > 4 && waiting.is_none(), "{good} good, {bad} bad examples found");
}

/// Texts that look like filters more often than chance would make them.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "risk", "age", ":", ">", "<=", "=", "..", ",", "*", "-", "(", ")", "\"", "\\", " ", " ", " OR ", "AND", "NOT", "3d", "a", "vpn", "2026-11-23", "-7d",
            ".", "“", "é", "!", "\n", "created:", "cost:1..2",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered_and_what_is_read_keeps_its_meaning(text in any_text()) {
        match Filter::parse(&text) {
            Ok(filter) => {
                let canonical = filter.to_string();
                prop_assert!(canonical.len() <= text.trim().len(), "{} -> {}", text, canonical);
                let again = Filter::parse(&canonical);
                prop_assert_eq!(again.as_ref(), Ok(&filter), "{} -> {}", text, canonical);
                prop_assert_eq!(again.unwrap().to_string(), canonical);
                let _issues = (schema().check(&filter), schema().relative_time(&filter), filter.evaluate(&Incident, NOW));
            }
            Err(issue) => {
                prop_assert!(issue.place.from <= issue.place.until && issue.place.until <= text.len(), "{:?}", issue);
                prop_assert!(text.is_char_boundary(issue.place.from) && issue.place.column >= 1, "{:?}", issue);
                prop_assert!(!issue.wrong.is_empty() && !issue.right.is_empty());
            }
        }
    }

    #[test]
    fn any_bytes_are_answered(text in ".{0,200}") {
        let _answer = Filter::parse(&text);
    }

    #[test]
    fn a_checked_filter_can_be_computed(text in any_text()) {
        if let Ok(filter) = Filter::parse(&text) && schema().check(&filter).is_empty() {
            // The incident has a value or a gap for every field of the schema but one.
            let known = filter.fields().iter().all(|f| *f != "service");
            prop_assert!(!known || filter.holds(&Incident, NOW).is_some(), "{}", text);
        }
    }

    #[test]
    fn not_turns_the_answer_round(a in any_text(), b in any_text()) {
        if let (Ok(a), Ok(b)) = (Filter::parse(&a), Filter::parse(&b)) && !a.is_empty() && !b.is_empty() {
            let ask = |text: String| Filter::parse(&text).map(|f| f.holds(&Incident, NOW));
            let (va, vb) = (a.holds(&Incident, NOW), b.holds(&Incident, NOW));
            prop_assert_eq!(ask(format!("-({a})")), Ok(va.map(|v| !v)));
            // De Morgan, which holds in three values as in two.
            prop_assert_eq!(ask(format!("-(({a}) ({b}))")), ask(format!("-({a}) OR -({b})")));
            let both = match (va, vb) { (Some(false), _) | (_, Some(false)) => Some(false), (Some(true), Some(true)) => Some(true), _ => None };
            prop_assert_eq!(a.and(b).holds(&Incident, NOW), both);
        }
    }
}
