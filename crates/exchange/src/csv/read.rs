//! Rows as events.

use std::borrow::Cow;
use std::io::{self, Read};

use watercourse_flow::log::Event;

use super::dialect::Dialect;
use super::ends::Ends;
use super::held::Held;
use super::jira;
use super::plan::{self, Plan};
use super::profiles::Shape;
use super::roles;
use super::split::{Record, Splitter};
use super::table::{Table, decode};
use crate::collect::{Clock, Collector, Known, Tally};
use crate::conclude::{conclude, open_done, open_zone, time_means};
use crate::date::{self, DateOrder};
use crate::error::ExchangeError;
use crate::imported::{Evidence, Imported, StatusTotal, Totals};
use crate::mapping::{By, Choice, FlowState, Layout, Mapping};
use crate::names::short;
use crate::options::Options;
use crate::source::{Encoding, Text};
use crate::suggest;
use crate::zone::Zone;

/// How reading went.
pub(crate) enum Attempt {
    /// To its end.
    Read(Box<Imported>),
    /// A date far into the file can only be read in this order: start again with it.
    Again(DateOrder),
}

/// Reads a CSV file. `order` is what an earlier attempt found out.
pub(crate) fn read(text: Text<'_>, options: &Options, order: Option<DateOrder>) -> Result<Attempt, ExchangeError> {
    let dialect = Dialect::detect(&text.head, options.delimiter)?;
    let table = Table::read(&text.head, text.whole, &dialect, text.encoding, options.header)?;
    if table.columns.len() < 2 {
        return Err(ExchangeError::NotALog {
            found: format!("a file of one column (\u{201c}{}\u{201d})", table.columns.first().map_or("", |c| c)),
            remedy: "rows need a case, an activity and a time, separated by commas, semicolons, tabs or bars"
                .to_owned(),
        });
    }
    let plan = Plan::make(&table, options)?;
    let order = date_order(&table, &plan, options, order);
    let zone = Zone::parse(options.tz.as_deref().unwrap_or("UTC"))?;
    let mut clock = Clock::new(order.value.unwrap_or_default(), zone);
    clock.digits = plan.digits;
    let mapping = mapping(&table, &plan, &text, &dialect, options, order);
    let mut rows = Rows {
        sure: mapping.date_order.by == By::Given
            || (mapping.date_order.by == By::Found && mapping.date_order.value.is_some()),
        table: &table,
        plan: &plan,
        options,
        encoding: text.encoding,
        odd: Odd::default(),
        totals: Totals::default(),
        collector: Collector::knowing(options.limits, known(&table, &plan)),
        clock,
        unknown: if options.team_unknown.is_empty() {
            plan.profile.value.map_or(Vec::new(), |p| p.team_unknown.iter().map(|u| (*u).to_owned()).collect())
        } else {
            options.team_unknown.clone()
        },
        held: Held::default(),
        ends: Ends::default(),
    };
    rows.collector.rejected_to = text.rejected;
    if let Some(title) = &dialect.title {
        let text = format!("the first {} lines say what the file is ({title}) and were passed over", dialect.lines);
        rows.collector.warn("title-lines", text);
    }
    let head = io::Cursor::new(text.head.get(dialect.preamble..).unwrap_or_default());
    let delimiter = u8::try_from(dialect.delimiter.value).unwrap_or(b',');
    let splitter = Splitter::new(head.chain(text.rest), delimiter, dialect.newline, options.limits.record);
    rows.all(splitter.starting_at(text.first_line + dialect.lines), mapping)
}

fn known(table: &Table, plan: &Plan) -> Known {
    let says_utc = |i: usize| table.looks.get(i).is_some_and(|l| l.words.iter().any(|w| w == "utc"));
    let mut times = plan.time.value.into_iter().chain(plan.dates.iter().map(|d| d.0)).peekable();
    let utc = times.peek().is_some() && times.all(says_utc);
    let Some(profile) = plan.profile.value else { return Known { utc, ..Known::default() } };
    let done = if let Shape::Cases { done, .. } = profile.shape { done } else { &[] };
    Known { labels: profile.labels, done, clock: profile.clock, utc }
}

fn date_order(table: &Table, plan: &Plan, options: &Options, found: Option<DateOrder>) -> Choice<Option<DateOrder>> {
    if let Some(order) = options.date_order {
        return Choice::given(Some(order));
    }
    if let Some(order) = found {
        return Choice::new(
            Some(order),
            By::Found,
            1.0,
            format!("a date further down can only be read {}", order.id()),
        );
    }
    let columns: Vec<usize> =
        plan.time.value.into_iter().chain(plan.start.value).chain(plan.dates.iter().map(|d| d.0)).collect();
    plan::order(table, &columns)
}

fn mapping(
    table: &Table,
    plan: &Plan,
    text: &Text<'_>,
    dialect: &Dialect,
    options: &Options,
    order: Choice<Option<DateOrder>>,
) -> Mapping {
    let name = |i: usize| table.columns.get(i).cloned().unwrap_or_default();
    let named = |c: &Choice<Option<usize>>| c.clone().map(|v| v.map(name));
    let status = plan.activity.value.iter().any(|a| table.looks.get(*a).is_some_and(|p| roles::is_status(&p.english)));
    let activity = plan.activity.clone().map(|v| {
        let names: Vec<String> = v.into_iter().map(name).collect();
        (!names.is_empty()).then(|| names.join(" + "))
    });
    let means = if plan.layout.value == Layout::Dates {
        time_means(options, true, "a date is when the case entered that state")
    } else if status {
        time_means(options, true, "the activity column holds statuses: their time is when they were entered")
    } else if plan.only.is_some() {
        time_means(options, true, "a change of status is when it was entered")
    } else {
        time_means(options, false, "events are recorded when they are completed, unless said otherwise")
    };
    Mapping {
        format: Choice::new(crate::mapping::Format::Csv, By::Found, 1.0, "rows of separated values"),
        profile: plan.profile.clone().map(|p| p.map(|p| p.id.to_owned())),
        packing: text.packing.clone(),
        encoding: text.encoding_choice.clone(),
        delimiter: Some(dialect.delimiter.clone()),
        header: Some(table.header.clone()),
        layout: plan.layout.clone(),
        case: plan.case.clone().map(name),
        activity,
        time: named(&plan.time),
        start: named(&plan.start),
        team: named(&plan.team),
        lifecycle: named(&plan.lifecycle),
        classifier: if options.activity.is_none() { options.classifier.clone() } else { None },
        dates: plan::date_columns(table, &plan.dates),
        totals: plan.totals.map(name),
        only: plan.only.as_ref().map(|o| o.1.clone()),
        team_unknown: Vec::new(),
        date_order: order,
        zone: open_zone(),
        times: Vec::new(),
        time_means: means,
        done: open_done(),
        labels: Vec::new(),
    }
}

/// A cell that may be empty or not there.
#[inline]
fn cell<'s>(
    record: &'s Record<'_>,
    column: Option<usize>,
    scratch: &'s mut Vec<u8>,
    encoding: Encoding,
    odd: &mut Tally,
) -> Option<Cow<'s, str>> {
    let line = record.line;
    let (text, good) = decode(record.field(column?, scratch)?, encoding);
    if !good {
        odd.add(line, &text);
    }
    (!text.is_empty()).then_some(text)
}

/// How remarks below a table begin.
const REMARKS: [&str; 20] = [
    "total",
    "grand total",
    "sum:",
    "summe",
    "gesamt",
    "somme",
    "totale",
    "totaal",
    "count:",
    "anzahl:",
    "generated ",
    "exported ",
    "created by ",
    "report ",
    "erstellt am",
    "page ",
    "end of ",
    "applied filters",
    "\u{a9}",
    "copyright",
];

/// A row as the file has it.
fn written(record: &Record<'_>, encoding: Encoding) -> String {
    decode(record.raw(), encoding).0.into_owned()
}

/// Things worth a warning that do not stop a row.
#[derive(Default)]
struct Odd {
    not_utf8: Tally,
    short: Tally,
    long: Tally,
    start: Tally,
    reversed: Tally,
    date: Tally,
    totals: Tally,
    remarks: Tally,
}

struct Rows<'a> {
    table: &'a Table,
    plan: &'a Plan,
    options: &'a Options,
    encoding: Encoding,
    /// Whether the date order is beyond doubt.
    sure: bool,
    odd: Odd,
    totals: Totals,
    collector: Collector,
    clock: Clock,
    /// Values of the team column that mean none is known.
    unknown: Vec<String>,
    held: Held,
    ends: Ends,
}

/// Room for the cells of a row whose quotes must be taken out.
#[derive(Default)]
struct Scratch {
    case: Vec<u8>,
    activity: Vec<u8>,
    part: Vec<u8>,
    joined: String,
    time: Vec<u8>,
    start: Vec<u8>,
    team: Vec<u8>,
    lifecycle: Vec<u8>,
}

impl Rows<'_> {
    fn all<R: Read>(mut self, mut splitter: Splitter<R>, mut mapping: Mapping) -> Result<Attempt, ExchangeError> {
        let mut header = Vec::new();
        if self.table.header.value
            && let Some(first) = splitter.next()?
        {
            first.raw().clone_into(&mut header);
        }
        let mut scratch = Scratch::default();
        while let Some(record) = splitter.next()? {
            self.collector.rows.read += 1;
            if record.raw() == header.as_slice() && !header.is_empty() {
                self.collector.rows.skipped += 1;
                continue;
            }
            if self.is_remark(&record, &mut scratch.part) {
                self.collector.rows.skipped += 1;
                self.odd.remarks.add(record.line, &String::from_utf8_lossy(record.raw()));
                continue;
            }
            let used = match self.plan.layout.value {
                Layout::Events => self.event(&record, &mut scratch)?,
                Layout::Dates => self.case(&record, &mut scratch)?,
            };
            if used {
                self.collector.rows.used += 1;
                self.collector.print(record.raw());
            } else if !self.sure && self.clock.against() > 0 && self.clock.in_favour() == 0 {
                return Ok(Attempt::Again(self.clock.order.other()));
            }
        }
        mapping.team_unknown.clone_from(&self.unknown);
        if let Some((_, fields)) = &self.plan.team_rows {
            let (used, merged) = self.held.settle(&mut self.collector)?;
            self.collector.rows.used += used;
            self.collector.rows.merged += merged;
            let why = format!("rows about {} say who holds the case", fields.join(", "));
            let named = self.plan.activity.value.first().map(|i| self.name(*i).to_owned());
            mapping.team = Choice::new(named, By::Found, 0.9, why);
        }
        self.warn();
        let Self { collector, clock, options, totals, plan, .. } = self;
        let totals = (!totals.entries.is_empty()).then_some(totals);
        let evidence = match (plan.layout.value, &totals) {
            (Layout::Events, _) => Evidence::L2,
            (Layout::Dates, Some(_)) => Evidence::L1,
            (Layout::Dates, None) => Evidence::L0,
        };
        conclude(collector, clock, mapping, options, evidence, totals, "rows").map(|i| Attempt::Read(Box::new(i)))
    }

    fn name(&self, column: usize) -> &str {
        self.table.columns.get(column).map_or("", String::as_str)
    }

    /// The case id, or nothing after saying why.
    #[inline]
    fn case_id<'s>(&mut self, record: &'s Record<'_>, scratch: &'s mut Vec<u8>) -> Option<Cow<'s, str>> {
        let line = record.line;
        let column = self.plan.case.value;
        let columns = self.table.columns.len();
        if record.len() < columns {
            self.odd.short.add(line, "");
        } else if (columns..record.len()).any(|i| record.field(i, scratch).is_some_and(|f| !f.is_empty())) {
            self.odd.long.add(line, "");
        }
        let bytes = record.field(column, scratch).unwrap_or_default();
        if bytes.is_empty() {
            if record.is_blank() {
                self.collector.rows.skipped += 1;
            } else {
                let name = self.table.columns.get(column).map_or("", String::as_str);
                let (has, of) = (record.len(), self.table.columns.len());
                let encoding = self.encoding;
                let reason = || {
                    if has <= column {
                        format!("the row has {has} columns of {of}: no case id (\u{201c}{name}\u{201d})")
                    } else {
                        format!("the case id (\u{201c}{name}\u{201d}) is empty")
                    }
                };
                self.collector.reject(line, reason, || written(record, encoding));
            }
            return None;
        }
        let (text, good) = decode(bytes, self.encoding);
        if !good {
            self.odd.not_utf8.add(line, &text);
        }
        Some(text)
    }

    /// Whether the row says who holds a case.
    fn is_team_row(&self, record: &Record<'_>, scratch: &mut Vec<u8>) -> bool {
        self.plan.team_rows.as_ref().is_some_and(|(column, fields)| {
            let bytes = record.field(*column, scratch).unwrap_or_default();
            let field = decode(bytes, self.encoding).0;
            fields.iter().any(|f| *f == field)
        })
    }

    /// Whether a row is a sum or a remark below the table: hardly filled, without a time, and opening with such a word.
    fn is_remark(&self, record: &Record<'_>, scratch: &mut Vec<u8>) -> bool {
        let columns = self.table.columns.len();
        if columns < 3 {
            return false;
        }
        let filled = |i: &usize| record.field(*i, &mut Vec::new()).is_some_and(|b| !b.trim_ascii().is_empty());
        let few: Vec<usize> = (0..record.len()).filter(filled).take(3).collect();
        let Some(first) = few.first().copied().filter(|_| few.len() < 3 && few.len() * 2 <= columns) else {
            return false;
        };
        let timed = |i: usize| self.plan.time.value == Some(i) || self.plan.dates.iter().any(|d| d.0 == i);
        let order = self.clock.order;
        let is_time = |i: usize| record.field(i, &mut Vec::new()).is_some_and(|b| date::parse(b, order).is_some());
        if few.iter().any(|i| timed(*i) && is_time(*i)) {
            return false;
        }
        let text = decode(record.field(first, scratch).unwrap_or_default(), self.encoding).0.to_lowercase();
        REMARKS.iter().any(|r| text.trim_start().starts_with(r))
            || text.split_once(' ').is_some_and(|(n, rest)| {
                n.bytes().all(|b| b.is_ascii_digit())
                    && ["rows", "records", "issues", "tickets", "results", "zeilen", "lignes"]
                        .iter()
                        .any(|w| rest.starts_with(w))
            })
    }

    /// Whether the row passes the mapping's filter.
    fn passes(&self, record: &Record<'_>, scratch: &mut Vec<u8>) -> bool {
        self.plan.only.as_ref().is_none_or(|(column, only)| {
            let bytes = record.field(*column, scratch).unwrap_or_default();
            decode(bytes, self.encoding).0.to_lowercase() == only.is.to_lowercase()
        })
    }

    /// A row that is an event; whether it was used.
    fn event(&mut self, record: &Record<'_>, scratch: &mut Scratch) -> Result<bool, ExchangeError> {
        let line = record.line;
        let held = self.is_team_row(record, &mut scratch.part);
        if !held && !self.passes(record, &mut scratch.part) {
            self.collector.rows.skipped += 1;
            return Ok(false);
        }
        let Some(case) = self.case_id(record, &mut scratch.case) else { return Ok(false) };
        let Some(column) = self.plan.time.value else { return Ok(false) };
        let bytes = record.field(column, &mut scratch.time).unwrap_or_default();
        let Some(at) = self.clock.read(bytes, line) else {
            let (text, name) = (String::from_utf8_lossy(bytes).into_owned(), self.name(column).to_owned());
            let reason = || {
                if text.is_empty() {
                    format!("the time (\u{201c}{name}\u{201d}) is empty")
                } else {
                    format!(
                        "\u{201c}{}\u{201d} in \u{201c}{name}\u{201d} is no time this program can read",
                        short(&text)
                    )
                }
            };
            self.collector.reject(line, reason, || written(record, self.encoding));
            return Ok(false);
        };
        let start = match self.plan.start.value {
            Some(column) => self.start(record.field(column, &mut scratch.start).unwrap_or_default(), at, line),
            None => None,
        };
        let encoding = self.encoding;
        let odd = &mut self.odd.not_utf8;
        let activity = match self.plan.activity.value.as_slice() {
            &[one] => cell(record, Some(one), &mut scratch.activity, encoding, odd).unwrap_or_default(),
            several => {
                scratch.joined.clear();
                for (i, &column) in several.iter().enumerate() {
                    if i > 0 {
                        scratch.joined.push('+');
                    }
                    scratch.joined.push_str(
                        &cell(record, Some(column), &mut scratch.activity, encoding, odd).unwrap_or_default(),
                    );
                }
                Cow::Borrowed(scratch.joined.as_str())
            }
        };
        if held {
            self.held.changed(&case, at, &activity, line);
            return Ok(false);
        }
        let team = cell(record, self.plan.team.value, &mut scratch.team, encoding, odd);
        let team = team.filter(|t| !self.unknown.iter().any(|u| u.as_str() == t.as_ref()));
        let lifecycle = cell(record, self.plan.lifecycle.value, &mut scratch.lifecycle, encoding, odd);
        let event = Event {
            case: &case,
            activity: &activity,
            at,
            start,
            team: team.as_deref(),
            lifecycle: lifecycle.as_deref(),
        };
        self.collector.event(event, line)?;
        Ok(true)
    }

    /// The start of work, where it is one.
    fn start(&mut self, bytes: &[u8], at: i64, line: u64) -> Option<i64> {
        if bytes.is_empty() {
            return None;
        }
        let Some(start) = self.clock.read(bytes, line) else {
            self.odd.start.add(line, &String::from_utf8_lossy(bytes));
            return None;
        };
        if start > at {
            self.odd.reversed.add(line, &String::from_utf8_lossy(bytes));
            return None;
        }
        Some(start)
    }

    /// A row that is a case with dates; whether it was used.
    fn case(&mut self, record: &Record<'_>, scratch: &mut Scratch) -> Result<bool, ExchangeError> {
        let line = record.line;
        if !self.passes(record, &mut scratch.part) {
            self.collector.rows.skipped += 1;
            return Ok(false);
        }
        let Some(case) = self.case_id(record, &mut scratch.case) else { return Ok(false) };
        let plan = self.plan;
        let mut events: Vec<(i64, &str)> = Vec::new();
        for (column, activity) in &plan.dates {
            let bytes = record.field(*column, &mut scratch.time).unwrap_or_default();
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            match self.clock.read(bytes, line) {
                Some(at) => events.push((at, activity)),
                None => self.odd.date.add(line, &String::from_utf8_lossy(bytes)),
            }
        }
        let status = cell(record, plan.status, &mut scratch.activity, self.encoding, &mut self.odd.not_utf8);
        if let Some((column, values, date)) = plan.closing
            && !events.iter().any(|(_, e)| self.collector.known.done.contains(e))
            && cell(record, Some(column), &mut scratch.team, self.encoding, &mut self.odd.not_utf8)
                .is_some_and(|v| values.contains(&v.to_lowercase().as_str()))
            && let Some(done) = self.collector.known.done.first()
            && let Some(at) = self.clock.read(record.field(date, &mut scratch.time).unwrap_or_default(), line)
        {
            self.ends.closing.add(line, &case);
            events.push((at, done));
        }
        if let Some(status) = status {
            // Without a profile the words of the dates tell which is an end.
            let done = self.collector.known.done;
            let ended = if done.is_empty() {
                events.iter().any(|(_, e)| suggest::state(e) == Some(FlowState::Done))
            } else {
                events.iter().any(|(_, e)| done.contains(e))
            };
            self.ends.look(&case, &status, ended, line);
        }
        if events.is_empty() {
            let names: Vec<String> = plan.dates.iter().map(|(c, _)| self.name(*c).to_owned()).collect();
            let reason = || format!("no date in {}", names.join(", "));
            self.collector.reject(line, reason, || written(record, self.encoding));
            return Ok(false);
        }
        // By time; of equal times in the order of the columns.
        events.sort_by_key(|e| e.0);
        for (at, activity) in events {
            self.collector
                .event(Event { case: &case, activity, at, start: None, team: None, lifecycle: None }, line)?;
        }
        if let Some(column) = plan.totals {
            let bytes = record.field(column, &mut scratch.time).unwrap_or_default();
            if !bytes.is_empty() {
                self.status_totals(&case, bytes, line);
            }
        }
        Ok(true)
    }

    fn status_totals(&mut self, case: &str, bytes: &[u8], line: u64) {
        let text = String::from_utf8_lossy(bytes);
        let (Some(stays), Some(case)) = (jira::time_in_status(&text), self.collector.log.cases.get(case)) else {
            self.odd.totals.add(line, &text);
            return;
        };
        for (status, visits, ms) in stays {
            let status = self.totals.statuses.intern(status);
            self.totals.entries.push(StatusTotal { case, status, visits, ms });
        }
    }

    fn warn(&mut self) {
        let odd = std::mem::take(&mut self.odd);
        let c = &mut self.collector;
        c.warn_tally("not-utf-8", &odd.not_utf8, |t| {
            format!("{} cells are not UTF-8 and were read as Windows-1252, the first on line {} ({}); a mapping file can name the encoding", t.count, t.first, t.example)
        });
        c.warn_tally("remarks", &odd.remarks, |t| {
            format!(
                "{} rows are remarks, not cases or events, and were skipped; the first on line {} ({})",
                t.count, t.first, t.example
            )
        });
        self.ends.warn(c);
        c.warn_tally("short-rows", &odd.short, |t| {
            format!("{} rows have fewer columns than the header, the first on line {}", t.count, t.first)
        });
        c.warn_tally("long-rows", &odd.long, |t| {
            format!("{} rows have more columns than the header, the first on line {}; a text with the separator in it may lack its quotes", t.count, t.first)
        });
        c.warn_tally("unreadable-start", &odd.start, |t| {
            format!(
                "{} starts are no times, the first on line {} ({}); they count as unknown",
                t.count, t.first, t.example
            )
        });
        c.warn_tally("start-after-end", &odd.reversed, |t| {
            format!(
                "{} events start after their end, the first on line {}; their start counts as unknown",
                t.count, t.first
            )
        });
        c.warn_tally("unreadable-date", &odd.date, |t| {
            format!(
                "{} dates cannot be read, the first on line {} ({}); they are left out",
                t.count, t.first, t.example
            )
        });
        c.warn_tally("unreadable-time-in-status", &odd.totals, |t| {
            format!("{} cells of time in status cannot be read, the first on line {} ({})", t.count, t.first, t.example)
        });
        if self.plan.layout.value == Layout::Dates {
            let names: Vec<&str> = self.plan.dates.iter().map(|d| d.1.as_str()).collect();
            let text = format!(
                "one row a case: only {} are known, so there is no path and no time per step; export the history of changes for those",
                names.join(", ")
            );
            c.warn("no-history", text);
        }
        if !self.totals.entries.is_empty() {
            c.warn("time-in-status", "the time per status is a total: the order of the statuses is not known, and they are named as the source names them");
        }
    }
}
