//! `watercourse item`: one subcommand for each verb of the registry, and open, show, list.

use super::item_text::{list, show};
use crate::arguments::Server;
use crate::client::{Client, encode};
use crate::exit::{Exit, usage};
use crate::screen;
use anyhow::Result;
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches as _};
use serde_json::{Map, Value, json};
use watercourse_core::verb::{Ask, REGISTRY, Scope, Spec};

/// The most items a page of the API has.
const PAGE: usize = 200;

/// Adds the subcommands.
pub(crate) fn describe(command: Command) -> Command {
    let key = || Arg::new("key").required(true).value_name("KEY").help("The item, such as INC-1042, or its id");
    let open = Command::new("open")
        .about("Opens an item in a stream")
        .arg(Arg::new("stream").required(true).value_name("STREAM").help("The stream it flows through"))
        .arg(Arg::new("title").required(true).value_name("TITLE").help("What it is about, in a line"))
        .arg(Arg::new("description").long("description").value_name("WORDS").help("More about it"))
        .arg(Arg::new("requester").long("requester").value_name("HANDLE").help("Who asked for it"))
        .arg(Arg::new("start").long("start").value_name("STEP").help("The start step, where the stream has several"))
        .arg(
            Arg::new("field")
                .long("field")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help("A field of its kind; may be given several times"),
        )
        .arg(at());
    let show = Command::new("show").about("Shows an item: where it stands, and what can be done").arg(key());
    let query = "What to look for, in the filter language, such as stream:restore-service phase:waiting";
    let limit = Arg::new("limit")
        .long("limit")
        .value_name("N")
        .default_value("50")
        .value_parser(clap::value_parser!(u32).range(1..));
    let list = Command::new("list")
        .about("Lists items by the filter language, what changed last first")
        .arg(Arg::new("query").value_name("QUERY").num_args(0..).help(query).allow_hyphen_values(false))
        .arg(Arg::new("q").long("q").value_name("QUERY").help("The same as QUERY, as one text").conflicts_with("query"))
        .arg(Arg::new("view").long("view").value_name("ID").help("A saved view; a query narrows it further"))
        .arg(
            Arg::new("sort")
                .long("sort")
                .value_name("ORDER")
                .value_parser(["touched", "newest", "oldest"])
                .help("The order; the saved view's, or what changed last first"),
        )
        .arg(limit.help("How many at most"));
    let verbs = REGISTRY.iter().filter(|v| v.scope != Scope::Internal).map(|spec| verb(spec, key()));
    command.subcommand_required(true).subcommands([open, show, list].into_iter().chain(verbs).map(Server::augment_args))
}

fn at() -> Arg {
    Arg::new("at").long("at").value_name("TIME").help("When it happened, where that was earlier than now (RFC 3339)")
}

fn verb(spec: &'static Spec, key: Arg) -> Command {
    let seen = Arg::new("if-match")
        .long("if-match")
        .value_name("REVISION")
        .help("Only where the item is still at this revision: nobody was faster");
    let mut command = Command::new(spec.id).about(spec.about.trim_end_matches('.')).arg(key);
    if spec.id.contains('_') {
        command = command.alias(spec.id.replace('_', "-"));
    }
    let command = spec.args.iter().fold(command, |command, arg| {
        let described = Arg::new(arg.name).help(arg.about).required(arg.required);
        command.arg(match arg.ask {
            Ask::Step if arg.required => described.value_name("STEP"),
            Ask::Flag => described.long(arg.name).action(ArgAction::SetTrue).required(false),
            _ => described.long(arg.name).value_name(value_name(arg.ask)),
        })
    });
    command.arg(at()).arg(seen)
}

const fn value_name(ask: Ask) -> &'static str {
    match ask {
        Ask::Step => "STEP",
        Ask::Outcome => "OUTCOME",
        Ask::Team => "TEAM",
        Ask::Activity => "ACTIVITY",
        Ask::Gate => "GATE",
        Ask::Link => "LINK",
        Ask::Item => "KEY",
        Ask::Field => "FIELD",
        Ask::Label => "LABEL",
        Ask::Words => "WORDS",
        Ask::Value | Ask::Flag => "VALUE",
    }
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
            let mut body = json!({
                "stream": text("stream"), "title": text("title"), "description": text("description").unwrap_or_default(),
                "start": text("start"), "requester": text("requester"), "fields": fields(args)?,
            });
            if let Some(at) = text("at") {
                body["at"] = at.into();
            }
            client.post("/api/v1/items", &body).await?
        }
        "show" => client.get(&format!("/api/v1/items/{}", encode(&key))).await?,
        "list" => return listed(&client, args, server.json).await,
        verb => {
            let Some(spec) = REGISTRY.iter().find(|s| s.id == verb) else {
                return Err(usage(format!("There is no verb {verb}.")));
            };
            let seen = text("if-match").map(|revision| format!("\"{}\"", revision.trim_matches('"')));
            client
                .post_if(&format!("/api/v1/items/{}/{verb}", encode(&key)), &body(spec, args), seen.as_deref())
                .await?
        }
    };
    if server.json {
        screen::data(answer.body.trim());
    } else {
        show(&answer.json()?);
    }
    Ok(Exit::Done)
}

/// The query and the order: as they are given, as a saved view has them, or both together.
async fn asked(client: &Client, args: &ArgMatches) -> Result<(String, String)> {
    let words = args.get_many::<String>("query").into_iter().flatten().chain(args.get_one::<String>("q"));
    let query = words.cloned().collect::<Vec<_>>().join(" ");
    let sort = args.get_one::<String>("sort").cloned();
    let Some(view) = args.get_one::<String>("view") else {
        return Ok((query, sort.unwrap_or_else(|| "touched".to_owned())));
    };
    let view = client.get(&format!("/api/v1/views/{}", encode(view))).await?.json()?;
    let text = |name: &str| view.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let query = match (text("q"), query) {
        (saved, query) if query.trim().is_empty() => saved,
        (saved, query) if saved.trim().is_empty() => query,
        (saved, query) => format!("({saved}) ({query})"),
    };
    Ok((query, sort.unwrap_or_else(|| text("sort"))))
}

/// Page after page, until there are as many as were asked for.
async fn listed(client: &Client, args: &ArgMatches, json: bool) -> Result<Exit> {
    let (query, sort) = asked(client, args).await?;
    let most = args.get_one::<u32>("limit").map_or(50, |n| *n as usize);
    let (mut found, mut cursor, mut total) = (0, String::new(), 0);
    while found < most {
        let limit = PAGE.min(most - found);
        let path = format!("/api/v1/items?q={}&sort={sort}&limit={limit}{cursor}", encode(&query));
        let page = client.get(&path).await?.json()?;
        let rows = page.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
        found += rows.len();
        total = page.get("total").and_then(Value::as_u64).unwrap_or_default();
        list(&rows, json);
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={}", encode(next)),
            _ => break,
        }
    }
    if found == 0 {
        screen::tell("No items.");
    } else if total > found as u64 {
        screen::tell(&format!("{found} of {total} items: narrow the query or raise --limit."));
    }
    Ok(Exit::Done)
}

fn fields(args: &ArgMatches) -> Result<Value> {
    let mut fields = Map::new();
    for pair in args.get_many::<String>("field").into_iter().flatten() {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(usage(format!("“{pair}” is not NAME=VALUE, such as urgency=high.")));
        };
        fields.insert(name.to_owned(), value.into());
    }
    Ok(Value::Object(fields))
}

/// The arguments of a verb as JSON.
fn body(spec: &Spec, args: &ArgMatches) -> Value {
    let mut body = Map::new();
    for arg in spec.args {
        if arg.ask == Ask::Flag {
            body.insert(arg.name.to_owned(), args.get_flag(arg.name).into());
        } else if let Some(value) = args.get_one::<String>(arg.name) {
            body.insert(arg.name.to_owned(), value.as_str().into());
        }
    }
    if let Some(at) = args.get_one::<String>("at") {
        body.insert("at".to_owned(), at.as_str().into());
    }
    Value::Object(body)
}
