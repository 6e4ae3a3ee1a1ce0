//! Stream map: where does time go in this stream? Steps in the lanes of their activities, parallel
//! steps drawn in parallel, edges as designed, as it really ran, or the difference of the two.

mod actual;
mod columns;
mod designed;
mod draw;
mod model;
mod place;
mod route;

pub use actual::{Actual, actual, difference, table};
pub use designed::{activities, designed, table as designed_table};
pub use draw::draw;
pub use model::{Edge, Kind, Map, Node, Standing};
