//! What a verb is called, what it takes and how it is offered: button, command, operation.

use crate::deciding::Deciding;
use crate::refusal::Refusal;

/// What an argument of a verb is, so that a form, a command line and the API can ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// A step of the item's stream, or `~N` for extra work.
    Step,
    /// An outcome of that step.
    Outcome,
    /// A team.
    Team,
    /// An activity.
    Activity,
    /// A gate of that step.
    Gate,
    /// A relation.
    Link,
    /// Another item, by key.
    Item,
    /// A field of the item's kind.
    Field,
    /// A short label of small letters, digits and hyphens.
    Label,
    /// Words of a person; kept outside the facts.
    Words,
    /// A value.
    Value,
    /// Yes or no.
    Flag,
}

/// One argument.
#[derive(Debug, Clone, Copy)]
pub struct Arg {
    /// Its name in JSON and on the command line.
    pub name: &'static str,
    /// What it is.
    pub ask: Ask,
    /// Whether the verb is refused without it.
    pub required: bool,
    /// What it is for, in a few words.
    pub about: &'static str,
}

/// Whether a verb is about a round or about the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A step or round of the item.
    Step,
    /// The item as a whole.
    Item,
    /// Only the program itself does it.
    Internal,
}

/// What doing a verb amounts to, so that each can be allowed on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Working on the item.
    Work,
    /// Following it: what whoever asked for it may do without working on it.
    Follow,
    /// Deciding for others: never by whoever asked for the item.
    Approve,
}

/// One verb, declared once.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Its name in the API and on the command line.
    pub id: &'static str,
    /// What the button says.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What it is about.
    pub scope: Scope,
    /// What doing it amounts to.
    pub duty: Duty,
    /// Its arguments.
    pub args: &'static [Arg],
}

/// What every verb can do: look at the working copy and emit what happens.
pub trait Act {
    /// Emits the facts, or refuses and leaves it to the caller to throw the copy away.
    ///
    /// # Errors
    /// A refusal that says what was wrong and what would be right.
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal>;

    /// The words of a person that come with it.
    fn words(&self) -> Option<&str> {
        None
    }
}

/// An argument that must be given.
#[must_use]
pub const fn need(name: &'static str, ask: Ask, about: &'static str) -> Arg {
    Arg { name, ask, required: true, about }
}

/// An argument that may be left out.
#[must_use]
pub const fn may(name: &'static str, ask: Ask, about: &'static str) -> Arg {
    Arg { name, ask, required: false, about }
}

/// The step every step verb names.
pub const STEP: Arg = need("step", Ask::Step, "the step, or ~N for extra work");
