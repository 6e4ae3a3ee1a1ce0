//! Numbers and times as people read them.

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A duration in one unit, for figures that stand beside others: `45 s`, `12 min`, `5.2 h`, `6.8 d`, `112 d`.
#[must_use]
pub fn short(ms: i64) -> String {
    let (sign, ms) = if ms < 0 { ("−", ms.saturating_neg()) } else { ("", ms) };
    // Rounding must not yield 60 min or 24 h: the next unit takes over where it would.
    let (unit, word) = match ms {
        m if m < MINUTE - SECOND / 2 => (SECOND, "s"),
        m if m < HOUR - MINUTE / 2 => (MINUTE, "min"),
        m if m < DAY - HOUR / 20 => (HOUR, "h"),
        _ => (DAY, "d"),
    };
    let tenths = (i128::from(ms) * 10 + i128::from(unit) / 2) / i128::from(unit);
    let whole = unit <= MINUTE || tenths >= 1000 || tenths % 10 == 0;
    if whole {
        format!("{sign}{} {word}", (tenths + if tenths % 10 == 0 { 0 } else { 5 }) / 10)
    } else {
        format!("{sign}{}.{} {word}", tenths / 10, tenths % 10)
    }
}

/// A duration in at most two units: `3 d 4 h`, `2 h 10 min`, `45 s`.
#[must_use]
pub fn long(ms: i64) -> String {
    let (sign, ms) = if ms < 0 { ("−", ms.saturating_neg()) } else { ("", ms) };
    let pair = |big: i64, big_word: &str, small: i64, small_word: &str| {
        let (high, low) = (ms / big, ms % big / small);
        if low == 0 {
            format!("{sign}{high} {big_word}")
        } else {
            format!("{sign}{high} {big_word} {low} {small_word}")
        }
    };
    match ms {
        m if m >= 14 * DAY => format!("{sign}{} d", m / DAY),
        m if m >= DAY => pair(DAY, "d", HOUR, "h"),
        m if m >= HOUR => pair(HOUR, "h", MINUTE, "min"),
        m if m >= MINUTE => format!("{sign}{} min", m / MINUTE),
        m => format!("{sign}{} s", m / SECOND),
    }
}

/// A count with thin spaces between thousands: `65 533`.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// A count with its word: `1 item`, `2 items`.
#[must_use]
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A share in percent: `61 %`; `<1 %` and `>99 %` where rounding would say none or all.
#[must_use]
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    match (part.min(whole) * 200 / whole).div_ceil(2) {
        0 if part > 0 => "<1 %".to_owned(),
        _ if part > 0 && part * 200 < whole => "<1 %".to_owned(),
        100.. if part < whole => ">99 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

/// A rate per week with at most one decimal: `4.2`, `140`.
#[must_use]
pub fn rate(per_week: f64) -> String {
    if !per_week.is_finite() {
        return "—".to_owned();
    }
    let tenths = (per_week * 10.0).round();
    if tenths >= 100.0 || tenths % 10.0 == 0.0 { format!("{per_week:.0}") } else { format!("{per_week:.1}") }
}

/// A day: `Thu 26 Nov`, with the year where it is not this one.
#[must_use]
pub fn day(at_ms: i64, now_ms: i64) -> String {
    let (Some(at), Some(now)) = (civil(at_ms), civil(now_ms)) else { return "—".to_owned() };
    let style = if at.year() == now.year() { "%a %-d %b" } else { "%-d %b %Y" };
    at.strftime(style).to_string()
}

/// A moment: `Thu 26 Nov 14:05`, in UTC.
#[must_use]
pub fn moment(at_ms: i64, now_ms: i64) -> String {
    civil(at_ms).map_or("—".to_owned(), |at| format!("{} {}", day(at_ms, now_ms), at.strftime("%H:%M")))
}

/// The day as filters and files write it: `2026-11-26`, in UTC.
#[must_use]
pub fn date(at_ms: i64) -> String {
    exact(at_ms).chars().take(10).collect()
}

/// The moment as RFC 3339, for `datetime` attributes and pointing at.
#[must_use]
pub fn exact(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).map_or_else(|_| String::new(), |t| t.to_string())
}

fn civil(ms: i64) -> Option<jiff::civil::DateTime> {
    jiff::Timestamp::from_millisecond(ms).ok().map(|t| jiff::tz::Offset::UTC.to_datetime(t))
}

/// Several words as a list: `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list(words: &[impl AsRef<str>]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, HOUR, MINUTE, SECOND, count, day, long, share, short};

    #[test]
    fn short_durations_pick_their_unit() {
        let cases = [
            (0, "0 s"),
            (45 * SECOND, "45 s"),
            (59 * SECOND + 700, "1 min"),
            (90 * SECOND, "2 min"),
            (59 * MINUTE + 59 * SECOND, "1 h"),
            (5 * HOUR + 12 * MINUTE, "5.2 h"),
            (24 * HOUR - 1, "1 d"),
            (6 * DAY + 19 * HOUR, "6.8 d"),
            (112 * DAY + HOUR, "112 d"),
            (-3 * DAY, "−3 d"),
        ];
        for (ms, said) in cases {
            assert_eq!(short(ms), said);
        }
    }

    #[test]
    fn long_durations_have_at_most_two_units() {
        assert_eq!(long(3 * DAY + 4 * HOUR + 59 * MINUTE), "3 d 4 h");
        assert_eq!(long(2 * HOUR), "2 h");
        assert_eq!(long(20 * DAY + 5 * HOUR), "20 d");
    }

    #[test]
    fn shares_never_round_to_none_or_all() {
        assert_eq!(
            [share(0, 7), share(1, 1000), share(999, 1000), share(7, 7), share(1, 0)],
            ["0 %", "<1 %", ">99 %", "100 %", "—"]
        );
        assert_eq!(share(61, 100), "61 %");
        assert_eq!(share(1, 3), "33 %");
        assert_eq!(share(2, 3), "67 %");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([count(999), count(65_533), count(1_000_000)], ["999", "65\u{202f}533", "1\u{202f}000\u{202f}000"]);
    }

    #[test]
    fn the_year_is_said_only_where_it_is_another() {
        let now = 1_795_435_200_000; // 2026-11-23
        assert_eq!(day(now + 3 * DAY, now), "Thu 26 Nov");
        assert_eq!(day(now - 400 * DAY, now), "19 Oct 2025");
    }
}
