//! One case an event, from a log in which an event belongs to several objects.

use super::read::columns;
use crate::error::ExchangeError;
use crate::imported::Imported;
use crate::options::Options;
use crate::source::Given;

/// Reads an object-centric log as a log of cases.
pub(crate) fn log(given: Given<'_>, options: &Options) -> Result<Imported, ExchangeError> {
    let _ = columns(given, options)?;
    Err(ExchangeError::Empty { what: "log", needs: "x" })
}
