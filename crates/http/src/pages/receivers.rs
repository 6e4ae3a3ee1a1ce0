//! `/receivers`: who outside is told what happens.

use super::asking::{Filled, context, new_key};
use super::oops::{Oops, beside};
use super::receivers_view::{ReceiverLine, ReceiversPage};
use super::shell::{respond, shell};
use super::verb_form::Said;
use crate::state::Web;
use axum::Form;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use watercourse_app::{AppError, NewReceiver, Permission, ReceiverView};

/// What a page says beside the list.
#[derive(Default)]
struct Told {
    refusal: Option<Said>,
    done: String,
    secret: String,
}

/// Shows the page.
pub async fn page(web: Web, headers: HeaderMap) -> Result<Response, Oops> {
    let page = build(&web, &headers, Told::default()).await?;
    Ok(respond(StatusCode::OK, &page))
}

async fn build(web: &Web, headers: &HeaderMap, told: Told) -> Result<ReceiversPage, AppError> {
    let receivers = web.app.receivers(&web.access).await?;
    let entities = web.app.entities(&web.access).await?.into_iter();
    let theirs = entities.filter(|e| web.access.may_in(Permission::OutsideKeep, &e.id).is_ok());
    let Told { refusal, done, secret } = told;
    Ok(ReceiversPage {
        shell: shell(web, headers, "Receivers", "receivers").await?,
        receivers: receivers.into_iter().map(line).collect(),
        entities: theirs.map(|e| (e.id, e.name)).collect(),
        key: new_key(),
        refusal,
        done,
        secret,
    })
}

fn line(view: ReceiverView) -> ReceiverLine {
    let all = |list: &[String], none: &str| if list.is_empty() { none.to_owned() } else { list.join(", ") };
    let r = view.receiver;
    ReceiverLine {
        hears: format!("{} of {}", all(&r.kinds, "everything"), all(&r.streams, "all streams")),
        id: r.id,
        name: r.name,
        url: r.url,
        entity: r.entity,
        active: r.active,
        waiting: view.on_the_way.waiting,
        dead: view.on_the_way.dead,
    }
}

/// The page after something was tried.
async fn after(web: &Web, headers: &HeaderMap, came: Result<Told, AppError>) -> Result<Response, Oops> {
    let (status, told) = match came {
        Ok(told) => (StatusCode::OK, told),
        Err(error) => {
            let (status, said) = beside(error)?;
            (status, Told { refusal: Some(said), ..Told::default() })
        }
    };
    Ok(respond(status, &build(web, headers, told).await?))
}

/// Keeps a new receiver. Its secret is on the page that answers, and never again.
pub async fn put(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let text = |name: &str| filled.get(name).map(|v| v.trim().to_owned()).unwrap_or_default();
    let words = |name: &str| {
        let all = text(name);
        all.split([',', ' ']).filter(|w| !w.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let new = NewReceiver {
        id: text("id"),
        name: text("name"),
        url: text("url"),
        entity: Some(text("entity")).filter(|e| !e.is_empty()),
        kinds: words("kinds"),
        streams: words("streams"),
        active: true,
        secret: None,
        after: None,
    };
    let came = match context(&web, &headers, "/receivers", &filled).await {
        Ok(context) => web.app.put_receiver(&context, new).await,
        Err(error) => Err(error),
    };
    let told = came.map(|kept| Told {
        done: "The receiver is kept.".to_owned(),
        secret: kept.secret.unwrap_or_default(),
        ..Told::default()
    });
    after(&web, &headers, told).await
}

/// Does something to a receiver: tries it, sends what was given up again, turns it on or off, takes it away.
pub async fn act(
    web: Web,
    headers: HeaderMap,
    Path((id, what)): Path<(String, String)>,
    Form(filled): Form<Filled>,
) -> Result<Response, Oops> {
    let came = done(&web, &headers, &id, &what, &filled).await;
    after(&web, &headers, came).await
}

async fn done(web: &Web, headers: &HeaderMap, id: &str, what: &str, filled: &Filled) -> Result<Told, AppError> {
    let context = context(web, headers, &format!("/receivers/{id}/{what}"), filled).await?;
    let mut told = Told::default();
    match what {
        "test" => {
            let tried = web.app.try_receiver(&context.access, id).await?;
            told.done = match tried.status {
                Some(status) => format!("{id} answered {status} after {} ms: {}", tried.millis, tried.said),
                None => format!("{id} did not answer. {}", tried.said),
            };
        }
        "replay" => {
            let count = web.app.replay(&context, id, None).await?;
            told.done = format!("{count} messages are sent again to {id}.");
        }
        "secret" => {
            told.secret = web.app.new_secret_of(&context, id).await?.secret.unwrap_or_default();
            told.done = format!("{id} has a new secret. The former one signs too for 24 hours.");
        }
        "on" | "off" => {
            let r = web.app.receiver(&context.access, id).await?.receiver;
            let (name, url, entity, active) = (r.name, r.url, Some(r.entity), what == "on");
            let (kinds, streams) = (r.kinds, r.streams);
            let new = NewReceiver { id: r.id, name, url, entity, kinds, streams, active, ..NewReceiver::default() };
            web.app.put_receiver(&context, new).await?;
            told.done = format!("{id} is {what}.");
        }
        "delete" => {
            web.app.delete_receiver(&context, id).await?;
            told.done = format!("{id} is taken away.");
        }
        _ => {
            let right = "Use one of the buttons of the page.".to_owned();
            return Err(AppError::NotFound { what: "such button".to_owned(), right });
        }
    }
    Ok(told)
}
