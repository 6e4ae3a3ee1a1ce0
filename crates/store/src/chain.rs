//! The chain over every change: each entry with the hash of all before it.
//!
//! An entry is a text made by the database of everything that stands in its row, each part with its length, so
//! that no two rows have the same. Words of people are in it as a digest only: they can be erased, and the
//! chain stays whole.

use sha2::{Digest as _, Sha256};
use watercourse_core::actor::Actor;
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::time::Instant;

/// A SHA-256.
pub type Hash = [u8; 32];

/// What begins the chain.
pub const BEGINNING: Hash = [0; 32];

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Among the facts of items.
    Fact,
    /// In the audit trail.
    Audit,
}

impl Source {
    /// As the database keeps it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Fact => "fact",
            Self::Audit => "audit",
        }
    }
}

/// A fact or a row of the audit trail, as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number there.
    pub seq: i64,
    /// All of it.
    pub text: String,
    /// The words kept beside it.
    pub words: Option<String>,
}

/// A link of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its number, from 1 without a gap.
    pub number: i64,
    /// Where its entry stands.
    pub source: Source,
    /// The number of its entry there.
    pub seq: i64,
    /// The last number sealed of the other source.
    pub other: i64,
    /// The digest of the words beside the entry.
    pub words: Option<Hash>,
    /// The hash over this entry and all before it.
    pub hash: Hash,
}

impl Sealed {
    /// What stands before the first link.
    #[must_use]
    pub const fn beginning() -> Self {
        Self { number: 0, source: Source::Fact, seq: 0, other: 0, words: None, hash: BEGINNING }
    }
    /// The last number sealed of a source.
    #[must_use]
    pub fn last(&self, source: Source) -> i64 {
        if self.source == source { self.seq } else { self.other }
    }
    /// What a link that follows with an entry of this source must say of the other.
    #[must_use]
    pub fn then_other(&self, source: Source) -> i64 {
        if self.source == source { self.other } else { self.seq }
    }
    /// The link that follows with an entry.
    #[must_use]
    pub fn then(&self, source: Source, entry: &Entry) -> Self {
        let words = entry.words.as_deref().map(digest);
        let other = self.then_other(source);
        let hash = link(&self.hash, words.as_ref(), &entry.text);
        Self { number: self.number + 1, source, seq: entry.seq, other, words, hash }
    }
}

/// A link with what stands in its entry now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainRow {
    /// The link.
    pub sealed: Sealed,
    /// The entry as it is now; none where it is gone.
    pub entry: Option<Entry>,
}

/// Where a fact belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactPlace {
    /// The key of its item.
    pub key: String,
    /// The item's revision after it.
    pub revision: i64,
    /// The item.
    pub item: ItemId,
    /// The words that go with it.
    pub note: Option<CommentId>,
}

/// The end of the chain at some time, signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of the last link.
    pub number: i64,
    /// Its hash.
    pub hash: Hash,
    /// When it was signed.
    pub at: Instant,
    /// The key the signature is checked with.
    pub public_key: Vec<u8>,
    /// The signature over number, hash and time.
    pub signature: Vec<u8>,
}

impl Head {
    /// What is signed.
    #[must_use]
    pub fn message(number: i64, hash: &Hash, at: Instant) -> Vec<u8> {
        let mut message = b"watercourse chain head 1\n".to_vec();
        message.extend(number.to_be_bytes());
        message.extend(hash);
        message.extend(at.micros().to_be_bytes());
        message
    }
}

/// A row of the audit trail: a change that is no fact of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number; given by the database.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Actor,
    /// What was done, such as `team:kept`.
    pub action: String,
    /// To what.
    pub object: String,
    /// More of it, as JSON; no secrets, and people by id only.
    pub detail: String,
}

/// A SHA-256 of a text.
#[must_use]
pub fn digest(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

/// The hash of an entry that follows another.
#[must_use]
pub fn link(previous: &Hash, words: Option<&Hash>, entry: &str) -> Hash {
    let mut hash = Sha256::new();
    hash.update(previous);
    match words {
        None => hash.update([0]),
        Some(words) => {
            hash.update([1]);
            hash.update(words);
        }
    }
    hash.update(entry.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::{Entry, Sealed, Source, digest, link};

    #[test]
    fn every_part_of_a_link_counts() {
        let hash = link(&[0; 32], None, "a");
        assert_ne!(hash, link(&[1; 32], None, "a"), "what stands before");
        assert_ne!(hash, link(&[0; 32], None, "b"), "the entry");
        assert_ne!(hash, link(&[0; 32], Some(&digest("")), "a"), "words");
        assert_ne!(link(&[0; 32], Some(&digest("x")), "a"), link(&[0; 32], Some(&digest("y")), "a"));
    }

    #[test]
    fn a_link_knows_how_far_both_sources_are_sealed() {
        let entry = |seq| Entry { seq, text: String::new(), words: None };
        let one = Sealed::beginning().then(Source::Fact, &entry(7));
        let two = one.then(Source::Audit, &entry(3));
        let three = two.then(Source::Audit, &entry(4));
        assert_eq!((one.last(Source::Fact), one.last(Source::Audit)), (7, 0));
        assert_eq!((two.last(Source::Fact), two.last(Source::Audit)), (7, 3));
        assert_eq!((three.number, three.last(Source::Fact), three.last(Source::Audit)), (3, 7, 4));
    }
}
