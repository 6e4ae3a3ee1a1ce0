//! The frame of a chart over time: a vertical axis of counts or durations, and days along the bottom.

use super::scale::{along, counts, durations};
use super::scope::Mark;
use super::svg::Svg;
use crate::view::say;

/// What the vertical axis counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Things.
    Counts,
    /// Milliseconds.
    Durations,
}

/// A frame of fixed size: values upwards, time to the right.
#[derive(Debug, Clone)]
pub struct Plot {
    /// First and last instant, ms since 1970.
    window: (i64, i64),
    /// Where lines lie, from 0 to the top.
    steps: Vec<i64>,
    /// The value at the top.
    top: i64,
    scale: Scale,
}

impl Plot {
    /// How wide the drawing is.
    pub const WIDE: f64 = 760.0;
    /// How high it is.
    pub const HIGH: f64 = 260.0;
    const LEFT: f64 = 56.0;
    const TOP: f64 = 14.0;
    const ROOM: (f64, f64) = (620.0, 206.0);

    /// A frame for values up to `most` in this window.
    #[must_use]
    pub fn new(window: (i64, i64), most: i64, scale: Scale) -> Self {
        let steps = match scale {
            Scale::Counts => {
                let steps = counts(u64::try_from(most).unwrap_or(0), 6);
                steps.into_iter().filter_map(|c| i64::try_from(c).ok()).collect()
            }
            Scale::Durations => durations(most, 6),
        };
        Self { window, top: steps.last().map_or(1, |top| (*top).max(1)), steps, scale }
    }
    /// Where an instant lies.
    #[must_use]
    pub fn x(&self, at: i64) -> f64 {
        let (from, to) = self.window;
        Self::LEFT + along(at.saturating_sub(from), to.saturating_sub(from).max(1), Self::ROOM.0)
    }
    /// Where a value lies; what is beyond the top lies at the top.
    #[must_use]
    pub fn y(&self, value: i64) -> f64 {
        Self::TOP + Self::ROOM.1 - along(value.min(self.top), self.top, Self::ROOM.1)
    }
    /// The right end.
    #[must_use]
    pub const fn right() -> f64 {
        Self::LEFT + Self::ROOM.0
    }
    /// Draws lines and numbers of the vertical axis; before the marks, which lie over it.
    pub fn grid(&self, svg: &mut Svg) {
        for step in self.steps.iter().copied() {
            svg.line("grid", Self::LEFT, self.y(step), Self::right(), self.y(step));
            let text = match self.scale {
                Scale::Counts => say::count(u64::try_from(step).unwrap_or(0)),
                Scale::Durations => say::short(step),
            };
            svg.text("t11 faint end", Self::LEFT - 6.0, self.y(step) + 4.0, text);
        }
    }
    /// Draws the axis of time; after the marks.
    pub fn days(&self, svg: &mut Svg) {
        let (from, to) = self.window;
        let base = Self::TOP + Self::ROOM.1;
        svg.line("axis", Self::LEFT, base, Self::right(), base);
        svg.text("t11 faint", Self::LEFT, base + 20.0, say::day(from, to));
        svg.text("t11 faint end", Self::right(), base + 20.0, say::day(to, to));
        if to.saturating_sub(from) > 4 * 86_400_000 {
            let half = i64::midpoint(from, to);
            svg.text("t11 faint mid", self.x(half), base + 20.0, say::day(half, to));
        }
    }
    /// Draws what was changed when, over everything else.
    pub fn marks(&self, svg: &mut Svg, marks: &[Mark]) {
        let (from, to) = self.window;
        for mark in marks.iter().filter(|m| m.at > from && m.at <= to) {
            let x = self.x(mark.at);
            svg.line("promise", x, Self::TOP - 4.0, x, Self::TOP + Self::ROOM.1);
            svg.text("t11 good halo mid", x, Self::TOP - 5.0, super::text::fit(&mark.what, 11.0, 90.0));
        }
    }
    /// Draws a level with its name to the right of the frame. `free` is the lowest place that is still free for a
    /// name: names of levels drawn from the lowest to the highest never lie on one another.
    pub fn level(&self, svg: &mut Svg, class: &str, value: i64, name: &str, free: &mut f64) {
        svg.line(class, Self::LEFT, self.y(value), Self::right(), self.y(value));
        let y = (self.y(value) + 4.0).min(*free - 13.0);
        svg.text("t11 soft", Self::right() + 6.0, y, name);
        *free = y;
    }
}

#[cfg(test)]
mod tests {
    use super::{Plot, Scale};
    use crate::chart::svg::Svg;

    #[test]
    fn nothing_leaves_the_frame_whatever_the_window_and_the_values() {
        for window in [(0, 0), (5, 1), (i64::MIN, i64::MAX), (-62_000_000_000_000, 1_800_000_000_000)] {
            for most in [0, 1, 19, i64::MAX / 4] {
                for scale in [Scale::Counts, Scale::Durations] {
                    let plot = Plot::new(window, most, scale);
                    let mut svg = Svg::new();
                    plot.grid(&mut svg);
                    plot.days(&mut svg);
                    for value in [0, most, i64::MAX] {
                        let (x, y) = (plot.x(value), plot.y(value));
                        assert!(
                            (56.0..=676.0).contains(&x) && (14.0..=220.0).contains(&y),
                            "{window:?} {most}: {x} {y}"
                        );
                    }
                    let drawn = svg.finish((760.0, 260.0), true, "", "");
                    assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
                }
            }
        }
    }
}
