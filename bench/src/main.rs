//! Benchmarks, run by hand: `cargo run --release -p watercourse-bench -- flow`.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use anyhow::{Result, bail};
use watercourse_bench::{audit, faults, flow, list, live, serve, verb};

const USAGE: &str = "usage: watercourse-bench flow [alone] [EVENTS…]   import and measures of synthetic logs of so many events (0.1, 1 and 10
                                                million), beside DuckDB and Polars unless alone
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
        ["flow", "own", log, to] => flow::own(log.as_ref(), to.as_ref()),
        ["flow", rest @ ..] => {
            let (alone, rest) = rest
                .split_first()
                .map_or((false, rest), |(f, r)| if *f == "alone" { (true, r) } else { (false, rest) });
            let sizes: Result<Vec<usize>, _> = rest.iter().map(|events| events.replace('_', "").parse()).collect();
            let Ok(sizes) = sizes else { bail!("“{}” are not numbers of events\n{USAGE}", rest.join(" ")) };
            flow::run(if sizes.is_empty() { &[100_000, 1_000_000, 10_000_000] } else { &sizes }, alone)
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
