//! The charts of a stream as one list. Page, `.svg`, `.csv`, `.json` and report come from it.

use super::Drawn;
use super::scope::Scope;
use crate::view::say;
use watercourse_flow::evidence::Evidence;
use watercourse_flow::hygiene::{Affected, Effect, Finding};

pub use super::CHARTS;

/// One chart of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Chart {
    /// Its name in URLs; that of the [`Drawn`] it makes.
    pub id: &'static str,
    /// The page of the book that says how it is measured.
    pub measure: &'static str,
    /// How much a source must tell.
    pub takes: Evidence,
    draw: fn(&Scope<'_>) -> Drawn,
}

impl Chart {
    pub(super) const fn new(
        id: &'static str,
        measure: &'static str,
        takes: Evidence,
        draw: fn(&Scope<'_>) -> Drawn,
    ) -> Self {
        Self { id, measure, takes, draw }
    }
    /// Draws it; where the source cannot tell, says what it would take.
    #[must_use]
    pub fn draw(&self, scope: &Scope<'_>) -> Drawn {
        let has = scope.visits().source.evidence;
        let mut drawn = (self.draw)(scope);
        drawn.measure = self.measure;
        drawn.evidence = evidence(scope);
        let bears = |effect: Effect| {
            let list = rests_on(self.id);
            let hit = move |f: &&Finding| f.affects.iter().any(|a| a.effect == effect && list.contains(&a.measure));
            scope.hygiene.iter().filter(hit)
        };
        let weak: Vec<&str> = bears(Effect::Weakens).map(|f| f.text.as_str()).collect();
        if !weak.is_empty() {
            drawn.stands_on.push_str(&format!(". To be read with care: {}", weak.join(" ")));
        }
        if let Some(found) = bears(Effect::Disables).next() {
            drawn.svg.clear();
            drawn.table.rows.clear();
            let why = found.affects.iter().find(|a| rests_on(self.id).contains(&a.measure)).map_or("", |a| a.why);
            drawn.answer = format!("Not shown, as it would mislead: {why}. {}", found.text);
        }
        if has < self.takes {
            drawn.svg.clear();
            drawn.table.rows.clear();
            let takes = self.takes.id();
            drawn.answer =
                format!("This takes {takes}, and the source is {}: {}. {}", has.id(), has.text(), has.next());
        }
        drawn
    }
}

/// Which measures a chart shows: what looks wrong with a log bears on some of them. Charts of whole stays rest on
/// none: what of them is not told apart they draw as such.
fn rests_on(chart: &str) -> &'static [Affected] {
    match chart {
        "aging" => &[Affected::Aging],
        "bottleneck" => &[Affected::Bottleneck],
        "lead-times" | "histogram" | "flow-time" => &[Affected::LeadTime],
        "throughput" => &[Affected::Throughput, Affected::Arrivals],
        "cumulative-flow" | "flow-load" => &[Affected::Wip],
        "distribution" => &[Affected::Throughput],
        "before-after" => &[Affected::Trends],
        "handoffs" | "handoff-waste" => &[Affected::HandOffs],
        "complete-accurate" => &[Affected::Rework],
        "variants" => &[Affected::Order],
        _ => &[],
    }
}

/// How much the source tells, and of how many items: those with a history of more than their first event.
#[must_use]
pub fn evidence(scope: &Scope<'_>) -> String {
    let (visits, has) = (scope.visits(), scope.visits().source.evidence);
    let told = |item: &usize| visits.of_item(*item).len() > 1 || visits.source.evidence == Evidence::L4;
    let (known, all) = (scope.items().filter(told).count() as u64, scope.view.len() as u64);
    match has {
        Evidence::L0 | Evidence::L4 => has.id().to_owned(),
        _ => format!("{} · {}", has.id(), say::share(known, all)),
    }
}

/// Declares the files of the charts and lists what they draw.
macro_rules! charts {
    ($($file:ident: { $($id:literal = $draw:ident ($measure:literal, $takes:ident)),+ })+) => {
        $(pub mod $file;)+

        /// All charts of a stream, in the order pages show them.
        pub static CHARTS: &[list::Chart] = &[$($(list::Chart::new($id, $measure, Evidence::$takes, $file::$draw)),+),+];
    };
}
pub(super) use charts;

/// The chart with this name.
#[must_use]
pub fn chart(id: &str) -> Option<&'static Chart> {
    CHARTS.iter().find(|c| c.id == id)
}
