//! What measuring remembers.

use crate::published::Published;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use watercourse_core::id::ItemId;
use watercourse_core::item::Item;
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;
use watercourse_flow::growing::Growing;
use watercourse_flow::hygiene::Finding;
use watercourse_flow::timeline::Timeline;
use watercourse_flow::visits::Visits;
use watercourse_store::{Kept, Sight};

/// Open work grows older while nothing happens: visits are made again after this, microseconds.
const FRESH_FOR: i64 = 60_000_000;
/// So many visits are copied and measured while somebody waits.
pub const FEW: usize = 20_000;
/// Where there are more, a copy is made no more often than this, microseconds.
const COPIED_EVERY: i64 = 5_000_000;

/// Visits with their timeline, as of some moment.
#[derive(Debug, Clone, Default)]
pub struct Course {
    /// The visits.
    pub visits: Arc<Visits>,
    /// Where the time of each item went.
    pub timeline: Arc<Timeline>,
    /// What looks wrong with the log they are from, and what that disables; nothing for native items.
    pub hygiene: Arc<Vec<Finding>>,
}

impl Course {
    pub(crate) fn of(visits: Visits) -> Self {
        Self { timeline: Arc::new(Timeline::of(&visits)), visits: Arc::new(visits), hygiene: Arc::default() }
    }
}

/// A stream, or all of them, as somebody sees it who does not see all.
pub(crate) type Cut = (Option<String>, Sight);

/// An item with the version of the stream it runs under.
pub(crate) type Placed = (Arc<Kept>, Arc<Published>);

/// What was measured from.
#[derive(Default)]
pub(crate) struct Measured {
    /// Whether what had ended before the start is in.
    pub(crate) is_loaded: bool,
    /// Native items that are not closed.
    pub(crate) moving: HashMap<ItemId, Placed>,
    /// Each native stream, and all of them together.
    pub(crate) natives: BTreeMap<Option<String>, Native>,
    /// What those see who do not see all: made from which refresh, and when.
    pub(crate) parts: HashMap<Cut, (u64, Instant, Course)>,
}

/// The visits of a native stream.
#[derive(Default)]
pub(crate) struct Native {
    growing: Growing,
    /// What changed since the last refresh, each item as it is now.
    behind: HashMap<ItemId, Placed>,
    refreshed: Option<Instant>,
    /// How often it was refreshed.
    pub(crate) number: u64,
}

impl Native {
    pub(crate) fn course(&self) -> Course {
        Course {
            visits: Arc::clone(self.growing.visits()),
            timeline: Arc::clone(self.growing.timeline()),
            hygiene: Arc::default(),
        }
    }
    pub(crate) fn is_big(&self) -> bool {
        self.growing.visits().len() > FEW
    }
    /// Takes in items that were closed before anybody looked.
    pub(crate) fn load(&mut self, closed: &[Placed]) {
        self.growing.refresh(closed.iter().map(pair), [], Instant(0));
    }
    /// Brings it up to date, unless that would copy much again so soon.
    pub(crate) fn refresh(&mut self, name: Option<&str>, moving: &HashMap<ItemId, Placed>, now: Instant) {
        let passed = self.refreshed.map_or(i64::MAX, |at| (now.micros() - at.micros()).abs());
        let woken = self.behind.values().any(|(kept, _)| self.growing.has_at_rest(&kept.item.key));
        let copies = woken || self.growing.is_shared();
        if self.behind.is_empty() && passed < FRESH_FOR || copies && self.is_big() && passed < COPIED_EVERY {
            return;
        }
        if woken {
            self.growing.wake(self.behind.values().map(|(kept, _)| kept.item.key.as_str()));
        }
        let resting = self.behind.values().filter(|(kept, _)| kept.item.closed.is_some());
        let here = moving.values().filter(|(kept, _)| name.is_none_or(|name| kept.item.stream == name));
        self.growing.refresh(in_order(resting), in_order(here), now);
        self.behind.clear();
        self.refreshed = Some(now);
        self.number += 1;
    }
}

fn pair((kept, published): &Placed) -> (&Item, &Stream) {
    (&kept.item, &published.stream)
}

/// In the order they were opened.
fn in_order<'a>(items: impl Iterator<Item = &'a Placed>) -> Vec<(&'a Item, &'a Stream)> {
    let mut items: Vec<(&Item, &Stream)> = items.map(pair).collect();
    items.sort_by_key(|(item, _)| (item.created, item.id));
    items
}

impl Measured {
    /// Takes in an item as it is now.
    pub(crate) fn take_in(&mut self, (kept, published): Placed) {
        let item = &kept.item;
        let placed = || (Arc::clone(&kept), Arc::clone(&published));
        if item.closed.is_some() {
            self.moving.remove(&item.id);
        } else {
            self.moving.insert(item.id, placed());
        }
        for name in [None, Some(item.stream.clone())] {
            self.natives.entry(name).or_default().behind.insert(item.id, placed());
        }
    }
}
