//! A Petri net with labels: the model that a log is compared with.

/// Places with so many tokens each, by number, in ascending order.
pub type Tokens = Vec<(u32, u16)>;

/// What can happen in the model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transition {
    /// The activity it stands for; none for a silent one, which leaves no event.
    pub label: Option<String>,
    /// What it takes from places.
    pub takes: Tokens,
    /// What it gives to places.
    pub gives: Tokens,
}

/// A Petri net: tokens on places, moved by transitions, from the initial marking to the final one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Net {
    pub(crate) places: u32,
    pub(crate) transitions: Vec<Transition>,
    pub(crate) initial: Tokens,
    pub(crate) last: Tokens,
}

/// Why something is no net.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetError {
    /// A marking or an arc names a place that there is not.
    NoSuchPlace(u32),
    /// A place is named twice in one marking or by two arcs of the same direction, or not in order.
    Unordered(u32),
    /// A marking or an arc has zero tokens.
    NoTokens(u32),
}

impl std::error::Error for NetError {}

impl std::fmt::Display for NetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoSuchPlace(place) => write!(f, "there is no place {place}"),
            Self::Unordered(place) => write!(f, "place {place} is named twice, or out of order"),
            Self::NoTokens(place) => write!(f, "place {place} is named with no tokens"),
        }
    }
}

impl Net {
    /// A net of so many places, numbered from 0, in which every case begins with `initial` and should end with exactly
    /// `last`.
    ///
    /// # Errors
    /// A place does not exist, or is named twice, or with no tokens.
    pub fn new(places: u32, transitions: Vec<Transition>, initial: Tokens, last: Tokens) -> Result<Self, NetError> {
        let arcs = transitions.iter().flat_map(|t| [&t.takes, &t.gives]);
        for tokens in [&initial, &last].into_iter().chain(arcs) {
            if let Some((place, _)) = tokens.iter().find(|(place, _)| *place >= places) {
                return Err(NetError::NoSuchPlace(*place));
            }
            if let Some((place, _)) = tokens.iter().find(|(_, count)| *count == 0) {
                return Err(NetError::NoTokens(*place));
            }
            if let Some(pair) = tokens.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
                return Err(NetError::Unordered(pair[1].0));
            }
        }
        Ok(Self { places, transitions, initial, last })
    }
    /// How many places there are.
    #[must_use]
    pub const fn places(&self) -> u32 {
        self.places
    }
    /// What can happen.
    #[must_use]
    pub fn transitions(&self) -> &[Transition] {
        &self.transitions
    }
    /// Where every case begins.
    #[must_use]
    pub fn initial(&self) -> &[(u32, u16)] {
        &self.initial
    }
    /// Where every case should end.
    #[must_use]
    pub fn last(&self) -> &[(u32, u16)] {
        &self.last
    }
}
