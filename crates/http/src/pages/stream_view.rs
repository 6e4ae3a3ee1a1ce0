//! Streams: the list, the map, variants, conformance, versions, the editor.

use super::shell::Shell;
use super::verb_form::Said;
use crate::chart::Drawn;
use crate::view::Figure;
use askama::Template;
use std::sync::Arc;

/// A line of the list.
#[derive(Debug)]
pub struct StreamRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// Whether it came from another tool's log.
    pub imported: bool,
    /// Open items.
    pub wip: Figure,
    /// Items delivered in the window.
    pub delivered: Figure,
    /// Lead time.
    pub p50: Figure,
    /// Lead time.
    pub p85: Figure,
    /// The promise and whether it is kept; empty for none.
    pub promise: String,
    /// `good`, `bad`, or `info` where it cannot be said.
    pub promise_tone: &'static str,
    /// Weekly medians.
    pub spark: String,
    /// Activities it passes.
    pub glyph: String,
    /// When the definition changed last.
    pub changed: String,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "stream_list.html")]
pub struct StreamList {
    /// What surrounds it.
    pub shell: Shell,
    /// The window and clock of the figures.
    pub stands_on: String,
    /// The lines.
    pub rows: Vec<StreamRow>,
}

/// What stands above every page of one stream.
#[derive(Debug, Clone)]
pub struct StreamHead {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// Whether it came from another tool's log.
    pub imported: bool,
    /// The tab that is open.
    pub tab: &'static str,
}

/// The map.
#[derive(Debug, Template)]
#[template(path = "stream_map.html")]
pub struct StreamMapPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The stream.
    pub head: StreamHead,
    /// What the stream is good for.
    pub value: String,
    /// Name, figure, remark of open work, as of this moment; empty for an imported log.
    pub now: Vec<(&'static str, Figure, String)>,
    /// From when the figures are, where they are not of this moment.
    pub as_of: String,
    /// What is drawn from everything that went through; none while it is loading.
    pub figures: Option<Arc<StreamFigures>>,
    /// What can be shown: id, name, address.
    pub shows: Vec<(&'static str, &'static str, String)>,
    /// The filter the items are chosen by; empty where all are.
    pub q: String,
    /// What they are compared with; empty where nothing.
    pub compare: String,
    /// Whether only the hours of calendars count.
    pub business: bool,
    /// The day of a change; empty where none is asked for.
    pub change: String,
    /// Lengths of time to choose from: days, words, chosen.
    pub periods: Vec<(u32, &'static str, bool)>,
    /// How much of what happened is drawn: value, words, chosen. Empty where all of it is.
    pub paths: Vec<(u32, &'static str, bool)>,
    /// The query string of this view, with its question mark.
    pub query: String,
    /// Where the charts' files are.
    pub charts_base: String,
}

/// What is drawn from everything that went through a stream.
#[derive(Debug)]
pub struct StreamFigures {
    /// Name, figure, remark.
    pub measures: Vec<(&'static str, Figure, String)>,
    /// What one must know before trusting the figures.
    pub warnings: Vec<String>,
    /// The map.
    pub map: Drawn,
    /// What it shows.
    pub show: &'static str,
    /// How to read it.
    pub legend: &'static str,
    /// The charts below.
    pub charts: Vec<Drawn>,
}

/// A page of charts about a stream, with sentences above them.
#[derive(Debug, Template)]
#[template(path = "stream_charts.html")]
pub struct StreamCharts {
    /// What surrounds it.
    pub shell: Shell,
    /// The stream.
    pub head: StreamHead,
    /// Streams to compare with: id, name, chosen; empty where it is compared with its own definition.
    pub streams: Vec<(String, String, bool)>,
    /// What was found.
    pub sentences: Vec<String>,
    /// The charts.
    pub charts: Vec<Drawn>,
    /// Where the charts' files are.
    pub charts_base: String,
    /// The query string of this view.
    pub query: String,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// `add`, `del` or nothing.
    pub class: &'static str,
    /// `+`, `−` or a space.
    pub sign: &'static str,
    /// The line.
    pub text: String,
}

/// One version.
#[derive(Debug)]
pub struct VersionLine {
    /// Its number.
    pub version: u32,
    /// Why it was published.
    pub note: String,
    /// Who published it.
    pub by: String,
    /// When.
    pub when: String,
    /// When, exactly.
    pub exact: String,
    /// What changed since the version before.
    pub diff: Vec<DiffLine>,
    /// Lines added.
    pub added: usize,
    /// Lines removed.
    pub removed: usize,
}

/// The versions.
#[derive(Debug, Template)]
#[template(path = "stream_versions.html")]
pub struct StreamVersions {
    /// What surrounds it.
    pub shell: Shell,
    /// The stream.
    pub head: StreamHead,
    /// Newest first.
    pub versions: Vec<VersionLine>,
}

/// One finding of the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckLine {
    /// `error`, `warning` or `hint`.
    pub severity: &'static str,
    /// `bad`, `warn` or `info`.
    pub tone: &'static str,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: String,
}

/// What the check says of a text, and the picture of it.
#[derive(Debug, Clone, Default)]
pub struct CheckedText {
    /// `good`, `warn` or `bad`.
    pub tone: &'static str,
    /// In one line.
    pub summary: String,
    /// Everything found.
    pub findings: Vec<CheckLine>,
    /// What publishing it would do.
    pub effect: String,
    /// The stream's name.
    pub name: String,
    /// The map; empty where the text cannot be drawn.
    pub svg: String,
}

/// The part of the editor that is fetched anew as one types.
#[derive(Debug, Template)]
#[template(path = "stream_check.html")]
pub struct CheckPart {
    /// What the check says.
    pub checked: CheckedText,
}

/// The editor.
#[derive(Debug, Template)]
#[template(path = "stream_edit.html")]
pub struct StreamEdit {
    /// What surrounds it.
    pub shell: Shell,
    /// The heading.
    pub heading: String,
    /// The stream's id; empty for a new one.
    pub id: String,
    /// Streams to start from: id, name, chosen.
    pub templates: Vec<(String, String, bool)>,
    /// Where it is sent.
    pub action: String,
    /// The version the text is based on; empty for a new one.
    pub based_on: String,
    /// The text.
    pub text: String,
    /// The reason, as far as it is written.
    pub note: String,
    /// Why it was not published.
    pub refusal: Option<Said>,
    /// So that sending it twice publishes once.
    pub idempotency_key: String,
    /// Where the text comes from, where nobody wrote it; else empty.
    pub about: String,
    /// How it differs from what is published, where nobody has seen that yet.
    pub diff: Vec<DiffLine>,
    /// What the check says.
    pub checked: CheckedText,
}

/// The lines of two texts beside one another, unchanged stretches cut short.
#[must_use]
pub fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    const AROUND: usize = 2;
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    // Longest common subsequence; definitions are small, and capped before they get here.
    let mut common = vec![vec![0u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let at = |i: usize, j: usize| common.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
            let best =
                if a.get(i) == b.get(j) { at(i + 1, j + 1).saturating_add(1) } else { at(i + 1, j).max(at(i, j + 1)) };
            if let Some(cell) = common.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = best;
            }
        }
    }
    let at = |i: usize, j: usize| common.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    let line = |class, sign, text: &str| DiffLine { class, sign, text: text.to_owned() };
    let (mut i, mut j, mut all) = (0, 0, Vec::new());
    loop {
        match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) if x == y => {
                all.push(line("", " ", x));
                i += 1;
                j += 1;
            }
            (Some(x), y) if y.is_none() || at(i + 1, j) >= at(i, j + 1) => {
                all.push(line("del", "−", x));
                i += 1;
            }
            (_, Some(y)) => {
                all.push(line("add", "+", y));
                j += 1;
            }
            _ => break,
        }
    }
    let near =
        |at: usize| (at.saturating_sub(AROUND)..=at + AROUND).any(|i| all.get(i).is_some_and(|l| !l.class.is_empty()));
    let mut shown: Vec<DiffLine> = Vec::new();
    for (at, l) in all.iter().enumerate() {
        if near(at) {
            shown.push(l.clone());
        } else if shown.last().is_some_and(|l| l.text != "…") {
            shown.push(line("", " ", "…"));
        }
    }
    if shown.iter().all(|l| l.class.is_empty()) { Vec::new() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::diff;

    #[test]
    fn only_what_changed_is_shown() {
        let old = "a\nb\nc\nd\ne\nf\ng";
        let shown: Vec<String> =
            diff(old, "a\nb\nc\nx\ne\nf\ng").iter().map(|l| format!("{}{}", l.sign, l.text)).collect();
        assert_eq!(shown, [" b", " c", "−d", "+x", " e", " f", " …"]);
        assert!(diff(old, old).is_empty());
        assert_eq!(diff("", "a").len(), 1);
    }
}
