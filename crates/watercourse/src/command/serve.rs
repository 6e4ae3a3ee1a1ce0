//! `watercourse serve`: the organisation's own server, on loopback until people can sign in.

use crate::arguments::{Listen, Serve};
use crate::exit::{Exit, ended};
use crate::{logging, screen};
use anyhow::{Context as _, Result};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::map_response;
use axum::response::Response;
use futures::StreamExt as _;
use std::future::ready;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use watercourse_app::{App, Context};
use watercourse_core::actor::Actor;
use watercourse_http::{Settings, router};
use watercourse_store::Store;

/// How long requests under way may take once the program was asked to stop.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens the database, publishes the shipped streams where there are none, and serves until asked to stop.
pub(crate) async fn run(args: Serve) -> Result<Exit> {
    logging::begin(args.listen.log_json);
    let address = match &args.database {
        Some(address) => address.clone(),
        None => {
            std::fs::create_dir_all(&args.data).with_context(|| {
                format!("The directory {} cannot be made. Give another with --data.", args.data.display())
            })?;
            args.data.join("watercourse.db").display().to_string()
        }
    };
    // Before anything is written: whoever has the port may have the database too.
    let listener = listen(&args.listen).await?;
    let clock = App::system_clock();
    let store = Store::open(&address, clock().micros()).await?;
    let app = App::new(store, clock);
    app.seed(&Context::of(Actor::Rule("serve".to_owned()))).await?;
    // A database's address may hold a password, a file's does not.
    let kept = if address.starts_with("postgres") { "PostgreSQL" } else { &address };
    screen::tell(&format!("Ready · http://{} · {kept}", listener.local_addr()?));
    until_stopped(app, listener, Settings::default(), CancellationToken::new()).await?;
    Ok(Exit::Done)
}

/// Listens on loopback only: there is no sign-in yet.
pub(crate) async fn listen(listen: &Listen) -> Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, listen.port));
    TcpListener::bind(address).await.map_err(|e| {
        ended(Exit::Failed, format!("Nobody can listen on {address}: {e}. Give another --port; 0 takes a free one."))
    })
}

/// Serves, fires timers, and stops well: no new connections, requests under way are answered, then the
/// database is closed. Answers without an end (server-sent events) end then: whoever listens comes back.
pub(crate) async fn until_stopped(
    app: App,
    listener: TcpListener,
    settings: Settings,
    stop: CancellationToken,
) -> Result<()> {
    let timers = tokio::spawn({
        let (app, stop) = (app.clone(), stop.clone());
        async move {
            tokio::select! { () = stop.cancelled() => {}, () = app.run_timers() => {} }
        }
    });
    tokio::spawn({
        let stop = stop.clone();
        async move {
            asked_to_stop().await;
            stop.cancel();
        }
    });
    let (broken, end) = (app.store().clone(), stop.clone());
    let watch = tokio::spawn(async move {
        tokio::select! {
            // Whoever starts it again reads what is really on the disk.
            error = broken.until_broken() => { end.cancel(); Some(error) }
            () = end.cancelled() => None,
        }
    });
    let ending = stop.clone();
    let routes = router(app.clone(), settings).layer(map_response(move |response| ready(ended_by(&ending, response))));
    let served = axum::serve(listener, routes).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        result = async { served.await } => result?,
        () = async { stop.cancelled().await; tokio::time::sleep(PATIENCE).await } => tracing::warn!("some requests did not end in time"),
    }
    timers.await?;
    app.store().clone().close().await;
    match watch.await? {
        Some(error) => {
            Err(ended(Exit::Failed, format!("The server ends: {error}. Look at the disk, then start it again.")))
        }
        None => Ok(()),
    }
}

/// Lets a stream of events end when the program is asked to stop.
fn ended_by(stop: &CancellationToken, response: Response) -> Response {
    let media = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !media.starts_with("text/event-stream") {
        return response;
    }
    let stop = stop.clone();
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(stop.cancelled_owned())))
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
