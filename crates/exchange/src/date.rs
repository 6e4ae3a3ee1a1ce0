//! Dates and times as people and programs write them.

use serde::{Deserialize, Serialize};

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Which part comes first in `03/04/2024`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// 3 April.
    #[default]
    DayFirst,
    /// 4 March.
    MonthFirst,
}

impl DateOrder {
    /// The other order.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::DayFirst => Self::MonthFirst,
            Self::MonthFirst => Self::DayFirst,
        }
    }
    /// As mapping files write it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::DayFirst => "day-first",
            Self::MonthFirst => "month-first",
        }
    }
}

/// How a moment was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Year first, or a month by name: no doubt about the order.
    Plain,
    /// Two numbers and a year: the order matters. The numbers, as written.
    Numbers(u8, u8),
    /// Digits only: seconds, milliseconds or microseconds since 1970, or `20240131`.
    Digits,
    /// Days since the end of 1899, as spreadsheets count them: `45296.395833`.
    Serial,
}

/// A moment as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970 on the clock it was read from: UTC only where `offset` says so.
    pub ms: i64,
    /// Milliseconds east of UTC, where the text says so.
    pub offset: Option<i64>,
    /// How it was written.
    pub form: Form,
    /// Whether it says AM or PM.
    pub half_day: bool,
}

/// Reads a moment in any of the usual ways of writing; `None` if it is none.
///
/// Fractions of a second are cut to milliseconds. Two-digit years are 1970–2069.
#[must_use]
pub fn parse(text: &[u8], order: DateOrder) -> Option<Moment> {
    let text = text.trim_ascii();
    if text.len() < 5 || text.len() > 64 {
        return None;
    }
    if text.is_ascii() { plain(text, order) } else { plain(spaced(text, &mut [0; 64]), order) }
}

/// Spaces that do not break, wide or narrow, as plain ones: programs put them before AM and PM.
fn spaced<'b>(text: &[u8], room: &'b mut [u8; 64]) -> &'b [u8] {
    let (mut from, mut to) = (text, 0);
    while let Some((first, rest)) = from.split_first() {
        let after = [&b"\xe2\x80\xaf"[..], b"\xc2\xa0"].iter().find_map(|space| from.strip_prefix(*space));
        let (byte, rest) = after.map_or((*first, rest), |after| (b' ', after));
        if let Some(slot) = room.get_mut(to) {
            *slot = byte;
            to += 1;
        }
        from = rest;
    }
    room.get(..to).unwrap_or_default().trim_ascii()
}

fn plain(text: &[u8], order: DateOrder) -> Option<Moment> {
    if let Some(moment) = iso(text) {
        return Some(moment);
    }
    if let Some((head, rest)) = text.split_first_chunk::<8>()
        && head.iter().all(u8::is_ascii_digit)
        && matches!(rest.first(), Some(b'T' | b't'))
    {
        return basic(head, rest.get(1..)?);
    }
    if text.iter().all(|c| c.is_ascii_digit() || matches!(c, b'.' | b','))
        && text.first().is_some_and(u8::is_ascii_digit)
        && let Some(moment) = digits(text)
    {
        return Some(moment);
    }
    words(text, order)
}

/// `2024-01-31T09:30:00.5+01:00` and its kin, padded.
#[inline]
fn iso(t: &[u8]) -> Option<Moment> {
    let (head, rest) = t.split_first_chunk::<10>()?;
    let [y0, y1, y2, y3, s0, m0, m1, s1, d0, d1] = *head;
    if s0 != s1 || !matches!(s0, b'-' | b'/' | b'.') {
        return None;
    }
    let (century, year) = (pair(y0, y1)?, pair(y2, y3)?);
    let day = days(century * 100 + year, pair(m0, m1)?, pair(d0, d1)?)?;
    let clock = clock(rest)?;
    Some(Moment { ms: day * DAY_MS + clock.ms, offset: clock.offset, form: Form::Plain, half_day: clock.half_day })
}

/// `20240131T093000Z`.
fn basic(day: &[u8; 8], rest: &[u8]) -> Option<Moment> {
    let count = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    let (time, zone) = rest.split_at_checked(count)?;
    if !matches!(count, 4 | 6) {
        return None;
    }
    let moment = digits(&[day, time].concat())?;
    let offset = if zone.is_empty() { None } else { Some(offset(zone)?) };
    Some(Moment { offset, form: Form::Plain, ..moment })
}

#[inline]
fn pair(a: u8, b: u8) -> Option<i64> {
    (a.is_ascii_digit() && b.is_ascii_digit()).then(|| i64::from(a - b'0') * 10 + i64::from(b - b'0'))
}

/// Days of 1970 in the count of spreadsheets, and of 2100.
const SERIALS: std::ops::Range<i64> = 25_569..73_051;

/// `20240131`, `20240131093000`, days as spreadsheets count them, or time since 1970 with 10 (s), 13 (ms) or 16 (µs) digits.
fn digits(t: &[u8]) -> Option<Moment> {
    let dot = t.iter().position(|c| matches!(c, b'.' | b','));
    let (whole, fraction) = match dot {
        Some(i) => (t.get(..i)?, t.get(i + 1..)?),
        None => (t, &[][..]),
    };
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = whole.iter().try_fold(0i64, |n, c| n.checked_mul(10)?.checked_add(i64::from(c - b'0')))?;
    let part =
        |from: usize, to: usize| whole.get(from..to).map(|d| d.iter().fold(0, |n, c| n * 10 + i64::from(c - b'0')));
    if whole.len() == 5 && SERIALS.contains(&number) {
        return Some(Moment { ms: serial(number, fraction), offset: None, form: Form::Serial, half_day: false });
    }
    let ms = match (whole.len(), dot) {
        (10, _) => number * 1000 + thousandths(fraction),
        (13, None) => number,
        (16, None) => number / 1000,
        (8 | 12 | 14, None) => {
            let day = days(part(0, 4)?, part(4, 6)?, part(6, 8)?)?;
            let (hour, minute) = if whole.len() > 8 { (part(8, 10)?, part(10, 12)?) } else { (0, 0) };
            let second = if whole.len() > 12 { part(12, 14)? } else { 0 };
            if hour > 23 || minute > 59 || second > 60 {
                return None;
            }
            day * DAY_MS + (hour * 3600 + minute * 60 + second) * 1000
        }
        _ => return None,
    };
    let offset = matches!(whole.len(), 10 | 13 | 16).then_some(0);
    Some(Moment { ms, offset, form: Form::Digits, half_day: false })
}

/// Milliseconds since 1970. A fraction of a day is written to some ten digits: what is within two milliseconds of a
/// second is that second.
fn serial(days: i64, fraction: &[u8]) -> i64 {
    let parts = fraction.iter().take(15).fold((0i64, 1i64), |(n, of), c| (n * 10 + i64::from(c - b'0'), of * 10));
    let whole = i128::from(parts.0) * i128::from(DAY_MS);
    let ms = i64::try_from((whole + i128::from(parts.1) / 2) / i128::from(parts.1)).unwrap_or(0);
    let second = (ms + 500) / 1000 * 1000;
    (days - SERIALS.start) * DAY_MS + if (ms - second).abs() <= 2 { second } else { ms }
}

/// Everything else: unpadded, day or month first, months by name, with or without a weekday.
fn words(t: &[u8], order: DateOrder) -> Option<Moment> {
    let mut c = Cursor(t);
    let mut first = c.token();
    if let Some(Token::Word(w)) = first
        && WEEKDAYS.iter().any(|d| starts(w, d))
        && month(w).is_none()
    {
        c.skip(b",. ");
        first = c.token();
    }
    let gap = c.gap()?;
    let mut second = c.token()?;
    if matches!(second, Token::Word(b"de")) {
        c.skip(b" ");
        second = c.token()?;
    }
    let (day, form) = match (first?, second) {
        (Token::Number(year, 4), second) => {
            c.same(gap)?;
            let month = match second {
                Token::Number(m, 1..=2) => m,
                Token::Word(w) => month(w)?,
                Token::Number(..) => return None,
            };
            let Token::Number(dom, 1..=2) = c.token()? else { return None };
            (days(year, month, dom)?, Form::Plain)
        }
        (Token::Number(a, 1..=2), Token::Number(b, 1..=2)) => {
            if gap == b' ' {
                return None;
            }
            c.same(gap)?;
            let year = c.year()?;
            let (dom, month) = if order == DateOrder::DayFirst { (a, b) } else { (b, a) };
            (days(year, month, dom)?, Form::Numbers(u8::try_from(a).ok()?, u8::try_from(b).ok()?))
        }
        (Token::Number(dom, 1..=2), Token::Word(w)) => {
            let month = month(w)?;
            c.skip(b". -/,");
            // 5 de enero de 2024.
            c.0 = c.0.strip_prefix(b"de ").unwrap_or(c.0);
            (days(c.year()?, month, dom)?, Form::Plain)
        }
        (Token::Word(w), Token::Number(dom, 1..=2)) => {
            c.skip(b", ");
            (days(c.year()?, month(w)?, dom)?, Form::Plain)
        }
        _ => return None,
    };
    let rest = c.0.strip_prefix(b",").unwrap_or(c.0);
    let rest = [&b" at "[..], b" um ", " \u{e0} ".as_bytes(), b" om ", b" alle "]
        .iter()
        .find_map(|at| rest.strip_prefix(*at).map(|_| rest.get(at.len() - 1..).unwrap_or_default()))
        .unwrap_or(rest);
    let clock = clock(rest)?;
    Some(Moment { ms: day * DAY_MS + clock.ms, offset: clock.offset, form, half_day: clock.half_day })
}

struct Clock {
    ms: i64,
    offset: Option<i64>,
    half_day: bool,
}

/// The time of day and the offset that follow a date; nothing at all is midnight.
#[inline]
fn clock(t: &[u8]) -> Option<Clock> {
    let Some((lead, rest)) = t.split_first() else { return Some(Clock { ms: 0, offset: None, half_day: false }) };
    if !matches!(lead, b'T' | b't' | b' ' | b'_') {
        // A date with an offset and no time of day, as XML Schema allows.
        return offset(t).map(|o| Clock { ms: 0, offset: Some(o), half_day: false });
    }
    let mut c = Cursor(rest);
    c.skip(b" ");
    let mut hour = c.two()?;
    // 15h04, as French has it.
    c.expect(b':').or_else(|| c.expect(b'h')).or_else(|| c.expect(b'H'))?;
    let minute = c.two()?;
    let mut second = 0;
    let mut fraction = 0;
    if c.expect(b':').is_some() {
        second = c.two()?;
        if c.expect(b'.').is_some() || c.expect(b',').is_some() {
            let count = c.0.iter().take_while(|d| d.is_ascii_digit()).count();
            let (digits, rest) = c.0.split_at_checked(count)?;
            if count == 0 {
                return None;
            }
            fraction = thousandths(digits);
            c.0 = rest;
        }
    }
    let mut half_day = false;
    if !c.0.is_empty() {
        c.skip(b" ");
        if let Some(pm) = c.half() {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if pm { 12 } else { 0 };
            half_day = true;
            c.skip(b" ");
        }
        if matches!(c.0, b"Uhr" | b"uhr") {
            c.0 = &[];
        }
    }
    if hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute, second) != (0, 0)) {
        return None;
    }
    let offset = if c.0.is_empty() { None } else { Some(offset(c.0)?) };
    Some(Clock { ms: (hour * 3600 + minute * 60 + second) * 1000 + fraction, offset, half_day })
}

/// `Z`, `UTC`, `+02`, `+0200`, `+02:00`, `GMT+2`: milliseconds east of UTC. A bracketed zone name after it is passed over.
pub(crate) fn offset(t: &[u8]) -> Option<i64> {
    let t = match t.iter().position(|c| *c == b'[') {
        Some(i) if t.last() == Some(&b']') => t.get(..i)?,
        _ => t,
    };
    let rest = [&b"UTC"[..], b"GMT", b"Z", b"z"].iter().find_map(|p| t.strip_prefix(*p));
    let t = match rest {
        Some([]) => return Some(0),
        Some(rest) => rest,
        None => t,
    };
    let (sign, digits) = match t.split_first()? {
        (b'+', d) => (1, d),
        (b'-', d) => (-1, d),
        _ => return None,
    };
    let (hours, minutes) = match *digits {
        [a] => (i64::from(a.is_ascii_digit().then(|| a - b'0')?), 0),
        [a, b] => (pair(a, b)?, 0),
        [a, b, c, d] | [a, b, b':', c, d] => (pair(a, b)?, pair(c, d)?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

/// The first three digits of a fraction, padded.
fn thousandths(digits: &[u8]) -> i64 {
    (0..3).fold(0, |n, i| n * 10 + digits.get(i).map_or(0, |d| i64::from(d - b'0')))
}

enum Token<'a> {
    /// A number and how many digits it has.
    Number(i64, usize),
    Word(&'a [u8]),
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn token(&mut self) -> Option<Token<'a>> {
        let first = self.0.first()?;
        let digit = first.is_ascii_digit();
        let count = self
            .0
            .iter()
            .take_while(|c| if digit { c.is_ascii_digit() } else { c.is_ascii_alphabetic() || !c.is_ascii() })
            .count();
        let (token, rest) = self.0.split_at_checked(count)?;
        if count == 0 || (digit && count > 4) {
            return None;
        }
        self.0 = rest;
        Some(if digit {
            Token::Number(token.iter().fold(0, |n, c| n * 10 + i64::from(c - b'0')), count)
        } else {
            Token::Word(token)
        })
    }
    /// The separator between the first two parts.
    fn gap(&mut self) -> Option<u8> {
        let (&gap, rest) = self.0.split_first()?;
        if !matches!(gap, b'/' | b'-' | b'.' | b' ' | b',') {
            return None;
        }
        self.0 = rest;
        self.skip(b" ");
        Some(gap)
    }
    fn same(&mut self, gap: u8) -> Option<()> {
        self.expect(gap)
    }
    fn year(&mut self) -> Option<i64> {
        match self.token()? {
            Token::Number(y, 4) => Some(y),
            Token::Number(y, 2) => Some(if y < 70 { 2000 + y } else { 1900 + y }),
            _ => None,
        }
    }
    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        (*first == byte).then(|| self.0 = rest)
    }
    fn skip(&mut self, any: &[u8]) {
        while let Some((first, rest)) = self.0.split_first()
            && any.contains(first)
        {
            self.0 = rest;
        }
    }
    /// One or two digits.
    #[inline]
    fn two(&mut self) -> Option<i64> {
        let (&a, rest) = self.0.split_first()?;
        if !a.is_ascii_digit() {
            return None;
        }
        self.0 = rest;
        match rest.split_first() {
            Some((&b, rest)) if b.is_ascii_digit() => {
                self.0 = rest;
                pair(a, b)
            }
            _ => Some(i64::from(a - b'0')),
        }
    }
    /// `AM`, `pm`, `a.m.`: whether it is the second half of the day.
    fn half(&mut self) -> Option<bool> {
        let pm = match self.0.first()?.to_ascii_lowercase() {
            b'a' => false,
            b'p' => true,
            _ => return None,
        };
        let rest = self.0.get(1..)?;
        let rest = rest.strip_prefix(b".").unwrap_or(rest);
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let (m, rest) = rest.split_first()?;
        if !m.eq_ignore_ascii_case(&b'm') {
            return None;
        }
        self.0 = rest.strip_prefix(b".").unwrap_or(rest);
        Some(pm)
    }
}

/// How the days of the week begin in English, German, French, Spanish, Italian and Dutch.
const WEEKDAYS: [&str; 29] = [
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mit", "do", "fr", "sa", "so", "lun", "mar", "mer",
    "jeu", "ven", "sam", "dim", "mi", "jue", "vie", "s\u{e1}b", "gio", "maa", "woe", "zat",
];

/// The months by their names in English, German, French, Spanish, Italian, Dutch and Portuguese. The first three
/// letters or more of one name them too, as far as they name one month only.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "j\u{e4}nner", "janvier", "enero", "gennaio", "januari", "janeiro"],
    &["february", "februar", "f\u{e9}vrier", "fevrier", "febrero", "febbraio", "februari", "fevereiro"],
    &["march", "m\u{e4}rz", "maerz", "mrz", "mars", "marzo", "maart", "mrt", "mar\u{e7}o"],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maggio", "mei", "maio"],
    &["june", "juni", "juin", "junio", "giugno", "junho"],
    &["july", "juli", "juillet", "julio", "luglio", "julho"],
    &["august", "ao\u{fb}t", "aout", "agosto", "augustus"],
    &["september", "septembre", "septiembre", "setiembre", "settembre", "setembro"],
    &["october", "oktober", "octobre", "octubre", "ottobre", "outubro"],
    &["november", "novembre", "noviembre", "novembro"],
    &["december", "dezember", "d\u{e9}cembre", "decembre", "diciembre", "dicembre", "dezembro"],
];

fn starts(word: &[u8], with: &str) -> bool {
    lower(word).starts_with(with)
}

/// Lower case; what is not UTF-8 is taken as Latin-1.
fn lower(word: &[u8]) -> String {
    let text = std::str::from_utf8(word).map_or_else(|_| word.iter().copied().map(char::from).collect(), str::to_owned);
    text.to_lowercase()
}

/// The number of a month by its name.
fn month(word: &[u8]) -> Option<i64> {
    // English first, and without leaving the stack: nearly all months are.
    let english = MONTHS.iter().position(|names| {
        let name = names.first().map_or(&[][..], |n| n.as_bytes());
        word.len() >= 3 && name.get(..word.len()).is_some_and(|n| word.eq_ignore_ascii_case(n))
    });
    if let Some(position) = english {
        return i64::try_from(position).ok().map(|p| p + 1);
    }
    let word = lower(word);
    if word.chars().count() < 3 {
        return None;
    }
    let mut fitting = (1..).zip(MONTHS).filter(|(_, names)| names.iter().any(|n| n.starts_with(&word)));
    match (fitting.next(), fitting.next()) {
        (Some((number, _)), None) => Some(number),
        _ => None,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar; `None` for a day that does not exist.
#[inline]
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if day < 1 || day > last {
        return None;
    }
    // March first, so that the leap day ends the year (the usual era arithmetic).
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Year, month and day of a number of days since 1970-01-01.
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

/// `2024-01-31T09:30:00.500Z`.
pub(crate) fn rfc3339(utc_ms: i64) -> String {
    let (year, month, day) = civil_from_days(utc_ms.div_euclid(DAY_MS));
    let ms = utc_ms.rem_euclid(DAY_MS);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let fraction = if ms % 1000 == 0 { String::new() } else { format!(".{:03}", ms % 1000) };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use proptest::prelude::*;

    use super::{DateOrder, Form, civil_from_days, days, parse, rfc3339};

    fn utc(text: &str) -> String {
        let m = parse(text.as_bytes(), DateOrder::DayFirst).unwrap_or_else(|| panic!("{text} is a moment"));
        rfc3339(m.ms - m.offset.unwrap_or(0))
    }

    #[test]
    fn the_usual_ways_of_writing() {
        for text in [
            "2024-01-05T09:30:00Z",
            "2024-01-05 09:30",
            "2024-01-05T10:30:00+01:00",
            "2024-01-05 10:30:00.000+0100",
            "2024/01/05 09:30:00.000",
            "2024.01.05 09:30",
            "2024-1-5 9:30",
            "5/1/2024 09:30",
            "5/1/2024 9:30",
            "05-01-2024 09:30:00",
            "05.01.2024 09:30",
            "05/Jan/24 9:30 AM",
            "5-Jan-2024 09:30",
            "05 Jan 2024 09:30",
            "Jan 5, 2024 9:30 AM",
            "January 5, 2024, 9:30 a.m.",
            "Fri, 05 Jan 2024 09:30:00 +0000",
            "1704447000",
            "1704447000000",
            "1704447000000000",
            "20240105093000",
            "2024-01-05T09:30:00,000Z",
            "5/1/24 9:30",
            "2024-01-05 09:30:00 UTC",
            "2024-01-05T10:30:00+01:00[Europe/Paris]",
            " 2024-01-05T09:30 ",
            "1704447000.0",
            "1704447000,000",
            "20240105T093000Z",
            "20240105T0930",
            "45296.395833333336",
            "45296,3958333333",
            "05/Jan/24 9:30\u{202f}AM",
            "5. J\u{e4}nner 2024 09:30",
            "05.Jan.2024 09:30 Uhr",
            "5 janv. 2024 \u{e0} 09:30",
            "5 janvier 2024 09h30",
            "5 de enero de 2024 9:30 a. m.",
            "5 ene. 2024 9:30",
            "5 gennaio 2024 alle 09:30",
            "05-gen-2024 09:30",
            "5 januari 2024 om 09:30",
            "Fr, 5. Januar 2024 um 09:30",
        ] {
            assert_eq!(utc(text), "2024-01-05T09:30:00Z", "{text}");
        }
        assert_eq!(utc("2010-10-02 07:20:39.266000+00:00"), "2010-10-02T07:20:39.266Z");
        assert_eq!(utc("05/Jan/24 12:05 PM"), "2024-01-05T12:05:00Z");
        assert_eq!(utc("05/Jan/24 12:05 AM"), "2024-01-05T00:05:00Z");
        assert_eq!(utc("2024-01-05"), "2024-01-05T00:00:00Z");
        assert_eq!(utc("2024-01-05T24:00:00"), "2024-01-06T00:00:00Z");
        assert_eq!(utc("0010-03-04"), "0010-03-04T00:00:00Z");
        assert_eq!(utc("1948-01-01 00:00"), "1948-01-01T00:00:00Z");
        assert_eq!(utc("12/M\u{e4}r/24 3:04 PM"), "2024-03-12T15:04:00Z");
        assert_eq!(utc("12 f\u{e9}vr. 2024"), "2024-02-12T00:00:00Z");
        assert_eq!(utc("12 mrt 2024"), "2024-03-12T00:00:00Z");
        assert_eq!(utc("1 ao\u{fb}t 2024"), "2024-08-01T00:00:00Z");
        assert_eq!(utc("1 d\u{e9}c. 2024"), "2024-12-01T00:00:00Z");
        assert_eq!(utc("45296"), "2024-01-05T00:00:00Z");
        let latin = parse(b"12.M\xe4rz 2024", DateOrder::DayFirst).unwrap();
        assert_eq!(rfc3339(latin.ms), "2024-03-12T00:00:00Z");
        assert_eq!(utc("20240105"), "2024-01-05T00:00:00Z");
    }

    #[test]
    fn what_is_no_moment() {
        for text in [
            "",
            "?",
            "NA",
            "hello",
            "2024-13-01",
            "2023-02-29",
            "31/04/2024",
            "2024-01-05 25:00",
            "2024-01-05 10:61",
            "1.2.3",
            "10.1.12.5",
            "12345",
            "99999",
            "3 jui 2024",
            "1234567",
            "2024-01-05T",
            "2024-01-05 09:30 XM",
            "13:30 2024",
            "#MULTIVALUE",
            "2024-01-05T09:30:00.Z",
            "29/2/2023 1:00",
            "code 1",
            "10 20 2024",
        ] {
            assert_eq!(parse(text.as_bytes(), DateOrder::DayFirst), None, "{text}");
        }
    }

    #[test]
    fn the_order_decides() {
        let day = parse(b"3/4/2024", DateOrder::DayFirst).unwrap();
        let month = parse(b"3/4/2024", DateOrder::MonthFirst).unwrap();
        assert_eq!(day.form, Form::Numbers(3, 4));
        assert_eq!(
            (rfc3339(day.ms), rfc3339(month.ms)),
            ("2024-04-03T00:00:00Z".into(), "2024-03-04T00:00:00Z".into())
        );
        assert_eq!(parse(b"4/13/2024", DateOrder::DayFirst), None);
    }

    proptest! {
        #[test]
        fn days_and_back(day in -1_000_000i64..3_000_000) {
            let (y, m, d) = civil_from_days(day);
            prop_assert_eq!(days(y, m, d), Some(day));
        }
        #[test]
        fn bytes_never_panic(text in proptest::collection::vec(any::<u8>(), 0..70)) {
            let _ = parse(&text, DateOrder::MonthFirst);
        }
        #[test]
        fn almost_dates_never_panic(text in "[0-9/ :.TZ+-]{0,40}(Jan|PM|\u{e9})?[0-9: ]{0,8}") {
            let _ = parse(text.as_bytes(), DateOrder::DayFirst);
        }
    }
}
