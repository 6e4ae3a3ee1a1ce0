//! `watercourse doctor`: what is wrong with an installation, and what to do about it.

use crate::arguments::Doctor;
use crate::exit::Exit;
use crate::screen;
use anyhow::Result;
use watercourse_app::App;
use watercourse_app::doctor::{Patient, examine};

/// Looks it over, and fails when anything is wrong.
pub(crate) async fn run(args: &Doctor) -> Result<Exit> {
    let patient = Patient { database: args.kept.address(), secrets: vec![args.kept.key_file()] };
    let found = examine(&patient, App::system_clock()).await?;
    for trouble in &found {
        if args.json {
            screen::data(&serde_json::to_string(trouble)?);
        } else {
            screen::data(&format!("{}: {}", trouble.check, trouble.wrong));
            screen::wrapped("    ", "    ", &trouble.remedy);
        }
    }
    screen::tell(&match found.len() {
        0 => "Nothing is wrong.".to_owned(),
        1 => "1 fault.".to_owned(),
        n => format!("{n} faults."),
    });
    Ok(if found.is_empty() { Exit::Done } else { Exit::Failed })
}
