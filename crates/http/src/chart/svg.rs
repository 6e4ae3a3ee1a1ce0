//! Writing SVG: elements with escaped texts, numbers with at most one decimal. Colours come from
//! classes, never from attributes, so that one picture serves both themes.

use crate::view::html::text as escape;
use std::fmt::{Display, Write as _};

/// A coordinate: at most one decimal, and never NaN.
#[must_use]
pub fn n(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    // Adding zero makes of a negative zero a plain one.
    let rounded = (value * 10.0).round() / 10.0 + 0.0;
    if rounded.fract() == 0.0 { format!("{rounded:.0}") } else { format!("{rounded:.1}") }
}

/// A drawing being written.
#[derive(Debug, Clone, Default)]
pub struct Svg {
    body: String,
    open: Vec<&'static str>,
}

impl Svg {
    /// An empty drawing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    fn classes(&mut self, class: &str) {
        if !class.is_empty() {
            let _ = write!(self.body, " class=\"{}\"", escape(class));
        }
    }
    /// A rectangle.
    pub fn rect(&mut self, class: &str, x: f64, y: f64, w: f64, h: f64, radius: f64) {
        let _ = write!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            n(x),
            n(y),
            n(w.max(0.0)),
            n(h.max(0.0))
        );
        if radius > 0.0 {
            let _ = write!(self.body, " rx=\"{}\"", n(radius));
        }
        self.classes(class);
        self.body.push_str("/>");
    }
    /// A rectangle that says what it is when pointed at.
    pub fn titled_rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64), title: &str) {
        let _ = write!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            n(at.0),
            n(at.1),
            n(size.0.max(0.0)),
            n(size.1.max(0.0))
        );
        self.classes(class);
        let _ = write!(self.body, "><title>{}</title></rect>", escape(title));
    }
    /// A straight line.
    pub fn line(&mut self, class: &str, x1: f64, y1: f64, x2: f64, y2: f64) {
        let _ = write!(self.body, "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"", n(x1), n(y1), n(x2), n(y2));
        self.classes(class);
        self.body.push_str("/>");
    }
    /// A path.
    pub fn path(&mut self, class: &str, d: &str) {
        let _ = write!(self.body, "<path d=\"{d}\"");
        self.classes(class);
        self.body.push_str("/>");
    }
    /// A circle.
    pub fn circle(&mut self, class: &str, x: f64, y: f64, r: f64) {
        let _ = write!(self.body, "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"", n(x), n(y), n(r));
        self.classes(class);
        self.body.push_str("/>");
    }
    /// A text starting at its baseline's left end (or as its class anchors it).
    pub fn text(&mut self, class: &str, x: f64, y: f64, text: impl Display) {
        let _ = write!(self.body, "<text x=\"{}\" y=\"{}\"", n(x), n(y));
        self.classes(class);
        let _ = write!(self.body, ">{}</text>", escape(&text.to_string()));
    }
    /// Opens a group; close it with [`Svg::end`].
    pub fn group(&mut self, class: &str) {
        self.body.push_str("<g");
        self.classes(class);
        self.body.push('>');
        self.open.push("g");
    }
    /// Opens a link around what follows; close it with [`Svg::end`]. `label` is for links without text, which
    /// have no name of their own; empty otherwise.
    pub fn link(&mut self, href: &str, label: &str) {
        let _ = write!(self.body, "<a href=\"{}\"", escape(href));
        if !label.is_empty() {
            let _ = write!(self.body, " aria-label=\"{}\"", escape(label));
        }
        self.body.push('>');
        self.open.push("a");
    }
    /// Opens a mark with what is said of it: a link where it opens something, else a group. Close it with
    /// [`Svg::end`].
    pub fn mark(&mut self, href: Option<&str>, title: &str) {
        match href {
            Some(href) => self.link(href, title),
            None => self.group(""),
        }
        self.title(title);
    }
    /// The same of one mark among hundreds: its link is for pointers only, since the table beside it has the same links
    /// for keys.
    pub fn small_mark(&mut self, href: Option<&str>, title: &str) {
        match href {
            Some(href) => {
                let _ = write!(self.body, "<a href=\"{}\" tabindex=\"-1\" aria-hidden=\"true\">", escape(href));
                self.open.push("a");
            }
            None => self.group(""),
        }
        self.title(title);
    }
    /// What is said when the open group or link is pointed at.
    pub fn title(&mut self, title: &str) {
        let _ = write!(self.body, "<title>{}</title>", escape(title));
    }
    /// Closes the group or link opened last.
    pub fn end(&mut self) {
        if let Some(tag) = self.open.pop() {
            let _ = write!(self.body, "</{tag}>");
        }
    }
    /// Patterns for waiting, queueing and not measured, for drawings that need them.
    pub fn patterns(&mut self) {
        self.body.push_str(
            "<defs>\
             <pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" class=\"hatch-line\"/></pattern>\
             <pattern id=\"dots\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">\
             <circle cx=\"2\" cy=\"2\" r=\"0.9\" class=\"dots-dot\"/></pattern>\
             <pattern id=\"blank\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(-45)\">\
             <line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"8\" class=\"blank-line\"/></pattern></defs>",
        );
    }
    /// The finished element. Wide drawings keep their size and scroll; `fit` ones take the width they are given.
    #[must_use]
    pub fn finish(mut self, size: (f64, f64), fit: bool, title: &str, summary: &str) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        let (w, h) = (n(size.0), n(size.1));
        let class = if fit { "drawing fit" } else { "drawing" };
        // A drawing with links in it is a group of them, not one image: else they could not be reached.
        let role = if self.body.contains("<a ") { "group" } else { "img" };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{class}\" role=\"{role}\" width=\"{w}\" height=\"{h}\" \
             viewBox=\"0 0 {w} {h}\"><title>{}</title><desc>{}</desc>{}</svg>",
            escape(title),
            escape(summary),
            self.body
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Svg, n};

    #[test]
    fn nothing_written_can_break_out() {
        let mut svg = Svg::new();
        svg.text("a\"b", 0.0, 0.0, "<script>&\u{1}");
        let drawn = svg.finish((10.0, 10.0), false, "a < b", "");
        assert!(!drawn.contains("<script") && drawn.contains("&lt;script&gt;&amp;"), "{drawn}");
        assert!(!drawn.contains('\u{1}'));
    }

    #[test]
    fn coordinates_are_short_and_never_nan() {
        assert_eq!([n(1.0), n(1.26), n(-0.01), n(f64::NAN)], ["1", "1.3", "0", "0"]);
    }
}
