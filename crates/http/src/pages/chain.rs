//! `/`: the chain and what stands out.

use super::chain_view::{ChainPage, Finding};
use super::findings::findings;
use super::measured::{Flow, Narrowed, PERIODS, days};
use super::moves::{Moves, moves};
use super::now;
use super::oops::Oops;
use super::shell::{render, shell};
use crate::chart::chain::{Place, draw};
use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scope::figure;
use crate::ready::{Made, Of};
use crate::state::Web;
use crate::view::{Figure, html, say};
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use watercourse_app::{AppError, Published, off_thread};
use watercourse_core::activity::Activity;
use watercourse_flow::figure::Spread;
use watercourse_flow::live::Now;
use watercourse_flow::measures::by_activity;
use watercourse_flow::quantile::Quantiles;
use watercourse_flow::visits::{Ended, Standing, Visits};

/// What the chain is asked with.
#[derive(Debug, Deserialize)]
pub struct Asked {
    days: Option<u32>,
    stream: Option<String>,
}

/// Shows the chain.
pub async fn page(web: Web, headers: HeaderMap, Query(asked): Query<Asked>) -> Result<Response, Oops> {
    let streams = web.app.streams(&web.access).await?;
    let chosen = asked.stream.filter(|s| !s.is_empty());
    let days = days(asked.days, false);
    let one = match &chosen {
        Some(id) => Some(web.app.stream(&web.access, id, None).await?),
        None => None,
    };
    let is_native = one.as_ref().is_none_or(|p| !p.head.imported);
    let counted: Vec<Arc<Published>> = match &one {
        Some(one) => vec![Arc::clone(one)],
        None => streams.iter().filter(|p| !p.head.imported).map(Arc::clone).collect(),
    };
    let now = if is_native { Some(web.app.open_now(&web.access, chosen.as_deref()).await?) } else { None };
    let versions: Vec<(&str, u32)> = counted.iter().map(|p| (p.head.id.as_str(), p.head.version)).collect();
    let of = Of { what: "chain", stream: chosen.clone(), asked: format!("{days} {versions:?}") };
    let made = {
        let counted = counted.clone();
        web.ready.get(&web, of, move |web| figures(web, one, counted, days)).await?
    };
    let figures = made.as_ref().map(|m| &*m.figures);
    let here = now.as_ref().map(Here::of_now).or_else(|| figures.map(|f| f.here.clone()));
    let places = places(here.as_ref(), figures, &counted, chosen.as_deref());
    let drawn = drawn(here.as_ref(), figures, &places);
    let page = ChainPage {
        shell: shell(&web, &headers, "Chain", "chain").await?,
        periods: PERIODS.iter().map(|(d, name)| (*d, (*name).to_owned())).collect(),
        days,
        live: chosen.as_ref().map_or_else(|| "/live".to_owned(), |s| format!("/live?stream={}", html::query(s))),
        stream: chosen.unwrap_or_default(),
        streams: streams.iter().map(|p| (p.head.id.clone(), p.head.name.clone())).collect(),
        empty: figures.is_some_and(|f| f.is_empty),
        as_of: made.as_ref().map_or_else(String::new, |m| now::as_of(m.at.millis(), m.is_much)),
        drawn,
        places,
        findings: figures.map(|f| f.findings.clone()),
    };
    Ok(render(&page))
}

/// What is drawn from everything that went through.
struct Figures {
    moves: Moves,
    /// The part of all time that each activity has.
    shares: [f64; 6],
    here: Here,
    items: usize,
    is_empty: bool,
    stands_on: String,
    findings: Vec<Finding>,
}

/// Open work, in all and by activity.
#[derive(Clone)]
struct Here {
    open: u64,
    /// How many items, and how old they are.
    activities: Vec<(usize, Spread)>,
}

impl Here {
    fn of_now(now: &Now) -> Self {
        let activities = now.activities.iter().map(|a| (a.items, a.age)).collect();
        Self { open: now.open as u64, activities }
    }
    fn of_visits(visits: &Visits) -> Self {
        let open = visits.items.standing.iter().filter(|s| **s == Standing::Open).count() as u64;
        let activities = Activity::ALL.into_iter().map(|activity| {
            let is_here = |v: usize| visits.ended(v) == Ended::Open && visits.activity(v) == Some(activity);
            let items = (0..visits.item_count()).filter(|item| visits.of_item(*item).any(is_here));
            let mut ages: Vec<i64> =
                items.filter_map(|i| visits.items.created.get(i).map(|created| visits.as_of - created)).collect();
            (ages.len(), Spread::of(Quantiles::of(&mut ages)))
        });
        Self { open, activities: activities.collect() }
    }
}

async fn figures(
    web: Web,
    chosen: Option<Arc<Published>>,
    counted: Vec<Arc<Published>>,
    days: u32,
) -> Result<Made<Figures>, AppError> {
    let flow = Flow::load(&web, chosen, Narrowed::to_days(days)).await?;
    let streams = counted.clone();
    let measured = off_thread("measuring", move || {
        let groups = by_activity(&flow.scope().view);
        let share = |a: Activity| groups.iter().find(|g| g.name == a.id()).and_then(|g| g.share.value()).unwrap_or(0.0);
        let figures = Figures {
            moves: moves(&flow, &streams),
            shares: Activity::ALL.map(share),
            here: Here::of_visits(&flow.visits),
            items: flow.items.len(),
            is_empty: flow.visits.item_count() == 0,
            stands_on: flow.scope().stands_on,
            findings: Vec::new(),
        };
        Made { figures, visits: flow.visits.len() }
    });
    let mut made = measured.await?;
    made.figures.findings = findings(&web, &counted, days, &made.figures.moves).await?;
    Ok(made)
}

fn places(
    here: Option<&Here>,
    figures: Option<&Figures>,
    streams: &[Arc<Published>],
    chosen: Option<&str>,
) -> Vec<Place> {
    let share = |a: Activity| figures.and_then(|f| f.shares.get(a.index())).copied().unwrap_or(0.0);
    let most = Activity::ALL.into_iter().max_by(|a, b| share(*a).total_cmp(&share(*b)));
    let measured = figures.is_some_and(|f| !f.is_empty);
    let rate = |of: &dyn Fn(&Moves) -> f64| figures.map_or(Figure::Loading, |f| Figure::value(say::rate(of(&f.moves))));
    let place = |activity: Activity| {
        let stream = chosen.map_or(String::new(), |s| format!(" stream:{s}"));
        let link = format!("/work?q={}&sort=oldest", html::query(&format!("activity:{}{stream}", activity.id())));
        let (wip, age) = match here.and_then(|h| h.activities.get(activity.index())) {
            None => (Figure::Loading, Figure::Loading),
            Some((0, _)) => (Figure::opening("0", link.clone()), Figure::not_measured("nothing is open here")),
            Some((items, age)) => {
                (Figure::opening(say::count(*items as u64), link.clone()), figure(&age.p85, Some(link)))
            }
        };
        let steps = || streams.iter().flat_map(|p| &p.stream.steps).filter(|s| s.activity == activity);
        let teams: BTreeSet<&str> = steps().filter_map(|s| s.team.as_deref()).collect();
        let percent = (share(activity) * 100.0).round();
        Place {
            activity,
            wip,
            entering: rate(&|moves| moves.entering(activity)),
            leaving: rate(&|moves| moves.leaving(activity)),
            age,
            teams: if steps().next().is_none() {
                Figure::not_measured("no stream has a step here")
            } else {
                Figure::opening(teams.len().to_string(), format!("/a/{}", activity.id()))
            },
            remark: if measured && most == Some(activity) && percent >= 30.0 {
                format!("! {percent:.0} % of all time")
            } else if measured && steps().next().is_some() && steps().all(|s| s.team.is_none()) {
                "! no team".to_owned()
            } else {
                String::new()
            },
        }
    };
    Activity::ALL.into_iter().map(place).collect()
}

fn drawn(here: Option<&Here>, figures: Option<&Figures>, places: &[Place]) -> Drawn {
    let question = "Where does work sit, and how does it move across the six activities?";
    let moves = figures.map(|f| &f.moves);
    let list = moves.map_or_else(Vec::new, Moves::list);
    let missing = list.iter().filter(|m| m.is_missing()).count() as u64;
    let busiest = list.iter().max_by(|a, b| a.per_week.total_cmp(&b.per_week)).filter(|m| m.per_week > 0.0);
    let mut answer = here.map_or_else(
        || "Open work is still being counted".to_owned(),
        |here| say::counted(here.open, "item is open", "items are open"),
    );
    if let Some(m) = busiest {
        answer.push_str(&format!(
            "; most work moves from {} to {} ({} a week)",
            m.from.name(),
            m.to.name(),
            say::rate(m.per_week)
        ));
    }
    if missing > 0 {
        answer.push_str(&format!(
            "; {} hardly used",
            say::counted(missing, "expected feedback loop is", "expected feedback loops are")
        ));
    }
    answer.push('.');
    let rows = list.iter().map(|m| {
        vec![
            Cell::text(m.from.name()),
            Cell::text(m.to.name()),
            Cell::count(moves.map_or(0, |moves| moves.count(m.from, m.to)).into()),
            Cell::figure(say::rate(m.per_week), format!("{:.2}", m.per_week)),
            Cell::text(if m.expected { "expected by a stream" } else { "" }),
        ]
    });
    let table = Table {
        columns: vec![("From", "from"), ("To", "to"), ("Moves", "moves"), ("A week", "per_week"), ("", "expected")],
        rows: rows.collect(),
    };
    let stands_on = figures.map_or_else(
        || "Moves are loading: what went through before is still being read. ".to_owned(),
        |f| format!("n = {}, {}. ", say::counted(f.items as u64, "item", "items"), f.stands_on),
    ) + "Solid: work moved; dotted: a stream expects it, but it hardly happens. WIP and age as of now; age since the item was opened.";
    let svg = draw(places, &list, question, &answer);
    Drawn { id: "chain", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}
