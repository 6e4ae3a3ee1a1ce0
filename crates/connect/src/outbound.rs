//! The one client for everything that is asked outside at somebody's word: it goes to public addresses only.
//!
//! It looks names up itself, checks every address it is given and connects to one that was checked, so a name
//! that means something else a moment later leads nowhere. It follows no redirect and knows no proxy.

use crate::address::Permitted;
use crate::network::{Machine, Network};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

/// How long it may take until the connection stands.
const CONNECT: Duration = Duration::from_secs(3);
/// How long all of it may take.
const TOTAL: Duration = Duration::from_secs(10);
/// The most bytes of an answer that are read.
pub const LARGEST_ANSWER: usize = 64 * 1024;
/// The longest address that is taken.
const LONGEST_URL: usize = 2000;

/// Why something outside was not asked, or did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    /// The address cannot be asked at all.
    #[error("“{shown}” is no address that can be asked: {wrong}.")]
    Url {
        /// The address, cut short.
        shown: String,
        /// What is wrong with it.
        wrong: &'static str,
    },
    /// It leads to where nobody outside may lead us.
    #[error(
        "{host} leads to {address}, which is {what}. Only public addresses are asked, and those an administrator permits."
    )]
    Closed {
        /// The host as it was named.
        host: String,
        /// The address.
        address: IpAddr,
        /// What the address belongs to.
        what: &'static str,
    },
    /// The name is not known.
    #[error("The name {0} leads nowhere.")]
    Unknown(String),
    /// No connection came about, or it broke off.
    #[error("{0}")]
    Broken(String),
    /// It took too long.
    #[error("There was no answer in time: {} s until the connection stands and {} s for everything is the most.", CONNECT.as_secs(), TOTAL.as_secs())]
    Slow,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The media type, as it was given.
    pub media: Option<String>,
    /// The body, as far as it was read.
    pub body: Vec<u8>,
    /// Whether there was more of it.
    pub cut: bool,
}

/// The client. Cloning is cheap.
#[derive(Clone)]
pub struct Client {
    network: Arc<dyn Network>,
    permitted: Arc<Permitted>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("permitted", &self.permitted).finish_non_exhaustive()
    }
}

/// The roots this machine trusts, and ring for everything else.
static TLS: LazyLock<Result<Arc<ClientConfig>, String>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("This machine trusts no certificates: install its ca-certificates.".to_owned());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
});

impl Client {
    /// One that asks public addresses, and what is permitted beside them.
    #[must_use]
    pub fn new(permitted: Permitted) -> Self {
        Self::over(Arc::new(Machine), permitted)
    }
    /// As [`Client::new`], over another network.
    #[must_use]
    pub fn over(network: Arc<dyn Network>, permitted: Permitted) -> Self {
        Self { network, permitted: Arc::new(permitted) }
    }
    /// Checks all of an address that can be checked without asking anybody.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, url: &str) -> Result<(), NotAsked> {
        let url = read(url)?;
        match literal(&url) {
            Some(address) => self.open(&host_of(&url), address),
            None => Ok(()),
        }
    }
    /// Sends a body and reads the answer. The whole takes 10 s at most.
    ///
    /// # Errors
    /// Where it may not be asked, or did not answer.
    pub async fn post(&self, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Answer, NotAsked> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        for (name, value) in headers {
            let off = |_| NotAsked::Broken(format!("The header {name} cannot be sent."));
            let value = HeaderValue::from_str(value).map_err(|_| off(()))?;
            request.headers_mut().insert(HeaderName::try_from(*name).map_err(|_| off(()))?, value);
        }
        self.ask(url, request).await
    }
    /// Sends a request, whose own address does not count, and reads the answer. The whole takes 10 s at most.
    ///
    /// # Errors
    /// Where it may not be asked, or did not answer.
    pub async fn ask(&self, url: &str, request: Request<Vec<u8>>) -> Result<Answer, NotAsked> {
        let url = read(url)?;
        let request = addressed(&url, request)?;
        let end = Instant::now() + TOTAL;
        timeout_at(end, self.sent(&url, request)).await.map_err(|_| NotAsked::Slow)?
    }

    async fn sent(&self, url: &Url, request: Request<Full<Bytes>>) -> Result<Answer, NotAsked> {
        let stream = timeout(CONNECT, self.connected(url)).await.map_err(|_| NotAsked::Slow)??;
        if url.scheme() == "http" {
            return exchange(stream, request).await;
        }
        let config = TLS.as_ref().map_err(|e| NotAsked::Broken(e.clone()))?;
        let host = host_of(url);
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| NotAsked::Unknown(host.clone()))?;
        let connected = TlsConnector::from(Arc::clone(config)).connect(name, stream);
        let secure = timeout(CONNECT, connected).await.map_err(|_| NotAsked::Slow)?;
        exchange(secure.map_err(|e| NotAsked::Broken(format!("{host} is not trusted: {e}.")))?, request).await
    }

    /// A connection to an address that was checked.
    async fn connected(&self, url: &Url) -> Result<tokio::net::TcpStream, NotAsked> {
        let host = host_of(url);
        let addresses = match literal(url) {
            Some(address) => vec![address],
            None => self.network.resolve(&host).await.map_err(|_| NotAsked::Unknown(host.clone()))?,
        };
        // All of them: one that leads astray makes the whole name untrustworthy.
        for address in &addresses {
            self.open(&host, *address)?;
        }
        let port = url.port_or_known_default().unwrap_or(443);
        let mut failed = NotAsked::Unknown(host.clone());
        for address in addresses {
            match self.network.connect(SocketAddr::new(address, port)).await {
                Ok(stream) => return Ok(stream),
                Err(e) => failed = NotAsked::Broken(format!("{host} took no connection: {e}.")),
            }
        }
        Err(failed)
    }

    fn open(&self, host: &str, address: IpAddr) -> Result<(), NotAsked> {
        let closed = |what| NotAsked::Closed { host: host.to_owned(), address, what };
        self.permitted.check(host, address).map_err(closed)
    }
}

/// Reads an address as browsers do, which brings every way to write an IPv4 address into one form.
fn read(text: &str) -> Result<Url, NotAsked> {
    let wrong = |wrong| NotAsked::Url { shown: text.chars().take(80).collect(), wrong };
    if text.len() > LONGEST_URL {
        return Err(wrong("it is longer than 2000 bytes"));
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(wrong("there are blanks or control characters in it"));
    }
    let url = Url::parse(text).map_err(|_| wrong("it does not read as https://host/path"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(wrong("it begins with neither https:// nor http://"));
    }
    if !url.username().is_empty() || url.password().is_some() || before_path(text).contains('@') {
        return Err(wrong("there is a name or password before the host"));
    }
    if url.host_str().is_none_or(str::is_empty) || url.port() == Some(0) {
        return Err(wrong("it names no host, or port 0"));
    }
    Ok(url)
}

/// What stands between the scheme and the path, as it was written.
fn before_path(text: &str) -> &str {
    let rest = text.split_once(':').map_or(text, |(_, rest)| rest).trim_start_matches(['/', '\\']);
    rest.split(['/', '\\', '?', '#']).next().unwrap_or_default()
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// The address, where the host is one and not a name.
fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
        Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
        Host::Domain(_) => None,
    }
}

/// The request as it goes to an address.
fn addressed(url: &Url, request: Request<Vec<u8>>) -> Result<Request<Full<Bytes>>, NotAsked> {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = match url.port() {
        Some(port) => format!("{}:{port}", host_of(url)),
        None => host_of(url),
    };
    let mut request = request.map(|body| Full::new(Bytes::from(body)));
    *request.uri_mut() = target.parse().map_err(|_| NotAsked::Broken(format!("“{target}” is no path to ask for.")))?;
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_str(&host).map_err(|_| NotAsked::Unknown(host))?);
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("Watercourse/", env!("CARGO_PKG_VERSION"))));
    Ok(request)
}

/// One request and its answer over a connection that is then given up.
async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answer, NotAsked>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let broken = |e: hyper::Error| NotAsked::Broken(format!("The answer broke off: {e}."));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let answered = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        answer(response).await.map_err(broken)
    };
    while_driven(answered, connection).await
}

/// Waits for the answer while the connection is kept going, on this task: when it is given up, all of it is.
async fn while_driven<T>(wanted: impl Future<Output = T>, connection: impl Future) -> T {
    let (wanted, connection) = (std::pin::pin!(wanted), std::pin::pin!(connection));
    match futures::future::select(wanted, connection).await {
        futures::future::Either::Left((done, _)) => done,
        // The connection ended; what it had to say was said.
        futures::future::Either::Right((_, wanted)) => wanted.await,
    }
}

async fn answer(mut response: Response<Incoming>) -> Result<Answer, hyper::Error> {
    let status = response.status().as_u16();
    let media = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let mut body = Vec::new();
    while let Some(frame) = response.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let room = LARGEST_ANSWER - body.len();
        body.extend_from_slice(data.get(..room.min(data.len())).unwrap_or_default());
        if data.len() > room {
            return Ok(Answer { status, media, body, cut: true });
        }
    }
    Ok(Answer { status, media, body, cut: false })
}
