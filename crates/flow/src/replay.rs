//! A stream as a machine that is built while it is used: states are markings, a move is worked out once and
//! looked up from then on. So replaying costs the same for each event, however long the log.

use crate::log::NONE;
use serde::Serialize;
use std::collections::HashMap;
use watercourse_core::marking::Marking;
use watercourse_core::set::StepIndex;
use watercourse_core::standing::Standing;
use watercourse_core::stream::{Point, Reference, Rule, Stream, Trigger};

/// What happened to a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Work on it began.
    Start,
    /// It finished well; with an outcome where one is known (its place in the step's list).
    Done(Option<u8>),
    /// It failed.
    Failed,
    /// It was given up.
    Dropped,
    /// It began and finished at one instant: all that a source with one time per event tells.
    StartDone(Option<u8>),
}

/// One thing that a stream demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Clause {
    /// A step comes after others: one of its `after` groups.
    After(StepIndex, u8),
    /// A step happens.
    Required(StepIndex),
    /// A step happens no more often than its `max`.
    Max(StepIndex),
    /// A rule of the stream, by its place.
    Rule(u16),
}

/// What was otherwise than the stream says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Started before what it comes after.
    TooEarly,
    /// Started though a rule or a decision had taken it out.
    Excluded,
    /// Started while another step held it.
    Held,
    /// Happened more often than it may.
    TooMany,
    /// Started again while a round of it was open.
    Overlap,
    /// Not a step of the stream.
    UnknownStep,
    /// The item ended without it.
    Missing,
}

impl Kind {
    /// The word in files and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::TooEarly => "too-early",
            Self::Excluded => "excluded",
            Self::Held => "held",
            Self::TooMany => "too-many",
            Self::Overlap => "overlap",
            Self::UnknownStep => "unknown-step",
            Self::Missing => "missing",
        }
    }
}

/// What a move showed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Effect {
    pub(crate) next: u32,
    pub(crate) satisfied: Vec<Clause>,
    pub(crate) violated: Vec<Clause>,
    pub(crate) pending: Vec<Clause>,
    pub(crate) deviations: Vec<(Kind, StepIndex)>,
}

/// Where an item stands: its marking, and the rules it has still to answer.
#[derive(Debug, Clone)]
struct State {
    marking: Marking,
    /// The response rules that wait for their step, by place; a stream has at most 64 that count here.
    waiting: u64,
}

/// Up to so many moves are remembered in all.
const MOST_MOVES: usize = 4 << 20;

pub(crate) struct Machine<'a> {
    stream: &'a Stream,
    /// How many moments a step can have.
    width: usize,
    states: Vec<State>,
    numbers: HashMap<Box<[u64]>, u32>,
    /// For each state and move its effect, [`NONE`] where it was not made yet.
    moves: Vec<u32>,
    pub(crate) effects: Vec<Effect>,
    /// The state of a new item by its first step; the last one is of items that begin with none.
    begins: Vec<u32>,
    /// For each state the effect of ending, of an open and of a delivered item; [`NONE`] where it was not made yet.
    ends: Vec<[u32; 2]>,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(stream: &'a Stream) -> Self {
        let outcomes = stream.steps.iter().map(|s| s.outcomes.len()).max().unwrap_or(0);
        Self {
            stream,
            width: 5 + 2 * outcomes,
            states: Vec::new(),
            numbers: HashMap::new(),
            moves: Vec::new(),
            effects: Vec::new(),
            begins: vec![NONE; stream.steps.len() + 1],
            ends: Vec::new(),
        }
    }
    /// The state of a new item whose first step this is.
    pub(crate) fn begin(&mut self, first: Option<StepIndex>) -> u32 {
        let start = first.filter(|step| self.stream.starts().has(*step));
        let cell = start.map_or(self.stream.steps.len(), usize::from);
        if self.begins[cell] != NONE {
            return self.begins[cell];
        }
        let state = self.state(State { marking: Marking::new(self.stream, start), waiting: 0 });
        self.begins[cell] = state;
        state
    }
    /// The state of an item some steps of which were left out or do not apply to it.
    pub(crate) fn begin_with(&mut self, first: Option<StepIndex>, prepare: impl FnOnce(&mut Marking)) -> u32 {
        let start = first.filter(|step| self.stream.starts().has(*step));
        let mut marking = Marking::new(self.stream, start);
        prepare(&mut marking);
        self.state(State { marking, waiting: 0 })
    }
    /// The effect of a moment of a step.
    pub(crate) fn go(&mut self, state: u32, step: StepIndex, moment: Moment) -> u32 {
        let symbol = usize::from(step) * self.width + self.place(moment);
        let cell = state as usize * self.width * self.stream.steps.len() + symbol;
        match self.moves.get(cell) {
            Some(effect) if *effect != NONE => return *effect,
            _ => {}
        }
        let effect = self.work_out(state, step, moment);
        let number = self.effects.len() as u32;
        self.effects.push(effect);
        if let Some(cell) = self.moves.get_mut(cell) {
            *cell = number;
        }
        number
    }
    /// What is left when the item is over, or at the instant of looking.
    pub(crate) fn end(&mut self, state: u32, over: bool) -> u32 {
        let cell = (state as usize, usize::from(over));
        if self.ends.len() <= cell.0 {
            self.ends.resize(self.states.len(), [NONE; 2]);
        }
        if self.ends[cell.0][cell.1] != NONE {
            return self.ends[cell.0][cell.1];
        }
        let State { marking, waiting } = &self.states[state as usize];
        let owed = Standing::of(self.stream, marking).owed;
        let mut effect = Effect { next: state, ..Effect::default() };
        for step in self.stream.required().iter() {
            match (owed.has(step), over) {
                (true, true) => {
                    effect.violated.push(Clause::Required(step));
                    effect.deviations.push((Kind::Missing, step));
                }
                (true, false) => effect.pending.push(Clause::Required(step)),
                (false, _) if marking.done.has(step) => effect.satisfied.push(Clause::Required(step)),
                (false, _) => {}
            }
        }
        for (place, rule) in self.stream.rules.iter().enumerate().take(64) {
            if waiting & (1 << place) == 0 {
                continue;
            }
            let clause = Clause::Rule(place as u16);
            if !over {
                effect.pending.push(clause);
                continue;
            }
            effect.violated.push(clause);
            if let Rule::Response { then, .. } = rule
                && !effect.deviations.contains(&(Kind::Missing, *then))
            {
                effect.deviations.push((Kind::Missing, *then));
            }
        }
        let number = self.effects.len() as u32;
        self.effects.push(effect);
        self.ends[cell.0][cell.1] = number;
        number
    }

    fn place(&self, moment: Moment) -> usize {
        let outcomes = (self.width - 5) / 2;
        match moment {
            Moment::Start => 0,
            Moment::Failed => 1,
            Moment::Dropped => 2,
            Moment::Done(None) => 3,
            Moment::StartDone(None) => 4,
            Moment::Done(Some(o)) => 5 + usize::from(o).min(outcomes.saturating_sub(1)),
            Moment::StartDone(Some(o)) => 5 + outcomes + usize::from(o).min(outcomes.saturating_sub(1)),
        }
    }
    /// All of a state that what follows can depend on: a count of rounds matters up to `min` and `max` only, and
    /// which steps were ever touched matters for start steps only.
    fn essence(&self, state: &State) -> Box<[u64]> {
        let m = &state.marking;
        let sets = [m.open, m.begun, m.asked, m.done, m.failed, m.owed, m.excluded, m.skipped, m.redo, m.insisted];
        let more = [m.holds, m.fails, m.touched.and(self.stream.starts())];
        let mut essence: Vec<u64> = Vec::with_capacity(16 + self.stream.rules.len());
        essence.push(state.waiting);
        essence.extend(sets.iter().chain(&more).map(|set| set.0));
        let byte = |value: Option<u8>| value.map_or(u64::from(u8::MAX) + 1, u64::from);
        for (index, step) in (0u8..).zip(&self.stream.steps) {
            if !step.outcomes.is_empty() {
                essence.push(byte(m.outcome(index)) << 32 | byte(m.stands_for(index)));
            }
            if step.min > 1 || step.max.is_some() {
                essence.push(u64::from(m.times_done(index).min(step.min.max(step.max.unwrap_or(0)))));
            }
        }
        let choices = self.stream.rules.iter().enumerate().filter(|(_, rule)| matches!(rule, Rule::Choice { .. }));
        essence.extend(choices.map(|(place, _)| byte(m.chosen(place))));
        essence.into_boxed_slice()
    }
    fn state(&mut self, state: State) -> u32 {
        let essence = self.essence(&state);
        if let Some(number) = self.numbers.get(&essence) {
            return *number;
        }
        let number = self.states.len() as u32;
        self.states.push(state);
        self.numbers.insert(essence, number);
        let row = self.width * self.stream.steps.len();
        // Past the limit moves are worked out each time: slower, never wrong.
        if self.moves.len() == number as usize * row && self.moves.len() + row <= MOST_MOVES {
            self.moves.resize(self.moves.len() + row, NONE);
        }
        number
    }
    fn work_out(&mut self, state: u32, step: StepIndex, moment: Moment) -> Effect {
        let mut effect = Effect::default();
        let mut new = self.states[state as usize].clone();
        // A source without outcomes: the step stands for its first one, as a bypassed step does.
        let outcome =
            |o: Option<u8>| o.or_else(|| self.stream.step(step).and_then(|s| (!s.outcomes.is_empty()).then_some(0)));
        match moment {
            Moment::Start => self.start(&mut new, step, &mut effect),
            Moment::Done(o) => self.done(&mut new, step, outcome(o), &mut effect),
            Moment::StartDone(o) => {
                self.start(&mut new, step, &mut effect);
                self.done(&mut new, step, outcome(o), &mut effect);
            }
            Moment::Failed => {
                new.marking.failed(self.stream, step);
                self.triggered(&mut new, step, &[Point::Failed]);
            }
            Moment::Dropped => new.marking.dropped(step),
        }
        effect.next = self.state(new);
        effect
    }
    fn start(&self, state: &mut State, step: StepIndex, effect: &mut Effect) {
        let marking = &state.marking;
        let standing = Standing::of(self.stream, marking);
        let Some(known) = self.stream.step(step) else { return };
        let unmet = standing.unmet(step);
        for (place, group) in (0u8..).zip(&known.after) {
            let clause = Clause::After(step, place);
            if unmet.iter().any(|u| std::ptr::eq(*u, group.as_slice())) {
                effect.violated.push(clause);
            } else {
                effect.satisfied.push(clause);
            }
        }
        let mut out = false;
        for (place, rule) in self.stream.rules.iter().enumerate() {
            let clause = Clause::Rule(place as u16);
            let verdict = match rule {
                Rule::Hold { hold, until } if *hold == step => Some(!standing.owed.has(*until)),
                Rule::Choice { steps } if steps.has(step) => Some(marking.chosen(place).is_none_or(|c| c == step)),
                Rule::Stop { steps, .. } if steps.has(step) && marking.excluded.has(step) => Some(false),
                _ => None,
            };
            match verdict {
                Some(true) => effect.satisfied.push(clause),
                Some(false) => {
                    effect.violated.push(clause);
                    out |= !matches!(rule, Rule::Hold { .. });
                }
                None => {}
            }
        }
        if known.max.is_some() {
            let many = standing.is_used_up(step);
            let list = if many { &mut effect.violated } else { &mut effect.satisfied };
            list.push(Clause::Max(step));
            if many {
                effect.deviations.push((Kind::TooMany, step));
            }
        }
        // Each cause is counted once: what was taken out is not early as well.
        if out || (standing.dead.has(step) && unmet.is_empty()) {
            effect.deviations.push((Kind::Excluded, step));
        } else if !unmet.is_empty() {
            effect.deviations.push((Kind::TooEarly, step));
        }
        if standing.held_by(step).is_some() {
            effect.deviations.push((Kind::Held, step));
        }
        if marking.begun.has(step) {
            effect.deviations.push((Kind::Overlap, step));
        }
        state.marking.started(self.stream, step);
        self.triggered(state, step, &[Point::Start]);
    }
    fn done(&self, state: &mut State, step: StepIndex, outcome: Option<u8>, effect: &mut Effect) {
        state.marking.finished_well(self.stream, step, outcome);
        for (place, rule) in self.stream.rules.iter().enumerate().take(64) {
            if matches!(rule, Rule::Response { then, .. } if *then == step) && state.waiting & (1 << place) != 0 {
                state.waiting &= !(1 << place);
                effect.satisfied.push(Clause::Rule(place as u16));
            }
        }
        self.triggered(state, step, &[Point::Done]);
        if let Some(outcome) = outcome {
            self.triggered(state, step, &[Point::Outcome(outcome)]);
        }
    }
    /// Response rules that begin to wait.
    fn triggered(&self, state: &mut State, step: StepIndex, points: &[Point]) {
        let meets = |on: &Trigger| points.iter().any(|point| on.0.contains(&Reference { step, point: *point }));
        for (place, rule) in self.stream.rules.iter().enumerate().take(64) {
            if matches!(rule, Rule::Response { on, .. } if meets(on)) {
                state.waiting |= 1 << place;
            }
        }
    }
}
