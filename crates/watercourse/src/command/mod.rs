//! What the program can do, one file each.

pub(crate) mod account;
pub(crate) mod analyze;
mod analyze_text;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod chart;
pub(crate) mod check;
pub(crate) mod convert;
mod delivery;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod item;
mod item_text;
pub(crate) mod keeping;
mod line;
pub(crate) mod publish;
mod reading;
pub(crate) mod restore;
pub(crate) mod run;
pub(crate) mod serve;
mod text;

pub(crate) use line::line;
pub(crate) use run::run;
