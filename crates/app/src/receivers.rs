//! Keeping receivers: who outside is told what happens, with what secret, and what is on its way to them.

use crate::access::{Access, Permission};
use crate::app::App;
use crate::audit::{Action, note};
use crate::context::Context;
use crate::entities::{Tree, fitting};
use crate::error::AppError;
use crate::items::{boxed, keep_answer};
use crate::keys::{Keys, random32};
use crate::sender::Sender;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use watercourse_core::fact::Event;
use watercourse_core::time::Instant;
use watercourse_store::{Attempt, Conn, Delivery, DeliveryState, OnTheWay, Receiver};

/// How long a former secret signs too: time to bring the new one to the other side.
const BOTH_SIGN: i64 = 24 * 3_600_000_000;
/// The most receivers: each is looked at for every fact.
const MOST: usize = 200;
/// The most kinds or streams one can name.
const MOST_NAMED: usize = 100;

/// A receiver, new or to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewReceiver {
    /// Its id: below the root it begins with its entity's id and a hyphen.
    pub id: String,
    /// What people read; its id where empty.
    pub name: String,
    /// Where it is told.
    pub url: String,
    /// Facts of items of this entity and below; where none is named as it was, or by the id.
    pub entity: Option<String>,
    /// What happened, as facts call it; all of it where empty.
    pub kinds: Vec<String>,
    /// Ids of streams; all of them where empty.
    pub streams: Vec<String>,
    /// Whether it is told now.
    pub active: bool,
    /// A secret of one's own for a new receiver; one is made where none is given.
    pub secret: Option<String>,
    /// A new receiver is told facts with greater numbers than this; those from now on where none is given.
    pub after: Option<i64>,
}

/// A receiver, and how much is on its way to it.
#[derive(Debug, Clone)]
pub struct ReceiverView {
    /// The receiver; its secrets are sealed.
    pub receiver: Receiver,
    /// What is on its way.
    pub on_the_way: OnTheWay,
}

/// A receiver that was kept, with its secret where that is new: it is never told again.
#[derive(Clone)]
pub struct ReceiverKept {
    /// The receiver.
    pub receiver: Receiver,
    /// The new secret.
    pub secret: Option<String>,
}

impl App {
    /// The receivers that are one's to keep, by id.
    ///
    /// # Errors
    /// `Denied`, or the store's.
    pub async fn receivers(&self, access: &Access) -> Result<Vec<ReceiverView>, AppError> {
        access.may(Permission::OutsideKeep)?;
        let mut conn = self.store.snapshot().await?;
        let counts = conn.on_the_way(None).await?;
        let all = conn.receivers().await?.into_iter().filter(|r| theirs(access, r));
        Ok(all.map(|receiver| view(receiver, &counts)).collect())
    }

    /// One receiver.
    ///
    /// # Errors
    /// `NotFound`, also where it is not one's to keep.
    pub async fn receiver(&self, access: &Access, id: &str) -> Result<ReceiverView, AppError> {
        access.may(Permission::OutsideKeep)?;
        let mut conn = self.store.snapshot().await?;
        let receiver = found(&mut conn, access, id).await?;
        let counts = conn.on_the_way(Some(id)).await?;
        Ok(view(receiver, &counts))
    }

    /// Keeps a receiver, new or changed. A new one has a new secret, which is in the answer and never again.
    ///
    /// # Errors
    /// `Denied`; or when the id, address or something that is named is off.
    pub async fn put_receiver(&self, ctx: &Context, new: NewReceiver) -> Result<ReceiverKept, AppError> {
        ctx.access.may(Permission::OutsideKeep)?;
        check(&new, self.sender()?.as_ref())?;
        let made = match &new.secret {
            Some(given) => given.clone(),
            None => new_secret()?,
        };
        let (keys, now) = (self.keys()?.clone(), self.now());
        let ask = Arc::new((ctx.clone(), new, made));
        let write = boxed(move |conn: &mut Conn| {
            let (ask, keys) = (Arc::clone(&ask), keys.clone());
            Box::pin(async move {
                let (ctx, new, made) = &*ask;
                let kept = put(conn, ctx, new, made, &keys, now).await?;
                // The secret is kept in one place only: who asks again is not told it again.
                keep_answer(conn, ctx, || serde_json::json!({"id": kept.receiver.id}).to_string(), now).await?;
                Ok(kept)
            })
        });
        let kept = self.store.write(write).await?;
        Ok(kept)
    }

    /// Gives a receiver a new secret, which is in the answer and never again. For 24 hours messages are signed
    /// with the former one too.
    ///
    /// # Errors
    /// `NotFound`, or `Denied`.
    pub async fn new_secret_of(&self, ctx: &Context, id: &str) -> Result<ReceiverKept, AppError> {
        ctx.access.may(Permission::OutsideKeep)?;
        let (keys, now) = (self.keys()?.clone(), self.now());
        let ask = Arc::new((ctx.clone(), id.to_owned(), new_secret()?));
        let write = boxed(move |conn: &mut Conn| {
            let (ask, keys) = (Arc::clone(&ask), keys.clone());
            Box::pin(async move {
                let (ctx, id, made) = &*ask;
                let mut receiver = found(conn, &ctx.access, id).await?;
                let former = keys.unseal(&place(id), &receiver.secret)?;
                receiver.former = Some(keys.seal(&former_place(id), &former)?);
                receiver.former_until = now.plus(BOTH_SIGN);
                receiver.secret = keys.seal(&place(id), made.as_bytes())?;
                receiver.changed_at = now;
                conn.put_receiver(&receiver).await?;
                let detail = serde_json::json!({ "secret": "new" });
                note(conn, ctx, Action::ReceiverKept, id, detail, now).await?;
                keep_answer(conn, ctx, || serde_json::json!({"id": id}).to_string(), now).await?;
                Ok(ReceiverKept { receiver, secret: Some(made.clone()) })
            })
        });
        self.store.write(write).await
    }

    /// Takes a receiver away, with all that is on its way to it.
    ///
    /// # Errors
    /// `NotFound`, or `Denied`.
    pub async fn delete_receiver(&self, ctx: &Context, id: &str) -> Result<(), AppError> {
        ctx.access.may(Permission::OutsideKeep)?;
        let (ask, now) = (Arc::new((ctx.clone(), id.to_owned())), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                let (ctx, id) = &*ask;
                found(conn, &ctx.access, id).await?;
                conn.delete_receiver(id).await?;
                note(conn, ctx, Action::ReceiverRemoved, id, serde_json::json!({}), now).await?;
                keep_answer(conn, ctx, || serde_json::json!({"id": id}).to_string(), now).await
            })
        });
        self.store.write(write).await
    }

    /// Deliveries to a receiver with smaller numbers than `before`, the newest first, each with its attempts.
    ///
    /// # Errors
    /// `NotFound`, or `Denied`.
    pub async fn deliveries(
        &self,
        access: &Access,
        id: &str,
        state: Option<DeliveryState>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(Delivery, Vec<Attempt>)>, AppError> {
        access.may(Permission::OutsideKeep)?;
        let mut conn = self.store.snapshot().await?;
        found(&mut conn, access, id).await?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = conn.deliveries(id, state, before.unwrap_or(i64::MAX), limit).await?;
        let numbers: Vec<i64> = found.iter().map(|d| d.id).collect();
        let attempts = conn.attempts_of(&numbers).await?;
        let of = |d: &Delivery| attempts.iter().filter(|a| a.delivery == d.id).cloned().collect();
        Ok(found.into_iter().map(|d| (d.clone(), of(&d))).collect())
    }

    /// Sends one delivery that ended, or all that were given up, again with the same ids; how many.
    ///
    /// # Errors
    /// `NotFound`, or `Denied`.
    pub async fn replay(&self, ctx: &Context, id: &str, one: Option<i64>) -> Result<u64, AppError> {
        ctx.access.may(Permission::OutsideKeep)?;
        let (ask, now) = (Arc::new((ctx.clone(), id.to_owned())), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                let (ctx, id) = &*ask;
                found(conn, &ctx.access, id).await?;
                let count = conn.replay(id, one, now).await?;
                if let Some(number) = one.filter(|_| count == 0) {
                    let right = "Only one that arrived or was given up is sent again.";
                    return Err(AppError::not_found(format!("ended delivery {number} of “{id}”"), right));
                }
                let detail = serde_json::json!({ "delivery": one, "count": count });
                note(conn, ctx, Action::DeliveryReplayed, id, detail, now).await?;
                keep_answer(conn, ctx, || serde_json::json!({"replayed": count}).to_string(), now).await?;
                Ok(count)
            })
        });
        let count = self.store.write(write).await?;
        Ok(count)
    }
}

fn view(receiver: Receiver, counts: &[(String, OnTheWay)]) -> ReceiverView {
    let on_the_way = counts.iter().find(|(id, _)| *id == receiver.id).map(|c| c.1).unwrap_or_default();
    ReceiverView { receiver, on_the_way }
}

fn theirs(access: &Access, receiver: &Receiver) -> bool {
    access.may_in(Permission::OutsideKeep, &receiver.entity).is_ok()
}

/// A receiver that is there, and one's to keep.
pub(crate) async fn found(conn: &mut Conn, access: &Access, id: &str) -> Result<Receiver, AppError> {
    conn.receiver_named(id).await?.filter(|r| theirs(access, r)).ok_or_else(|| {
        let shown: String = id.chars().take(60).collect();
        AppError::not_found(format!("receiver “{shown}”"), "The list of receivers tells which there are.")
    })
}

fn check(new: &NewReceiver, sender: &dyn Sender) -> Result<(), AppError> {
    crate::organisation::label("/id", &new.id)?;
    if new.name.len() > 200 {
        return Err(AppError::invalid("/name", "The name is longer than 200 bytes.", "Give a shorter one."));
    }
    sender.check(&new.url).map_err(|wrong| {
        AppError::invalid("/url", wrong, "Give an address on the internet, such as https://example.org/hooks.")
    })?;
    if let Some(secret) = &new.secret {
        sender.check_secret(secret).map_err(|wrong| {
            AppError::invalid("/secret", wrong, "Give whsec_ and base64 of 24 to 64 bytes, or leave it out.")
        })?;
    }
    for (index, kind) in new.kinds.iter().enumerate() {
        if !Event::IDS.contains(&kind.as_str()) {
            let shown: String = kind.chars().take(60).collect();
            let right = format!("Choose from {}.", Event::IDS.join(", "));
            return Err(AppError::invalid(format!("/kinds/{index}"), format!("Nothing is called “{shown}”."), right));
        }
    }
    for (index, stream) in new.streams.iter().enumerate() {
        crate::organisation::label(&format!("/streams/{index}"), stream)?;
    }
    if new.kinds.len() > MOST_NAMED || new.streams.len() > MOST_NAMED {
        let right = "Leave the list empty, which means all.";
        return Err(AppError::invalid("", format!("More than {MOST_NAMED} are named."), right));
    }
    Ok(())
}

async fn put(
    conn: &mut Conn,
    ctx: &Context,
    new: &NewReceiver,
    made: &str,
    keys: &Keys,
    now: Instant,
) -> Result<ReceiverKept, AppError> {
    let old = conn.receiver_named(&new.id).await?;
    let tree = Tree::load(conn).await?;
    let named = new.entity.clone().filter(|e| !e.is_empty());
    let entity = named.or_else(|| old.as_ref().map(|r| r.entity.clone())).unwrap_or_else(|| tree.owner_of(&new.id));
    ctx.access.may_in(Permission::OutsideKeep, &entity)?;
    if !ctx.access.reach(Permission::OutsideKeep).is_some_and(|r| r.all) {
        // Before it matters whether there is one: nobody can find out by trying which ids others have.
        fitting(&entity, &new.id)?;
    }
    if let Some(old) = &old {
        ctx.access.may_in(Permission::OutsideKeep, &old.entity)?;
    }
    if !tree.has(&entity) {
        let shown: String = entity.chars().take(60).collect();
        return Err(AppError::not_found(format!("entity “{shown}”"), "The list of entities tells which there are."));
    }
    let name = if new.name.trim().is_empty() { crate::organisation::title_of(&new.id) } else { new.name.clone() };
    let is_new = old.is_none();
    if is_new && conn.receivers().await?.len() >= MOST {
        return Err(AppError::invalid("", format!("There are {MOST} receivers."), "Take one away first."));
    }
    if !is_new && new.secret.is_some() {
        let right = "Leave it out; asking for a new secret makes one, and both sign for a day.";
        return Err(AppError::invalid("/secret", "The receiver has a secret.", right));
    }
    let receiver = match old {
        Some(old) => Receiver { name, url: new.url.clone(), entity, active: new.active, changed_at: now, ..old },
        None => Receiver {
            id: new.id.clone(),
            name,
            url: new.url.clone(),
            entity,
            kinds: Vec::new(),
            streams: Vec::new(),
            active: new.active,
            secret: keys.seal(&place(&new.id), made.as_bytes())?,
            former: None,
            former_until: Instant(0),
            told: match new.after {
                Some(after) => after.max(0),
                None => conn.last_seq().await?,
            },
            changed_at: now,
        },
    };
    let receiver = Receiver { kinds: new.kinds.clone(), streams: new.streams.clone(), ..receiver };
    conn.put_receiver(&receiver).await?;
    let detail = serde_json::json!({ "url": receiver.url, "entity": receiver.entity, "active": receiver.active });
    note(conn, ctx, Action::ReceiverKept, &receiver.id, detail, now).await?;
    Ok(ReceiverKept { receiver, secret: is_new.then(|| made.to_owned()) })
}

/// A secret as Standard Webhooks writes it.
fn new_secret() -> Result<String, AppError> {
    Ok(format!("whsec_{}", STANDARD.encode(random32()?)))
}

fn place(id: &str) -> String {
    format!("receiver.secret:{id}")
}

fn former_place(id: &str) -> String {
    format!("receiver.former:{id}")
}

/// What messages to a receiver are signed with now.
pub(crate) fn secrets(keys: &Keys, receiver: &Receiver, now: Instant) -> Result<Vec<String>, AppError> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| crate::keys::KeyError::Sealed);
    let mut all = vec![text(keys.unseal(&place(&receiver.id), &receiver.secret)?)?];
    if let Some(former) = receiver.former.as_ref().filter(|_| receiver.former_until > now) {
        all.push(text(keys.unseal(&former_place(&receiver.id), former)?)?);
    }
    Ok(all)
}
