//! `/teams` and `/teams/{team}`.

use super::activities::{by_step, native, open_items, steps};
use super::oops::Oops;
use super::shell::{render, shell};
use super::team_view::{TeamList, TeamPage, TeamRow};
use crate::chart::aging;
use crate::chart::glyph::glyph;
use crate::state::Web;
use crate::view::{Figure, html, say};
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use watercourse_app::AppError;
use watercourse_core::activity::Activity;
use watercourse_core::item::Phase;
use watercourse_store::Standing;

fn counted(standing: &[Standing], team: &str, phase: Phase) -> Figure {
    let here = standing.iter().filter(|s| s.team.as_deref() == Some(team) && s.phase == phase);
    let count: u64 = here.map(|s| s.count).sum();
    let q = format!("team:{team} phase:{}", phase.id());
    Figure::opening(say::count(count), format!("/work?q={}", html::query(&q)))
}

/// Shows the list.
pub async fn list(web: Web, headers: HeaderMap) -> Result<Response, Oops> {
    let streams = native(&web).await?;
    let standing = web.app.where_it_stands(&web.access).await?;
    let now = web.app.now().millis();
    let rows = web.app.teams(&web.access).await?.into_iter().map(|team| {
        let held = |s: &watercourse_core::stream::Step| s.team.as_deref() == Some(team.id.as_str());
        let holds = |a: &Activity| streams.iter().flat_map(|p| &p.stream.steps).any(|s| held(s) && s.activity == *a);
        let activities: Vec<Activity> = Activity::ALL.into_iter().filter(holds).collect();
        let oldest =
            standing.iter().filter(|s| s.team.as_deref() == Some(team.id.as_str())).map(|s| s.oldest.millis()).min();
        TeamRow {
            people: team.members.len(),
            queued: counted(&standing, &team.id, Phase::Queued),
            active: counted(&standing, &team.id, Phase::Active),
            waiting: counted(&standing, &team.id, Phase::Waiting),
            oldest: oldest.map_or_else(|| "—".to_owned(), |at| say::long(now - at)),
            glyph: glyph(&activities, &[]),
            name: team.name,
            id: team.id,
        }
    });
    let rows = rows.collect();
    Ok(render(&TeamList { shell: shell(&web, &headers, "Teams", "teams").await?, rows }))
}

/// Shows one.
pub async fn one(web: Web, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Oops> {
    let found = web.app.teams(&web.access).await?.into_iter().find(|t| t.id == id);
    let team = found.ok_or_else(|| AppError::NotFound {
        what: format!("team “{}”", id.chars().take(60).collect::<String>()),
        right: "The list of teams tells which there are.".to_owned(),
    })?;
    let streams = native(&web).await?;
    let standing = web.app.where_it_stands(&web.access).await?;
    let people = web.app.people(&web.access).await?;
    let mut members: Vec<String> =
        people.into_iter().filter(|p| team.members.contains(&p.id)).map(|p| p.name).collect();
    members.sort();
    let open = open_items(&web, &format!("team:{}", team.id)).await?;
    let capacity = match team.capacity {
        Some(capacity) => Figure::value(format!("{capacity} people")),
        None => Figure::not_measured("nobody has said how much time the team has"),
    };
    let page = TeamPage {
        shell: shell(&web, &headers, team.name.clone(), "teams").await?,
        name: team.name,
        measures: vec![
            ("Queued", counted(&standing, &team.id, Phase::Queued)),
            ("Worked on", counted(&standing, &team.id, Phase::Active)),
            ("Waiting", counted(&standing, &team.id, Phase::Waiting)),
            ("Capacity", capacity),
        ],
        members,
        calendar: if team.calendar.is_some() {
            "Works by a calendar of its own."
        } else {
            "Works around the clock: no calendar is given."
        }
        .to_owned(),
        steps: steps(&streams, &standing, &|s| s.team.as_deref() == Some(team.id.as_str())),
        aging: aging::draw(&by_step(&open, web.app.now(), &|o| o.team.as_deref() == Some(team.id.as_str()))),
    };
    Ok(render(&page))
}
