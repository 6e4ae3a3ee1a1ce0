//! What is open now: kept item by item as facts are committed, looked at without any finished item.
//!
//! An item is held while it is not closed, and for a while after, so that what arrived and what was delivered lately
//! can be counted. What a look costs depends on what is held, never on what went through before. It gives the same
//! numbers as measuring all items anew.

use crate::figure::Spread;
use crate::from_items::{committed, end_of, place};
use crate::log::{Dictionary, NONE};
use crate::measures::week_of;
use crate::quantile::Quantiles;
use hashbrown::HashMap;
use serde::Serialize;
use std::collections::BTreeMap;
use watercourse_core::activity::Activity;
use watercourse_core::id::ItemId;
use watercourse_core::item::{Item, Outcome, Phase};
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;

const DAY: i64 = 86_400_000;
/// Items are held for so many milliseconds after their newest fact: a week that is under way, and a day.
pub const LATELY: i64 = 8 * DAY;

/// Items by stream, each with a tag that whoever looks can choose by.
#[derive(Debug, Clone)]
pub struct Live<T> {
    streams: BTreeMap<String, HashMap<ItemId, Held<T>>>,
    /// Steps and teams.
    names: Dictionary,
}

impl<T> Default for Live<T> {
    fn default() -> Self {
        Self { streams: BTreeMap::new(), names: Dictionary::default() }
    }
}

/// As much of an item as its counts need.
#[derive(Debug, Clone)]
struct Held<T> {
    revision: u64,
    created: i64,
    touched: i64,
    /// The end of its lead time, and whether it was delivered.
    ended: Option<(i64, bool)>,
    is_closed: bool,
    is_committed: bool,
    /// Its open rounds.
    at: Box<[At]>,
    tag: T,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Spot {
    step: u32,
    team: u32,
    activity: Activity,
    phase: Phase,
}

#[derive(Debug, Clone, Copy)]
struct At {
    spot: Spot,
    opened: i64,
}

/// How many today and this week, UTC, weeks from Monday on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Lately {
    /// Since midnight.
    pub today: usize,
    /// Since Monday.
    pub week: usize,
}

/// Open work in one of the six activities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct InActivity {
    /// The activity.
    pub activity: Activity,
    /// Items with an open round there.
    pub items: usize,
    /// How old they are, since their creation.
    pub age: Spread,
}

/// Open rounds that stand alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The stream.
    pub stream: String,
    /// The step's id, or `~` and the label of work outside the steps.
    pub step: String,
    /// Its activity.
    pub activity: Activity,
    /// The team that holds them.
    pub team: Option<String>,
    /// Their phase.
    pub phase: Phase,
    /// How many.
    pub rounds: usize,
    /// When the oldest of them opened, UTC ms.
    pub oldest: i64,
}

/// Open work at an instant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Now {
    /// The instant, UTC ms.
    pub as_of: i64,
    /// Items whose lead time still runs.
    pub open: usize,
    /// Those of them that were committed to.
    pub in_progress: usize,
    /// How old they are, since their creation.
    pub age: Spread,
    /// Items created.
    pub arrived: Lately,
    /// Items delivered.
    pub delivered: Lately,
    /// By the six activities, in their order.
    pub activities: Vec<InActivity>,
    /// Where the open rounds are, by stream and step.
    pub standing: Vec<Standing>,
}

impl Now {
    /// Open rounds for which this holds.
    pub fn rounds(&self, holds: impl Fn(&Standing) -> bool) -> usize {
        self.standing.iter().filter(|s| holds(s)).map(|s| s.rounds).sum()
    }
}

impl<T> Live<T> {
    /// Takes an item in as it is now, with the version of the stream it runs under. What is held already in this
    /// revision or a later one stays.
    pub fn put(&mut self, item: &Item, stream: &Stream, tag: T) {
        if self.revision(&item.stream, item.id).is_some_and(|known| known >= item.revision) {
            return;
        }
        let at = item.open_rounds().map(|round| {
            let (name, activity) = place(round, stream);
            let team = round.team().map_or(NONE, |team| self.names.intern(team));
            let step = self.names.intern(&name);
            // A step that its stream does not know any more belongs nowhere; no such stream is ever published.
            let activity = activity.unwrap_or(Activity::DeliverSupport);
            At { spot: Spot { step, team, activity, phase: round.phase() }, opened: round.opened.millis() }
        });
        let held = Held {
            revision: item.revision,
            created: item.created.millis(),
            touched: item.touched.millis(),
            at: at.collect(),
            ended: end_of(item, stream).map(|(at, outcome, _)| (at.millis(), outcome == Outcome::Delivered)),
            is_closed: item.closed.is_some(),
            is_committed: committed(item, stream).is_some(),
            tag,
        };
        self.streams.entry(item.stream.clone()).or_default().insert(item.id, held);
    }
    /// The revision in which an item is held.
    #[must_use]
    pub fn revision(&self, stream: &str, item: ItemId) -> Option<u64> {
        self.streams.get(stream)?.get(&item).map(|held| held.revision)
    }
    /// Lets go of closed items whose newest fact is older than [`LATELY`].
    pub fn forget(&mut self, now: Instant) {
        let before = now.millis() - LATELY;
        for items in self.streams.values_mut() {
            items.retain(|_, held| !held.is_closed || held.touched >= before);
        }
    }
    /// How many items are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.streams.values().map(HashMap::len).sum()
    }
    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// How it stands `now` with the items of a stream, or of all, whose tag this holds for.
    #[must_use]
    pub fn look(&self, now: Instant, stream: Option<&str>, holds: impl Fn(&T) -> bool) -> Now {
        let mut sum = Sum::new(now.millis());
        match stream {
            Some(name) => {
                if let Some((name, items)) = self.streams.get_key_value(name) {
                    self.add(&mut sum, name, items, &holds);
                }
            }
            None => self.streams.iter().for_each(|(name, items)| self.add(&mut sum, name, items, &holds)),
        }
        sum.told()
    }

    fn add(&self, sum: &mut Sum, stream: &str, items: &HashMap<ItemId, Held<T>>, holds: &impl Fn(&T) -> bool) {
        let mut spots: HashMap<Spot, (usize, i64)> = HashMap::new();
        for held in items.values().filter(|held| holds(&held.tag)) {
            sum.item(held.created, held.touched, held.ended, held.is_committed);
            let mut seen = [false; 6];
            for at in &held.at {
                let (rounds, oldest) = spots.entry(at.spot).or_insert((0, at.opened));
                (*rounds, *oldest) = (*rounds + 1, at.opened.min(*oldest));
                seen[at.spot.activity.index()] = true;
            }
            for (ages, _) in sum.in_activity.iter_mut().zip(seen).filter(|(_, seen)| *seen) {
                ages.push((sum.as_of - held.created).max(0));
            }
        }
        sum.standing.extend(spots.into_iter().map(|(spot, (rounds, oldest))| Standing {
            stream: stream.to_owned(),
            step: self.names.name(spot.step).to_owned(),
            activity: spot.activity,
            team: (spot.team != NONE).then(|| self.names.name(spot.team).to_owned()),
            phase: spot.phase,
            rounds,
            oldest,
        }));
    }
}

/// What a look adds up.
struct Sum {
    as_of: i64,
    ages: Vec<i64>,
    committed: usize,
    arrived: Lately,
    delivered: Lately,
    in_activity: [Vec<i64>; 6],
    standing: Vec<Standing>,
}

impl Sum {
    fn new(as_of: i64) -> Self {
        let (arrived, delivered) = (Lately::default(), Lately::default());
        Self {
            as_of,
            ages: Vec::new(),
            committed: 0,
            arrived,
            delivered,
            in_activity: Default::default(),
            standing: Vec::new(),
        }
    }
    fn item(&mut self, created: i64, touched: i64, ended: Option<(i64, bool)>, is_committed: bool) {
        lately(&mut self.arrived, created, self.as_of);
        match ended {
            Some((at, true)) => lately(&mut self.delivered, at, self.as_of),
            Some((_, false)) => {}
            None => {
                self.ages.push(self.as_of.max(touched) - created);
                self.committed += usize::from(is_committed);
            }
        }
    }
    fn told(mut self) -> Now {
        let open = self.ages.len();
        self.standing.sort_by(|a, b| {
            let place = |s: &Standing| (s.stream.clone(), s.step.clone(), s.team.clone(), s.phase.id());
            place(a).cmp(&place(b))
        });
        let in_activity = Activity::ALL.into_iter().zip(&mut self.in_activity);
        Now {
            as_of: self.as_of,
            open,
            in_progress: self.committed,
            activities: in_activity
                .map(|(activity, ages)| InActivity {
                    activity,
                    items: ages.len(),
                    age: Spread::of(Quantiles::of(ages)),
                })
                .collect(),
            age: Spread::of(Quantiles::of(&mut self.ages)),
            arrived: self.arrived,
            delivered: self.delivered,
            standing: self.standing,
        }
    }
}

/// What lies in the future counts too: clocks of two machines may differ a little.
fn lately(count: &mut Lately, at: i64, now: i64) {
    count.today += usize::from(at.div_euclid(DAY) >= now.div_euclid(DAY));
    count.week += usize::from(week_of(at) >= week_of(now));
}
