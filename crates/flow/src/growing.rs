//! Visits that grow as items come to rest: finished ones are appended once, those that may still change stand behind
//! them and are made anew with every look. What a refresh costs depends on what changed and on what is open.

use crate::from_items::{Scratch, add, native};
use crate::log::Dictionary;
use crate::selection::ItemSet;
use crate::timeline::Timeline;
use crate::visits::Visits;
use std::sync::Arc;
use watercourse_core::item::Item;
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;

/// Native visits with their timeline, both shared with whoever measures them.
#[derive(Debug, Clone)]
pub struct Growing {
    visits: Arc<Visits>,
    timeline: Arc<Timeline>,
    /// So many items came to rest.
    at_rest: usize,
}

impl Default for Growing {
    fn default() -> Self {
        let visits = native(Instant(0));
        Self { timeline: Arc::new(Timeline::of(&visits)), visits: Arc::new(visits), at_rest: 0 }
    }
}

impl Growing {
    /// The visits as of the last refresh.
    #[must_use]
    pub const fn visits(&self) -> &Arc<Visits> {
        &self.visits
    }
    /// Their timeline.
    #[must_use]
    pub const fn timeline(&self) -> &Arc<Timeline> {
        &self.timeline
    }
    /// Whether somebody measures them right now: a refresh would have to copy them.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.visits) > 1 || Arc::strong_count(&self.timeline) > 1
    }
    /// Whether an item with this key has come to rest.
    #[must_use]
    pub fn has_at_rest(&self, key: &str) -> bool {
        self.number(key).is_some()
    }

    fn number(&self, key: &str) -> Option<u32> {
        self.visits.keys.get(key).filter(|n| (*n as usize) < self.at_rest)
    }

    /// Takes items that had come to rest out again, by their keys; this copies all others.
    pub fn wake<'a>(&mut self, keys: impl IntoIterator<Item = &'a str>) {
        let mut kept = ItemSet::having(self.at_rest, |_| true);
        for key in keys {
            if let Some(number) = self.number(key) {
                kept.remove(number);
            }
        }
        self.at_rest = kept.len();
        self.visits = Arc::new(self.visits.only(&kept));
        self.timeline = Arc::new(Timeline::of(&self.visits));
    }

    /// Appends items that came to rest; `moving` stands behind them as it is `now`. No key may come twice.
    pub fn refresh<'a>(
        &mut self,
        resting: impl IntoIterator<Item = (&'a Item, &'a Stream)>,
        moving: impl IntoIterator<Item = (&'a Item, &'a Stream)>,
        now: Instant,
    ) {
        let visits = Arc::make_mut(&mut self.visits);
        let before = self.at_rest;
        visits.cut_off(before);
        visits.as_of = now.millis();
        let mut scratch = Scratch::default();
        for (item, stream) in resting {
            add(visits, &mut scratch, item, stream);
        }
        self.at_rest = visits.item_count();
        for (item, stream) in moving {
            add(visits, &mut scratch, item, stream);
        }
        Arc::make_mut(&mut self.timeline).again_from(visits, before);
    }
}

/// The numbers of the items with these keys.
#[must_use]
pub fn with_keys<'a>(keys: &Dictionary, wanted: impl IntoIterator<Item = &'a str>) -> ItemSet {
    let mut set = ItemSet::none(keys.len());
    for number in wanted.into_iter().filter_map(|key| keys.get(key)) {
        set.add(number);
    }
    set
}
