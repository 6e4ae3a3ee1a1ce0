//! What an engine answered to the questions, and what it took.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

/// A way between two activities: how often it was taken, and p50, p85 and p95 of its milliseconds.
type Way = (String, String, u64, f64, f64, f64);
/// Its Monday in UTC ms, items done in it, and p50, p85 and p95 of their lead times.
type Week = (i64, u64, f64, f64, f64);

/// The answers of one engine in one run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Answers {
    pub(super) engine: String,
    pub(super) events: u64,
    pub(super) cases: u64,
    pub(super) map: Vec<Way>,
    /// Activities joined by `>`, and how many cases took them.
    pub(super) variants: Vec<(String, u64)>,
    pub(super) weeks: Vec<Week>,
    /// From a team to another, how often.
    pub(super) handoffs: Vec<(String, String, u64)>,
    /// CPU-seconds of all threads, by question.
    pub(super) seconds: BTreeMap<String, f64>,
    /// The most memory it had, bytes.
    pub(super) peak: u64,
    /// Memory that stays after a step beyond what was there before it began, bytes.
    #[serde(default)]
    pub(super) resident: BTreeMap<String, u64>,
}

impl Answers {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("no answers in {}", path.display()))?;
        let mut answers: Self = serde_json::from_reader(BufReader::new(file))?;
        answers.map.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        answers.variants.sort();
        answers.weeks.sort_by_key(|week| week.0);
        answers.handoffs.sort();
        Ok(answers)
    }
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(serde_json::to_writer(BufWriter::new(file), self)?)
    }
    /// Fails where another engine answered otherwise: counts must be equal, quantiles within a millionth.
    pub(super) fn compare(&self, other: &Self) -> Result<()> {
        let (own, peer) = (&self.engine, &other.engine);
        let said = |what: &str| format!("{own} and {peer} differ in {what}");
        ensure!((self.events, self.cases) == (other.events, other.cases), said("events or cases"));
        ensure!(self.variants == other.variants, said("variants"));
        ensure!(self.handoffs == other.handoffs, said("hand-overs"));
        ensure!(self.map.len() == other.map.len(), said("the number of ways"));
        for (a, b) in self.map.iter().zip(&other.map) {
            let counts = (&a.0, &a.1, a.2) == (&b.0, &b.1, b.2);
            ensure!(counts && near([a.3, a.4, a.5], [b.3, b.4, b.5]), "{}: {a:?}, {b:?}", said("a way"));
        }
        ensure!(self.weeks.len() == other.weeks.len(), said("the number of weeks"));
        for (a, b) in self.weeks.iter().zip(&other.weeks) {
            let counts = (a.0, a.1) == (b.0, b.1);
            ensure!(counts && near([a.2, a.3, a.4], [b.2, b.3, b.4]), "{}: {a:?}, {b:?}", said("a week"));
        }
        Ok(())
    }
    /// CPU-seconds of several questions together.
    pub(super) fn sum(&self, questions: &[&str]) -> f64 {
        questions.iter().filter_map(|q| self.seconds.get(*q)).sum()
    }
}

/// Milliseconds alike to a millionth of themselves, or of one.
fn near(a: [f64; 3], b: [f64; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-6 * a.abs().max(1.0))
}
