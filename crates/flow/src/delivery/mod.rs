//! Software delivery: changes, deployments and incidents in, the five measures of DORA out.
//!
//! Definitions: `docs/reference/measures/dora.md`.

mod first_release;
mod five;
mod model;

pub use first_release::{Commit, NotAHistory, Release, first_release};
pub use five::{Five, five};
pub use model::{Change, Delivery, Deployment, DeploymentState, Incident, LinkRule, Linked};
