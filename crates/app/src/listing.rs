//! Lists of items by the filter language, which the database answers whole.

use crate::access::Access;
use crate::app::App;
use crate::error::AppError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;
use watercourse_core::activity::Activity;
use watercourse_core::filter::{
    Expr, FieldType, FieldValue, Fields, Filter, Issue, Phrase, Schema, boolean, day, meaning,
};
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;
use watercourse_store::{After, Ask, Column, Condition, Found, Holds, ItemRow, Looks, Sort};

/// The most rows of a page.
pub const PAGE_MOST: usize = 500;
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
    /// How much is looked at before a page ends early.
    pub looks: Looks,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The items; few or none where many had to be looked at and the list goes on.
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

/// The schema never changes while the program runs.
static SCHEMA: LazyLock<Schema> = LazyLock::new(schema);

impl App {
    /// A page of items.
    ///
    /// # Errors
    /// When the filter or the cursor cannot be read.
    pub async fn items(&self, access: &Access, query: &ItemQuery) -> Result<Page, AppError> {
        let sort = query.sort;
        let after = query.cursor.as_deref().filter(|c| !c.is_empty()).map(|c| uncursor(c, sort)).transpose()?;
        let limit = if query.limit == 0 { 50 } else { query.limit.min(PAGE_MOST) };
        let ask = Ask { looks: query.looks, ..self.ask(access, &query.q)? };
        let count = after.is_none().then_some(COUNT_MOST + 1);
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut conn = self.store.snapshot().await?;
        let Found { rows: mut items, on, count } = conn.list_items(&ask, sort, after, one_more, count).await?;
        let is_more = items.len() > limit;
        items.truncate(limit);
        let next = if is_more { items.last().map(|last| place(last, sort)) } else { on };
        let total = count.filter(|n| *n <= COUNT_MOST).and_then(|n| u64::try_from(n).ok());
        Ok(Page { items, next: next.map(|after| cursor(after, sort)), total })
    }

    /// The keys of all items a filter finds, for figures of some of a stream's items.
    ///
    /// # Errors
    /// When the filter cannot be read.
    pub async fn keys_of_items(&self, access: &Access, q: &str) -> Result<HashSet<String>, AppError> {
        let ask = self.ask(access, q)?;
        Ok(self.store.snapshot().await?.item_keys(&ask).await?.into_iter().collect())
    }

    /// How many items a filter finds.
    ///
    /// # Errors
    /// When the filter cannot be read.
    pub async fn count(&self, access: &Access, q: &str) -> Result<u64, AppError> {
        let ask = self.ask(access, q)?;
        let count = self.store.snapshot().await?.count_items(&ask, i64::MAX).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// A filter as a question to the database, for somebody who asks.
    fn ask(&self, access: &Access, q: &str) -> Result<Ask, AppError> {
        let filter = read(q)?;
        let now = self.now().micros();
        let condition = condition(filter.expr(), now).map_err(|issue| bad(&issue))?;
        Ok(Ask { condition, sight: access.sight(), now, looks: Looks::default() })
    }
}

fn bad(issue: &Issue) -> AppError {
    let at = if issue.place.column > 0 { format!(" at column {}", issue.place.column) } else { String::new() };
    AppError::invalid("/q", format!("The filter is off{at}: {}.", issue.wrong), crate::validate::sentence(&issue.right))
}

/// A filter with its fields resolved.
fn condition(expr: &Expr, now: i64) -> Result<Condition, Issue> {
    let all = |parts: &[Expr]| parts.iter().map(|part| condition(part, now)).collect::<Result<Vec<_>, _>>();
    Ok(match expr {
        Expr::All(parts) => Condition::All(all(parts)?),
        Expr::Any(parts) => Condition::Any(all(parts)?),
        Expr::Not(part) => Condition::Not(Box::new(condition(part, now)?)),
        Expr::Text(value) => Condition::Words(Phrase::whole(&value.text)),
        Expr::Beginning(value) => Condition::Words(Phrase::beginning(&value.text)),
        Expr::Field(name, test) => {
            // A filter is checked against the same schema before, so there is such a field.
            let holds = SCHEMA.get(&name.text).map_or(&FieldType::Text, |f| &f.field_type);
            Condition::Is(column(&name.text, holds), meaning(name, test, holds, now)?)
        }
    })
}

fn column(name: &str, holds: &FieldType) -> Column {
    match name {
        "key" => Column::Key,
        "kind" => Column::Kind,
        "stream" => Column::Stream,
        "title" => Column::Title,
        "state" => Column::State,
        "result" => Column::Result,
        "imported" => Column::Imported,
        "created" => Column::Created,
        "touched" => Column::Touched,
        "delivered" => Column::Delivered,
        "closed" => Column::Closed,
        "age" => Column::Age,
        "step" => Column::Step,
        "team" => Column::Team,
        "activity" => Column::Activity,
        "phase" => Column::Phase,
        "waiting" => Column::Waiting,
        field => Column::Field(field.to_owned(), kept_as(holds)),
    }
}

const fn kept_as(holds: &FieldType) -> Holds {
    match holds {
        FieldType::Number => Holds::Number,
        FieldType::Date => Holds::Date,
        FieldType::Bool => Holds::Bool,
        _ => Holds::Text,
    }
}

/// Reads a filter of a list.
pub(crate) fn read(q: &str) -> Result<Filter, AppError> {
    let filter = Filter::parse(q).map_err(|issue| bad(&issue))?;
    match SCHEMA.check(&filter).into_iter().next() {
        Some(issue) => Err(bad(&issue)),
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

/// An item as the filter language sees it: the predicate that lists in the database agree with.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// Its row.
    pub row: &'a ItemRow,
    /// More about it.
    pub description: &'a str,
    /// What was written to it, oldest first.
    pub notes: &'a [&'a str],
    /// What time it is.
    pub now: Instant,
}

impl Looked<'_> {
    /// A field of a kind, as what the schema says it holds; what does not read as that is no value.
    fn kept(&self, name: &str) -> Option<FieldValue<'_>> {
        let value = self.row.fields.get(name).filter(|v| !v.is_empty())?;
        match SCHEMA.get(name)?.field_type {
            FieldType::Number => value.parse().ok().filter(|n: &f64| n.is_finite()).map(FieldValue::Number),
            FieldType::Date => day(value).map(FieldValue::Date),
            FieldType::Bool => boolean(value).map(FieldValue::Bool),
            _ => Some(FieldValue::Text(Cow::Borrowed(value))),
        }
    }
}

impl Fields for Looked<'_> {
    fn field(&self, name: &str) -> Option<FieldValue<'_>> {
        let row = self.row;
        let key = |t: &'static str| FieldValue::Key(Cow::Borrowed(t));
        let date = |at: Option<Instant>| at.map_or(FieldValue::Unset, |at| FieldValue::Date(at.micros()));
        Some(match name {
            "key" => FieldValue::Key(Cow::Borrowed(&row.key)),
            "kind" => FieldValue::Key(Cow::Borrowed(&row.kind)),
            "stream" => FieldValue::Key(Cow::Borrowed(&row.stream)),
            "title" => FieldValue::Prose(Cow::Borrowed(&row.title)),
            "state" => key(if row.closed.is_some() { "closed" } else { "open" }),
            "result" => row.result.map_or(FieldValue::Unset, |r| key(r.id())),
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
            _ => self.kept(name).unwrap_or(FieldValue::Unset),
        })
    }
    fn texts(&self) -> Option<Vec<Cow<'_, str>>> {
        let texts = [self.row.key.as_str(), &self.row.title, self.description].into_iter();
        Some(texts.chain(self.notes.iter().copied()).map(Cow::Borrowed).collect())
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
    use super::{cursor, read, schema, uncursor};
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
    fn an_unknown_field_is_named() {
        assert!(read("tem:hr").unwrap_err().to_string().contains("team"));
        assert!(schema().get("risk").is_some());
    }
}
