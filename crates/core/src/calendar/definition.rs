//! A calendar as people write it, in TOML or JSON.

use serde::de::{MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A calendar as written.
///
/// ```
/// use watercourse_core::calendar::{Calendar, CalendarDefinition};
/// let text = r#"
///     zone = "Europe/Brussels"
///     holidays = ["12-25", "2026-05-14", { date = "12-24", hours = ["09:00-12:00"], name = "Christmas Eve" }]
///     [hours]
///     mon = ["09:00-12:30", "13:00-17:30"]
///     tue = ["09:00-12:30", "13:00-17:30"]
///     fri = ["09:00-13:00"]
/// "#;
/// let calendar: Calendar = toml::from_str(text).unwrap();
/// assert_eq!(calendar.definition().hours.fri, ["09:00-13:00"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarDefinition {
    /// The time zone by its IANA name: `Europe/Brussels`, `UTC`.
    pub zone: String,
    /// Days that are not worked as the week says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<HolidayDefinition>,
    /// The hours of a normal week.
    pub hours: WeeklyHours,
}

/// The hours of a week, per day as intervals `HH:MM-HH:MM` of the wall clock. `24:00` is midnight at
/// the end of the day; work over midnight is written on both days.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names of the days say it")]
pub struct WeeklyHours {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mon: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tue: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wed: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thu: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fri: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sat: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sun: Vec<String>,
}

impl WeeklyHours {
    /// The days from Monday on, with their names in the file.
    #[must_use]
    pub fn days(&self) -> [(&'static str, &[String]); 7] {
        [
            ("mon", &self.mon),
            ("tue", &self.tue),
            ("wed", &self.wed),
            ("thu", &self.thu),
            ("fri", &self.fri),
            ("sat", &self.sat),
            ("sun", &self.sun),
        ]
    }
    /// The same hours from Monday to Friday.
    #[must_use]
    pub fn weekdays(hours: &[&str]) -> Self {
        let day: Vec<String> = hours.iter().map(|&h| h.to_owned()).collect();
        Self { mon: day.clone(), tue: day.clone(), wed: day.clone(), thu: day.clone(), fri: day, ..Self::default() }
    }
}

/// A day that is not worked as the week says: just its date, or a table with its own hours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HolidayDefinition {
    /// `2026-12-25`, or `12-25` for every year. A date with its year goes before one without.
    pub date: String,
    /// What is worked on that day; nothing where empty.
    pub hours: Vec<String>,
    /// What people call it.
    pub name: Option<String>,
}

impl HolidayDefinition {
    /// A day on which nobody works.
    #[must_use]
    pub fn closed(date: &str) -> Self {
        Self { date: date.to_owned(), ..Self::default() }
    }
}

/// A holiday that says more than its date.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayTable {
    date: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hours: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl Serialize for HolidayDefinition {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.hours.is_empty() && self.name.is_none() {
            return s.serialize_str(&self.date);
        }
        HolidayTable { date: self.date.clone(), hours: self.hours.clone(), name: self.name.clone() }.serialize(s)
    }
}

impl<'de> Deserialize<'de> for HolidayDefinition {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct DateOrTable;
        impl<'de> Visitor<'de> for DateOrTable {
            type Value = HolidayDefinition;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date in quotes (\"2026-12-25\", or \"12-25\" for every year) or a table with date, hours and name")
            }
            fn visit_str<E: serde::de::Error>(self, date: &str) -> Result<HolidayDefinition, E> {
                Ok(HolidayDefinition::closed(date))
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<HolidayDefinition, M::Error> {
                let table = HolidayTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(HolidayDefinition { date: table.date, hours: table.hours, name: table.name })
            }
        }
        d.deserialize_any(DateOrTable)
    }
}

/// One thing wrong with a calendar as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {wrong}; {right}")]
pub struct CalendarError {
    /// Where: `zone`, `hours.mon[0]`, `holidays[2].hours[0]`.
    pub at: String,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl CalendarError {
    pub(super) fn new(at: impl Into<String>, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { at: at.into(), wrong: wrong.into(), right: right.into() }
    }
}
