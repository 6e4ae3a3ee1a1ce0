//! How things are said: durations, shares, dates, and the four states of a number.

pub mod figure;
pub mod html;
pub mod say;

pub use figure::Figure;
