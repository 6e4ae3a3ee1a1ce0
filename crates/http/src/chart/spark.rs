//! Sparkline: a trend in the space of a word.

use crate::chart::svg::n;
use crate::view::html::text;
use std::fmt::Write as _;

/// A line through the values; gaps where nothing was measured. `label` says it in words.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a tenth of a pixel is enough")]
pub fn spark(values: &[Option<i64>], label: &str) -> String {
    const W: f64 = 96.0;
    const H: f64 = 20.0;
    let most = values.iter().flatten().copied().max().unwrap_or(0).max(1) as f64;
    let step = W / (values.len().max(2) - 1) as f64;
    let mut d = String::new();
    let mut drawing = false;
    for (i, value) in values.iter().enumerate() {
        let Some(value) = value else {
            drawing = false;
            continue;
        };
        let (x, y) = (i as f64 * step, H - 2.0 - (*value as f64 / most) * (H - 4.0));
        let alone = !drawing && values.get(i + 1).is_none_or(Option::is_none);
        let _ = write!(d, "{}{} {}", if drawing { 'L' } else { 'M' }, n(x), n(y));
        if alone {
            d.push_str("h1.5");
        }
        drawing = true;
    }
    format!(
        "<svg class=\"drawing sparkline\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\
         <path class=\"spark\" d=\"{d}\"/></svg>",
        n(W),
        n(H),
        n(W),
        n(H),
        text(label)
    )
}

#[cfg(test)]
mod tests {
    use super::spark;

    #[test]
    fn a_gap_is_not_drawn_over() {
        let drawn = spark(&[Some(1), Some(2), None, Some(4)], "weekly");
        assert_eq!(drawn.matches('M').count(), 2, "{drawn}");
        assert!(!spark(&[], "none").contains("NaN"));
    }
}
