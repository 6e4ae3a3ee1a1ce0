//! Opening items and acting on them.

use crate::access::{Access, Permission};
use crate::app::App;
use crate::context::Context;
use crate::entities::Tree;
use crate::error::AppError;
use crate::transaction::{Doer, Doing, Opening, Written};
use crate::validate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;
use watercourse_core::id::{ItemId, PersonId};
use watercourse_core::link::Link;
use watercourse_core::time::Instant;
use watercourse_core::verb::{TOO_LATE, Verb};
use watercourse_store::{Answer, Conn, ItemRow, Numbered, ROOT, StoreError, Words};

/// An item to be opened.
#[derive(Debug, Clone, Default)]
pub struct NewItem {
    /// The stream it runs in, in its current version.
    pub stream: String,
    /// What it is about, in a line.
    pub title: String,
    /// More about it.
    pub description: String,
    /// Values of its kind's fields.
    pub fields: BTreeMap<String, String>,
    /// The step it begins at; the stream's first start where none is named.
    pub start: Option<String>,
    /// Relations to items, by key or id.
    pub links: Vec<(Link, String)>,
    /// Who asked for it, by handle or id.
    pub requester: Option<String>,
    /// The entity it belongs to: the stream's, else the requester's, where none is named.
    pub entity: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Done {
    /// The item as it is after it. For a reopening that came too late: the new item that reopens the old one.
    pub item: ItemRow,
    /// What happened to it.
    pub facts: Vec<Numbered>,
    /// Other items that were opened or changed by it: children, parents.
    pub others: Vec<ItemRow>,
    /// Whether this is the answer to an earlier request with the same key, and nothing was done now.
    #[serde(skip)]
    pub replayed: bool,
}

impl App {
    /// Opens an item.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right.
    pub async fn open(&self, ctx: &Context, new: NewItem) -> Result<Done, AppError> {
        validate::title(&new.title)?;
        validate::words("/description", &new.description)?;
        let (app, ctx, new) = (self.clone(), Arc::new(ctx.clone()), Arc::new(new));
        let write = boxed(move |conn: &mut Conn| {
            let (app, ctx, new) = (app.clone(), Arc::clone(&ctx), Arc::clone(&new));
            Box::pin(async move { app.open_in(conn, &ctx, &new).await })
        });
        Ok(self.settled(self.store.write(write).await?))
    }

    /// Does a verb to an item named by key or id. `words`: what somebody says to it, where the verb itself holds
    /// none. `if_revision`: only if the item is at this revision.
    ///
    /// # Errors
    /// A refusal says what was wrong and what would be right.
    pub async fn act(
        &self,
        ctx: &Context,
        item: &str,
        verb: &Verb,
        words: Option<&str>,
        if_revision: Option<u64>,
    ) -> Result<Done, AppError> {
        if let Some(words) = words {
            validate::words("/comment", words)?;
        }
        let ask = Arc::new((ctx.clone(), item.to_owned(), verb.clone(), words.map(str::to_owned)));
        let app = self.clone();
        let write = boxed(move |conn: &mut Conn| {
            let (app, ask) = (app.clone(), Arc::clone(&ask));
            Box::pin(async move {
                let (ctx, item, verb, words) = &*ask;
                app.act_in(conn, ctx, item, verb, words.as_deref(), if_revision).await
            })
        });
        Ok(self.settled(self.store.write(write).await?))
    }

    /// After the commit: remembers, tells, answers.
    fn settled(&self, (done, written): (Done, Vec<Written>)) -> Done {
        self.committed(&written);
        done
    }

    async fn open_in(&self, conn: &mut Conn, ctx: &Context, new: &NewItem) -> Result<(Done, Vec<Written>), AppError> {
        if let Some(done) = answered(conn, ctx).await? {
            return Ok((done, Vec::new()));
        }
        let mut links = Vec::with_capacity(new.links.len());
        for (link, to) in &new.links {
            links.push((*link, self.find(conn, &ctx.access, to).await?));
        }
        let requester = match new.requester.as_deref().filter(|r| !r.is_empty()) {
            Some(named) => Some(self.somebody(conn, &ctx.access, named).await?),
            None => None,
        };
        let entity = self.entity_of(conn, &ctx.access, new, requester).await?;
        let opening = Opening {
            id: ItemId(Uuid::now_v7()),
            stream: new.stream.clone(),
            words: Words {
                title: new.title.trim().to_owned(),
                description: new.description.clone(),
                requester,
                entity,
            },
            fields: new.fields.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| (n.clone(), v.clone())).collect(),
            start: new.start.clone(),
            links,
            cause: "open",
        };
        let mut doing = Doing::new(self, conn, ctx);
        doing.open(opening).await?;
        finished(doing, ctx, None).await
    }

    async fn act_in(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        item: &str,
        verb: &Verb,
        words: Option<&str>,
        if_revision: Option<u64>,
    ) -> Result<(Done, Vec<Written>), AppError> {
        if let Some(done) = answered(conn, ctx).await? {
            return Ok((done, Vec::new()));
        }
        let id = self.find(conn, &ctx.access, item).await?;
        let mut doing = Doing::new(self, conn, ctx);
        match doing.act(id, Doer { verb, words, if_revision, at: None }).await {
            Err(AppError::Refused(refusal)) if refusal.right == TOO_LATE => {
                let opening = self.reopening(doing.conn, id, verb).await?;
                doing.open(opening).await?;
            }
            // What stood in the way may be this very request, come a second time by another node and answered
            // while this one waited for the item: it runs again, and finds that answer.
            Err(error @ (AppError::Refused(_) | AppError::Changed { .. })) => {
                return Err(match answered(doing.conn, ctx).await? {
                    Some(_) => StoreError::Conflict("the same request was answered meanwhile".to_owned()).into(),
                    None => error,
                });
            }
            other => other?,
        }
        finished(doing, ctx, Some(id)).await
    }

    /// The entity a new item belongs to, for somebody who may open items there.
    async fn entity_of(
        &self,
        conn: &mut Conn,
        access: &Access,
        new: &NewItem,
        requester: Option<PersonId>,
    ) -> Result<String, AppError> {
        access.may(Permission::ItemOpen)?;
        let stream = self.known_to(conn, access, &new.stream).await?;
        let entity = match (&new.entity, &stream.head.entity) {
            (Some(named), _) if !named.is_empty() => {
                if !(Tree::load(conn).await?.has(named) && access.horizon.holds(named)) {
                    let shown: String = named.chars().take(60).collect();
                    let right = "The list of entities tells which there are.";
                    return Err(AppError::not_found(format!("entity “{shown}”"), right));
                }
                named.clone()
            }
            (_, of_stream) if of_stream != ROOT => of_stream.clone(),
            _ => match requester.filter(|r| Some(*r) != access.person) {
                Some(somebody) => conn.person_by_id(somebody).await?.map_or_else(|| access.home.clone(), |p| p.entity),
                None => access.home.clone(),
            },
        };
        let reach = access.reach(Permission::ItemOpen);
        let at_home = entity == access.home && reach.is_some_and(|r| r.own);
        if at_home { Ok(entity) } else { access.may_in(Permission::ItemOpen, &entity).map(|()| entity) }
    }

    /// The new item that reopens one that ended too long ago.
    async fn reopening(&self, conn: &mut Conn, id: ItemId, verb: &Verb) -> Result<Opening, AppError> {
        let old = self.kept(conn, id).await?.ok_or_else(|| crate::app::no_item(&id.to_string()))?;
        let current = self.current(conn, &old.item.stream).await?;
        let named = if let Verb::Reopen(reopen) = verb { reopen.step.as_deref() } else { None };
        let is_start = |id: &&str| current.stream.index(id).is_some_and(|s| current.stream.starts().has(s));
        Ok(Opening {
            id: ItemId(Uuid::now_v7()),
            stream: old.item.stream.clone(),
            words: old.words.clone(),
            fields: old.item.fields.clone(),
            start: named.filter(is_start).map(str::to_owned),
            links: vec![(Link::Reopens, id)],
            cause: "reopen",
        })
    }

    /// What was answered to a request with this key before, if anything was.
    ///
    /// # Errors
    /// The store's.
    pub async fn answer_to(&self, ctx: &Context) -> Result<Option<Answer>, AppError> {
        let Some(asked) = &ctx.idempotency else { return Ok(None) };
        Ok(self.store.reader().await?.answer_to(&ctx.principal(), &asked.key).await?)
    }

    /// Keeps what is answered to a request that its own effect already makes happen once.
    ///
    /// # Errors
    /// The store's.
    pub async fn keep_answer_to(&self, ctx: &Context, response: String) -> Result<(), AppError> {
        let (ask, now) = (Arc::new((ctx.clone(), response)), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move { keep_answer(conn, &ask.0, || ask.1.clone(), now).await })
        });
        match self.store.write(write).await {
            // The same request at the same time: it has the same effect and the same answer.
            Err(AppError::Store(StoreError::Conflict(_))) => Ok(()),
            other => other,
        }
    }

    /// The person with a handle or id.
    pub(crate) async fn somebody(&self, conn: &mut Conn, access: &Access, named: &str) -> Result<PersonId, AppError> {
        let found = match named.parse::<PersonId>() {
            Ok(id) => conn.person_by_id(id).await?,
            Err(_) => conn.person_by_handle(&named.to_lowercase()).await?,
        };
        let shown: String = named.chars().take(60).collect();
        found
            .filter(|p| access.horizon.holds(&p.entity))
            .map(|p| p.id)
            .ok_or_else(|| AppError::not_found(format!("person “{shown}”"), "The list of people tells who there is."))
    }
}

/// Helps the compiler to see that a closure takes a connection of any lifetime.
pub(crate) const fn boxed<T, F>(run: F) -> F
where
    F: for<'c> Fn(&'c mut Conn) -> futures::future::BoxFuture<'c, Result<T, AppError>>,
{
    run
}

/// The answer that was given to an earlier request with the same key.
pub(crate) async fn answered(conn: &mut Conn, ctx: &Context) -> Result<Option<Done>, AppError> {
    let Some(asked) = &ctx.idempotency else { return Ok(None) };
    let Some(answer) = conn.answer_to(&ctx.principal(), &asked.key).await? else { return Ok(None) };
    if answer.request != asked.request {
        return Err(AppError::KeyReused(asked.key.clone()));
    }
    let mut done: Done = serde_json::from_str(&answer.response)
        .map_err(|e| StoreError::Malformed { table: "idempotency", wrong: e.to_string() })?;
    done.replayed = true;
    Ok(Some(done))
}

/// Puts the answer together and keeps it with the key of the request, in the same transaction.
pub(crate) async fn finished(
    doing: Doing<'_>,
    ctx: &Context,
    acted: Option<ItemId>,
) -> Result<(Done, Vec<Written>), AppError> {
    let now = doing.now;
    let Doing { app, conn, written, .. } = doing;
    let main = match written.first() {
        Some(first) => first.kept.item.id,
        // A verb that changed nothing.
        None => acted.ok_or_else(|| crate::app::no_item(""))?,
    };
    let item = match written.iter().rev().find(|w| w.kept.item.id == main) {
        Some(last) => last.row.clone(),
        None => app.row_of(conn, main).await?,
    };
    let facts = written.iter().filter(|w| w.kept.item.id == main).flat_map(|w| w.facts.clone()).collect();
    let mut others: Vec<ItemRow> = Vec::new();
    for one in written.iter().rev().filter(|w| w.kept.item.id != main) {
        if !others.iter().any(|o| o.id == one.row.id) {
            others.insert(0, one.row.clone());
        }
    }
    let done = Done { item, facts, others, replayed: false };
    keep_answer(conn, ctx, || serde_json::to_string(&done).unwrap_or_default(), now).await?;
    Ok((done, written))
}

/// Keeps what is answered to a request that has a key, in the transaction that does what it asks.
pub(crate) async fn keep_answer(
    conn: &mut Conn,
    ctx: &Context,
    response: impl FnOnce() -> String + Send,
    now: Instant,
) -> Result<(), AppError> {
    if let Some(asked) = &ctx.idempotency {
        let answer = Answer { request: asked.request.clone(), response: response() };
        conn.keep_answer(&ctx.principal(), &asked.key, &answer, now).await?;
    }
    Ok(())
}
