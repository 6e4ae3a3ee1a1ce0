//! A set of items: what a filter leaves, what a figure is about.

/// A set of items by their index, one bit each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemSet {
    bits: Vec<u64>,
    items: usize,
}

impl ItemSet {
    /// None of so many items.
    #[must_use]
    pub fn none(items: usize) -> Self {
        Self { bits: vec![0; items.div_ceil(64)], items }
    }
    /// The items for which this holds.
    pub fn having(items: usize, mut holds: impl FnMut(u32) -> bool) -> Self {
        let mut set = Self::none(items);
        for item in 0..items as u32 {
            if holds(item) {
                set.add(item);
            }
        }
        set
    }
    /// Puts an item in; one that does not exist is left out.
    pub fn add(&mut self, item: u32) {
        if (item as usize) < self.items {
            self.bits[item as usize / 64] |= 1 << (item % 64);
        }
    }
    /// Takes an item out.
    pub fn remove(&mut self, item: u32) {
        if let Some(word) = self.bits.get_mut(item as usize / 64) {
            *word &= !(1 << (item % 64));
        }
    }
    /// Whether the item is in.
    #[must_use]
    pub fn has(&self, item: u32) -> bool {
        self.bits.get(item as usize / 64).is_some_and(|word| word & (1 << (item % 64)) != 0)
    }
    /// How many are in.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }
    /// Whether none is in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bits.iter().all(|word| *word == 0)
    }
    /// The items in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let bits = self.bits.iter().zip(other.bits.iter().chain(std::iter::repeat(&0))).map(|(a, b)| a & b).collect();
        Self { bits, items: self.items }
    }
    /// The items, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.bits.iter().zip(0u32..).flat_map(|(word, place)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                if left == 0 {
                    return None;
                }
                let bit = left.trailing_zeros();
                left &= left - 1;
                Some(place * 64 + bit)
            })
        })
    }
}

/// Calls back with every selected item; all of them where there is no selection.
pub(crate) fn each(items: usize, selection: Option<&ItemSet>, mut call: impl FnMut(usize)) {
    match selection {
        None => (0..items).for_each(call),
        Some(set) => set.iter().take_while(|i| (*i as usize) < items).for_each(|i| call(i as usize)),
    }
}

#[cfg(test)]
mod tests {
    use super::ItemSet;

    #[test]
    fn sets_hold_what_was_put_in() {
        let set = ItemSet::having(200, |i| i % 63 == 0);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 126, 189]);
        assert_eq!(set.len(), 4);
        let both = set.and(&ItemSet::having(200, |i| i > 100));
        assert_eq!(both.iter().collect::<Vec<_>>(), [126, 189]);
        let mut small = ItemSet::none(3);
        small.add(7);
        assert!(small.is_empty() && !small.has(7));
    }
}
