//! Delivering facts outside. The log of facts is the outbox: what is to leave is read from it after the commit,
//! written down as deliveries once, and sent by whichever node comes first, in order per item, until it arrives
//! or was tried often enough.

use crate::access::{Access, Permission};
use crate::app::App;
use crate::context::hex;
use crate::entities::Tree;
use crate::error::AppError;
use crate::fact_json::{CLOUD_EVENT, cloud_event, event_id, test_event};
use crate::items::boxed;
use crate::receivers::{found, secrets};
use crate::sender::{Answered, Outgoing};
use sha2::{Digest as _, Sha256};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;
use watercourse_store::{Attempt, Conn, Delivery, DeliveryState, Numbered, ROOT, Receiver, Sight, StoreError};

/// Facts looked at in one go.
const FACTS: i64 = 500;
/// Messages on their way to one receiver at once, each about another item.
const TOGETHER: i64 = 8;
/// How long somebody is at a delivery at most: longer than any sender takes.
const LEASE: i64 = 60_000_000;
/// The longest time between two looks: another node may have written facts.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How long what arrived is remembered.
const REMEMBER: i64 = 30 * 24 * 3_600_000_000;
/// The pause after each try that failed, in seconds; after the last of them it is given up.
const PAUSES: [i64; 8] = [5, 30, 2 * 60, 10 * 60, 30 * 60, 2 * 3600, 6 * 3600, 12 * 3600];
/// The most of an answer that is kept, in bytes.
const KEPT_OF_ANSWER: usize = 500;

/// What came of trying deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    /// They arrived.
    pub arrived: usize,
    /// They did not, and are tried again or were given up.
    pub failed: usize,
}

/// What a receiver said to a message that tries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What was answered; none where nothing was.
    pub status: Option<u16>,
    /// How long it took.
    pub millis: i64,
    /// The first bytes of the answer, or why there was none.
    pub said: String,
}

impl App {
    /// Writes down a delivery for every settled fact that a receiver is to be told and was not; how many. Any
    /// number of nodes may do this at once: each fact becomes one delivery to each receiver.
    ///
    /// # Errors
    /// The store's. What was not written down is the next time.
    pub async fn fan_out(&self) -> Result<usize, AppError> {
        let mut written = 0;
        let (receivers, tree, last) = {
            let mut conn = self.store.reader().await?;
            let receivers = conn.receivers().await?;
            if receivers.is_empty() {
                return Ok(0);
            }
            (receivers, Tree::load(&mut conn).await?, conn.last_seq().await?)
        };
        for receiver in receivers.iter().filter(|r| r.active && r.told != last) {
            let sight = sight_of(&tree, &receiver.entity);
            let mut told = receiver.told;
            while let Some((to, count)) = self.fan_out_to(receiver, &sight, told).await? {
                (told, written) = (to, written + count);
            }
        }
        Ok(written)
    }

    /// One page for one receiver: how far it was told now, and how many deliveries were written down; none where
    /// there is nothing more, or somebody else is at it.
    async fn fan_out_to(&self, r: &Receiver, sight: &Sight, from: i64) -> Result<Option<(i64, usize)>, AppError> {
        let (facts, last) = {
            // Both at one moment: what is read reaches to the last. Numbers say nothing of the order.
            let mut conn = self.store.snapshot().await?;
            let last = conn.last_seq().await?;
            (conn.facts_after(sight, from, FACTS).await?, last)
        };
        let is_full = i64::try_from(facts.len()).is_ok_and(|n| n >= FACTS);
        let read = facts.last().map_or(from, |f| f.seq);
        let to = if is_full { read } else { last };
        if to == from {
            return Ok(None);
        }
        let wanted: Vec<(i64, ItemId)> = facts.iter().filter(|f| wants(r, f)).map(|f| (f.seq, f.fact.item)).collect();
        let (id, ask, now) = (r.id.clone(), Arc::new(wanted), self.now());
        let count = ask.len();
        let write = boxed(move |conn: &mut Conn| {
            let (id, ask) = (id.clone(), Arc::clone(&ask));
            Box::pin(async move {
                let is_ours = conn.move_told(&id, from, to).await?;
                if is_ours {
                    conn.insert_deliveries(&id, &ask, now).await?;
                }
                Ok(is_ours)
            })
        });
        match self.store.write(write).await {
            Ok(true) => Ok(Some((to, count))),
            // A receiver that was taken away meanwhile has no deliveries either.
            Ok(false) | Err(AppError::Store(StoreError::Conflict(_))) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Tries what is due for one receiver until nothing more is, or nothing arrives.
    ///
    /// # Errors
    /// The store's. What was not tried is the next time.
    pub async fn deliver_to(&self, receiver: &str) -> Result<Delivered, AppError> {
        let mut all = Delivered::default();
        loop {
            let due = self.store.reader().await?.due_deliveries(receiver, self.now(), TOGETHER).await?;
            if due.is_empty() {
                return Ok(all);
            }
            let tries = due.into_iter().map(|d| self.deliver(d));
            let mut once = Delivered::default();
            for tried in futures::future::join_all(tries).await {
                match tried? {
                    Some(true) => once.arrived += 1,
                    Some(false) => once.failed += 1,
                    None => {}
                }
            }
            all.arrived += once.arrived;
            all.failed += once.failed;
            if once.arrived == 0 {
                // It seems to be down, or another node is at it: the next look is soon enough.
                return Ok(all);
            }
        }
    }

    /// Tries one delivery; whether it arrived, or none where somebody else has it.
    async fn deliver(&self, delivery: Delivery) -> Result<Option<bool>, AppError> {
        let (now, id) = (self.now(), delivery.id);
        let lease = now.plus(LEASE);
        let write =
            boxed(move |conn: &mut Conn| Box::pin(async move { Ok(conn.lease_delivery(id, now, lease).await?) }));
        if !self.store.write(write).await? {
            return Ok(None);
        }
        let Some(message) = self.message_of(&delivery).await? else { return Ok(None) };
        let tried = self.try_to_send(message).await?;
        let ended = ended(delivery, &tried, self.now());
        let attempt = Attempt {
            delivery: id,
            at: now,
            millis: tried.millis,
            status: tried.status.map(i64::from),
            said: tried.said,
        };
        let (arrived, ask) = (ended.state == DeliveryState::Done, Arc::new((ended, attempt)));
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move { Ok(conn.end_attempt(&ask.0, lease, &ask.1).await?) })
        });
        self.store.write(write).await?;
        Ok(Some(arrived))
    }

    /// The message of a delivery; none where its receiver or fact is gone.
    async fn message_of(&self, delivery: &Delivery) -> Result<Option<Outgoing>, AppError> {
        let mut conn = self.store.snapshot().await?;
        let receiver = conn.receiver_named(&delivery.receiver).await?.filter(|r| r.active);
        let fact = conn.fact_numbered(delivery.seq).await?;
        let (Some(receiver), Some(fact)) = (receiver, fact) else { return Ok(None) };
        let key = conn.rows_of(&[delivery.item]).await?.into_iter().next().map(|r| r.key).unwrap_or_default();
        let notes: BTreeMap<_, _> = match fact.fact.note {
            None => BTreeMap::new(),
            Some(_) => conn.notes_of(delivery.item).await?.into_iter().map(|n| (n.id, n.words)).collect(),
        };
        let body = cloud_event(&self.source()?, &fact, &key, &notes).to_string();
        Ok(Some(self.outgoing(&receiver, event_id(delivery.seq), body)?))
    }

    fn outgoing(&self, receiver: &Receiver, id: String, body: String) -> Result<Outgoing, AppError> {
        let now = self.now();
        Ok(Outgoing {
            url: receiver.url.clone(),
            id,
            seconds: now.micros() / 1_000_000,
            body: body.into_bytes(),
            media: CLOUD_EVENT,
            secrets: secrets(self.keys()?, receiver, now)?,
        })
    }

    async fn try_to_send(&self, message: Outgoing) -> Result<Tried, AppError> {
        let begun = tokio::time::Instant::now();
        let answered = self.sender()?.send(message).await;
        let millis = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        Ok(match answered {
            Ok(Answered { status, said }) => Tried { status: Some(status), millis, said: cut(said) },
            Err(said) => Tried { status: None, millis, said: cut(said) },
        })
    }

    /// Sends a receiver a message of the type `org.watercourse.test` now, and tells what it said.
    ///
    /// # Errors
    /// `NotFound`, or `Denied`.
    pub async fn try_receiver(&self, access: &Access, id: &str) -> Result<Tried, AppError> {
        access.may(Permission::OutsideKeep)?;
        let receiver = found(&mut self.store.reader().await?, access, id).await?;
        let event = format!("test-{}", uuid::Uuid::now_v7());
        let body = test_event(&self.source()?, &event, id, self.now()).to_string();
        self.try_to_send(self.outgoing(&receiver, event, body)?).await
    }

    /// The name of this installation in messages: the same as long as its keys are.
    fn source(&self) -> Result<String, AppError> {
        let digest = hex(&Sha256::digest(self.keys()?.public()));
        Ok(format!("urn:watercourse:{}", digest.get(..16).unwrap_or_default()))
    }

    /// Delivers what happens, until it is dropped. Each receiver is served on its own: one that is slow holds
    /// nobody else up. Where nothing sends, nothing is done.
    pub async fn run_deliveries(&self) {
        if self.sender().is_err() {
            return std::future::pending().await;
        }
        let mut changes = self.listen();
        let mut lanes: JoinSet<String> = JoinSet::new();
        let mut busy: HashMap<String, tokio::task::Id> = HashMap::new();
        let mut tidied = Instant(i64::MIN);
        loop {
            if let Err(error) = self.fan_out().await {
                tracing::error!(%error, "facts could not be written down for their receivers");
            }
            for id in self.to_serve().await {
                if let Entry::Vacant(free) = busy.entry(id) {
                    let (app, lane) = (self.clone(), free.key().clone());
                    let handle = lanes.spawn(async move {
                        if let Err(error) = app.deliver_to(&lane).await {
                            tracing::error!(%error, receiver = %lane, "deliveries could not be tried");
                        }
                        lane
                    });
                    free.insert(handle.id());
                }
            }
            let now = self.now();
            if now.micros().saturating_sub(tidied.micros()) > 3_600_000_000 {
                tidied = now;
                self.forget_deliveries(now).await;
            }
            // A change here, or the time to look what others did. What comes at once is looked at together.
            drop(timeout(LOOK_AGAIN, changes.recv()).await);
            while changes.try_recv().is_ok() {}
            while let Some(ended) = lanes.try_join_next_with_id() {
                let ended = ended.map_or_else(|e| e.id(), |(id, _)| id);
                busy.retain(|_, id| *id != ended);
            }
        }
    }

    /// The receivers that are on.
    async fn to_serve(&self) -> Vec<String> {
        let receivers = match self.store.reader().await {
            Ok(mut conn) => conn.receivers().await,
            Err(error) => Err(error),
        };
        match receivers {
            Ok(all) => all.into_iter().filter(|r| r.active).map(|r| r.id).collect(),
            Err(error) => {
                tracing::error!(%error, "the receivers could not be read");
                Vec::new()
            }
        }
    }

    async fn forget_deliveries(&self, now: Instant) {
        let before = now.plus(-REMEMBER);
        let write = boxed(move |conn: &mut Conn| Box::pin(async move { Ok(conn.forget_deliveries(before).await?) }));
        if let Err(error) = self.store.write(write).await {
            tracing::warn!(%error, "old deliveries could not be forgotten");
        }
    }
}

/// The items of an entity and of everything below it.
fn sight_of(tree: &Tree, entity: &str) -> Sight {
    if entity == ROOT {
        return Sight::Everything;
    }
    let entities = tree.below(entity).into_iter().collect();
    Sight::Part { entities, teams: Vec::new(), requester: None, opened_by: None }
}

fn wants(receiver: &Receiver, fact: &Numbered) -> bool {
    let named = |list: &[String], word: &str| list.is_empty() || list.iter().any(|w| w == word);
    named(&receiver.kinds, fact.fact.event.id()) && named(&receiver.streams, &fact.stream)
}

/// A delivery after a try: it arrived, is tried again after a pause, or is given up.
fn ended(mut delivery: Delivery, tried: &Tried, now: Instant) -> Delivery {
    delivery.tries += 1;
    if tried.status.is_some_and(|s| (200..300).contains(&s)) {
        (delivery.state, delivery.ended_at) = (DeliveryState::Done, Some(now));
        return delivery;
    }
    let pause = usize::try_from(delivery.tries - 1).ok().and_then(|n| PAUSES.get(n));
    match pause {
        Some(seconds) => delivery.due = now.plus(seconds * 1_000_000),
        None => (delivery.state, delivery.ended_at) = (DeliveryState::Dead, Some(now)),
    }
    delivery
}

/// The first bytes, whole characters, without what neither database keeps.
fn cut(mut said: String) -> String {
    said.retain(|c| c != '\0');
    let mut end = said.len().min(KEPT_OF_ANSWER);
    while !said.is_char_boundary(end) {
        end -= 1;
    }
    said.truncate(end);
    said
}

#[cfg(test)]
mod tests {
    use super::{PAUSES, Tried, cut, ended};
    use watercourse_core::id::ItemId;
    use watercourse_core::time::Instant;
    use watercourse_store::{Delivery, DeliveryState};

    fn delivery() -> Delivery {
        Delivery {
            id: 1,
            receiver: "r".to_owned(),
            seq: 7,
            item: ItemId(uuid::Uuid::nil()),
            state: DeliveryState::Waiting,
            tries: 0,
            due: Instant(0),
            leased_until: Instant(0),
            ended_at: None,
        }
    }

    #[test]
    fn pauses_grow_until_it_is_given_up() {
        let failed = Tried { status: Some(500), millis: 1, said: String::new() };
        let (mut at, mut due) = (delivery(), Vec::new());
        while at.state == DeliveryState::Waiting {
            at = ended(at, &failed, Instant(0));
            due.push(at.due.micros() / 1_000_000);
        }
        assert_eq!((at.state, at.tries), (DeliveryState::Dead, 9));
        assert_eq!(due.get(..8), Some(&PAUSES[..]));
        assert!(PAUSES.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn only_an_answer_of_success_is_an_arrival() {
        let state = |status| ended(delivery(), &Tried { status, millis: 1, said: String::new() }, Instant(0)).state;
        for (status, arrived) in [
            (Some(200), true),
            (Some(204), true),
            (Some(299), true),
            (Some(199), false),
            (Some(302), false),
            (Some(410), false),
            (None, false),
        ] {
            assert_eq!(state(status) == DeliveryState::Done, arrived, "{status:?}");
        }
    }

    #[test]
    fn an_answer_is_cut_between_characters() {
        assert_eq!(cut("é".repeat(300)).len(), 500);
        assert_eq!(cut("a\0b".to_owned()), "ab");
    }
}
