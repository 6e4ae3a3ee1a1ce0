//! Business calendars: when an organisation or a team works.
//!
//! A calendar is weekly hours on civil time in a zone, and holidays. An instant is worked where the
//! wall clock of the zone shows a time inside the day's hours. All arithmetic follows from that one
//! sentence, so days on which the clock changes need no rule of their own: an hour that is shown
//! twice is worked twice, an hour that is skipped is not worked. Instants are microseconds since
//! 1970, UTC; zones come from the database inside the program, never from the machine.

mod arithmetic;
mod business_day;
mod definition;
mod intervals;
mod schedule;

pub use arithmetic::Calendar;
pub use definition::{CalendarDefinition, CalendarError, HolidayDefinition, WeeklyHours};
pub use intervals::WorkingIntervals;
