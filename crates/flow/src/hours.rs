//! Business time: which hours count while which team has the work.

use crate::visits::Visits;
use std::collections::BTreeMap;
use watercourse_core::calendar::{Calendar, WorkingIntervals};

/// The calendars of an organisation, one of its streams and its teams.
#[derive(Debug, Clone, Copy)]
pub struct Calendars<'a> {
    /// The organisation's.
    pub organisation: &'a Calendar,
    /// The stream's, where it has one of its own.
    pub stream: Option<&'a Calendar>,
    /// Those of teams that have one of their own, by name.
    pub teams: &'a BTreeMap<String, Calendar>,
}

/// The hours that count by team: the team's calendar, else the stream's, else the organisation's. Business time is
/// additive, never longer than calendar time, and never shrinks as time goes on.
#[derive(Debug, Clone)]
pub struct WorkingHours {
    /// Of whoever has no calendar of their own.
    default: WorkingIntervals,
    /// Of teams by number, where they have one.
    teams: Vec<Option<WorkingIntervals>>,
}

impl WorkingHours {
    /// Of the teams of these visits, ready for the time they tell of.
    #[must_use]
    pub fn of(visits: &Visits, calendars: &Calendars<'_>) -> Self {
        let items = &visits.items;
        let begins = items.created.iter().chain(&items.first_event).copied().min();
        let from = begins.unwrap_or(visits.as_of);
        let until = items.until.iter().chain(&items.last_event).copied().max().unwrap_or(visits.as_of);
        let intervals = |calendar: &Calendar| {
            let micros = |ms: i64| ms.saturating_mul(1000);
            WorkingIntervals::of(calendar, micros(from), micros(until.max(visits.as_of)))
        };
        Self {
            default: intervals(calendars.stream.unwrap_or(calendars.organisation)),
            teams: visits.teams.iter().map(|team| calendars.teams.get(team).map(intervals)).collect(),
        }
    }
    /// Working time from one instant to another while a team has the work, ms; 0 where the second is not after the
    /// first. Without a team the stream's or the organisation's hours count.
    #[must_use]
    pub fn between(&self, team: Option<u32>, from: i64, until: i64) -> i64 {
        let own = team.and_then(|team| self.teams.get(team as usize)?.as_ref());
        own.unwrap_or(&self.default).working(from.saturating_mul(1000), until.saturating_mul(1000)) / 1000
    }
}
