//! The one filter language of the product: `risk:high team:hr -label:x age:>3d "vpn"`.
//!
//! The same in views, URLs, the API, the command line, `when` of a step, service targets and
//! detectors. A [`Filter`] is read with [`Filter::parse`], checked against the fields there are with
//! [`Schema::check`], and asked of one item with [`Filter::evaluate`]. [`meaning`] turns one test
//! into bounds and values; the store builds its SQL from the same answer, so that both agree.
//! The language is described in `docs/reference/filter.md`.

mod ast;
mod days;
mod evaluate;
mod field_type;
mod issue;
mod literal;
mod meaning;
mod parse;
mod print;
mod schema;
mod text;

pub use ast::{Expr, Filter, Name, Op, Place, Test, Value};
pub use days::days;
pub use evaluate::{FieldValue, Fields, Truth};
pub use field_type::FieldType;
pub use issue::Issue;
pub use literal::{Moment, boolean, day, is_relative, number};
pub use meaning::{Bounds, Meaning, meaning};
pub use parse::{MOST_BYTES, MOST_DEPTH, MOST_TERMS};
pub use schema::{FieldDef, Schema};
pub use text::{MOST_SEARCHED, Phrase, Searched, fold, words};
