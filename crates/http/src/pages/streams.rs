//! The pages of one stream: map, variants, versions.

use super::history::Names;
use super::measured::{Flow, Narrowed, PERIODS, days};
use super::now;
use super::oops::Oops;
use super::shell::{render, shell};
use super::stream_view::{StreamCharts, StreamFigures, StreamHead, StreamMapPage, StreamVersions, VersionLine, diff};
use crate::chart::Drawn;
use crate::chart::list::{CHARTS, chart, evidence};
use crate::chart::scope::{Links, Scope, figure, ms};
use crate::chart::stream_map::{Map, Standing, activities, actual, designed, designed_table, difference, draw, table};
use crate::ready::{Made, Of};
use crate::state::Web;
use crate::view::{Figure, html, say};
use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use watercourse_app::{AppError, Published, off_thread};
use watercourse_core::span::Span;
use watercourse_flow::figure::Figure as Measured;
use watercourse_flow::map::Map as Ways;
use watercourse_flow::measures::{flow_efficiency, handoffs, lead_times, open_work, rework};

/// What a page of a stream is asked with.
#[derive(Debug, Clone, Deserialize)]
pub struct Asked {
    show: Option<String>,
    days: Option<u32>,
    paths: Option<u32>,
    /// A filter: only the items it finds.
    #[serde(default)]
    q: String,
    /// `before`, or a filter: what the figures are compared with.
    #[serde(default)]
    compare: String,
    /// The stream that an imported log is compared with.
    #[serde(default)]
    with: String,
    /// `business`: only the hours of the calendars count.
    #[serde(default)]
    clock: String,
    /// The day of a change, such as `2026-10-01`.
    #[serde(default)]
    change: String,
}

impl Asked {
    fn narrowed(&self, published: &Published) -> Narrowed {
        let days = days(self.days, published.head.imported);
        let at = self.change.trim().parse::<jiff::civil::Date>().ok();
        let change = at
            .and_then(|d| jiff::tz::Offset::UTC.to_timestamp(d.at(0, 0, 0, 0)).ok())
            .map(jiff::Timestamp::as_millisecond);
        let (q, compare) = (self.q.trim().to_owned(), self.compare.trim().to_owned());
        Narrowed { days, q, compare, business: self.clock == "business", change }
    }
    /// The stream that an imported log is compared with; empty where none is chosen.
    pub(super) fn with(&self) -> &str {
        self.with.trim()
    }
    /// What follows the address of a view, with its question mark.
    pub(super) fn query(&self, show: &str, days: u32, share: u32) -> String {
        let mut query = format!("?show={show}&days={days}&paths={share}");
        let (q, compare, clock, change) = (self.q.trim(), self.compare.trim(), self.clock.trim(), self.change.trim());
        for (name, value) in
            [("q", q), ("compare", compare), ("clock", clock), ("change", change), ("with", self.with())]
        {
            if !value.is_empty() {
                query.push_str(&format!("&{name}={}", html::query(value)));
            }
        }
        query
    }
}

/// How much of what happened is drawn: percent of all moves, and what that is called.
const PATHS: &[(u32, &str)] =
    &[(50, "half of all moves"), (80, "80 % of all moves"), (95, "95 % of all moves"), (100, "all that fit")];

/// The promise for p85 in ms, where there is one in calendar time.
pub(super) fn promise(published: &Published) -> Option<(Span, Option<i64>)> {
    published.stream.promise.p85.map(|span| (span, span.as_micros().map(|us| us / 1000)))
}

pub(super) fn head(published: &Published, tab: &'static str) -> StreamHead {
    let head = &published.head;
    StreamHead { id: head.id.clone(), name: head.name.clone(), version: head.version, imported: head.imported, tab }
}

pub(super) async fn flow(web: &Web, id: &str, asked: &Asked) -> Result<(Arc<Published>, Flow, u32), AppError> {
    let published = web.app.stream(&web.access, id, None).await?;
    let narrowed = asked.narrowed(&published);
    let days = narrowed.days;
    let flow = Flow::load(web, Some(Arc::clone(&published)), narrowed).await?.marked(web).await?;
    Ok((published, flow, days))
}

/// What is drawn: what is designed where nothing happened yet.
pub(super) fn show(asked: &Asked, published: &Published, flow: &Flow) -> &'static str {
    match asked.show.as_deref() {
        _ if published.head.imported => "actual",
        Some("designed") => "designed",
        Some("difference") => "difference",
        Some("actual") => "actual",
        _ if flow.items.is_empty() => "designed",
        _ => "actual",
    }
}

/// How much of what happened is drawn, in percent of all moves.
pub(super) fn share(asked: &Asked) -> u32 {
    asked.paths.unwrap_or(95).clamp(1, 100)
}

/// The map in the view that was asked for.
pub(super) fn map(published: &Published, flow: &Flow, show: &str, share: u32) -> Drawn {
    let scope = flow.scope();
    let ways = Ways::of_visits(scope.visits(), scope.view.items);
    let ran = actual(&scope, &ways, share);
    let question = "Where does time go in this stream?".to_owned();
    let id = &published.head.id;
    let open = |step: &watercourse_core::stream::Step| {
        Some(format!("/work?q={}", html::query(&format!("stream:{id} step:{}", step.id))))
    };
    let (question, answer, map, table) = match show {
        "designed" => {
            let map = designed(&published.stream, &open);
            let lanes = activities(&published.stream).len() as u64;
            let steps = say::counted(published.stream.steps.len() as u64, "step", "steps");
            let answer = format!("{steps} in {}.", say::counted(lanes, "activity", "of the six activities"));
            ("How is this stream meant to run?".to_owned(), answer, map, designed_table(&published.stream))
        }
        "difference" => {
            let map = difference(&scope, &ran).unwrap_or_else(|| ran.map.clone());
            let answer = difference_words(&map);
            ("Where does it run otherwise than defined?".to_owned(), answer, map, table(&scope, &ways))
        }
        _ => (question, format!("{} {}", busiest(&scope), ran.shown()), ran.map.clone(), table(&scope, &ways)),
    };
    let stands_on = if show == "designed" { String::new() } else { scope.on(scope.view.len(), "items") };
    let svg = draw(&map, &question, &answer);
    Drawn {
        id: "map",
        question,
        answer,
        stands_on,
        svg,
        table,
        evidence: evidence(&scope),
        measure: "map-and-variants",
    }
}

fn busiest(scope: &Scope<'_>) -> String {
    let groups = watercourse_flow::measures::by_step(&scope.view);
    let most = groups.iter().max_by_key(|g| g.path_ms);
    most.and_then(|g| g.share.value().map(|s| (g, s))).map_or_else(
        || "Nothing happened in this window.".to_owned(),
        |(group, share)| format!("Most time goes to {} ({:.0} %).", scope.step_name(group.number), share * 100.0),
    )
}

fn difference_words(map: &Map) -> String {
    let count = |standing: Standing| map.edges.iter().filter(|e| e.standing == standing).count() as u64;
    let steps = |standing: Standing| map.nodes.iter().filter(|n| n.standing == standing).count() as u64;
    format!(
        "{} defined but not taken, {} taken but not defined; {} never done, {} outside the definition.",
        say::counted(count(Standing::Missing), "way is", "ways are"),
        say::counted(count(Standing::Extra), "way is", "ways are"),
        say::counted(steps(Standing::Missing), "step was", "steps were"),
        say::counted(steps(Standing::Extra), "step is", "steps are")
    )
}

/// Shows the map with measures and charts.
pub async fn page(
    web: Web,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    let published = web.app.stream(&web.access, &id, None).await?;
    let imported = published.head.imported;
    let days = days(asked.days, imported);
    let now = if imported { None } else { Some(web.app.open_now(&web.access, Some(&id)).await?) };
    let of = Of { what: "stream", stream: Some(id.clone()), asked: format!("{} {asked:?}", published.head.version) };
    let made = {
        let (published, asked) = (Arc::clone(&published), asked.clone());
        web.ready.get(&web, of, move |web| figures(web, published, asked)).await?
    };
    let share = share(&asked);
    let chosen = made.as_ref().map_or_else(|| asked.show.clone().unwrap_or_default(), |m| m.figures.show.to_owned());
    let query = asked.query(&chosen, days, share);
    let at = |show: &str, days: u32| format!("/streams/{id}{}", asked.query(show, days, share));
    let shows = match imported {
        true => vec![("actual", "Actual", at("actual", days))],
        false => vec![
            ("actual", "Actual", at("actual", days)),
            ("designed", "Designed", at("designed", days)),
            ("difference", "Difference", at("difference", days)),
        ],
    };
    let page = StreamMapPage {
        shell: shell(&web, &headers, published.head.name.clone(), "streams").await?,
        head: head(&published, "map"),
        value: published.stream.value.clone(),
        q: asked.q.trim().to_owned(),
        compare: asked.compare.trim().to_owned(),
        business: asked.clock == "business",
        change: asked.change.trim().to_owned(),
        now: now.map_or_else(Vec::new, |now| now::measures(&now, &id)),
        as_of: made.as_ref().map_or_else(String::new, |m| now::as_of(m.at.millis(), m.is_much)),
        shows,
        periods: PERIODS.iter().map(|(d, name)| (*d, *name, *d == days)).collect(),
        paths: if chosen == "designed" {
            Vec::new()
        } else {
            PATHS.iter().map(|(p, name)| (*p, *name, *p == share)).collect()
        },
        query,
        charts_base: format!("/streams/{id}/charts/"),
        figures: made.map(|m| m.figures),
    };
    Ok(render(&page))
}

/// What is drawn from everything that went through a stream.
async fn figures(web: Web, published: Arc<Published>, asked: Asked) -> Result<Made<StreamFigures>, AppError> {
    let flow = Flow::load(&web, Some(Arc::clone(&published)), asked.narrowed(&published)).await?.marked(&web).await?;
    let drawn = off_thread("measuring", move || {
        let (show, scope) = (show(&asked, &published, &flow), flow.scope());
        let is_empty = flow.visits.item_count() == 0;
        let figures = StreamFigures {
            measures: measures(&published, &flow),
            warnings: warnings(&published, &flow),
            map: map(&published, &flow, show, share(&asked)),
            show,
            legend: legend(show),
            charts: if is_empty { Vec::new() } else { CHARTS.iter().map(|c| c.draw(&scope)).collect() },
        };
        Made { figures, visits: flow.visits.len() }
    });
    drawn.await
}

fn legend(show: &str) -> &'static str {
    match show {
        "designed" => {
            "▽ queue. Solid arrow: comes after. Ring at its start: may begin once the other has started. Dashed: a rule. Dotted: feedback that is expected."
        }
        "difference" => {
            "Orange: happened, but is not defined. Dotted: defined, but did not happen. Numbers: moves and median wait."
        }
        _ => "▽ open items in the step. Arrows: moves, wider for more, with the median time between. ↻ done again.",
    }
}

fn measures(published: &Published, flow: &Flow) -> Vec<(&'static str, Figure, String)> {
    let scope = &flow.scope();
    let mut said = measures_of(published, scope);
    if let Some((name, view)) = flow.against() {
        let other = Scope { view, links: Links::default(), ..scope.clone() };
        for ((_, _, note), (_, figure, _)) in said.iter_mut().zip(measures_of(published, &other)) {
            *note = format!("{name}: {}", figure.brief());
        }
    }
    said
}

fn measures_of(published: &Published, scope: &Scope<'_>) -> Vec<(&'static str, Figure, String)> {
    let id = &published.head.id;
    let times = lead_times(&scope.view);
    let hands = handoffs(&scope.view);
    let items = |q: &str| scope.links.items(q);
    let none = String::new;
    let kept = match promise(published) {
        None => none(),
        Some((span, limit)) => match limit.zip(ms(&times.lead_time.p85)) {
            Some((limit, p85)) if p85 > limit => format!("promise {span} ! missed"),
            _ => format!("promise {span}"),
        },
    };
    let chart = |name: &str| Some(format!("/streams/{id}#{name}"));
    let shown = |m: &Measured, link: Option<String>| figure(m, link);
    let efficiency = flow_efficiency(&scope.view);
    let range = match (efficiency.at_least.value(), efficiency.at_most.value()) {
        (Some(low), Some(high)) if high - low > 0.01 => format!("{:.0}–{:.0} %", low * 100.0, high * 100.0),
        _ => none(),
    };
    // Native open work is counted live, above these.
    let open =
        published.head.imported.then(|| ("Open", shown(&open_work(&scope.view, 0).open, items("state:open")), none()));
    let mut told = vec![
        ("Lead time p50", shown(&times.lead_time.p50, chart("lead-times")), none()),
        ("p85", shown(&times.lead_time.p85, chart("lead-times")), kept),
        ("p95", shown(&times.lead_time.p95, chart("lead-times")), none()),
        ("Delivered", shown(&times.delivered, items(&scope.within("delivered"))), none()),
        (
            "Ended otherwise",
            shown(&times.otherwise, items(&format!("result:declined,cancelled,failed {}", scope.within("closed")))),
            none(),
        ),
        ("Flow efficiency", shown(&efficiency.ratio, chart("time-by-step")), range),
        ("Hand-offs an item", shown(&hands.per_item, chart("handoffs")), none()),
        ("Done again", shown(&rework(&scope.view).share_of_items, None), "of items".to_owned()),
    ];
    told.extend(open);
    told
}

fn warnings(published: &Published, flow: &Flow) -> Vec<String> {
    let source = &flow.visits.source;
    let mut said = Vec::new();
    if published.head.imported {
        if !source.done {
            said.push(
                "This log does not say when items are done: lead times and open work are not measured.".to_owned(),
            );
        }
        if !source.phases {
            said.push("This log has one time per event: working and waiting cannot be told apart.".to_owned());
        }
        said.extend(flow.hygiene.iter().map(|f| f.text.clone()));
    } else if flow.visits.item_count() == 0 {
        said.push("Nothing has run in this stream yet: the map shows how it is meant to run.".to_owned());
    }
    said
}

/// Shows the variants.
pub async fn variants(
    web: Web,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    let (published, flow, days) = flow(&web, &id, &asked).await?;
    let drawn = chart("variants").map(|c| c.draw(&flow.scope())).unwrap_or_default();
    let page = StreamCharts {
        shell: shell(&web, &headers, format!("Variants of {}", published.head.name), "streams").await?,
        head: head(&published, "variants"),
        streams: Vec::new(),
        sentences: Vec::new(),
        charts: vec![drawn],
        charts_base: format!("/streams/{id}/charts/"),
        query: asked.query("actual", days, 100),
    };
    Ok(render(&page))
}

/// Shows the versions.
pub async fn versions(web: Web, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Oops> {
    let published = web.app.stream(&web.access, &id, None).await?;
    let versions = web.app.versions(&web.access, &id).await?;
    let people = web.app.people(&web.access).await?;
    let names = Names { people: people.into_iter().map(|p| (p.id, p.name)).collect(), ..Names::default() };
    let now = web.app.now().millis();
    let lines = versions.iter().enumerate().map(|(at, v)| {
        let before = versions.get(at + 1).map(|b| b.definition.as_str());
        let diff = before.filter(|_| !v.imported).map_or_else(Vec::new, |b| diff(b, &v.definition));
        let count = |class: &str| diff.iter().filter(|l| l.class == class).count();
        VersionLine {
            version: v.version,
            note: if v.note.is_empty() { "No reason was given.".to_owned() } else { v.note.clone() },
            by: names.actor(&v.actor),
            when: say::moment(v.published_at.millis(), now),
            exact: say::exact(v.published_at.millis()),
            added: count("add"),
            removed: count("del"),
            diff,
        }
    });
    let versions = lines.collect();
    let page = StreamVersions {
        shell: shell(&web, &headers, format!("Versions of {}", published.head.name), "streams").await?,
        head: head(&published, "versions"),
        versions,
    };
    Ok(render(&page))
}
