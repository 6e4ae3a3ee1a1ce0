//! Records as events: by the description they fit, else as the rows of a table.

use std::io::{Cursor, Read};

use serde_json::Value;
use watercourse_flow::log::Event;

use super::cells::Cells;
use super::flat;
use super::made::{self, Yield};
use super::payload::{Payload, Row};
use super::payloads;
use super::records::{Record, Records, Source};
use crate::collect::{Clock, Collector, Known, Tally};
use crate::conclude::{conclude, open_done, open_zone, time_means};
use crate::csv::{Answers, Attempt};
use crate::date::DateOrder;
use crate::error::ExchangeError;
use crate::imported::{Evidence, Imported};
use crate::mapping::{By, Choice, Format, Layout, Mapping};
use crate::names::{nearest, short};
use crate::options::Options;
use crate::rejected::RejectedRows;
use crate::source::Text;
use crate::zone::Zone;

/// How many records are looked at before anything is decided, and how many bytes of them at most.
const LOOKED_AT: usize = 500;

/// Reads a JSON text.
pub(crate) fn read(text: Text<'_>, options: &Options, order: Option<DateOrder>) -> Result<Attempt, ExchangeError> {
    if let Some(found) = object_centric(&text.head) {
        return Err(ExchangeError::NotALog {
            found: format!("{found} in JSON"),
            remedy: "its events belong to several objects each; give a log with one case an event".to_owned(),
        });
    }
    let found = "its first letter opens JSON";
    let about = About { encoding: text.encoding_choice, packing: text.packing, rejected: text.rejected, found };
    let source = Records::new(Cursor::new(text.head).chain(text.rest), options.limits);
    read_from(source, about, options, order)
}

/// Reads records from the cells of a table.
pub(crate) fn read_cells(
    text: Text<'_>,
    answers: &Answers,
    options: &Options,
    order: Option<DateOrder>,
) -> Result<Attempt, ExchangeError> {
    let found = "a table whose column \u{201c}data\u{201d} holds JSON";
    let about = About {
        encoding: text.encoding_choice.clone(),
        packing: text.packing.clone(),
        rejected: text.rejected.clone(),
        found,
    };
    let source = Cells::new(answers.rows(text, options)?, answers.data, answers.input);
    read_from(source, about, options, order)
}

/// What is known of the text around the records.
struct About {
    encoding: Choice<String>,
    packing: Vec<String>,
    rejected: Option<RejectedRows>,
    found: &'static str,
}

fn object_centric(head: &[u8]) -> Option<&'static str> {
    let start = String::from_utf8_lossy(head.get(..head.len().min(4096)).unwrap_or_default());
    let is = ["\"ocel:", "\"objectTypes\"", "\"eventTypes\""].iter().any(|mark| start.contains(mark));
    is.then_some("an object-centric log")
}

fn read_from(
    mut source: impl Source,
    about: About,
    options: &Options,
    order: Option<DateOrder>,
) -> Result<Attempt, ExchangeError> {
    let mut head: Vec<Record> = Vec::new();
    let mut ended = false;
    while head.len() < LOOKED_AT && !ended {
        match source.next()? {
            Some(record) => head.push(record),
            None => ended = true,
        }
    }
    if head.is_empty() {
        return Err(ExchangeError::Empty { what: "JSON file", needs: "records with a case, an activity and a time" });
    }
    let chosen = choose(&head, options)?;
    let Some((payload, list)) = chosen.value.clone() else {
        let why = chosen.why.clone();
        let mut attempt = flat::read(head, source, &about.encoding, about.packing, about.rejected, options, order)?;
        if let Attempt::Read(imported) = &mut attempt {
            let m = &mut imported.mapping;
            m.format = Choice::new(Format::Json, By::Found, 1.0, format!("{}; {why}", about.found));
            (m.delimiter, m.header) = (None, None);
        }
        return Ok(attempt);
    };
    let clock = Clock::new(DateOrder::default(), Zone::parse(options.tz.as_deref().unwrap_or("UTC"))?);
    let known = Known { labels: payload.labels, done: payload.done, ..Known::default() };
    let case_at = head
        .iter()
        .find_map(|r| payload.case.iter().find(|path| made::is_there(&r.value, path)))
        .map_or_else(String::new, |path| (*path).to_owned());
    let mut reader = Reader {
        payload,
        case_at,
        list,
        options,
        collector: Collector::knowing(options.limits, known),
        clock,
        seen: Seen::default(),
    };
    reader.collector.rejected_to.clone_from(&about.rejected);
    for record in head {
        reader.record(&record)?;
    }
    while let Some(record) = source.next()? {
        reader.record(&record)?;
    }
    reader.finish(about, chosen.map(|_| Some(payload.id.to_owned()))).map(|i| Attempt::Read(Box::new(i)))
}

/// The description most records fit, and the list they stand in.
type Chosen = Option<(&'static Payload, String)>;

fn choose(head: &[Record], options: &Options) -> Result<Choice<Chosen>, ExchangeError> {
    let given = options.profile.as_deref();
    let by_hand = options.case.is_some() || options.activity.is_some() || options.time.is_some();
    if given == Some("") || (given.is_none() && (by_hand || options.layout.is_some() || options.dates.is_some())) {
        return Ok(Choice::new(None, By::Given, 1.0, "columns are given"));
    }
    let mut lists: Vec<&str> = Vec::new();
    for record in head {
        if !lists.contains(&record.list.as_str()) {
            lists.push(&record.list);
        }
    }
    // Of several lists (the cards and the actions of a board) the one that tells most.
    let mut found: Vec<(&'static Payload, usize, &str)> = Vec::new();
    for list in lists {
        let records = head.iter().filter(|r| r.list == list).map(|r| &r.value);
        let all = records.clone().count();
        found.extend(payloads::fitting(records).into_iter().filter(|(_, n)| n * 2 >= all).map(|(p, n)| (p, n, list)));
    }
    if let Some(id) = given {
        if !payloads::all().any(|p| p.id == id) {
            let near = nearest(id, payloads::all().map(|p| p.id)).unwrap_or_default();
            let what = format!("there is no such profile of JSON; the nearest is {near}");
            return Err(ExchangeError::BadOption { option: "profile", value: id.to_owned(), what });
        }
        found.retain(|(p, ..)| p.id == id);
        let Some(&(payload, _, list)) = found.first() else {
            let what = "these records are not of that kind".to_owned();
            return Err(ExchangeError::BadOption { option: "profile", value: id.to_owned(), what });
        };
        return Ok(Choice::given(Some((payload, list.to_owned()))));
    }
    found.sort_by_key(|(p, n, _)| (payloads::is_of_cases(p), std::cmp::Reverse(p.marks.len()), std::cmp::Reverse(*n)));
    let Some(&(payload, n, list)) = found.first() else {
        return Ok(Choice::new(
            None,
            By::Default,
            0.9,
            "records of no kind known by name, read as the rows of a table",
        ));
    };
    let place = if list.is_empty() { String::new() } else { format!(" in {list}") };
    let why = format!("{n} of the first records{place} are {}: they have {}", payload.name, payload.marks.join(", "));
    let others: Vec<(String, f64)> = found.iter().skip(1).take(3).map(|(p, ..)| (p.id.to_owned(), 0.3)).collect();
    Ok(Choice::new(Some((payload, list.to_owned())), By::Found, 0.95, why).or(others))
}

/// What was seen on the way, for the mapping and for warnings.
#[derive(Default)]
struct Seen {
    histories: u64,
    cut: Tally,
    unreadable: Tally,
    elsewhere: Tally,
    /// Statuses whose category is done.
    done: Vec<String>,
}

struct Reader<'a> {
    payload: &'static Payload,
    /// Where the case id stands.
    case_at: String,
    list: String,
    options: &'a Options,
    collector: Collector,
    clock: Clock,
    seen: Seen,
}

impl Reader<'_> {
    fn record(&mut self, record: &Record) -> Result<(), ExchangeError> {
        let Record { line, list, value } = record;
        let line = *line;
        self.collector.rows.read += 1;
        if *list != self.list {
            self.collector.rows.skipped += 1;
            self.seen.elsewhere.add(line, list);
            return Ok(());
        }
        let Some(case) = made::case(self.payload, value) else {
            let paths = self.payload.case.join(" or ");
            self.collector.reject(line, || format!("the record has no case id ({paths})"), || value.to_string());
            return Ok(());
        };
        if let Some((name, category, done)) = self.payload.category
            && value.pointer(category).and_then(Value::as_str) == Some(done)
            && let Some(name) = value.pointer(name).and_then(Value::as_str)
            && !self.seen.done.iter().any(|d| d == name)
        {
            self.seen.done.push(name.to_owned());
        }
        let Yield { events, unreadable, timed, history, missing } =
            made::events(self.payload, value, &mut self.clock, line);
        self.seen.histories += u64::from(history);
        if missing > 0 {
            self.seen.cut.add(line, &case);
        }
        for written in &unreadable {
            self.seen.unreadable.add(line, written);
        }
        if events.is_empty() {
            if let Some(written) = unreadable.first() {
                let said = short(written);
                self.collector.reject(
                    line,
                    || format!("\u{201c}{said}\u{201d} is no time this program can read"),
                    || value.to_string(),
                );
            } else if !timed && self.payload.row == Row::Case {
                self.collector.reject(line, || "the record has no time".to_owned(), || value.to_string());
            } else {
                // A change of something that is no status, or work that has not ended.
                self.collector.rows.skipped += 1;
            }
            return Ok(());
        }
        for event in &events {
            let team = event.team.as_deref().filter(|t| !self.options.team_unknown.iter().any(|u| u == t));
            let event = Event {
                case: &case,
                activity: &event.activity,
                at: event.at,
                start: event.start,
                team,
                lifecycle: None,
            };
            self.collector.event(event, line)?;
        }
        self.collector.rows.used += 1;
        self.collector.print(value.to_string().as_bytes());
        Ok(())
    }

    fn finish(self, about: About, profile: Choice<Option<String>>) -> Result<Imported, ExchangeError> {
        let Self { payload, case_at, options, mut collector, clock, seen, .. } = self;
        let dates = payload.row == Row::Case && seen.histories == 0;
        collector.warn_tally("histories-cut", &seen.cut, |t| {
            format!("{} cases have more changes than the answer holds, the first {} on line {}: their histories are incomplete; fetch the further pages of changes", t.count, t.example, t.first)
        });
        collector.warn_tally("unreadable-date", &seen.unreadable, |t| {
            format!(
                "{} times cannot be read, the first on line {} ({}); they are left out",
                t.count, t.first, t.example
            )
        });
        collector.warn_tally("other-records", &seen.elsewhere, |t| {
            format!("{} records stand in other lists ({}) and were skipped", t.count, t.example)
        });
        if dates {
            collector.warn("no-history", format!("a record is a case with its dates ({}), so there is no path and no time per step; fetch the changes for those", payload.name));
        }
        if seen.histories > 0 && seen.histories < collector.rows.used {
            let without = collector.rows.used - seen.histories;
            collector.warn(
                "partial-history",
                format!("{without} cases come without their changes: of them only dates are known"),
            );
        }
        let known: Vec<String> = seen.done.into_iter().filter(|d| collector.log.activities.get(d).is_some()).collect();
        let means = match payload.row {
            Row::Work => time_means(options, false, "work is recorded when it is completed"),
            _ => time_means(options, true, "a status is recorded when it is entered"),
        };
        let mapping = mapping(payload, case_at, about, profile, dates, means, options);
        let evidence = if dates { Evidence::L0 } else { Evidence::L2 };
        let by_category = options.done.is_none() && !known.is_empty();
        let said = Options { done: if by_category { Some(known) } else { options.done.clone() }, ..options.clone() };
        let mut imported = conclude(collector, clock, mapping, &said, evidence, None, "records")?;
        if by_category {
            imported.mapping.done.by = By::Found;
            "the tool says that the category of these is done".clone_into(&mut imported.mapping.done.why);
        }
        Ok(imported)
    }
}

fn mapping(
    payload: &Payload,
    case_at: String,
    about: About,
    profile: Choice<Option<String>>,
    dates: bool,
    means: Choice<watercourse_flow::log::TimeMeans>,
    options: &Options,
) -> Mapping {
    let none = |why: &str| Choice::new(None, By::Default, 1.0, why);
    let found = |value: String| Choice::new(value, By::Found, 0.95, payload.name);
    let first = |paths: &[&str]| paths.first().map(|p| (*p).to_owned()).unwrap_or_default();
    let (activity, time) = if let (Some(changes), false) = (payload.changes, dates) {
        (format!("{}{}{}", changes.list, changes.items, changes.to), format!("{}{}", changes.list, changes.at))
    } else {
        (String::new(), payload.moments.first().map(|m| first(m.at)).unwrap_or_default())
    };
    let layout = if dates { Layout::Dates } else { Layout::Events };
    let some = |text: String| if text.is_empty() { none("the name of each date") } else { found(text).map(Some) };
    Mapping {
        format: Choice::new(Format::Json, By::Found, 1.0, about.found),
        profile,
        packing: about.packing,
        encoding: about.encoding,
        delimiter: None,
        header: None,
        layout: Choice::new(layout, By::Found, 0.95, payload.name),
        case: found(case_at),
        activity: some(activity),
        time: some(time),
        start: none("what has a start has it in the record"),
        team: if payload.team.is_empty() && payload.changes.is_none() {
            none("the answer names no team")
        } else {
            none("where the record names one")
        },
        lifecycle: none("the answer has none"),
        classifier: None,
        dates: Vec::new(),
        totals: None,
        only: None,
        team_unknown: options.team_unknown.clone(),
        date_order: Choice::new(None, By::Found, 1.0, "no date leaves the question"),
        zone: open_zone(),
        times: Vec::new(),
        time_means: means,
        done: open_done(),
        labels: Vec::new(),
    }
}
