//! How much a source can tell: the ladder from a list of tickets to work that runs here.

use serde::{Deserialize, Serialize};

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Evidence {
    /// One row an item with a few dates.
    L0,
    /// Also the time in each status, or a date for each step.
    L1,
    /// A history of events.
    #[default]
    L2,
    /// Events with the objects they touch.
    L3,
    /// Work that runs here.
    L4,
}

impl Evidence {
    /// Its sign.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
        }
    }
    /// What such a source is, and what it does not tell.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::L0 => "one row an item with a few dates: arrivals, throughput, lead time and age, but no steps",
            Self::L1 => "dates or times of steps: also where the time goes, but neither loops nor who gave it to whom",
            Self::L2 => "a history of events: also ways, hand-offs and rework, but nothing across items",
            Self::L3 => "events with the objects they touch: also flow from item to item, but nothing live",
            Self::L4 => "work that runs here: everything, as it happens",
        }
    }
    /// How to get to the next rung.
    #[must_use]
    pub const fn next(self) -> &'static str {
        match self {
            Self::L0 => "Export time in status, or one date for each step, and import that.",
            Self::L1 => "Export the history: one row for each change of status, with its time and team.",
            Self::L2 => "Export an object-centric log (OCEL), or link items to what caused them.",
            Self::L3 => "Run the stream here: write its definition, publish it, and open items in it.",
            Self::L4 => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Evidence;

    #[test]
    fn the_ladder_has_an_order_and_a_way_up() {
        assert!(Evidence::L0 < Evidence::L1 && Evidence::L3 < Evidence::L4);
        for rung in [Evidence::L0, Evidence::L1, Evidence::L2, Evidence::L3] {
            assert!(!rung.next().is_empty(), "{}", rung.id());
        }
    }
}
