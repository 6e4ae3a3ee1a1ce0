//! Live figures with so many events behind them: what a transition costs until a page shows it, what pages cost,
//! and what all of it takes in memory. First in memory alone, then over HTTP with a database.

use crate::native::Native;
use crate::storing::store_items;
use crate::usage;
use anyhow::{Context as _, Result, ensure};
use futures::StreamExt as _;
use serde_json::json;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant as Clocked};
use watercourse_app::{App, Context, Rows, Store, Words, add_changed, row};
use watercourse_core::actor::Actor;
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;
use watercourse_exchange::{Options, read_path};
use watercourse_flow::from_log::from_log;
use watercourse_flow::growing::Growing;
use watercourse_flow::live::Live;
use watercourse_flow::map::Map;
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::measures::{View, measure};
use watercourse_flow::order::Ordered;
use watercourse_flow::timeline::Timeline;

/// The stream that items run through.
const STREAM: &str = "restore-service";
/// Items that are written, or come to rest, at once.
const AT_ONCE: usize = 5_000;
/// How often something is done to say how long it takes.
const TIMES: usize = 60;
/// One of so many items is open.
const OPEN: usize = 100;

/// Measures with so many events; `path`: the database, filled unless it is there. Without it only in memory.
pub fn run(events: usize, path: Option<&Path>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let streams = App::new(
            Store::open(folder.path().join("streams.db").to_str().context("a readable path")?, 0).await?,
            App::system_clock(),
        );
        streams.seed(&Context::of(Actor::Rule("bench".to_owned()))).await?;
        let published = streams.stream(&watercourse_app::Access::of_the_program(), STREAM, None).await?;
        in_memory(events, &published.stream, streams.now())?;
        imported(events, folder.path())?;
        match path {
            Some(path) => over_http(events, path).await,
            None => Ok(()),
        }
    })
}

fn say(what: &str, took: Duration) {
    println!("{what:<62}{:>12.3} ms", took.as_secs_f64() * 1e3);
}

fn spread(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |share: usize| took.get((took.len() * share / 100).min(took.len().saturating_sub(1)));
    let ms = |share: usize| at(share).map_or(0.0, |t| t.as_secs_f64() * 1e3);
    println!("{what:<62}{:>12.4} ms p50 {:>10.4} p95 {:>10.4} most", ms(50), ms(95), ms(100));
}

fn timed(times: usize, mut act: impl FnMut()) -> Vec<Duration> {
    let one = |_| {
        let begun = Clocked::now();
        act();
        begun.elapsed()
    };
    (0..times).map(one).collect()
}

fn in_memory(events: usize, stream: &Stream, now: Instant) -> Result<()> {
    let mut native = Native::walking(stream, now, events)?;
    let (mut growing, mut live) = (Growing::default(), Live::default());
    let (mut open, mut told, mut number, mut visits) = (Vec::new(), 0, 0, 0);
    let base = usage::resident_bytes();
    let begun = Clocked::now();
    while told < events {
        let mut closed = Vec::with_capacity(AT_ONCE);
        for _ in 0..AT_ONCE.min(events) {
            let (item, facts) = native.item(number, number % OPEN == 0);
            (number, told) = (number + 1, told + facts);
            visits += item.rounds.iter().map(|r| r.visits.len()).sum::<usize>();
            if item.closed.is_some() { closed.push(item) } else { open.push(item) }
        }
        growing.refresh(closed.iter().map(|i| (i, stream)), [], now);
    }
    for item in &open {
        live.put(item, stream, ());
    }
    println!("{told} events, {number} items, {} of them open, {visits} visits", open.len());
    say("all of it made and taken in", begun.elapsed());
    let held = usage::resident_bytes().saturating_sub(base);
    println!(
        "{:<62}{:>12.1} bytes",
        "memory an event, one copy of the visits, with open items",
        held as f64 / told as f64
    );
    let mut turn = 0;
    let puts = timed(TIMES * 20, || {
        turn += 1;
        let place = turn % open.len().max(1);
        if let Some(item) = open.get_mut(place) {
            item.revision += 1;
            live.put(item, stream, ());
        }
    });
    spread("a transition is taken into the counts", puts);
    spread("counts, WIP and age are looked at", timed(TIMES, || drop(black_box(live.look(now, None, |()| true)))));
    let refresh = timed(TIMES / 2, || growing.refresh([], open.iter().map(|i| (i, stream)), now));
    spread("visits follow a transition", refresh);
    let key = native.item(1, false).0.key;
    ensure!(growing.has_at_rest(&key), "{key} came to rest");
    let begun = Clocked::now();
    growing.wake([key.as_str()]);
    growing.refresh([], open.iter().map(|i| (i, stream)), now);
    say("visits follow the reopening of an old item (a copy)", begun.elapsed());
    let view = View::of(growing.visits(), growing.timeline());
    let (_, cpu) = usage::timed(|| black_box((measure(&view, 20), Map::of_visits(growing.visits(), None))));
    println!("{:<62}{cpu:>12.3} CPU-s", "all measures and the map, behind the page");
    Ok(())
}

/// What is kept of an imported log, once it was read.
fn imported(events: usize, folder: &Path) -> Result<()> {
    let path = folder.join("log.csv");
    crate::synthetic::write(&mut std::io::BufWriter::new(std::fs::File::create(&path)?), events, 1)?;
    let base = usage::resident_bytes();
    let log = read_path(&path, &Options::default(), &mut |_, _| {})?.log;
    let (told, meaning) = (log.len(), LogMeaning::of(&log).done(["Close"]));
    let visits = from_log(&log, &Ordered::of(&log), &meaning);
    drop(log);
    let timeline = Timeline::of(&visits);
    let held = usage::resident_bytes().saturating_sub(base);
    println!("{:<62}{:>12.1} bytes", "memory an event of an imported log", held as f64 / told as f64);
    drop(black_box((visits, timeline)));
    Ok(())
}

async fn over_http(events: usize, path: &Path) -> Result<()> {
    let address = path.to_str().context("a readable path")?;
    let is_new = !path.exists();
    let store = Store::open(address, App::system_clock()().micros()).await?;
    let app = App::new(store, App::system_clock());
    app.seed(&Context::of(Actor::Rule("bench".to_owned()))).await?;
    if is_new {
        let begun = Clocked::now();
        fill(&app, events).await?;
        println!("filled in {:.0} s", begun.elapsed().as_secs_f64());
    }
    app.store().close().await;

    let before = usage::resident_bytes();
    let begun = Clocked::now();
    let store = Store::open(address, App::system_clock()().micros()).await?;
    let app = App::new(store, App::system_clock());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let settings =
        watercourse_http::Settings { door: watercourse_http::Door::Open, ..watercourse_http::Settings::default() };
    let routes = watercourse_http::router(app.clone(), settings);
    let served = tokio::spawn(async move { axum::serve(listener, routes).await });
    let measuring = tokio::spawn({
        let app = app.clone();
        async move { app.run_measuring().await }
    });
    let client = reqwest::Client::builder().timeout(Duration::from_secs(600)).build()?;
    let get = async |path: &str| -> Result<String> {
        let answer = client.get(format!("{base}{path}")).send().await?;
        ensure!(answer.status().is_success(), "{path}: {}", answer.status());
        Ok(answer.text().await?)
    };
    get("/readyz").await?;
    say("ready after the start", begun.elapsed());
    let page = format!("/streams/{STREAM}");
    let first = get(&page).await?;
    arrived(&first)?;
    say("the first page, with counts", begun.elapsed());
    let is_loading = first.contains("Loading.");
    println!("{:<62}{:>12}", "its other figures are loading", is_loading);
    while get(&page).await?.contains("Loading.") {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    say("the first page with all figures", begun.elapsed());
    let begun = Clocked::now();
    while get("/").await?.contains("Loading.") {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    say("the chain with all figures, after that", begun.elapsed());
    let held = usage::resident_bytes().saturating_sub(before);
    println!("{:<62}{:>12.0} MB", "memory of the server, the database's own included", held as f64 / 1e6);

    let news = client.get(format!("{base}/live?stream={STREAM}")).send().await?;
    let mut news = news.bytes_stream();
    let (mut heard, mut shown, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    let mut count = arrived(&get(&page).await?)?;
    for _ in 0..TIMES {
        let begun = Clocked::now();
        let body = json!({"stream": STREAM, "title": "One more"});
        let key = uuid::Uuid::now_v7().to_string();
        let post = client.post(format!("{base}/api/v1/items")).header("Idempotency-Key", key).json(&body).send();
        let (answer, told) = tokio::join!(post, async {
            while let Some(chunk) = news.next().await {
                if chunk.is_ok_and(|c| c.windows(6).any(|w| w == b"change")) {
                    return begun.elapsed();
                }
            }
            Duration::MAX
        });
        ensure!(answer?.status().is_success());
        heard.push(told);
        let asked = Clocked::now();
        let now = arrived(&get(&page).await?)?;
        count += 1;
        ensure!(now == count, "{now} arrived, and not {count}");
        pages.push(asked.elapsed());
        shown.push(begun.elapsed());
    }
    spread("from sending an item to hearing of it", heard);
    spread("the page of the stream after it", pages);
    spread("from sending an item to a page that counts it", shown);
    spread_of("the chain", TIMES, async || get("/").await.map(drop)).await?;
    measuring.abort();
    served.abort();
    app.store().close().await;
    Ok(())
}

async fn spread_of(what: &str, times: usize, act: impl AsyncFn() -> Result<()>) -> Result<()> {
    let mut took = Vec::new();
    for _ in 0..times {
        let begun = Clocked::now();
        act().await?;
        took.push(begun.elapsed());
    }
    spread(what, took);
    Ok(())
}

/// How many items arrived this week, as the page says.
fn arrived(page: &str) -> Result<u64> {
    let (_, after) = page.split_once("<dt>Arrived this week</dt><dd>").context("the page counts what arrived")?;
    let text = after.split_once("</a>").and_then(|(a, _)| a.rsplit_once('>')).map_or("", |(_, n)| n);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    Ok(digits.parse()?)
}

/// Fills a database with items as if they had been worked on here; facts, which nothing here reads, are left out.
async fn fill(app: &App, events: usize) -> Result<()> {
    let published = app.stream(&watercourse_app::Access::of_the_program(), STREAM, None).await?;
    let stream = Arc::clone(&published.stream);
    let mut native = Native::walking(&stream, app.now(), events)?;
    let (mut told, mut number) = (0, 0);
    while told < events {
        let mut rows = Rows::default();
        let mut made = Vec::with_capacity(AT_ONCE);
        for _ in 0..AT_ONCE {
            let (item, facts) = native.item(number, number % OPEN == 0);
            (number, told) = (number + 1, told + facts);
            add_changed(&mut rows, None, &item, &stream);
            let words = Words { title: "As it was".to_owned(), ..Words::default() };
            made.push((row(&item, &words, &stream, false), words, item));
        }
        store_items(app, made, rows).await?;
    }
    Ok(())
}
