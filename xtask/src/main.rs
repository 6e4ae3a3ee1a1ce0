//! The project's own tasks: `cargo xtask tidy` and `cargo xtask test`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task talks to the terminal")]

mod house;
mod source;
mod test;
mod tidy;

use anyhow::{Result, bail};
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <TASK>

Tasks:
  tidy   check the laws of the house that the compiler cannot (seconds)
  test   everything: format, lints, tidy, tests on SQLite and PostgreSQL, doc tests, browser tests
         --no-browser         leave out the browser tests
         --no-postgres        leave out PostgreSQL
         --private-postgres   start a PostgreSQL for this run even where one answers
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["tidy"] => tidy::run(&house::root()?),
        ["test", options @ ..] => test::run(&house::root()?, &test::Options::parse(options)?),
        ["help" | "--help" | "-h"] | [] => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("unknown task “{}”\n\n{HELP}", other.join(" ")),
    }
}
