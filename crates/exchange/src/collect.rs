//! Events on their way into a log, with the account of every row.

use std::hash::{BuildHasher, Hasher};

use hashbrown::DefaultHashBuilder;
use watercourse_flow::log::{Event, Log};

use crate::date::{self, DateOrder, Form, Moment};
use crate::error::ExchangeError;
use crate::imported::{Rejected, Rows, Warning};
use crate::mapping::{FlowState, TimeExample};
use crate::options::Limits;
use crate::rejected::RejectedRows;
use crate::zone::Zone;

/// Something that may occur often: how often, and where first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) first: u64,
    pub(crate) example: String,
}

impl Tally {
    pub(crate) fn add(&mut self, line: u64, example: &str) {
        if self.count == 0 {
            self.first = line;
            self.example = crate::names::short(example);
        }
        self.count += 1;
    }
}

/// Turns written times into UTC and remembers what was odd about them.
#[derive(Debug)]
pub(crate) struct Clock {
    pub(crate) order: DateOrder,
    pub(crate) zone: Zone,
    /// Whether digits alone may be a time.
    pub(crate) digits: bool,
    /// Dates that only one order can read.
    pub(crate) day_first: u64,
    pub(crate) month_first: u64,
    /// Dates that both orders can read.
    pub(crate) open: u64,
    pub(crate) without_offset: u64,
    pub(crate) with_offset: u64,
    /// Wall-clock times that came twice or never.
    pub(crate) shifted: Tally,
    pub(crate) examples: Vec<TimeExample>,
}

impl Clock {
    pub(crate) fn new(order: DateOrder, zone: Zone) -> Self {
        Self {
            order,
            zone,
            digits: true,
            day_first: 0,
            month_first: 0,
            open: 0,
            without_offset: 0,
            with_offset: 0,
            shifted: Tally::default(),
            examples: Vec::new(),
        }
    }

    /// UTC milliseconds of a written time; `None` if it is none.
    #[inline]
    pub(crate) fn read(&mut self, text: &[u8], line: u64) -> Option<i64> {
        let moment =
            date::parse(text, self.order).filter(|m| self.digits || !matches!(m.form, Form::Digits | Form::Serial));
        let Some(moment) = moment else {
            // Written so that only the other order can read it: not usable, but evidence.
            if let Some(Moment { form: Form::Numbers(..), .. }) = date::parse(text, self.order.other()) {
                self.count(self.order.other());
            }
            return None;
        };
        if let Form::Numbers(a, b) = moment.form {
            match (a > 12, b > 12) {
                (true, _) => self.count(DateOrder::DayFirst),
                (_, true) => self.count(DateOrder::MonthFirst),
                _ => self.open += 1,
            }
        }
        let utc = if let Some(offset) = moment.offset {
            self.with_offset += 1;
            moment.ms - offset
        } else {
            self.without_offset += 1;
            let (utc, odd) = self.zone.utc(moment.ms);
            if odd {
                self.shifted.add(line, &String::from_utf8_lossy(text));
            }
            utc
        };
        if self.examples.len() < 3 {
            let text = String::from_utf8_lossy(text.trim_ascii()).into_owned();
            self.examples.push(TimeExample { text, utc: date::rfc3339(utc) });
        }
        Some(utc)
    }

    fn count(&mut self, order: DateOrder) {
        match order {
            DateOrder::DayFirst => self.day_first += 1,
            DateOrder::MonthFirst => self.month_first += 1,
        }
    }

    /// Dates that contradict the order in use.
    pub(crate) fn against(&self) -> u64 {
        if self.order == DateOrder::DayFirst { self.month_first } else { self.day_first }
    }
    /// Dates that only the order in use can read.
    pub(crate) fn in_favour(&self) -> u64 {
        if self.order == DateOrder::DayFirst { self.day_first } else { self.month_first }
    }
}

/// What is known beforehand of the tool a log comes from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    /// What labels mean that no word explains.
    pub(crate) labels: &'static [(&'static str, FlowState)],
    /// Labels that mean done, as far as they occur.
    pub(crate) done: &'static [&'static str],
    /// Whose clock its times are.
    pub(crate) clock: &'static str,
    /// Whether the names of the columns say UTC.
    pub(crate) utc: bool,
}

/// A log in the making.
#[derive(Debug)]
pub(crate) struct Collector {
    pub(crate) known: Known,
    /// Where rejected rows go, if anywhere.
    pub(crate) rejected_to: Option<RejectedRows>,
    pub(crate) log: Log,
    pub(crate) rows: Rows,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) warnings: Vec<Warning>,
    limits: Limits,
    prints: Vec<u64>,
    hasher: DefaultHashBuilder,
    odd_years: Tally,
    unnamed: Tally,
}

/// Times outside these UTC milliseconds are warned of: before 1980, after 2100.
const USUAL: std::ops::Range<i64> = 315_532_800_000..4_102_444_800_000;

impl Collector {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            known: Known::default(),
            rejected_to: None,
            log: Log::default(),
            rows: Rows::default(),
            rejected: Vec::new(),
            warnings: Vec::new(),
            limits,
            prints: Vec::new(),
            hasher: DefaultHashBuilder::default(),
            odd_years: Tally::default(),
            unnamed: Tally::default(),
        }
    }

    /// The same, with every rejected row kept.
    pub(crate) fn keeping(limits: Limits, rejected_to: Option<RejectedRows>) -> Self {
        Self { rejected_to, ..Self::new(limits) }
    }

    /// The same for a log of a known tool.
    pub(crate) fn knowing(limits: Limits, known: Known) -> Self {
        Self { known, ..Self::new(limits) }
    }

    /// Appends an event of the row at `line`.
    #[inline]
    pub(crate) fn event(&mut self, event: Event<'_>, line: u64) -> Result<(), ExchangeError> {
        if self.log.len() >= self.limits.events {
            return Err(ExchangeError::TooMuch { what: format!("more than {} events", self.limits.events) });
        }
        if !USUAL.contains(&event.at) {
            self.odd_years.add(line, &date::rfc3339(event.at));
        }
        if event.activity.is_empty() {
            self.unnamed.add(line, "");
        }
        self.log.push(event);
        Ok(())
    }

    /// Remembers what a used row looks like, to find identical ones.
    #[inline]
    pub(crate) fn print(&mut self, row: &[u8]) {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(row);
        self.prints.push(hasher.finish());
    }

    /// Counts a row that cannot be used, lists the first of them, and keeps it where rejected rows go.
    pub(crate) fn reject(&mut self, line: u64, reason: impl FnOnce() -> String, row: impl FnOnce() -> String) {
        self.rows.rejected += 1;
        let is_listed = self.rejected.len() < self.limits.listed;
        if !is_listed && self.rejected_to.is_none() {
            return;
        }
        let reason = reason();
        if let Some(to) = &self.rejected_to {
            to.row(line, &reason, &row());
        }
        if is_listed {
            self.rejected.push(Rejected { line, reason });
        }
    }

    pub(crate) fn warn(&mut self, code: &'static str, text: impl Into<String>) {
        self.warnings.push(Warning { code, text: text.into() });
    }

    /// Says once what was counted, where it was counted at all.
    pub(crate) fn warn_tally(&mut self, code: &'static str, tally: &Tally, text: impl FnOnce(&Tally) -> String) {
        if tally.count > 0 {
            self.warn(code, text(tally));
        }
    }

    /// Warns of events that lie before an earlier row of their case, and of many that share their time.
    fn order(&mut self) {
        let mut latest = vec![i64::MIN; self.log.cases.len()];
        let (mut earlier, mut equal) = (0usize, 0usize);
        for (case, at) in self.log.case.iter().zip(&self.log.at) {
            if let Some(last) = latest.get_mut(*case as usize) {
                earlier += usize::from(*at < *last);
                equal += usize::from(*at == *last);
                *last = (*last).max(*at);
            }
        }
        if earlier > 0 {
            self.warn(
                "out-of-order",
                format!("{earlier} events lie before an earlier row of their case; events are ordered by time"),
            );
        }
        if equal * 20 > self.log.len() && self.log.len() >= 20 {
            self.warn(
                "equal-times",
                format!("{equal} events have the time of another of their case; these keep the order of the file"),
            );
        }
    }

    /// Warnings about the log as a whole; frees what was kept for them.
    pub(crate) fn close(&mut self, unit: &str) {
        let mut prints = std::mem::take(&mut self.prints);
        prints.sort_unstable();
        let repeats = prints.windows(2).filter(|w| w.first() == w.last()).count();
        drop(prints);
        if repeats > 0 {
            self.warn(
                "identical-rows",
                format!("{repeats} {unit} are identical to an earlier one; each is counted as an event of its own"),
            );
        }
        let odd = std::mem::take(&mut self.odd_years);
        self.warn_tally("unusual-year", &odd, |t| {
            format!(
                "{} events lie before 1980 or after 2100, the first on line {} ({}); they are used as they are",
                t.count, t.first, t.example
            )
        });
        let unnamed = std::mem::take(&mut self.unnamed);
        self.warn_tally("empty-activity", &unnamed, |t| {
            format!(
                "{} events have an empty activity, the first on line {}; they are events of an activity without a name",
                t.count, t.first
            )
        });
        if self.rows.rejected > 0 {
            let first = self
                .rejected
                .first()
                .map_or_else(String::new, |r| format!("; the first on line {}: {}", r.line, r.reason));
            self.warn("rejected-rows", format!("{} {unit} could not be used{first}", self.rows.rejected));
        }
        self.order();
        if days_only(&self.log.at) {
            self.warn("day-resolution", "times carry days only: events of one day keep the order of the file");
        }
    }
}

/// Whether nearly all times show one of two clock times on the quarter hour: midnight in summer and in winter, in some
/// zone. Fewer than 20 events say nothing.
fn days_only(at: &[i64]) -> bool {
    let mut quarters = [0usize; 96];
    for t in at.iter().map(|t| t.rem_euclid(date::DAY_MS)).filter(|t| t % 900_000 == 0) {
        if let Some(n) = usize::try_from(t / 900_000).ok().and_then(|q| quarters.get_mut(q)) {
            *n += 1;
        }
    }
    quarters.sort_unstable();
    let two: usize = quarters.iter().rev().take(2).sum();
    at.len() >= 20 && two * 100 >= at.len() * 95
}
