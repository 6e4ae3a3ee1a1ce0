//! A proxy between server and PostgreSQL that cuts a connection where it hurts most: after PostgreSQL has
//! committed and before its answer is passed on, or just before COMMIT is passed on.

use super::check::check;
use super::load::Load;
use super::postgres::Database;
use super::setting::{Row, Setting};
use crate::program::Program;
use anyhow::{Context as _, Result, ensure};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// The codes of first messages that ask for encryption; what follows is a first message again.
const ASKS: [u32; 2] = [80_877_103, 80_877_104];
/// The largest message that is passed on.
const LARGEST: usize = 64 << 20;

/// Where the next connection is cut that commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Nowhere.
    Nowhere,
    /// COMMIT is not passed on.
    Before,
    /// COMMIT is passed on and done, its answer is not.
    After,
}

/// What the connections share.
#[derive(Debug, Default)]
struct Plan {
    next: AtomicU8,
    done: AtomicU64,
}

impl Plan {
    /// Takes the cut that is planned: of all that commit at once, one gets it.
    fn take(&self) -> Cut {
        match self.next.swap(0, Ordering::SeqCst) {
            1 => Cut::Before,
            2 => Cut::After,
            _ => Cut::Nowhere,
        }
    }
}

/// A proxy that listens on loopback for as long as this is kept.
#[derive(Debug)]
pub struct Proxy {
    /// The port it listens on.
    pub port: u16,
    plan: Arc<Plan>,
    task: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// Before a server on a port of this machine.
    ///
    /// # Errors
    /// Where it cannot listen.
    pub async fn before(server: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let plan = Arc::new(Plan::default());
        let task = tokio::spawn({
            let plan = Arc::clone(&plan);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let plan = Arc::clone(&plan);
                    // Whichever side breaks off ends both.
                    tokio::spawn(async move { drop(connection(client, server, &plan).await) });
                }
            }
        });
        Ok(Self { port, plan, task })
    }

    /// Cuts the next connection that commits; waits until that happened.
    ///
    /// # Errors
    /// Where nothing commits.
    pub async fn cut(&self, cut: Cut) -> Result<()> {
        let (before, begun) = (self.plan.done.load(Ordering::SeqCst), Instant::now());
        self.plan.next.store(if cut == Cut::Before { 1 } else { 2 }, Ordering::SeqCst);
        while self.plan.done.load(Ordering::SeqCst) == before {
            ensure!(begun.elapsed() < Duration::from_secs(30), "nothing was committed in 30 s");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Passes on both ways until a side ends or the plan says so.
async fn connection(client: TcpStream, server: u16, plan: &Plan) -> Result<()> {
    let server = TcpStream::connect(("127.0.0.1", server)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, mut to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // The answer to a COMMIT that is to be lost: told here, waited for there.
    let (withhold, gone) = (AtomicU8::new(0), Notify::new());
    let up = passing_up(from_client, to_server, plan, &withhold);
    let down = passing_down(from_server, &mut to_client, &withhold, &gone);
    tokio::select! {
        result = up => result,
        result = down => result,
        () = gone.notified() => {
            plan.done.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    }
}

/// Client to server, message by message.
async fn passing_up(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, plan: &Plan, withhold: &AtomicU8) -> Result<()> {
    loop {
        let first = first_message(&mut from).await?;
        let code = first.get(4..8).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
        to.write_all(&first).await?;
        if !code.is_some_and(|c| ASKS.contains(&c)) {
            break;
        }
    }
    loop {
        let (kind, message) = message(&mut from).await?;
        if kind == b'Q' && is_commit(&message) {
            match plan.take() {
                Cut::Before => {
                    plan.done.fetch_add(1, Ordering::SeqCst);
                    return Ok(());
                }
                // Set before it is sent: the answer may be fast.
                Cut::After => withhold.store(1, Ordering::SeqCst),
                Cut::Nowhere => {}
            }
        }
        to.write_all(&message).await?;
    }
}

/// Server to client; once an answer is to be withheld, it is read to its end and dropped.
async fn passing_down(
    mut from: OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    withhold: &AtomicU8,
    gone: &Notify,
) -> Result<()> {
    let mut buffer = vec![0; 64 << 10];
    let mut held = Vec::new();
    loop {
        let read = from.read(&mut buffer).await?;
        ensure!(read > 0, "the server ended the connection");
        let bytes = buffer.get(..read).context("what was read")?;
        if withhold.load(Ordering::SeqCst) == 0 {
            to.write_all(bytes).await?;
            continue;
        }
        held.extend_from_slice(bytes);
        // CommandComplete and ReadyForQuery: it is committed, and the server says so to nobody.
        if held.ends_with(b"Z\0\0\0\x05I") {
            gone.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

fn is_commit(message: &[u8]) -> bool {
    let text = message.get(5..).unwrap_or_default();
    text.strip_suffix(b"\0").is_some_and(|t| t.trim_ascii().eq_ignore_ascii_case(b"COMMIT"))
}

/// A first message: its length, and what it says.
async fn first_message(from: &mut OwnedReadHalf) -> Result<Vec<u8>> {
    let mut head = [0; 4];
    from.read_exact(&mut head).await?;
    rest(from, head.to_vec(), head).await
}

/// Any later message: its kind, and all of it.
async fn message(from: &mut OwnedReadHalf) -> Result<(u8, Vec<u8>)> {
    let kind = from.read_u8().await?;
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let mut whole = vec![kind];
    whole.extend_from_slice(&length);
    Ok((kind, rest(from, whole, length).await?))
}

async fn rest(from: &mut OwnedReadHalf, mut whole: Vec<u8>, length: [u8; 4]) -> Result<Vec<u8>> {
    let length = usize::try_from(u32::from_be_bytes(length))?;
    ensure!((4..LARGEST).contains(&length), "a message of {length} bytes");
    let begin = whole.len();
    whole.resize(begin + length - 4, 0);
    from.read_exact(whole.get_mut(begin..).context("room")?).await?;
    Ok(whole)
}

/// R05: commits whose answer is lost, and commits that never arrive.
pub(crate) async fn cut(setting: &Setting) -> Result<Row> {
    let database = Database::fresh(setting.postgres.as_deref()).await?;
    let address: reqwest::Url = database.url.parse()?;
    let proxy = Proxy::before(address.port().unwrap_or(5432)).await?;
    let mut through = address.clone();
    let moved = through.set_port(Some(proxy.port));
    ensure!(moved.is_ok() && through.set_host(Some("127.0.0.1")).is_ok(), "an address with a port");
    let program = Program::on(&setting.program, through.as_str())?;
    let running = tokio::task::block_in_place(|| program.start())?;
    let load = Load::begin(vec![program.url()], 8).await?;
    let cuts = setting.pick(6, 200, 1000);
    for turn in 0..cuts {
        // Two of three after it: that is the hard one.
        proxy.cut(if turn % 3 == 2 { Cut::Before } else { Cut::After }).await?;
        load.more(3, Duration::from_secs(30)).await?;
    }
    let seen = load.end().await;
    tokio::task::block_in_place(|| running.stop())?;
    let found = check(&setting.program, &database.url, &seen).await?;
    let mut row = Row::of("commit", cuts, &seen, &found);
    row.demand(row.unknown == 0, "writes were given up");
    row.demand(seen.replayed > 0, "no answer was repeated: the cuts were not where they should be");
    database.drop().await?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::is_commit;

    #[test]
    fn a_commit_is_known_and_nothing_else() {
        assert!(is_commit(b"Q\0\0\0\x0bCOMMIT\0"));
        assert!(is_commit(b"Q\0\0\0\x0bcommit \0"));
        assert!(!is_commit(b"Q\0\0\0\x0bCOMMITTED\0"));
        assert!(!is_commit(b"Q\0\0\0\x0aBEGIN\0"));
    }
}
