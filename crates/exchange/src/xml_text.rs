//! Texts as XML writes them.

use std::io::{self, Write};

/// ` name="…"`.
pub(crate) fn attribute(out: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    write!(out, " {name}=\"")?;
    content(out, value)?;
    write!(out, "\"")
}

/// A text between tags or in quotes. Line breaks and tabs are written as numbers, because readers change raw ones.
pub(crate) fn content(out: &mut impl Write, text: &str) -> io::Result<()> {
    let mut rest = text;
    while let Some(place) = rest.find(special) {
        let (plain, from) = rest.split_at(place);
        out.write_all(plain.as_bytes())?;
        let Some(c) = from.chars().next() else { break };
        match c {
            '&' => out.write_all(b"&amp;")?,
            '<' => out.write_all(b"&lt;")?,
            '>' => out.write_all(b"&gt;")?,
            '"' => out.write_all(b"&quot;")?,
            '\n' | '\r' | '\t' => write!(out, "&#{};", u32::from(c))?,
            _ => {
                let text = crate::names::short(text);
                let what = format!(
                    "XML cannot hold the character U+{:04X} of \u{201c}{text}\u{201d}; write JSON",
                    u32::from(c)
                );
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        }
        rest = from.get(c.len_utf8()..).unwrap_or_default();
    }
    out.write_all(rest.as_bytes())
}

fn special(c: char) -> bool {
    matches!(c, '&' | '<' | '>' | '"' | '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
