//! Any bytes as a table of commits and one of tags, a zero byte between them.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use watercourse_exchange::read_git;

fuzz_target!(|data: &[u8]| {
    let at = data.iter().position(|b| *b == 0).unwrap_or(data.len());
    let (commits, tags) = data.split_at(at);
    let _ = read_git(&mut Cursor::new(commits), &mut Cursor::new(tags.get(1..).unwrap_or_default()));
});
