//! Any bytes as a Petri net.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use watercourse_exchange::{Limits, read_pnml};

fuzz_target!(|data: &[u8]| {
    let limits = Limits { record: 1 << 16, unpacked: 1 << 22, ..Limits::default() };
    let Ok(net) = read_pnml(&mut Cursor::new(data), &limits) else { return };
    assert!(net.initial().iter().chain(net.last()).all(|(place, n)| *place < net.places() && *n > 0));
});
