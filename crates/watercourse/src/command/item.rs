//! `watercourse item`: one subcommand for each verb of the registry, and open, show, list.

use crate::arguments::Server;
use crate::client::Client;
use crate::exit::{Exit, usage};
use crate::screen;
use anyhow::Result;
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches as _};
use serde_json::{Map, Value, json};
use watercourse_core::verb::{Ask, REGISTRY, Scope, Spec};

/// Adds the subcommands.
pub(crate) fn describe(command: Command) -> Command {
    let key = || Arg::new("key").required(true).value_name("KEY").help("The item, such as INC-1042");
    let open = Command::new("open")
        .about("Opens an item in a stream")
        .arg(Arg::new("stream").required(true).value_name("STREAM"))
        .arg(Arg::new("title").required(true).value_name("TITLE"))
        .arg(Arg::new("description").long("description").value_name("WORDS"))
        .arg(Arg::new("start").long("start").value_name("STEP").help("The start step, where the stream has several"))
        .arg(Arg::new("field").long("field").value_name("NAME=VALUE").action(ArgAction::Append));
    let show = Command::new("show").about("Shows an item: where it stands, what can be done").arg(key());
    let list = Command::new("list")
        .about("Lists items by the filter language")
        .arg(Arg::new("query").value_name("QUERY").num_args(0..).help("Such as: stream:restore-service phase:waiting"))
        .arg(Arg::new("limit").long("limit").value_name("N").default_value("50"));
    let verbs = REGISTRY.iter().filter(|v| v.scope != Scope::Internal).map(|spec| verb(spec, key()));
    command.subcommand_required(true).subcommands([open, show, list].into_iter().chain(verbs).map(Server::augment_args))
}

fn verb(spec: &'static Spec, key: Arg) -> Command {
    let command = Command::new(spec.id).about(spec.about).arg(key);
    spec.args.iter().fold(command, |command, arg| {
        let described = Arg::new(arg.name).help(arg.about).required(arg.required);
        command.arg(match arg.ask {
            Ask::Step if arg.required => described.value_name("STEP"),
            Ask::Flag => described.long(arg.name).action(ArgAction::SetTrue).required(false),
            _ => described.long(arg.name).value_name(arg.name),
        })
    })
}

/// Does what was asked for.
pub(crate) async fn run(matches: &ArgMatches) -> Result<Exit> {
    let Some((name, args)) = matches.subcommand() else { return Err(usage("Say what to do: watercourse item --help")) };
    let server = Server::from_arg_matches(args)?;
    let client = Client::new(&server);
    let text = |name: &str| args.try_get_one::<String>(name).ok().flatten().cloned();
    let key = text("key").unwrap_or_default();
    let answer = match name {
        "open" => {
            let body = json!({
                "stream": text("stream"), "title": text("title"), "description": text("description").unwrap_or_default(),
                "start": text("start"), "fields": fields(args)?,
            });
            client.post("/api/v1/items", &body).await?
        }
        "show" => client.get(&format!("/api/v1/items/{}", encode(&key))).await?,
        "list" => {
            let words: Vec<String> = args.get_many::<String>("query").into_iter().flatten().cloned().collect();
            let limit = text("limit").unwrap_or_default();
            let path = format!("/api/v1/items?q={}&limit={}", encode(&words.join(" ")), encode(&limit));
            return list(&client.get(&path).await?.json()?, server.json);
        }
        verb => {
            let Some(spec) = REGISTRY.iter().find(|s| s.id == verb) else { return Err(usage(format!("There is no verb {verb}."))) };
            let body = body(&client, spec, args).await?;
            client.post(&format!("/api/v1/items/{}/{verb}", encode(&key)), &body).await?
        }
    };
    if server.json {
        screen::data(answer.body.trim());
    } else {
        show(&answer.json()?);
    }
    Ok(Exit::Done)
}

fn fields(args: &ArgMatches) -> Result<Value> {
    let mut fields = Map::new();
    for pair in args.get_many::<String>("field").into_iter().flatten() {
        let Some((name, value)) = pair.split_once('=') else { return Err(usage(format!("“{pair}” is not NAME=VALUE."))) };
        fields.insert(name.to_owned(), value.into());
    }
    Ok(Value::Object(fields))
}

/// The arguments of a verb as JSON. Another item is named by key and sent by id.
async fn body(client: &Client, spec: &Spec, args: &ArgMatches) -> Result<Value> {
    let mut body = Map::new();
    for arg in spec.args {
        if arg.ask == Ask::Flag {
            body.insert(arg.name.to_owned(), args.get_flag(arg.name).into());
            continue;
        }
        let Some(value) = args.get_one::<String>(arg.name) else { continue };
        let value = if arg.ask == Ask::Item && value.len() < 36 {
            let other = client.get(&format!("/api/v1/items/{}", encode(value))).await?.json()?;
            other.get("id").cloned().unwrap_or(Value::Null)
        } else {
            value.as_str().into()
        };
        body.insert(arg.name.to_owned(), value);
    }
    Ok(Value::Object(body))
}

fn list(page: &Value, json: bool) -> Result<Exit> {
    let empty = Vec::new();
    for item in page.get("data").and_then(Value::as_array).unwrap_or(&empty) {
        let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or("—");
        if json {
            screen::data(&item.to_string());
        } else {
            screen::data(&format!("{:<10} {:<22} {:<10} {}", text("key"), text("stream"), text("state"), text("title")));
        }
    }
    if page.get("next_cursor").is_some_and(|c| !c.is_null()) {
        screen::tell("There are more: narrow the query or raise --limit.");
    }
    Ok(Exit::Done)
}

/// Where an item stands, in a few lines.
fn show(answer: &Value) {
    let item = answer.get("item").unwrap_or(answer);
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or("—").to_owned();
    screen::data(&format!("{}  {}  ({}, {})", text(item, "key"), text(item, "title"), text(item, "stream"), text(item, "state")));
    for round in item.get("rounds").and_then(Value::as_array).into_iter().flatten() {
        screen::data(&format!("  {:<16} {:<8} {:<16} {}", text(round, "step"), text(round, "phase"), text(round, "team"), text(round, "opened")));
    }
}

/// A piece of a path or query, percent-encoded.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
