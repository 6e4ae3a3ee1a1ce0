//! From the command line to how a log is read.

use crate::arguments::Reading;
use crate::exit::usage;
use anyhow::Result;
use watercourse_exchange::Options;
use watercourse_flow::log::TimeMeans;

/// What is said on the command line holds; the rest is taken from the mapping file, if there is one.
pub(crate) fn options(reading: &Reading) -> Result<Options> {
    let time_means =
        reading.time_means.as_deref().map(|m| if m == "entry" { TimeMeans::Entry } else { TimeMeans::Completion });
    let said = Options {
        case: reading.case.clone(),
        object_type: reading.object_type.clone(),
        activity: reading.activity.clone(),
        time: reading.time.clone(),
        start: reading.start.clone(),
        team: reading.team.clone(),
        lifecycle: reading.lifecycle.clone(),
        tz: reading.tz.clone(),
        done: (!reading.done.is_empty()).then(|| reading.done.clone()),
        time_means,
        classifier: reading.classifier.clone(),
        profile: reading.profile.clone(),
        ..Options::default()
    };
    let Some(file) = &reading.mapping else { return Ok(said) };
    let text = super::text::text(file).map_err(|e| usage(format!("{e:#}")))?;
    let from_file = Options::from_toml(&text).map_err(|e| usage(format!("{}: {e}", file.display())))?;
    Ok(said.over(from_file))
}
