//! With what a fault is run, and what came of it.

use super::check::{Audit, Found};
use super::load::Seen;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;

/// How much is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Seconds: for the tests.
    Quick,
    /// Minutes: where no size is named.
    Usual,
    /// As often as is promised.
    Long,
}

/// With what a fault is run.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The program under test.
    pub program: PathBuf,
    /// A PostgreSQL in which databases may be made; a private one is started where none is named.
    pub postgres: Option<String>,
    /// How much is done.
    pub size: Size,
}

impl Setting {
    /// A program, and how much is done to it.
    #[must_use]
    pub fn of(program: &Path, size: Size) -> Self {
        Self { program: program.to_owned(), postgres: None, size }
    }
    /// One of three numbers, by size.
    #[must_use]
    pub const fn pick(&self, quick: u64, usual: u64, long: u64) -> u64 {
        match self.size {
            Size::Quick => quick,
            Size::Usual => usual,
            Size::Long => long,
        }
    }
}

/// A number below another, by chance.
#[must_use]
pub fn chance(below: u64) -> u64 {
    let bits = Uuid::now_v7().as_u128() & u128::from(u64::MAX >> 4);
    u64::try_from(bits).unwrap_or_default() % below.max(1)
}

/// What came of a fault.
#[derive(Debug, Default)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// How often it was done.
    pub times: u64,
    /// Writes acknowledged.
    pub acknowledged: u64,
    /// Of these not there afterwards.
    pub lost: u64,
    /// Writes there more than once.
    pub duplicated: u64,
    /// Writes given up without an answer.
    pub unknown: u64,
    /// The longest time in which nothing was acknowledged.
    pub outage: Duration,
    /// What else was measured.
    pub told: Vec<String>,
    /// What is not as it must be; empty: all is well.
    pub wrong: Vec<String>,
}

impl Row {
    /// Of what a client saw and what was found.
    #[must_use]
    pub fn of(name: &'static str, times: u64, seen: &Seen, found: &Found) -> Self {
        let mut row = Self {
            name,
            times,
            acknowledged: seen.acknowledged(),
            lost: found.lost,
            duplicated: found.duplicated,
            unknown: seen.unknown(),
            outage: seen.outage,
            ..Self::default()
        };
        row.wrong.extend(found.said.iter().cloned());
        row.wrong.extend(seen.wrong.iter().map(|w| format!("answered {w}")));
        if seen.without_retry_after > 0 {
            row.wrong.push(format!("{} times 503 without Retry-After", seen.without_retry_after));
        }
        if !found.is_well() && row.wrong.is_empty() {
            row.wrong.push("the database is not as it must be".to_owned());
        }
        let audit = match found.audit {
            Audit::None => "no audit command",
            Audit::Whole => "audit chain whole",
            Audit::Broken => "audit chain broken",
        };
        let mut told =
            format!("{} items, {} facts, {audit}; {} answers repeated", found.items, found.facts, seen.replayed);
        for (status, times) in &seen.refused {
            let status = if *status == 0 { "broken connections".to_owned() } else { status.to_string() };
            let _ = write!(told, ", {times} × {status}");
        }
        row.told.push(told);
        row
    }
    /// Adds what was measured.
    pub fn tell(&mut self, what: impl Into<String>) {
        self.told.push(what.into());
    }
    /// Demands something.
    pub fn demand(&mut self, holds: bool, what: impl Into<String>) {
        if !holds {
            self.wrong.push(what.into());
        }
    }
    /// Whether all is as it must be.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.wrong.is_empty()
    }
    /// The head of the table.
    #[must_use]
    pub fn head() -> String {
        format!(
            "{:<10} {:>6} {:>13} {:>5} {:>10} {:>8} {:>8}",
            "fault", "times", "acknowledged", "lost", "duplicated", "unknown", "outage"
        )
    }
    /// The row, and under it what else there is to say.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut text = format!(
            "{:<10} {:>6} {:>13} {:>5} {:>10} {:>8} {:>6.2} s  {}",
            self.name,
            self.times,
            self.acknowledged,
            self.lost,
            self.duplicated,
            self.unknown,
            self.outage.as_secs_f64(),
            if self.is_well() { "✓" } else { "✗" }
        );
        for told in &self.told {
            let _ = write!(text, "\n             {told}");
        }
        for wrong in &self.wrong {
            let _ = write!(text, "\n           ✗ {wrong}");
        }
        text
    }
}
