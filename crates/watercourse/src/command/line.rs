//! The command line as a whole.

use super::item;
use crate::arguments::Cli;
use clap::CommandFactory as _;

/// The command line with one subcommand of `item` for each verb.
pub(crate) fn line() -> clap::Command {
    Cli::command().mut_subcommand("item", item::describe)
}
