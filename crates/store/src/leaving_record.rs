//! Receivers of events and what is on its way to them, as they are kept.

use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;

/// Somebody outside who is told of facts.
#[derive(Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Where it is told.
    pub url: String,
    /// Facts of items of this entity and below are told.
    pub entity: String,
    /// What happened, as facts call it; all of it where this is empty.
    pub kinds: Vec<String>,
    /// Ids of streams; all of them where this is empty.
    pub streams: Vec<String>,
    /// Whether it is told now.
    pub active: bool,
    /// What messages are signed with, sealed.
    pub secret: String,
    /// What they were signed with before, sealed.
    pub former: Option<String>,
    /// Until when the former secret signs too.
    pub former_until: Instant,
    /// The number of the last fact for which deliveries were written.
    pub told: i64,
    /// When this was last changed.
    pub changed_at: Instant,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("id", &self.id).field("url", &self.url).finish_non_exhaustive()
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is still to arrive.
    Waiting,
    /// It arrived.
    Done,
    /// It was given up.
    Dead,
}

impl DeliveryState {
    /// As the database and the API write it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
    /// The one with an id.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        [Self::Waiting, Self::Done, Self::Dead].into_iter().find(|s| s.id() == id)
    }
}

/// A fact on its way to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// To whom.
    pub receiver: String,
    /// The number of the fact.
    pub seq: i64,
    /// The item the fact is about.
    pub item: ItemId,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried next.
    pub due: Instant,
    /// Until when somebody is at it; whoever comes later takes it over.
    pub leased_until: Instant,
    /// When it arrived or was given up.
    pub ended_at: Option<Instant>,
}

/// One try of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The delivery.
    pub delivery: i64,
    /// When it began.
    pub at: Instant,
    /// How long it took, in milliseconds.
    pub millis: i64,
    /// What was answered; none where nothing was.
    pub status: Option<i64>,
    /// The first bytes of the answer, or why there was none.
    pub said: String,
}

/// How many deliveries of a receiver stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OnTheWay {
    /// Still to arrive.
    pub waiting: i64,
    /// Given up.
    pub dead: i64,
}
