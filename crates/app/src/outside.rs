//! What comes from outside: deployments, and news of hooks. Each delivery has one effect, however often it
//! comes.

use crate::access::{Access, Permission};
use crate::app::{App, Change};
use crate::audit::{Action, note};
use crate::context::Context;
use crate::error::AppError;
use crate::items::{Done, boxed, finished, keep_answer};
use crate::keys::{KeyError, Keys};
use crate::refused_hook::RefusedHook;
use crate::transaction::{Doer, Doing, Written};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError};
use uuid::Uuid;
use watercourse_core::id::ItemId;
use watercourse_core::refusal::{Ground, Refusal};
use watercourse_core::time::Instant;
use watercourse_core::verb::{Signal, Verb};
use watercourse_store::{Conn, Deployment, HookSource, Numbered, ROOT, StoreError};

/// What a message from outside says about an item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    /// Who sent it: the name of the hook, or `deployments`.
    pub source: String,
    /// What tells this message from every other of its source.
    pub delivery: String,
    /// The item, by key or id.
    pub item: String,
    /// The event, as a stream's `done_on` names it.
    pub event: String,
    /// It did not work out.
    pub failed: bool,
    /// How it came out, where the step has outcomes.
    pub outcome: Option<String>,
    /// What it rests on, for people to read; empty where there is nothing to add.
    pub evidence: String,
}

/// A deployment that is reported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deployed {
    /// What was deployed.
    pub service: String,
    /// Where to.
    pub environment: String,
    /// Which version.
    pub version: String,
    /// Of which commit.
    pub commit: Option<String>,
    /// When it happened; when we were told, where it is not said.
    pub at: Option<Instant>,
}

/// What came of a message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Heard {
    /// What was done to the item; none where nothing waited for it.
    pub done: Option<Done>,
    /// Why nothing was done: what was wrong and what would be right.
    pub refused: Option<(String, String)>,
    /// Whether the same message came before, and nothing was done now.
    #[serde(skip)]
    pub replayed: bool,
}

impl App {
    /// Does what a message from outside says, once.
    ///
    /// # Errors
    /// A refusal where no step waits for the event now; then the message is not remembered, so that sending it
    /// again later has an effect.
    pub async fn hear(&self, ctx: &Context, news: News) -> Result<Heard, AppError> {
        self.heard(ctx, news, None).await
    }

    /// Writes a deployment down and tells its item, once. Where no step waits for it, it is written down all
    /// the same and the answer says so. `news.event` is tried first, then `deployment` and `pipeline`.
    ///
    /// # Errors
    /// When a part is missing or the item is not there.
    pub async fn deployment(&self, ctx: &Context, deployed: Deployed, news: News) -> Result<Heard, AppError> {
        ctx.access.may(Permission::OutsideKeep)?;
        for (name, text) in
            [("service", &deployed.service), ("environment", &deployed.environment), ("version", &deployed.version)]
        {
            if text.trim().is_empty() || text.len() > 200 {
                let wrong = format!("The {name} is empty or longer than 200 bytes.");
                return Err(AppError::invalid(format!("/{name}"), wrong, "Give a short text."));
            }
        }
        let heard = self.heard(ctx, news, Some(deployed)).await?;
        if !heard.replayed {
            self.tell(Change::Deployment);
        }
        Ok(heard)
    }

    /// The newest deployments.
    ///
    /// # Errors
    /// The store's.
    pub async fn deployments(&self, access: &Access, limit: usize) -> Result<Vec<Deployment>, AppError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut found = self.store.reader().await?.deployments(limit).await?;
        found.retain(|d| access.horizon.holds(&d.entity));
        Ok(found)
    }

    /// Keeps a sender of hooks, new or changed.
    ///
    /// # Errors
    /// The store's.
    pub async fn put_hook_source(&self, ctx: &Context, source: HookSource) -> Result<(), AppError> {
        // What a sender may report reaches every item: it is for whoever may do that everywhere.
        ctx.access.may_in(Permission::OutsideKeep, ROOT)?;
        let secret = self.keys()?.seal(&secret_place(&source.name), source.secret.as_bytes())?;
        let source = HookSource { secret, ..source };
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let (ctx, source) = (Arc::clone(&ctx), source.clone());
            Box::pin(async move {
                conn.put_hook_source(&source).await?;
                let mapping: serde_json::Value = serde_json::from_str(&source.mapping).unwrap_or_default();
                let detail = serde_json::json!({ "mapping": mapping });
                note(conn, &ctx, Action::HookKept, &source.name, detail, now).await?;
                // The answer names the sender; its secret is kept in one place only.
                keep_answer(conn, &ctx, || serde_json::json!({ "name": source.name }).to_string(), now).await
            })
        });
        self.store.write(write).await
    }
    /// All senders of hooks, by name.
    ///
    /// # Errors
    /// The store's.
    pub async fn hook_sources(&self, access: &Access) -> Result<Vec<HookSource>, AppError> {
        access.may(Permission::OutsideKeep)?;
        Ok(self.store.reader().await?.hook_sources().await?)
    }

    /// A sender of hooks, to check the signature of what it sends.
    ///
    /// # Errors
    /// The store's.
    pub async fn hook_source(&self, name: &str) -> Result<Option<HookSource>, AppError> {
        let all = self.store.reader().await?.hook_sources().await?;
        let Some(source) = all.into_iter().find(|s| s.name == name) else { return Ok(None) };
        // Until it is written again, one of an older version stands there as it is.
        if !Keys::is_sealed(&source.secret) {
            return Ok(Some(source));
        }
        let secret = self.keys()?.unseal(&secret_place(name), &source.secret)?;
        let secret = String::from_utf8(secret).map_err(|_| KeyError::Sealed)?;
        Ok(Some(HookSource { secret, ..source }))
    }

    /// Remembers that a hook of a known sender was refused.
    pub fn refused_hook(&self, source: &str, wrong: &str) {
        let hook = RefusedHook { source: source.to_owned(), at: self.now(), wrong: wrong.chars().take(500).collect() };
        self.known.refused.lock().unwrap_or_else(PoisonError::into_inner).add(hook);
    }
    /// The newest hooks that this node refused since it began, newest first.
    ///
    /// # Errors
    /// `Denied`.
    pub fn refused_hooks(&self, access: &Access) -> Result<Vec<RefusedHook>, AppError> {
        // What a sender may report reaches every item, and so may what it got wrong.
        access.may_in(Permission::OutsideKeep, ROOT)?;
        Ok(self.known.refused.lock().unwrap_or_else(PoisonError::into_inner).newest_first())
    }

    /// Facts with greater numbers than `seq`, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn facts_after(&self, access: &Access, seq: i64, limit: usize) -> Result<Vec<Numbered>, AppError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        Ok(self.store.reader().await?.facts_after(&access.sight(), seq, limit).await?)
    }
    /// The newest facts of all, newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn newest_facts(&self, access: &Access, limit: usize) -> Result<Vec<Numbered>, AppError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        Ok(self.store.reader().await?.newest_facts(&access.sight(), limit).await?)
    }

    async fn heard(&self, ctx: &Context, news: News, deployed: Option<Deployed>) -> Result<Heard, AppError> {
        if news.delivery.is_empty() || news.delivery.len() > 200 {
            return Err(AppError::invalid(
                "/delivery",
                "The delivery has no usable id.",
                "Give an id of up to 200 bytes.",
            ));
        }
        let (app, ask) = (self.clone(), Arc::new((ctx.clone(), news, deployed)));
        let write = boxed(move |conn: &mut Conn| {
            let (app, ask) = (app.clone(), Arc::clone(&ask));
            Box::pin(async move { app.hear_in(conn, &ask.0, &ask.1, ask.2.as_ref()).await })
        });
        let (heard, written) = self.store.write(write).await?;
        self.committed(&written);
        Ok(heard)
    }

    async fn hear_in(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        news: &News,
        deployed: Option<&Deployed>,
    ) -> Result<(Heard, Vec<Written>), AppError> {
        if let Some(response) = conn.delivered_before(&news.source, &news.delivery).await? {
            let mut heard: Heard = serde_json::from_str(&response)
                .map_err(|e| StoreError::Malformed { table: "inbox", wrong: e.to_string() })?;
            heard.replayed = true;
            if let Some(done) = &mut heard.done {
                done.replayed = true;
            }
            return Ok((heard, Vec::new()));
        }
        let id = if news.item.trim().is_empty() && deployed.is_some() {
            None
        } else {
            Some(self.find(conn, &ctx.access, &news.item).await?)
        };
        if let Some(deployed) = deployed {
            let now = self.now();
            let at = deployed.at.unwrap_or(now);
            let record = record(deployed, id, news.failed, at, now, &ctx.access.home);
            conn.insert_deployment(&record).await?;
            let object = record.id.to_string();
            note(conn, ctx, Action::DeploymentReported, &object, serde_json::json!(record), now).await?;
        }
        let (heard, written) = match id {
            Some(id) => self.signal(conn, ctx, id, news, deployed.is_some()).await?,
            None => (Heard { done: None, refused: None, replayed: false }, Vec::new()),
        };
        let response = serde_json::to_string(&heard).unwrap_or_default();
        conn.keep_delivery(&news.source, &news.delivery, &response, self.now()).await?;
        Ok((heard, written))
    }

    /// Tells the item. Only a deployment is kept where nothing waits for it.
    async fn signal(
        &self,
        conn: &mut Conn,
        ctx: &Context,
        id: ItemId,
        news: &News,
        is_deployment: bool,
    ) -> Result<(Heard, Vec<Written>), AppError> {
        let mut events = vec![news.event.as_str()];
        if is_deployment {
            events.extend(["deployment", "pipeline"].into_iter().filter(|e| *e != news.event));
        }
        events.retain(|e| !e.is_empty());
        let mut first: Option<Refusal> = None;
        for event in events {
            let verb = Verb::Signal(Signal {
                event: event.to_owned(),
                failed: news.failed,
                outcome: news.outcome.clone(),
                evidence: (!news.evidence.is_empty()).then(|| news.evidence.clone()),
            });
            let mut doing = Doing::new(self, conn, ctx);
            match doing.act(id, Doer { verb: &verb, words: None, if_revision: None, at: None }).await {
                Ok(()) => {
                    let unkeyed = Context { idempotency: None, ..ctx.clone() };
                    let (done, written) = finished(doing, &unkeyed, Some(id)).await?;
                    return Ok((Heard { done: Some(done), refused: None, replayed: false }, written));
                }
                // Nothing was written when the verb itself was refused.
                Err(AppError::Refused(refusal)) if doing.written.is_empty() => {
                    first.get_or_insert(refusal);
                }
                Err(error) => return Err(error),
            }
        }
        let refusal = first.unwrap_or_else(|| {
            Refusal::new(Ground::Malformed, "No event is named.", "Name the event a step waits for.")
        });
        if !is_deployment {
            return Err(refusal.into());
        }
        Ok((Heard { done: None, refused: Some((refusal.wrong, refusal.right)), replayed: false }, Vec::new()))
    }
}

fn secret_place(name: &str) -> String {
    format!("hook_source.secret:{name}")
}

fn record(
    deployed: &Deployed,
    item: Option<ItemId>,
    failed: bool,
    at: Instant,
    now: Instant,
    entity: &str,
) -> Deployment {
    Deployment {
        id: Uuid::now_v7(),
        service: deployed.service.clone(),
        environment: deployed.environment.clone(),
        version: deployed.version.clone(),
        commit: deployed.commit.clone(),
        outcome: if failed { "failed" } else { "succeeded" }.to_owned(),
        item,
        at,
        recorded_at: now,
        entity: entity.to_owned(),
    }
}
