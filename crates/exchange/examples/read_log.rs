//! Reads a log and prints how it was understood: `cargo run --release -p watercourse-exchange --example read_log -- FILE`.
#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::path::Path;

use watercourse_exchange::{ExchangeError, Options, read_path};

fn main() -> Result<(), ExchangeError> {
    for file in std::env::args().skip(1) {
        let started = std::time::Instant::now();
        let imported = read_path(Path::new(&file), &Options::default(), &mut |_, _| {})?;
        let log = &imported.log;
        println!(
            "{file}: {} events, {} cases, {} activities in {:.2?}",
            log.len(),
            log.cases.len(),
            log.activities.len(),
            started.elapsed()
        );
        println!("{:?}", imported.rows);
        for warning in &imported.warnings {
            println!("{}: {}", warning.code, warning.text);
        }
        println!("{}", imported.mapping.to_toml());
    }
    Ok(())
}
