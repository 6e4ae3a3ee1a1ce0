//! What core leaves open because it knows no organisation: whether fields, teams and items that are named
//! are there and fit.

use crate::access::Access;
use crate::error::AppError;
use std::collections::BTreeMap;
use watercourse_core::item::Item;
use watercourse_core::nearest::suggest;
use watercourse_core::verb::Verb;
use watercourse_store::Conn;

/// The most characters of a title.
pub const TITLE_MOST: usize = 200;
/// The most bytes of a description or a comment.
pub const WORDS_MOST: usize = 64 * 1024;

/// Whether a title is one line with something in it.
pub(crate) fn title(title: &str) -> Result<(), AppError> {
    let wrong = if title.trim().is_empty() {
        "The title is empty."
    } else if title.contains(['\n', '\r']) {
        "The title has more than one line."
    } else if title.chars().count() > TITLE_MOST {
        "The title is too long."
    } else {
        return Ok(());
    };
    Err(AppError::invalid(
        "/title",
        wrong,
        format!("Say in one line of up to {TITLE_MOST} characters what it is about."),
    ))
}

/// Whether words are short enough to keep.
pub(crate) fn words(pointer: &str, words: &str) -> Result<(), AppError> {
    if words.len() > WORDS_MOST {
        let right = format!("Write at most {} KiB.", WORDS_MOST / 1024);
        return Err(AppError::invalid(pointer, "The text is too long.", right));
    }
    Ok(())
}

/// Whether fields are fields of a kind and hold what they may.
pub(crate) fn fields(kind: &str, fields: &BTreeMap<String, String>) -> Result<(), AppError> {
    fields.iter().try_for_each(|(name, value)| field(kind, name, Some(value), &format!("/fields/{name}")))
}

fn field(kind: &str, name: &str, value: Option<&str>, pointer: &str) -> Result<(), AppError> {
    let Some(kind) = watercourse_practices::kind(kind) else { return Ok(()) };
    let Some(field) = kind.field(name) else {
        let known: Vec<&str> = kind.all_fields().map(|f| f.id).collect();
        let right = suggest(name, known.iter().copied());
        let shown: String = name.chars().take(40).collect();
        let wrong = format!("The kind “{}” has no field “{shown}”.", kind.id);
        return Err(AppError::invalid(pointer, wrong, sentence(&right)));
    };
    match value {
        Some(value) => field.check(value).map_err(|wrong| AppError::invalid(pointer, format!("{wrong}."), "")),
        None => Ok(()),
    }
}

/// A suggestion as a sentence of its own.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => {
            format!("{}{}{}", first.to_uppercase(), chars.as_str(), if text.ends_with('?') { "" } else { "." })
        }
        None => String::new(),
    }
}

/// Whether a team is there.
pub(crate) async fn team(conn: &mut Conn, access: &Access, named: &str, pointer: &str) -> Result<(), AppError> {
    let mut teams = conn.teams().await?;
    teams.retain(|t| access.horizon.holds(&t.entity));
    if teams.iter().any(|t| t.id == named) {
        return Ok(());
    }
    let shown: String = named.chars().take(40).collect();
    let right = suggest(named, teams.iter().map(|t| t.id.as_str()));
    Err(AppError::invalid(pointer, format!("There is no team “{shown}”."), sentence(&right)))
}

/// Whether what a verb names is there and fits.
pub(crate) async fn verb(conn: &mut Conn, access: &Access, item: &Item, verb: &Verb) -> Result<(), AppError> {
    if let Some(text) = verb.words() {
        words("", text)?;
    }
    match verb {
        Verb::HandOver(v) => team(conn, access, &v.team, "/team").await,
        Verb::AddWork(v) if !v.team.is_empty() => team(conn, access, &v.team, "/team").await,
        Verb::SetField(v) => field(&item.kind, &v.field, v.value.as_deref().filter(|v| !v.is_empty()), "/value"),
        Verb::Link(v) => {
            if !conn.sees(v.to, &access.sight()).await? {
                return Err(crate::app::no_item(&v.to.to_string()));
            }
            if conn.has_link(item.id, v.link, v.to).await? {
                let wrong = format!("{} is linked so already.", item.key);
                return Err(AppError::invalid("/to", wrong, "There is nothing to do."));
            }
            Ok(())
        }
        Verb::Unlink(v) => {
            if !conn.has_link(item.id, v.link, v.to).await? {
                let wrong = format!("{} has no such link.", item.key);
                return Err(AppError::invalid("/to", wrong, "Its page lists its links."));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
