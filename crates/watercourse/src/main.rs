//! `watercourse`: one binary that serves, checks, imports and analyses value streams.

mod arguments;
mod client;
mod command;
mod exit;
mod logging;
mod screen;

use clap::FromArgMatches as _;
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    // What this program writes is for whoever runs it, and nobody else on the machine.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let matches = match command::line().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { ExitCode::SUCCESS };
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(&anyhow::anyhow!("The program could not start its threads: {error}")).into(),
    };
    let outcome = runtime.block_on(async {
        if let Some(("item", item)) = matches.subcommand() {
            return command::item::run(item).await;
        }
        match arguments::Cli::from_arg_matches(&matches) {
            Ok(cli) => command::run(cli.command).await,
            Err(error) => Err(exit::usage(error.to_string())),
        }
    });
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => exit::report(&error).into(),
    }
}
