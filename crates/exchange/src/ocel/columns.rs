//! Rows in any order, which become columns by owner.

use watercourse_flow::log::NONE;

use super::model::{Relations, ValueKind, Values};
use crate::error::ExchangeError;

/// Values, each with its owner.
#[derive(Debug, Default)]
pub(crate) struct ValueRows {
    owner: Vec<u32>,
    values: Values,
    unclaimed: usize,
}

impl ValueRows {
    pub(crate) fn push(&mut self, owner: u32, name: u32, kind: ValueKind, bits: u64, at: i64) {
        self.owner.push(owner);
        self.values.name.push(name);
        self.values.kind.push(kind);
        self.values.bits.push(bits);
        self.values.at.push(at);
    }
    /// All rows that have no owner yet are this one's.
    pub(crate) fn claim(&mut self, owner: u32) {
        self.owner.iter_mut().skip(self.unclaimed).for_each(|o| *o = owner);
        self.unclaimed = self.owner.len();
    }
    /// Ordered by owner, in the order they came.
    pub(crate) fn columns(self, owners: usize) -> Result<Values, ExchangeError> {
        let Self { owner, values, .. } = self;
        let (start, order) = by_owner(&owner, owners)?;
        drop(owner);
        let Some(order) = order else { return Ok(Values { start, ..values }) };
        Ok(Values {
            start,
            name: picked(&values.name, &order),
            kind: picked(&values.kind, &order),
            bits: picked(&values.bits, &order),
            at: picked(&values.at, &order),
        })
    }
}

/// Relations, each with its owner.
#[derive(Debug, Default)]
pub(crate) struct RelationRows {
    owner: Vec<u32>,
    relations: Relations,
    unclaimed: usize,
}

impl RelationRows {
    pub(crate) fn push(&mut self, owner: u32, object: u32, qualifier: u32) {
        self.owner.push(owner);
        self.relations.object.push(object);
        self.relations.qualifier.push(qualifier);
    }
    /// All rows that have no owner yet are this one's.
    pub(crate) fn claim(&mut self, owner: u32) {
        self.owner.iter_mut().skip(self.unclaimed).for_each(|o| *o = owner);
        self.unclaimed = self.owner.len();
    }
    /// Ordered by owner, in the order they came.
    pub(crate) fn columns(self, owners: usize) -> Result<Relations, ExchangeError> {
        let Self { owner, relations, .. } = self;
        let (start, order) = by_owner(&owner, owners)?;
        drop(owner);
        let Some(order) = order else { return Ok(Relations { start, ..relations }) };
        Ok(Relations {
            start,
            object: picked(&relations.object, &order),
            qualifier: picked(&relations.qualifier, &order),
        })
    }
}

/// Where each owner's rows begin, and the places of the rows in that order; nothing where they are in order already.
fn by_owner(owner: &[u32], owners: usize) -> Result<(Vec<u32>, Option<Vec<u32>>), ExchangeError> {
    if u32::try_from(owner.len()).is_err() {
        return Err(ExchangeError::TooMuch { what: format!("more than {NONE} relations or values") });
    }
    let mut start = vec![0u32; owners + 1];
    for &o in owner {
        if let Some(n) = start.get_mut(o as usize + 1) {
            *n += 1;
        }
    }
    let mut sum = 0;
    for n in &mut start {
        sum += *n;
        *n = sum;
    }
    if owner.is_sorted() {
        return Ok((start, None));
    }
    let mut next = start.clone();
    let mut order = vec![0u32; owner.len()];
    for (place, &o) in owner.iter().enumerate() {
        if let Some(n) = next.get_mut(o as usize) {
            if let Some(slot) = order.get_mut(*n as usize) {
                *slot = u32::try_from(place).unwrap_or(NONE);
            }
            *n += 1;
        }
    }
    Ok((start, Some(order)))
}

fn picked<T: Copy>(column: &[T], order: &[u32]) -> Vec<T> {
    order.iter().filter_map(|&i| column.get(i as usize).copied()).collect()
}
