//! The program under test, as a process of its own.

use anyhow::{Context as _, Result, bail};
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long it may take until it is ready, and until it has stopped.
const PATIENCE: Duration = Duration::from_secs(60);
/// The last lines of its log that are kept.
const LINES: usize = 60;

/// How to start the program.
#[derive(Debug, Clone)]
pub struct Program {
    /// The binary.
    pub path: PathBuf,
    /// The database it is given.
    pub database: String,
    /// The port it listens on: the same after every restart.
    pub port: u16,
    /// What stands in its environment beside the usual.
    pub environment: Vec<(String, String)>,
}

impl Program {
    /// On a database, at a port that is free now.
    ///
    /// # Errors
    /// Where no port is free.
    pub fn on(path: &Path, database: &str) -> Result<Self> {
        let port = free_port()?;
        Ok(Self { path: path.to_owned(), database: database.to_owned(), port, environment: Vec::new() })
    }

    /// With a variable in its environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The command that serves.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(["serve", "--database", &self.database, "--port", &self.port.to_string()]);
        command.arg("--data").arg(data(&self.database));
        if token().is_none() {
            command.arg("--open");
        }
        for name in ["WATERCOURSE_URL", "WATERCOURSE_PORT", "WATERCOURSE_DATA", "WATERCOURSE_DATABASE", "RUST_LOG"] {
            command.env_remove(name);
        }
        command.env("RUST_LOG", "error").envs(self.environment.iter().map(|(n, v)| (n, v)));
        command
    }

    /// Starts it and waits until it says that it is ready.
    ///
    /// # Errors
    /// Where it ends before that, with what it said.
    pub fn start(&self) -> Result<Running> {
        let begun = Instant::now();
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {}", self.path.display()))?;
        let stderr = child.stderr.take().context("its standard error")?;
        let said = Arc::new(Mutex::new(VecDeque::new()));
        let (ready, told) = channel();
        thread::spawn({
            let said = Arc::clone(&said);
            move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    if line.starts_with("Ready") {
                        let _ = ready.send(());
                    }
                    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                    if said.len() >= LINES {
                        said.pop_front();
                    }
                    said.push_back(line);
                }
            }
        });
        let mut running = Running { child, said, ready_after: Duration::ZERO };
        if told.recv_timeout(PATIENCE).is_err() {
            drop(running.child.kill());
            bail!("the program was not ready; it said:\n{}", running.said());
        }
        running.ready_after = begun.elapsed();
        Ok(running)
    }
}

/// The folder a server on this database keeps its other files in: two on one database share it.
#[must_use]
pub fn data(database: &str) -> PathBuf {
    match database.rsplit_once('/') {
        Some((_, name)) if database.starts_with("postgres") => std::env::temp_dir().join(format!("watercourse-{name}")),
        Some((folder, _)) => PathBuf::from(folder),
        None => PathBuf::from("."),
    }
}

/// A port nobody listens on now.
///
/// # Errors
/// Where none is free.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The token the client signs in with, where the server wants one.
#[must_use]
pub fn token() -> Option<String> {
    std::env::var("WATERCOURSE_TOKEN").ok().filter(|t| !t.is_empty())
}

/// A program that runs; killed by its own id when it is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    said: Arc<Mutex<VecDeque<String>>>,
    /// How long it took from the start until it said that it is ready.
    pub ready_after: Duration,
}

impl Running {
    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The last lines it said.
    #[must_use]
    pub fn said(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// Kills it at once: SIGKILL.
    ///
    /// # Errors
    /// Where it cannot be killed.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends it a signal by name.
    ///
    /// # Errors
    /// Where that fails.
    pub fn signal(&self, name: &str) -> Result<()> {
        signal(self.id(), name)
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Where it does not end in time.
    pub fn ended(&mut self, within: Duration) -> Result<ExitStatus> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if begun.elapsed() > within {
                bail!("the program still runs after {within:?}; it said:\n{}", self.said());
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks it to stop, as service managers do, and waits for it.
    ///
    /// # Errors
    /// Where it does not stop in time.
    pub fn stop(mut self) -> Result<ExitStatus> {
        self.signal("TERM")?;
        self.ended(PATIENCE)
    }

    /// Its resident memory, in bytes.
    #[must_use]
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) * 1024
    }

    /// The CPU time it used, in seconds.
    #[must_use]
    pub fn cpu_seconds(&self) -> f64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.id())).into_iter().flatten().flatten();
        let nanos = tasks.filter_map(|task| {
            let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        });
        nanos.sum::<u64>() as f64 / 1e9
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends a signal to one process.
pub(crate) fn signal(id: u32, name: &str) -> Result<()> {
    run(Command::new("kill").args([&format!("-{name}"), &id.to_string()])).map(drop)
}

/// Runs a command to its end; its standard output.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
