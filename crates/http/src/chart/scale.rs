//! Axes: round numbers for counts and natural units for durations.

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Steps of an axis of durations, in ms: natural units, at most `most` of them.
#[must_use]
pub fn durations(longest: i64, most: i64) -> Vec<i64> {
    const STEPS: [i64; 22] = [
        1000,
        5000,
        15_000,
        MINUTE,
        5 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        4 * HOUR,
        8 * HOUR,
        DAY,
        2 * DAY,
        5 * DAY,
        10 * DAY,
        20 * DAY,
        50 * DAY,
        100 * DAY,
        200 * DAY,
        500 * DAY,
        1000 * DAY,
        2000 * DAY,
    ];
    let longest = longest.max(1);
    let step = STEPS.into_iter().find(|s| longest / s < most).unwrap_or(longest / most.max(1) + 1);
    (0..).map(|i: i64| i * step).take_while(|at| *at < longest + step).collect()
}

/// Steps of an axis of counts.
#[must_use]
pub fn counts(largest: u64, most: u64) -> Vec<u64> {
    let largest = largest.max(1);
    let mut step = 1u64;
    // 1, 2, 5, 10, 20, 50, …
    while largest / step >= most {
        step = match step.to_string().as_bytes().first() {
            Some(b'2') => step / 2 * 5,
            _ => step * 2,
        };
    }
    (0..).map(|i: u64| i * step).take_while(|at| *at < largest + step).collect()
}

/// Where a value lies between 0 and `all`, in pixels from 0 to `room`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a tenth of a pixel is enough")]
pub fn along(value: i64, all: i64, room: f64) -> f64 {
    if all <= 0 { 0.0 } else { (value as f64 / all as f64).clamp(0.0, 1.0) * room }
}

/// A small count as a coordinate.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "rows of a drawing are few")]
pub const fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{DAY, HOUR, counts, durations};

    #[test]
    fn axes_have_few_and_natural_steps() {
        assert_eq!(durations(3 * DAY + HOUR, 6), [0, DAY, 2 * DAY, 3 * DAY, 4 * DAY]);
        assert_eq!(durations(0, 6).len(), 2);
        assert_eq!(counts(7, 5), [0, 2, 4, 6, 8]);
        assert_eq!(counts(430, 5), [0, 100, 200, 300, 400, 500]);
        for longest in (1..60).map(|i| 3i64.pow(i / 2) * 7 + 1) {
            let steps = durations(longest, 6);
            assert!(steps.len() <= 7 && steps.last().is_some_and(|l| *l >= longest), "{longest}: {steps:?}");
        }
    }
}
