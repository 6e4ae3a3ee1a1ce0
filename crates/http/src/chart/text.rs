//! How wide a text will be, so that labels find room before a browser has seen them.

/// Width of a character in a sans serif of size 1, taken wide (as in DejaVu Sans, the widest of the
/// system fonts a page may get), so that what fits here fits everywhere.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.28,
        'I' | 'J' => 0.30,
        ' ' | '.' | ',' | '·' => 0.32,
        ':' | ';' | '/' | '\\' | '!' => 0.35,
        'f' | 't' | '-' | '(' | ')' | '[' | ']' => 0.39,
        'r' => 0.42,
        's' | 'z' | 'c' => 0.54,
        'k' | 'v' | 'x' | 'y' | 'F' | 'L' => 0.59,
        'a' | 'e' | 'o' | 'T' | 'P' | 'Y' => 0.62,
        'm' | 'W' | '%' | '—' | '→' | '▽' | '↻' | '@' => 0.99,
        'w' | '&' => 0.82,
        'C' | 'A' | 'B' | 'E' | 'K' | 'R' | 'S' | 'V' | 'X' | 'Z' => 0.69,
        'D' | 'G' | 'H' | 'N' | 'O' | 'Q' | 'U' => 0.78,
        'M' => 0.87,
        c if (c as u32) >= 0x1100 => 1.05,
        _ => 0.64,
    }
}

/// Width of a text in pixels at this font size.
#[must_use]
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

/// Width of a semibold text in pixels at this font size.
#[must_use]
pub fn width_strong(text: &str, size: f64) -> f64 {
    width(text, size) * 1.1
}

/// The text, shortened with an ellipsis to this width.
#[must_use]
pub fn fit(text: &str, size: f64, most: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let mut taken = String::new();
    for c in text.chars() {
        if width(&taken, size) + (advance(c) + 1.0) * size > most {
            break;
        }
        taken.push(c);
    }
    format!("{}…", taken.trim_end())
}

/// The text in at most `lines` lines of this width, broken at spaces; the last line is shortened if need be.
#[must_use]
pub fn wrap(text: &str, size: f64, most: f64, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut rest = text.split_whitespace().peekable();
    while let Some(word) = rest.next() {
        let mut line = word.to_owned();
        if out.len() + 1 == lines {
            for word in rest.by_ref() {
                line.push(' ');
                line.push_str(word);
            }
        } else {
            while let Some(next) = rest.peek() {
                if width(&line, size) + width(next, size) + advance(' ') * size > most {
                    break;
                }
                line.push(' ');
                line.push_str(next);
                rest.next();
            }
        }
        out.push(fit(&line, size, most));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{fit, width, wrap};

    #[test]
    fn a_long_text_is_shortened_to_its_room() {
        let text = "Wait for the approval of the change advisory board";
        for most in [30.0, 80.0, 200.0] {
            let shown = fit(text, 12.0, most);
            assert!(shown.ends_with('…') && width(&shown, 12.0) <= most + 12.0, "{shown}");
        }
        assert_eq!(fit("Ask", 12.0, 80.0), "Ask");
    }

    #[test]
    fn a_wrapped_text_keeps_its_words_while_there_is_room() {
        assert_eq!(wrap("Understand the need", 13.0, 110.0, 2), ["Understand the", "need"]);
        assert_eq!(wrap("One", 13.0, 110.0, 2), ["One"]);
        let three = wrap("Understand the need and write it down for everyone", 13.0, 110.0, 2);
        assert_eq!(three.len(), 2);
        assert!(three[1].ends_with('…'));
    }
}
