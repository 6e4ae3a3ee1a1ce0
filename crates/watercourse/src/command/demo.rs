//! `watercourse demo`: a made-up organisation, alive, in a database that is gone afterwards.

use super::keeping::Heads;
use super::serve::{beside, listen, until_stopped, with_spool};
use crate::arguments::Demo;
use crate::exit::Exit;
use crate::{logging, screen};
use anyhow::Result;
use std::time::Instant;
use tokio_util::sync::CancellationToken;
use watercourse_app::demo::{keep_moving, move_in};
use watercourse_app::{App, Context};
use watercourse_core::actor::Actor;
use watercourse_http::{Door, Settings};
use watercourse_store::Store;

/// Simulates the year, keeps it, serves it, and lets the organisation go on working.
pub(crate) async fn run(args: Demo) -> Result<Exit> {
    logging::begin(args.listen.log_json);
    let begun = Instant::now();
    let folder = tempfile::tempdir()?;
    let address = args.database.clone().unwrap_or_else(|| folder.path().join("demo.db").display().to_string());
    let clock = App::system_clock();
    let store = Store::open(&address, clock().micros()).await?;
    let app = with_spool(App::new(store, clock), &folder.path().join("imports"))?;
    app.seed(&Context::of(Actor::Rule("demo".to_owned()))).await?;
    let listener = listen(&args.listen).await?;
    let told = move_in(&app, args.seed).await?;
    screen::tell(&format!(
        "Ready in {:.1} s · http://{} · demo company, {} items in 12 months, {} people · nothing is kept",
        begun.elapsed().as_secs_f64(),
        listener.local_addr()?,
        told.items,
        told.people
    ));
    let stop = CancellationToken::new();
    let seed = args.seed;
    let moving = (!args.still).then(|| beside(&app, &stop, move |app| async move { keep_moving(&app, seed).await }));
    until_stopped(
        app,
        listener,
        Settings { demo: true, door: Door::Open, ..Settings::default() },
        Heads::default(),
        stop,
    )
    .await?;
    if let Some(moving) = moving {
        moving.await?;
    }
    Ok(Exit::Done)
}
