//! A log of cases as an object-centric one.

use watercourse_flow::log::{Dictionary, Log, NO_TIME, NONE};

use super::columns::{RelationRows, ValueRows};
use super::model::{Ocel, ValueKind};
use crate::error::ExchangeError;

impl Ocel {
    /// The log with each case as an object of the type `case`; team, lifecycle and start of an event are attributes,
    /// named as XES names them.
    ///
    /// # Errors
    /// The log has more than four billion values.
    pub fn of_log(log: &Log, case: &str) -> Result<Self, ExchangeError> {
        let mut ocel = Self::default();
        let of = ocel.object_types.intern(case);
        for activity in log.activities.iter() {
            ocel.event_types.intern(activity);
        }
        let of_events = u32::try_from(ocel.event_types.names.len()).unwrap_or(NONE);
        let mut declare = |name: &str, kind: ValueKind, there: bool| {
            there.then(|| {
                let name = ocel.attributes.intern(name);
                (0..of_events).for_each(|of| ocel.event_types.declare(of, name, kind));
                name
            })
        };
        let team = declare("org:group", ValueKind::String, !log.team.is_empty());
        let lifecycle = declare("lifecycle:transition", ValueKind::String, !log.lifecycle.is_empty());
        let start = declare("start_timestamp", ValueKind::Time, !log.start.is_empty());
        let qualifier = ocel.qualifiers.intern("case");
        ocel.object_ids = log.cases.clone();
        ocel.object_type = vec![of; log.cases.len()];
        let mut values = ValueRows::default();
        let mut relations = RelationRows::default();
        for (event, ((&object, &activity), &at)) in (0u32..).zip(log.case.iter().zip(&log.activity).zip(&log.at)) {
            ocel.event_ids.intern(&format!("e{}", u64::from(event) + 1));
            ocel.event_type.push(activity);
            ocel.at.push(at);
            relations.push(event, object, qualifier);
            for (name, column, names) in [(team, &log.team, &log.teams), (lifecycle, &log.lifecycle, &log.lifecycles)] {
                if let Some(text) = named(column, event, names)
                    && let Some(name) = name
                {
                    let text = ocel.texts.intern(text);
                    values.push(event, name, ValueKind::String, u64::from(text), 0);
                }
            }
            if let (Some(name), Some(&at)) = (start, log.start.get(event as usize).filter(|s| **s != NO_TIME)) {
                values.push(event, name, ValueKind::Time, at.cast_unsigned(), 0);
            }
        }
        ocel.e2o = relations.columns(log.len())?;
        ocel.event_values = values.columns(log.len())?;
        ocel.event_values.at = Vec::new();
        ocel.object_values = ValueRows::default().columns(log.cases.len())?;
        ocel.o2o = RelationRows::default().columns(log.cases.len())?;
        Ok(ocel)
    }
}

/// The name in an optional column.
fn named<'n>(column: &[u32], event: u32, names: &'n Dictionary) -> Option<&'n str> {
    column.get(event as usize).filter(|n| **n != NONE).map(|n| names.name(*n))
}
