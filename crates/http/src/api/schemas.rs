//! What the API sends and takes, as JSON Schema.

use serde_json::{Map, Value, json};
use watercourse_app::ImportState;
use watercourse_core::activity::Activity;
use watercourse_core::link::Link;
use watercourse_flow::timeline::Kind as Segment;

/// A named schema, where it is used.
pub(crate) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
/// Any text.
pub(crate) fn text(about: &str) -> Value {
    json!({"type": "string", "description": about})
}
/// A whole number, not below 0.
pub(crate) fn count(about: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "description": about})
}
/// Yes or no.
pub(crate) fn flag(about: &str) -> Value {
    json!({"type": "boolean", "description": about})
}
/// A time.
pub(crate) fn time(about: &str) -> Value {
    json!({"type": "string", "format": "date-time", "description": about})
}
/// One of some words.
pub(crate) fn choice(words: &[&str], about: &str) -> Value {
    json!({"type": "string", "enum": words, "description": about})
}
/// Some of these, in order.
pub(crate) fn list(of: Value) -> Value {
    json!({"type": "array", "items": of})
}
/// Values by name.
pub(crate) fn map(of: &Value, about: &str) -> Value {
    json!({"type": "object", "additionalProperties": of, "description": about})
}
/// This, or null.
pub(crate) fn or_null(mut schema: Value) -> Value {
    match schema.get("type").and_then(Value::as_str).map(str::to_owned) {
        Some(plain) => {
            schema["type"] = json!([plain, "null"]);
            if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                words.push(Value::Null);
            }
            schema
        }
        None => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}
/// An object with exactly these members; those whose name ends in `?` may be left out.
pub(crate) fn object(members: &[(&str, Value)]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema) in members {
        let plain = name.trim_end_matches('?');
        if plain == *name {
            required.push(plain);
        }
        properties.insert(plain.to_owned(), schema.clone());
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
/// A page of a list.
pub(crate) fn page_of(name: &str) -> Value {
    let total = or_null(count("How many there are on all pages; null on later pages and where counting is dear."));
    object(&[
        ("data", list(reference(name))),
        ("total", total),
        ("next_cursor", or_null(text("What to send as `cursor` for the next page; null on the last."))),
    ])
}
/// All of a list.
pub(crate) fn all_of(name: &str) -> Value {
    object(&[("data", list(reference(name)))])
}
/// One of the six.
pub(crate) fn activity() -> Value {
    choice(&Activity::ALL.map(Activity::id), "One of the six activities.")
}
/// Who did something.
fn actor() -> Value {
    text("Who did it: `person:ID`, `rule:NAME`, `integration:NAME` or `agent:NAME`.")
}
/// A relation.
pub(crate) fn relation() -> Value {
    choice(&Link::ALL.map(Link::id), "How they belong together.")
}
fn phase() -> Value {
    choice(&["queued", "active", "waiting", "done", "dropped"], "Where it stands.")
}
fn state() -> Value {
    choice(&["open", "closed"], "Whether it is still open.")
}
fn result() -> Value {
    choice(&["delivered", "failed", "declined", "cancelled"], "How it ended.")
}

/// All named schemas.
pub(crate) fn components() -> Value {
    let chapters = [
        problem(),
        items(),
        rounds(),
        standing(),
        history(),
        streams(),
        imports(),
        organisation(),
        access(),
        leaving(),
        catalogue(),
    ];
    Value::Object(chapters.into_iter().flatten().map(|(name, schema)| (name.to_owned(), schema)).collect())
}

type Named = Vec<(&'static str, Value)>;

fn problem() -> Named {
    let fault = object(&[
        ("pointer", text("Where: a JSON pointer into the body, or `?name` for a parameter.")),
        ("detail", text("What was wrong there.")),
    ]);
    let problem = json!({
        "type": "object",
        "description": "Problem Details (RFC 9457).",
        "properties": {
            "type": text("The address of a page that explains this kind of problem."),
            "title": text("What this kind of problem is called."),
            "status": count("The HTTP status."),
            "detail": text("What was wrong."),
            "hint": text("What would be right."),
            "errors": list(fault),
            "request_id": text("The id of the request, as the log of the server names it."),
            "ground": text("Why a verb was refused."),
            "verbs": list(text("A verb there is.")),
            "diagnostics": list(reference("Diagnostic")),
        },
        "required": ["type", "title", "status", "detail"],
    });
    vec![("Problem", problem)]
}

fn rounds() -> Named {
    let spell = object(&[
        ("phase", phase()),
        ("reason", or_null(text("What it waits for."))),
        ("from", time("When it began.")),
        ("until", or_null(time("When it ended; null while it lasts."))),
    ]);
    let visit = object(&[
        ("team", or_null(text("The team that held it."))),
        ("entered", time("When the team got it.")),
        ("started", or_null(time("When the team first worked on it."))),
        ("left", or_null(time("When it left; null while it stays."))),
        ("spells", list(reference("Spell"))),
    ]);
    let child = object(&[("item", text("Its id.")), ("key", or_null(text("Its key."))), ("result", or_null(result()))]);
    let round = object(&[
        ("number", count("Its number within the item, from 1.")),
        ("step", text("The step, or `~N` for extra work.")),
        ("name", text("The name of the step or the work.")),
        ("activity", activity()),
        ("phase", phase()),
        ("team", or_null(text("The team that holds it now or held it last."))),
        ("waiting_for", or_null(text("What it waits for."))),
        ("opened", time("When it opened.")),
        ("started", or_null(time("When work on it first started."))),
        ("ended", or_null(time("When it ended."))),
        ("ending", or_null(choice(&["done", "failed", "dropped"], "How it ended."))),
        ("outcome", or_null(text("Its outcome."))),
        ("released_by", or_null(count("The round whose start or finish released it."))),
        ("gates", map(&choice(&["asked", "passed", "refused"], "Where a gate stands."), "Its gates.")),
        ("child", or_null(reference("Child"))),
        ("visits", list(reference("Visit"))),
    ]);
    let open_round = object(&[
        ("round", count("Its number within the item.")),
        ("step", text("The step, or `~N` for extra work.")),
        ("name", text("The name of the step or the work.")),
        ("activity", activity()),
        ("team", or_null(text("The team that holds it."))),
        ("phase", phase()),
        ("reason", or_null(text("Why it waits: a label, or `gate:x`."))),
        ("since", time("Since when it stands there.")),
        ("opened", time("When the round opened.")),
    ]);
    vec![("Round", round), ("Visit", visit), ("Spell", spell), ("Child", child), ("OpenRound", open_round)]
}

/// What follows from where an item stands, and where its time went.
fn standing() -> Named {
    let offer = object(&[
        ("verb", text("The verb: the last part of the address to post to.")),
        ("step", or_null(text("The step it is offered for; null for the whole item."))),
        ("label", text("What its button says.")),
        ("gates?", list(text("The gates it can be done to."))),
        ("outcomes?", list(text("The outcomes to choose from."))),
        ("needs", list(text("The arguments it needs beside the step."))),
    ]);
    let standing = object(&[
        ("owed", list(text("A step that must still finish."))),
        ("enabled", list(text("A step that may start now as the stream says."))),
        ("dead", list(text("A step that can no longer happen."))),
        (
            "bypassed",
            list(object(&[
                ("step", text("The step.")),
                ("why", choice(&["skipped", "unused-start", "when", "unopened"], "Why it does not stand in the way.")),
            ])),
        ),
    ]);
    let segment = object(&[
        ("what", choice(&Segment::ALL.map(Segment::id), "What the time was.")),
        ("step", or_null(text("The step it passed in."))),
        ("team", or_null(text("The team that held it."))),
        ("reason", or_null(text("What it waited for."))),
        ("from", time("When it began.")),
        ("until", time("When it ended.")),
        ("ms", count("How long, in milliseconds.")),
    ]);
    let segments = object(&[
        ("lead_time_ms", count("From being opened to the last delivery, else to the close, else to now.")),
        ("parts", list(segment)),
    ]);
    vec![("Standing", standing), ("Offer", offer), ("Segments", segments)]
}

fn items() -> Named {
    let summary = vec![
        ("id", text("Its id, a UUID.")),
        ("key", text("Its key, such as INC-1042.")),
        ("title", text("What it is about.")),
        ("kind", text("Its kind.")),
        ("stream", text("Its stream.")),
        ("version", count("The version of the stream it runs under.")),
        ("created", time("When it was opened.")),
        ("touched", time("When something last happened.")),
        ("state", state()),
        ("result", or_null(result())),
        ("closed", or_null(time("When it closed."))),
        ("revision", count("Grows with every fact; its `ETag`.")),
        ("opened_by", actor()),
        ("requester", or_null(text("The person who asked for it, by id."))),
        ("committed", or_null(time("When cycle time began."))),
        ("delivered", or_null(time("When the value was there: lead time ends."))),
        ("fields", map(&text("As written."), "Values of the fields of its kind.")),
        ("imported", flag("Whether it came from the log of another tool.")),
        ("entity", text("The entity it belongs to.")),
        ("at", list(reference("OpenRound"))),
    ];
    let mut whole = summary.clone();
    whole.extend([
        ("description", text("More about it.")),
        ("rounds", list(reference("Round"))),
        ("standing", reference("Standing")),
        ("verbs", list(reference("Offer"))),
        (
            "deviations",
            list(object(&[
                ("kind", choice(&["early", "skip", "return", "adhoc", "drop"], "What was done otherwise.")),
                ("step", text("Where.")),
                ("at", time("When.")),
                ("reason", or_null(text("Why."))),
            ])),
        ),
        ("links", list(reference("LinkedItem"))),
        ("segments", reference("Segments")),
        ("facts", list(reference("Fact"))),
    ]);
    let linked = object(&[
        ("link", relation()),
        ("words", text("How it reads from this item.")),
        ("forward", flag("Whether this item holds the relation; else the other does.")),
        ("item", text("The other item's id.")),
        ("key", text("The other item's key.")),
        ("title", text("What the other is about.")),
        ("state", state()),
        ("result", or_null(result())),
    ]);
    vec![("Item", object(&whole)), ("ItemSummary", object(&summary)), ("LinkedItem", linked)]
}

fn history() -> Named {
    let fact = object(&[
        ("seq", count("Its number among all facts, growing.")),
        ("item", text("The item's id.")),
        ("key", text("The item's key.")),
        ("stream", text("Its stream.")),
        ("version", count("The version of the stream.")),
        ("revision", count("The item's revision after it.")),
        ("what", text("What happened.")),
        ("data", map(&json!({}), "What else belongs to it.")),
        ("step", or_null(text("The step it is about."))),
        ("activity", or_null(activity())),
        ("phase", or_null(phase())),
        ("team", or_null(text("The team that held the round."))),
        ("happened_at", time("When it happened.")),
        ("recorded_at", time("When it was written down.")),
        ("actor", actor()),
        ("cause", text("The verb that led to it.")),
        ("note", or_null(text("The words that came with it."))),
    ]);
    let done = object(&[
        ("item", reference("ItemSummary")),
        ("facts", list(reference("Fact"))),
        ("others", list(reference("ItemSummary"))),
    ]);
    let receipt = object(&[
        ("delivery", text("What tells this message from every other.")),
        ("effect", choice(&["applied", "refused", "none"], "What it led to.")),
        ("item", or_null(text("The key of the item."))),
        ("detail", text("What happened, or why nothing did.")),
    ]);
    vec![("Fact", fact), ("Done", done), ("Receipt", receipt)]
}

fn streams() -> Named {
    let diagnostic = object(&[
        ("severity", choice(&["error", "warning", "hint"], "How grave it is.")),
        ("code", text("A stable word for this kind of finding.")),
        ("line", count("From 1.")),
        ("column", count("The character of that line, from 1.")),
        ("message", text("What is wrong.")),
        ("help", text("What would be right; may be empty.")),
    ]);
    let check = object(&[
        ("ok", flag("Whether it could be published.")),
        ("diagnostics", list(reference("Diagnostic"))),
        ("rendered", text("The findings as a compiler prints them.")),
    ]);
    let step = object(&[
        ("id", text("Its id.")),
        ("name", text("Its name.")),
        ("activity", activity()),
        ("practice", or_null(text("Its practice."))),
        ("team", or_null(text("Its team."))),
        ("start", flag("Items may begin here.")),
        ("optional", flag("Offered, never owed by itself.")),
        ("deliver", flag("Its finish is the value.")),
        ("commit", flag("Its start starts cycle time.")),
        ("after", list(list(text("A reference; one of the group must hold.")))),
        ("outcomes", list(text("How it can come out."))),
        ("gates", list(text("What guards its start."))),
        ("done_on", or_null(text("What finishes it from outside."))),
        ("spawns", or_null(text("The stream in which it opens a child."))),
    ]);
    let head = vec![
        ("id", text("Its id.")),
        ("name", text("Its name.")),
        ("kind", text("What sort of item flows here.")),
        ("demand", text("What begins it.")),
        ("value", text("What it is for.")),
        ("owner", or_null(text("The team that answers for it."))),
        ("version", count("Its newest version.")),
        ("published", time("When that was published.")),
        ("imported", flag("Whether it was made from the log of another tool: drawn and measured, never run.")),
    ];
    let mut whole = head.clone();
    whole.push(("steps", list(reference("Step"))));
    let version = object(&[
        ("version", count("Its number, from 1.")),
        ("published", time("When it was published.")),
        ("by", actor()),
        ("reason", text("Why.")),
    ]);
    vec![
        ("Diagnostic", diagnostic),
        ("Check", check),
        ("Step", step),
        ("StreamSummary", object(&head)),
        ("Stream", object(&whole)),
        ("StreamVersion", version),
    ]
}

fn organisation() -> Named {
    let person = object(&[
        ("id", text("Its id, a UUID: all that facts hold of a person.")),
        ("handle", text("A short unique name, such as `ada`.")),
        ("name", text("What people read.")),
        ("mail", or_null(text("Where mail goes."))),
        ("entity", text("The entity they belong to.")),
    ]);
    let team = object(&[
        ("id", text("Its id, as stream files name it.")),
        ("name", text("What people read.")),
        ("capacity", or_null(json!({"type": "number", "description": "How many people's worth of time it has."}))),
        ("calendar", or_null(json!({"type": "object", "description": "When it works; null is around the clock."}))),
        ("members", list(text("A person's id."))),
        ("entity", text("The entity it belongs to.")),
    ]);
    let service = object(&[
        ("id", text("Its id.")),
        ("name", text("What people read.")),
        ("team", or_null(text("The team that answers for it."))),
        ("about", text("What it is, in a sentence.")),
        ("entity", text("The entity it belongs to.")),
    ]);
    let deployment = object(&[
        ("id", text("Its id.")),
        ("service", text("What was deployed.")),
        ("environment", text("Where to.")),
        ("version", text("Which version.")),
        ("commit", or_null(text("From which commit."))),
        ("outcome", choice(&["succeeded", "failed"], "How it came out.")),
        ("item", or_null(text("The id of the item it belongs to."))),
        ("at", time("When it happened.")),
    ]);
    let source = object(&[
        ("name", text("Its name: the last part of the address hooks are sent to.")),
        ("address", text("Where it sends its hooks.")),
        ("mapping", reference("Mapping")),
        ("changed", time("When this was last changed.")),
    ]);
    let refused = object(&[
        ("source", text("The sender it named.")),
        ("at", time("When it came.")),
        ("wrong", text("What was wrong with it.")),
    ]);
    let pointer = |about: &str| text(&format!("{about} A JSON pointer into the message."));
    let mapping = object(&[
        ("event", text("The event its messages stand for, as `done_on` of a step names it.")),
        ("item", pointer("Where the item is named.")),
        ("outcome?", pointer("Where it says how it came out.")),
        ("failed?", list(text("What stands there when it did not work out."))),
        ("pending?", list(text("What stands there when there is nothing to tell yet."))),
        ("outcomes?", map(&text("An outcome of the step."), "What stands there, and the outcome it means.")),
        ("delivery?", pointer("Where the number of the message stands.")),
    ]);
    vec![
        ("Person", person),
        ("Team", team),
        ("Service", service),
        ("Deployment", deployment),
        ("HookSource", source),
        ("RefusedHook", refused),
        ("Mapping", mapping),
    ]
}

fn leaving() -> Named {
    let receiver = object(&[
        ("id", text("Its id.")),
        ("name", text("What people read.")),
        ("url", text("Where it is told.")),
        ("entity", text("Facts of items of this entity and below are told.")),
        ("kinds", list(text("What happened, as facts call it; all of it where there is none."))),
        ("streams", list(text("A stream's id; all of them where there is none."))),
        ("active", flag("Whether it is told now.")),
        ("former_until", or_null(time("Until when the former secret signs too; null where there is none."))),
        ("changed", time("When this was last changed.")),
        ("waiting", count("Deliveries that are still to arrive.")),
        ("dead", count("Deliveries that were given up.")),
        ("secret?", text("What messages are signed with. Only in the one answer that made it.")),
    ]);
    let attempt = object(&[
        ("at", time("When it began.")),
        ("millis", count("How long it took, in milliseconds.")),
        ("status", or_null(count("The status that was answered; null where nothing was."))),
        ("said", text("The first 500 bytes of the answer, or why there was none.")),
    ]);
    let delivery = object(&[
        ("id", count("Its number.")),
        ("event", text("The id of the message, `webhook-id`: the same at every try.")),
        ("seq", count("The number of the fact.")),
        ("item", text("The id of the item the fact is about.")),
        ("state", choice(&["waiting", "done", "dead"], "Where it stands.")),
        ("tries", count("How often it was tried since it was last sent anew.")),
        ("due", time("When it is tried next, where it waits.")),
        ("ended", or_null(time("When it arrived or was given up."))),
        ("attempts", list(attempt)),
    ]);
    let tried = object(&[
        ("status", or_null(count("The status that was answered; null where nothing was."))),
        ("millis", count("How long it took, in milliseconds.")),
        ("said", text("The first 500 bytes of the answer, or why there was none.")),
    ]);
    vec![("Receiver", receiver), ("Delivery", delivery), ("Tried", tried)]
}

fn imports() -> Named {
    let progress = object(&[
        ("phase", choice(&["reading", "measuring", "writing"], "What it is at.")),
        ("done", count("Bytes read, or items and events written.")),
        ("of", count("Of so many.")),
    ]);
    let outcome = json!({"type": "object", "description": "What came of it, or would: items, events, rows, the version it replaces, first figures."});
    let import = object(&[
        ("id", text("Its id.")),
        ("file", text("The name of the file.")),
        ("size", count("Its bytes; 0 where it was not kept.")),
        ("stream", text("The stream it becomes.")),
        ("name", text("What people call the stream.")),
        ("state", choice(ImportState::IDS, "Where it stands.")),
        ("cancelling", flag("Whether it was asked to stop and has not stopped yet.")),
        ("progress", or_null(progress)),
        ("runs", count("How often it was begun: more than once where it was interrupted.")),
        ("version", or_null(count("The version it made."))),
        ("outcome", or_null(outcome)),
        ("wrong", text("Why it failed; empty where it did not.")),
        ("rejected_rows", flag("Whether there is a file of rejected rows.")),
        ("by", actor()),
        ("made", time("When the file was brought.")),
        ("changed", time("When it last changed.")),
        ("ended", or_null(time("When it ended."))),
    ]);
    vec![("Import", import)]
}

fn catalogue() -> Named {
    let field = object(&[
        ("id", text("Its id: the word of the filter language.")),
        ("label", text("What people read.")),
        ("type", choice(&["text", "number", "enum", "date", "bool"], "What may stand in it.")),
        ("choices", list(text("A value to choose."))),
    ]);
    let argument = object(&[
        ("name", text("Its name.")),
        ("is", text("What sort of thing it is.")),
        ("required", flag("Whether it must be given.")),
        ("about", text("What it is for.")),
    ]);
    vec![
        (
            "Activity",
            object(&[
                ("id", activity()),
                ("code", text("Two letters.")),
                ("name", text("Its name.")),
                ("purpose", text("What it is for.")),
                ("objectives", list(text(""))),
                ("inputs", list(text(""))),
                ("outputs", list(text(""))),
                ("practices", list(text("A practice that serves it."))),
            ]),
        ),
        (
            "Practice",
            object(&[
                ("id", text("Its id.")),
                ("name", text("Its name.")),
                ("purpose", text("What it is for.")),
                ("shape", choice(&["flow", "register", "lens"], "What it keeps.")),
                (
                    "activities",
                    list(object(&[("activity", activity()), ("contribution", text("What it contributes."))])),
                ),
                ("kinds", list(text("A kind it owns."))),
            ]),
        ),
        (
            "Kind",
            object(&[
                ("id", text("Its id.")),
                ("name", text("The name of one.")),
                ("plural", text("The name of several.")),
                ("prefix", text("Start of its keys.")),
                ("word", text("What somebody who asks would call it.")),
                ("practice", text("The practice that owns it.")),
                ("fields", list(reference("Field"))),
            ]),
        ),
        ("Field", field),
        (
            "Verb",
            object(&[
                ("id", text("Its id.")),
                ("label", text("What its button says.")),
                ("about", text("What it does.")),
                ("scope", choice(&["step", "item"], "What it is about.")),
                ("arguments", list(argument)),
            ]),
        ),
        (
            "Relation",
            object(&[
                ("id", relation()),
                ("forward", text("How it reads from the item that holds it.")),
                ("inverse", text("How it reads from the other.")),
            ]),
        ),
    ]
}

/// Who may do what.
fn access() -> Named {
    let entity = object(&[
        ("id", text("Its id.")),
        ("parent", or_null(text("The entity it is part of; none for the root."))),
        ("name", text("What people read.")),
        ("settings", json!({"type": "object", "description": "What is set here and not inherited."})),
    ]);
    let role = object(&[
        ("id", text("Its id.")),
        ("name", text("What people read.")),
        ("permissions", list(text("The id of a permission."))),
    ]);
    let granted = object(&[
        ("role", text("The role.")),
        ("scope", text("How far it reaches: `all`, `entity:ID` and below, `team` or `own`.")),
        ("source", text("`hand`, or `provider` where a group of the sign-in provider gave it.")),
    ]);
    let account = object(&[
        ("id", text("Its id.")),
        ("name", text("What one signs in with.")),
        ("sort", choice(&["person", "service"], "Whose it is.")),
        ("person", or_null(text("The person, by id."))),
        ("active", flag("Whether it may be used.")),
        ("has_password", flag("Whether one can sign in with name and password.")),
        ("has_second_factor", flag("Whether a code is asked for as well.")),
        ("is_linked", flag("Whether it is linked to somebody at the sign-in provider.")),
        ("invited_until", or_null(time("Until when its invitation is good."))),
        ("created", time("When it was added.")),
        ("invitation?", text("The code of the invitation: in the answer that makes it, and never again.")),
    ]);
    let token = object(&[
        ("id", text("Its id.")),
        ("name", text("What it is for.")),
        ("scopes", list(text("A permission it is narrowed to; all the account may where the list is empty."))),
        ("created", time("When it was made.")),
        ("expires", or_null(time("When it ends."))),
        ("seen", or_null(time("When it was last used, to the minute."))),
        ("token?", text("The token itself: in the answer that makes it, and never again.")),
    ]);
    vec![
        ("Account", account),
        ("Token", token),
        ("Entity", entity),
        ("Role", role),
        ("Granted", granted),
        ("Provider", provider("has_secret", flag("Whether the client has a secret."))),
    ]
}

/// The sign-in provider, with a field that is only sent, or only answered.
pub(super) fn provider(name: &str, field: Value) -> Value {
    let roles = object(&[
        ("group", text("A group, as the provider names it; `*` for everybody.")),
        ("role", text("A role's id.")),
        ("scope", text("How far: `all`, `entity:ID`, `team` or `own`.")),
    ]);
    object(&[
        ("issuer", text("What `/.well-known/openid-configuration` comes behind.")),
        ("client", text("The id the provider knows this server by.")),
        ("label?", text("What the button says: Sign in with …")),
        ("scopes?", list(text("Asked for beside `openid`."))),
        ("name_claim?", text("The claim that names the account.")),
        ("groups_claim?", text("The claim that lists groups; with dots where it lies within others.")),
        ("roles?", list(roles)),
        (name, field),
    ])
}
