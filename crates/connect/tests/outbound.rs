//! Where the outbound client goes, and where it never does: not one packet to an address that is denied.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use futures::future::BoxFuture;
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use watercourse_connect::address::Permitted;
use watercourse_connect::network::{Machine, Network};
use watercourse_connect::outbound::{Client, LARGEST_ANSWER, NotAsked};

/// A network whose names mean what the test says, one answer after the other, and that writes down where somebody
/// wanted to go. Connections to loopback are real, all others fail.
#[derive(Default)]
struct Scripted {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    connected: Mutex<Vec<SocketAddr>>,
}

impl Scripted {
    fn saying(answers: &[&[&str]]) -> Arc<Self> {
        let answers = answers.iter().map(|a| a.iter().map(|ip| ip.parse().unwrap()).collect()).collect();
        Arc::new(Self { answers: Mutex::new(answers), connected: Mutex::default() })
    }
    fn connected(&self) -> Vec<SocketAddr> {
        self.connected.lock().unwrap().clone()
    }
}

impl Network for Scripted {
    fn resolve<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("no such name")) })
    }
    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.connected.lock().unwrap().push(address);
        Box::pin(async move {
            if address.ip().is_loopback() { Machine.connect(address).await } else { Err(io::Error::other("far away")) }
        })
    }
}

const DENIED_V4: &[[u8; 4]] = &[
    [0, 0, 0, 0],
    [0, 1, 2, 3],
    [10, 0, 0, 1],
    [10, 255, 255, 254],
    [100, 64, 0, 1],
    [100, 100, 100, 200],
    [127, 0, 0, 1],
    [127, 255, 255, 254],
    [168, 63, 129, 16],
    [169, 254, 169, 254],
    [169, 254, 170, 2],
    [172, 16, 0, 1],
    [172, 31, 255, 254],
    [192, 0, 0, 192],
    [192, 0, 2, 1],
    [192, 88, 99, 1],
    [192, 168, 0, 1],
    [198, 18, 0, 1],
    [198, 19, 255, 254],
    [198, 51, 100, 7],
    [203, 0, 113, 7],
    [224, 0, 0, 1],
    [239, 255, 255, 255],
    [240, 0, 0, 1],
    [255, 255, 255, 255],
];

/// Every way to write an address that some program somewhere takes for it.
fn vectors() -> Vec<String> {
    let mut all = Vec::new();
    for [a, b, c, d] in DENIED_V4.iter().copied() {
        let whole = u32::from_be_bytes([a, b, c, d]);
        let dotted = Ipv4Addr::new(a, b, c, d);
        let (high, low) = (whole >> 16, whole & 0xffff);
        let hosts = [
            format!("{dotted}"),
            format!("{dotted}."),
            format!("{whole}"),
            format!("0x{whole:x}"),
            format!("0{whole:o}"),
            format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
            format!("{a}.{}", whole & 0x00ff_ffff),
            format!("{a}.{b}.{}", whole & 0xffff),
            format!("%{:02x}{}", dotted.to_string().as_bytes()[0], &dotted.to_string()[1..]),
            format!("[::ffff:{dotted}]"),
            format!("[::ffff:{high:x}:{low:x}]"),
            format!("[::{dotted}]"),
            format!("[64:ff9b::{dotted}]"),
            format!("[64:ff9b:1::{dotted}]"),
            format!("[2002:{high:x}:{low:x}::1]"),
            format!("[2001:0:{high:x}:{low:x}::1]"),
            format!("[2001::{:x}:{:x}]", !high & 0xffff, !low & 0xffff),
        ];
        all.extend(hosts.iter().map(|h| format!("http://{h}/")));
    }
    let v6 = [
        "::",
        "::1",
        "::2",
        "0:0:0:0:0:0:0:1",
        "fc00::1",
        "fd00::1",
        "fdff:ffff::1",
        "fd00:ec2::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "100::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2620:4f:8000::1",
        "3fff::1",
        "3fff:fff::1",
        "4000::1",
        "5f00::1",
        "e000::1",
    ];
    all.extend(v6.iter().map(|v| format!("https://[{v}]:8443/x")));
    // The dots and digits of other scripts are read as ours.
    all.extend(["http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/", "http://127.0.0.1/"].map(str::to_owned));
    all
}

#[tokio::test]
async fn no_address_in_any_spelling_leads_inside() {
    let vectors = vectors();
    assert!(vectors.len() >= 200, "{}", vectors.len());
    let network = Scripted::saying(&[]);
    let client = Client::over(network.clone(), Permitted::default());
    for url in &vectors {
        let posted = client.post(url, &[], Vec::new()).await;
        let refused = matches!(posted, Err(NotAsked::Closed { .. } | NotAsked::Url { .. }));
        assert!(refused, "{url}: {posted:?}");
        assert!(client.check(url).is_err(), "{url} is refused before anybody asks");
    }
    assert_eq!(network.connected(), [], "nobody was asked");
}

#[tokio::test]
async fn what_is_no_plain_web_address_is_refused() {
    let network = Scripted::saying(&[]);
    let client = Client::over(network.clone(), Permitted::default());
    for url in [
        "",
        "x",
        "/x",
        "//example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "dict://example.org",
        "javascript:alert(1)",
        "data:,x",
        "ws://example.org/",
        "http://",
        "http:///",
        "http://user@example.org/",
        "http://user:word@example.org/",
        "http://@example.org/",
        "http://:@example.org/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://exa mple.org/",
        " http://example.org/",
        "http://example.org/\r\nx: y",
        "http://exam\u{0}ple.org/",
        "http://[::1",
        "http://[::1%25lo]/",
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://0x7f.0.0.0x1ff/",
        "http://example.org@127.0.0.1/",
        "http://127.0.0.1\\@example.org/",
    ] {
        assert!(client.check(url).is_err(), "{url:?}");
        assert!(client.post(url, &[], Vec::new()).await.is_err(), "{url:?}");
    }
    assert!(client.check(&format!("https://example.org/{}", "x".repeat(2000))).is_err());
    assert_eq!(network.connected(), []);
    for url in [
        "https://example.org",
        "http://example.org:8080/a?b=c@d",
        "https://93.184.216.34/",
        "https://[2606:4700::1]/x@y",
    ] {
        assert!(client.check(url).is_ok(), "{url}");
    }
}

/// A listener that must never be asked.
async fn trap() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

async fn is_untouched(listener: TcpListener) -> bool {
    // Whoever came before this connection stands before it in the queue.
    let own = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (_, from) = listener.accept().await.unwrap();
    from == own.local_addr().unwrap()
}

#[tokio::test]
async fn a_name_that_changes_its_meaning_leads_nowhere() {
    let (listener, port) = trap().await;
    let network =
        Scripted::saying(&[&["93.184.216.34"], &["127.0.0.1"], &["93.184.216.34", "127.0.0.1"], &["::1"], &[]]);
    let client = Client::over(network.clone(), Permitted::default());
    let url = format!("http://rebind.example.org:{port}/");
    let first = client.post(&url, &[], Vec::new()).await;
    assert!(matches!(first, Err(NotAsked::Broken(_))), "{first:?}");
    assert_eq!(
        network.connected(),
        [SocketAddr::new("93.184.216.34".parse().unwrap(), port)],
        "the checked address, once"
    );
    for time in ["second", "mixed", "v6"] {
        let asked = client.post(&url, &[], Vec::new()).await;
        assert!(matches!(asked, Err(NotAsked::Closed { .. })), "{time}: {asked:?}");
    }
    assert!(client.post(&url, &[], Vec::new()).await.is_err(), "a name without addresses");
    assert_eq!(network.connected().len(), 1, "nothing more");
    assert!(is_untouched(listener).await);
}

#[tokio::test]
async fn names_of_this_machine_lead_nowhere_either() {
    let (listener, port) = trap().await;
    let client = Client::new(Permitted::default());
    for name in [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "ip6-localhost",
        "127.0.0.1",
        "0",
        "0.0.0.0",
        "[::]",
        "[::ffff:127.0.0.1]",
    ] {
        assert!(client.post(&format!("http://{name}:{port}/"), &[], Vec::new()).await.is_err(), "{name}");
    }
    assert!(is_untouched(listener).await);
}

/// Answers one request with these bytes; what was asked.
async fn answering(bytes: Vec<u8>) -> (String, tokio::task::JoinHandle<String>) {
    let (listener, port) = trap().await;
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4096];
        let read = stream.read(&mut asked).await.unwrap();
        // Whoever has heard enough may hang up.
        drop(stream.write_all(&bytes).await);
        String::from_utf8_lossy(&asked[..read]).into_owned()
    });
    (format!("http://127.0.0.1:{port}/a?b=c"), task)
}

fn permitted() -> Client {
    Client::new(Permitted::parse("127.0.0.1").unwrap())
}

#[tokio::test]
async fn what_is_permitted_is_asked_and_answers() {
    let (url, asked) = answering(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok".to_vec()).await;
    let answer = permitted().post(&url, &[("webhook-id", "fact-7")], b"{}".to_vec()).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice(), answer.cut), (201, &b"ok"[..], false));
    let asked = asked.await.unwrap();
    assert!(asked.starts_with("POST /a?b=c HTTP/1.1\r\n") && asked.contains("webhook-id: fact-7\r\n"), "{asked}");
    assert!(asked.contains("host: 127.0.0.1:") && asked.ends_with("\r\n\r\n{}"), "{asked}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let (inside, port) = trap().await;
    let (url, _asked) = answering(
        format!("HTTP/1.1 307 x\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\n\r\n").into_bytes(),
    )
    .await;
    assert_eq!(permitted().post(&url, &[], Vec::new()).await.unwrap().status, 307);
    assert!(is_untouched(inside).await);
}

#[tokio::test]
async fn a_long_answer_is_cut_and_a_broken_one_is_said() {
    let mut long = b"HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n".to_vec();
    long.resize(300_000, b'x');
    let (url, _asked) = answering(long).await;
    let answer = permitted().post(&url, &[], Vec::new()).await.unwrap();
    assert!(answer.cut && answer.body.len() == LARGEST_ANSWER);
    for bytes in [&b""[..], b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"] {
        let (url, _asked) = answering(bytes.to_vec()).await;
        let failed = permitted().post(&url, &[], Vec::new()).await;
        assert!(matches!(failed, Err(NotAsked::Broken(_))), "{failed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_given_up_after_ten_seconds() {
    let (listener, port) = trap().await;
    let held = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        std::future::pending::<()>().await;
        drop(stream);
    });
    let begun = tokio::time::Instant::now();
    let silent = permitted().post(&format!("http://127.0.0.1:{port}/"), &[], Vec::new()).await;
    assert_eq!(silent, Err(NotAsked::Slow));
    assert!(begun.elapsed().as_secs() <= 10);
    held.abort();
}
