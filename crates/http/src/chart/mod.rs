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

// The file, and what it draws under which name, in the order pages show them.
list::charts! {
    aging: { "aging" = of }
    breakdown: { "time-by-step" = by_step, "time-by-team" = by_team }
    balance: { "balance" = of }
    lead_times: { "lead-times" = of }
    histogram: { "histogram" = of }
    throughput: { "throughput" = of }
    cumulative: { "cumulative-flow" = of }
    load: { "flow-load" = of }
    distribution: { "distribution" = of }
    handoffs: { "handoffs" = of }
    waste: { "handoff-waste" = of }
    variants: { "variants" = of }
}
