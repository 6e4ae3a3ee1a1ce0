//! The working copy on which a verb is tried out: every fact is applied at once, and what follows
//! from it (rounds that open, rounds that fall away, the close) is found by [`Deciding::settle`].

use crate::apply;
use crate::fact::{Actor, Deviation, Event, Fact, Opening};
use crate::filter::{FieldValue, Fields, Filter};
use crate::id::{CommentId, ItemId};
use crate::item::{Ending, Item, Outcome, Phase, Place, Round};
use crate::refusal::{Ground, Refusal};
use crate::set::{StepIndex, StepSet};
use crate::standing::Standing;
use crate::stream::{Adhoc, DoneOn, Ends, Step, Stream};
use crate::time::Instant;
use std::borrow::Cow;

/// Ids that a verb may need, made by the caller: the core has no randomness.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// For an item to be opened.
    pub item: ItemId,
    /// Its key.
    pub key: String,
    /// For a child that a step opens.
    pub child: ItemId,
}

/// What a verb is decided on.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The stream version the item runs under.
    pub stream: &'a Stream,
    /// That version.
    pub version: u32,
    /// The item; none for one that is to be opened.
    pub item: Option<&'a Item>,
    /// When it happened.
    pub at: Instant,
    /// When we were told.
    pub now: Instant,
    /// Who does it.
    pub actor: &'a Actor,
    /// The verb, as facts name their cause.
    pub cause: &'a str,
    /// Where the words that go with it are kept.
    pub note: Option<CommentId>,
    /// Ids to use.
    pub fresh: &'a Fresh,
}

/// The working copy of an item, and the facts so far.
#[derive(Debug)]
pub struct Deciding<'a> {
    /// What it is decided on.
    pub world: World<'a>,
    /// The stream.
    pub stream: &'a Stream,
    /// The item as the facts so far make it.
    pub item: Item,
    /// The facts so far.
    pub facts: Vec<Fact>,
    /// The round whose start or finish releases others.
    pub acting: Option<u32>,
}

impl<'a> Deciding<'a> {
    /// A working copy of an existing item.
    ///
    /// # Errors
    /// When the time is before the item's newest fact or after now.
    pub fn new(world: World<'a>, item: &Item) -> Result<Self, Refusal> {
        if world.at < item.touched {
            return Err(Refusal::new(
                Ground::Malformed,
                format!(
                    "This is said to have happened at {}, before the newest fact of {} ({}).",
                    world.at, item.key, item.touched
                ),
                "Give that time or a later one.",
            ));
        }
        not_in_the_future(&world)?;
        Ok(Self { world, stream: world.stream, item: item.clone(), facts: Vec::new(), acting: None })
    }
    /// The item that is being opened.
    ///
    /// # Errors
    /// When the time is after now.
    pub fn open(
        world: World<'a>,
        start: Option<&str>,
        fields: std::collections::BTreeMap<String, String>,
    ) -> Result<Self, Refusal> {
        not_in_the_future(&world)?;
        let event = Event::Opened {
            id: world.fresh.item,
            key: world.fresh.key.clone(),
            kind: world.stream.kind.clone(),
            stream: world.stream.id.clone(),
            version: world.version,
            start: start.map(str::to_owned),
            fields,
        };
        let fact = Fact {
            item: world.fresh.item,
            revision: 1,
            happened_at: world.at,
            recorded_at: world.now,
            actor: world.actor.clone(),
            cause: world.cause.to_owned(),
            note: world.note,
            version: world.version,
            step: None,
            activity: None,
            phase: None,
            team: None,
            event,
        };
        let Some(item) = apply::opened(world.stream, &fact) else {
            return Err(Refusal::new(Ground::Malformed, "Nothing was opened.", "Try again."));
        };
        Ok(Self { world, stream: world.stream, item, facts: vec![fact], acting: None })
    }

    /// Writes down what happened and makes it true.
    pub fn emit(&mut self, event: Event) {
        let mut fact = Fact {
            item: self.item.id,
            revision: self.item.revision + 1,
            happened_at: self.world.at,
            recorded_at: self.world.now,
            actor: self.world.actor.clone(),
            cause: self.world.cause.to_owned(),
            note: self.world.note,
            version: self.item.version,
            step: None,
            activity: None,
            phase: None,
            team: None,
            event,
        };
        apply::apply(&mut self.item, self.stream, &fact);
        if let Some(round) = fact.event.round().and_then(|n| self.item.round(n)) {
            let (step, activity) = self.meaning(round);
            fact.step = Some(step);
            fact.activity = activity;
            fact.phase = Some(round.phase());
            fact.team = round.team().map(str::to_owned);
        } else if let Event::Skipped { step, .. }
        | Event::Returned { step, .. }
        | Event::Deviated { step, .. }
        | Event::Judged { step, .. } = &fact.event
        {
            fact.step = Some(step.clone());
            fact.activity = self.stream.index(step).and_then(|i| self.stream.step(i)).map(|s| s.activity);
        }
        self.facts.push(fact);
    }
    fn meaning(&self, round: &Round) -> (String, Option<crate::activity::Activity>) {
        match &round.place {
            Place::Step(step) => match self.stream.step(*step) {
                Some(step) => (step.id.clone(), Some(step.activity)),
                None => (String::new(), None),
            },
            Place::Adhoc(_, activity) => (format!("~{}", round.number), Some(*activity)),
        }
    }
    /// What follows from the marking as it is now.
    #[must_use]
    pub fn standing(&self) -> Standing<'_> {
        Standing::of(self.stream, &self.item.marking)
    }
    /// Opens a round of a step.
    pub fn open_round(&mut self, step: StepIndex, opening: Opening) -> u32 {
        let number = self.next_round();
        let Some(definition) = self.stream.step(step) else { return number };
        let timer = opening == Opening::Released && matches!(definition.done_on, Some(DoneOn::After(_)));
        self.emit(Event::RoundOpened {
            round: number,
            step: Some(definition.id.clone()),
            adhoc: None,
            team: definition.team.clone(),
            opening,
            released_by: self.acting,
            timer,
        });
        number
    }
    /// The number the next round will have.
    #[must_use]
    pub fn next_round(&self) -> u32 {
        u32::try_from(self.item.rounds.len()).unwrap_or(u32::MAX).saturating_add(1)
    }
    /// Asks every gate of a round that has not been asked, or, `again`, that has refused; says whether any was.
    pub fn ask_gates(&mut self, round: u32, step: StepIndex, again: bool) -> bool {
        use crate::item::GateState::Refused;
        let gates = self.stream.step(step).map(|s| s.gates.clone()).unwrap_or_default();
        let mut any = false;
        for gate in gates {
            let state = self.item.round(round).and_then(|r| r.gates.get(&gate).copied());
            if state.is_none() || (again && state == Some(Refused)) {
                self.emit(Event::GateAsked { round, gate });
                any = true;
            }
        }
        any
    }
    /// Whether all gates of the step have passed in its open round (true for a step without gates).
    #[must_use]
    pub fn gates_passed(&self, step: StepIndex) -> bool {
        use crate::item::GateState::Passed;
        let Some(definition) = self.stream.step(step) else { return true };
        definition.gates.iter().all(|g| self.item.open_round_of(step).is_some_and(|r| r.gates.get(g) == Some(&Passed)))
    }
    /// Writes a deviation down, unless the stream allows work outside its steps and this is such.
    pub fn deviate(&mut self, kind: Deviation, step: &str) {
        let allowed = self.stream.adhoc == Adhoc::Allow && matches!(kind, Deviation::Early | Deviation::Adhoc);
        if !allowed {
            self.emit(Event::Deviated { kind, step: step.to_owned() });
        }
    }
    /// Drops every open round.
    pub fn drop_all(&mut self) {
        let open: Vec<u32> = self.item.open_rounds().map(|r| r.number).collect();
        for round in open {
            self.emit(Event::Dropped { round });
        }
    }
    /// Ends the item. `ends`: the decision that ended it, `by` the step it was made in.
    pub fn close(&mut self, ends: Option<Ends>, by: Option<StepIndex>) {
        let last = |step: StepIndex| {
            self.item.rounds.iter().rev().find_map(|r| match (&r.place, &r.ended) {
                (Place::Step(s), Some((_, ending))) if *s == step && *ending != Ending::Dropped => Some(ending),
                _ => None,
            })
        };
        let endings: Vec<&Ending> = self.stream.delivering().iter().filter_map(last).collect();
        let result = if endings.iter().any(|e| matches!(e, Ending::Done(_))) {
            Outcome::Delivered
        } else if endings.iter().any(|e| matches!(e, Ending::Failed)) {
            Outcome::Failed
        } else if ends == Some(Ends::Declined) {
            Outcome::Declined
        } else {
            Outcome::Cancelled
        };
        let ended_by = by.and_then(|s| self.stream.step(s)).map(|s| s.id.clone());
        self.emit(Event::Closed { result, ended_by });
    }

    /// Lets everything follow that follows, until nothing changes; closes the item when nothing living
    /// is owed and no round is open.
    pub fn settle(&mut self) {
        if self.item.closed.is_some() {
            return;
        }
        // Each pass opens or drops a round or judges a condition; the bound only guards against a stream
        // whose conditions chase each other, which then rests as it is.
        for _ in 0..(2 * self.stream.steps.len() + 8) {
            let judged = self.judge();
            let dropped = self.drop_fallen();
            let opened = self.open_owed();
            if !(judged || dropped || opened) {
                break;
            }
        }
        if self.standing().owed.is_empty() && self.item.open_rounds().next().is_none() {
            self.close(None, None);
        }
    }
    /// Looks at the `when` of steps whose time has come.
    fn judge(&mut self) -> bool {
        let mut any = false;
        for step in self.stream.conditional().iter() {
            let marking = &self.item.marking;
            let standing = self.standing();
            if marking.insisted.has(step)
                || !marking.is_undecided(step)
                || standing.dead.has(step)
                || !standing.is_met(step)
            {
                continue;
            }
            let Some(definition) = self.stream.step(step) else { continue };
            let Some(when) = &definition.when else { continue };
            let holds = holds(when, &self.item, self.world.at);
            let before = marking.holds.has(step).then_some(true).or(marking.fails.has(step).then_some(false));
            if before != Some(holds) {
                self.emit(Event::Judged { step: definition.id.clone(), holds });
                any = true;
            }
        }
        any
    }
    /// Drops rounds that were never started and whose step died or is bypassed. One that lets the time
    /// pass falls away too when it is no longer its turn: when that comes again the time counts anew.
    fn drop_fallen(&mut self) -> bool {
        let marking = &self.item.marking;
        let standing = self.standing();
        let idle = marking.open.without(marking.begun).without(marking.asked);
        let lets_time_pass = |s: &StepIndex| self.item.open_round_of(*s).is_some_and(Self::waits_for_time);
        let timed = idle.and(self.stream.timed());
        let too_soon = timed.iter().filter(lets_time_pass).filter(|s| !standing.is_enabled(*s)).collect();
        let fallen = idle.and(standing.dead.or(standing.bypassed()).or(too_soon));
        let rounds: Vec<u32> = fallen.iter().filter_map(|s| self.item.open_round_of(s)).map(|r| r.number).collect();
        for round in &rounds {
            self.emit(Event::Dropped { round: *round });
        }
        !rounds.is_empty()
    }
    /// Opens a round of every step that is enabled and owed.
    fn open_owed(&mut self) -> bool {
        let marking = &self.item.marking;
        let standing = self.standing();
        let judged = marking.holds.or(marking.insisted).or(self.stream.all().without(self.stream.conditional()));
        let ready: StepSet =
            standing.owed.without(marking.open).and(judged).iter().filter(|s| standing.is_enabled(*s)).collect();
        for step in ready.iter() {
            let round = self.open_round(step, Opening::Released);
            self.ask_gates(round, step, false);
        }
        !ready.is_empty()
    }

    /// The open round of `place`, a step id or `~N`.
    ///
    /// # Errors
    /// When there is no such step, or it has no open round.
    pub fn open_round_at(&self, place: &str) -> Result<Round, Refusal> {
        if let Some(number) = place.strip_prefix('~') {
            let round = number
                .parse()
                .ok()
                .and_then(|n: u32| self.item.round(n))
                .filter(|r| matches!(r.place, Place::Adhoc(..)));
            return match round {
                Some(round) if round.is_open() => Ok(round.clone()),
                Some(_) => Err(Refusal::new(
                    Ground::Stale,
                    format!("The extra work {place} of {} has ended.", self.item.key),
                    self.what_is_open(),
                )),
                None => Err(Refusal::new(
                    Ground::Malformed,
                    format!("{} has no extra work {place}.", self.item.key),
                    self.what_is_open(),
                )),
            };
        }
        let (index, step) = self.step_at(place)?;
        self.item.open_round_of(index).cloned().ok_or_else(|| {
            let what =
                if self.item.marking.finished().has(index) { "has been finished" } else { "has not been opened" };
            Refusal::new(Ground::Stale, format!("“{}” {what} on {}.", step.name, self.item.key), self.what_is_open())
        })
    }
    /// The step with this id.
    ///
    /// # Errors
    /// When the stream has no such step: names the nearest, and all.
    pub fn step_at(&self, id: &str) -> Result<(StepIndex, &'a Step), Refusal> {
        let found = self.stream.index(id).and_then(|i| self.stream.step(i).map(|s| (i, s)));
        found.ok_or_else(|| {
            let all: Vec<&str> = self.stream.steps.iter().map(|s| s.id.as_str()).collect();
            Refusal::new(
                Ground::Malformed,
                format!("The stream “{}” has no step “{id}”.", self.stream.id),
                format!("Its steps are {}.", all.join(", ")),
            )
        })
    }
    /// A sentence that tells what is open.
    #[must_use]
    pub fn what_is_open(&self) -> String {
        let open: Vec<String> =
            self.item.open_rounds().map(|r| format!("{} ({})", self.meaning(r).0, r.phase().id())).collect();
        if open.is_empty() { "Nothing is open.".to_owned() } else { format!("Open: {}.", open.join(", ")) }
    }
    /// Refuses a verb that needs an open item.
    ///
    /// # Errors
    /// When the item is closed.
    pub fn must_be_open(&self) -> Result<(), Refusal> {
        match self.item.closed {
            None => Ok(()),
            Some((at, result)) => Err(Refusal::new(
                Ground::Stale,
                format!("{} closed as {} at {at}.", self.item.key, result.id()),
                "Reopen it to go on, or comment and link.",
            )),
        }
    }
    /// Starts a round for the first time, and what comes with that: the child its step opens.
    pub fn begin(&mut self, round: u32, step: StepIndex) {
        self.acting = Some(round);
        self.emit(Event::Started { round });
        let Some(spawn) = self.stream.step(step).and_then(|s| s.spawns.clone()) else { return };
        let has_child = self.item.round(round).is_some_and(|r| r.child.is_some());
        if !has_child {
            self.emit(Event::ChildOpened {
                round,
                child: self.world.fresh.child,
                stream: spawn.stream,
                wait: spawn.wait,
            });
            if spawn.wait {
                self.emit(Event::Paused { round, reason: "child".to_owned() });
            }
        }
    }
    /// Finishes a round with an outcome that was checked, and ends the item where the outcome does.
    pub fn complete(&mut self, round: u32, place: &Place, outcome: Option<String>) {
        self.acting = Some(round);
        self.emit(Event::Finished { round, outcome: outcome.clone() });
        if let Place::Step(step) = place {
            self.end_by(*step, outcome.as_deref());
        }
    }
    /// Ends the item where this outcome of the step does.
    pub fn end_by(&mut self, step: StepIndex, outcome: Option<&str>) {
        let named = |id| self.stream.step(step)?.outcomes.iter().find(|o| o.id == id);
        if let Some(ends) = outcome.and_then(named).and_then(|o| o.ends) {
            self.drop_all();
            self.close(Some(ends), Some(step));
        }
    }
    /// The outcome to finish a place with.
    ///
    /// # Errors
    /// When the step has outcomes and none of them is given, or it has none and one is given.
    pub fn outcome_for(&self, place: &Place, given: Option<&str>) -> Result<Option<String>, Refusal> {
        let Place::Step(index) = place else { return Ok(None) };
        let Some(step) = self.stream.step(*index) else { return Ok(None) };
        let names: Vec<&str> = step.outcomes.iter().map(|o| o.id.as_str()).collect();
        match given.filter(|g| !g.is_empty()) {
            None if names.is_empty() => Ok(None),
            Some(o) if names.contains(&o) => Ok(Some(o.to_owned())),
            Some(o) if names.is_empty() => Err(Refusal::new(
                Ground::Malformed,
                format!("“{}” has no outcomes, so it cannot finish as “{o}”.", step.name),
                "Finish it without an outcome.",
            )),
            given => Err(Refusal::new(
                Ground::Malformed,
                given.map_or_else(
                    || format!("“{}” finishes with an outcome, and none was given.", step.name),
                    |o| format!("“{}” has no outcome “{o}”.", step.name),
                ),
                format!("Give one of: {}.", names.join(", ")),
            )),
        }
    }
    /// A round waiting for the time that nobody started yet counts as queued.
    #[must_use]
    pub fn waits_for_time(round: &Round) -> bool {
        round.started.is_none() && round.phase() == Phase::Waiting
    }
}

fn not_in_the_future(world: &World<'_>) -> Result<(), Refusal> {
    if world.at > world.now {
        return Err(Refusal::new(
            Ground::Malformed,
            format!("This is said to have happened at {}, and it is {} now.", world.at, world.now),
            "Give a time that has passed.",
        ));
    }
    Ok(())
}

/// Whether a condition holds for an item. A field without a value makes it not hold.
#[must_use]
pub fn holds(when: &Filter, item: &Item, at: Instant) -> bool {
    when.holds(&OfItem(item), at.micros()) == Some(true)
}

/// The fields of an item as the filter language sees them.
#[derive(Debug)]
pub struct OfItem<'a>(pub &'a Item);

impl Fields for OfItem<'_> {
    /// A field nobody filled in is known to be empty: the item is here, not in a log that lacks the column.
    fn field(&self, name: &str) -> Option<FieldValue<'_>> {
        let item = self.0;
        Some(match name {
            "key" => FieldValue::Text(Cow::Borrowed(&item.key)),
            "kind" => FieldValue::Text(Cow::Borrowed(&item.kind)),
            "stream" => FieldValue::Text(Cow::Borrowed(&item.stream)),
            "created" => FieldValue::Date(item.created.micros()),
            _ => item.fields.get(name).map_or(FieldValue::Unset, |v| FieldValue::Written(Cow::Borrowed(v))),
        })
    }
    fn texts(&self) -> Option<Vec<Cow<'_, str>>> {
        None
    }
}
