//! Figures of a stream over a window, for the pages that show them.

use crate::chart::scope::{Links, Scope, since};
use crate::state::Web;
use crate::view::say;
use std::sync::Arc;
use watercourse_app::{AppError, Course, Published};
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

/// What is said when computing ended early.
#[must_use]
pub fn broke_off(error: &tokio::task::JoinError) -> AppError {
    AppError::Store(watercourse_store::StoreError::Other(format!("measuring broke off: {error}")))
}

/// The visits of a stream with what is computed once for all charts.
pub struct Flow {
    /// The definition; none for all streams together.
    pub published: Option<Arc<Published>>,
    /// The visits.
    pub visits: Arc<Visits>,
    /// Where the time of each item went.
    pub timeline: Arc<Timeline>,
    /// The items in the window.
    pub items: ItemSet,
    /// First and last moment.
    pub window: (i64, i64),
    days: u32,
}

impl Flow {
    /// Loads the visits of a stream, or of all native streams, and looks at the last days.
    ///
    /// # Errors
    /// Where there is no such stream.
    pub async fn load(web: &Web, stream: Option<&str>, days: u32) -> Result<Self, AppError> {
        let published = match stream {
            Some(id) => Some(web.app.stream(&web.access, id, None).await?),
            None => None,
        };
        let course = web.app.course(&web.access, stream).await?;
        let computed = tokio::task::spawn_blocking(move || Self::of(published, course, days)).await;
        computed.map_err(|e| broke_off(&e))
    }
    fn of(published: Option<Arc<Published>>, course: Course, days: u32) -> Self {
        let Course { visits, timeline } = course;
        let until = visits.as_of;
        let first = visits.items.created.iter().copied().min().unwrap_or(until);
        // Whole days, so that a filter by date finds the same items.
        let from = if days == 0 { first } else { (until - i64::from(days) * DAY).div_euclid(DAY) * DAY };
        let items = since(&visits, from);
        Self { published, timeline, items, window: (from, until), days, visits }
    }
    /// What charts are drawn from.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        let filter = self.published.as_ref().map_or(String::new(), |p| format!("stream:{}", p.head.id));
        let imported = self.published.as_ref().filter(|p| p.head.imported);
        let prefix = imported.map_or_else(String::new, |p| format!("{}:", p.head.id));
        let period = PERIODS.iter().find(|(d, _)| *d == self.days).map_or("all time", |(_, name)| name);
        Scope {
            view: View::of(&self.visits, &self.timeline).only(&self.items),
            stream: self.published.as_ref().map(|p| &*p.stream),
            window: self.window,
            stands_on: format!("{period}, calendar time, UTC"),
            links: Links { filter: Some(filter), prefix },
            from_day: (self.days > 0).then(|| say::exact(self.window.0).chars().take(10).collect()),
        }
    }
}
