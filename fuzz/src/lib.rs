//! What the targets for logs have in common: they differ in their seeds.

use std::io::Cursor;

use watercourse_exchange::{Limits, Options, read_log};

/// Reads any bytes as a log: it is refused, or its rows add up and what was decided can be written down.
pub fn log(data: &[u8]) {
    let limits = Limits { record: 1 << 16, unpacked: 1 << 22, events: 100_000, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let Ok(read) = read_log(&mut Cursor::new(data), &options, &mut |_, _| {}) else { return };
    let rows = read.rows;
    assert_eq!(rows.read, rows.used + rows.merged + rows.skipped + rows.rejected);
    assert_eq!(read.log.at.len(), read.log.case.len());
    // What was decided can be written down and read back.
    let again = Options::from_toml(&read.mapping.to_toml());
    assert!(again.is_ok(), "{again:?}");
}
