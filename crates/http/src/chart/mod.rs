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

// The file, and what it draws under which name, in the order pages show them.
list::charts! {
    aging: { "aging" = of ("aging", L1) }
    breakdown: {
        "time-by-step" = by_step ("where-time-goes", L1),
        "time-by-team" = by_team ("where-time-goes", L1)
    }
    waits: { "bottleneck" = of ("bottleneck", L1) }
    balance: { "balance" = of ("balance", L1) }
    coverage: { "coverage" = of ("coverage", L1) }
    lead_times: { "lead-times" = of ("scatter", L0) }
    histogram: { "histogram" = of ("scatter", L0) }
    survival: { "flow-time" = of ("flow-time", L0) }
    throughput: { "throughput" = of ("throughput", L0) }
    cumulative: { "cumulative-flow" = of ("cumulative-flow", L0) }
    load: { "flow-load" = of ("wip", L0) }
    distribution: { "distribution" = of ("throughput", L0) }
    change: { "before-after" = of ("before-after", L0) }
    handoffs: { "handoffs" = of ("hand-offs", L2) }
    waste: { "handoff-waste" = of ("hand-off-pareto", L2) }
    quality: { "complete-accurate" = of ("complete-accurate", L2) }
    variants: { "variants" = of ("map-and-variants", L2) }
}
