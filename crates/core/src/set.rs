//! A set of steps in one machine word. A stream has at most 64 steps (4 events each: start, finish,
//! fail, drop: the 256 events of the design).

use serde::{Deserialize, Serialize};

/// The most steps a stream can have.
pub const MOST_STEPS: usize = 64;

/// The place of a step in its stream's list.
pub type StepIndex = u8;

/// A set of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepSet(pub u64);

impl StepSet {
    /// No step.
    pub const EMPTY: Self = Self(0);
    /// The first `n` steps.
    #[must_use]
    pub const fn first(n: usize) -> Self {
        if n >= 64 { Self(u64::MAX) } else { Self((1 << n) - 1) }
    }
    /// Just this step.
    #[must_use]
    pub const fn one(step: StepIndex) -> Self {
        Self(1 << (step as u64 & 63))
    }
    /// Whether the step is in the set.
    #[must_use]
    pub const fn has(self, step: StepIndex) -> bool {
        self.0 & Self::one(step).0 != 0
    }
    /// Puts the step in.
    pub const fn add(&mut self, step: StepIndex) {
        self.0 |= Self::one(step).0;
    }
    /// Takes the step out.
    pub const fn remove(&mut self, step: StepIndex) {
        self.0 &= !Self::one(step).0;
    }
    /// Puts the step in or takes it out.
    pub const fn set(&mut self, step: StepIndex, member: bool) {
        if member { self.add(step) } else { self.remove(step) }
    }
    /// In either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// In both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
    /// In this one but not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// How many.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }
    /// The steps, ascending.
    pub fn iter(self) -> impl Iterator<Item = StepIndex> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let step = left.trailing_zeros();
            left &= left - 1;
            u8::try_from(step).ok()
        })
    }
}

impl FromIterator<StepIndex> for StepSet {
    fn from_iter<I: IntoIterator<Item = StepIndex>>(steps: I) -> Self {
        let mut set = Self::EMPTY;
        for step in steps {
            set.add(step);
        }
        set
    }
}
