//! The charts of a stream as one list. Page, `.svg`, `.csv`, `.json` and report come from it.

use super::Drawn;
use super::scope::Scope;

pub use super::CHARTS;

/// One chart of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Chart {
    /// Its name in URLs; that of the [`Drawn`] it makes.
    pub id: &'static str,
    /// Draws it.
    pub draw: fn(&Scope<'_>) -> Drawn,
}

/// Declares the files of the charts and lists what they draw.
macro_rules! charts {
    ($($file:ident: { $($id:literal = $draw:ident),+ })+) => {
        $(pub mod $file;)+

        /// All charts of a stream, in the order pages show them.
        pub static CHARTS: &[list::Chart] = &[$($(list::Chart { id: $id, draw: $file::$draw }),+),+];
    };
}
pub(super) use charts;

/// The chart with this name.
#[must_use]
pub fn chart(id: &str) -> Option<&'static Chart> {
    CHARTS.iter().find(|c| c.id == id)
}
