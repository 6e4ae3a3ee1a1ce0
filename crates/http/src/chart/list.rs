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
    /// What it rests on: what looks wrong with a log bears on some of it. Charts of whole stays rest on nothing of
    /// that: what of them is not told apart they draw as such.
    rests_on: &'static [Affected],
    draw: fn(&Scope<'_>) -> Drawn,
}

impl Chart {
    pub(super) const fn new(
        id: &'static str,
        measure: &'static str,
        takes: Evidence,
        rests_on: &'static [Affected],
        draw: fn(&Scope<'_>) -> Drawn,
    ) -> Self {
        Self { id, measure, takes, rests_on, draw }
    }
    /// Draws it; where the source cannot tell, says what it would take.
    #[must_use]
    pub fn draw(&self, scope: &Scope<'_>) -> Drawn {
        let has = scope.visits().source.evidence;
        let mut drawn = (self.draw)(scope);
        drawn.measure = self.measure;
        drawn.evidence = evidence(scope);
        let bears = |found: &Finding, effect: Effect| {
            let here = found.affects.iter().find(|a| a.effect == effect && self.rests_on.contains(&a.measure));
            here.map(|a| a.why)
        };
        let weak = scope.hygiene.iter().filter(|f| bears(f, Effect::Weakens).is_some());
        let weak: Vec<&str> = weak.map(|f| f.text.as_str()).collect();
        if !weak.is_empty() {
            drawn.stands_on.push_str(&format!(". To be read with care: {}", weak.join(" ")));
        }
        let disabled = scope.hygiene.iter().find_map(|f| Some((f, bears(f, Effect::Disables)?)));
        if let Some((found, why)) = disabled {
            drawn.svg.clear();
            drawn.table.rows.clear();
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

/// How much the source tells, and of how many items: those with a history of more than their first event.
#[must_use]
pub fn evidence(scope: &Scope<'_>) -> String {
    let (visits, has) = (scope.visits(), scope.visits().source.evidence);
    if matches!(has, Evidence::L0 | Evidence::L4) {
        return has.id().to_owned();
    }
    let known = scope.items().filter(|item| visits.of_item(*item).len() > 1).count() as u64;
    format!("{} · {}", has.id(), say::share(known, scope.view.len() as u64))
}

/// Declares the files of the charts and lists what they draw.
macro_rules! charts {
    ($($file:ident: { $($id:literal = $draw:ident ($measure:literal, $takes:ident $(, $rests_on:ident)*)),+ })+) => {
        $(pub mod $file;)+

        /// All charts of a stream, in the order pages show them.
        pub static CHARTS: &[list::Chart] = &[$($(list::Chart::new(
            $id, $measure, Evidence::$takes, &[$(Affected::$rests_on),*], $file::$draw,
        )),+),+];
    };
}
pub(super) use charts;

/// The chart with this name.
#[must_use]
pub fn chart(id: &str) -> Option<&'static Chart> {
    CHARTS.iter().find(|c| c.id == id)
}
