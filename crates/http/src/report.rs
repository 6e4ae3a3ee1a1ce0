//! A log's analysis as one HTML file: figures, map and charts drawn by the same code as the pages, styles
//! inside, nothing fetched.

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::list::CHARTS;
use crate::chart::scope::{Links, Scope, figure, ms};
use crate::chart::{stream_map, variants};
use crate::view::{Figure, say};
use askama::Template;
use watercourse_app::analysis::{Analysis, Study};
use watercourse_exchange::{Choice, FlowState, Mapping};
use watercourse_flow::measures::{Group, View};

/// The part of all moves that the map shows, in percent.
const SHARE: u32 = 95;

#[derive(Debug, Template)]
#[template(path = "report.html")]
struct Report {
    name: String,
    styles: &'static str,
    summary: String,
    rows: String,
    warnings: Vec<String>,
    measures: Vec<(&'static str, Figure)>,
    missing: Vec<String>,
    charts: Vec<Drawn>,
    steps: Table,
    mapping: Table,
    labels: Table,
    rejected: Vec<String>,
}

/// The page for a log of this name, such as `jira.csv`. Complete in itself: it opens without any network.
#[must_use]
pub fn html(study: &Study, name: &str) -> String {
    let a = &study.analysis;
    let ends = study.visits.items.created.iter().copied().min().unwrap_or(study.visits.as_of);
    let scope = Scope {
        view: View::of(&study.visits, &study.timeline),
        stream: None,
        window: (ends, study.visits.as_of),
        stands_on: "the whole log, calendar time, UTC".to_owned(),
        links: Links::default(),
        from_day: None,
        marks: Vec::new(),
        hygiene: &a.hygiene,
        change: None,
    };
    let report = Report {
        name: name.to_owned(),
        styles: watercourse_web::named("report.css").map_or("", |asset| asset.text()),
        summary: summary(a),
        rows: rows(a),
        warnings: a.warnings.iter().map(|w| &w.text).chain(a.hygiene.iter().map(|f| &f.text)).cloned().collect(),
        measures: measures(a),
        missing: missing(a),
        charts: charts(study, &scope),
        steps: steps(&scope, &a.steps),
        mapping: mapping(&a.mapping),
        labels: labels(&a.mapping),
        rejected: a.rejected.iter().map(|r| format!("line {}: {}", r.line, r.reason)).collect(),
    };
    // Writing into a string fails only when a formatter says so, and none of ours does.
    report.render().unwrap_or_default()
}

fn summary(a: &Analysis) -> String {
    let day = |at: &str| at.chars().take(10).collect::<String>();
    format!(
        "{} of {} through {} in {}, {} to {}.",
        say::counted(a.events as u64, "event", "events"),
        say::counted(a.cases as u64, "case", "cases"),
        say::counted(a.activities as u64, "activity", "activities"),
        say::counted(a.variants as u64, "way", "different ways"),
        day(&a.first),
        day(&a.last)
    )
}

/// Every row accounted for.
fn rows(a: &Analysis) -> String {
    let r = &a.rows;
    let [read, used, merged, skipped, rejected] = [r.read, r.used, r.merged, r.skipped, r.rejected].map(say::count);
    format!("Rows: {read} read = {used} used + {merged} merged + {skipped} skipped + {rejected} rejected.")
}

fn measures(a: &Analysis) -> Vec<(&'static str, Figure)> {
    let shown = |f: &watercourse_flow::figure::Figure| figure(f, None);
    let duration = |pick: fn(&watercourse_app::analysis::Milliseconds) -> f64| match &a.duration_ms {
        #[expect(clippy::cast_possible_truncation, reason = "durations are far below 2^53 ms")]
        Some(q) => Figure::value(say::short(pick(q).round() as i64)),
        None => Figure::TooFew { n: 0, needs: 1 },
    };
    let open = a.open.as_ref().map_or_else(
        || Figure::not_measured(a.not_measured.get("open").map_or("", |m| m.text)),
        |open| shown(&open.open),
    );
    vec![
        ("Lead time p50", shown(&a.lead_times.lead_time.p50)),
        ("Lead time p85", shown(&a.lead_times.lead_time.p85)),
        ("Lead time p95", shown(&a.lead_times.lead_time.p95)),
        ("Case p50", duration(|q| q.p50)),
        ("Case p85", duration(|q| q.p85)),
        ("Case p95", duration(|q| q.p95)),
        ("Open", open),
        ("Flow efficiency", shown(&a.flow_efficiency.ratio)),
        ("Hand-offs a case", shown(&a.handoffs.per_item)),
        ("Back and forth", shown(&a.handoffs.ping_pong_share)),
        ("Done again, of cases", shown(&a.rework.share_of_items)),
    ]
}

/// What the log cannot tell, each with its reason, said once.
fn missing(a: &Analysis) -> Vec<String> {
    let mut said: Vec<String> = a.not_measured.values().map(|m| m.text.to_owned()).collect();
    said.sort();
    said.dedup();
    said
}

fn charts(study: &Study, scope: &Scope<'_>) -> Vec<Drawn> {
    let ran = stream_map::actual(scope, &study.map, SHARE);
    let question = "How does the work really run?";
    let answer = ran.shown();
    let map = Drawn {
        id: "map",
        question: question.to_owned(),
        svg: stream_map::draw(&ran.map, question, &answer),
        answer,
        stands_on: scope.on(study.visits.item_count(), "cases; numbers on arrows: moves and the median time between"),
        table: stream_map::table(scope, &study.map),
        ..Drawn::default()
    };
    let others = CHARTS.iter().map(|chart| {
        // Among the events of a log every event counts, as in the figures above.
        let mut drawn =
            if chart.id == "variants" { variants::of_found(scope, &study.variants) } else { chart.draw(scope) };
        if chart.id == "time-by-team"
            && let Some(reason) = study.analysis.not_measured.get("teams")
        {
            reason.text.clone_into(&mut drawn.answer);
        }
        drawn
    });
    [map].into_iter().chain(others).collect()
}

fn steps(scope: &Scope<'_>, groups: &[Group]) -> Table {
    let mut ranked: Vec<&Group> = groups.iter().collect();
    ranked.sort_by_key(|g| std::cmp::Reverse(g.path_ms));
    let time = |f: &watercourse_flow::figure::Figure| match ms(f) {
        Some(value) => Cell::figure(say::short(value), value),
        None => Cell::absent(),
    };
    let rows = ranked.into_iter().map(|g| {
        vec![
            Cell::text(&g.name),
            Cell::text(scope.activity(g.number).map_or("—", |a| a.name())),
            Cell::count(g.rounds as u64),
            Cell::count(g.items as u64),
            Cell::figure(figure(&g.share, None).brief(), g.share.value().unwrap_or(0.0)),
            time(&g.sojourn.p50),
            time(&g.sojourn.p85),
            time(&g.queue.p85),
            Cell::count(g.repeated as u64),
        ]
    });
    Table {
        columns: vec![
            ("Step", "step"),
            ("Activity", "activity"),
            ("Times", "times"),
            ("Cases", "cases"),
            ("Share of time", "share"),
            ("p50", "p50_ms"),
            ("p85", "p85_ms"),
            ("p85 queue", "queue_p85_ms"),
            ("Done again", "repeated"),
        ],
        rows: rows.collect(),
    }
}

fn mapping(m: &Mapping) -> Table {
    fn row<T>(what: &str, choice: &Choice<T>, shown: String) -> Vec<Cell> {
        let others: Vec<&str> = choice.alternatives.iter().map(|a| a.value.as_str()).collect();
        vec![Cell::text(what), Cell::text(shown), Cell::text(&choice.why), Cell::text(others.join(", "))]
    }
    let or = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
    let done = if m.done.value.is_empty() { "—".to_owned() } else { m.done.value.join(", ") };
    Table {
        columns: vec![("What", "what"), ("Read as", "value"), ("Why", "why"), ("Could also be", "alternatives")],
        rows: vec![
            row("Case", &m.case, m.case.value.clone()),
            row("Activity", &m.activity, or(&m.activity.value)),
            row("Time", &m.time, or(&m.time.value)),
            row("Start of work", &m.start, or(&m.start.value)),
            row("Team", &m.team, or(&m.team.value)),
            row("Lifecycle", &m.lifecycle, or(&m.lifecycle.value)),
            row("Zone of times without offset", &m.zone, m.zone.value.clone()),
            row("An event's time means", &m.time_means, format!("{:?}", m.time_means.value).to_lowercase()),
            row("Done means", &m.done, done),
        ],
    }
}

fn labels(m: &Mapping) -> Table {
    let state = |s: FlowState| match s {
        FlowState::New => "new",
        FlowState::Waiting => "waiting",
        FlowState::Active => "worked on",
        FlowState::Done => "done",
        FlowState::Cancelled => "cancelled",
    };
    let rows = m.labels.iter().map(|label| {
        vec![
            Cell::text(&label.name),
            Cell::count(label.events),
            Cell::text(label.activity.map_or("—", |a| a.name())),
            Cell::text(label.state.map_or("—", state)),
            Cell::text(if label.suggested { format!("suggested: {}", label.why) } else { label.why.clone() }),
        ]
    });
    Table {
        columns: vec![
            ("Label", "label"),
            ("Events", "events"),
            ("Activity", "activity"),
            ("State", "state"),
            ("Why", "why"),
        ],
        rows: rows.collect(),
    }
}
