//! Texts that are read, and read again with the mapping that came of it.

use std::io::Cursor;

use watercourse_exchange::{ExchangeError, Imported, Options, read_log};
use watercourse_flow::log::NONE;

pub fn with(bytes: impl AsRef<[u8]>, options: &Options) -> Result<Imported, ExchangeError> {
    read_log(&mut Cursor::new(bytes.as_ref()), options, &mut |_, _| {})
}

/// Reads a text and, with the mapping this gives, reads it again to the same.
pub fn text(bytes: impl AsRef<[u8]>) -> Imported {
    let imported = with(&bytes, &Options::default()).unwrap();
    let toml = imported.mapping.to_toml();
    let again = with(&bytes, &Options::from_toml(&toml).unwrap()).unwrap_or_else(|e| panic!("{e}\n{toml}"));
    assert_eq!((again.rows, events(&again)), (imported.rows, events(&imported)), "{toml}");
    assert_eq!(again.mapping.done.value, imported.mapping.done.value, "{toml}");
    let rows = imported.rows;
    assert_eq!(rows.read, rows.used + rows.merged + rows.skipped + rows.rejected);
    imported
}

pub fn codes(i: &Imported) -> Vec<&'static str> {
    i.warnings.iter().map(|w| w.code).collect()
}

pub fn profile(i: &Imported) -> &str {
    i.mapping.profile.value.as_deref().unwrap_or("none")
}

/// `case activity minutes team` of every event; minutes since the first, no team as `-`.
pub fn events(i: &Imported) -> Vec<String> {
    let first = i.log.at.iter().min().copied().unwrap_or(0);
    (0..i.log.len())
        .map(|e| {
            let team = i.log.team.get(e).copied().filter(|t| *t != NONE).map_or("-", |t| i.log.teams.name(t));
            let (case, activity) = (i.log.cases.name(i.log.case[e]), i.log.activities.name(i.log.activity[e]));
            format!("{case} {activity} {} {team}", (i.log.at[e] - first) / 60_000)
        })
        .collect()
}
