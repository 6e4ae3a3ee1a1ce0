//! Whether everything is as it was sealed: every entry in its place, unchanged, none missing and none put in.

use super::action::Action;
use crate::error::AppError;
use crate::keys::Keys;
use std::collections::BTreeSet;
use watercourse_store::{ChainRow, Conn, Entry, Head, Sealed, Source, Store, StoreError, digest, link};

/// The most signed heads kept in a database that are compared with it.
pub const HEADS: i64 = 10_000;
/// Links that are looked at in one go.
const AT_ONCE: i64 = 5000;
/// Findings that are told; the rest is counted.
const TOLD: usize = 200;
/// How words look that were erased, beside a fact: a note, or a title and a description.
const ERASED: [&str; 3] = ["0:,-,-,", "-,0:,0:,", "0:,0:,0:,"];

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// An entry or its link is not what was sealed.
    Changed,
    /// The words beside an entry are not those that were sealed.
    WordsChanged,
    /// An entry that was sealed is gone.
    Deleted,
    /// An entry stands among sealed ones and was not sealed with them.
    Inserted,
    /// Links are out of order.
    Reordered,
    /// Links are missing.
    LinkMissing,
    /// The chain ends before a signed head.
    CutOff,
    /// The chain is another than a signed head says.
    Rewritten,
    /// A head is not signed with its key.
    BadSignature,
    /// An item's facts are not numbered from 1 to its revision.
    Gap,
}

impl Fault {
    /// A word for it, always the same.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::WordsChanged => "words-changed",
            Self::Deleted => "deleted",
            Self::Inserted => "inserted",
            Self::Reordered => "reordered",
            Self::LinkMissing => "link-missing",
            Self::CutOff => "cut-off",
            Self::Rewritten => "rewritten",
            Self::BadSignature => "bad-signature",
            Self::Gap => "gap",
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub fault: Fault,
    /// In words.
    pub said: String,
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Links of the chain.
    pub links: i64,
    /// Facts among them.
    pub facts: i64,
    /// Changes of the audit trail among them.
    pub changes: i64,
    /// Entries that are not sealed yet.
    pub unsealed: i64,
    /// Entries whose words were erased, as the trail says.
    pub erased: i64,
    /// Signed heads that were compared.
    pub heads: usize,
    /// How many different keys they were signed with.
    pub keys: usize,
    /// The number of the last link that a signed head covers.
    pub anchored: i64,
    /// What is wrong; none where everything is as it was sealed.
    pub findings: Vec<Finding>,
    /// How many more findings there are than are told.
    pub more: usize,
}

impl Verified {
    fn find(&mut self, fault: Fault, said: String) {
        if self.findings.len() < TOLD {
            self.findings.push(Finding { fault, said });
        } else {
            self.more += 1;
        }
    }
}

/// What is wrong, the number of the link, and its entry.
type Spot = (Fault, i64, Option<(Source, i64)>);

/// A part of the chain that was looked at.
#[derive(Debug, Default)]
struct Part {
    facts: i64,
    changes: i64,
    findings: Vec<Spot>,
    words: Vec<(Sealed, String)>,
}

/// Looks through the whole chain, beside whoever writes, and compares it with signed heads. `at_once`: how many
/// parts of it are looked at side by side.
///
/// # Errors
/// The store's. What is wrong with the chain is in the answer.
pub async fn verify(store: &Store, heads: &[Head], at_once: usize) -> Result<Verified, AppError> {
    let mut conn = store.reader().await?;
    let end = conn.chain_end().await?.unwrap_or_else(Sealed::beginning);
    let last = end.number;
    drop(conn);
    let mut verified = Verified { links: last, ..Verified::default() };
    let parts = look_through(store, last, at_once.max(1)).await?;
    let mut conn = store.reader().await?;
    for part in parts {
        verified.facts += part.facts;
        verified.changes += part.changes;
        for (fault, number, entry) in part.findings {
            let said = said(&mut conn, fault, number, entry).await?;
            verified.find(fault, said);
        }
        for (sealed, now) in part.words {
            words(&mut conn, &mut verified, &sealed, &now).await?;
        }
    }
    inserted(&mut conn, &mut verified, &end).await?;
    anchors(&mut conn, &mut verified, heads).await?;
    for (key, revision, facts, newest) in conn.items_with_gaps(i64::try_from(TOLD).unwrap_or(i64::MAX)).await? {
        let said = format!("{key} is at revision {revision}, but has {facts} facts, the last numbered {newest}");
        verified.find(Fault::Gap, said);
    }
    Ok(verified)
}

/// Looks through all links, several parts side by side: each needs only the hash of the link before it.
async fn look_through(store: &Store, last: i64, at_once: usize) -> Result<Vec<Part>, AppError> {
    let broke = |e: tokio::task::JoinError| StoreError::Other(format!("verifying broke off: {e}"));
    let each = (last / i64::try_from(at_once).unwrap_or(1) + 1).max(AT_ONCE);
    let mut tasks = Vec::new();
    let mut after = 0;
    while after < last {
        let until = (after + each).min(last);
        let store = store.clone();
        tasks.push(tokio::spawn(async move { stretch(&store, after, until).await }));
        after = until;
    }
    let mut parts = Vec::with_capacity(tasks.len());
    for task in tasks {
        parts.push(task.await.map_err(broke)??);
    }
    Ok(parts)
}

async fn stretch(store: &Store, after: i64, until: i64) -> Result<Part, AppError> {
    let mut conn = store.reader().await?;
    let mut part = Part::default();
    let mut before = if after == 0 { Some(Sealed::beginning()) } else { conn.chain_link(after).await? };
    let mut from = after;
    while from < until {
        let to = (from + AT_ONCE).min(until);
        for found in conn.chain_found(from, to).await? {
            part.look(before.as_ref(), &found, after);
            before = Some(found.sealed);
        }
        from = to;
    }
    let reached = before.map_or(after, |b| b.number);
    if reached < until {
        part.findings.push((Fault::LinkMissing, reached + 1, None));
    }
    Ok(part)
}

impl Part {
    fn look(&mut self, before: Option<&Sealed>, found: &ChainRow, after: i64) {
        let sealed = &found.sealed;
        let place = Some((sealed.source, sealed.seq));
        match sealed.source {
            Source::Fact => self.facts += i64::from(found.entry.is_some()),
            Source::Audit => self.changes += i64::from(found.entry.is_some()),
        }
        let expected = before.map_or(after, |b| b.number) + 1;
        let before = before.filter(|b| b.number + 1 == sealed.number);
        if sealed.number != expected {
            self.findings.push((Fault::LinkMissing, expected, None));
        }
        if let Some(before) = before {
            if sealed.seq <= before.last(sealed.source) {
                self.findings.push((Fault::Reordered, sealed.number, place));
            }
            if sealed.other != before.then_other(sealed.source) {
                self.findings.push((Fault::Changed, sealed.number, place));
            }
        }
        let Some(entry) = &found.entry else {
            self.findings.push((Fault::Deleted, sealed.number, place));
            return;
        };
        if let Some(before) = before
            && link(&before.hash, sealed.words.as_ref(), &entry.text) != sealed.hash
        {
            self.findings.push((Fault::Changed, sealed.number, place));
        }
        self.compare_words(sealed, entry);
    }

    fn compare_words(&mut self, sealed: &Sealed, entry: &Entry) {
        if entry.words.as_deref().map(digest) != sealed.words {
            self.words.push((sealed.clone(), entry.words.clone().unwrap_or_default()));
        }
    }
}

async fn said(conn: &mut Conn, fault: Fault, number: i64, entry: Option<(Source, i64)>) -> Result<String, AppError> {
    let what = match entry {
        None => return Ok(format!("link {number} of the chain is missing")),
        Some((source, seq)) => named(conn, source, seq).await?,
    };
    Ok(match fault {
        Fault::Deleted => format!("{what}, sealed as link {number}, is gone"),
        Fault::Reordered => format!("{what} is sealed as link {number}, out of order"),
        _ => format!("{what} is not what was sealed as link {number}"),
    })
}

/// An entry as people know it.
async fn named(conn: &mut Conn, source: Source, seq: i64) -> Result<String, AppError> {
    if source == Source::Audit {
        return Ok(format!("change {seq} of the audit trail"));
    }
    Ok(match conn.fact_place(seq).await? {
        Some(place) => format!("fact {seq} ({}, revision {})", place.key, place.revision),
        None => format!("fact {seq}"),
    })
}

/// Words that differ from those that were sealed: erased, where the trail says so, or changed.
async fn words(conn: &mut Conn, verified: &mut Verified, sealed: &Sealed, now: &str) -> Result<(), AppError> {
    if ERASED.contains(&now)
        && let Some(place) = conn.fact_place(sealed.seq).await?
    {
        let objects = [Some(place.item.to_string()), place.note.map(|n| n.to_string())];
        for object in objects.into_iter().flatten() {
            let action = Some(Action::WordsErased.id());
            if !conn.audit_before(i64::MAX, action, Some(&object), 1).await?.is_empty() {
                verified.erased += 1;
                return Ok(());
            }
        }
    }
    let what = named(conn, sealed.source, sealed.seq).await?;
    let said = format!("the words beside {what} are not those that were sealed as link {}", sealed.number);
    verified.find(Fault::WordsChanged, said);
    Ok(())
}

/// Entries among sealed ones that no link seals.
async fn inserted(conn: &mut Conn, verified: &mut Verified, end: &Sealed) -> Result<(), AppError> {
    let sources = [(Source::Fact, verified.facts), (Source::Audit, verified.changes)];
    for (source, linked) in sources {
        let until = end.last(source);
        let there = conn.count_entries(source, until).await?;
        if there != linked {
            let most = i64::try_from(TOLD).unwrap_or(i64::MAX);
            for seq in conn.entries_without_link(source, until, most).await? {
                let what = named(conn, source, seq).await?;
                verified.find(Fault::Inserted, format!("{what} was put in among entries that were sealed before"));
            }
        }
        verified.unsealed += conn.count_entries(source, i64::MAX).await? - there;
    }
    Ok(())
}

/// Compares the chain with heads that were signed earlier.
async fn anchors(conn: &mut Conn, verified: &mut Verified, heads: &[Head]) -> Result<(), AppError> {
    let mut keys: BTreeSet<&[u8]> = BTreeSet::new();
    for head in heads {
        verified.heads += 1;
        keys.insert(&head.public_key);
        let message = Head::message(head.number, &head.hash, head.at);
        if !Keys::signed(&head.public_key, &message, &head.signature) {
            verified.find(Fault::BadSignature, format!("the head of link {} is not signed with its key", head.number));
            continue;
        }
        match conn.chain_link(head.number).await? {
            Some(sealed) if sealed.hash == head.hash => verified.anchored = verified.anchored.max(head.number),
            Some(_) => {
                let said = format!("link {} is another than was signed at {}", head.number, head.at);
                verified.find(Fault::Rewritten, said);
            }
            None => {
                let (number, links) = (head.number, verified.links);
                let said = format!(
                    "the chain was cut off: it ends at link {links}, and link {number} was signed at {}",
                    head.at
                );
                verified.find(Fault::CutOff, said);
            }
        }
    }
    verified.keys = keys.len();
    Ok(())
}
