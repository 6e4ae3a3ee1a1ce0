//! A client that costs little beside the server it asks: one socket, one request after the other, on a thread of its
//! own. It understands what our server answers: HTTP/1.1 with a length.

use crate::program::token;
use anyhow::{Context as _, Result, bail, ensure};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to a server.
#[derive(Debug)]
pub struct Lean {
    host: String,
    token: Option<String>,
    stream: BufReader<TcpStream>,
}

impl Lean {
    /// Connects to `http://HOST:PORT`.
    ///
    /// # Errors
    /// Where nobody listens.
    pub fn to(base: &str) -> Result<Self> {
        let host = base.strip_prefix("http://").context("an address such as http://127.0.0.1:8080")?.to_owned();
        let stream = TcpStream::connect(&host)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { host, token: token(), stream: BufReader::new(stream) })
    }

    /// Asks for a path; status and body.
    ///
    /// # Errors
    /// Where the answer breaks off, or is none that is understood.
    pub fn get(&mut self, path: &str) -> Result<(u16, Vec<u8>)> {
        self.ask("GET", path, "", "")
    }

    /// Sends JSON with a key; status and body.
    ///
    /// # Errors
    /// As [`Lean::get`].
    pub fn post(&mut self, path: &str, key: &str, body: &str) -> Result<(u16, Vec<u8>)> {
        let headers =
            format!("content-type: application/json\r\nidempotency-key: {key}\r\ncontent-length: {}\r\n", body.len());
        self.ask("POST", path, &headers, body)
    }

    fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<(u16, Vec<u8>)> {
        let signed = self.token.as_ref().map(|t| format!("authorization: Bearer {t}\r\n")).unwrap_or_default();
        let request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n{signed}{headers}\r\n{body}", self.host);
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status =
            line.split(' ').nth(1).and_then(|s| s.parse().ok()).with_context(|| format!("a status in “{line}”"))?;
        let mut length = None;
        loop {
            line.clear();
            ensure!(self.stream.read_line(&mut line)? > 0, "the answer broke off");
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = Some(value.trim().parse()?);
            }
        }
        let Some(length) = length else { bail!("an answer without a length") };
        let mut found = vec![0; length];
        self.stream.read_exact(&mut found)?;
        Ok((status, found))
    }
}
