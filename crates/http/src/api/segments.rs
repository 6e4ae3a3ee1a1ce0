//! Where an item's time went, as the flow kernel sees it.

use serde_json::{Value, json};
use watercourse_core::item::Item;
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;
use watercourse_flow::from_items::from_items;
use watercourse_flow::timeline::Timeline;

/// The segments of one item: disjoint, in order, and in sum exactly its lead time.
pub(super) fn segments(item: &Item, stream: &Stream, now: Instant) -> Value {
    let visits = from_items([(item, stream)], now);
    let timeline = Timeline::of(&visits);
    let mut lead_time = 0;
    let parts: Vec<Value> = timeline
        .of_item(0)
        .map(|s| {
            lead_time += s.long();
            json!({
                "what": s.kind.id(),
                "step": s.visit.and_then(|v| visits.step.get(v as usize)).map(|s| visits.steps.name(*s)),
                "team": s.visit.and_then(|v| visits.team(v as usize)).map(|t| visits.teams.name(t)),
                "reason": s.reason.map(|r| visits.reasons.name(r)),
                "from": Instant::from_millis(s.from),
                "until": Instant::from_millis(s.until),
                "ms": s.long(),
            })
        })
        .collect();
    json!({"lead_time_ms": lead_time, "parts": parts})
}
