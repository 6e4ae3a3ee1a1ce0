//! Lists of items by the filter language: cut down in the database as far as that is exact, the rest of the
//! filter asked of each row.

use crate::access::Access;
use crate::app::App;
use crate::error::AppError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::borrow::Cow;
use std::collections::BTreeMap;
use watercourse_core::activity::Activity;
use watercourse_core::filter::{Expr, FieldType, FieldValue, Fields, Filter, Schema, Test};
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;
use watercourse_store::{After, Cut, ItemRow, Listed, Sort};

/// The most rows of a page.
pub const PAGE_MOST: usize = 500;
/// Rows that are read from the database at once.
const READ_AT_ONCE: i64 = 500;
/// Rows that are looked at for one page; then the page ends early and the next one goes on from there.
const LOOK_AT_MOST: usize = 20_000;

/// A page says how many items there are in all up to this: counting more would cost more than the page.
const COUNT_MOST: i64 = 10_000;

/// What list is asked for.
#[derive(Debug, Clone, Default)]
pub struct ItemQuery {
    /// A filter such as `team:hr -phase:waiting age:>3d`; empty: everything.
    pub q: String,
    /// The order.
    pub sort: Sort,
    /// Rows of a page, at most [`PAGE_MOST`]; 0: 50.
    pub limit: usize,
    /// Where the page begins: [`Page::next`] of the page before.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The items.
    pub items: Vec<ItemRow>,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
    /// How many items there are on all pages together, on the first page and where counting them is cheap.
    pub total: Option<u64>,
}

/// The fields a list can be filtered by: where items stand, and every field of every kind.
#[must_use]
pub fn schema() -> Schema {
    let words = |list: &[&str]| FieldType::Enum(list.iter().map(|w| (*w).to_owned()).collect());
    let kinds: Vec<&watercourse_practices::Kind> = watercourse_practices::kinds().collect();
    let mut schema = kinds.iter().flat_map(|k| k.schema().fields().to_vec()).fold(Schema::new(), |schema, field| {
        // A word that means different things in different kinds is compared as text.
        match schema.get(&field.name) {
            Some(known) if known.field_type != field.field_type => schema.with(&field.name, FieldType::Text),
            _ => schema.with_field(field),
        }
    });
    for name in ["key", "kind", "stream", "step", "team", "waiting"] {
        schema = schema.with(name, FieldType::Key);
    }
    schema
        .with("title", FieldType::Prose)
        .with("activity", words(&Activity::ALL.map(Activity::id)))
        .with("phase", words(&["queued", "active", "waiting"]))
        .with("state", words(&["open", "closed"]))
        .with("result", words(&["delivered", "failed", "declined", "cancelled"]))
        .with("imported", FieldType::Bool)
        .with("created", FieldType::Date)
        .with("touched", FieldType::Date)
        .with("delivered", FieldType::Date)
        .with("closed", FieldType::Date)
        .with_relative("age", FieldType::Span)
}

impl App {
    /// A page of items.
    ///
    /// # Errors
    /// When the filter or the cursor cannot be read.
    pub async fn items(&self, access: &Access, query: &ItemQuery) -> Result<Page, AppError> {
        let filter = read(&query.q)?;
        let mut after =
            query.cursor.as_deref().filter(|c| !c.is_empty()).map(|c| uncursor(c, query.sort)).transpose()?;
        let limit = if query.limit == 0 { 50 } else { query.limit.min(PAGE_MOST) };
        let (mut cut, exact) = cut(&filter);
        cut.sight = access.sight();
        let now = self.now();
        let mut conn = self.store.snapshot().await?;
        let total = match exact && after.is_none() {
            true => Some(conn.count_items(&cut, COUNT_MOST + 1).await?)
                .filter(|n| *n <= COUNT_MOST)
                .and_then(|n| u64::try_from(n).ok()),
            false => None,
        };
        let mut items: Vec<ItemRow> = Vec::new();
        let mut looked = 0;
        let at_once = if exact { i64::try_from(limit).unwrap_or(READ_AT_ONCE) + 1 } else { READ_AT_ONCE };
        loop {
            let found = conn.list_items(&cut, query.sort, after, at_once).await?;
            let whole = i64::try_from(found.len()).is_ok_and(|n| n < at_once);
            looked += found.len();
            for listed in found {
                let here = place(&listed.row, query.sort);
                if filter.holds(&Looked { listed: &listed, now }, now.micros()) == Some(true) {
                    if items.len() == limit {
                        return Ok(Page { items, next: after.map(|a| cursor(a, query.sort)), total });
                    }
                    items.push(listed.row);
                }
                after = Some(here);
            }
            if whole {
                return Ok(Page { items, next: None, total });
            }
            if looked >= LOOK_AT_MOST {
                return Ok(Page { items, next: after.map(|a| cursor(a, query.sort)), total });
            }
        }
    }

    /// How many items a filter finds.
    ///
    /// # Errors
    /// When the filter cannot be read.
    pub async fn count(&self, access: &Access, q: &str) -> Result<u64, AppError> {
        let filter = read(q)?;
        let (mut cut, exact) = cut(&filter);
        cut.sight = access.sight();
        let now = self.now();
        let mut conn = self.store.snapshot().await?;
        if exact {
            return Ok(u64::try_from(conn.count_items(&cut, i64::MAX).await?).unwrap_or(0));
        }
        let (mut count, mut after) = (0, None);
        loop {
            let found = conn.list_items(&cut, Sort::Newest, after, READ_AT_ONCE).await?;
            count += found
                .iter()
                .map(|l| u64::from(filter.holds(&Looked { listed: l, now }, now.micros()) == Some(true)))
                .sum::<u64>();
            match found.last() {
                Some(last) if i64::try_from(found.len()).is_ok_and(|n| n == READ_AT_ONCE) => {
                    after = Some(place(&last.row, Sort::Newest))
                }
                _ => return Ok(count),
            }
        }
    }
}

/// Reads a filter of a list.
fn read(q: &str) -> Result<Filter, AppError> {
    let bad = |issue: watercourse_core::filter::Issue| {
        let at = if issue.place.column > 0 { format!(" at column {}", issue.place.column) } else { String::new() };
        AppError::invalid(
            "/q",
            format!("The filter is off{at}: {}.", issue.wrong),
            crate::validate::sentence(&issue.right),
        )
    };
    let filter = Filter::parse(q).map_err(bad)?;
    match schema().check(&filter).into_iter().next() {
        Some(issue) => Err(bad(issue)),
        None => Ok(filter),
    }
}

fn place(row: &ItemRow, sort: Sort) -> After {
    let at = match sort {
        Sort::Touched => row.touched,
        Sort::Newest | Sort::Oldest => row.created,
    };
    After { at: at.micros(), id: row.id }
}

const fn letter(sort: Sort) -> char {
    match sort {
        Sort::Touched => 't',
        Sort::Newest => 'n',
        Sort::Oldest => 'o',
    }
}

fn cursor(after: After, sort: Sort) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}{}:{}", letter(sort), after.at, after.id))
}

fn uncursor(text: &str, sort: Sort) -> Result<After, AppError> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, id) = text.strip_prefix(letter(sort))?.split_once(':')?;
        Some(After { at: at.parse().ok()?, id: id.parse::<ItemId>().ok()? })
    };
    read().ok_or_else(|| {
        AppError::invalid("/cursor", "This is not a cursor of this list.", "Take it from the page before.")
    })
}

/// What of a filter the database can answer, and whether that is all of it.
fn cut(filter: &Filter) -> (Cut, bool) {
    let mut cut = Cut::default();
    let exact = match filter.expr() {
        Expr::All(parts) => {
            let told = parts.iter().filter(|p| narrow(&mut cut, p)).count();
            told == parts.len()
        }
        one => narrow(&mut cut, one),
    };
    (cut, exact)
}

/// Adds a part to the cut if it says there exactly what it says here.
fn narrow(cut: &mut Cut, part: &Expr) -> bool {
    let Expr::Field(name, Test::AnyOf(values)) = part else { return false };
    let plain = values.iter().all(|v| v.text.is_ascii());
    let values: Vec<String> = values.iter().map(|v| v.text.to_ascii_lowercase()).collect();
    let list = match name.text.as_str() {
        "kind" => &mut cut.kind,
        "stream" => &mut cut.stream,
        "result" => &mut cut.result,
        "step" => &mut cut.step,
        "team" => &mut cut.team,
        "activity" => &mut cut.activity,
        "phase" => &mut cut.phase,
        "state" if values.len() == 1 && cut.open.is_none() => {
            cut.open = Some(values.first().is_some_and(|v| v == "open"));
            return true;
        }
        _ => return false,
    };
    if !plain || !list.is_empty() {
        return false;
    }
    *list = values;
    true
}

/// A row as the filter language sees it.
struct Looked<'a> {
    listed: &'a Listed,
    now: Instant,
}

impl Fields for Looked<'_> {
    fn field(&self, name: &str) -> Option<FieldValue<'_>> {
        let row = &self.listed.row;
        let text = |t: &str| FieldValue::Text(Cow::Owned(t.to_owned()));
        let date = |at: Option<Instant>| at.map_or(FieldValue::Unset, |at| FieldValue::Date(at.micros()));
        Some(match name {
            "key" => text(&row.key),
            "kind" => text(&row.kind),
            "stream" => text(&row.stream),
            "title" => FieldValue::Prose(Cow::Borrowed(&row.title)),
            "state" => text(if row.closed.is_some() { "closed" } else { "open" }),
            "result" => row.result.map_or(FieldValue::Unset, |r| text(r.id())),
            "imported" => FieldValue::Bool(row.imported),
            "created" => FieldValue::Date(row.created.micros()),
            "touched" => FieldValue::Date(row.touched.micros()),
            "delivered" => date(row.delivered),
            "closed" => date(row.closed),
            "age" => FieldValue::Span(row.closed.unwrap_or(self.now).micros() - row.created.micros()),
            "step" => labels(row.open.iter().map(|o| o.step.as_str())),
            "team" => labels(row.open.iter().filter_map(|o| o.team.as_deref())),
            "activity" => labels(row.open.iter().map(|o| o.activity.id())),
            "phase" => labels(row.open.iter().map(|o| o.phase.id())),
            "waiting" => labels(row.open.iter().map(|o| o.reason.as_str()).filter(|r| !r.is_empty())),
            _ => row.fields.get(name).map_or(FieldValue::Unset, |v| FieldValue::Written(Cow::Borrowed(v))),
        })
    }
    fn text(&self) -> Option<Cow<'_, str>> {
        let Listed { row, description } = self.listed;
        Some(Cow::Owned(format!("{} {} {description}", row.key, row.title)))
    }
}

fn labels<'a>(labels: impl Iterator<Item = &'a str>) -> FieldValue<'a> {
    FieldValue::Labels(labels.map(Cow::Borrowed).collect())
}

/// Every field of every kind with its label, for forms that build a filter.
#[must_use]
pub fn field_labels() -> BTreeMap<&'static str, &'static str> {
    watercourse_practices::kinds().flat_map(watercourse_practices::Kind::all_fields).map(|f| (f.id, f.label)).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{cursor, cut, read, schema, uncursor};
    use watercourse_core::id::ItemId;
    use watercourse_store::{After, Sort};

    #[test]
    fn cursors_go_back_to_where_they_came_from() {
        let after = After { at: -5, id: ItemId(uuid::Uuid::from_u128(7)) };
        let text = cursor(after, Sort::Newest);
        assert_eq!(uncursor(&text, Sort::Newest).unwrap(), after);
        assert!(uncursor(&text, Sort::Touched).is_err(), "another order, another place");
        assert!(uncursor("%%%", Sort::Touched).is_err());
    }

    #[test]
    fn what_the_database_can_tell_is_asked_of_it() {
        let (found, exact) = cut(&read("team:hr,operations state:open").unwrap());
        assert!(exact);
        assert_eq!((found.team.len(), found.open), (2, Some(true)));
        let (found, exact) = cut(&read("team:hr -phase:waiting age:>3d \"vpn\"").unwrap());
        assert!(!exact);
        assert_eq!(found.team, ["hr"]);
        assert!(found.phase.is_empty(), "what is not to be cannot be cut");
    }

    #[test]
    fn an_unknown_field_is_named() {
        assert!(read("tem:hr").unwrap_err().to_string().contains("team"));
        assert!(schema().get("risk").is_some());
    }
}
