//! Everything that was visited, for measuring: kept in columns, brought up to date from what is committed.

use crate::access::{Access, Permission};
use crate::app::App;
use crate::error::AppError;
use crate::measured::{Course, Cut, FEW, Measured, Placed};
use crate::off_thread::off_thread;
use crate::published::Published;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use watercourse_core::item::Item;
use watercourse_core::time::Instant;
use watercourse_flow::from_log::from_log;
use watercourse_flow::growing::with_keys;
use watercourse_flow::hygiene::hygiene;
use watercourse_flow::order::Ordered;
use watercourse_flow::visits::Visits;
use watercourse_store::{Kept, Sight};

/// Streams, as different people see them, whose visits are remembered.
const SIGHTS: usize = 32;
/// Items loaded at once.
const AT_ONCE: i64 = 2000;
/// How often what was committed is taken in, where nobody looks.
const TAKEN_IN_EVERY: Duration = Duration::from_secs(5);
/// What those see who do not see all is made anew no more often than this where it is much, microseconds.
const PARTED_EVERY: i64 = 5_000_000;

impl App {
    /// The visits of a stream in all its versions, or of all native streams together.
    ///
    /// # Errors
    /// `NotFound` where there is no such stream.
    pub async fn flow(&self, access: &Access, stream: Option<&str>) -> Result<Arc<Visits>, AppError> {
        Ok(self.course(access, stream).await?.visits)
    }

    /// As [`App::flow`], with the timeline of the visits. Waits until what ended before the start is loaded.
    ///
    /// # Errors
    /// `NotFound` where there is no such stream.
    pub async fn course(&self, access: &Access, stream: Option<&str>) -> Result<Course, AppError> {
        if let Some(id) = stream {
            let published = self.stream(access, id, None).await?;
            if published.head.imported {
                // A log has no teams or requesters of ours: it is seen whole, or not at all.
                let whole = access.reach(Permission::ItemSee).is_some_and(|r| r.covers(&published.head.entity));
                return if whole { self.course_of_import(&published).await } else { Ok(Course::default()) };
            }
        }
        let now = self.now();
        let sight = access.sight();
        let mut measured = self.brought_up().await?;
        let name = stream.map(str::to_owned);
        let (measured, course) = off_thread("measuring", move || {
            let Measured { natives, moving, .. } = &mut *measured;
            let native = natives.entry(name.clone()).or_default();
            native.refresh(name.as_deref(), moving, now);
            let course = (native.course(), native.number);
            (measured, course)
        })
        .await?;
        match sight {
            Sight::Everything => Ok(course.0),
            sight => self.part(measured, (stream.map(str::to_owned), sight), course, now).await,
        }
    }

    /// Items of a version of a stream that somebody sees and that are open, or were closed since, to be replayed.
    ///
    /// # Errors
    /// The store's.
    pub async fn items_to_replay(
        &self,
        access: &Access,
        (stream, version): (&str, u32),
        since: Instant,
    ) -> Result<Vec<Item>, AppError> {
        let mut conn = self.store.snapshot().await?;
        let items = conn.items_to_replay((stream, version), since, &access.sight()).await?;
        Ok(items.into_iter().map(|kept| kept.item).collect())
    }

    /// Loads what is measured as soon as the program runs, and takes in what is committed, until it is dropped.
    pub async fn run_measuring(&self) {
        loop {
            if let Err(error) = self.brought_up().await {
                tracing::warn!(%error, "what is measured cannot be brought up to date; trying again");
            }
            tokio::time::sleep(TAKEN_IN_EVERY).await;
        }
    }

    /// What is measured, with everything taken in that was committed.
    async fn brought_up(&self) -> Result<OwnedMutexGuard<Measured>, AppError> {
        let mut measured = Arc::clone(&self.known.measured).lock_owned().await;
        if !measured.is_loaded {
            self.load(&mut measured).await?;
        }
        self.follow_facts().await?;
        let changed = self.living().take_changed();
        for kept in changed {
            let placed = self.placed(kept).await?;
            measured.take_in(placed);
        }
        Ok(measured)
    }

    async fn placed(&self, kept: Arc<Kept>) -> Result<Placed, AppError> {
        let (stream, version) = (&kept.item.stream, kept.item.version);
        let published = match self.remembered(stream, version) {
            Some(found) => found,
            None => self.published(&mut self.store.reader().await?, stream, version).await?,
        };
        Ok((kept, published))
    }

    /// Reads all native items, some at a time. What is committed meanwhile is collected and taken in after it.
    async fn load(&self, measured: &mut Measured) -> Result<(), AppError> {
        self.follow_facts().await?;
        self.living().collect();
        let mut conn = self.store.snapshot().await?;
        let mut fresh = Measured::default();
        let mut after = None;
        loop {
            let items = conn.native_items(after, AT_ONCE).await?;
            let Some(last) = items.last() else { break };
            after = Some((last.item.created, last.item.id));
            let mut closed: BTreeMap<Option<String>, Vec<Placed>> = BTreeMap::new();
            for kept in items {
                let placed = self.placed(Arc::new(kept)).await?;
                let item = &placed.0.item;
                if item.closed.is_some() {
                    closed.entry(None).or_default().push((Arc::clone(&placed.0), Arc::clone(&placed.1)));
                    closed.entry(Some(item.stream.clone())).or_default().push(placed);
                } else {
                    fresh.moving.insert(item.id, placed);
                }
            }
            fresh = off_thread("measuring", move || {
                for (name, items) in closed {
                    fresh.natives.entry(name).or_default().load(&items);
                }
                fresh
            })
            .await?;
        }
        fresh.is_loaded = true;
        *measured = fresh;
        Ok(())
    }

    /// What somebody sees of a course who does not see all of it.
    async fn part(
        &self,
        mut measured: OwnedMutexGuard<Measured>,
        cut: Cut,
        (whole, number): (Course, u64),
        now: Instant,
    ) -> Result<Course, AppError> {
        if let Some((of, at, part)) = measured.parts.get(&cut) {
            let passed = (now.micros() - at.micros()).abs();
            if *of == number || whole.visits.len() > FEW && passed < PARTED_EVERY {
                return Ok(part.clone());
            }
        }
        let keys = self.store.reader().await?.seen_keys(cut.0.as_deref(), &cut.1).await?;
        let part = off_thread("measuring", move || {
            let seen = with_keys(&whole.visits.keys, keys.iter().map(String::as_str));
            Course::of(whole.visits.only(&seen))
        })
        .await?;
        if measured.parts.len() >= SIGHTS {
            measured.parts.clear();
        }
        measured.parts.insert(cut, (number, now, part.clone()));
        Ok(part)
    }

    async fn course_of_import(&self, published: &Published) -> Result<Course, AppError> {
        let (id, version) = (&published.head.id, published.head.version);
        let imported = || self.known.imported.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = imported().get(id).filter(|(of, _)| *of == version) {
            return Ok(found.clone());
        }
        let ((log, meaning), now) = (self.log_of_import(&published.head).await?, self.now().millis());
        let course = off_thread("measuring", move || {
            let ordered = Ordered::of(&log);
            let hygiene = Arc::new(hygiene(&log, &ordered, &meaning, now));
            Course { hygiene, ..Course::of(from_log(&log, &ordered, &meaning)) }
        });
        let course = course.await?;
        imported().insert(id.clone(), (version, course.clone()));
        Ok(course)
    }
}
