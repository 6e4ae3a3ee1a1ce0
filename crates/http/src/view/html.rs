//! The few pieces of HTML that are made in Rust, because they stand inside sentences and figures.

/// Text as it may stand in HTML or SVG, in an element or a quoted attribute.
#[must_use]
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no way to write these.
            c if (c as u32) < 0x20 && !matches!(c, '\n' | '\t' | '\r') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A link.
#[must_use]
pub fn anchor(href: &str, label: &str) -> String {
    format!("<a href=\"{}\">{}</a>", text(href), text(label))
}

/// A short sign whose meaning is said when pointed at, and read out.
#[must_use]
pub fn abbreviation(class: &str, sign: &str, meaning: &str) -> String {
    let (sign, meaning) = (text(sign), text(meaning));
    format!(
        "<span class=\"{class}\" title=\"{meaning}\"><span aria-hidden=\"true\">{sign}</span><span class=\"unseen\">{meaning}</span></span>"
    )
}

/// Text as it may stand between two slashes of an address.
#[must_use]
pub fn path(text: &str) -> String {
    query(text).replace('+', "%20")
}

/// Text as it may stand in one value of a query string.
#[must_use]
pub fn query(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b' ' {
            out.push('+');
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{anchor, path, query};

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(anchor("/w?q=\"a\"", "<b>"), "<a href=\"/w?q=&quot;a&quot;\">&lt;b&gt;</a>");
        assert_eq!(path("helpdesk:Case 5+1/x"), "helpdesk:Case%205%2B1%2Fx");
        assert_eq!(query("stream:a-b \"x & y\""), "stream:a-b+%22x+%26+y%22");
    }
}
