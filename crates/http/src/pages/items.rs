//! `/w/{key}` with its verbs, and `/new`.

use super::asking::{Filled, context, new_key};
use super::history::Names;
use super::item_new_view::inputs;
use super::item_view::{ItemPage, LinkLine, Source};
use super::measured::{Flow, Narrowed};
use super::oops::{Oops, beside, said};
use super::shell::{render, respond, shell};
use super::verb_form::{Desk, Refused, Said, arguments};
use super::work_view::{NewItem as NewItemPage, StreamOption};
use crate::chart::visits::{Stay, Stretch};
use crate::offer::offers;
use crate::state::Web;
use axum::Form;
use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
use watercourse_app::{AppError, ItemView, NewItem};
use watercourse_core::fact::Fact;
use watercourse_core::item::Phase;
use watercourse_core::span::Span;
use watercourse_core::verb::{Ask, BadVerb, Scope, Spec, Verb, spec};

/// Shows an item.
pub async fn page(
    web: Web,
    headers: HeaderMap,
    Path(key): Path<String>,
    Query(asked): Query<Filled>,
) -> Result<Response, Oops> {
    let view = web.app.item(&web.access, &key).await?;
    let done = asked.get("done").map_or_else(String::new, |id| match id.as_str() {
        "open" => "Opened.".to_owned(),
        id => spec(id).map_or_else(String::new, |s| format!("{}: done.", s.label)),
    });
    let page = build(&web, &headers, &view, None, done).await?;
    Ok(render(&page))
}

async fn build(
    web: &Web,
    headers: &HeaderMap,
    view: &ItemView,
    refused: Option<Refused>,
    done: String,
) -> Result<ItemPage, AppError> {
    let shell = shell(web, headers, format!("{} {}", view.row.key, view.row.title), "work").await?;
    let imported = if view.row.imported { Some(stays_of_import(web, view).await?) } else { None };
    let now = web.app.now();
    let stream = &view.stream.stream;
    let offered = if view.row.imported { Vec::new() } else { offers(stream, &view.item, now) };
    let teams: Vec<(String, String)> = web.app.teams(&web.access).await?.into_iter().map(|t| (t.id, t.name)).collect();
    let kind = watercourse_practices::kind(&view.item.kind);
    let fields: Vec<(String, String)> =
        kind.map_or_else(Vec::new, |k| k.all_fields().map(|f| (f.id.to_owned(), f.label.to_owned())).collect());
    let names = Names {
        people: view.people.iter().map(|(id, p)| (*id, p.name.clone())).collect(),
        items: view.keys.clone(),
        words: view.notes.iter().map(|(id, n)| (*id, n.words.clone())).collect(),
    };
    let mut known: Vec<(String, String)> = vec![("By".to_owned(), names.actor(&view.item.opened_by))];
    if let Some(person) = view.row.requester.and_then(|id| view.people.get(&id)) {
        known.push(("Asked for by".to_owned(), person.name.clone()));
    }
    for (id, value) in &view.item.fields {
        let label = fields.iter().find(|(f, _)| f == id).map_or_else(|| id.clone(), |(_, label)| label.clone());
        known.push((label, value.clone()));
    }
    // A refusal stands at its form; where the form is not offered any more, on top.
    let at_form = refused.as_ref().is_some_and(|r| {
        offered.iter().any(|o| {
            r.is_for(o.verb, o.step.as_deref())
                && spec(o.verb).is_some_and(|s| s.args.len() > usize::from(o.step.is_some()))
        })
    });
    let facts: Vec<&Fact> = view.facts.iter().map(|f| &f.fact).collect();
    let desk = Desk {
        stream,
        item: &view.item,
        offers: &offered,
        teams: &teams,
        fields: &fields,
        refused: refused.as_ref().filter(|_| at_form),
        key: &new_key,
    };
    let links = view.links.iter().map(|l| LinkLine {
        words: if l.forward { l.link.forward() } else { l.link.inverse() },
        key: l.key.clone(),
        title: l.title.clone(),
        state: match l.result {
            Some(result) => result.id().to_owned(),
            None if l.is_closed => "closed".to_owned(),
            None => "open".to_owned(),
        },
    });
    let source = Source {
        title: view.row.title.clone(),
        description: view.description.clone(),
        stream,
        desk: (!view.row.imported).then_some(desk),
        item: &view.item,
        facts,
        names: &names,
        links: links.collect(),
        kind_name: kind.map_or_else(|| "Case".to_owned(), |k| k.name.to_owned()),
        known,
        done,
        refusal: refused.as_ref().map(|r| r.said.clone()),
        imported,
        now,
    };
    Ok(ItemPage::new(shell, source))
}

/// The stays of an item of an imported log.
async fn stays_of_import(web: &Web, view: &ItemView) -> Result<Vec<Stay>, AppError> {
    let published = web.app.stream(&web.access, &view.row.stream, None).await?;
    let flow = Flow::load(web, Some(published), Narrowed::default()).await?;
    let key = view.row.key.strip_prefix(&flow.scope().links.prefix).unwrap_or(&view.row.key);
    let visits = &flow.visits;
    let Some(item) = visits.keys.get(key) else { return Ok(Vec::new()) };
    let scope = flow.scope();
    let stays = visits.of_item(item as usize).filter_map(|visit| {
        let step = *visits.step.get(visit)?;
        let until = visits.left(visit).unwrap_or(visits.as_of);
        // Of the first event of a log with one time per event nobody knows when it began.
        let from = visits.entered(visit).unwrap_or(until);
        let stretch = |phase, from, until| Stretch { phase, reason: String::new(), from, until };
        let stretches = match visits.started(visit).filter(|_| visits.phased(visit)) {
            Some(start) => vec![stretch(Some(Phase::Queued), from, start), stretch(Some(Phase::Active), start, until)],
            None => vec![stretch(None, from, until)],
        };
        let team = visits.team(visit).map_or_else(String::new, |t| visits.teams.name(t).to_owned());
        Some(Stay { step: scope.step_name(step), activity: scope.activity(step), team, stretches })
    });
    Ok(stays.collect())
}

/// Does a verb to an item: back to its page, or the page again with why not.
pub async fn act(
    web: Web,
    headers: HeaderMap,
    Path((key, verb)): Path<(String, String)>,
    Form(filled): Form<Filled>,
) -> Result<Response, Oops> {
    match done(&web, &headers, &key, &verb, &filled).await {
        Ok(to) => Ok(Redirect::to(&format!("/w/{to}?done={verb}")).into_response()),
        Err(error @ AppError::NotFound { .. }) if web.app.item(&web.access, &key).await.is_err() => Err(error.into()),
        Err(error) => {
            let (status, said) = beside(error)?;
            let view = web.app.item(&web.access, &key).await?;
            let refused = Refused { verb, filled, said };
            let page = build(&web, &headers, &view, Some(refused), String::new()).await?;
            Ok(respond(status, &page))
        }
    }
}

async fn done(web: &Web, headers: &HeaderMap, key: &str, verb: &str, filled: &Filled) -> Result<String, AppError> {
    let spec: &Spec = spec(verb).filter(|s| s.scope != Scope::Internal).ok_or_else(|| BadVerb {
        wrong: format!("There is no verb “{}”.", verb.chars().take(40).collect::<String>()),
        right: "The buttons on the page are those there are.".to_owned(),
        unknown: true,
    })?;
    let mut args = arguments(spec, filled);
    for arg in spec.args.iter().filter(|a| a.ask == Ask::Item) {
        let named = args.get(arg.name).and_then(|v| v.as_str()).map(str::to_owned);
        if let (Some(named), Some(members)) = (named, args.as_object_mut()) {
            let id = web.app.item(&web.access, &named).await?.item.id;
            members.insert(arg.name.to_owned(), serde_json::Value::String(id.to_string()));
        }
    }
    let verb = Verb::parse(spec.id, args)?;
    let context = context(web, headers, &format!("/w/{key}/{}", spec.id), filled).await?;
    let done = web.app.act(&context, key, &verb, None, None).await?;
    Ok(done.item.key)
}

/// Shows the form for a new item.
pub async fn new_page(web: Web, headers: HeaderMap, Query(asked): Query<Filled>) -> Result<Response, Oops> {
    Ok(render(&new_form(&web, &headers, &asked, None).await?))
}

async fn new_form(
    web: &Web,
    headers: &HeaderMap,
    filled: &Filled,
    refusal: Option<Said>,
) -> Result<NewItemPage, AppError> {
    let streams: Vec<_> = web.app.streams(&web.access).await?.into_iter().filter(|p| !p.head.imported).collect();
    let text = |name: &str| filled.get(name).cloned().unwrap_or_default();
    let chosen = streams.iter().find(|p| p.head.id == text("stream")).or_else(|| streams.first());
    let kind = chosen.and_then(|p| watercourse_practices::kind(&p.stream.kind));
    let promise = chosen.and_then(|p| p.stream.promise.p85).map(Span::in_words);
    let starts = chosen.map_or_else(Vec::new, |p| {
        p.stream.starts().iter().filter_map(|s| p.stream.step(s)).map(|s| (s.id.clone(), s.name.clone())).collect()
    });
    Ok(NewItemPage {
        shell: shell(web, headers, "New item", "new").await?,
        stream: chosen.map_or_else(String::new, |p| p.head.id.clone()),
        stream_name: chosen.map_or_else(String::new, |p| p.head.name.clone()),
        kind_name: kind.map_or_else(|| "item".to_owned(), |k| k.name.to_lowercase()),
        expect: promise.map_or_else(String::new, |p| format!("85 of 100 are to be done within {p}.")),
        title: text("title"),
        description: text("description"),
        starts,
        start: text("start"),
        inputs: kind.map_or_else(Vec::new, |k| inputs(k, filled)),
        idempotency_key: new_key(),
        refusal,
        streams: streams
            .iter()
            .map(|p| StreamOption { id: p.head.id.clone(), name: p.head.name.clone(), demand: p.stream.demand.clone() })
            .collect(),
    })
}

/// Opens an item: to its page, or the form again with why not.
pub async fn open(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let text = |name: &str| filled.get(name).cloned().unwrap_or_default();
    let fields: BTreeMap<String, String> = filled
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("field_")?.to_owned(), value.trim().to_owned())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let new = NewItem {
        stream: text("stream"),
        title: text("title"),
        description: text("description"),
        fields,
        start: filled.get("start").filter(|s| !s.is_empty()).cloned(),
        ..NewItem::default()
    };
    let context = context(&web, &headers, "/new", &filled).await?;
    match web.app.open(&context, new).await {
        Ok(done) => Ok(Redirect::to(&format!("/w/{}?done=open", done.item.key)).into_response()),
        Err(error) => {
            let (status, wrong, right) = said(&error);
            let form = new_form(&web, &headers, &filled, Some(Said { wrong, right })).await?;
            Ok(respond(status, &form))
        }
    }
}
