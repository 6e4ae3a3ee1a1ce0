//! Any text as a mapping file, and a small log read with it.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use watercourse_exchange::{Options, read_log};

const LOG: &[u8] = b"case,activity,time,team\n1,Open,2024-03-04 08:00,A\n1,Done,2024-03-04 09:00,B\n2,Open,soon,\n";

fuzz_target!(|text: &str| {
    if let Ok(options) = Options::from_toml(text) {
        let _ = read_log(&mut Cursor::new(LOG), &options, &mut |_, _| {});
    }
});
