//! The examination.

use super::files::{lying, readable};
use super::state::replay;
use super::trouble::Trouble;
use crate::app::{App, Clock};
use crate::audit::{HEADS, verify};
use crate::error::AppError;
use std::path::PathBuf;
use watercourse_core::time::Instant;
use watercourse_store::{Conn, Sealed, Source, Store, StoreError, file_of};

const SECOND: i64 = 1_000_000;
/// How much later than due a timer may fire.
const TIMER_LATE: i64 = 5 * 60 * SECOND;
/// How far the clocks of program and database may differ.
const SKEW: i64 = 2 * SECOND;
/// How long an entry may wait to be sealed.
const SEAL_LATE: i64 = 10 * 60 * SECOND;
/// Items whose facts are replayed.
const SAMPLE: i64 = 200;
/// The room that must be free, beside the size of the database.
const LEAST_FREE: u64 = 256 << 20;

/// What is looked over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patient {
    /// The address of the database.
    pub database: String,
    /// Files beside it that hold secrets.
    pub secrets: Vec<PathBuf>,
}

/// Looks an installation over, beside whoever uses it, and changes nothing.
///
/// # Errors
/// None for what is wrong with the installation: that is the answer. Only what keeps the doctor from looking.
pub async fn examine(patient: &Patient, clock: Clock) -> Result<Vec<Trouble>, AppError> {
    let mut found = Vec::new();
    if let Some(path) = file_of(&patient.database) {
        let size = path.metadata().map_or(0, |m| m.len());
        found.extend(readable(path));
        found.extend(lying(path, LEAST_FREE + size));
    }
    found.extend(patient.secrets.iter().filter_map(|p| readable(p)));
    let store = match Store::open_to_read(&patient.database).await {
        Ok(store) => store,
        Err(error) => {
            found.push(closed(&error));
            return Ok(found);
        }
    };
    let looked = inside(&store, clock, &mut found).await;
    store.close().await;
    match looked {
        Err(AppError::Store(error @ (StoreError::Damaged(_) | StoreError::Malformed { .. }))) => {
            found.push(damaged(&error.to_string()));
        }
        other => other?,
    }
    Ok(found)
}

async fn inside(store: &Store, clock: Clock, found: &mut Vec<Trouble>) -> Result<(), AppError> {
    let now = clock();
    let mut conn = store.reader().await?;
    if let Some(first) = conn.damage().await?.first() {
        found.push(damaged(first));
        return Ok(());
    }
    for (table, count) in conn.orphans().await? {
        let wrong = format!("{count} rows of {table} point to rows that are not there.");
        let remedy = "Restore the last good backup: rows were taken away behind the program.";
        found.push(Trouble::new("orphans", wrong, remedy));
    }
    if let Some(theirs) = conn.database_clock().await? {
        found.extend(skewed(now, theirs));
    }
    let late = conn.overdue_timers(now.plus(-TIMER_LATE)).await?;
    if late > 0 {
        found.push(Trouble::new(
            "timers-overdue",
            format!("{late} timers should have fired more than five minutes ago."),
            "Start `watercourse serve`: it fires them. If it runs, its log says what keeps it from doing so.",
        ));
    }
    found.extend(unsealed(&mut conn, now).await?);
    let heads = conn.heads(HEADS).await?;
    drop(conn);
    let verified = verify(store, &heads, 2).await?;
    if let Some(first) = verified.findings.first() {
        let wrong = format!(
            "The audit chain does not hold: {} findings, the first: {}.",
            verified.findings.len() + verified.more,
            first.said
        );
        let remedy = "`watercourse audit verify` lists all of them. Keep the database as it is for whoever looks into it, and go on with a restored backup.";
        found.push(Trouble::new("chain", wrong, remedy));
    }
    match replay(&App::new(store.clone(), clock), SAMPLE).await {
        Ok(different) => found.extend(different),
        Err(AppError::Store(error)) => return Err(error.into()),
        Err(error) => found.push(Trouble::new(
            "facts-and-state",
            format!("The facts of items cannot be replayed: {error}"),
            "Rows are missing that they need. Restore the last good backup.",
        )),
    }
    Ok(())
}

/// Why a database did not open.
fn closed(error: &StoreError) -> Trouble {
    let (check, remedy) = match error {
        StoreError::Newer { .. } => (
            "schema-newer",
            "Start the newer program that was used last, or restore the backup it made before it brought the schema up to date.",
        ),
        StoreError::Older { .. } => {
            ("schema-older", "Start `watercourse serve` on it: it makes a backup and brings the schema up to date.")
        }
        StoreError::Damaged(_) => return damaged(&error.to_string()),
        StoreError::BadAddress { .. } => ("address", "Give --database sqlite:FILE or postgres://user@host/name."),
        _ => (
            "unreachable",
            "Look whether the address is right, the server of the database runs, and this user may connect to it.",
        ),
    };
    Trouble::new(check, format!("The database does not open: {error}."), remedy)
}

fn damaged(said: &str) -> Trouble {
    Trouble::new(
        "damaged",
        format!("The database is damaged: {said}."),
        "Stop the program, keep the files as they are, and restore the last backup: `watercourse restore FILE --check` first.",
    )
}

fn skewed(ours: Instant, theirs: Instant) -> Option<Trouble> {
    let apart = ours.micros().abs_diff(theirs.micros());
    (apart > SKEW.unsigned_abs()).then(|| {
        Trouble::new(
            "clock-skew",
            format!(
                "The clock of this machine and that of the database are {} seconds apart.",
                apart / SECOND.unsigned_abs()
            ),
            "Let both be set by a time server (NTP).",
        )
    })
}

async fn unsealed(conn: &mut Conn, now: Instant) -> Result<Option<Trouble>, AppError> {
    let end = conn.chain_end().await?.unwrap_or_else(Sealed::beginning);
    let oldest_fact = conn
        .facts_after(&watercourse_store::Sight::Everything, end.last(Source::Fact), 1)
        .await?
        .first()
        .map(|f| f.fact.recorded_at);
    let oldest_change = conn.first_change(end.last(Source::Audit)).await?;
    let oldest = [oldest_fact, oldest_change].into_iter().flatten().min();
    Ok(oldest.filter(|at| *at < now.plus(-SEAL_LATE)).map(|at| {
        Trouble::new(
            "unsealed",
            format!("What happened since {at} is not sealed into the audit chain."),
            "Start `watercourse serve`: it seals what is there. If it runs, its log says what keeps it from doing so; on PostgreSQL a transaction that never ends does.",
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::skewed;
    use watercourse_core::time::Instant;

    #[test]
    fn clocks_may_differ_a_little() {
        assert_eq!(skewed(Instant(5_000_000), Instant(6_500_000)), None);
        let told = skewed(Instant(5_000_000), Instant(65_000_000)).map(|t| t.wrong).unwrap_or_default();
        assert!(told.contains("60 seconds apart"), "{told}");
    }
}
