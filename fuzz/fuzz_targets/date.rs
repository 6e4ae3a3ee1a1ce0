//! Any bytes as a time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watercourse_exchange::{DateOrder, parse_moment};

fuzz_target!(|text: &[u8]| {
    for order in [DateOrder::DayFirst, DateOrder::MonthFirst] {
        if let Some(moment) = parse_moment(text, order) {
            // Years have four digits at most.
            assert!((-62_200_000_000_000..=253_500_000_000_000).contains(&moment.ms), "{moment:?}");
        }
    }
});
