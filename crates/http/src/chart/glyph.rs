//! The six-cell glyph: Plan on top, Improve below, the other four between them, always in the same
//! places. It is the logo, and in a list it shows which activities an item has touched.

use crate::view::html::text as escape;
use std::fmt::Write as _;
use watercourse_core::activity::Activity;

/// Where an activity's cell lies in 24 × 16: x, y, width, height.
const fn cell(activity: Activity) -> (u8, u8, u8, u8) {
    match activity {
        Activity::Plan => (1, 1, 22, 4),
        Activity::Improve => (1, 11, 22, 4),
        Activity::Engage => (1, 6, 4, 4),
        Activity::DesignTransition => (7, 6, 4, 4),
        Activity::ObtainBuild => (13, 6, 4, 4),
        Activity::DeliverSupport => (19, 6, 4, 4),
    }
}

/// The glyph with the touched cells filled and the current ones outlined.
#[must_use]
pub fn glyph(touched: &[Activity], here: &[Activity]) -> String {
    let names = |list: &[Activity]| list.iter().map(|a| a.name()).collect::<Vec<_>>().join(", ");
    let mut label =
        if touched.is_empty() { "no activity yet".to_owned() } else { format!("touched {}", names(touched)) };
    if !here.is_empty() {
        let _ = write!(label, "; now in {}", names(here));
    }
    let mut out = format!(
        "<svg class=\"glyph\" width=\"24\" height=\"16\" viewBox=\"0 0 24 16\" role=\"img\" aria-label=\"{}\">",
        escape(&label)
    );
    for activity in Activity::ALL {
        let (x, y, w, h) = cell(activity);
        let filled = if touched.contains(&activity) { " touched" } else { "" };
        let current = if here.contains(&activity) { " here" } else { "" };
        let _ = write!(
            out,
            "<rect class=\"cell a-{}{filled}{current}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"1\"/>",
            activity.id()
        );
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::glyph;
    use watercourse_core::activity::Activity;

    #[test]
    fn the_glyph_says_in_words_what_it_shows() {
        let drawn = glyph(&[Activity::Engage, Activity::Plan], &[Activity::Plan]);
        assert!(drawn.contains("aria-label=\"touched Engage, Plan; now in Plan\""), "{drawn}");
        assert_eq!(drawn.matches(" touched\"").count() + drawn.matches(" touched here\"").count(), 2);
    }
}
