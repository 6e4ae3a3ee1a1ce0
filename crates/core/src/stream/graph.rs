//! The compiled stream: what a checked definition becomes, immutable once published.

use crate::activity::Activity;
use crate::filter::Filter;
use crate::set::{StepIndex, StepSet};
use crate::span::Span;

/// What happens to work outside the listed steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Adhoc {
    /// Allowed and counted as a deviation.
    #[default]
    Record,
    /// Allowed and not counted.
    Allow,
    /// Refused, as are early starts.
    Deny,
}

/// The service level expectation: 85 of 100 items take no longer than `p85`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Promise {
    /// Half of the items.
    pub p50: Option<Span>,
    /// 85 of 100.
    pub p85: Option<Span>,
    /// 95 of 100.
    pub p95: Option<Span>,
}

/// How an outcome ends its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// It was decided not to do it.
    Declined,
    /// It is no longer wanted.
    Cancelled,
}

/// A named way a step can finish well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The name used in references.
    pub id: String,
    /// Whether it ends the item at once.
    pub ends: Option<Ends>,
}

/// The moment of a step that a reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Point {
    /// Its last round finished without failing.
    Done,
    /// Its last round has started.
    Start,
    /// Its last round failed.
    Failed,
    /// Its last round finished with this outcome (index into [`Step::outcomes`]).
    Outcome(u8),
}

/// `design`, `design.start`, `deploy.failed`, `prioritise.accepted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The step.
    pub step: StepIndex,
    /// Its moment.
    pub point: Point,
}

/// A hard check before the start of a step, by name (`approval`, `test_run`).
pub type Gate = String;

/// A child item opened when a round starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spawn {
    /// The stream the child runs in.
    pub stream: String,
    /// Whether the round waits for the child's end.
    pub wait: bool,
}

/// What from outside finishes a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoneOn {
    /// An event with this name: `pipeline`, `deployment`, or a hook's own.
    Event(String),
    /// The time: that long after the round opened (`after:5d`).
    After(Span),
}

/// A node of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Identifier within the stream.
    pub id: String,
    /// What people read.
    pub name: String,
    /// The activity it is part of.
    pub activity: Activity,
    /// The practice whose know-how it uses.
    pub practice: Option<String>,
    /// The team that holds its work at first.
    pub team: Option<String>,
    /// Items can begin here.
    pub start: bool,
    /// It need not happen.
    pub optional: bool,
    /// All groups must be met; of a group (`a|b`) one is enough.
    pub after: Vec<Vec<Reference>>,
    /// The named ways to finish; empty: just finished.
    pub outcomes: Vec<Outcome>,
    /// It happens only for items this holds for.
    pub when: Option<Filter>,
    /// How long a round may take once opened.
    pub within: Option<Span>,
    /// Rounds finished well that are needed.
    pub min: u16,
    /// Rounds finished well that are allowed without being owed.
    pub max: Option<u16>,
    /// Hard checks before it starts.
    pub gates: Vec<Gate>,
    /// Its finish is the value: lead time ends here.
    pub deliver: bool,
    /// Its start commits: cycle time begins here.
    pub commit: bool,
    /// Feedback loops that are expected to be used.
    pub feeds: Vec<Activity>,
    /// The child its start opens.
    pub spawns: Option<Spawn>,
    /// What from outside finishes it.
    pub done_on: Option<DoneOn>,
}

/// What a rule reacts to: any of these moments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trigger(pub Vec<Reference>);

/// One effect of a `[[rule]]`. A rule that says several things is several of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// After `on`, `then` is owed, `within` a time.
    Response {
        /// The moment.
        on: Trigger,
        /// The step that is owed.
        then: StepIndex,
        /// How soon it is to be finished.
        within: Option<Span>,
    },
    /// `on` takes the steps out.
    Stop {
        /// The moment.
        on: Trigger,
        /// The steps.
        steps: StepSet,
    },
    /// `on` brings the steps back.
    Resume {
        /// The moment.
        on: Trigger,
        /// The steps.
        steps: StepSet,
    },
    /// `hold` cannot start while `until` is owed.
    Hold {
        /// The step held.
        hold: StepIndex,
        /// The step it waits for.
        until: StepIndex,
    },
    /// One of these; the one started last is the choice.
    Choice {
        /// The alternatives.
        steps: StepSet,
    },
}

/// A published, compiled value stream. Make one with [`Stream::compile`]-like readers in this module;
/// the derived sets are filled by [`Stream::new`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Identifier, as in URLs.
    pub id: String,
    /// What people read.
    pub name: String,
    /// The kind of items that run in it.
    pub kind: String,
    /// What starts it, in a sentence.
    pub demand: String,
    /// What it is good for, in a sentence.
    pub value: String,
    /// The team that answers for it.
    pub owner: Option<String>,
    /// The service level expectation.
    pub promise: Promise,
    /// Work outside the steps.
    pub adhoc: Adhoc,
    /// How long after its close the same item may be taken up again.
    pub reopen_within: Span,
    /// Its steps, in the order of the file.
    pub steps: Vec<Step>,
    /// Its rules.
    pub rules: Vec<Rule>,
    derived: Derived,
}

/// Sets that follow from the steps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Derived {
    all: StepSet,
    starts: StepSet,
    optional: StepSet,
    delivering: StepSet,
    committing: StepSet,
    conditional: StepSet,
    timed: StepSet,
    reachable: StepSet,
    can_die: bool,
    successors: Vec<StepSet>,
}

/// The parts of a stream that are written, before the derived sets are added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// See [`Stream::id`].
    pub id: String,
    /// See [`Stream::name`].
    pub name: String,
    /// See [`Stream::kind`].
    pub kind: String,
    /// See [`Stream::demand`].
    pub demand: String,
    /// See [`Stream::value`].
    pub value: String,
    /// See [`Stream::owner`].
    pub owner: Option<String>,
    /// See [`Stream::promise`].
    pub promise: Promise,
    /// See [`Stream::adhoc`].
    pub adhoc: Adhoc,
    /// See [`Stream::reopen_within`].
    pub reopen_within: Span,
    /// See [`Stream::steps`]; at most [`crate::set::MOST_STEPS`] for a stream that runs work.
    pub steps: Vec<Step>,
    /// See [`Stream::rules`].
    pub rules: Vec<Rule>,
}

impl Stream {
    /// Adds the derived sets. References must be in range: the check sees to that.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { id, name, kind, demand, value, owner, promise, adhoc, reopen_within, steps, rules } = parts;
        let having = |f: &dyn Fn(&Step) -> bool| -> StepSet {
            (0u8..64).zip(&steps).filter(|(_, s)| f(s)).map(|(i, _)| i).collect()
        };
        let mut successors = vec![StepSet::EMPTY; steps.len()];
        for (index, step) in (0u8..64).zip(&steps) {
            for reference in step.after.iter().flatten() {
                if let Some(set) = successors.get_mut(usize::from(reference.step)) {
                    set.add(index);
                }
            }
        }
        let derived = Derived {
            all: StepSet::first(steps.len()),
            starts: having(&|s| s.start),
            optional: having(&|s| s.optional),
            delivering: having(&|s| s.deliver),
            committing: having(&|s| s.commit),
            conditional: having(&|s| s.when.is_some()),
            timed: having(&|s| matches!(s.done_on, Some(DoneOn::After(_)))),
            reachable: reachable(&steps),
            can_die: can_die(&steps, &rules),
            successors,
        };
        Self { id, name, kind, demand, value, owner, promise, adhoc, reopen_within, steps, rules, derived }
    }
    /// The step at this place.
    #[must_use]
    pub fn step(&self, index: StepIndex) -> Option<&Step> {
        self.steps.get(usize::from(index))
    }
    /// The place of the step with this id.
    #[must_use]
    pub fn index(&self, id: &str) -> Option<StepIndex> {
        self.steps.iter().position(|s| s.id == id).and_then(|i| u8::try_from(i).ok())
    }
    /// Every step.
    #[must_use]
    pub const fn all(&self) -> StepSet {
        self.derived.all
    }
    /// Steps where items can begin.
    #[must_use]
    pub const fn starts(&self) -> StepSet {
        self.derived.starts
    }
    /// Steps that need not happen.
    #[must_use]
    pub const fn optional(&self) -> StepSet {
        self.derived.optional
    }
    /// Steps owed from the beginning.
    #[must_use]
    pub const fn required(&self) -> StepSet {
        self.derived.all.without(self.derived.optional)
    }
    /// Steps whose finish is the value.
    #[must_use]
    pub const fn delivering(&self) -> StepSet {
        self.derived.delivering
    }
    /// Steps whose start commits.
    #[must_use]
    pub const fn committing(&self) -> StepSet {
        self.derived.committing
    }
    /// Steps with a `when`.
    #[must_use]
    pub const fn conditional(&self) -> StepSet {
        self.derived.conditional
    }
    /// Steps that the time finishes.
    #[must_use]
    pub const fn timed(&self) -> StepSet {
        self.derived.timed
    }
    /// Steps that can happen when nothing was decided yet: the least set living from the beginning.
    #[must_use]
    pub const fn reachable(&self) -> StepSet {
        self.derived.reachable
    }
    /// Whether anything that happens can kill a step: outcomes and failures referred to, stops, choices.
    #[must_use]
    pub const fn can_die(&self) -> bool {
        self.derived.can_die
    }
    /// Steps with a reference to this one in their `after`.
    #[must_use]
    pub fn successors(&self, step: StepIndex) -> StepSet {
        self.derived.successors.get(usize::from(step)).copied().unwrap_or_default()
    }
    /// The outcome's place in its step.
    #[must_use]
    pub fn outcome(&self, step: StepIndex, id: &str) -> Option<u8> {
        let found = self.step(step)?.outcomes.iter().position(|o| o.id == id)?;
        u8::try_from(found).ok()
    }
    /// The outcome at this place of its step.
    #[must_use]
    pub fn outcome_id(&self, step: StepIndex, outcome: u8) -> Option<&str> {
        self.step(step)?.outcomes.get(usize::from(outcome)).map(|o| o.id.as_str())
    }
    /// A reference as people write it.
    #[must_use]
    pub fn print(&self, reference: Reference) -> String {
        let step = self.step(reference.step).map_or("?", |s| s.id.as_str());
        match reference.point {
            Point::Done => step.to_owned(),
            Point::Start => format!("{step}.start"),
            Point::Failed => format!("{step}.failed"),
            Point::Outcome(o) => format!("{step}.{}", self.outcome_id(reference.step, o).unwrap_or("?")),
        }
    }
}

/// The steps whose every `after` group has a member that is itself reachable.
fn reachable(steps: &[Step]) -> StepSet {
    let mut living = StepSet::EMPTY;
    loop {
        let before = living;
        for (index, step) in (0u8..64).zip(steps) {
            if step.after.iter().all(|g| g.iter().any(|r| living.has(r.step))) {
                living.add(index);
            }
        }
        if living == before {
            return living;
        }
    }
}

fn can_die(steps: &[Step], rules: &[Rule]) -> bool {
    let decides = |r: &Reference| matches!(r.point, Point::Failed | Point::Outcome(_));
    steps.iter().flat_map(|s| s.after.iter().flatten()).any(decides)
        || rules.iter().any(|r| matches!(r, Rule::Stop { .. } | Rule::Choice { .. }))
}
