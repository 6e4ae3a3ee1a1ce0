//! Events of traces as events of cases.

use std::collections::HashMap;
use std::io::{self, Read};

use watercourse_flow::log::{Event, TimeMeans};

use super::walk::{Item, Walk};
use crate::collect::{Clock, Collector, Tally};
use crate::conclude::{conclude, open_done, open_zone, time_means};
use crate::date::DateOrder;
use crate::error::ExchangeError;
use crate::imported::{Evidence, Imported};
use crate::mapping::{By, Choice, Format, Layout, Mapping};
use crate::names::{keys, nearest, short};
use crate::options::Options;
use crate::source::Text;
use crate::zone::Zone;

/// How far to look for the first event before anything is decided.
const LONGEST_HEAD: usize = 16 << 20;

/// Reads an XES file.
pub(crate) fn read(mut text: Text<'_>, options: &Options) -> Result<Imported, ExchangeError> {
    let mut survey = Survey::make(&text.head, text.whole, options)?;
    // Some files open with megabytes of statistics about themselves.
    while survey.event_keys.is_empty() && !text.whole && text.head.len() < LONGEST_HEAD {
        text.lengthen()?;
        survey = Survey::make(&text.head, text.whole, options)?;
    }
    let plan = Plan::make(&survey, options)?;
    let zone = Zone::parse(options.tz.as_deref().unwrap_or("UTC"))?;
    let mapping = mapping(&plan, &text, options);
    let clock = Clock::new(options.date_order.unwrap_or_default(), zone);
    let mut events = Events {
        plan: &plan,
        collector: Collector::keeping(options.limits, text.rejected.clone()),
        clock,
        slots: vec![String::new(); plan.keys.len()],
        filled: vec![false; plan.keys.len()],
        print: Vec::new(),
        case: None,
        held: Vec::new(),
        traces: 0,
        unnamed: 0,
        again: Tally::default(),
        defaults: 0,
        start: Tally::default(),
        unknown: &options.team_unknown,
    };
    events.all(Walk::new(io::Cursor::new(text.head).chain(text.rest), options.limits))?;
    let Events { mut collector, clock, unnamed, again, defaults, start, .. } = events;
    if unnamed > 0 {
        collector.warn(
            "unnamed-traces",
            format!("{unnamed} traces have no \u{201c}{}\u{201d}; they are called by their number", plan.case.value),
        );
    }
    collector.warn_tally("repeated-case", &again, |t| {
        format!(
            "{} traces have the id of an earlier one (the first on line {}: {}); traces with one id are one case",
            t.count, t.first, t.example
        )
    });
    if defaults > 0 {
        collector.warn(
            "global-defaults",
            format!("{defaults} events lack an attribute that the file gives a default for; the default was taken"),
        );
    }
    collector.warn_tally("unreadable-start", &start, |t| {
        format!(
            "{} starts are no times or lie after the end, the first on line {} ({}); they count as unknown",
            t.count, t.first, t.example
        )
    });
    conclude(collector, clock, mapping, options, Evidence::L2, None, "events")
}

/// What the beginning of the file shows.
#[derive(Default)]
struct Survey {
    /// Keys of event attributes, in order of appearance.
    event_keys: Vec<String>,
    trace_keys: Vec<String>,
    defaults: HashMap<String, String>,
    classifiers: Vec<(String, String)>,
    /// Whether the survey has seen the whole file.
    whole: bool,
}

impl Survey {
    fn make(head: &[u8], whole: bool, options: &Options) -> Result<Self, ExchangeError> {
        let mut survey = Self { whole, ..Self::default() };
        let mut walk = Walk::new(head, options.limits);
        loop {
            match walk.next() {
                Ok(Some(Item::EventAttribute)) => add(&mut survey.event_keys, &walk.key),
                Ok(Some(Item::TraceAttribute)) => add(&mut survey.trace_keys, &walk.key),
                Ok(Some(Item::EventDefault)) => {
                    survey.defaults.insert(walk.key.clone(), walk.value.clone());
                }
                Ok(Some(Item::Classifier)) => survey.classifiers.push((walk.key.clone(), walk.value.clone())),
                Ok(Some(_)) => {}
                Ok(None) => return Ok(survey),
                Err(error) if whole => return Err(error),
                // The head ends inside an element; a fault inside it is found again when all is read.
                Err(_) => return Ok(survey),
            }
        }
    }
}

fn add(keys: &mut Vec<String>, key: &str) {
    if !keys.iter().any(|k| k == key) {
        keys.push(key.to_owned());
    }
}

/// Which attribute means what.
struct Plan {
    case: Choice<String>,
    activity: Choice<Vec<usize>>,
    time: Choice<usize>,
    start: Choice<Option<usize>>,
    team: Choice<Option<usize>>,
    lifecycle: Choice<Option<usize>>,
    classifier: Option<String>,
    /// The event attributes that are looked at.
    keys: Vec<String>,
    /// Their defaults.
    defaults: Vec<Option<String>>,
}

impl Plan {
    fn make(survey: &Survey, options: &Options) -> Result<Self, ExchangeError> {
        let mut wanted: Vec<String> = Vec::new();
        let mut slot = |key: &str| {
            wanted.iter().position(|k| k == key).unwrap_or_else(|| {
                wanted.push(key.to_owned());
                wanted.len() - 1
            })
        };
        let case = match &options.case {
            Some(key) => Choice::given(known(survey, &survey.trace_keys, "--case", key)?),
            None => Choice::new("concept:name".to_owned(), By::Found, 1.0, "the name of the trace, as XES has it"),
        };
        let (activity, classifier) = activity(survey, options, &mut slot)?;
        let time = match &options.time {
            Some(key) => Choice::given(slot(&known(survey, &survey.event_keys, "--time", key)?)),
            None => Choice::new(slot("time:timestamp"), By::Found, 1.0, "the time of the event, as XES has it"),
        };
        let mut optional = |flag: &str, given: Option<&str>, names: &[(&str, f64)]| match given {
            Some("") => Ok(Choice::new(None, By::Given, 1.0, "given: none")),
            Some(key) => Ok(Choice::given(Some(slot(&known(survey, &survey.event_keys, flag, key)?)))),
            None => {
                let seen = |name: &str| survey.event_keys.iter().any(|k| k == name);
                let any = names.iter().any(|(n, _)| seen(n));
                // What XES itself names is looked for throughout, even if the beginning has none.
                let mut found = names.iter().filter(|(n, sure)| seen(n) || (!any && !survey.whole && *sure == 1.0));
                Ok(match found.next() {
                    Some((name, sure)) => {
                        let others = found.map(|(n, s)| ((*n).to_owned(), *s * 0.5));
                        Choice::new(
                            Some(slot(name)),
                            if *sure > 0.9 { By::Found } else { By::Guessed },
                            *sure,
                            format!("events have \u{201c}{name}\u{201d}"),
                        )
                        .or(others)
                    }
                    None => Choice::new(None, By::Default, 0.9, "no event near the beginning has one"),
                })
            }
        };
        let start = optional(
            "--start",
            options.start.as_deref(),
            &[("start_timestamp", 1.0), ("time:start", 0.9), ("startTime", 0.6), ("start_time", 0.6)],
        )?;
        let team = optional(
            "--team",
            options.team.as_deref(),
            &[("org:group", 1.0), ("assignment_group", 0.8), ("workgroup", 0.7), ("team", 0.8), ("support_group", 0.7)],
        )?;
        let lifecycle = optional("--lifecycle", options.lifecycle.as_deref(), &[("lifecycle:transition", 1.0)])?;
        // A default stands for a name or a transition that is left out; a time or a team is never made up.
        let fills: Vec<usize> = activity.value.iter().copied().chain(lifecycle.value).collect();
        let defaults = wanted
            .iter()
            .enumerate()
            .map(|(i, k)| survey.defaults.get(k).filter(|_| fills.contains(&i)).cloned())
            .collect();
        Ok(Self { case, activity, time, start, team, lifecycle, classifier, keys: wanted, defaults })
    }

    fn key(&self, slot: usize) -> String {
        self.keys.get(slot).cloned().unwrap_or_default()
    }
}

/// The keys that make the activity: given by key, by classifier, or `concept:name`.
fn activity(
    survey: &Survey,
    options: &Options,
    slot: &mut dyn FnMut(&str) -> usize,
) -> Result<(Choice<Vec<usize>>, Option<String>), ExchangeError> {
    let others =
        || survey.classifiers.iter().map(|(name, keys)| (format!("--classifier {name:?} ({keys})"), 0.3)).take(8);
    if let Some(key) = &options.activity {
        return Ok((
            Choice::given(vec![slot(&known(survey, &survey.event_keys, "--activity", key)?)]).or(others()),
            None,
        ));
    }
    if let Some(wanted) = &options.classifier {
        let declared = survey.classifiers.iter().find(|(name, _)| name == wanted);
        let parts = match declared {
            Some((_, value)) => declared_keys(value, &survey.event_keys),
            None => keys(wanted),
        };
        for key in &parts {
            if declared.is_none() && !survey.event_keys.contains(key) {
                let mut names: Vec<String> = survey.classifiers.iter().map(|c| c.0.clone()).collect();
                names.extend(survey.event_keys.iter().cloned());
                return Err(ExchangeError::UnknownColumn {
                    flag: "--classifier".to_owned(),
                    name: key.clone(),
                    nearest: nearest(key, names.iter().map(String::as_str)),
                    columns: names,
                });
            }
        }
        if parts.is_empty() {
            return Err(ExchangeError::BadOption {
                option: "--classifier",
                value: wanted.clone(),
                what: "give the name of a classifier of the file, or attribute keys".to_owned(),
            });
        }
        return Ok((Choice::given(parts.iter().map(|k| slot(k)).collect()).or(others()), Some(wanted.clone())));
    }
    let choice =
        Choice::new(vec![slot("concept:name")], By::Found, 1.0, "the name of the event, as XES has it").or(others());
    Ok((choice, None))
}

/// Keys of a declared classifier. Older files do not quote keys with spaces: such a text may be one key.
fn declared_keys(value: &str, known: &[String]) -> Vec<String> {
    if known.iter().any(|k| k == value) { vec![value.to_owned()] } else { keys(value) }
}

/// A key that is there. Where only the beginning was looked at, one that is like none of those seen is taken at its word.
fn known(survey: &Survey, keys: &[String], flag: &str, key: &str) -> Result<String, ExchangeError> {
    let nearest = nearest(key, keys.iter().map(String::as_str));
    if keys.iter().any(|k| k == key) || (!survey.whole && nearest.is_none()) {
        return Ok(key.to_owned());
    }
    Err(ExchangeError::UnknownColumn { flag: flag.to_owned(), name: key.to_owned(), nearest, columns: keys.to_vec() })
}

fn mapping(plan: &Plan, text: &Text<'_>, options: &Options) -> Mapping {
    let named = |c: &Choice<Option<usize>>| c.clone().map(|v| v.map(|s| plan.key(s)));
    let means: Choice<TimeMeans> =
        time_means(options, false, "events are recorded when they are completed, unless said otherwise");
    Mapping {
        profile: Choice::new(None, By::Default, 1.0, "XES names its own parts"),
        format: Choice::new(Format::Xes, By::Found, 1.0, "an XML file with a <log>"),
        packing: text.packing.clone(),
        encoding: text.encoding_choice.clone(),
        delimiter: None,
        header: None,
        layout: Choice::new(Layout::Events, By::Found, 1.0, "XES has events"),
        case: plan.case.clone(),
        activity: plan
            .activity
            .clone()
            .map(|v| Some(v.into_iter().map(|s| plan.key(s)).collect::<Vec<_>>().join(" + "))),
        time: plan.time.clone().map(|s| Some(plan.key(s))),
        start: named(&plan.start),
        team: named(&plan.team),
        lifecycle: named(&plan.lifecycle),
        classifier: plan.classifier.clone(),
        dates: Vec::new(),
        totals: None,
        only: None,
        team_unknown: options.team_unknown.clone(),
        date_order: match options.date_order {
            Some(order) => Choice::given(Some(order)),
            None => Choice::new(None::<DateOrder>, By::Found, 1.0, "XES dates have the year first"),
        },
        zone: open_zone(),
        times: Vec::new(),
        time_means: means,
        done: open_done(),
        labels: Vec::new(),
    }
}

/// An event held back until its trace is known by name.
struct Held {
    activity: String,
    at: i64,
    start: Option<i64>,
    team: Option<String>,
    lifecycle: Option<String>,
    print: Vec<u8>,
    line: u64,
}

/// The value of an attribute looked at, if the event has it.
fn value<'s>(slots: &'s [String], filled: &[bool], slot: usize) -> Option<&'s str> {
    if filled.get(slot).copied().unwrap_or(false) { slots.get(slot).map(String::as_str) } else { None }
}

struct Events<'a> {
    plan: &'a Plan,
    collector: Collector,
    clock: Clock,
    /// Values of the attributes looked at, for the event at hand.
    slots: Vec<String>,
    filled: Vec<bool>,
    /// All attributes of the event at hand, to tell identical ones.
    print: Vec<u8>,
    /// The case id of the trace at hand, once known.
    case: Option<String>,
    held: Vec<Held>,
    traces: u64,
    unnamed: u64,
    again: Tally,
    defaults: u64,
    start: Tally,
    unknown: &'a [String],
}

impl Events<'_> {
    fn all<R: Read>(&mut self, mut walk: Walk<R>) -> Result<(), ExchangeError> {
        let mut line = 0;
        let mut trace_line = 0;
        while let Some(item) = walk.next()? {
            match item {
                Item::Trace => {
                    self.traces += 1;
                    self.case = None;
                    trace_line = walk.line;
                }
                Item::TraceAttribute => {
                    if walk.key == self.plan.case.value && self.case.is_none() {
                        if self.collector.log.cases.get(&walk.value).is_some() {
                            self.again.add(trace_line, &walk.value);
                        }
                        self.case = Some(walk.value.clone());
                    }
                }
                Item::Event => {
                    line = walk.line;
                    self.filled.fill(false);
                    self.print.clear();
                }
                Item::EventAttribute => self.attribute(&walk.key, &walk.value),
                Item::EventEnd => self.event(line)?,
                Item::TraceEnd => self.trace_end()?,
                Item::EventDefault | Item::Classifier => {}
            }
        }
        Ok(())
    }

    fn attribute(&mut self, key: &str, value: &str) {
        for text in [key, value] {
            self.print.extend_from_slice(text.as_bytes());
            self.print.push(0);
        }
        if let Some(slot) = self.plan.keys.iter().position(|k| k == key)
            && let (Some(text), Some(filled)) = (self.slots.get_mut(slot), self.filled.get_mut(slot))
        {
            text.clear();
            text.push_str(value);
            *filled = true;
        }
    }

    /// An event is complete.
    fn event(&mut self, line: u64) -> Result<(), ExchangeError> {
        self.collector.rows.read += 1;
        let plan = self.plan;
        let written = value(&self.slots, &self.filled, plan.time.value);
        let Some(at) = written.and_then(|t| self.clock.read(t.as_bytes(), line)) else {
            let key = plan.key(plan.time.value);
            let reason = || match written {
                Some(text) => {
                    format!("\u{201c}{}\u{201d} in \u{201c}{key}\u{201d} is no time this program can read", short(text))
                }
                None => format!("the event has no \u{201c}{key}\u{201d}"),
            };
            self.collector.reject(line, reason, || attributes(&self.print));
            return Ok(());
        };
        if self.case.as_deref() == Some("") {
            let reason = || format!("the case id (\u{201c}{}\u{201d} of its trace) is empty", plan.case.value);
            self.collector.reject(line, reason, || attributes(&self.print));
            return Ok(());
        }
        let mut defaulted = false;
        for &slot in plan.activity.value.iter().chain(&plan.lifecycle.value) {
            if !self.filled.get(slot).copied().unwrap_or(true)
                && let (Some(Some(default)), Some(text), Some(filled)) =
                    (plan.defaults.get(slot), self.slots.get_mut(slot), self.filled.get_mut(slot))
            {
                default.clone_into(text);
                *filled = true;
                defaulted = true;
            }
        }
        self.defaults += u64::from(defaulted);
        let value = |slot| value(&self.slots, &self.filled, slot);
        let start = plan.start.value.and_then(value).and_then(|text| {
            let start = self.clock.read(text.as_bytes(), line).filter(|s| *s <= at);
            if start.is_none() && !text.is_empty() {
                self.start.add(line, text);
            }
            start
        });
        let joined;
        let activity = match plan.activity.value.as_slice() {
            &[one] => value(one).unwrap_or_default(),
            several => {
                joined = several.iter().map(|s| value(*s).unwrap_or_default()).collect::<Vec<_>>().join("+");
                &joined
            }
        };
        let known = |t: &&str| !t.is_empty();
        let team = plan.team.value.and_then(value).filter(known).filter(|t| !self.unknown.iter().any(|u| u == t));
        let lifecycle = plan.lifecycle.value.and_then(value).filter(known);
        let Some(case) = self.case.as_deref() else {
            let held = Held {
                activity: activity.to_owned(),
                at,
                start,
                team: team.map(str::to_owned),
                lifecycle: lifecycle.map(str::to_owned),
                print: std::mem::take(&mut self.print),
                line,
            };
            self.held.push(held);
            return Ok(());
        };
        self.collector.event(Event { case, activity, at, start, team, lifecycle }, line)?;
        self.collector.rows.used += 1;
        self.print.extend_from_slice(case.as_bytes());
        self.collector.print(&self.print);
        Ok(())
    }

    /// The trace is complete: events that came before its name, or without one, find their case.
    fn trace_end(&mut self) -> Result<(), ExchangeError> {
        if self.held.is_empty() {
            return Ok(());
        }
        let case = self.case.take().unwrap_or_else(|| {
            self.unnamed += 1;
            format!("trace {}", self.traces)
        });
        for held in std::mem::take(&mut self.held) {
            if case.is_empty() {
                let key = self.plan.case.value.clone();
                let reason = || format!("the case id (\u{201c}{key}\u{201d} of its trace) is empty");
                self.collector.reject(held.line, reason, || attributes(&held.print));
                continue;
            }
            let Held { activity, at, start, team, lifecycle, mut print, line } = held;
            let event = Event {
                case: &case,
                activity: &activity,
                at,
                start,
                team: team.as_deref(),
                lifecycle: lifecycle.as_deref(),
            };
            self.collector.event(event, line)?;
            self.collector.rows.used += 1;
            print.extend_from_slice(case.as_bytes());
            self.collector.print(&print);
        }
        Ok(())
    }
}

/// The attributes of an event as text.
fn attributes(print: &[u8]) -> String {
    let parts: Vec<String> =
        print.split(|b| *b == 0).filter(|p| !p.is_empty()).map(|p| String::from_utf8_lossy(p).into_owned()).collect();
    parts.join("; ")
}
