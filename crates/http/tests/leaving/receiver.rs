//! A receiver on loopback that does what the test says, and writes down what it was sent.

use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

/// How it behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Answers with this status.
    Status(u16),
    /// Sends on to this address.
    Redirect(String),
    /// Hangs up in the middle of the answer.
    Half,
    /// Takes the message and says nothing until it is let go on.
    Hold,
}

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Got {
    pub headers: HashMap<String, String>,
    pub bytes: Vec<u8>,
    pub event: Value,
}

impl Got {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }
}

#[derive(Clone)]
pub struct Scripted {
    pub url: String,
    mode: Arc<Mutex<Mode>>,
    got: Arc<Mutex<Vec<Got>>>,
    count: watch::Receiver<usize>,
    go_on: Arc<Notify>,
}

impl Scripted {
    pub async fn new(mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (tell, count) = watch::channel(0);
        let tell = Arc::new(tell);
        let new =
            Self { url, mode: Arc::new(Mutex::new(mode)), got: Arc::default(), count, go_on: Arc::new(Notify::new()) };
        let serving = new.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (one, tell) = (serving.clone(), Arc::clone(&tell));
                tokio::spawn(async move { one.serve(stream, &tell).await });
            }
        });
        new
    }
    pub fn now(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
        self.go_on.notify_waiters();
    }
    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
    pub fn ids(&self) -> Vec<String> {
        self.got().iter().map(|g| g.id().to_owned()).collect()
    }
    /// Waits until so many messages came.
    pub async fn until(&self, messages: usize) {
        let mut count = self.count.clone();
        let came = tokio::time::timeout(std::time::Duration::from_secs(60), count.wait_for(|n| *n >= messages)).await;
        assert!(came.is_ok(), "only {} of {messages} messages came", self.got().len());
    }
    async fn serve(&self, stream: TcpStream, tell: &watch::Sender<usize>) -> Option<()> {
        let mut stream = BufReader::new(stream);
        let mut headers = HashMap::new();
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        loop {
            line.clear();
            stream.read_line(&mut line).await.ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        let mut bytes = vec![0; headers.get("content-length")?.parse().ok()?];
        stream.read_exact(&mut bytes).await.ok()?;
        let event = serde_json::from_slice(&bytes).ok()?;
        let held = self.go_on.notified();
        tokio::pin!(held);
        held.as_mut().enable();
        self.got.lock().unwrap().push(Got { headers, bytes, event });
        tell.send_modify(|n| *n += 1);
        let mode = self.mode.lock().unwrap().clone();
        let answer = match mode {
            Mode::Status(status) => format!("HTTP/1.1 {status} x\r\ncontent-length: 4\r\n\r\nsaid"),
            Mode::Redirect(to) => format!("HTTP/1.1 307 x\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"),
            Mode::Half => "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal".to_owned(),
            Mode::Hold => {
                held.await;
                "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()
            }
        };
        stream.write_all(answer.as_bytes()).await.ok()
    }
}
