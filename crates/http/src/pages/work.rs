//! `/work`: items by the filter language.

use super::oops::{Oops, said};
use super::shell::{render, respond, shell};
use super::work_view::{FilterIssue, Stand, WorkPage, WorkRow};
use crate::chart::glyph::glyph;
use crate::state::Web;
use crate::view::{html, say};
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeMap;
use watercourse_app::{AppError, ItemQuery, Page, SavedView, list_schema as schema};
use watercourse_core::activity::Activity;
use watercourse_core::filter::Filter;
use watercourse_core::item::Phase;
use watercourse_core::time::Instant;
use watercourse_store::{ItemRow, OpenRound, Sort};

/// Filters to start from.
const EXAMPLES: &[(&str, &str)] = &[
    ("state:open", "everything that is open"),
    ("phase:waiting", "what waits for somebody or something"),
    ("phase:queued age:>14d", "queued, and older than two weeks"),
    ("kind:incident state:open", "open incidents"),
    ("activity:improve", "what is being improved"),
    ("result:failed", "what failed"),
];

/// Orders to choose from.
const SORTS: &[(&str, &str)] =
    &[("touched", "what changed last first"), ("oldest", "oldest first"), ("newest", "youngest first")];

/// Items of a page.
const ROWS: usize = 50;

/// What the list is asked with.
#[derive(Debug, Deserialize)]
pub struct Asked {
    q: Option<String>,
    sort: Option<String>,
    cursor: Option<String>,
}

/// Shows the list.
pub async fn page(web: Web, headers: HeaderMap, Query(asked): Query<Asked>) -> Result<Response, Oops> {
    let q = asked.q.unwrap_or_else(|| "state:open".to_owned());
    let sort = match asked.sort.as_deref() {
        Some("oldest") => Sort::Oldest,
        Some("newest") => Sort::Newest,
        _ => Sort::Touched,
    };
    let sort_id = match sort {
        Sort::Touched => "touched",
        Sort::Newest => "newest",
        Sort::Oldest => "oldest",
    };
    let issue = issue(&q);
    let query = ItemQuery { q: q.clone(), sort, limit: ROWS, cursor: asked.cursor.clone(), ..ItemQuery::default() };
    let found = if issue.is_some() {
        Ok(Page { items: Vec::new(), next: None, total: None })
    } else {
        web.app.items(&web.access, &query).await
    };
    let (found, issue) = match found {
        Ok(found) => (found, issue),
        Err(error @ AppError::Invalid { .. }) => {
            let (_, wrong, right) = said(&error);
            let issue =
                FilterIssue { column: 1, message: wrong, help: right, text: q.clone(), pointer: "^".to_owned() };
            (Page { items: Vec::new(), next: None, total: None }, Some(issue))
        }
        Err(error) => return Err(error.into()),
    };
    let names: BTreeMap<String, String> =
        web.app.streams(&web.access).await?.iter().map(|p| (p.head.id.clone(), p.head.name.clone())).collect();
    let now = web.app.now();
    let here = |cursor: &str| format!("/work?q={}&sort={sort_id}&cursor={}", html::query(&q), html::query(cursor));
    let views = web.app.saved_views(&web.access).await?;
    let page = WorkPage {
        views: views.iter().map(saved).collect(),
        shell: shell(&web, &headers, "Work", "work").await?,
        sort: sort_id.to_owned(),
        sorts: SORTS.to_vec(),
        examples: EXAMPLES.to_vec(),
        caption: caption(&found),
        rows: found.items.iter().map(|row| line(row, &names, now)).collect(),
        nothing: format!("No item matches “{q}”."),
        next: found.next.as_deref().map(here).unwrap_or_default(),
        first: if asked.cursor.is_some_and(|c| !c.is_empty()) { here("") } else { String::new() },
        issue,
        q,
    };
    Ok(if page.issue.is_some() { respond(StatusCode::UNPROCESSABLE_ENTITY, &page) } else { render(&page) })
}

/// A saved view as a link: its name, where it leads, what it asks.
fn saved(view: &SavedView) -> (String, String, String) {
    let href = format!("/work?q={}&sort={}", html::query(&view.q), view.sort.id());
    (view.name.clone(), href, view.q.clone())
}

fn caption(found: &Page) -> String {
    match found.total {
        Some(total) => say::counted(total, "item", "items"),
        None if found.next.is_none() => {
            format!("{}, and no more after them", say::counted(found.items.len() as u64, "item", "items"))
        }
        None => format!("{} on this page", say::counted(found.items.len() as u64, "item", "items")),
    }
}

/// The first thing wrong with a filter, pointed at.
fn issue(q: &str) -> Option<FilterIssue> {
    let issue = match Filter::parse(q) {
        Err(issue) => issue,
        Ok(filter) => schema().check(&filter).into_iter().next()?,
    };
    let column = issue.place.column.max(1);
    let width = q.get(issue.place.from..issue.place.until).map_or(1, |part| part.chars().count().max(1));
    Some(FilterIssue {
        column,
        message: capital(&issue.wrong),
        help: if issue.right.is_empty() { String::new() } else { format!("{}.", capital(&issue.right)) },
        text: q.to_owned(),
        pointer: format!("{}{}", " ".repeat(column - 1), "^".repeat(width)),
    })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// A phase in words, with its reason.
pub fn phase_words(round: &OpenRound) -> String {
    match round.phase {
        Phase::Queued if round.reason.starts_with("gate:") => {
            format!("held by gate {}", round.reason.trim_start_matches("gate:"))
        }
        Phase::Queued => "queued".to_owned(),
        Phase::Active => "worked on".to_owned(),
        Phase::Waiting => format!("waits for {}", if round.reason.is_empty() { "something" } else { &round.reason }),
        Phase::Done => "done".to_owned(),
        Phase::Dropped => "given up".to_owned(),
    }
}

fn line(row: &ItemRow, names: &BTreeMap<String, String>, now: Instant) -> WorkRow {
    let mut standing: Vec<Stand> = row
        .open
        .iter()
        .map(|o| Stand { phase: o.phase.id(), words: format!("{}: {}", o.name, phase_words(o)) })
        .collect();
    if let Some(result) = row.result.filter(|_| row.closed.is_some()) {
        let phase = if result.id() == "delivered" { "done" } else { "dropped" };
        standing.push(Stand { phase, words: format!("closed: {}", result.id()) });
    }
    if standing.is_empty() {
        standing.push(Stand { phase: "queued", words: "nothing is started".to_owned() });
    }
    let mut teams: Vec<&str> = row.open.iter().filter_map(|o| o.team.as_deref()).collect();
    teams.dedup();
    let href = format!("/w/{}", html::path(&row.key));
    let here: Vec<Activity> = Activity::ALL.into_iter().filter(|a| row.open.iter().any(|o| o.activity == *a)).collect();
    let until = row.closed.unwrap_or(now);
    WorkRow {
        href,
        key: row.key.clone(),
        title: if row.title.is_empty() { "(no title)".to_owned() } else { row.title.clone() },
        stream: row.stream.clone(),
        stream_name: names.get(&row.stream).cloned().unwrap_or_else(|| row.stream.clone()),
        standing,
        teams: teams.join(", "),
        age: say::short(until.millis() - row.created.millis()),
        opened: format!("opened {}", say::moment(row.created.millis(), now.millis())),
        glyph: glyph(&here, &here),
    }
}

#[cfg(test)]
mod tests {
    use super::{EXAMPLES, issue};

    #[test]
    fn the_place_of_a_mistake_is_pointed_at() {
        let found = issue("kind:incident tem:hr").map(|i| (i.column, i.pointer));
        assert_eq!(found, Some((15, format!("{}^^^", " ".repeat(14)))));
    }

    #[test]
    fn every_example_is_a_good_filter() {
        for (example, _) in EXAMPLES {
            assert!(issue(example).is_none(), "{example}");
        }
    }
}
