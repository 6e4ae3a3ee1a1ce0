//! The measures. Each takes a [`View`]: visits with their timeline, of all items or of some.
//!
//! Definitions, formulas and what each source can tell: `docs/reference/measures.md`.

mod aging;
mod all;
mod bottleneck;
mod complete_accurate;
mod cumulative_flow;
mod cuts;
mod efficiency;
mod effort;
mod groups;
mod handoffs;
mod items;
mod lead_time;
mod little;
mod open_work;
mod pareto;
mod rework;
mod scatter;
mod stays;
mod throughput;
mod time_use;
mod view;
mod weeks;
mod wip;

pub use aging::{Aging, AgingWork, Older, Pace, aging};
pub use all::{Measures, measure};
pub use bottleneck::{Bottleneck, Candidate, Slope, bottleneck};
pub use complete_accurate::{CompleteAccurate, StepQuality, complete_accurate};
pub use cumulative_flow::{Band, CumulativeFlow, cumulative_flow, usual_order};
pub use cuts::{Cuts, Period, Window};
pub use efficiency::{FlowEfficiency, flow_efficiency};
pub use effort::{Effort, ValueAdding, effort, value_adding};
pub use groups::{Group, by_activity, by_step, by_team};
pub use handoffs::{HandOff, HandOffs, handoffs};
pub use items::{Behind, behind};
pub use lead_time::{LeadTimes, case_durations, lead_times};
pub use little::{Little, little};
pub use open_work::{OpenItem, OpenWork, open_work};
pub use pareto::{Costly, Pareto, pareto};
pub use rework::{Rework, rework};
pub use scatter::{Bin, Dot, Histogram, Scatter, histogram, scatter, within};
pub use stays::Since;
pub use throughput::{Flowed, KindShare, Limits, Throughput, throughput};
pub use time_use::{TimeUse, time_use};
pub use view::View;
pub use weeks::{Week, week_of, weeks};
pub use wip::{Neglected, Wip, wip};
