//! The demo goes on living: every few seconds somebody does what the stream offers next.

use super::organisation::{PING_PONG, manner};
use super::random::Random;
use super::words;
use crate::access::Access;
use crate::app::App;
use crate::context::Context;
use crate::error::AppError;
use crate::items::NewItem;
use crate::listing::ItemQuery;
use serde_json::{Value, json};
use std::time::Duration;
use watercourse_core::actor::Actor;
use watercourse_core::item::{Phase, Place, Round};
use watercourse_core::stream::DoneOn;
use watercourse_core::verb::Verb;

/// How often something moves.
const PACE: Duration = Duration::from_secs(3);
/// Every so many moves something new arrives.
const ARRIVAL: u64 = 4;

/// Moves until the caller drops it. A move that is refused or fails is no harm: the next one comes.
pub async fn keep_moving(app: &App, seed: u64) {
    let mut random = Random::new(seed ^ app.now().micros().unsigned_abs());
    let mut pace = tokio::time::interval(PACE);
    for moves in 0.. {
        pace.tick().await;
        let moved = if moves % ARRIVAL == 0 { arrive(app, &mut random).await } else { proceed(app, &mut random).await };
        if let Err(error) = moved {
            tracing::debug!(%error, "a move of the demo was refused");
        }
    }
}

async fn somebody(app: &App, random: &mut Random, team: Option<&str>) -> Result<Actor, AppError> {
    let teams = app.teams(&Access::of_the_program()).await?;
    let members = teams
        .iter()
        .filter(|t| team.is_none_or(|id| t.id == id))
        .flat_map(|t| t.members.iter().copied())
        .collect::<Vec<_>>();
    Ok(random.pick(&members).map_or_else(|| Actor::Rule("demo".to_owned()), |id| Actor::Person(*id)))
}

async fn arrive(app: &App, random: &mut Random) -> Result<(), AppError> {
    let often = [
        "standard-request",
        "restore-service",
        "restore-service",
        "standard-request",
        "onboard-employee",
        "new-feature",
        "normal-change",
    ];
    let stream = random.pick(&often).copied().unwrap_or("standard-request");
    let title = words::title(random, stream, 12);
    let ctx = Context::of(somebody(app, random, Some("service-desk")).await?);
    app.open(&ctx, NewItem { stream: stream.to_owned(), title, ..NewItem::default() }).await?;
    Ok(())
}

async fn proceed(app: &App, random: &mut Random) -> Result<(), AppError> {
    let query = ItemQuery { q: "state:open -phase:waiting".to_owned(), limit: 60, ..ItemQuery::default() };
    let page = app.items(&Access::of_the_program(), &query).await?;
    let Some(key) = random.pick(&page.items).map(|i| i.key.clone()) else { return Ok(()) };
    let view = app.item(&Access::of_the_program(), &key).await?;
    let rounds: Vec<&Round> = view.item.open_rounds().filter(|r| r.waiting_for() != Some("timer")).collect();
    let Some(round) = random.pick(&rounds).copied() else { return Ok(()) };
    let Place::Step(index) = round.place else { return Ok(()) };
    let Some(step) = view.stream.stream.step(index) else { return Ok(()) };
    let ctx = Context::of(somebody(app, random, round.team()).await?);
    let (verb, args) = match round.phase() {
        Phase::Queued => match round.holding().next() {
            Some(gate) => {
                ("pass_gate", json!({ "step": step.id, "gate": gate, "evidence": "Looked at risk and plan." }))
            }
            None => ("start", json!({ "step": step.id })),
        },
        Phase::Waiting if round.waiting_for() == Some("child") => return Ok(()),
        Phase::Waiting => ("reply", json!({ "step": step.id })),
        _ => working(
            random,
            &view.item.stream,
            &step.id,
            round,
            step.done_on.as_ref(),
            step.outcomes.first().map(|o| o.id.as_str()),
        ),
    };
    app.act(&ctx, &key, &Verb::parse(verb, args)?, None, None).await?;
    Ok(())
}

/// What becomes of a round somebody works on.
fn working(
    random: &mut Random,
    stream: &str,
    step: &str,
    round: &Round,
    done_on: Option<&DoneOn>,
    first: Option<&str>,
) -> (&'static str, Value) {
    let (thrown, one, other, chance) = PING_PONG;
    if step == thrown && round.visits.len() < 3 && random.chance(chance) {
        let to = if round.team() == Some(one) { other } else { one };
        return ("hand_over", json!({ "step": step, "team": to }));
    }
    let manner = manner(stream, step);
    if round.visits.iter().all(|v| v.spells.iter().all(|s| s.phase != Phase::Waiting)) && random.chance(manner.waits.0)
    {
        return ("wait", json!({ "step": step, "reason": manner.waits.1 }));
    }
    match done_on {
        Some(DoneOn::Event(event)) => ("signal", json!({ "event": event, "failed": random.chance(manner.fails) })),
        _ if random.chance(manner.fails) => ("fail", json!({ "step": step })),
        _ => ("finish", json!({ "step": step, "outcome": first })),
    }
}
