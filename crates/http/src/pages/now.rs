//! Open work as it is this moment: counted live, whatever went through before.

use crate::chart::scope::figure;
use crate::view::{Figure, html, say};
use watercourse_flow::live::{Lately, Now};

/// Name, figure and remark of the open work of a native stream.
#[must_use]
pub fn measures(now: &Now, stream: &str) -> Vec<(&'static str, Figure, String)> {
    let items = |q: &str| Some(format!("/work?q={}", html::query(&format!("stream:{stream} {q}"))));
    let monday = say::date(watercourse_flow::measures::week_of(now.as_of));
    let lately = |lately: Lately, field: &str| {
        let week = count(lately.week, items(&format!("{field}:>={monday}")));
        (week, format!("today {}", say::count(lately.today as u64)))
    };
    let (arrived, arrived_today) = lately(now.arrived, "created");
    let (delivered, delivered_today) = lately(now.delivered, "delivered");
    vec![
        ("Open", count(now.open, items("state:open")), String::new()),
        ("In progress", count(now.in_progress, None), String::new()),
        ("Age p85", figure(&now.age.p85, items("state:open")), String::new()),
        ("Arrived this week", arrived, arrived_today),
        ("Delivered this week", delivered, delivered_today),
    ]
}

/// A count that was measured; 0 is one.
#[must_use]
pub fn count(count: usize, link: Option<String>) -> Figure {
    Figure::Value { text: say::count(count as u64), link }
}

/// From when figures are that are not made anew for every page.
#[must_use]
pub fn as_of(at_ms: i64, is_much: bool) -> String {
    if !is_much {
        return String::new();
    }
    let time: String = say::exact(at_ms).chars().skip(11).take(8).collect();
    format!("What follows is as of {time} UTC; newer figures come by themselves.")
}
