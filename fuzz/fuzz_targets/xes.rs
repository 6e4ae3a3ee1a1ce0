//! Any bytes as a log, of which those that are XES matter here.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use watercourse_exchange::{Limits, Options, read_log};

fuzz_target!(|data: &[u8]| {
    let limits = Limits { record: 1 << 16, unpacked: 1 << 22, events: 100_000, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let Ok(read) = read_log(&mut Cursor::new(data), &options, &mut |_, _| {}) else { return };
    let rows = read.rows;
    assert_eq!(rows.read, rows.used + rows.merged + rows.skipped + rows.rejected);
    assert_eq!(read.log.at.len(), read.log.case.len());
    // What was decided can be written down and read back.
    let again = Options::from_toml(&read.mapping.to_toml());
    assert!(again.is_ok(), "{again:?}");
});
