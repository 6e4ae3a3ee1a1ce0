//! Facts in sentences.

use crate::view::say;
use std::collections::BTreeMap;
use watercourse_core::actor::Actor;
use watercourse_core::fact::{Event, Fact, Opening};
use watercourse_core::id::{CommentId, ItemId, PersonId};
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;

/// One line of a history.
#[derive(Debug, Clone)]
pub struct HistoryLine {
    /// When, in words.
    pub when: String,
    /// When, exactly.
    pub exact: String,
    /// What happened.
    pub sentence: String,
    /// Who did it.
    pub who: String,
    /// What they wrote.
    pub words: String,
    /// Whether it was otherwise than the stream says.
    pub deviation: bool,
}

/// What is needed to name things.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// People by id.
    pub people: BTreeMap<PersonId, String>,
    /// Keys of other items by id.
    pub items: BTreeMap<ItemId, String>,
    /// Words by their id.
    pub words: BTreeMap<CommentId, String>,
}

impl Names {
    /// Who that is.
    #[must_use]
    pub fn actor(&self, actor: &Actor) -> String {
        match actor {
            Actor::Person(id) => self.people.get(id).cloned().unwrap_or_else(|| "somebody".to_owned()),
            Actor::Rule(name) => format!("rule {name}"),
            Actor::Integration(name) => format!("by {name}"),
            Actor::Agent(name) => format!("agent {name}"),
        }
    }
}

/// The history, newest first. What follows from something else by itself is told with it, not apart.
#[must_use]
pub fn history(facts: &[&Fact], stream: &Stream, names: &Names, now: Instant) -> Vec<HistoryLine> {
    let told = facts.iter().rev().filter_map(|fact| {
        let sentence = sentence(fact, stream, names)?;
        let ms = fact.happened_at.millis();
        let late = fact.recorded_at.millis() - ms > 60_000;
        let when = say::moment(ms, now.millis());
        Some(HistoryLine {
            when: if late { format!("{when} (told later)") } else { when },
            exact: say::exact(ms),
            sentence,
            who: names.actor(&fact.actor),
            words: fact.note.and_then(|id| names.words.get(&id)).cloned().unwrap_or_default(),
            deviation: matches!(fact.event, Event::Deviated { .. }),
        })
    });
    let mut lines: Vec<HistoryLine> = told.collect();
    // Words belong to the act; the facts that followed from it name them too.
    let mut seen = std::collections::BTreeSet::new();
    for line in lines.iter_mut().rev() {
        if !line.words.is_empty() && !seen.insert((line.exact.clone(), line.words.clone())) {
            line.words.clear();
        }
    }
    lines
}

fn sentence(fact: &Fact, stream: &Stream, names: &Names) -> Option<String> {
    let name_of =
        |id: &str| stream.index(id).and_then(|i| stream.step(i)).map_or_else(|| id.to_owned(), |s| s.name.clone());
    let step = fact.step.as_deref().map_or_else(|| "the work".to_owned(), name_of);
    let item = |id: &ItemId| names.items.get(id).cloned().unwrap_or_else(|| "another item".to_owned());
    let team = fact.team.as_deref().map_or(String::new(), |t| format!(" with {t}"));
    Some(match &fact.event {
        Event::Opened { start, .. } => match start {
            Some(start) => format!("Opened, beginning at {}", name_of(start)),
            None => "Opened".to_owned(),
        },
        Event::RoundOpened { opening, timer, .. } => match opening {
            _ if *timer => format!("{step} waits for its time"),
            Opening::Released => format!("{step} is due{team}"),
            Opening::Asked => format!("The gate of {step} was asked"),
            Opening::Adhoc => format!("Work outside the steps: {step}{team}"),
            Opening::Chosen | Opening::Early => return None,
        },
        Event::Started { .. } => format!("{step} started{team}"),
        Event::Paused { reason, .. } => format!("{step} waits for {reason}"),
        Event::Resumed { .. } => format!("{step} goes on"),
        Event::Requeued { by, .. } => format!("{step} is back in the queue ({by})"),
        Event::HandedOver { team, .. } => format!("{step} handed over to {team}"),
        Event::Finished { outcome: Some(outcome), .. } => format!("{step} finished: {outcome}"),
        Event::Finished { outcome: None, .. } => format!("{step} finished"),
        Event::Failed { .. } => format!("{step} failed"),
        Event::Dropped { .. } => format!("{step} was given up"),
        Event::Skipped { step, stands_for } => match stands_for {
            Some(outcome) => format!("{} left out, as if {outcome}", name_of(step)),
            None => format!("{} left out", name_of(step)),
        },
        Event::Returned { step, keep } => {
            format!("Gone back to {}{}", name_of(step), if *keep { "; what followed stays done" } else { "" })
        }
        Event::Judged { step, holds: false } => format!("{} is not needed here", name_of(step)),
        Event::Judged { holds: true, .. } => return None,
        Event::GateAsked { gate, .. } => format!("Gate {gate} of {step} asked"),
        Event::GatePassed { gate, .. } => format!("Gate {gate} lets {step} start"),
        Event::GateRefused { gate, r#final, .. } => {
            format!("Gate {gate} refused {step}{}", if *r#final { ", for good" } else { "" })
        }
        Event::ChildOpened { child, stream, wait, .. } => {
            format!("{} opened in {stream}{}", item(child), if *wait { "; this step waits for it" } else { "" })
        }
        Event::ChildEnded { child, result, .. } => format!("{} ended: {}", item(child), result.id()),
        Event::FieldSet { name, value: Some(value) } => format!("{name} is now {value}"),
        Event::FieldSet { name, value: None } => format!("{name} was cleared"),
        Event::Deviated { kind, step } => format!("Otherwise than the stream says: {} of {}", kind.id(), name_of(step)),
        Event::Commented { .. } => "Comment".to_owned(),
        Event::Linked { link, to } => format!("This {} {}", link.forward(), item(to)),
        Event::Unlinked { link, to } => format!("No longer: this {} {}", link.forward(), item(to)),
        Event::Closed { result, ended_by } => match ended_by {
            Some(step) => format!("Closed: {}, by {}", result.id(), name_of(step)),
            None => format!("Closed: {}", result.id()),
        },
        Event::Reopened { step, .. } => match step {
            Some(step) => format!("Taken up again at {}", name_of(step)),
            None => "Taken up again".to_owned(),
        },
    })
}
