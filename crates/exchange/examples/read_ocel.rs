//! Reads object-centric logs and says what is in them:
//! `cargo run --release -p watercourse-exchange --example read_ocel -- FILE…`.
#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::path::Path;

use watercourse_exchange::{ExchangeError, Options, ocel};

fn main() -> Result<(), ExchangeError> {
    for file in std::env::args().skip(1) {
        let started = std::time::Instant::now();
        let read = ocel::read_path(Path::new(&file), &Options::default(), &mut |_, _| {})?;
        let log = &read.ocel;
        println!(
            "{file}: OCEL {} as {}, {} events, {} objects, {} + {} relations in {:.2?}",
            read.version,
            read.format.value.id(),
            log.events(),
            log.objects(),
            log.e2o.len(),
            log.o2o.len(),
            started.elapsed()
        );
        for warning in &read.warnings {
            println!("{}: {}", warning.code, warning.text);
        }
    }
    Ok(())
}
