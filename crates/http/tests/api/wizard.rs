//! Importing by steps, over HTTP: pages as a browser without scripts uses them, and the API.

use crate::server::{Reply, Server, encoded, on_both, on_both_guarded};
use serde_json::{Value, json};

const LOG: &str = "Ticket,Status,When,Group\n\
    A-1,New,05/02/2026 09:00,desk\nA-1,In progress,05/02/2026 11:00,ops\nA-1,Closed,06/02/2026 09:00,ops\n\
    A-2,New,07/02/2026 09:00,desk\nA-2,In progress,08/02/2026 09:00,ops\nA-2,On hold,09/02/2026 09:00,ops\n\
    ,New,07/02/2026 10:00,desk\nA-3,New,13/02/2026 10:00,desk\nA-3,Closed,14/02/2026 10:00,desk\n";

/// What must never stand in a page as it is.
const CROSS_SITE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' autofocus onfocus=alert(1) x='",
    "</textarea></select><svg/onload=alert(1)>",
    "{{7*7}}${7*7}",
    "javascript:alert(1)//",
    "<!--<script>",
    "]]><script>alert(1)</script>",
];

fn multipart(file: &str, text: &str) -> String {
    format!(
        "--wc\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file}\"\r\ncontent-type: text/csv\r\n\r\n{text}\r\n--wc--\r\n"
    )
}

impl Server {
    /// Sends a file as a form does.
    async fn bring(&self, path: &str, file: &str, text: &str) -> Reply {
        let request = self.as_program(reqwest::Method::POST, path).header("accept", "text/html");
        self.send(request.header("content-type", "multipart/form-data; boundary=wc").body(multipart(file, text))).await
    }
    /// Sends a form.
    async fn press(&self, path: &str, filled: &[(&str, &str)]) -> Reply {
        let body: Vec<String> = filled.iter().map(|(n, v)| format!("{n}={}", encoded(v))).collect();
        let request = self.as_program(reqwest::Method::POST, path).header("accept", "text/html");
        self.send(request.header("content-type", "application/x-www-form-urlencoded").body(body.join("&"))).await
    }
    async fn look(&self, path: &str) -> Reply {
        self.send(self.as_program(reqwest::Method::GET, path).header("accept", "text/html")).await
    }
    async fn run_import(&self) {
        let begun = self.app.take_import().await.unwrap().expect("an import is to run");
        self.app.run_import(begun).await.unwrap();
    }
}

/// Where an answer leads.
#[track_caller]
fn leads(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", reply.text);
    reply.headers["location"].to_str().unwrap().to_owned()
}

/// The value of an input or the selected value of a list of a page.
#[track_caller]
fn value(page: &str, name: &str) -> String {
    let at = page.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no input {name} in {page}"));
    let rest = &page[at..];
    let part = if page[..at].rfind("<select").is_some_and(|s| s > page[..at].rfind('>').unwrap_or(0)) {
        let list = &rest[..rest.find("</select>").unwrap()];
        let chosen = list.find(" selected").map(|s| &list[..s]).unwrap_or(list);
        &chosen[chosen.rfind("value=\"").unwrap()..]
    } else {
        &rest[rest.find("value=\"").unwrap()..]
    };
    part["value=\"".len()..].split('"').next().unwrap().to_owned()
}

async fn a_file_is_looked_at_tried_imported_and_undone(server: Server) {
    let empty = server.look("/imports").await;
    assert!(empty.text.contains("Nothing was imported yet"), "{}", empty.text);
    let page = leads(&server.bring("/imports", "C:\\exports\\Old desk.csv", LOG).await);
    let looked = server.look(&page).await;
    assert_eq!((looked.status, value(&looked.text, "case")), (200, "Ticket".to_owned()));
    for part in [
        "Old desk.csv",
        "9 rows read = 8 used + 0 merged + 0 skipped + 1 rejected.",
        "<code>05/02/2026 09:00</code> is <code>2026-02-05T09:00:00Z</code>",
        "Before you believe a figure",
        "Line 8: The case id",
    ] {
        assert!(looked.text.to_lowercase().contains(&part.to_lowercase()), "{part}: {}", looked.text);
    }
    assert_eq!(value(&looked.text, "order"), "day-first");
    let rejected = server.look(&format!("{page}/rejected.csv")).await;
    assert_eq!((rejected.status, rejected.text.lines().count()), (200, 2), "{}", rejected.text);
    // What is said is read at once, and stands in the mapping file.
    let seen = value(&looked.text, "seen");
    let said = [("seen", seen.as_str()), ("zone", "Europe/Brussels"), ("stream", "desk"), ("name", "The desk")];
    assert_eq!(leads(&server.press(&format!("{page}/look"), &said).await), page);
    let again = server.look(&page).await.text;
    assert!(again.contains("is <code>2026-02-05T08:00:00Z</code>"), "{again}");
    assert!(server.look(&format!("{page}/mapping.toml")).await.text.contains("zone = \"Europe/Brussels\""));
    let stale = server.press(&format!("{page}/look"), &said).await;
    assert!(stale.status == 422 && stale.text.contains("Somebody else changed"), "{}", stale.text);
    // The dry run leaves nothing.
    let before = server.get("/api/v1/streams").await.ok();
    leads(&server.press(&format!("{page}/try"), &[("stream", "desk"), ("name", "The desk")]).await);
    let tried = server.look(&page).await.text;
    assert!(tried.contains("It would bring 3 items with 8 events"), "{tried}");
    assert!(tried.contains("Lead time p50") && tried.contains("n = 2"), "{tried}");
    assert_eq!(server.get("/api/v1/streams").await.ok(), before);
    // The import does what the dry run said.
    leads(&server.press(&format!("{page}/begin"), &[("stream", "desk"), ("name", "The desk")]).await);
    let waiting = server.look(&page).await.text;
    assert!(waiting.contains("hx-trigger=\"every 1s\"") && waiting.contains("<progress"), "{waiting}");
    server.run_import().await;
    let done = server.look(&page).await.text;
    assert!(done.contains("It brought 3 items with 8 events") && done.contains("href=\"/streams/desk\""), "{done}");
    assert!(!done.contains("hx-trigger"), "it does not ask again");
    assert_eq!(server.look("/streams/desk").await.status, 200);
    assert_eq!(server.get("/api/v1/streams/desk").await.ok()["name"], "The desk");
    let listed = server.look("/imports").await.text;
    assert!(listed.contains("3 items, 8 events") && listed.contains(&format!("{page}/undo")), "{listed}");
    // Undone, nothing of it is left.
    leads(&server.press(&format!("{page}/undo"), &[]).await);
    assert!(server.look(&page).await.text.contains("This import was undone"));
    assert_eq!(server.get("/api/v1/streams").await.ok(), before);
    server.look("/streams/desk").await;
    assert!(server.press(&format!("{page}/undo"), &[]).await.text.contains("undone already"));
    assert_eq!(leads(&server.press(&format!("{page}/remove"), &[]).await), "/imports");
    assert_eq!(server.look(&page).await.status, 404);
    let trail = server.get("/api/v1/audit").await.ok().to_string();
    for action in ["log:brought", "log:imported", "import:undone"] {
        assert!(trail.contains(action), "{action}: {trail}");
    }
}

async fn a_kept_mapping_is_used_for_the_next_file(server: Server) {
    let page = leads(&server.bring("/imports", "a.csv", LOG).await);
    leads(&server.press(&format!("{page}/look"), &[("zone", "Asia/Tokyo"), ("stream", "a")]).await);
    leads(&server.press(&format!("{page}/keep"), &[("name", "Desk export")]).await);
    let next = leads(&server.bring("/imports", "b.csv", &LOG.replace("A-", "B-")).await);
    let looked = server.look(&next).await.text;
    assert!(looked.contains("as the kept mapping “Desk export” says"), "{looked}");
    assert_eq!(value(&looked, "zone"), "Asia/Tokyo");
    // A mapping file is sent and read.
    let text = "watercourse_mapping = 1\n[time]\nzone = \"America/New_York\"\n";
    leads(&server.bring(&format!("{next}/mapping"), "m.toml", text).await);
    assert_eq!(value(&server.look(&next).await.text, "zone"), "America/New_York");
    let bad = server.bring(&format!("{next}/mapping"), "m.toml", "colour = 1").await;
    assert!(bad.status == 422 && bad.text.contains("colour"), "{}", bad.text);
    leads(&server.press(&format!("{next}/use"), &[("name", "Desk export")]).await);
    assert_eq!(value(&server.look(&next).await.text, "zone"), "Asia/Tokyo");
    assert_eq!(server.press(&format!("{next}/use"), &[("name", "Nothing")]).await.status, 404);
    assert_eq!(server.press(&format!("{next}/keep"), &[("name", " ")]).await.status, 422);
}

async fn what_cannot_be_imported_is_said_plainly(server: Server) {
    for (text, part) in [
        ("", "nothing"),
        ("PK\u{3}\u{4}x", "zip"),
        ("<!DOCTYPE x [<!ENTITY a \"b\">]><log/>", "document type"),
        ("a\nb\n", "one column"),
    ] {
        let told = server.bring("/imports", "x.csv", text).await;
        assert!(
            told.status == 422 && told.text.contains("role=\"alert\"") && told.text.contains(part),
            "{text:?}: {}",
            told.text
        );
    }
    let none = server.press("/imports", &[("file", "x")]).await;
    assert!(none.status == 422 && none.text.contains("This is no file"), "{}", none.text);
    let other = server.look("/imports").await.text;
    assert!(other.contains("Nothing was imported yet"), "{other}");
    let page = leads(&server.bring("/imports", "desk.csv", LOG).await);
    for (inputs, part) in [
        (&[("case", "Nowhere")][..], "“Nowhere” is no column"),
        (&[("zone", "Mars/Olympus")], "Mars/Olympus"),
        (&[("stream", "No Id")], "no id of a stream"),
        (&[("state.0", "asleep")], "nothing a label can mean"),
        (&[("state.0", ""), ("activity.0", "sleeping")], "nothing a label can mean"),
    ] {
        let told = server.press(&format!("{page}/look"), inputs).await;
        assert!(told.status == 422 && told.text.contains(part), "{inputs:?}: {}", told.text);
    }
    let native = server.press(&format!("{page}/try"), &[("stream", "new-feature")]).await;
    assert!(native.status == 422 && native.text.contains("runs work"), "{}", native.text);
    for path in ["/imports/x", "/imports/01900000-0000-7000-8000-000000000000"] {
        assert_eq!(server.look(path).await.status, 404);
        assert_eq!(server.press(&format!("{path}/undo"), &[]).await.status, 404);
    }
    assert_eq!(server.press(&format!("{page}/dance"), &[]).await.status, 404);
    let told = server.press(&format!("{page}/undo"), &[]).await;
    assert!(told.status == 422 && told.text.contains("brought nothing"), "{}", told.text);
}

async fn nothing_of_a_file_is_taken_for_markup(server: Server) {
    for (n, bad) in CROSS_SITE.iter().enumerate() {
        let cell = format!("\"{}\"", bad.replace('"', "\"\""));
        let log = format!(
            "case,activity,time,{cell}\n1,{cell},2026-01-05T09:00:00Z,{cell}\n1,Done,2026-01-06T09:00:00Z,{cell}\n\
             2,{cell},2026-01-05T10:00:00Z,{cell}\n2,Done,2026-01-07T09:00:00Z,{cell}\n,{cell},{cell},{cell}\n3,{cell},{cell},x\n"
        );
        let file = bad.replace('"', "").replace('/', "-");
        let page = leads(&server.bring("/imports", &file, &log).await);
        leads(&server.press(&format!("{page}/keep"), &[("name", bad.get(..40).unwrap_or(bad))]).await);
        leads(&server.press(&format!("{page}/try"), &[("stream", &format!("x-{n}")), ("name", bad)]).await);
        let refused = server.press(&format!("{page}/look"), &[("case", bad), ("zone", bad), ("name", bad)]).await;
        let mut pages = vec![server.look(&page).await.text, refused.text];
        leads(&server.press(&format!("{page}/begin"), &[("stream", &format!("x-{n}")), ("name", bad)]).await);
        server.run_import().await;
        for path in [&page, "/imports", &format!("/streams/x-{n}")] {
            pages.push(server.look(path).await.text);
        }
        for page in pages {
            for mark in ["<script>alert", "<img src=x", "<svg/onload", "<!--<script", "onfocus=alert(1) x='"] {
                let found = page.find(mark).map(|at| &page[at.saturating_sub(60)..at + mark.len()]);
                assert!(found.is_none(), "{bad}: {found:?}");
            }
            assert!(!page.contains("49${7*7}") && !page.contains("href=\"javascript:"), "{bad}");
        }
    }
}

async fn the_api_tries_cancels_and_undoes(server: Server) {
    let path = "/api/v1/imports?stream=desk&name=desk.csv&done=Closed";
    let send = |path: String, key: &'static str| {
        server.send(server.request("POST", &path).header("idempotency-key", key).body(LOG.to_owned()))
    };
    let before = server.get("/api/v1/streams").await.ok();
    let tried = send(format!("{path}&dry_run=true"), "k0").await.ok();
    assert_eq!(server.get("/api/v1/streams").await.ok(), before);
    assert_eq!(server.get("/api/v1/imports").await.ok()["data"], json!([]));
    let imported = send(path.to_owned(), "k1").await.created();
    let mut same = imported.clone();
    same["import"] = Value::Null;
    assert_eq!(tried, same, "the dry run says what the import says");
    let id = imported["import"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/imports/{id}");
    let sent = server.get(&one).await.ok();
    assert_eq!((&sent["state"], &sent["outcome"]["items"]), (&json!("done"), &json!(3)), "{sent:#}");
    server.get(&format!("{one}/rejected")).await.problem(404, "not-found");
    // As a job.
    let job = send(format!("{path}&job=true"), "k2").await;
    assert_eq!((job.status, &job.body["state"]), (202, &json!("waiting")), "{}", job.text);
    let again = send(format!("{path}&job=true"), "k2").await;
    assert_eq!((again.headers["idempotency-replayed"].to_str().unwrap(), &again.body["id"]), ("true", &job.body["id"]));
    let second = format!("/api/v1/imports/{}", job.body["id"].as_str().unwrap());
    let cancelled = server.post(&format!("{second}/cancel"), json!({})).await.ok();
    assert_eq!(cancelled["state"], "cancelled");
    server.post(&format!("{second}/cancel"), json!({})).await.problem(422, "invalid");
    let job = send(format!("{path}&job=true"), "k3").await;
    let third = format!("/api/v1/imports/{}", job.body["id"].as_str().unwrap());
    server.run_import().await;
    let done = server.get(&third).await.ok();
    assert_eq!(
        (&done["state"], &done["version"], &done["outcome"]["replaces"]),
        (&json!("done"), &json!(2), &json!(1))
    );
    assert_eq!(done["outcome"]["rows"]["rejected"], 1);
    let rejected = server.get(&format!("{third}/rejected")).await;
    assert!(rejected.status == 200 && rejected.text.starts_with("line,reason,row\n8,"), "{}", rejected.text);
    // Undone in the order they came.
    let told = server.post(&format!("{one}/undo"), json!({})).await.problem(422, "invalid");
    assert!(told["detail"].as_str().unwrap().contains("imported over"), "{told}");
    let undo =
        |path: &str| server.send(server.request("POST", &format!("{path}/undo")).header("idempotency-key", "u1"));
    assert_eq!(undo(&third).await.ok()["state"], "undone");
    let again = undo(&third).await;
    assert_eq!(
        (again.headers["idempotency-replayed"].to_str().unwrap(), &again.body["state"]),
        ("true", &json!("undone"))
    );
    assert_eq!(server.get("/api/v1/streams/desk").await.ok()["version"], 1);
    server.post(&format!("{one}/undo"), json!({})).await.ok();
    assert_eq!(server.get("/api/v1/streams").await.ok(), before);
    send(format!("{path}&dry_run=perhaps"), "k4").await.problem(400, "malformed");
    send(format!("{path}&dry_run=true&job=true"), "k4").await.problem(400, "malformed");
    send("/api/v1/imports?stream=new-feature&job=true".to_owned(), "k4").await;
    server.run_import().await;
    let failed = server.get("/api/v1/imports").await.ok()["data"][0].clone();
    assert!(failed["state"] == "failed" && failed["wrong"].as_str().unwrap().contains("runs work"), "{failed:#}");
}

async fn only_who_may_publish_imports(server: Server) {
    let path = leads(&server.bring("/imports", "desk.csv", LOG).await);
    let token = server.token("ada", "ada", &[("agent", "all")]).await;
    let ask =
        |method: &str, path: String| server.request(method, &path).bearer_auth(&token).header("accept", "text/html");
    for page in ["/imports".to_owned(), path.clone(), format!("{path}/rejected.csv"), format!("{path}/mapping.toml")] {
        assert_eq!(server.send(ask("GET", page.clone())).await.status, 403, "{page}");
    }
    for what in ["look", "try", "begin", "cancel", "undo", "keep", "use", "remove"] {
        let form = ask("POST", format!("{path}/{what}")).header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(server.send(form.body("name=x")).await.status, 403, "{what}");
    }
    for to in ["/imports".to_owned(), format!("{path}/mapping")] {
        let form = ask("POST", to).header("content-type", "multipart/form-data; boundary=wc").body(multipart("a", LOG));
        assert_eq!(server.send(form).await.status, 403);
    }
    let navigation = server.send(ask("GET", "/work".to_owned())).await.text;
    assert!(!navigation.contains("href=\"/imports\""));
    assert!(server.look("/work").await.text.contains("href=\"/imports\""));
    assert_eq!(server.look(&path).await.status, 200, "nothing was done to it");
}

on_both!(
    a_file_is_looked_at_tried_imported_and_undone,
    a_kept_mapping_is_used_for_the_next_file,
    what_cannot_be_imported_is_said_plainly,
    nothing_of_a_file_is_taken_for_markup,
    the_api_tries_cancels_and_undoes,
);
on_both_guarded!(only_who_may_publish_imports);
