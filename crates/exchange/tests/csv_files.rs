//! CSV in all its dialects, on small files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::Cursor;
use std::path::PathBuf;

use watercourse_exchange::{
    By, DateOrder, Evidence, ExchangeError, Imported, Layout, Options, Rows, read_log, read_path,
};
use watercourse_flow::log::{NONE, TimeMeans};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn file(name: &str) -> Imported {
    read_path(&fixture(name), &Options::default(), &mut |_, _| {}).unwrap()
}

fn with(bytes: impl AsRef<[u8]>, options: &Options) -> Result<Imported, ExchangeError> {
    read_log(&mut Cursor::new(bytes.as_ref()), options, &mut |_, _| {})
}

fn text(bytes: impl AsRef<[u8]>) -> Imported {
    with(bytes, &Options::default()).unwrap()
}

fn codes(i: &Imported) -> Vec<&'static str> {
    i.warnings.iter().map(|w| w.code).collect()
}

/// `case activity minutes-since-the-first` of every event.
fn events(i: &Imported) -> Vec<String> {
    let first = i.log.at.iter().min().copied().unwrap_or(0);
    (0..i.log.len())
        .map(|e| {
            format!(
                "{} {} {}",
                i.log.cases.name(i.log.case[e]),
                i.log.activities.name(i.log.activity[e]),
                (i.log.at[e] - first) / 60_000
            )
        })
        .collect()
}

#[test]
fn a_plain_log_is_accounted_for_row_by_row() {
    let i = file("plain.csv");
    assert_eq!(i.rows, Rows { read: 13, used: 9, merged: 0, skipped: 2, rejected: 2 });
    assert_eq!((i.log.len(), i.log.cases.len(), i.log.activities.len()), (9, 4, 3));
    assert_eq!(i.rejected.iter().map(|r| r.line).collect::<Vec<_>>(), [10, 11]);
    assert!(i.rejected[0].reason.contains("empty") && i.rejected[1].reason.contains("soon"), "{:?}", i.rejected);
    assert_eq!(i.log.cases.name(2), "NA", "NA is a value");
    assert_eq!(i.log.team.last(), Some(&NONE), "a short row has no team");
    assert_eq!(i.log.at[1] - i.log.at[0], 30 * 60_000, "offsets count");
    assert_eq!(i.mapping.done.value, ["Closed"]);
    assert_eq!(i.mapping.time_means.value, TimeMeans::Completion);
    assert_eq!((i.evidence, i.mapping.zone.confidence), (Evidence::L2, 1.0));
    assert_eq!(codes(&i), ["short-rows", "identical-rows", "rejected-rows", "team-placeholder"]);
}

#[test]
fn servicenow_works_unaided() {
    let i = file("servicenow.csv");
    let m = &i.mapping;
    assert_eq!(
        (m.case.value.as_str(), m.activity.value.as_deref(), m.time.value.as_deref()),
        ("number", Some("incident_state"), Some("sys_updated_at"))
    );
    assert_eq!((m.team.value.as_deref(), m.time_means.value), (Some("assignment_group"), TimeMeans::Entry));
    assert_eq!(m.date_order.value, Some(DateOrder::DayFirst));
    assert_eq!(i.log.len(), 6);
    assert!(i.log.activities.get("-100").is_some());
    assert_eq!(m.done.value, ["Closed"]);
}

#[test]
fn jira_gives_two_events_and_totals() {
    let i = file("jira.csv");
    assert_eq!((i.mapping.layout.value, i.evidence), (Layout::Dates, Evidence::L1));
    assert_eq!(i.mapping.case.value, "Issue key");
    assert_eq!(
        events(&i),
        [
            "PAY-1 Created 0",
            "PAY-1 Resolved 4590",
            "PAY-2 Created 10380",
            "PAY-3 Created 11715",
            "PAY-3 Resolved 11745"
        ]
    );
    assert_eq!(i.rows, Rows { read: 3, used: 3, ..Rows::default() });
    let totals = i.totals.as_ref().unwrap();
    let all: Vec<(u32, &str, u32, i64)> =
        totals.entries.iter().map(|e| (e.case, totals.statuses.name(e.status), e.visits, e.ms)).collect();
    assert_eq!(all, [(0, "10000", 1, 86_400_000), (0, "3", 2, 172_800_000), (1, "10000", 1, 5000)]);
    assert_eq!(i.mapping.done.value, ["Resolved"]);
    assert!(codes(&i).contains(&"time-in-status") && codes(&i).contains(&"no-history"));
    assert_eq!(i.mapping.date_order.value, None, "months by name leave no question");
}

#[test]
fn a_history_of_changes_uses_the_status_rows() {
    let i = file("history.csv");
    assert_eq!(i.rows, Rows { read: 5, used: 4, skipped: 1, ..Rows::default() });
    assert_eq!(i.mapping.only.as_ref().map(|o| (o.column.as_str(), o.is.as_str())), Some(("field", "status")));
    assert_eq!(events(&i), ["1 In Progress 0", "1 Done 2880", "2 In Progress 1440", "2 Done 5760"]);
    assert_eq!(i.mapping.time_means.value, TimeMeans::Entry);
}

#[test]
fn a_column_per_stage_is_a_case_a_row() {
    let i = file("stages.csv");
    assert_eq!((i.mapping.layout.value, i.mapping.delimiter.as_ref().unwrap().value), (Layout::Dates, ';'));
    assert_eq!(i.log.len(), 6);
    assert_eq!(i.log.activities.iter().collect::<Vec<_>>(), ["Backlog", "Development", "Done"]);
    assert_eq!(i.mapping.date_order.by, By::Found);
}

#[test]
fn dialects_read_alike() {
    let plain =
        "case;activity;time\n1;Prüfen;2024-01-05 09:00\n1;Erledigt;2024-01-06 09:00\n2;Prüfen;2024-01-07 09:00\n";
    let reference = events(&text(plain));
    assert_eq!(reference[0], "1 Prüfen 0");
    for (delimiter, name) in [(",", "comma"), ("\t", "tab"), ("|", "bar")] {
        assert_eq!(events(&text(plain.replace(';', delimiter))), reference, "{name}");
    }
    assert_eq!(events(&text(format!("\u{feff}{plain}"))), reference, "byte order mark");
    assert_eq!(events(&text(format!("sep=;\r\n{}", plain.replace('\n', "\r\n")))), reference, "sep line");
    assert_eq!(events(&text(plain.replace('\n', "\r"))), reference, "old line ends");
    assert_eq!(events(&text(plain.split_once('\n').unwrap().1)), reference, "no header");
    for (from, name) in [(encoding_rs::UTF_16LE, "utf-16le"), (encoding_rs::UTF_16BE, "utf-16be")] {
        for bom in ["\u{feff}", ""] {
            let bytes: Vec<u8> = format!("{bom}{plain}")
                .encode_utf16()
                .flat_map(|u| if from == encoding_rs::UTF_16LE { u.to_le_bytes() } else { u.to_be_bytes() })
                .collect();
            let i = text(bytes);
            assert_eq!((events(&i), i.mapping.encoding.value.as_str()), (reference.clone(), name));
        }
    }
    let (latin, ..) = encoding_rs::WINDOWS_1252.encode(plain);
    let i = text(latin);
    assert_eq!((events(&i), i.mapping.encoding.value.as_str()), (reference, "windows-1252"));
}

#[test]
fn one_bad_cell_in_a_utf8_file_is_told() {
    let mut bytes = "case,activity,time\n1,Prüfen und prüfen,2024-01-05\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"1,Pr\xfcfen,2024-01-06\n");
    let i = text(bytes);
    assert_eq!(i.log.activities.name(1), "Prüfen");
    assert!(i.warnings.iter().any(|w| w.code == "not-utf-8" && w.text.contains("line 3")), "{:?}", i.warnings);
}

#[test]
fn undecided_dates_are_told_and_late_evidence_starts_again() {
    let head = "case,activity,time\n1,a,3/4/2024 10:00\n1,b,4/4/2024 10:00\n";
    let i = text(head);
    assert_eq!(i.mapping.times[0].utc, "2024-04-03T10:00:00Z");
    assert!(codes(&i).contains(&"date-order-assumed"));
    let options = Options { date_order: Some(DateOrder::MonthFirst), ..Options::default() };
    let i = with(head, &options).unwrap();
    assert_eq!(i.mapping.times[0].utc, "2024-03-04T10:00:00Z");
    assert!(!codes(&i).contains(&"date-order-assumed"));

    // The evidence lies beyond the rows looked at first.
    let mut long = head.to_owned();
    for n in 0..20_000 {
        long.push_str(&format!("{n},a,3/4/2024 10:00\n"));
    }
    long.push_str("1,c,4/13/2024 10:00\n");
    let i = text(&long);
    assert_eq!((i.mapping.times[0].utc.as_str(), i.rows.rejected), ("2024-03-04T10:00:00Z", 0));
    assert_eq!(i.mapping.date_order.by, By::Found);
    assert!(!codes(&i).contains(&"date-order-assumed"));
}

#[test]
fn zones_move_times_without_offset_only() {
    let rows = "case,activity,time\n1,a,2024-07-01 12:00\n1,b,2024-07-01T12:00:00Z\n";
    assert_eq!(text(rows).log.at, [1_719_835_200_000; 2]);
    let options = Options { tz: Some("Europe/Amsterdam".into()), ..Options::default() };
    let i = with(rows, &options).unwrap();
    assert_eq!(i.log.at, [1_719_835_200_000 - 7_200_000, 1_719_835_200_000]);
    assert_eq!(i.mapping.zone.value, "Europe/Amsterdam");
    let wrong = with(rows, &Options { tz: Some("Nowhere".into()), ..Options::default() }).unwrap_err();
    assert!(wrong.is_usage() && wrong.to_string().contains("--tz"));
}

#[test]
fn flags_override_guesses() {
    let rows = "a,b,c,d,e\nx,1,2024-01-01,start,Net\ny,1,2024-01-02,complete,Desk\n";
    let options = Options {
        case: Some("b".into()),
        activity: Some("A".into()),
        time: Some("#3".into()),
        lifecycle: Some("d".into()),
        team: Some("e".into()),
        time_means: Some(TimeMeans::Entry),
        done: Some(vec!["z".into()]),
        ..Options::default()
    };
    let i = with(rows, &options).unwrap();
    assert_eq!(events(&i), ["1 x 0", "1 y 1440"]);
    assert_eq!((i.log.teams.len(), i.log.lifecycles.len(), i.mapping.time_means.by), (2, 2, By::Given));
    assert!(codes(&i).contains(&"unknown-done-label"));
    let joined = Options { activity: None, classifier: Some("a d".into()), ..options.clone() };
    assert_eq!(events(&with(rows, &joined).unwrap()), ["1 x+start 0", "1 y+complete 1440"]);
    let error = with(rows, &Options { case: Some("bb".into()), ..Options::default() }).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("did you mean \u{201c}b\u{201d}"), "{error}");
}

#[test]
fn seconds_since_1970_are_times_where_the_name_says_so() {
    let i = text("case_id,activity,timestamp\n1,a,1704447000\n1,b,1704447060\n");
    assert_eq!(events(&i), ["1 a 0", "1 b 1"]);
}

#[test]
fn no_time_no_case_no_log() {
    for (rows, flag) in [
        ("case,activity,colour\n1,a,red\n1,b,blue\n", "--time"),
        ("when,activity\n2024-01-01,a\n2024-01-02,b\n", "--case"),
        ("case,time,price\n1,2024-01-01,3\n1,2024-01-02,3\n", "--activity"),
    ] {
        let error = with(rows, &Options::default()).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(flag) && text.contains("Columns: "), "{text}");
        assert!(!error.is_usage(), "the file is at fault");
    }
    let error =
        with("case,activity,time\n1,a,soon\n1,b,later\n", &Options { time: Some("time".into()), ..Options::default() })
            .unwrap_err();
    assert!(matches!(&error, ExchangeError::NothingUsable { read: 2, .. }), "{error}");
    for (bytes, word) in [
        (&b""[..], "nothing"),
        (b" \n\n", "nothing"),
        (b"hello world\n", "one column"),
        (b"{\"a\": 1}", "JSON"),
        (b"%PDF-1.7", "PDF"),
        (b"a,b\n\0\0\0\0,c\n", "binary"),
        (b"case,activity,time\n", "nothing"),
        (b"case,activity,time\n1,\"open,2024-01-01\n2,b,2024-01-01\n", "line 2"),
    ] {
        let text = with(bytes, &Options::default()).unwrap_err().to_string();
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn written_mappings_read_the_same() {
    for name in ["plain.csv", "servicenow.csv", "jira.csv", "history.csv", "stages.csv", "small.xes"] {
        let first = file(name);
        let toml = first.mapping.to_toml();
        let options = Options::from_toml(&toml).unwrap_or_else(|e| panic!("{name}: {e}\n{toml}"));
        let second =
            read_path(&fixture(name), &options, &mut |_, _| {}).unwrap_or_else(|e| panic!("{name}: {e}\n{toml}"));
        assert_eq!(events(&first), events(&second), "{name}");
        assert_eq!(
            (first.rows, &first.rejected, first.evidence),
            (second.rows, &second.rejected, second.evidence),
            "{name}"
        );
        assert_eq!(first.mapping.done.value, second.mapping.done.value, "{name}");
        assert_eq!(
            (first.log.team, first.log.start, first.log.lifecycle),
            (second.log.team, second.log.start, second.log.lifecycle),
            "{name}"
        );
        // What is written from what was given is the same but for the reasons.
        let plain =
            |t: &str| t.lines().map(|l| l.split("  # ").next().unwrap_or_default().to_owned()).collect::<Vec<_>>();
        assert_eq!(plain(&toml), plain(&second.mapping.to_toml()), "{name}");
    }
}

#[test]
fn mapping_files_say_what_is_wrong() {
    for (toml, word) in [
        ("watercourse_mapping = 1\n[columns]\ncase = 5\n", "line 3"),
        ("watercourse_mapping = 1\ncolour = \"red\"\n", "colour"),
        ("watercourse_mapping = 9\n", "9"),
        ("format = \"csv\"\n", "watercourse_mapping"),
    ] {
        let error = Options::from_toml(toml).unwrap_err();
        assert!(error.is_usage() && error.to_string().contains(word), "{error}");
    }
    let file = Options::from_toml("watercourse_mapping = 1\n[columns]\nactivity = \"x\"\ncase = \"y\"\n").unwrap();
    let both = Options { classifier: Some("a b".into()), ..Options::default() }.over(file);
    assert_eq!((both.activity, both.classifier.as_deref(), both.case.as_deref()), (None, Some("a b"), Some("y")));
}

/// Three cases of three events: `{c}` is the case, `{e}` the event, `{a}` an activity, `{d}` the day of the month.
fn rows(header: &str, row: &str) -> String {
    let mut text = format!("{header}\n");
    for (case, event) in (0..3).flat_map(|c| (0..3).map(move |e| (c, e))) {
        let day = 13 + case + event * 4;
        let row = row.replace("{c}", &format!("{}", 70 + case)).replace("{e}", &format!("{}", case * 10 + event));
        text.push_str(&row.replace("{a}", ["Open", "Work", "Done"][event]).replace("{d}", &day.to_string()));
        text.push('\n');
    }
    text
}

#[test]
fn exports_of_many_tools_work_unaided() {
    for (header, row, case, activity, time) in [
        (
            "_CASE_KEY,ACTIVITY_EN,EVENTTIME,_SORTING",
            "01{c},{a},2024-01-{d} 09:00:00,{e}",
            "_CASE_KEY",
            "ACTIVITY_EN",
            "EVENTTIME",
        ),
        (
            "SR Number;Change Date+Time;Status;Sub Status;Product",
            "1-{c};2024-01-{d}T09:00:00+01:00;{a};Wait;P{c}",
            "SR Number",
            "Status",
            "Change Date+Time",
        ),
        (
            "Case ID,Activity,Resource,Complete Timestamp,Variant,(case) creator",
            "{c},{a},R{e},2024/01/{d} 09:00:00.000,V1,x",
            "Case ID",
            "Activity",
            "Complete Timestamp",
        ),
        (
            "Incident ID;DateStamp;IncidentActivity_Number;IncidentActivity_Type;KM number",
            "IM{c};{d}-01-2024 09:00:00;00{e};{a};KM1",
            "Incident ID",
            "IncidentActivity_Type",
            "DateStamp",
        ),
        ("ticket,status,date,assignee", "{c},{a},01/{d}/2024 9:00 AM,bob", "ticket", "status", "date"),
        (
            "case_id,activity,activity_instance_id,lifecycle_id,timestamp",
            "{c},{a},{e},complete,2024-01-{d}T09:00:00Z",
            "case_id",
            "activity",
            "timestamp",
        ),
        (
            "issue_number,event,actor,created_at",
            "{c},{a},x,2024-01-{d}T09:00:00Z",
            "issue_number",
            "event",
            "created_at",
        ),
        (
            "documentkey,fieldname,oldvalue,newvalue,sys_created_on",
            "a{c},state,1,{a},2024-01-{d} 09:00:00",
            "documentkey",
            "newvalue",
            "sys_created_on",
        ),
        ("id,step,at", "{c},{a},2024-01-{d}", "id", "step", "at"),
        ("Vorgangsnummer;Vorgang;Zeitpunkt", "V-{c};{a};{d}.01.2024 09:00", "Vorgangsnummer", "Vorgang", "Zeitpunkt"),
    ] {
        let i = text(rows(header, row));
        let m = &i.mapping;
        let found = (m.case.value.as_str(), m.activity.value.as_deref(), m.time.value.as_deref());
        assert_eq!(found, (case, Some(activity), Some(time)));
        assert_eq!((i.log.len(), i.log.cases.len(), i.log.activities.len()), (9, 3, 3), "{header}");
        assert_eq!(m.times[0].utc.get(..10), Some("2024-01-13"), "{header}");
    }
}
