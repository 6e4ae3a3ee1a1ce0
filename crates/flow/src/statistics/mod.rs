//! The statistics that measures and charts rest on. No chance of its own: what draws, draws from a seed.

mod bootstrap;
mod chance;
mod interval;
mod median;
mod normal;
mod shift;
mod slope;
mod wilson;

pub use bootstrap::{bootstrap, quantile};
pub use chance::Chance;
pub use interval::Interval;
pub use median::median_interval;
pub use normal::Z95;
pub use shift::{Shift, hodges_lehmann};
pub use slope::{Slope, theil_sen, theil_sen_of_series};
pub use wilson::wilson;
