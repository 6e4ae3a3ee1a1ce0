//! The server: pages and API, drawings, live news. See [`router()`].

pub mod chart;
pub mod problem;
pub mod report;
pub mod view;

mod api;
mod caller;
mod credential;
mod door;
mod file;
mod guard;
mod limits;
mod live;
mod making;
mod metrics;
mod offer;
mod outbound;
mod pages;
mod provider;
mod ready;
mod reports;
mod router;
mod serving;
mod state;
mod trace;

pub use outbound::sender;
pub use router::router;
pub use serving::{Peer, serve};
pub use state::{Door, Settings};
pub use watercourse_connect::address::{Networks, Permitted};
