//! A PostgreSQL for the tests: the one that answers, else a private one that ends with the run.

use super::tools::{apt_install, find, is_root, run_quietly};
use anyhow::{Context as _, Result, bail};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Names the server the store's tests use.
pub const VARIABLE: &str = "WATERCOURSE_TEST_POSTGRES";
const USUAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";
const PATIENCE: Duration = Duration::from_secs(30);

/// A server the tests may use; a private one is stopped and removed when this is dropped.
pub struct Postgres {
    pub url: String,
    private: Option<Private>,
}

struct Private {
    server: Child,
    folder: PathBuf,
}

impl Postgres {
    pub fn ready(private: bool) -> Result<Self> {
        let named = std::env::var(VARIABLE).ok().filter(|v| !v.is_empty());
        if let Some(url) = &named
            && !answers(url)
        {
            bail!("{VARIABLE} names a server that does not answer: {}", without_password(url));
        }
        let url = named.unwrap_or_else(|| USUAL.to_owned());
        if !private && answers(&url) {
            println!("    PostgreSQL: {}", without_password(&url));
            return Ok(Self { url, private: None });
        }
        let programs = match programs() {
            Some(programs) => programs,
            None if apt_install("postgresql")? => {
                programs().context("apt-get installed postgresql, but initdb is nowhere")?
            }
            None => bail!(
                "PostgreSQL is missing: install it (initdb and postgres on the PATH), set {VARIABLE}, or leave it out with --no-postgres"
            ),
        };
        Private::start(&programs)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        // The first line of postmaster.pid is the server's own id, also where a wrapper started it.
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        let server = file.lines().next().map_or_else(|| self.server.id().to_string(), str::to_owned);
        let _ = run_quietly(Command::new("kill").args(["-INT", &server]));
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Private {
    fn start(programs: &Path) -> Result<Postgres> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = std::env::temp_dir().join(format!("watercourse-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let user = if is_root() { Some(unprivileged()?) } else { None };
        if let Some(user) = user {
            run_quietly(Command::new("chown").arg(user).arg(&folder))?;
        }
        let data = folder.join("data");
        let mut initdb = as_user(user, &programs.join("initdb"));
        initdb
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data);
        run_quietly(initdb.current_dir(&folder))?;

        let log = std::fs::File::create(folder.join("log"))?;
        let mut server = as_user(user, &programs.join("postgres"));
        server.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        // Test data may be lost in a power cut.
        server.args(["-c", "fsync=off", "-c", "max_connections=200"]);
        server.current_dir(&folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let server = server.spawn().context("cannot start postgres")?;
        let mut private = Self { server, folder };

        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let begun = Instant::now();
        while !answers(&url) {
            let ended = private.server.try_wait()?;
            if ended.is_some() || begun.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(private.folder.join("log")).unwrap_or_default();
                bail!("the private PostgreSQL did not come up; it said:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        println!("    PostgreSQL: a private one on port {port}");
        Ok(Postgres { url, private: Some(private) })
    }
}

impl Postgres {
    /// Whether it was started for this run.
    pub const fn is_private(&self) -> bool {
        self.private.is_some()
    }
}

/// The folder that holds both initdb and postgres. Distributions keep them off the PATH.
fn programs() -> Option<PathBuf> {
    let mut folders = vec![PathBuf::from("/usr/local/pgsql/bin"), PathBuf::from("/usr/pgsql/bin")];
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|v| v.path().join("bin")));
    folders.sort();
    folders.reverse();
    let both = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let on_path = find(&["postgres"], &[]).and_then(|p| std::fs::canonicalize(p).ok());
    let on_path = on_path.and_then(|p| p.parent().map(Path::to_path_buf));
    folders.into_iter().chain(on_path).find(both)
}

/// A user other than root, as which PostgreSQL agrees to run.
fn unprivileged() -> Result<&'static str> {
    let known = |user: &&str| run_quietly(Command::new("id").args(["-u", user])).is_ok();
    let user = ["postgres", "nobody"].into_iter().find(known);
    user.context("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

fn as_user(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else { return Command::new(program) };
    if let Some(setpriv) = find(&["setpriv"], &[]) {
        let mut command = Command::new(setpriv);
        let group = run_quietly(Command::new("id").args(["-g", user])).unwrap_or_default();
        let (user, group) = (format!("--reuid={user}"), format!("--regid={}", group.trim()));
        // The server ends with us, also where we are killed.
        command.args([&user, &group, "--init-groups", "--pdeathsig=INT", "--"]).arg(program);
        return command;
    }
    let mut command = Command::new("su");
    command.args([user, "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\""]).arg(program).arg("--");
    command
}

fn without_password(url: &str) -> String {
    match Address::parse(url) {
        Some(a) => format!("postgres://{}@{}/{}", a.user, a.host, a.database),
        None => "(not a postgres:// address)".to_owned(),
    }
}

/// The parts of `postgres://user:password@host:port/database` we need.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    user: String,
    password: bool,
    host: String,
    database: String,
}

impl Address {
    fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"))?;
        let (who, place) = rest.rsplit_once('@').unwrap_or(("postgres", rest));
        let (host, database) = place.split_once('/').unwrap_or((place, "postgres"));
        let database = database.split('?').next().unwrap_or_default().to_owned();
        let (user, password) = who.split_once(':').map_or((who, false), |(user, _)| (user, true));
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
        Some(Self { user: user.to_owned(), password, host, database })
    }
}

/// Whether a server lets us in, asked with the first message of its protocol.
fn answers(url: &str) -> bool {
    ask(url).unwrap_or(false)
}

fn ask(url: &str) -> Result<bool> {
    let address = Address::parse(url).context("not a postgres:// address")?;
    let place = address.host.to_socket_addrs()?.next().context("no such host")?;
    let mut stream = TcpStream::connect_timeout(&place, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut body = 196_608_u32.to_be_bytes().to_vec();
    for word in ["user", &address.user, "database", &address.database] {
        body.extend_from_slice(word.as_bytes());
        body.push(0);
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4)?;
    stream.write_all(&[&length.to_be_bytes()[..], &body].concat())?;
    // 'R', four bytes of length, four of what it asks for: 0 lets us in, the others want a password.
    let mut reply = [0_u8; 9];
    stream.read_exact(&mut reply)?;
    let wants = u32::from_be_bytes([reply[5], reply[6], reply[7], reply[8]]);
    Ok(reply[0] == b'R' && (wants == 0 || address.password))
}

#[cfg(test)]
mod tests {
    use super::{Address, answers, without_password};

    #[test]
    fn an_address_is_taken_apart_and_shown_without_its_password() {
        let parts = Address { user: "u".into(), password: true, host: "h:1".into(), database: "d".into() };
        assert_eq!(Address::parse("postgres://u:secret@h:1/d?x=y"), Some(parts));
        assert_eq!(without_password("postgresql://u:secret@h/d"), "postgres://u@h:5432/d");
        assert_eq!(Address::parse("mysql://u@h/d"), None);
    }

    #[test]
    fn a_port_nobody_listens_on_does_not_answer() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr());
        let port = free.map(|a| a.port()).unwrap_or(1);
        assert!(!answers(&format!("postgres://postgres@127.0.0.1:{port}/postgres")));
    }
}
