//! `watercourse serve`: the organisation's own server, on loopback until people can sign in.

use super::keeping::{Heads, keep};
use crate::arguments::{Listen, Serve};
use crate::exit::{Exit, ended, usage};
use crate::{logging, screen};
use anyhow::{Context as _, Result};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::map_response;
use axum::response::Response;
use futures::StreamExt as _;
use std::future::ready;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use watercourse_app::keys::Keys;
use watercourse_app::{App, Context, Spool, SpoolError};
use watercourse_core::actor::Actor;
use watercourse_http::{Door, Networks, Permitted, Settings, router, sender, serve};
use watercourse_store::{Settings as Opening, Store, file_of};

/// How long requests under way may take once the program was asked to stop.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens the database, publishes the shipped streams where there are none, and serves until asked to stop.
pub(crate) async fn run(args: Serve) -> Result<Exit> {
    logging::begin(args.listen.log_json);
    let address = args.kept.address();
    if args.kept.database.is_none() {
        make(&args.kept.data)?;
    }
    // Before anything is written: whoever has the port may have the database too.
    let listener = match args.at {
        Some(address) => bind(address).await?,
        None => listen(&args.listen).await?,
    };
    let public = args.public_url.as_deref().map(public).transpose()?;
    let reached_by = args.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    let door = if args.open { Door::Open } else { Door::SignIn };
    let clock = App::system_clock();
    let opening = Opening { alone: true, backups: args.backups.clone(), ..Opening::default() };
    let store = Store::open_with(&address, &opening, clock().micros()).await?;
    let app = App::new(store, clock).with_keys(keys(&args)?).with_sender(sender(&args.outbound)?);
    let app = with_spool(app, &args.kept.data.join("imports"))?;
    app.seed(&Context::of(Actor::Rule("serve".to_owned()))).await?;
    // A database's address may hold a password, a file's does not.
    let kept = if address.starts_with("postgres") { "PostgreSQL" } else { &address };
    let here = listener.local_addr()?;
    screen::tell(&format!("Ready · http://{here} · {kept}"));
    match door {
        Door::Open => screen::tell("Everybody on this machine may do everything here: this is for a first try."),
        Door::SignIn => {
            if let Some(code) = app.first_code().await? {
                screen::tell(&format!(
                    "Nobody has an account yet. Make the first administrator at http://{here}/first with the code {code} (good for a day)."
                ));
            }
        }
    }
    let heads = args.heads.clone().or_else(|| file_of(&address).map(|f| f.with_extension("heads")));
    let settings = Settings {
        door,
        secure: public.as_ref().is_some_and(|p| p.0),
        proxies: Networks::parse(&args.trusted_proxies)?,
        rate: args.rate,
        permitted: Permitted::parse(&args.outbound)?,
        public: reached_by,
        hosts: public.into_iter().map(|p| p.1).chain(args.at.map(|a| a.ip().to_string())).collect(),
        ..Settings::default()
    };
    let heads = Heads { file: heads, every: Duration::from_secs(args.heads_every.saturating_mul(60)) };
    until_stopped(app, listener, settings, heads, CancellationToken::new()).await?;
    Ok(Exit::Done)
}

/// With the folder for files that are imported. Where another program has it, this one imports none.
pub(crate) fn with_spool(app: App, folder: &Path) -> Result<App> {
    match Spool::open(folder) {
        Ok(spool) => Ok(app.with_spool(spool)),
        Err(taken @ SpoolError::Taken(_)) => {
            tracing::warn!("no file can be brought to this server to be imported: {taken}");
            Ok(app)
        }
        Err(error) => Err(error.into()),
    }
}

/// The keys of the installation: as given, else from a file beside the database, which is made the first time.
fn keys(args: &Serve) -> Result<Keys> {
    if let Some(text) = &args.key {
        return Ok(Keys::from_text(text)?);
    }
    if let Some(file) = &args.key_file {
        return Ok(Keys::from_file(file)?);
    }
    let file = args.kept.key_file();
    file.parent().map_or(Ok(()), make)?;
    Ok(Keys::from_file(&file)?)
}

fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("The directory {} cannot be made. Give another with --data.", folder.display()))
}

/// Whether an address people reach it by is https, and the host it names.
fn public(url: &str) -> Result<(bool, String)> {
    let parts = url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"));
    let host = parts.map(|(_, rest)| rest.trim_end_matches('/'));
    let host =
        host.map(|h| h.rsplit_once(':').map_or(h, |(name, _)| name)).filter(|h| !h.is_empty() && !h.contains('/'));
    match (parts, host) {
        (Some((scheme, _)), Some(host)) => Ok((scheme == "https", host.to_owned())),
        _ => Err(usage(format!("“{url}” is no address people can reach. Give one such as https://flow.example.org."))),
    }
}

/// Listens on loopback only.
pub(crate) async fn listen(listen: &Listen) -> Result<TcpListener> {
    bind(SocketAddr::from((Ipv4Addr::LOCALHOST, listen.port))).await
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
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
    heads: Heads,
    stop: CancellationToken,
) -> Result<()> {
    let kept = tokio::spawn(keep(app.clone(), heads, stop.clone()));
    let works = [
        beside(&app, &stop, |app| async move { app.run_timers().await }),
        beside(&app, &stop, |app| async move { app.run_following().await }),
        beside(&app, &stop, |app| async move { app.run_measuring().await }),
        beside(&app, &stop, |app| async move { app.run_deliveries().await }),
        beside(&app, &stop, |app| async move { app.run_imports().await }),
        beside(&app, &stop, |app| async move { index_owed(&app).await }),
    ];
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
    let served = serve(listener, routes, stop.clone().cancelled_owned());
    tokio::select! {
        result = served => result?,
        () = async { stop.cancelled().await; tokio::time::sleep(PATIENCE).await } => tracing::warn!("some requests did not end in time"),
    }
    for work in works {
        work.await?;
    }
    kept.await?;
    app.store().close().await;
    match watch.await? {
        Some(error) => {
            Err(ended(Exit::Failed, format!("The server ends: {error}. Look at the disk, then start it again.")))
        }
        None => Ok(()),
    }
}

/// Goes on beside serving until the program is asked to stop.
pub(crate) fn beside<F>(app: &App, stop: &CancellationToken, work: impl FnOnce(App) -> F) -> JoinHandle<Option<()>>
where
    F: Future<Output = ()> + Send + 'static,
{
    tokio::spawn(stop.clone().run_until_cancelled_owned(work(app.clone())))
}

/// Makes items found that were there before there was a search, after an upgrade.
async fn index_owed(app: &App) {
    match app.index_owed().await {
        Ok(0) => {}
        Ok(items) => tracing::info!(items, "the words of older items can be searched now"),
        Err(error) => tracing::error!(%error, "the words of some older items cannot be searched until the next start"),
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
