//! Benchmarks, run by hand: `cargo run --release -p watercourse-bench -- flow 1000000`.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use anyhow::{Result, bail};
use std::path::PathBuf;
use watercourse_bench::{audit, faults, flow, list, live, serve, verb};

const USAGE: &str = "usage: watercourse-bench flow EVENTS [CSV]   import, replay and first measures of a synthetic log
                                                (written to CSV first, unless it is there)
       watercourse-bench list ITEMS [FILE]    lists, search and views over so many items (filled into FILE first,
                                                unless it is there)
       watercourse-bench live EVENTS [FILE]   what a transition costs until a page shows it, with so many events behind it
                                                (over HTTP where FILE is given; filled first, unless it is there)
       watercourse-bench verb [WRITES]        a durable verb over HTTP beside a bare insert of two rows
       watercourse-bench audit [FACTS]        sealing and verifying the audit chain
       watercourse-bench serve [ITEMS…]       the server beside the limits of this machine, at 50,000 and 1,000,000 items
       watercourse-bench faults [--quick|--long|--list] [NAME…]   kills, cuts, full disks and wrong clocks";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["flow", events, rest @ ..] => {
            let Ok(events) = events.replace('_', "").parse() else {
                bail!("“{events}” is not a number of events\n{USAGE}")
            };
            let path = rest
                .first()
                .map_or_else(|| std::env::temp_dir().join(format!("watercourse-bench-{events}.csv")), PathBuf::from);
            flow::run(events, &path)
        }
        ["list", items, rest @ ..] => {
            let Ok(items) = items.replace('_', "").parse() else {
                bail!("“{items}” is not a number of items\n{USAGE}")
            };
            list::run(items, rest.first().map(std::path::Path::new))
        }
        ["live", events, rest @ ..] => {
            let Ok(events) = events.replace('_', "").parse() else {
                bail!("“{events}” is not a number of events\n{USAGE}")
            };
            live::run(events, rest.first().map(std::path::Path::new))
        }
        ["verb", rest @ ..] => verb::run(rest.first().and_then(|w| w.parse().ok()).unwrap_or(400)),
        ["audit", rest @ ..] => audit::run(rest.first().and_then(|w| w.parse().ok()).unwrap_or(1_000_000)),
        ["faults", rest @ ..] => faults::run::command(rest),
        ["serve", rest @ ..] => serve::run::command(rest),
        _ => bail!("{USAGE}"),
    }
}
