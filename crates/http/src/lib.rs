//! The server: pages and API, drawings, live news. See [`router()`].

pub mod chart;
pub mod problem;
pub mod report;
pub mod view;

mod api;
mod door;
mod guard;
mod live;
mod offer;
mod outbound;
mod pages;
mod router;
mod state;

pub use outbound::sender;
pub use router::router;
pub use state::{Door, Settings};
