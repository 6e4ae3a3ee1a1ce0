//! A server of its own for a test: on a free port of the loopback interface, over a database of its own.

use crate::contract::Contract;
use crate::probes::Probe;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::Connection as _;
use std::any::Any;
use watercourse_app::{Access, AccountSort, App, Clock, Context, NewAccount, NewItem, NewPerson, NewToken, Spool};
use watercourse_core::actor::Actor;
use watercourse_core::time::Instant;
use watercourse_http::{Door, Settings, router, serve};
use watercourse_store::Store;

/// Declares story tests that run on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                super::$name(crate::server::Server::sqlite().await).await;
            }
            #[tokio::test]
            async fn on_postgres() {
                super::$name(crate::server::Server::postgres().await).await;
            }
        }
    )+};
}
pub(crate) use on_both;

/// The same, where one signs in.
macro_rules! on_both_guarded {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                super::$name(crate::server::Server::guarded(false).await).await;
            }
            #[tokio::test]
            async fn on_postgres() {
                super::$name(crate::server::Server::guarded(true).await).await;
            }
        }
    )+};
}
pub(crate) use on_both_guarded;

pub struct Server {
    pub app: App,
    /// The token of an administrator, where one signs in.
    pub admin: String,
    address: String,
    base: String,
    client: Client,
    contract: Contract,
    _keep: Box<dyn Any + Send>,
}

/// What was answered.
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    /// As JSON; null where it is none.
    pub body: Value,
}

impl Reply {
    #[track_caller]
    fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }
    /// It went well.
    #[track_caller]
    pub fn ok(self) -> Value {
        self.expect(200)
    }
    /// Something was made.
    #[track_caller]
    pub fn created(self) -> Value {
        self.expect(201)
    }
    /// It was refused, and this is how.
    #[track_caller]
    pub fn problem(self, status: u16, kind: &str) -> Value {
        assert_eq!(
            (self.status, &self.body["type"]),
            (status, &json!(format!("/docs/problems/{kind}"))),
            "{}",
            self.text
        );
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self.body
    }
}

/// A schema of its own in the PostgreSQL that tests use, dropped at the end.
struct Schema {
    name: String,
    address: String,
}

impl Schema {
    async fn new() -> Self {
        let address = std::env::var("WATERCOURSE_TEST_POSTGRES")
            .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
        let name = format!("api_{}", uuid::Uuid::now_v7().simple());
        say(&address, &format!("CREATE SCHEMA {name}")).await;
        Self { name, address }
    }
    fn database(&self) -> String {
        let sign = if self.address.contains('?') { '&' } else { '?' };
        format!("{}{sign}options[search_path]={}", self.address, self.name)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (address, sql) = (self.address.clone(), format!("DROP SCHEMA {} CASCADE", self.name));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(say(&address, &sql));
        });
        drop(dropping.join());
    }
}

async fn say(address: &str, sql: &str) {
    let mut connection =
        sqlx::PgConnection::connect(address).await.expect("PostgreSQL answers (WATERCOURSE_TEST_POSTGRES)");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
}

impl Server {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = folder.path().join("test.db").to_str().unwrap().to_owned();
        Self::start(&address, Box::new(folder)).await
    }
    pub async fn postgres() -> Self {
        let schema = Schema::new().await;
        let address = schema.database();
        Self::start(&address, Box::new(schema)).await
    }
    /// Where one signs in.
    pub async fn guarded(on_postgres: bool) -> Self {
        if on_postgres {
            let schema = Schema::new().await;
            let address = schema.database();
            return Self::begin(&address, Box::new(schema), Door::SignIn).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let address = folder.path().join("test.db").to_str().unwrap().to_owned();
        Self::begin(&address, Box::new(folder), Door::SignIn).await
    }
    async fn start(address: &str, keep: Box<dyn Any + Send>) -> Self {
        Self::begin(address, keep, Door::Open).await
    }
    /// Set in another way, on SQLite.
    pub async fn with(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = folder.path().join("test.db").to_str().unwrap().to_owned();
        Self::set(&address, Box::new(folder), settings).await
    }
    async fn begin(address: &str, keep: Box<dyn Any + Send>, door: Door) -> Self {
        Self::set(address, keep, Settings { door, ..Settings::default() }).await
    }
    async fn set(address: &str, keep: Box<dyn Any + Send>, settings: Settings) -> Self {
        let door = settings.door;
        // Where answers are compared to the letter, time stands still.
        let clock: Clock = match door {
            Door::Open => App::system_clock(),
            Door::SignIn => std::sync::Arc::new(|| Instant(1_795_424_400_000_000)),
        };
        let app = App::new(Store::open(address, clock().micros()).await.unwrap(), clock)
            .with_sender(watercourse_http::sender("127.0.0.1").unwrap());
        let spool = tempfile::tempdir().unwrap();
        let app = app.with_spool(Spool::open(spool.path()).unwrap());
        let keep: Box<dyn Any + Send> = Box::new((keep, spool));
        app.seed(&Context::of(Actor::Rule("seed".to_owned()))).await.unwrap();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let kept = app.clone();
        let router = router(app, settings);
        tokio::spawn(async move { serve(listener, router, std::future::pending()).await });
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let admin = match door {
            Door::Open => String::new(),
            Door::SignIn => token(&kept, None, "admin", &[("administrator", "all")]).await,
        };
        let described = client.get(format!("{base}/api/openapi.json")).bearer_auth(&admin);
        let document = described.send().await.unwrap().json().await.unwrap();
        Self {
            app: kept,
            admin,
            address: address.to_owned(),
            base,
            client,
            contract: Contract::new(document),
            _keep: keep,
        }
    }
    /// The token of somebody with roles: of a person, by handle.
    pub async fn token(&self, handle: &str, name: &str, roles: &[(&str, &str)]) -> String {
        token(&self.app, Some(handle), name, roles).await
    }
    /// A request of an administrator.
    pub fn as_program(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.admin)
    }
    pub async fn document(&self) -> Value {
        self.as_program(Method::GET, "/api/openapi.json").send().await.unwrap().json().await.unwrap()
    }
    /// Asks with a token; status and text.
    pub async fn probe(&self, token: &str, probe: &Probe) -> (u16, String) {
        let path = format!("{}{}", self.base, probe.path);
        let request = self.client.request(probe.method.clone(), path).bearer_auth(token);
        let request = match &probe.body {
            Some(body) => request.header("content-type", probe.media).body(body.clone()),
            None => request.header("accept", probe.media),
        };
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.base))
    }
    /// Sends without reading the body.
    pub async fn raw(&self, request: RequestBuilder) -> reqwest::Response {
        request.send().await.unwrap()
    }
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let request = request.build().unwrap();
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let response = self.client.execute(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let media = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
        self.contract.hold(&method, &path, status, media, (!body.is_null()).then_some(&body));
        Reply { status, headers, text, body }
    }
    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path)).await
    }
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request("POST", path).json(&body)).await
    }
    pub async fn item(&self, key: &str) -> Value {
        self.get(&format!("/api/v1/items/{key}")).await.ok()
    }
    /// Opens an item; its key.
    pub async fn open(&self, stream: &str, title: &str) -> String {
        let opened = self.post("/api/v1/items", json!({"stream": stream, "title": title})).await.created();
        opened["item"]["key"].as_str().unwrap().to_owned()
    }
    /// Opens an item by another program on the same database.
    pub async fn of_another_node(&self, stream: &str) {
        let store = Store::open(&self.address, App::system_clock()().micros()).await.unwrap();
        let other = App::new(store, App::system_clock());
        let new = NewItem { stream: stream.to_owned(), title: "From there".to_owned(), ..NewItem::default() };
        other.open(&Context::of(Actor::Rule("test".to_owned())), new).await.unwrap();
        other.store().close().await;
    }
    pub async fn act(&self, key: &str, verb: &str, body: Value) -> Reply {
        self.post(&format!("/api/v1/items/{key}/{verb}"), body).await
    }
}

/// The token of an account with roles; of a person, or of a service where nobody is named.
async fn token(app: &App, handle: Option<&str>, name: &str, roles: &[(&str, &str)]) -> String {
    let ctx = Context::of(Actor::Rule("test".to_owned()));
    let sort = if handle.is_some() { AccountSort::Person } else { AccountSort::Service };
    let new = NewAccount { name: name.to_owned(), sort, person: handle.map(str::to_owned), display: String::new() };
    if let Some(handle) = handle
        && app.person(&Access::of_the_program(), handle).await.is_err()
    {
        let new = NewPerson { handle: handle.to_owned(), name: handle.to_owned(), ..NewPerson::default() };
        app.put_person(&ctx, new).await.unwrap();
    }
    let account = app.add_account(&ctx, new).await.unwrap().0;
    let roles = roles.iter().map(|(role, scope)| ((*role).to_owned(), (*scope).to_owned())).collect();
    app.grant(&ctx, account.id, roles).await.unwrap();
    let new = NewToken { account: Some(name.to_owned()), name: "test".to_owned(), ..NewToken::default() };
    let own = Access::everything(Actor::Rule("test".to_owned()));
    app.make_token(&Context::by(std::sync::Arc::new(own)), new).await.unwrap().0
}

/// A piece of a path or query, percent-encoded.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b == b'-' { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
