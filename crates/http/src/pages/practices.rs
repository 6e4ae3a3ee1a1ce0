//! `/practices` and `/practices/{practice}`.

use super::activities::{native, steps};
use super::oops::Oops;
use super::practice_view::{KindLine, PracticeList, PracticePage, PracticeRow};
use super::shell::{render, shell};
use crate::chart::glyph::glyph;
use crate::state::Web;
use crate::view::{Figure, say};
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use watercourse_app::AppError;
use watercourse_core::activity::Activity;
use watercourse_practices::{Kind, PRACTICES, practice};

async fn open_of(web: &Web, kinds: &[Kind]) -> Result<Figure, AppError> {
    if kinds.is_empty() {
        return Ok(Figure::not_measured("it has no kinds of its own"));
    }
    let ids: Vec<&str> = kinds.iter().map(|k| k.id).collect();
    let q = format!("state:open kind:{}", ids.join(","));
    let count = web.app.count(&web.access, &q).await?;
    Ok(Figure::opening(say::count(count), format!("/work?q={}", crate::view::html::query(&q))))
}

/// Shows the list.
pub async fn list(web: Web, headers: HeaderMap) -> Result<Response, Oops> {
    let mut rows = Vec::new();
    for practice in PRACTICES {
        let activities: Vec<Activity> = practice.activities.iter().map(|(a, _)| *a).collect();
        let kinds: Vec<&str> = practice.kinds.iter().map(|k| k.name).collect();
        rows.push(PracticeRow {
            practice,
            glyph: glyph(&activities, &[]),
            kinds: kinds.join(", "),
            open: open_of(&web, practice.kinds).await?,
        });
    }
    Ok(render(&PracticeList { shell: shell(&web, &headers, "Practices", "practices").await?, rows }))
}

/// Shows one.
pub async fn one(web: Web, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Oops> {
    let practice = practice(&id).ok_or_else(|| AppError::NotFound {
        what: format!("practice “{}”", id.chars().take(60).collect::<String>()),
        right: "The list of practices tells which there are.".to_owned(),
    })?;
    let mut kinds = Vec::new();
    for kind in practice.kinds {
        let fields: Vec<&str> = kind.all_fields().map(|f| f.label).collect();
        kinds.push(KindLine {
            kind,
            open: open_of(&web, std::slice::from_ref(kind)).await?,
            fields: fields.join(", "),
        });
    }
    let streams = native(&web).await?;
    let standing = web.app.where_it_stands(&web.access).await?;
    let steps = steps(&streams, &standing, &|s| s.practice.as_deref() == Some(practice.id));
    Ok(render(&PracticePage {
        shell: shell(&web, &headers, practice.name, "practices").await?,
        practice,
        kinds,
        steps,
    }))
}
