//! Import and measuring of a synthetic log, beside DuckDB and Polars.

mod answers;
mod own;
mod peers;
mod run;
mod table;

pub use own::own;
pub use run::run;
