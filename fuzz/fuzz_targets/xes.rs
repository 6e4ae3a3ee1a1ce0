//! Any bytes as a log, of which those that are XES matter here.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| watercourse_fuzz::log(data));
