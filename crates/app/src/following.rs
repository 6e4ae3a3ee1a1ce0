//! Following the database: what another program on it wrote is told to whoever listens here.
//!
//! Facts are looked at by their numbers, a few times a second. Numbers are given before commit, so one may turn up
//! below another that was seen already: only up to the settled number nothing more can come, and above it is
//! remembered what was told.

use crate::app::{App, Change};
use crate::error::AppError;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use watercourse_core::id::ItemId;
use watercourse_store::{Glimpse, Others};

/// How often facts are looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Every how many looks what stands beside items is compared.
const OTHERS_EVERY: u32 = 8;
/// Facts read in one go.
const AT_ONCE: i64 = 1000;

/// How far the database was followed.
#[derive(Debug, Default)]
struct Followed {
    /// All facts up to this number were told.
    position: Option<i64>,
    others: Option<Others>,
    versions: BTreeMap<String, u32>,
    looks: u32,
}

impl App {
    /// Tells of what other programs write to the same database, until it is dropped. Only PostgreSQL has others.
    pub async fn run_following(&self) {
        if self.store.kind() != "postgres" {
            return std::future::pending().await;
        }
        let mut followed = Followed::default();
        let mut lost = false;
        loop {
            match self.look(&mut followed).await {
                Ok(()) if lost => {
                    lost = false;
                    tracing::info!("the database answers again");
                }
                Ok(()) => {}
                Err(error) if !lost => {
                    lost = true;
                    tracing::warn!(%error, "the database cannot be followed; trying again");
                }
                Err(_) => {}
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Remembers that these facts are told by whoever wrote them. Said before they can be seen by others.
    pub(crate) fn tells_itself(&self, numbers: &[i64]) {
        if self.store.kind() == "postgres" {
            self.told().extend(numbers);
        }
    }

    async fn look(&self, followed: &mut Followed) -> Result<(), AppError> {
        let mut conn = self.store.reader().await?;
        // First how far numbers are settled, then what there is: nothing falls between.
        let settled = conn.greatest_settled().await?;
        let position = *followed.position.get_or_insert(settled);
        let mut after = position;
        loop {
            let seen = conn.glimpses_after(after, AT_ONCE).await?;
            let whole = i64::try_from(seen.len()).is_ok_and(|n| n < AT_ONCE);
            after = seen.last().map_or(after, |g| g.seq);
            let fresh: Vec<Glimpse> = {
                let mut told = self.told();
                seen.into_iter().filter(|g| told.insert(g.seq)).collect()
            };
            for change in changes(fresh) {
                self.tell(change);
            }
            if whole {
                break;
            }
        }
        let position = position.max(settled);
        followed.position = Some(position);
        self.forget_told(position);
        if followed.looks.is_multiple_of(OTHERS_EVERY) {
            self.compare(&mut conn, followed).await?;
        }
        followed.looks = followed.looks.wrapping_add(1);
        Ok(())
    }

    /// What stands beside items. These may be told twice to whoever changed them here: it is a hint to look again.
    async fn compare(&self, conn: &mut watercourse_store::Conn, followed: &mut Followed) -> Result<(), AppError> {
        let now = conn.others().await?;
        let first = followed.others.is_none();
        let before = followed.others.replace(now.clone()).unwrap_or_else(|| now.clone());
        if first || before.streams != now.streams {
            for version in conn.latest_streams().await? {
                let known = followed.versions.insert(version.id.clone(), version.version);
                if !first && known != Some(version.version) {
                    self.tell(Change::Stream { id: version.id, version: version.version });
                }
            }
        }
        if before.counted != now.counted || before.teams != now.teams {
            self.tell(Change::Organisation);
        }
        if before.deployments != now.deployments {
            self.tell(Change::Deployment);
        }
        Ok(())
    }

    fn forget_told(&self, position: i64) {
        let mut told = self.told();
        *told = told.split_off(&position.saturating_add(1));
    }

    fn told(&self) -> std::sync::MutexGuard<'_, BTreeSet<i64>> {
        self.known.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// One change an item, in the order of their newest facts.
fn changes(seen: Vec<Glimpse>) -> Vec<Change> {
    let mut by_item: BTreeMap<ItemId, (Vec<&'static str>, Glimpse)> = BTreeMap::new();
    for glimpse in seen {
        let what = glimpse.what;
        match by_item.get_mut(&glimpse.item) {
            Some((words, newest)) => {
                words.push(what);
                *newest = glimpse;
            }
            None => drop(by_item.insert(glimpse.item, (vec![what], glimpse))),
        }
    }
    let mut found: Vec<(Vec<&'static str>, Glimpse)> = by_item.into_values().collect();
    found.sort_by_key(|(_, newest)| newest.seq);
    found
        .into_iter()
        .map(|(what, newest)| Change::Item {
            id: newest.item,
            key: newest.key,
            stream: newest.stream,
            revision: newest.revision,
            seq: newest.seq,
            what,
            result: newest.result,
        })
        .collect()
}
