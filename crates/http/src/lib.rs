//! The server: pages and API, drawings, live news. See [`router()`].

pub mod chart;
pub mod problem;
pub mod report;
pub mod view;

mod api;
mod guard;
mod live;
mod offer;
mod pages;
mod metrics;
mod router;
mod serving;
mod state;
mod trace;

pub use router::router;
pub use serving::{Peer, serve};
pub use state::Settings;
