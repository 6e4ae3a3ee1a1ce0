//! One case an event, from a log in which an event belongs to several objects: each object of one type is a case.

use std::collections::HashMap;

use watercourse_flow::log::{Event, NONE};

use super::model::{Ocel, Value, ValueKind};
use super::read::{Columns, columns};
use super::score::{best, is_team};
use super::values::text;
use crate::collect::{Clock, Collector};
use crate::conclude::{conclude, open_done, open_zone, time_means};
use crate::error::ExchangeError;
use crate::imported::{Evidence, Imported};
use crate::mapping::{By, Choice, Layout, Mapping};
use crate::names::{nearest, short};
use crate::options::Options;
use crate::source::Given;

/// What the type and the time of an event are called where other formats have columns.
const TYPE: &str = "type";
const TIME: &str = "time";

/// Reads an object-centric log as a log of cases.
pub(crate) fn log(given: Given<'_>, options: &Options) -> Result<Imported, ExchangeError> {
    let Columns { ocel, mut collector, mut clock, format, packing, encoding, .. } = columns(given, options)?;
    if ocel.events() == 0 {
        return Err(ExchangeError::Empty {
            what: "object-centric log",
            needs: "at least one event with an id and a time",
        });
    }
    let plan = Plan::make(&ocel, options)?;
    let mapping = Mapping {
        format,
        profile: Choice::new(None, By::Found, 1.0, "OCEL says what it is"),
        packing,
        encoding,
        delimiter: None,
        header: None,
        layout: Choice::new(Layout::Events, By::Found, 1.0, "OCEL has events"),
        case: plan.case.clone().map(|of| ocel.object_types.names.name(of).to_owned()),
        activity: plan
            .activity
            .clone()
            .map(|name| Some(name.map_or_else(|| TYPE.to_owned(), |name| ocel.attributes.name(name).to_owned()))),
        time: Choice::new(Some(TIME.to_owned()), By::Found, 1.0, "the time of the event, as OCEL has it"),
        start: plan.start.clone().map(|s| s.map(|name| ocel.attributes.name(name).to_owned())),
        team: plan.team.clone().map(|team| team.map(|team| team.name(&ocel).to_owned())),
        lifecycle: plan.lifecycle.clone().map(|l| l.map(|name| ocel.attributes.name(name).to_owned())),
        classifier: None,
        dates: Vec::new(),
        totals: None,
        only: None,
        team_unknown: options.team_unknown.clone(),
        date_order: match options.date_order {
            Some(order) => Choice::given(Some(order)),
            None => Choice::new(None, By::Found, 1.0, "OCEL dates have the year first"),
        },
        zone: open_zone(),
        times: Vec::new(),
        time_means: time_means(options, false, "events are recorded when they are completed, unless said otherwise"),
        done: open_done(),
        labels: Vec::new(),
    };
    if plan.case.by == By::Guessed {
        let others: Vec<String> =
            plan.case.alternatives.iter().take(5).map(|a| format!("\u{201c}{}\u{201d}", short(&a.value))).collect();
        let name = short(&mapping.case.value);
        let text =
            format!("each \u{201c}{name}\u{201d} was taken as a case; --object-type can say {}", others.join(", "));
        collector.warn("object-type-guessed", text);
    }
    cases(&ocel, &plan, &mut collector, &mut clock, options)?;
    conclude(collector, clock, mapping, options, Evidence::L3, None, "events")
}

/// Where the team of an event stands.
#[derive(Debug, Clone, Copy)]
enum Team {
    /// In an attribute of the event.
    Attribute(u32),
    /// In an object of this type that the event touches.
    Objects(u32),
}

impl Team {
    fn name(self, ocel: &Ocel) -> &str {
        match self {
            Self::Attribute(name) => ocel.attributes.name(name),
            Self::Objects(of) => ocel.object_types.names.name(of),
        }
    }
}

struct Plan {
    case: Choice<u32>,
    activity: Choice<Option<u32>>,
    start: Choice<Option<u32>>,
    team: Choice<Option<Team>>,
    lifecycle: Choice<Option<u32>>,
}

impl Plan {
    fn make(ocel: &Ocel, options: &Options) -> Result<Self, ExchangeError> {
        let types: Vec<&str> = ocel.object_types.names.iter().collect();
        // The names of attributes that events have.
        let mut used: Vec<u32> = ocel.event_values.name.clone();
        used.sort_unstable();
        used.dedup();
        let names: Vec<&str> = used.iter().map(|n| ocel.attributes.name(*n)).collect();
        let case = match options.object_type.as_ref().or(options.case.as_ref()) {
            Some(name) => {
                Choice::given(ocel.object_types.names.get(name).ok_or_else(|| unknown("--object-type", name, &types))?)
                    .or(best(ocel)
                        .map(|b| b.alternatives.into_iter().map(|a| (a.value, a.confidence)))
                        .into_iter()
                        .flatten())
            }
            None => best(ocel).ok_or_else(|| ExchangeError::NotALog {
                found: "an object-centric log whose events touch no object it describes".to_owned(),
                remedy: "without objects there are no cases".to_owned(),
            })?,
        };
        let attribute = |flag: &str, name: &str| match ocel.attributes.get(name).filter(|n| used.contains(n)) {
            Some(found) => Ok(found),
            None => Err(unknown(flag, name, &names)),
        };
        if let Some(time) = options.time.as_deref().filter(|t| *t != TIME) {
            return Err(unknown("--time", time, &[TIME]));
        }
        let activity = match options.activity.as_deref() {
            None => Choice::new(None, By::Found, 1.0, "the type of the event, as OCEL has it"),
            Some(TYPE) => Choice::given(None),
            Some(name) => Choice::given(Some(attribute("--activity", name)?)),
        };
        let optional = |flag: &str, given: Option<&str>, known: &[&str]| match given {
            Some("") => Ok(Choice::new(None, By::Given, 1.0, "given: none")),
            Some(name) => attribute(flag, name).map(|n| Choice::given(Some(n))),
            None => Ok(match known.iter().find_map(|k| ocel.attributes.get(k).filter(|n| used.contains(n))) {
                Some(n) => {
                    let why = format!("events have \u{201c}{}\u{201d}", ocel.attributes.name(n));
                    Choice::new(Some(n), By::Found, 0.95, why)
                }
                None => Choice::new(None, By::Default, 0.9, "no event has one"),
            }),
        };
        let start = optional(
            "--start",
            options.start.as_deref(),
            &["start_timestamp", "time:start", "start_time", "startTime"],
        )?;
        let lifecycle = optional("--lifecycle", options.lifecycle.as_deref(), &["lifecycle:transition", "lifecycle"])?;
        let team = match options.team.as_deref() {
            Some("") => Choice::new(None, By::Given, 1.0, "given: none"),
            Some(name) => Choice::given(Some(match (ocel.attributes.get(name), ocel.object_types.names.get(name)) {
                (Some(n), _) if used.contains(&n) => Team::Attribute(n),
                (_, Some(of)) => Team::Objects(of),
                _ => return Err(unknown("--team", name, &[names, types].concat())),
            })),
            None => team(ocel, &used, case.value),
        };
        Ok(Self { case, activity, start, team, lifecycle })
    }
}

fn unknown(flag: &str, name: &str, columns: &[&str]) -> ExchangeError {
    ExchangeError::UnknownColumn {
        flag: flag.to_owned(),
        name: name.to_owned(),
        nearest: nearest(name, columns.iter().copied()),
        columns: columns.iter().map(|c| (*c).to_owned()).collect(),
    }
}

/// The team: an attribute or a type of objects that says so, or an attribute whose values do, four of
/// five. A person is no team.
fn team(ocel: &Ocel, used: &[u32], case: u32) -> Choice<Option<Team>> {
    if let Some(&name) = used.iter().find(|n| is_team(ocel.attributes.name(**n))) {
        let why = format!("events have \u{201c}{}\u{201d}", ocel.attributes.name(name));
        return Choice::new(Some(Team::Attribute(name)), By::Guessed, 0.85, why);
    }
    let of = (0u32..).zip(ocel.object_types.names.iter()).find(|(n, name)| *n != case && is_team(name));
    if let Some((of, name)) = of {
        return Choice::new(
            Some(Team::Objects(of)),
            By::Guessed,
            0.7,
            format!("events touch a \u{201c}{name}\u{201d}"),
        );
    }
    let mut seen: HashMap<u32, (usize, usize)> = HashMap::new();
    for (place, name) in ocel.event_values.name.iter().enumerate() {
        if let Some(Value::String(text)) = ocel.value(&ocel.event_values, place) {
            let (all, teams) = seen.entry(*name).or_default();
            *all += 1;
            *teams += usize::from(is_team(text));
        }
    }
    match seen.into_iter().filter(|(_, (all, teams))| teams * 5 >= *all * 4).max_by_key(|(name, n)| (n.1, *name)) {
        Some((name, (all, teams))) => {
            let why =
                format!("{teams} of {all} values of \u{201c}{}\u{201d} are called teams", ocel.attributes.name(name));
            Choice::new(Some(Team::Attribute(name)), By::Guessed, 0.6, why)
        }
        None => Choice::new(None, By::Default, 0.7, "neither an attribute nor a type of objects is called a team"),
    }
}

/// The value of an attribute of an event, as text.
fn attribute(ocel: &Ocel, event: u32, name: u32) -> Option<std::borrow::Cow<'_, str>> {
    let place = ocel.event_values.of(event).find(|p| ocel.event_values.name.get(*p) == Some(&name))?;
    ocel.value(&ocel.event_values, place).map(text).filter(|t| !t.is_empty())
}

/// Hands every event to each of its cases.
fn cases(
    ocel: &Ocel,
    plan: &Plan,
    collector: &mut Collector,
    clock: &mut Clock,
    options: &Options,
) -> Result<(), ExchangeError> {
    let case = plan.case.value;
    let name = short(ocel.object_types.names.name(case));
    let (mut shared, mut copies, mut without) = (0u64, 0u64, 0u64);
    let mut met = vec![false; ocel.object_type.len()];
    // Per case and activity: the other objects of the first event, and whether a later one had others.
    let mut others: HashMap<(u32, u32), (u64, bool)> = HashMap::new();
    for n in ocel.event_numbers() {
        let line = u64::from(n) + 1;
        let mut mine: Vec<u32> = ocel.e2o.of(n).map(|(o, _)| o).filter(|o| ocel.type_of(*o) == case).collect();
        mine.sort_unstable();
        mine.dedup();
        if mine.is_empty() {
            without += 1;
            collector.rows.skipped += 1;
            continue;
        }
        collector.rows.used += 1;
        if mine.len() > 1 {
            shared += 1;
            copies += mine.len() as u64 - 1;
        }
        let other = ocel.e2o.of(n).filter(|(o, _)| ocel.type_of(*o) != case).fold(0u64, |sum, (o, _)| {
            sum.wrapping_add((u64::from(o) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(o % 63))
        });
        let of = ocel.event_type.get(n as usize).copied().unwrap_or(NONE);
        let activity = match plan.activity.value {
            Some(name) => attribute(ocel, n, name).unwrap_or_default(),
            None => ocel.event_types.names.name(of).into(),
        };
        let at = ocel.at.get(n as usize).copied().unwrap_or_default();
        let start = plan.start.value.and_then(|name| start(ocel, n, name, clock)).filter(|s| *s <= at);
        let team = match plan.team.value {
            Some(Team::Attribute(name)) => attribute(ocel, n, name),
            Some(Team::Objects(of)) => {
                ocel.e2o.of(n).find(|(o, _)| ocel.type_of(*o) == of).map(|(o, _)| ocel.object_ids.name(o).into())
            }
            None => None,
        };
        let team = team.filter(|t| !options.team_unknown.iter().any(|u| u == t));
        let lifecycle = plan.lifecycle.value.and_then(|name| attribute(ocel, n, name));
        for object in mine {
            if let Some(met) = met.get_mut(object as usize) {
                *met = true;
            }
            let first = others.entry((object, of)).or_insert((other, false));
            first.1 |= first.0 != other;
            let event = Event {
                case: ocel.object_ids.name(object),
                activity: &activity,
                at,
                start,
                team: team.as_deref(),
                lifecycle: lifecycle.as_deref(),
            };
            collector.event(event, line)?;
        }
    }
    if without > 0 {
        let all = ocel.events();
        collector.warn(
            "events-of-no-case",
            format!("{without} of {all} events touch no \u{201c}{name}\u{201d} and belong to no case; --object-type takes another type"),
        );
    }
    if shared > 0 {
        collector.warn(
            "convergence",
            format!("{shared} events touch several objects of the type \u{201c}{name}\u{201d} and count once for each, {copies} times more in all"),
        );
    }
    let mut diverging: Vec<u32> = others.iter().filter(|(_, (_, differ))| *differ).map(|((o, _), _)| *o).collect();
    diverging.sort_unstable();
    diverging.dedup();
    if !diverging.is_empty() {
        let all = met.iter().filter(|m| **m).count();
        collector.warn(
            "divergence",
            format!(
                "{} of {all} objects of the type \u{201c}{name}\u{201d} have an activity more than once, each time with other objects; what looks like repetition may be work on these",
                diverging.len()
            ),
        );
    }
    let idle =
        ocel.object_numbers().filter(|o| ocel.type_of(*o) == case).filter(|o| met.get(*o as usize) == Some(&false));
    let idle = idle.count();
    if idle > 0 {
        collector.warn(
            "objects-without-events",
            format!("{idle} objects of the type \u{201c}{name}\u{201d} have no event and make no case"),
        );
    }
    Ok(())
}

/// A start, kept as a time or written as one.
fn start(ocel: &Ocel, event: u32, name: u32, clock: &mut Clock) -> Option<i64> {
    let values = &ocel.event_values;
    let place = values.of(event).find(|p| values.name.get(*p) == Some(&name))?;
    match (values.kind.get(place)?, ocel.value(values, place)?) {
        (ValueKind::Time, Value::Time(at)) => Some(at),
        (_, value) => clock.read(text(value).as_bytes(), u64::from(event) + 1),
    }
}
