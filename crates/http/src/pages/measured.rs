//! Figures of a stream over a window, for the pages that show them.

use crate::chart::scope::{Links, Mark, Scope, ended_between, since};
use crate::state::Web;
use crate::view::say;
use std::collections::HashSet;
use std::sync::Arc;
use watercourse_app::{AppError, Course, Published, StreamVersion, WorkingCalendars, off_thread};
use watercourse_flow::hours::{Calendars, WorkingHours};
use watercourse_flow::hygiene::Finding;
use watercourse_flow::measures::View;
use watercourse_flow::selection::ItemSet;
use watercourse_flow::timeline::Timeline;
use watercourse_flow::visits::Visits;

const DAY: i64 = 86_400_000;

/// Lengths of time to choose from: days, and what they are called.
pub const PERIODS: &[(u32, &str)] = &[
    (7, "last 7 days"),
    (30, "last 30 days"),
    (90, "last 90 days"),
    (180, "last 180 days"),
    (365, "last 12 months"),
    (0, "all time"),
];
/// The length where none is chosen.
pub const USUAL: u32 = 90;

/// The length asked for, if it is one of those to choose from.
#[must_use]
pub fn days(asked: Option<u32>, imported: bool) -> u32 {
    let usual = if imported { 0 } else { USUAL };
    asked.filter(|d| PERIODS.iter().any(|(known, _)| known == d)).unwrap_or(usual)
}

/// The visits of a stream with what is computed once for all charts.
pub struct Flow {
    /// The definition; none for all streams together.
    pub published: Option<Arc<Published>>,
    /// The visits.
    pub visits: Arc<Visits>,
    /// Where the time of each item went.
    pub timeline: Arc<Timeline>,
    /// The items in the window that the filter finds.
    pub items: ItemSet,
    /// What they are compared with: how that is called, and its items.
    pub against: Option<(String, ItemSet)>,
    /// First and last moment.
    pub window: (i64, i64),
    /// The hours that count; every hour where none are given.
    hours: Option<WorkingHours>,
    /// How the clock is called.
    clock: String,
    marks: Vec<Mark>,
    /// What looks wrong with the log, and what that disables.
    pub hygiene: Arc<Vec<Finding>>,
    asked: Narrowed,
}

/// What of a stream is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// The last days; 0: all time.
    pub days: u32,
    /// A filter; empty: all items.
    pub q: String,
    /// `before`: with the time of the same length before. Otherwise a filter: with the items it finds. Empty: with
    /// nothing.
    pub compare: String,
    /// Whether only the hours of the calendars count.
    pub business: bool,
    /// The day of a change, ms since 1970.
    pub change: Option<i64>,
}

impl Narrowed {
    /// All items of the last days.
    #[must_use]
    pub fn to_days(days: u32) -> Self {
        Self { days, ..Self::default() }
    }
}

/// How a comparison with the time before is asked for.
const BEFORE: &str = "before";

impl Flow {
    /// Loads the visits of a stream, or of all native streams, and looks at some of them.
    ///
    /// # Errors
    /// Where a filter cannot be read.
    pub async fn load(web: &Web, published: Option<Arc<Published>>, asked: Narrowed) -> Result<Self, AppError> {
        let stream = published.as_ref().map(|p| p.head.id.as_str());
        let found = async |q: &str| -> Result<Option<HashSet<String>>, AppError> {
            if q.is_empty() {
                return Ok(None);
            }
            let within = stream.map_or_else(|| format!("({q})"), |id| format!("stream:{id} ({q})"));
            web.app.keys_of_items(&web.access, &within).await.map(Some)
        };
        let only = found(&asked.q).await?;
        let others = found(if asked.compare == BEFORE { "" } else { &asked.compare }).await?;
        let course = web.app.course(&web.access, stream).await?;
        let calendars = if asked.business {
            let entity = published.as_ref().map(|p| p.head.entity.as_str());
            Some(web.app.working_calendars(&web.access, entity).await?)
        } else {
            None
        };
        let computed = off_thread("measuring", move || {
            let mut flow = Self::of(published, course, asked, only, others);
            if let Some(calendars) = calendars {
                flow.count_hours(&calendars);
            }
            flow
        });
        computed.await
    }
    /// With the versions of a native stream as marks, for charts over time.
    ///
    /// # Errors
    /// The store's.
    pub async fn marked(mut self, web: &Web) -> Result<Self, AppError> {
        if let Some(published) = self.published.as_ref().filter(|p| !p.head.imported) {
            let versions = web.app.versions(&web.access, &published.head.id).await?;
            let mark = |v: &StreamVersion| Mark { at: v.published_at.millis(), what: format!("v{}", v.version) };
            self.marks = versions.iter().rev().map(mark).collect();
        }
        Ok(self)
    }
    fn count_hours(&mut self, calendars: &WorkingCalendars) {
        let of = Calendars { organisation: &calendars.usual, stream: None, teams: &calendars.teams };
        self.hours = Some(WorkingHours::of(&self.visits, &of));
        let usual = if calendars.is_set { "" } else { "; no calendar is set: weekdays 9 to 17 UTC" };
        self.clock = format!("business time by the calendars of teams and entity{usual}");
    }
    fn of(
        published: Option<Arc<Published>>,
        course: Course,
        asked: Narrowed,
        only: Option<HashSet<String>>,
        others: Option<HashSet<String>>,
    ) -> Self {
        let Course { visits, timeline, hygiene } = course;
        let until = visits.as_of;
        let first = visits.items.created.iter().copied().min().unwrap_or(until);
        // Whole days, so that a filter by date finds the same items.
        let from = if asked.days == 0 { first } else { (until - i64::from(asked.days) * DAY).div_euclid(DAY) * DAY };
        let prefix = prefix(published.as_deref());
        let among = |set: ItemSet, keys: Option<&HashSet<String>>| match keys {
            None => set,
            Some(keys) => ItemSet::having(visits.item_count(), |item| {
                set.has(item) && keys.contains(&format!("{prefix}{}", visits.keys.name(item)))
            }),
        };
        let items = among(since(&visits, from), only.as_ref());
        let against = match &others {
            Some(keys) => Some((asked.compare.clone(), among(since(&visits, from), Some(keys)))),
            None if asked.compare == BEFORE && asked.days > 0 => {
                let earlier = from - i64::from(asked.days) * DAY;
                let set = among(ended_between(&visits, earlier, from), only.as_ref());
                Some((format!("the {} days before", asked.days), set))
            }
            None => None,
        };
        let (hours, clock, marks) = (None, "calendar time, UTC".to_owned(), Vec::new());
        Self { published, timeline, items, against, window: (from, until), hours, clock, marks, hygiene, asked, visits }
    }
    /// What charts are drawn from.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        let stream = self.published.as_ref().map_or(String::new(), |p| format!("stream:{}", p.head.id));
        let filter = if self.asked.q.is_empty() { stream } else { format!("{stream} ({})", self.asked.q) };
        let period = PERIODS.iter().find(|(d, _)| *d == self.asked.days).map_or("all time", |(_, name)| name);
        let only = if self.asked.q.is_empty() { String::new() } else { format!(", only “{}”", self.asked.q) };
        Scope {
            view: self.view().only(&self.items),
            stream: self.published.as_ref().map(|p| &*p.stream),
            window: self.window,
            stands_on: format!("{period}{only}, {}", self.clock),
            links: Links { filter: Some(filter.trim().to_owned()), prefix: prefix(self.published.as_deref()) },
            from_day: (self.asked.days > 0).then(|| say::date(self.window.0)),
            marks: self.marks.clone(),
            hygiene: &self.hygiene,
            change: self.asked.change,
        }
    }
    /// What it is compared with: how that is called, and a view of its items.
    #[must_use]
    pub fn against(&self) -> Option<(&str, View<'_>)> {
        let (name, items) = self.against.as_ref()?;
        Some((name, self.view().only(items)))
    }
    fn view(&self) -> View<'_> {
        let view = View::of(&self.visits, &self.timeline);
        match &self.hours {
            Some(hours) => view.business(hours),
            None => view,
        }
    }
}

/// What stands before the key of an item in its address.
fn prefix(published: Option<&Published>) -> String {
    published.filter(|p| p.head.imported).map_or_else(String::new, |p| format!("{}:", p.head.id))
}
