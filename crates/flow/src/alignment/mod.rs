//! How a log went compared with a reference model: optimal alignments with a Petri net.
//!
//! An alignment pairs what a case did with one run of the model, at the least cost: an event the model has no
//! place for costs 1, a step of the model that the case left out costs 1, a silent step nothing.
//! Source: Adriansyah, *Aligning Observed and Modeled Behavior* (2014).

mod aligner;
mod bound;
mod fit;
mod markings;
mod net;

pub use aligner::{Aligner, Alignment, Move, Unaligned, align};
pub use fit::{Deviation, Fit, Kind, VariantFit};
pub use net::{Net, NetError, Transition};
