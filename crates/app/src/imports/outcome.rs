//! What an import brought, or would bring: a dry run and the real one say the same.

use crate::analysis::{Milliseconds, Study};
use serde::{Deserialize, Serialize};
use watercourse_exchange::Rows;
use watercourse_flow::visits::Standing;

/// What an import brought.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// Whether it was rolled back.
    pub dry_run: bool,
    /// The stream.
    pub stream: String,
    /// Its version.
    pub version: u32,
    /// The version it replaces; none where the stream is new.
    pub replaces: Option<u32>,
    /// Cases that became items.
    pub items: usize,
    /// Events.
    pub events: usize,
    /// Visits they make.
    pub visits: usize,
    /// What became of the rows.
    pub rows: RowCounts,
    /// Different activities.
    pub activities: usize,
    /// Different orders of them.
    pub variants: usize,
    /// From arrival to being done; none where that is not measured.
    pub lead_time: Option<Spread>,
    /// From the first to the last event.
    pub duration: Option<Spread>,
    /// Work that is not done; none where that is not measured.
    pub open: Option<usize>,
    /// Why no lead time is measured; empty where it is.
    pub no_lead_time: String,
}

/// What became of the rows of a file: `read = used + merged + skipped + rejected`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowCounts {
    /// Rows found.
    pub read: u64,
    /// Rows that yielded an event.
    pub used: u64,
    /// Rows folded into another event because the mapping says so.
    pub merged: u64,
    /// Rows that are no events.
    pub skipped: u64,
    /// Rows that should have been events and could not be used.
    pub rejected: u64,
}

impl From<Rows> for RowCounts {
    fn from(rows: Rows) -> Self {
        let Rows { read, used, merged, skipped, rejected, .. } = rows;
        Self { read, used, merged, skipped, rejected }
    }
}

/// Quantiles in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many.
    pub n: usize,
    /// Half took no longer.
    pub p50: f64,
    /// 85 of 100 took no longer.
    pub p85: f64,
}

impl From<Milliseconds> for Spread {
    fn from(m: Milliseconds) -> Self {
        Self { n: m.n, p50: m.p50, p85: m.p85 }
    }
}

impl Outcome {
    /// The first figures of a log, before it has a version.
    pub(super) fn of(study: &Study) -> Self {
        let a = &study.analysis;
        let knows_done = !a.mapping.done.value.is_empty();
        let open = study.visits.items.standing.iter().filter(|s| **s == Standing::Open).count();
        Self {
            events: a.events,
            items: a.cases,
            visits: study.visits.len(),
            rows: a.rows.into(),
            activities: a.activities,
            variants: a.variants,
            lead_time: a.lead_time_ms.map(Into::into),
            duration: a.duration_ms.map(Into::into),
            open: knows_done.then_some(open),
            no_lead_time: a.not_measured.get("lead_time_ms").map(|n| n.text.to_owned()).unwrap_or_default(),
            ..Self::default()
        }
    }
}
