//! Running the built program as people and scripts do.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// How long anything may take at most.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The program, knowing nothing of the settings around it.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watercourse"));
    for name in [
        "WATERCOURSE_URL",
        "WATERCOURSE_ACTOR",
        "WATERCOURSE_PORT",
        "WATERCOURSE_DATA",
        "WATERCOURSE_DATABASE",
        "WATERCOURSE_BACKUPS",
        "WATERCOURSE_HEADS",
        "WATERCOURSE_HEADS_EVERY",
        "WATERCOURSE_KEY",
        "RUST_LOG",
    ] {
        command.env_remove(name);
    }
    command
}

/// A committed fixture.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// What a run ended with.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

/// Runs the program to its end.
pub fn run(args: &[&str]) -> Ran {
    run_with(args, b"")
}

/// The same, with this on its standard input.
pub fn run_with(args: &[&str], input: &[u8]) -> Ran {
    let mut child =
        program().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that does not read its input closes it: no mistake.
    let writing = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A program that serves; ended by its own id when it is dropped.
pub struct Served {
    child: Option<Child>,
    lines: Receiver<String>,
    pub url: String,
}

impl Served {
    /// Begins, and waits for the line that tells the address.
    pub fn begin(args: &[&str]) -> Self {
        let mut child =
            program().args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut served = Self { child: Some(child), lines, url: String::new() };
        let mut seen = Vec::new();
        while served.url.is_empty() {
            let Ok(line) = served.lines.recv_timeout(PATIENCE) else { panic!("it is not ready: {seen:?}") };
            if let Some((_, rest)) = line.split_once("http://").filter(|_| line.starts_with("Ready")) {
                served.url = format!("http://{}", rest.split(' ').next().unwrap());
            }
            seen.push(line);
        }
        served
    }
    /// Asks it to stop as service managers do, and waits for its end.
    pub fn stop(mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let (sender, ended) = channel();
        thread::spawn(move || sender.send(child.wait()));
        ended.recv_timeout(PATIENCE).expect("it stops").unwrap()
    }
    /// Runs a command against it.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, b"")
    }
    pub fn run_with(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut all = args.to_vec();
        all.extend(["--url", &self.url]);
        run_with(&all, input)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}
