//! The run: fills databases, starts servers, measures in turn, and prints the table.

use super::asks::{Times, newest, open, read};
use super::fill::fill;
use super::lean::Lean;
use super::limits;
use super::table::{Figure, pressure};
use crate::faults::postgres::Database;
use crate::faults::run::program;
use crate::program::{Program, Running};
use anyhow::{Result, bail, ensure};
use sqlx::{Connection as _, SqliteConnection};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often the two take turns.
const TURNS: usize = 5;
/// How long a turn of writing lasts.
const TURN: Duration = Duration::from_secs(2);
/// Reads of a turn.
const READS: usize = 400;
const MEBI: f64 = 1_048_576.0;

/// The medians of one size that must not grow with it.
type Grown = BTreeMap<&'static str, f64>;

/// Runs as a command line says: `[ITEMS…] [postgres]`.
///
/// # Errors
/// Where something cannot be measured. A figure that is not reached is shown.
pub fn command(arguments: &[&str]) -> Result<()> {
    let mut sizes = Vec::new();
    let mut with_postgres = arguments.is_empty();
    for argument in arguments {
        match argument.replace('_', "").parse::<usize>() {
            Ok(size) => sizes.push(size),
            Err(_) if *argument == "postgres" => with_postgres = true,
            Err(_) => bail!("“{argument}” is neither a number of items nor “postgres”"),
        }
    }
    if arguments.is_empty() {
        sizes = vec![50_000, 1_000_000];
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        println!("CPU pressure before: {}", pressure());
        let mut grown: Vec<Grown> = Vec::new();
        for size in &sizes {
            grown.push(sqlite(*size).await?);
        }
        if let [small, .., large] = grown.as_slice() {
            println!("\nFrom {} to {} items", sizes.first().unwrap_or(&0), sizes.last().unwrap_or(&0));
            for (what, before) in small {
                let ratio = large.get(what).copied().unwrap_or(f64::NAN) / before;
                println!("{}", Figure::at_most(&format!("growth: {what}"), 1.3, "×", &[ratio], String::new()).shown());
            }
        }
        if with_postgres {
            postgres(50_000).await?;
        }
        println!("CPU pressure after: {}", pressure());
        Ok(())
    })
}

/// Everything on SQLite, at one size.
async fn sqlite(size: usize) -> Result<Grown> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("served.db").display().to_string();
    let begun = Instant::now();
    fill(&database, size).await?;
    println!(
        "\n{size} items on SQLite ({:.0} MB, filled in {:.0} s)",
        megabytes(&database),
        begun.elapsed().as_secs_f64()
    );
    let program = Program::on(&program()?, &database)?;
    let mut ready = Vec::new();
    for _ in 0..TURNS {
        let running = tokio::task::block_in_place(|| program.start())?;
        ready.push(running.ready_after.as_secs_f64());
        tokio::task::block_in_place(|| running.stop())?;
    }
    let mut figures = vec![Figure::at_most("ready after the start", 0.5, "s", &ready, String::new())];
    let running = tokio::task::block_in_place(|| program.start())?;
    let (status, _) = Lean::to(&program.url())?.get("/readyz")?;
    ensure!(status == 200, "the server is not ready: {status}");
    figures.push(Figure::at_most("memory, idle", 60.0, "MB", &[running.resident() as f64 / MEBI], String::new()));
    let mut grown = Grown::new();
    reads(&program.url(), size, &mut figures, &mut grown)?;
    let made = creates(&program, &running, folder.path(), &mut figures, &mut grown).await?;
    let after = running.resident() as f64 / MEBI;
    figures.push(Figure::at_most("memory, after full load", 150.0, "MB", &[after], String::new()));
    tokio::task::block_in_place(|| running.stop())?;
    kept(&database, made).await?;
    figures.iter().for_each(|f| println!("{}", f.shown()));
    Ok(grown)
}

fn megabytes(path: &str) -> f64 {
    std::fs::metadata(path).map_or(0.0, |m| m.len() as f64 / MEBI)
}

/// An item somewhere in the middle: any, but the same in every run.
fn some(number: usize, size: usize) -> usize {
    number.wrapping_mul(7_919).wrapping_add(13) % size + 1
}

/// Reading, one client.
fn reads(base: &str, size: usize, figures: &mut Vec<Figure>, grown: &mut Grown) -> Result<()> {
    let mut client = Lean::to(base)?;
    let prefix = newest(&mut client)?.split('-').next().unwrap_or_default().to_owned();
    let words = ["laptop Ghent", "badge", "certificate Namur", "\"for a visitor\"", "tablet Mons test"];
    type Ask<'a> = (&'static str, f64, Box<dyn Fn(usize) -> String + Send + Sync + 'a>);
    let asks: Vec<Ask<'_>> = vec![
        ("view one, API, p50", 0.5, Box::new(|n| format!("/api/v1/items/{prefix}-{}", some(n, size)))),
        ("list of 50, API, p50", 3.0, Box::new(|_| "/api/v1/items?q=state:open&limit=50".to_owned())),
        (
            "search, API, p50",
            15.0,
            Box::new(|n| {
                let word =
                    words.get(n % words.len()).copied().unwrap_or_default().replace(' ', "%20").replace('"', "%22");
                format!("/api/v1/items?q={word}&limit=50")
            }),
        ),
        ("page of an item, p50", 3.0, Box::new(|n| format!("/w/{prefix}-{}", some(n, size)))),
        ("page of a list, p50", 6.0, Box::new(|_| "/work".to_owned())),
    ];
    for (what, wanted, url) in asks {
        // What is slow is asked less often.
        let once = read(&mut client, 3, &url)?.at(50);
        let times = if once > 50.0 { 10 } else { READS };
        let (mut medians, mut tails) = (Vec::new(), Vec::new());
        for turn in 0..TURNS {
            let took: Times = read(&mut client, times, |n| url(n + turn * times))?;
            medians.push(took.at(50));
            tails.push(took.at(99));
        }
        let figure = Figure::at_most(what, wanted, "ms", &medians, String::new());
        tails.sort_by(f64::total_cmp);
        let tail = tails.get(tails.len() / 2).copied().unwrap_or_default();
        grown.insert(what, figure.median);
        figures.push(Figure { told: format!("p99 {tail:.2} ms"), ..figure });
    }
    Ok(())
}

/// Opening items beside the bare limits; how many were acknowledged.
async fn creates(
    program: &Program,
    running: &Running,
    folder: &Path,
    figures: &mut Vec<Figure>,
    grown: &mut Grown,
) -> Result<u64> {
    let bases = [program.url()];
    let mut bare = limits::sqlite(&folder.join("bare.db"))?;
    let mut made = open(&bases, 4, TURN)?.count;
    limits::one_by_one(&bare, TURN / 2)?;
    // One turn, and what it took of the server for each item, ms.
    let turn = |clients| {
        let before = running.cpu_seconds();
        let opened = open(&bases, clients, TURN)?;
        let cpu = (running.cpu_seconds() - before) * 1e3 / opened.count as f64;
        anyhow::Ok((opened, cpu))
    };
    let (mut one, mut many) = (Vec::new(), Vec::new());
    let (mut rates, mut took, mut used) = ((0.0, 0.0), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let limit = limits::one_by_one(&bare, TURN)?;
        let (opened, cpu) = turn(1)?;
        used.push(cpu);
        one.push(opened.rate / limit * 100.0);
        took.push(opened.times.at(50));
        rates = (opened.rate, limit);
        made += opened.count;
    }
    let told = format!("{:.0}/s of {:.0}/s, last turn", rates.0, rates.1);
    figures.push(Figure::at_least("create, 1 client, of the bare limit", 25.0, "%", &one, told));
    let figure = Figure::at_most("create, 1 client, p50", 0.8, "ms", &took, String::new());
    grown.insert("create, 1 client, p50", figure.median);
    figures.push(figure);
    figures.push(Figure::at_most("create, 1 client, CPU of the server", 0.5, "ms", &used, String::new()));
    let mut tails = Vec::new();
    used.clear();
    for _ in 0..TURNS {
        let (limit, back) = limits::group(bare, 32, TURN).await?;
        bare = back;
        let (opened, cpu) = turn(32)?;
        used.push(cpu);
        many.push(opened.rate / limit * 100.0);
        tails.push(opened.times.at(99));
        rates = (opened.rate, limit);
        made += opened.count;
    }
    let told = format!("{:.0}/s of {:.0}/s, last turn", rates.0, rates.1);
    figures.push(Figure::at_least("create, 32 clients, of bare group commit", 10.0, "%", &many, told));
    figures.push(Figure::at_most("create, 32 clients, p99", 20.0, "ms", &tails, String::new()));
    figures.push(Figure::at_most("create, 32 clients, CPU of the server", 0.5, "ms", &used, String::new()));
    Ok(made)
}

/// What was acknowledged is there: a fast write that is not counts as nothing.
async fn kept(database: &str, made: u64) -> Result<()> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let sql = "SELECT COUNT(*) FROM item WHERE title LIKE 'made %'";
    let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
    ensure!(u64::try_from(found)? == made, "{made} items were acknowledged and {found} are there");
    Ok(())
}

/// Opening items on PostgreSQL, by one node and by two.
async fn postgres(size: usize) -> Result<()> {
    let database = Database::fresh(None).await?;
    fill(&database.url, size).await?;
    println!("\n{size} items on PostgreSQL");
    let path = program()?;
    let programs = [Program::on(&path, &database.url)?, Program::on(&path, &database.url)?];
    let mut running = Vec::new();
    for program in &programs {
        running.push(tokio::task::block_in_place(|| program.start())?);
    }
    let both: Vec<String> = programs.iter().map(Program::url).collect();
    let first = both.get(..1).unwrap_or_default();
    open(&both, 16, TURN)?;
    let (mut ratios, mut beside) = (Vec::new(), Vec::new());
    let mut rates = (0.0, 0.0, 0.0);
    for _ in 0..TURNS {
        let limit = limits::postgres(&database.url, 16, TURN).await?;
        let one = open(first, 16, TURN)?;
        let two = open(&both, 16, TURN)?;
        ratios.push(one.rate / limit * 100.0);
        beside.push(two.rate / one.rate);
        rates = (limit, one.rate, two.rate);
    }
    let told = format!("{:.0}/s of {:.0}/s, last turn", rates.1, rates.0);
    println!("{}", Figure::at_least("create, 16 clients, of the bare limit", 15.0, "%", &ratios, told).shown());
    let told = format!("{:.0}/s by two, last turn", rates.2);
    println!("{}", Figure::at_least("two nodes beside one", 1.0, "×", &beside, told).shown());
    for one in running {
        tokio::task::block_in_place(|| one.stop())?;
    }
    database.drop().await
}
