//! What is open now, as it is kept in memory.

use crate::published::Published;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use watercourse_core::id::PersonId;
use watercourse_core::time::Instant;
use watercourse_flow::live::Live;
use watercourse_store::{Kept, Sight};

/// How often closed items are let go, microseconds.
const FORGOTTEN_EVERY: i64 = 3_600_000_000;

/// Open work, and what changed that was not measured yet.
#[derive(Default)]
pub(crate) struct Living {
    pub(crate) live: Live<Belongs>,
    /// All facts up to this number are in; none before the first load.
    pub(crate) position: Option<i64>,
    /// Items that changed, each newer than those of it before; not collected until somebody measures.
    changed: Option<Vec<Arc<Kept>>>,
    /// How often items of a stream changed.
    pub(crate) turns: HashMap<String, u64>,
    forgot: Option<Instant>,
}

/// What decides who sees an item: the same as the predicate that the store compiles into its queries.
#[derive(Debug)]
pub(crate) struct Belongs {
    entity: String,
    requester: Option<PersonId>,
    /// As the database writes it.
    opened_by: String,
    teams: BTreeSet<String>,
}

impl Belongs {
    fn of(kept: &Kept) -> Self {
        Self {
            entity: kept.words.entity.clone(),
            requester: kept.words.requester,
            opened_by: serde_json::to_string(&kept.item.opened_by).unwrap_or_default(),
            teams: kept.item.rounds.iter().filter_map(|r| r.team().map(str::to_owned)).collect(),
        }
    }
    pub(crate) fn is_seen(&self, sight: &Sight) -> bool {
        let Sight::Part { entities, teams, requester, opened_by } = sight else { return true };
        entities.contains(&self.entity)
            || requester.is_some() && *requester == self.requester
            || opened_by.as_ref().is_some_and(|o| *o == self.opened_by)
            || teams.iter().any(|t| self.teams.contains(t))
    }
}

impl Living {
    /// Takes in an item as it is now; one that is known as new or newer stays.
    pub(crate) fn take_in(&mut self, kept: &Arc<Kept>, published: &Published) {
        let item = &kept.item;
        if self.live.revision(&item.stream, item.id).is_some_and(|known| known >= item.revision) {
            return;
        }
        self.live.put(item, &published.stream, Belongs::of(kept));
        *self.turns.entry(item.stream.clone()).or_default() += 1;
        if let Some(changed) = &mut self.changed {
            changed.push(Arc::clone(kept));
        }
    }
    /// Knows all facts up to this number.
    pub(crate) fn known_up_to(&mut self, settled: i64, now: Instant) {
        self.position = self.position.max(Some(settled));
        if self.forgot.is_none_or(|at| (now.micros() - at.micros()).abs() >= FORGOTTEN_EVERY) {
            self.live.forget(now);
            self.forgot = Some(now);
        }
    }
    /// Begins to collect what changes.
    pub(crate) fn collect(&mut self) {
        self.changed.get_or_insert_default();
    }
    /// What changed since this was asked last.
    pub(crate) fn take_changed(&mut self) -> Vec<Arc<Kept>> {
        self.changed.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
