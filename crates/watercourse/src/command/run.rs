//! From the command line to the command.

use super::line::line;
use super::{
    account, analyze, audit, backup, chart, check, convert, delivery, demo, doctor, export, import, publish, restore,
    serve,
};
use crate::arguments::Command;
use crate::exit::{Exit, usage};
use crate::screen;
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
        Command::Convert(args) => convert::run(&args),
        Command::Delivery(args) => delivery::run(&args),
        Command::Export(args) => export::run(&args).await,
        Command::Chart(args) => chart::run(&args).await,
        Command::Account(what) => account::run(&what).await,
        Command::Token(what) => account::run_token(&what).await,
        Command::Audit(args) => audit::run(&args).await,
        Command::Backup(args) => backup::run(&args).await,
        Command::Restore(args) => restore::run(&args).await,
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Completions { shell } => {
            // Through memory: a closed pipe is no reason to panic.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut line(), "watercourse", &mut script);
            screen::data(String::from_utf8_lossy(&script).trim_end());
            Ok(Exit::Done)
        }
        Command::Item => Err(usage("Say what to do: watercourse item --help")),
    }
}
