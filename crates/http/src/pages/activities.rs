//! `/a/{activity}`.

use super::activity_view::{ActivityPage, StepLine};
use super::measured::{Flow, Narrowed, USUAL};
use super::oops::Oops;
use super::shell::{render, shell};
use crate::chart::aging::{self, Aging, Column, Open};
use crate::ready::{Made, Of};
use crate::state::Web;
use crate::view::{Figure, html, say};
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use watercourse_app::{AppError, Published, off_thread};
use watercourse_core::activity::Activity;
use watercourse_core::stream::Step;
use watercourse_core::time::Instant;
use watercourse_practices::PRACTICES;
use watercourse_store::{ItemRow, Standing};

/// Shows an activity.
pub async fn page(web: Web, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Oops> {
    let activity = Activity::parse(&id).ok_or_else(|| AppError::NotFound {
        what: format!("activity “{}”", id.chars().take(40).collect::<String>()),
        right: format!("The six are {}.", Activity::ALL.map(Activity::id).join(", ")),
    })?;
    let streams = native(&web).await?;
    let standing = web.app.where_it_stands(&web.access).await?;
    let steps = steps(&streams, &standing, &|s| s.activity == activity);
    let open = open_items(&web, &format!("activity:{}", activity.id())).await?;
    let teams: BTreeSet<&str> = steps.iter().map(|s| s.team.as_str()).filter(|t| !t.is_empty()).collect();
    let of = Of { what: "activity", stream: None, asked: activity.id().to_owned() };
    let passed = web.ready.get(&web, of, move |web| passed(web, activity)).await?;
    let passed = passed.map_or(Figure::Loading, |made| Figure::value(say::count(*made.figures as u64)));
    let link = format!("/work?q=activity:{}", activity.id());
    let practices = PRACTICES.iter().filter_map(|p| p.contribution(activity).map(|sentence| (*p, sentence)));
    let page = ActivityPage {
        shell: shell(&web, &headers, activity.name(), "chain").await?,
        activity,
        measures: vec![
            ("Open items", Figure::opening(say::count(open.len() as u64), link)),
            ("Passed through in 90 days", passed),
            ("Teams", Figure::value(teams.len().to_string())),
            ("Steps of streams", Figure::value(steps.len().to_string())),
        ],
        aging: aging::draw(&by_step(&open, web.app.now(), &|o| o.activity == activity)),
        steps,
        practices: practices.collect(),
    };
    Ok(render(&page))
}

/// How many items passed through an activity in the usual window.
async fn passed(web: Web, activity: Activity) -> Result<Made<usize>, AppError> {
    let flow = Flow::load(&web, None, Narrowed::to_days(USUAL)).await?;
    let counted = off_thread("measuring", move || {
        let visits = &flow.visits;
        let was_here = |i: &u32| visits.of_item(*i as usize).any(|v| visits.activity(v) == Some(activity));
        Made { figures: flow.items.iter().filter(was_here).count(), visits: visits.len() }
    });
    counted.await
}

/// The streams that run work.
pub async fn native(web: &Web) -> Result<Vec<Arc<Published>>, AppError> {
    Ok(web.app.streams(&web.access).await?.into_iter().filter(|p| !p.head.imported).collect())
}

/// Open items that a filter finds, at most a few hundred.
pub async fn open_items(web: &Web, q: &str) -> Result<Vec<ItemRow>, AppError> {
    let query = watercourse_app::ItemQuery {
        q: format!("{q} state:open imported:false"),
        sort: watercourse_store::Sort::Oldest,
        limit: 500,
        ..watercourse_app::ItemQuery::default()
    };
    Ok(web.app.items(&web.access, &query).await?.items)
}

/// Steps of streams for which this holds.
#[must_use]
pub fn steps(streams: &[Arc<Published>], standing: &[Standing], wanted: &dyn Fn(&Step) -> bool) -> Vec<StepLine> {
    let mut lines = Vec::new();
    for published in streams {
        for step in published.stream.steps.iter().filter(|s| wanted(s)) {
            let here = standing.iter().filter(|s| s.stream == published.head.id && s.step == step.id);
            let open: u64 = here.map(|s| s.count).sum();
            let link = format!("/work?q={}", html::query(&format!("stream:{} step:{}", published.head.id, step.id)));
            lines.push(StepLine {
                name: step.name.clone(),
                activity: step.activity,
                stream: published.head.id.clone(),
                stream_name: published.head.name.clone(),
                team: step.team.clone().unwrap_or_default(),
                open: Figure::opening(say::count(open), link),
            });
        }
    }
    lines
}

/// Open items by the step they are at, oldest steps first; how old is usual there is not said here, since
/// items of different streams stand side by side.
#[must_use]
pub fn by_step(items: &[ItemRow], now: Instant, wanted: &dyn Fn(&watercourse_store::OpenRound) -> bool) -> Aging {
    let mut columns: BTreeMap<String, Vec<Open>> = BTreeMap::new();
    for item in items {
        for round in item.open.iter().filter(|o| wanted(o)) {
            columns.entry(round.name.clone()).or_default().push(Open {
                key: item.key.clone(),
                title: item.title.clone(),
                age: now.millis() - item.created.millis(),
                link: Some(format!("/w/{}", item.key)),
            });
        }
    }
    let mut columns: Vec<Column> = columns.into_iter().map(|(step, open)| Column { step, open, pace: None }).collect();
    let oldest = |c: &Column| c.open.iter().map(|o| o.age).max();
    columns.sort_by(|a, b| oldest(b).cmp(&oldest(a)).then_with(|| a.step.cmp(&b.step)));
    Aging {
        columns,
        stands_on: format!("n = {}, age since the item was opened, calendar time", items.len()),
        ..Aging::default()
    }
}
