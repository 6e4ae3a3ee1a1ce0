//! The command line as a whole: examples come first in every help, and `item` has a subcommand for each verb.

use super::item;
use crate::arguments::Cli;
use clap::{Command, CommandFactory as _};

/// What is for doing comes before what is for looking up.
const TEMPLATE: &str = "{about-with-newline}{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";
/// The same without examples.
const PLAIN: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{all-args}{after-help}";

/// Examples, by the words that lead to the command.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "watercourse",
        "  watercourse demo                          a living organisation at http://127.0.0.1:8080
  watercourse analyze tickets.csv           where the time goes in another tool's export
  watercourse check streams/my-stream.toml  errors with line, column and remedy
  watercourse item start INC-1042 restore   work on an item of a running server",
    ),
    (
        "demo",
        "  watercourse demo              a year of history, and work that goes on
  watercourse demo --still      the same, standing still
  watercourse demo --port 0     on any free port; the address is printed",
    ),
    (
        "serve",
        "  watercourse serve                               data in ./watercourse-data
  watercourse serve --data /srv/watercourse --port 9000
  watercourse serve --database postgres://wc@localhost/wc",
    ),
    (
        "check",
        "  watercourse check streams/my-stream.toml
  watercourse check streams/                      every .toml file there
  watercourse check --json - < my-stream.toml     one JSON object a finding",
    ),
    (
        "publish",
        "  watercourse publish my-stream.toml --reason \"a review before the build\"
  watercourse publish - --url http://127.0.0.1:9000 < my-stream.toml",
    ),
    (
        "import",
        "  watercourse import tickets.csv                  the stream “tickets”
  watercourse import log.xes.gz --stream loans --done A_ACTIVATED
  watercourse import tickets.csv --mapping tickets.mapping.toml",
    ),
    (
        "analyze",
        "  watercourse analyze tickets.csv
  watercourse analyze tickets.csv --html tickets.html
  watercourse analyze log.xes.gz --json | jq .duration_ms
  watercourse analyze tickets.csv --done Closed --team \"Assigned team\" --tz Europe/Brussels
  watercourse analyze tickets.csv --write-mapping tickets.mapping.toml",
    ),
    (
        "convert",
        "  watercourse convert log.jsonocel log.xes --object-type purchase_order
  watercourse convert tickets.csv tickets.jsonocel
  watercourse convert log.sqlite log.xmlocel.gz",
    ),
    (
        "export",
        "  watercourse export > facts.jsonl
  watercourse export --stream restore-service --csv > log.csv
  watercourse analyze log.csv",
    ),
    (
        "audit",
        "  watercourse audit verify                        every change ever made, against the chain
  watercourse audit head > head.json              the end of the chain, signed: keep it elsewhere
  watercourse audit verify --head head.json",
    ),
    (
        "backup",
        "  watercourse backup monday.db
  watercourse backup monday.db --database postgres://wc@localhost/wc",
    ),
    (
        "restore",
        "  watercourse restore monday.db --check           is it whole? nothing is changed
  watercourse restore monday.db --data /srv/watercourse
  watercourse restore monday.db --database postgres://wc@localhost/new",
    ),
    (
        "doctor",
        "  watercourse doctor
  watercourse doctor --database postgres://wc@localhost/wc --json",
    ),
    ("completions", "  watercourse completions bash > ~/.local/share/bash-completion/completions/watercourse"),
    (
        "item",
        "  watercourse item open restore-service \"VPN logins fail\" --field urgency=high
  watercourse item list stream:restore-service phase:waiting
  watercourse item show INC-1042
  watercourse item start INC-1042 restore
  watercourse item wait INC-1042 restore --reason user
  watercourse item finish INC-1042 restore",
    ),
    ("item open", "  watercourse item open restore-service \"VPN logins fail\" --field urgency=high"),
    (
        "item list",
        "  watercourse item list
  watercourse item list team:service-desk phase:queued
  watercourse item list phase:waiting --limit 1000 --json",
    ),
    ("item show", "  watercourse item show INC-1042"),
];

/// The command line with one subcommand of `item` for each verb.
pub(crate) fn line() -> Command {
    let line = Cli::command().mut_subcommand("item", item::describe);
    dressed(line, "watercourse", "")
}

/// Gives a command and those below it their examples.
fn dressed(command: Command, words: &str, path: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let examples = EXAMPLES.iter().find(|(of, _)| *of == words);
    let command = command.term_width(100);
    let mut command = match examples {
        Some((_, examples)) => command.help_template(TEMPLATE).before_help(format!("\nExamples:\n{examples}")),
        None => command.help_template(PLAIN),
    };
    for name in names {
        let below = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(&name, |c| dressed(c, &below, &below));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::{EXAMPLES, line};

    #[test]
    fn the_command_line_is_sound() {
        line().debug_assert();
    }

    #[test]
    fn every_example_can_be_said() {
        for (_, examples) in EXAMPLES {
            for example in examples.lines() {
                let said = example.trim().split("  ").next().unwrap_or_default();
                let said =
                    said.split([';', '|', '<']).next().unwrap_or_default().split(" > ").next().unwrap_or_default();
                // Quoted words are one word.
                let mut words: Vec<String> = Vec::new();
                for (index, part) in said.split('"').enumerate() {
                    match index % 2 {
                        0 => words.extend(part.split_whitespace().map(str::to_owned)),
                        _ => words.push(part.to_owned()),
                    }
                }
                let read = line().try_get_matches_from(&words);
                assert!(read.is_ok(), "{said}: {}", read.err().map(|e| e.to_string()).unwrap_or_default());
            }
        }
    }
}
