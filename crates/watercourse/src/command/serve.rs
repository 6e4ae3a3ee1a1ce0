//! `watercourse serve`: the organisation's own server, on loopback until people can sign in.

use crate::arguments::{Listen, Serve};
use crate::exit::Exit;
use crate::{logging, screen};
use anyhow::{Context as _, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use watercourse_app::{App, Context};
use watercourse_core::actor::Actor;
use watercourse_http::{Settings, router};
use watercourse_store::Store;

/// How long requests under way may take once the program was asked to stop.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens the database, publishes the shipped streams where there are none, and serves until asked to stop.
pub(crate) async fn run(args: Serve) -> Result<Exit> {
    logging::begin(args.listen.log_json);
    let address = match &args.database {
        Some(address) => address.clone(),
        None => {
            std::fs::create_dir_all(&args.data)
                .with_context(|| format!("The directory {} cannot be made. Give another with --data.", args.data.display()))?;
            args.data.join("watercourse.db").display().to_string()
        }
    };
    let clock = App::system_clock();
    let store = Store::open(&address, clock().micros()).await?;
    let app = App::new(store, clock);
    app.seed(&Context::of(Actor::Rule("serve".to_owned()))).await?;
    let listener = listen(&args.listen).await?;
    screen::tell(&format!("Ready · http://{} · {}", listener.local_addr()?, if args.database.is_some() { "PostgreSQL" } else { &address }));
    until_stopped(app, listener, Settings::default(), CancellationToken::new()).await?;
    Ok(Exit::Done)
}

/// Listens on loopback only: there is no sign-in yet.
pub(crate) async fn listen(listen: &Listen) -> Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, listen.port));
    TcpListener::bind(address).await.with_context(|| format!("{address} cannot be listened on. Give another --port; 0 takes a free one."))
}

/// Serves, fires timers, and stops well: no new connections, requests under way are answered, then the
/// database is closed.
pub(crate) async fn until_stopped(app: App, listener: TcpListener, settings: Settings, stop: CancellationToken) -> Result<()> {
    let timers = tokio::spawn({
        let (app, stop) = (app.clone(), stop.clone());
        async move { tokio::select! { () = stop.cancelled() => {}, () = app.run_timers() => {} } }
    });
    tokio::spawn({
        let stop = stop.clone();
        async move {
            asked_to_stop().await;
            stop.cancel();
        }
    });
    let served = axum::serve(listener, router(app.clone(), settings)).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        result = async { served.await } => result?,
        () = async { stop.cancelled().await; tokio::time::sleep(PATIENCE).await } => tracing::warn!("some requests did not end in time"),
    }
    timers.await?;
    app.store().clone().close().await;
    Ok(())
}

async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            drop(interrupted.await);
            return;
        };
        tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
    }
    #[cfg(not(unix))]
    drop(interrupted.await);
}
