//! Serving connections: how many, how long a head or an answer may take, and how it ends.

use axum::Router;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::Sleep;
use tower::ServiceExt as _;

/// The most connections at once; more wait to be accepted.
const MOST_CONNECTIONS: u32 = 2048;
/// How long the head of a request may take, and how long a connection may stand idle.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);
/// How long an answer may wait for its reader to take anything of it.
const READER_PATIENCE: Duration = Duration::from_secs(30);
/// The most bytes of the head of a request.
const MOST_HEAD: usize = 32 << 10;
/// The most headers of a request.
const MOST_HEADERS: usize = 100;

/// From where a request came, as the connection says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// Serves HTTP/1.1 until `stop` is there; then connections end after the request they are at.
///
/// # Errors
/// None so far: what a connection suffers ends that connection only.
pub async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) -> io::Result<()> {
    let permits = Arc::new(Semaphore::new(MOST_CONNECTIONS as usize));
    let (ending, ended) = tokio::sync::watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        match (permit, accepted) {
            (Ok(permit), Ok((stream, peer))) => {
                let (routes, ended) = (routes.clone(), ended.clone());
                tokio::spawn(async move {
                    one(stream, peer, routes, ended).await;
                    drop(permit);
                });
            }
            (_, Err(error)) => {
                // Often too many open files: others have to end first.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            (Err(_), _) => break,
        }
    }
    drop(listener);
    let _ = ending.send(true);
    // All permits are back when every connection has ended.
    drop(permits.acquire_many(MOST_CONNECTIONS).await);
    Ok(())
}

async fn one(stream: TcpStream, peer: SocketAddr, routes: Router, mut ended: tokio::sync::watch::Receiver<bool>) {
    // Answers are sent whole; waiting for more to send would only delay them.
    drop(stream.set_nodelay(true));
    let service = routes.map_request(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        request.map(axum::body::Body::new)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).max_buf_size(MOST_HEAD).max_headers(MOST_HEADERS);
    let io = TokioIo::new(Patient { stream, stalled: None });
    let mut connection = pin!(http.serve_connection(io, TowerToHyperService::new(service)));
    tokio::select! {
        result = connection.as_mut() => return told(result, peer),
        () = async { drop(ended.wait_for(|e| *e).await) } => {}
    }
    connection.as_mut().graceful_shutdown();
    told(connection.await, peer);
}

fn told(result: Result<(), hyper::Error>, peer: SocketAddr) {
    if let Err(error) = result {
        tracing::debug!(%error, %peer, "a connection broke off");
    }
}

/// A connection whose other end has to take what is written to it in time.
struct Patient {
    stream: TcpStream,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    fn judge<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled = None;
            return polled;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(READER_PATIENCE)));
        match stalled.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, polled)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.judge(cx, polled)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
