//! One transaction in which items change: load, decide, save, and do what follows in other items.

use crate::access::{Access, Permission};
use crate::app::{App, Change, no_item};
use crate::context::Context;
use crate::entities::Tree;
use crate::error::AppError;
use crate::published::Published;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use uuid::Uuid;
use watercourse_core::actor::Actor;
use watercourse_core::calendar::Calendar;
use watercourse_core::decide::{Decision, Fresh, World, decide, open};
use watercourse_core::fact::{Event, Fact};
use watercourse_core::id::{CommentId, ItemId, PersonId};
use watercourse_core::item::{Item, Outcome};
use watercourse_core::link::Link;
use watercourse_core::refusal::{Ground, Refusal};
use watercourse_core::span::Span;
use watercourse_core::stream::DoneOn;
use watercourse_core::time::Instant;
use watercourse_core::verb::{ChildEnded, Duty, Link as LinkVerb, Verb};
use watercourse_store::{Conn, ItemRow, Keeping, Kept, Note, Numbered, ROOT, Sight, Timer, Words, changed, row};

/// Items that one verb may change beside its own: children opened, parents told, and so on.
const MOST_FOLLOWING: usize = 64;

/// An item to be opened.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    pub(crate) id: ItemId,
    pub(crate) stream: String,
    pub(crate) words: Words,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) start: Option<String>,
    pub(crate) links: Vec<(Link, ItemId)>,
    pub(crate) cause: &'static str,
}

/// What was written of one item.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) kept: Arc<Kept>,
    pub(crate) row: ItemRow,
    pub(crate) facts: Vec<Numbered>,
}

/// What is still to do in the same transaction.
enum Follow {
    Open { parent: ItemId, child: ItemId, stream: String, step: Option<String> },
    Ended { child: ItemId, result: Outcome },
}

/// A transaction under way.
pub(crate) struct Doing<'c> {
    pub(crate) app: &'c App,
    pub(crate) conn: &'c mut Conn,
    pub(crate) actor: &'c Actor,
    /// What whoever asked may do; what follows of itself is done whoever asked.
    access: &'c Access,
    pub(crate) at: Option<Instant>,
    pub(crate) now: Instant,
    pub(crate) written: Vec<Written>,
    follow: VecDeque<Follow>,
}

/// What a verb is done with.
pub(crate) struct Doer<'a> {
    pub(crate) verb: &'a Verb,
    pub(crate) words: Option<&'a str>,
    pub(crate) if_revision: Option<u64>,
    /// The earliest it can have happened: clocks of two machines may differ a little.
    pub(crate) at: Option<Instant>,
}

impl<'c> Doing<'c> {
    pub(crate) fn new(app: &'c App, conn: &'c mut Conn, ctx: &'c Context) -> Self {
        Self {
            app,
            conn,
            actor: &ctx.actor,
            access: &ctx.access,
            at: ctx.at,
            now: app.now(),
            written: Vec::new(),
            follow: VecDeque::new(),
        }
    }

    /// Does a verb to an item that [`App::find`] let whoever asks see, and everything that follows.
    ///
    /// # Errors
    /// A refusal, or whatever kept it from being done. The transaction must be given up then.
    pub(crate) async fn act(&mut self, id: ItemId, doer: Doer<'_>) -> Result<(), AppError> {
        self.allowed(id, doer.verb).await?;
        self.act_once(id, doer, self.actor.clone()).await?;
        self.follow().await
    }

    /// Opens an item and does everything that follows.
    pub(crate) async fn open(&mut self, opening: Opening) -> Result<(), AppError> {
        self.open_once(opening, self.actor.clone()).await?;
        self.follow().await
    }

    /// Refuses a verb that may not be done to an item, and an approval by whoever asked for it.
    async fn allowed(&mut self, id: ItemId, verb: &Verb) -> Result<(), AppError> {
        let ways: &[Permission] = match verb.spec().duty {
            Duty::Work => &[Permission::ItemAct],
            Duty::Follow => &[Permission::ItemAct, Permission::ItemFollow],
            Duty::Approve => &[Permission::ItemApprove],
        };
        let mut allowed = false;
        for way in ways {
            let sight = self.access.sight_of(*way);
            allowed = allowed || sight == Sight::Everything || self.conn.sees(id, &sight).await?;
        }
        if !allowed {
            return Err(AppError::Denied(ways.last().map_or("", |p| p.id())));
        }
        if verb.spec().duty == Duty::Approve {
            let item = self.load(id).await?;
            let asked = item.words.requester.or_else(|| person(&item.item.opened_by));
            if self.access.person.is_some() && asked == self.access.person {
                return Err(Refusal::new(
                    Ground::Forbidden,
                    format!("Whoever asked for {} cannot decide its gates.", item.item.key),
                    "Ask somebody else who may approve.",
                )
                .into());
            }
        }
        Ok(())
    }

    async fn follow(&mut self) -> Result<(), AppError> {
        let mut left = MOST_FOLLOWING;
        while let Some(next) = self.follow.pop_front() {
            left = left.checked_sub(1).ok_or_else(|| {
                Refusal::new(
                    Ground::Forbidden,
                    format!("This would change more than {MOST_FOLLOWING} other items at once."),
                    "Look whether streams open each other in a circle.",
                )
            })?;
            match next {
                Follow::Open { parent, child, stream, step } => self.open_child(parent, child, stream, step).await?,
                Follow::Ended { child, result } => self.tell_parents(child, result).await?,
            }
        }
        Ok(())
    }

    async fn act_once(&mut self, id: ItemId, doer: Doer<'_>, actor: Actor) -> Result<(), AppError> {
        let before = self.load(id).await?;
        if before.imported {
            return Err(imported(&before.item.key).into());
        }
        let item = &before.item;
        if let Some(expected) = doer.if_revision.filter(|r| *r != item.revision) {
            return Err(AppError::Changed { key: item.key.clone(), expected, found: item.revision });
        }
        let published = self.app.published(self.conn, &item.stream, item.version).await?;
        crate::validate::verb(self.conn, self.access, item, doer.verb).await?;
        let words = doer.words.or_else(|| doer.verb.words()).filter(|w| !w.trim().is_empty());
        let (at, now) = self.times(doer.at, item.touched);
        let note = words.map(|w| self.note(id, w, &actor, now));
        let fresh = self.fresh(id, String::new());
        let decision = decide(
            &World {
                stream: &published.stream,
                version: item.version,
                item: Some(item),
                at,
                now,
                actor: &actor,
                cause: doer.verb.spec().id,
                note: note.as_ref().map(|n| n.id),
                fresh: &fresh,
            },
            doer.verb,
        )?;
        if decision.facts.is_empty() {
            return Ok(());
        }
        self.save(Some(&before), decision, before.words.clone(), &published, note).await
    }

    async fn open_once(&mut self, opening: Opening, actor: Actor) -> Result<(), AppError> {
        let published = self.app.current(self.conn, &opening.stream).await?;
        if published.head.imported {
            let wrong = format!("“{}” is an imported log: it is drawn and measured, not run.", opening.stream);
            return Err(AppError::invalid("/stream", wrong, "Name a published stream."));
        }
        let stream = &published.stream;
        crate::validate::fields(&stream.kind, &opening.fields)?;
        let key = self.next_key(&stream.kind, &opening.words.entity).await?;
        let fresh = self.fresh(opening.id, key);
        let (at, now) = self.times(None, Instant(i64::MIN));
        let version = published.head.version;
        let world = World {
            stream,
            version,
            item: None,
            at,
            now,
            actor: &actor,
            cause: opening.cause,
            note: None,
            fresh: &fresh,
        };
        let mut decision = open(&world, opening.start.as_deref(), opening.fields)?;
        for (link, to) in opening.links {
            let verb = Verb::Link(LinkVerb { link, to });
            let more = decide(&World { item: Some(&decision.item), ..world }, &verb)?;
            decision.facts.extend(more.facts);
            decision.item = more.item;
        }
        self.save(None, decision, opening.words, &published, None).await
    }

    /// The next human key of a kind. An entity with a prefix of its own counts apart from all others.
    async fn next_key(&mut self, kind: &str, entity: &str) -> Result<String, AppError> {
        let letters = watercourse_practices::kind(kind).map_or("ITEM", |k| k.prefix);
        let prefix = match entity {
            ROOT => None,
            entity => Tree::load(self.conn).await?.settings(entity).prefix,
        };
        Ok(match prefix {
            None => format!("{letters}-{}", self.conn.next_key(kind).await?),
            Some(prefix) => {
                let number = self.conn.next_key(&format!("{prefix}/{kind}")).await?;
                format!("{prefix}-{letters}-{number}")
            }
        })
    }

    /// A child runs in its own stream, about the same thing as its parent.
    async fn open_child(
        &mut self,
        parent: ItemId,
        child: ItemId,
        stream: String,
        step: Option<String>,
    ) -> Result<(), AppError> {
        let parent = self.load(parent).await?;
        let published = match self.app.current(self.conn, &stream).await {
            Err(AppError::NotFound { .. }) => {
                let step = step.unwrap_or_default();
                return Err(Refusal::new(
                    Ground::Forbidden,
                    format!("The step “{step}” opens an item in the stream “{stream}”, which is not published."),
                    "Publish that stream first.",
                )
                .into());
            }
            found => found?,
        };
        let kind = watercourse_practices::kind(&published.stream.kind);
        let fits = |name: &str, value: &str| kind.and_then(|k| k.field(name)).is_some_and(|f| f.check(value).is_ok());
        let fields =
            parent.item.fields.iter().filter(|(n, v)| fits(n, v)).map(|(n, v)| (n.clone(), v.clone())).collect();
        let opening = Opening {
            id: child,
            stream,
            words: Words {
                title: parent.words.title.clone(),
                description: String::new(),
                requester: parent.words.requester,
                entity: parent.words.entity.clone(),
            },
            fields,
            start: None,
            links: vec![(Link::SpawnedBy, parent.item.id)],
            cause: "spawns",
        };
        self.open_once(opening, self.actor.clone()).await
    }

    /// Tells the items a step of which opened this one how it ended.
    async fn tell_parents(&mut self, child: ItemId, result: Outcome) -> Result<(), AppError> {
        for parent in self.conn.parents_of(child).await? {
            let verb = Verb::ChildEnded(ChildEnded { child, result });
            let doer = Doer { verb: &verb, words: None, if_revision: None, at: self.at };
            self.act_once(parent, doer, Actor::Rule("child".to_owned())).await?;
        }
        Ok(())
    }

    async fn load(&mut self, id: ItemId) -> Result<Arc<Kept>, AppError> {
        // What this very transaction wrote is newer than anything remembered.
        if let Some(written) = self.written.iter().rev().find(|w| w.kept.item.id == id) {
            return Ok(Arc::clone(&written.kept));
        }
        self.app.kept(self.conn, id).await?.ok_or_else(|| no_item(&id.to_string()))
    }

    /// When it happened and when it is written down. What follows of itself, or is said to happen now, is
    /// never before what happened last.
    fn times(&self, at: Option<Instant>, touched: Instant) -> (Instant, Instant) {
        match (at, self.at) {
            (Some(at), _) => {
                let at = at.max(touched);
                (at, self.now.max(at))
            }
            (None, Some(said)) => (said, self.now),
            (None, None) => {
                let now = self.now.max(touched);
                (now, now)
            }
        }
    }

    fn note(&self, item: ItemId, words: &str, actor: &Actor, now: Instant) -> Note {
        Note {
            id: CommentId(Uuid::now_v7()),
            item,
            actor: actor.clone(),
            words: words.to_owned(),
            at: self.at.unwrap_or(now),
        }
    }

    fn fresh(&self, item: ItemId, key: String) -> Fresh {
        Fresh { item, key, child: ItemId(Uuid::now_v7()) }
    }

    /// Saves an item and its facts, and notes what follows.
    async fn save(
        &mut self,
        before: Option<&Arc<Kept>>,
        decision: Decision,
        words: Words,
        published: &Published,
        note: Option<Note>,
    ) -> Result<(), AppError> {
        let Decision { facts, item } = decision;
        let stream = &published.stream;
        let listed = row(&item, &words, stream, false);
        let conn = &mut *self.conn;
        if let Some(before) = before {
            conn.update_item(&listed, &item, before.item.revision).await?;
        }
        let due = timers(conn, &facts, published).await?;
        let numbers = conn
            .keep_item(&Keeping {
                new: before.is_none().then_some((&listed, &words, &item)),
                stream: &item.stream,
                rows: &changed(before.map(|b| &b.item), &item, stream),
                note: note.as_ref().filter(|n| facts.iter().any(|f| f.note == Some(n.id))),
                timers: &due,
                facts: &facts,
            })
            .await?;
        for fact in &facts {
            match &fact.event {
                Event::Linked { link, to } => conn.insert_link(item.id, *link, *to, fact.happened_at).await?,
                Event::Unlinked { link, to } => conn.delete_link(item.id, *link, *to).await?,
                Event::ChildOpened { child, stream, .. } => {
                    let (stream, step) = (stream.clone(), fact.step.clone());
                    self.follow.push_back(Follow::Open { parent: item.id, child: *child, stream, step });
                }
                Event::Closed { result, .. } => {
                    self.follow.push_back(Follow::Ended { child: item.id, result: *result })
                }
                _ => {}
            }
        }
        self.app.tells_itself(&numbers);
        let stream = &item.stream;
        let facts =
            numbers.into_iter().zip(facts).map(|(seq, fact)| Numbered { seq, stream: stream.clone(), fact }).collect();
        let kept = Arc::new(Kept { item, words, imported: false });
        self.written.push(Written { kept, row: listed, facts });
        Ok(())
    }
}

fn imported(key: &str) -> Refusal {
    Refusal::new(
        Ground::Forbidden,
        format!("{key} came from another tool's log."),
        "Do it in that tool and import again.",
    )
}

/// When the rounds that wait for the time are to be finished.
async fn timers(conn: &mut Conn, facts: &[Fact], published: &Published) -> Result<Vec<Timer>, AppError> {
    let mut timers = Vec::new();
    for fact in facts {
        let Event::RoundOpened { round, step: Some(step), timer: true, team, .. } = &fact.event else { continue };
        let found = published.stream.index(step).and_then(|s| published.stream.step(s));
        let Some(DoneOn::After(span)) = found.and_then(|s| s.done_on.as_ref()) else { continue };
        let due = due(conn, fact.happened_at, *span, team.as_deref()).await?;
        timers.push(Timer { item: fact.item, round: *round, due });
    }
    Ok(timers)
}

/// When a span is over, by the calendar of a team where the span is one of business time.
pub(crate) async fn due(conn: &mut Conn, from: Instant, span: Span, team: Option<&str>) -> Result<Instant, AppError> {
    if let Some(micros) = span.as_micros() {
        return Ok(from.plus(micros));
    }
    let team = match team {
        Some(team) => conn.teams().await?.into_iter().find(|t| t.id == team),
        None => None,
    };
    let own: Option<Calendar> =
        team.as_ref().and_then(|t| t.calendar.as_ref()).and_then(|text| serde_json::from_str(text).ok());
    let calendar = match (own, team) {
        (None, Some(team)) => {
            Tree::load(conn).await?.settings(&team.entity).calendar.and_then(|c| Calendar::new(c).ok())
        }
        (own, _) => own,
    };
    Ok(Instant(calendar.unwrap_or_else(Calendar::around_the_clock).deadline(from.micros(), span)))
}

impl App {
    /// Remembers and tells what was committed.
    pub(crate) fn committed(&self, written: &[Written]) {
        if written.is_empty() {
            return;
        }
        for one in written {
            self.remember(Arc::clone(&one.kept));
            self.take_in(&one.kept);
        }
        for one in written {
            let item: &Item = &one.kept.item;
            self.tell(Change::Item {
                id: item.id,
                key: item.key.clone(),
                stream: item.stream.clone(),
                revision: item.revision,
                seq: one.facts.last().map_or(0, |f| f.seq),
                what: one.facts.iter().map(|f| f.fact.event.id()).collect(),
                result: item.closed.map(|(_, result)| result),
            });
        }
    }
}

/// The person behind an actor.
pub(crate) const fn person(actor: &Actor) -> Option<PersonId> {
    match actor {
        Actor::Person(id) => Some(*id),
        Actor::Rule(_) | Actor::Integration(_) | Actor::Agent(_) => None,
    }
}
