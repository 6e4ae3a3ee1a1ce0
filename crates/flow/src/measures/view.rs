use crate::selection::{ItemSet, each};
use crate::timeline::{Segment, Timeline};
use crate::visits::Visits;

/// What is measured: visits and their timeline, of all items or of some.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The visits.
    pub visits: &'a Visits,
    /// Where their items' time went.
    pub timeline: &'a Timeline,
    /// The items that count; all where none is given.
    pub items: Option<&'a ItemSet>,
}

impl<'a> View<'a> {
    /// Of all items.
    #[must_use]
    pub const fn of(visits: &'a Visits, timeline: &'a Timeline) -> Self {
        Self { visits, timeline, items: None }
    }
    /// Of these items only.
    #[must_use]
    pub const fn only(self, items: &'a ItemSet) -> Self {
        Self { items: Some(items), ..self }
    }
    /// How many items count.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.map_or(self.visits.item_count(), ItemSet::len)
    }
    /// Whether none counts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    pub(super) fn each(&self, call: impl FnMut(usize)) {
        each(self.visits.item_count(), self.items, call);
    }
    /// Calls back with every segment and its item.
    pub(super) fn each_segment(&self, mut call: impl FnMut(usize, Segment)) {
        self.each(|item| self.timeline.of_item(item).for_each(|segment| call(item, segment)));
    }
    /// Calls back with every visit and its item.
    pub(super) fn each_visit(&self, mut call: impl FnMut(usize, usize)) {
        self.each(|item| self.visits.of_item(item).for_each(|visit| call(item, visit)));
    }
}
