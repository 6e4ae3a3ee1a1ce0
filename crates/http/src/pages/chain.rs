//! `/`: the chain and what stands out.

use super::chain_view::{ChainPage, Finding};
use super::findings::findings;
use super::measured::{Flow, Narrowed, PERIODS, days};
use super::moves::{Moves, moves};
use super::oops::Oops;
use super::shell::{render, shell};
use crate::chart::chain::{Place, draw};
use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scope::figure;
use crate::state::Web;
use crate::view::{Figure, html, say};
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use watercourse_app::Published;
use watercourse_core::activity::Activity;
use watercourse_flow::figure::Spread;
use watercourse_flow::measures::by_activity;
use watercourse_flow::quantile::Quantiles;
use watercourse_flow::visits::Ended;

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
    let flow = Flow::load(&web, chosen.as_deref(), Narrowed::to_days(days)).await?;
    let counted: Vec<Arc<Published>> = match &flow.published {
        Some(one) => vec![Arc::clone(one)],
        None => streams.iter().filter(|p| !p.head.imported).map(Arc::clone).collect(),
    };
    let moves = moves(&flow, &counted);
    let places = places(&flow, &counted, &moves, chosen.as_deref());
    let drawn = drawn(&flow, &places, &moves);
    let findings: Vec<Finding> = findings(&web, &counted, days, &moves).await?;
    let page = ChainPage {
        shell: shell(&web, &headers, "Chain", "chain").await?,
        periods: PERIODS.iter().map(|(d, name)| (*d, (*name).to_owned())).collect(),
        days,
        live: chosen.as_ref().map_or_else(|| "/live".to_owned(), |s| format!("/live?stream={}", html::query(s))),
        stream: chosen.unwrap_or_default(),
        streams: streams.iter().map(|p| (p.head.id.clone(), p.head.name.clone())).collect(),
        empty: flow.visits.item_count() == 0,
        drawn,
        places,
        findings,
    };
    Ok(render(&page))
}

fn places(flow: &Flow, streams: &[Arc<Published>], moves: &Moves, chosen: Option<&str>) -> Vec<Place> {
    let visits = &flow.visits;
    let groups = by_activity(&flow.scope().view);
    let share = |a: Activity| groups.iter().find(|g| g.name == a.id()).and_then(|g| g.share.value()).unwrap_or(0.0);
    let most = Activity::ALL.into_iter().max_by(|a, b| share(*a).total_cmp(&share(*b)));
    let measured = visits.item_count() > 0;
    let place = |activity: Activity| {
        let mut items: BTreeSet<usize> = BTreeSet::new();
        for item in 0..visits.item_count() {
            if visits.of_item(item).any(|v| visits.ended(v) == Ended::Open && visits.activity(v) == Some(activity)) {
                items.insert(item);
            }
        }
        let created = |item: &usize| visits.items.created.get(*item).copied().unwrap_or(visits.as_of);
        let mut ages: Vec<i64> = items.iter().map(|i| visits.as_of - created(i)).collect();
        let age = Spread::of(Quantiles::of(&mut ages)).p85;
        let stream = chosen.map_or(String::new(), |s| format!(" stream:{s}"));
        let link = format!("/work?q={}&sort=oldest", html::query(&format!("activity:{}{stream}", activity.id())));
        let steps = || streams.iter().flat_map(|p| &p.stream.steps).filter(|s| s.activity == activity);
        let teams: BTreeSet<&str> = steps().filter_map(|s| s.team.as_deref()).collect();
        let percent = (share(activity) * 100.0).round();
        Place {
            activity,
            wip: Figure::opening(say::count(items.len() as u64), link.clone()),
            entering: Figure::value(say::rate(moves.entering(activity))),
            leaving: Figure::value(say::rate(moves.leaving(activity))),
            age: if items.is_empty() { Figure::not_measured("nothing is open here") } else { figure(&age, Some(link)) },
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

fn drawn(flow: &Flow, places: &[Place], moves: &Moves) -> Drawn {
    let question = "Where does work sit, and how does it move across the six activities?";
    let list = moves.list();
    let open = flow.visits.items.standing.iter().filter(|s| **s == watercourse_flow::visits::Standing::Open).count();
    let missing = list.iter().filter(|m| m.is_missing()).count() as u64;
    let busiest = list.iter().max_by(|a, b| a.per_week.total_cmp(&b.per_week)).filter(|m| m.per_week > 0.0);
    let mut answer = say::counted(open as u64, "item is open", "items are open");
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
            Cell::count(moves.count(m.from, m.to).into()),
            Cell::figure(say::rate(m.per_week), format!("{:.2}", m.per_week)),
            Cell::text(if m.expected { "expected by a stream" } else { "" }),
        ]
    });
    let table = Table {
        columns: vec![("From", "from"), ("To", "to"), ("Moves", "moves"), ("A week", "per_week"), ("", "expected")],
        rows: rows.collect(),
    };
    let stands_on = format!(
        "n = {}, {}. Solid: work moved; dotted: a stream expects it, but it hardly happens. WIP and age as of now; age since the item was opened.",
        say::counted(flow.items.len() as u64, "item", "items"),
        flow.scope().stands_on
    );
    let svg = draw(places, &list, question, &answer);
    Drawn { id: "chain", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}
