//! The measures. Each takes a [`View`]: visits with their timeline, of all items or of some.
//!
//! Definitions, formulas and what each source can tell: `docs/reference/measures.md`.

mod aging;
mod all;
mod cumulative_flow;
mod cuts;
mod before_after;
mod efficiency;
mod estimate;
mod flow_time;
mod groups;
mod handoffs;
mod items;
mod latency;
mod lead_time;
mod little;
mod open_work;
mod rework;
mod scatter;
mod stays;
mod throughput;
mod time_use;
mod utilisation;
mod view;
mod weeks;
mod wip;

pub use aging::{Aging, AgingWork, Older, Pace, aging};
pub use all::{Measures, measure};
pub use cumulative_flow::{Band, CumulativeFlow, cumulative_flow, usual_order};
pub use cuts::{Cuts, Period, Window};
pub use before_after::{BeforeAfter, Marker, Side, Verdict, before_after};
pub use efficiency::{FlowEfficiency, flow_efficiency};
pub use estimate::Estimate;
pub use flow_time::{Begin, Cohort, FlowTime, Method, WithinPromise, flow_time, watched, within_promise};
pub use groups::{Group, by_activity, by_step, by_team};
pub use handoffs::{HandOff, HandOffs, handoffs};
pub use items::{Behind, behind};
pub use latency::{Hop, Latency, latency};
pub use lead_time::{LeadTimes, case_durations, lead_times};
pub use little::{Little, little};
pub use open_work::{OpenItem, OpenWork, open_work};
pub use rework::{Rework, rework};
pub use scatter::{Bin, Dot, Histogram, Scatter, histogram, scatter, within};
pub use stays::Since;
pub use throughput::{Flowed, KindShare, Limits, Throughput, throughput};
pub use time_use::{TimeUse, time_use};
pub use utilisation::{Utilisation, utilisation};
pub use view::View;
pub use weeks::{Week, week_of, weeks};
pub use wip::{Neglected, Wip, wip};
