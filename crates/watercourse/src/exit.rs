//! How the program ends: 0 done, 1 findings or a failed check, 2 usage, 3 not found, 4 conflict, 5 unreachable.

use std::process::ExitCode;

/// The exit codes, as the help says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    NotFound = 3,
    Conflict = 4,
    Unreachable = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error that says which exit code it means.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) exit: Exit,
    message: String,
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Ended {}

/// An error with its exit code.
pub(crate) fn ended(exit: Exit, message: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Ended { exit, message: message.into() })
}

/// Wrong words on the command line.
pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
    ended(Exit::Usage, message)
}

/// Prints an error with its causes and answers its exit code.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    crate::screen::warn(&format!("{error:#}"));
    error.downcast_ref::<Ended>().map_or(Exit::Failed, |e| e.exit)
}

/// Whether an error means this exit code.
pub(crate) fn is(error: &anyhow::Error, exit: Exit) -> bool {
    error.downcast_ref::<Ended>().is_some_and(|e| e.exit == exit)
}
