//! A private PostgreSQL, and what happens when it stops under the server.

use super::check::check;
use super::load::Load;
use super::setting::{Row, Setting, chance};
use crate::program::{Program, data, free_port, run, signal};
use anyhow::{Context as _, Result, bail, ensure};
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long PostgreSQL may take to start and to stop.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long after PostgreSQL answers writes must be acknowledged again.
const BACK: Duration = Duration::from_secs(2);

/// A server of our own, on loopback, which keeps what it confirms; removed when it is dropped.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    server: Option<Child>,
}

impl Cluster {
    /// Makes one and starts it.
    ///
    /// # Errors
    /// Where PostgreSQL is not installed or does not come up.
    pub async fn start() -> Result<Self> {
        let programs = programs().context("PostgreSQL is not installed: initdb and postgres are nowhere")?;
        let port = free_port()?;
        let folder = std::env::temp_dir().join(format!("watercourse-faults-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let mut cluster = Self { programs, folder, user: None, port, server: None };
        if run(Command::new("id").arg("-u"))?.trim() == "0" {
            // PostgreSQL does not run as root.
            let id = |what: &str| run(Command::new("id").args([what, "postgres"])).map(|t| t.trim().parse::<u32>());
            cluster.user = Some((id("-u")??, id("-g")??));
            run(Command::new("chown").arg("postgres").arg(&cluster.folder))?;
        }
        let mut initdb = cluster.command("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        run(initdb.arg(cluster.data()))?;
        cluster.up().await?;
        Ok(cluster)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(&self.folder);
        if let Some((user, group)) = self.user {
            use std::os::unix::process::CommandExt as _;
            command.uid(user).gid(group);
        }
        command
    }

    /// The address of one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Its port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Starts it and waits until it answers.
    ///
    /// # Errors
    /// Where it does not, with what it said.
    pub async fn up(&mut self) -> Result<()> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.join("log"))?;
        let mut server = self.command("postgres");
        server.arg("-D").arg(self.data()).arg("-k").arg(&self.folder);
        server.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-c", "max_connections=200"]);
        server.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.server = Some(server.spawn().context("cannot start postgres")?);
        let begun = Instant::now();
        loop {
            if let Ok(mut connection) = PgConnection::connect(&self.url("postgres")).await
                && connection.execute("SELECT 1").await.is_ok()
            {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                bail!("PostgreSQL did not come up: {}", std::fs::read_to_string(self.folder.join("log"))?);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Stops it: QUIT is at once, as after a crash; INT ends every session in order.
    ///
    /// # Errors
    /// Where it does not stop.
    pub fn down(&mut self, name: &str) -> Result<()> {
        let Some(mut server) = self.server.take() else { return Ok(()) };
        signal(server.id(), name)?;
        let begun = Instant::now();
        while server.try_wait()?.is_none() {
            ensure!(begun.elapsed() < PATIENCE, "PostgreSQL does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.down("QUIT"));
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// The folder that holds initdb and postgres.
fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|v| v.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders.push(PathBuf::from("/usr/local/pgsql/bin"));
    let both =
        |folder: &&PathBuf| [Path::new("initdb"), Path::new("postgres")].iter().all(|p| folder.join(p).is_file());
    folders.iter().find(both).cloned()
}

/// An empty database, in a server that was named or in one of its own.
#[derive(Debug)]
pub struct Database {
    /// Its address.
    pub url: String,
    admin: String,
    name: String,
    /// Where the server is of its own.
    pub cluster: Option<Cluster>,
}

impl Database {
    /// Makes one.
    ///
    /// # Errors
    /// Where the server cannot be reached.
    pub async fn fresh(server: Option<&str>) -> Result<Self> {
        let cluster = if server.is_none() { Some(Cluster::start().await?) } else { None };
        let admin = match (&cluster, server) {
            (Some(cluster), _) => cluster.url("postgres"),
            (None, named) => named.unwrap_or_default().to_owned(),
        };
        let name = format!("faults_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&admin).await?;
        connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        let (server, _) = admin.rsplit_once('/').context("an address with a database")?;
        Ok(Self { url: format!("{server}/{name}"), admin, name, cluster })
    }

    /// Takes it away.
    ///
    /// # Errors
    /// Where the server cannot be reached.
    pub async fn drop(self) -> Result<()> {
        // A server that keeps no other files has made no such folder.
        drop(std::fs::remove_dir_all(data(&self.url)));
        if self.cluster.is_none() {
            let mut connection = PgConnection::connect(&self.admin).await?;
            connection.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name))).await?;
        }
        Ok(())
    }
}

/// R03: PostgreSQL stops at once, or restarts in order, while the server runs.
pub(crate) async fn restarted(setting: &Setting) -> Result<Row> {
    let mut database = Database::fresh(None).await?;
    let program = Program::on(&setting.program, &database.url)?;
    let running = tokio::task::block_in_place(|| program.start())?;
    let load = Load::begin(vec![program.url()], 16).await?;
    let stops = setting.pick(2, 10, 100);
    let mut backs = Vec::new();
    for turn in 0..stops {
        load.more(20, Duration::from_secs(30)).await?;
        tokio::time::sleep(Duration::from_millis(chance(700))).await;
        let cluster = database.cluster.as_mut().context("a server of our own")?;
        // Two of three at once, one in order.
        tokio::task::block_in_place(|| cluster.down(if turn % 3 == 2 { "INT" } else { "QUIT" }))?;
        tokio::time::sleep(Duration::from_millis(chance(1500))).await;
        cluster.up().await?;
        backs.push(load.more(1, Duration::from_secs(30)).await?);
    }
    let seen = load.end().await;
    tokio::task::block_in_place(|| running.stop())?;
    let found = check(&setting.program, &database.url, &seen).await?;
    let mut row = Row::of("postgres", stops, &seen, &found);
    backs.sort();
    let at = |n: usize| backs.get(n).copied().unwrap_or_default();
    let last = at(backs.len().saturating_sub(1));
    row.tell(format!(
        "first write after PostgreSQL answers: median {:.0} ms, at the latest {:.0} ms; the server was never restarted",
        at(backs.len() / 2).as_secs_f64() * 1e3,
        last.as_secs_f64() * 1e3
    ));
    row.demand(last <= BACK, format!("writes were acknowledged {:.1} s after PostgreSQL answered", last.as_secs_f64()));
    row.demand(row.unknown == 0, "writes were given up");
    database.drop().await?;
    Ok(row)
}
