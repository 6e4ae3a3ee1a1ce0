//! What people and pipes read: data on standard output, everything else on standard error.

use std::io::{IsTerminal as _, Write as _};

/// How many characters a line of text has at most.
const WIDTH: usize = 100;

/// A line of data. A closed pipe ends the program quietly. What comes from elsewhere cannot steer a terminal.
pub(crate) fn data(line: &str) {
    let mut out = std::io::stdout().lock();
    let line = if out.is_terminal() { plain(line) } else { line.to_owned() };
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// A file to a pipe. A terminal is not given what it cannot show.
pub(crate) fn bytes(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if out.is_terminal() && std::str::from_utf8(bytes).is_err() {
        return Err(std::io::Error::other("a picture is not for a terminal: name a file with -o"));
    }
    out.write_all(bytes).and_then(|()| out.flush())
}

/// A paragraph of data, broken into lines of at most 100 characters.
pub(crate) fn wrapped(first: &str, rest: &str, text: &str) {
    for line in broken(first, rest, text) {
        data(&line);
    }
}

/// The lines of a paragraph: `first` before the first, `rest` before the others. A longer word stands alone.
fn broken(first: &str, rest: &str, text: &str) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), first.to_owned());
    let mut is_bare = true;
    for word in text.split(' ') {
        if !is_bare && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
            is_bare = true;
        }
        if !is_bare {
            line.push(' ');
        }
        line.push_str(word);
        is_bare = false;
    }
    lines.push(line);
    lines
}

/// A message.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A message about something wrong.
pub(crate) fn warn(line: &str) {
    let mark = if colour() { "\u{1b}[31merror:\u{1b}[0m" } else { "error:" };
    tell(&format!("{mark} {}", plain(line)));
}

/// A text without the characters that terminals take for orders.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

/// Whether standard error takes colour.
pub(crate) fn colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) && std::io::stderr().is_terminal()
}

/// A progress bar in bytes; hidden where standard error is no terminal.
pub(crate) fn progress(what: &str, total: u64) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(total).with_message(what.to_owned());
    let style = indicatif::ProgressStyle::with_template("{msg} [{bar:32}] {bytes}/{total_bytes} {elapsed}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::{broken, plain};

    #[test]
    fn nobody_elses_words_steer_the_terminal() {
        assert_eq!(plain("a\u{1b}[31m\tb\n\u{9b}c\r"), "a\u{fffd}[31m\tb\n\u{fffd}c\u{fffd}");
    }

    #[test]
    fn paragraphs_are_broken_between_words() {
        let text = "word ".repeat(60);
        let lines = broken("Lead time  ", "           ", text.trim());
        assert!(lines.iter().all(|l| l.chars().count() <= 100) && lines.len() == 4, "{lines:?}");
        assert!(lines.iter().skip(1).all(|l| l.starts_with("           word")));
    }
}
