//! What people and pipes read: data on standard output, everything else on standard error.

use std::io::{IsTerminal as _, Write as _};

/// A line of data. A closed pipe ends the program quietly.
pub(crate) fn data(line: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// A message.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A message about something wrong.
pub(crate) fn warn(line: &str) {
    let mark = if colour() { "\u{1b}[31merror:\u{1b}[0m" } else { "error:" };
    tell(&format!("{mark} {line}"));
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
