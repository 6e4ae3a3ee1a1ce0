//! Charts and maps, drawn as SVG. Each answers one question, and hands over the picture, a sentence
//! with its answer, what that stands on, and the same numbers as a table.
//!
//! A new chart of a stream: write its file here and add its line below.

pub mod chain;
pub mod conformance;
pub mod drawn;
pub mod glyph;
pub mod list;
pub mod plot;
pub mod png;
pub mod scale;
pub mod scope;
pub mod spark;
pub mod stream_map;
pub mod svg;
pub mod text;
pub mod visits;

pub use drawn::{Cell, Drawn, Table};

use watercourse_flow::evidence::Evidence;
use watercourse_flow::hygiene::Affected;

// The file, and what it draws under which name; the page of the book, how much a source must tell, and what it rests on.
// In the order pages show them.
list::charts! {
    aging: { "aging" = of ("aging", L1, Aging) }
    breakdown: {
        "time-by-step" = by_step ("where-time-goes", L1),
        "time-by-team" = by_team ("where-time-goes", L1)
    }
    waits: { "bottleneck" = of ("bottleneck", L1, Bottleneck) }
    balance: { "balance" = of ("balance", L1) }
    coverage: { "coverage" = of ("coverage", L1) }
    lead_times: { "lead-times" = of ("scatter", L0, LeadTime) }
    histogram: { "histogram" = of ("scatter", L0, LeadTime) }
    survival: { "flow-time" = of ("flow-time", L0, LeadTime) }
    throughput: { "throughput" = of ("throughput", L0, Throughput, Arrivals) }
    cumulative: { "cumulative-flow" = of ("cumulative-flow", L0, Wip) }
    load: { "flow-load" = of ("wip", L0, Wip) }
    distribution: { "distribution" = of ("throughput", L0, Throughput) }
    change: { "before-after" = of ("before-after", L0, Trends) }
    handoffs: { "handoffs" = of ("hand-offs", L2, HandOffs) }
    waste: { "handoff-waste" = of ("hand-off-pareto", L2, HandOffs) }
    quality: { "complete-accurate" = of ("complete-accurate", L2, Rework) }
    variants: { "variants" = of ("map-and-variants", L2, Order) }
}
