//! From the command line to the command.

use super::line::line;
use super::{analyze, check, demo, export, import, publish, serve};
use crate::arguments::Command;
use crate::exit::{Exit, usage};
use anyhow::Result;

/// Does what was asked for.
pub(crate) async fn run(command: Command) -> Result<Exit> {
    match command {
        Command::Demo(args) => demo::run(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Check(args) => check::run(&args),
        Command::Publish(args) => publish::run(&args).await,
        Command::Import(args) => import::run(&args).await,
        Command::Analyze(args) => analyze::run(&args),
        Command::Export(args) => export::run(&args).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut line(), "watercourse", &mut std::io::stdout());
            Ok(Exit::Done)
        }
        Command::Item => Err(usage("Say what to do: watercourse item --help")),
    }
}
