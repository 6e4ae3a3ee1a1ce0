//! A disk that fails, and one that is full.

use super::check::check;
use super::load::{Load, client};
use super::setting::{Row, Setting, chance};
use crate::program::{Program, run};
use anyhow::{Context as _, Result, ensure};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How long it may take until writes are acknowledged again.
const BACK: Duration = Duration::from_secs(30);
/// How long after room returns writes must be acknowledged again.
const ROOM: Duration = Duration::from_secs(5);
/// How long the program may take to end once nothing can be written.
const END: Duration = Duration::from_secs(4);
/// libfiu's two parts: the controls, and the calls of POSIX.
const FIU: [&str; 2] = ["fiu_run_preload.so", "fiu_posix_preload.so"];

/// libfiu's folder.
fn fiu() -> Result<PathBuf> {
    let folders = ["/usr/lib/fiu", "/usr/local/lib/fiu", "/usr/lib/x86_64-linux-gnu/fiu"];
    let found = folders.iter().map(Path::new).find(|f| FIU.iter().all(|part| f.join(part).is_file()));
    Ok(found.context("libfiu is not installed: apt-get install fiu-utils")?.to_owned())
}

/// R07: at any moment a call fails, once or for good, while the program writes. It may acknowledge nothing it
/// cannot keep, and either goes on or ends; started again on a good disk it has everything.
pub(crate) async fn failing(setting: &Setting) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("failing.db").display().to_string();
    let fiu = fiu()?;
    let preload = FIU.map(|part| fiu.join(part).display().to_string()).join(" ");
    let prefix = folder.path().join("control").display().to_string();
    let sound = Program::on(&setting.program, &database)?;
    let failing = sound.clone().with("LD_PRELOAD", preload).with("FIU_CTRL_FIFO", &prefix);
    let calls = [
        "posix/io/sync/fsync",
        "posix/io/sync/fdatasync",
        "posix/io/rw/pwrite",
        "posix/io/rw/pwritev",
        "posix/io/oc/open",
    ];
    let times = setting.pick(4, 20, 100);
    let mut running = tokio::task::block_in_place(|| failing.start())?;
    let load = Load::begin(vec![failing.url()], 16).await?;
    let (mut ended, mut went_on, mut badly) = (0_u64, 0_u64, 0_u64);
    for turn in 0..times {
        load.more(1 + chance(400), BACK).await?;
        let call = calls.get(usize::try_from(turn)? % calls.len()).copied().unwrap_or_default();
        let once = if (turn / calls.len() as u64).is_multiple_of(2) { ",onetime" } else { "" };
        let order = format!("enable name={call},failnum=1,failinfo=5{once}");
        run(Command::new("fiu-ctrl").args(["-f", &prefix, "-c", &order, &running.id().to_string()]))?;
        // It ends by itself, or it goes on: then the call was not one it needs.
        let done = tokio::task::block_in_place(|| running.ended(END));
        if let Ok(status) = done {
            ended += 1;
            badly += u64::from(status.code().is_none_or(|c| c == 0 || c > 100));
        } else {
            went_on += 1;
            tokio::task::block_in_place(|| running.kill())?;
        }
        running = tokio::task::block_in_place(|| failing.start())?;
    }
    load.more(1, BACK).await?;
    let seen = load.end().await;
    tokio::task::block_in_place(|| running.stop())?;
    let found = check(&setting.program, &database, &seen).await?;
    let mut row = Row::of("fsync", times, &seen, &found);
    row.tell(format!(
        "{ended} times the program ended by itself with a reason, {went_on} times it went on and was killed"
    ));
    row.demand(badly == 0, format!("{badly} times it ended without a code of its own"));
    row.demand(ended > 0, "no failing call ended it: the faults did not arrive");
    row.demand(row.unknown == 0, "writes were given up");
    Ok(row)
}

/// A small file system in a file of its own, unmounted when it is dropped.
#[derive(Debug)]
pub struct Small {
    /// The file that holds it.
    pub image: PathBuf,
    /// Where it is mounted.
    pub place: PathBuf,
}

impl Small {
    /// Makes and mounts one of so many MiB.
    ///
    /// # Errors
    /// Where that is not allowed: it needs root and loop devices.
    pub fn new(folder: &Path, name: &str, mebibytes: u64) -> Result<Self> {
        let image = folder.join(format!("{name}.ext4"));
        std::fs::File::create(&image)?.set_len(mebibytes << 20)?;
        run(Command::new("mkfs.ext4").args(["-q", "-F", "-m", "0"]).arg(&image))?;
        Self::mounted(&image, &folder.join(name))
    }
    /// Mounts an image. Its own journal is written when somebody asks for it, seldom of itself.
    ///
    /// # Errors
    /// As there.
    pub fn mounted(image: &Path, place: &Path) -> Result<Self> {
        std::fs::create_dir_all(place)?;
        run(Command::new("mount").args(["-t", "ext4", "-o", "loop,commit=300"]).arg(image).arg(place))?;
        Ok(Self { image: image.to_owned(), place: place.to_owned() })
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = run(Command::new("umount").arg("-l").arg(&self.place));
    }
}

/// R08: no room is left for a while. Reading goes on, writing is refused in plain words, and goes on by itself
/// when there is room again.
pub(crate) async fn full(setting: &Setting) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let small = Small::new(folder.path(), "small", 64)?;
    let database = small.place.join("full.db").display().to_string();
    let program = Program::on(&setting.program, &database)?;
    let running = tokio::task::block_in_place(|| program.start())?;
    let load = Load::begin(vec![program.url()], 8).await?;
    let times = setting.pick(1, 3, 8);
    let reader = client()?;
    let (mut slowest, mut plain) = (Duration::ZERO, String::new());
    let mut unread = Vec::new();
    let filler = small.place.join("filler");
    for turn in 0..times {
        load.more(50, BACK).await?;
        fill(&filler)?;
        // Room inside the files there are is used up first.
        let said = refused(&reader, &program.url(), turn).await?;
        if plain.is_empty() {
            plain = said;
        }
        for path in ["/api/v1/items?limit=5", "/readyz", "/work"] {
            let status = reader.get(format!("{}{path}", program.url())).send().await?.status();
            if status.is_server_error() {
                unread.push(format!("{path}: {status}"));
            }
        }
        // Whoever waits goes on being refused.
        tokio::time::sleep(Duration::from_millis(chance(3000))).await;
        std::fs::remove_file(&filler)?;
        slowest = slowest.max(load.more(1, BACK).await?);
    }
    let seen = load.end().await;
    tokio::task::block_in_place(|| running.stop())?;
    let found = check(&setting.program, &database, &seen).await?;
    let mut row = Row::of("full", times, &seen, &found);
    row.tell(format!(
        "first write {:.0} ms after there was room again, without a restart",
        slowest.as_secs_f64() * 1e3
    ));
    row.tell(format!("said: {plain}"));
    row.demand(slowest <= ROOM, "writing went on too late");
    row.demand(unread.is_empty(), format!("could not be read: {}", unread.join(", ")));
    row.demand(row.unknown == 0, "writes were given up");
    Ok(row)
}

/// Takes all the room there is.
fn fill(path: &Path) -> Result<()> {
    let mut file = std::fs::File::create(path)?;
    for block in [1 << 20, 1 << 12, 1 << 9] {
        let bytes = vec![7_u8; block];
        while file.write_all(&bytes).is_ok() {}
    }
    // What was left by rounding; that it is full is what was wanted.
    drop(file.sync_all());
    Ok(())
}

/// Writes until one is refused; what was said then.
async fn refused(client: &reqwest::Client, base: &str, turn: u64) -> Result<String> {
    let begun = Instant::now();
    let mut number = 0;
    loop {
        number += 1;
        let description = "x".repeat(30_000);
        let body = serde_json::json!({"stream": "fault-load", "title": format!("filling {turn} {number}"), "description": description});
        let answer = client.post(format!("{base}/api/v1/items")).json(&body).send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        if matches!(status, 503 | 507) {
            let problem: serde_json::Value = serde_json::from_str(&text)?;
            return Ok(format!("{status} {}", problem.get("detail").and_then(|d| d.as_str()).unwrap_or_default()));
        }
        ensure!(status == 201, "a full disk is answered with {status}: {text}");
        ensure!(begun.elapsed() < BACK, "the disk does not get full");
    }
}
