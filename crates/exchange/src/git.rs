//! Histories of Git as tables: commits with their parents, and tags, for the measures of delivery.

use std::io::{Read, Seek};

use crate::csv::Sheet;
use crate::date::{self, DateOrder};
use crate::error::ExchangeError;
use crate::imported::Rejected;
use crate::options::Options;
use crate::source::{Input, Text, unpack};
use crate::zone::Zone;

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its hash.
    pub id: String,
    /// The hashes it builds on, in their order; several for a merge.
    pub parents: Vec<String>,
    /// When it was committed, UTC milliseconds.
    pub at: i64,
    /// When its change was written, where the table tells.
    pub authored: Option<i64>,
}

/// A tag: a release, where a project tags its releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// The hash of the commit it is on.
    pub commit: String,
    /// When it was set, or its commit committed; UTC milliseconds.
    pub at: i64,
}

/// What two tables tell of the history of a project, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitHistory {
    /// Its commits.
    pub commits: Vec<Commit>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Rows that are neither; lines are those of their table.
    pub rejected: Vec<Rejected>,
}

/// Reads a table of commits and one of tags, plain or packed, with a line of names or without:
/// `git log --format='%H,%P,%cI'` and
/// `git for-each-ref refs/tags --format='%(refname:short),%(objectname),%(*objectname),%(creatordate:iso-strict)'`
/// write such tables; so do names like `sha`, `parents`, `commit_time`, `author_time`, `tag`, `commit_sha`, `tag_time`.
/// Hashes are told by their form, so abbreviated ones do too. Times without offset are UTC.
///
/// # Errors
/// A table cannot be read, or has no column of hashes or of times.
pub fn read_git<C: Read + Seek, T: Read + Seek>(commits: &mut C, tags: &mut T) -> Result<GitHistory, ExchangeError> {
    let mut history = GitHistory::default();
    let mut rejected = Vec::new();
    rows(commits, |sheet| {
        let roles = Roles::of_commits(sheet)?;
        while let Some((line, cells)) = sheet.next()? {
            match roles.commit(&cells) {
                Ok(commit) => history.commits.push(commit),
                Err(reason) => rejected.push(Rejected { line, reason }),
            }
        }
        Ok(())
    })?;
    rows(tags, |sheet| {
        let roles = Roles::of_tags(sheet)?;
        while let Some((line, cells)) = sheet.next()? {
            match roles.tag(&cells) {
                Ok(tag) => history.tags.push(tag),
                Err(reason) => rejected.push(Rejected { line, reason }),
            }
        }
        Ok(())
    })?;
    history.rejected = rejected;
    Ok(history)
}

fn rows(
    input: &mut dyn Input,
    read: impl FnOnce(&mut Sheet<'_>) -> Result<(), ExchangeError>,
) -> Result<(), ExchangeError> {
    let options = Options::default();
    unpack(input, &options.limits, &mut |_, _| {}, |unpacked| {
        let text = Text::open(Box::new(unpacked.reader), unpacked.packing, None)?;
        read(&mut Sheet::open(text, &options)?)
    })
}

/// Which column holds what.
#[derive(Default)]
struct Roles {
    id: usize,
    /// The commit behind an annotated tag.
    peeled: Option<usize>,
    parents: Option<usize>,
    at: usize,
    authored: Option<usize>,
    name: usize,
}

impl Roles {
    fn of_commits(sheet: &Sheet<'_>) -> Result<Self, ExchangeError> {
        let hashes = hashed(sheet, is_hash);
        let ids = hashed(sheet, |cell| cell.split_whitespace().all(is_hash));
        let id = named(sheet, &hashes, &["sha", "hash", "commit", "id"]).or(hashes.first().copied());
        let id = id.ok_or_else(|| lacks(sheet, "column of the hashes of commits"))?;
        let parents = named(sheet, &ids, &["parents", "parent"]).or_else(|| ids.iter().copied().find(|i| *i != id));
        let times = holding(sheet, is_time);
        let at = named(sheet, &times, &["commit", "committed", "committer"]).or(times.last().copied());
        let at = at.ok_or_else(|| lacks(sheet, "column of times"))?;
        let authored = named(sheet, &times, &["author", "authored"]).filter(|i| *i != at);
        Ok(Self { id, parents, at, authored, ..Self::default() })
    }

    fn of_tags(sheet: &Sheet<'_>) -> Result<Self, ExchangeError> {
        let hashes = hashed(sheet, is_hash);
        let id = named(sheet, &hashes, &["commit", "sha", "hash"]).or(hashes.first().copied());
        let id = id.ok_or_else(|| lacks(sheet, "column of the hashes of commits"))?;
        let peeled = hashes.iter().copied().find(|i| *i != id);
        let times = holding(sheet, is_time);
        let at = named(sheet, &times, &["tag", "date", "time", "created"]).or(times.first().copied());
        let at = at.ok_or_else(|| lacks(sheet, "column of times"))?;
        let free = |i: &usize| *i != at && !hashes.contains(i);
        let others: Vec<usize> = (0..sheet.table.columns.len()).filter(free).collect();
        let name =
            named(sheet, &others, &["tag", "name", "ref", "refname", "version", "release"]).or(others.first().copied());
        let name = name.ok_or_else(|| lacks(sheet, "column of the names of tags"))?;
        Ok(Self { id, peeled, at, name, ..Self::default() })
    }

    fn commit(&self, cells: &[String]) -> Result<Commit, String> {
        let (id, at) = (hash(cells, self.id)?, time(cells, self.at)?);
        let parents = self.parents.and_then(|i| cells.get(i)).map_or("", String::as_str);
        let parents: Vec<String> = parents.split_whitespace().map(str::to_owned).collect();
        if let Some(wrong) = parents.iter().find(|p| !is_hash(p)) {
            return Err(format!("the parent \u{201c}{wrong}\u{201d} is no hash of a commit"));
        }
        Ok(Commit { id, parents, at, authored: self.authored.and_then(|i| time(cells, i).ok()) })
    }

    fn tag(&self, cells: &[String]) -> Result<Tag, String> {
        let commit = match self.peeled.map(|i| hash(cells, i)) {
            Some(Ok(commit)) => commit,
            _ => hash(cells, self.id)?,
        };
        let name = cells.get(self.name).filter(|n| !n.is_empty()).ok_or("the name of the tag is empty")?;
        let name = name.strip_prefix("refs/tags/").unwrap_or(name).to_owned();
        Ok(Tag { name, commit, at: time(cells, self.at)? })
    }
}

/// The columns of which most filled cells pass, among the first rows.
fn holding(sheet: &Sheet<'_>, passes: impl Fn(&str) -> bool) -> Vec<usize> {
    let table = &sheet.table;
    let fits = |column: &usize| {
        let cells = (0..table.rows.len()).map(|row| table.cell(row, *column).trim()).filter(|c| !c.is_empty());
        let (all, good) = cells.fold((0, 0), |(all, good), c| (all + 1, good + usize::from(passes(c))));
        good > 0 && good * 3 >= all * 2
    };
    (0..table.columns.len()).filter(fits).collect()
}

/// The columns of hashes: a few digits alone would be seconds.
fn hashed(sheet: &Sheet<'_>, passes: impl Fn(&str) -> bool) -> Vec<usize> {
    let mut columns = holding(sheet, passes);
    let has_letter = |column: &usize| {
        (0..sheet.table.rows.len())
            .map(|row| sheet.table.cell(row, *column))
            .any(|cell| cell.len() >= 40 || cell.bytes().any(|b| b.is_ascii_lowercase()))
    };
    columns.retain(has_letter);
    columns
}

/// Of these columns the one with such a word in its name; the first word counts most.
fn named(sheet: &Sheet<'_>, columns: &[usize], words: &[&str]) -> Option<usize> {
    words.iter().find_map(|word| {
        let has = |i: &&usize| sheet.table.looks.get(**i).is_some_and(|l| l.words.iter().any(|w| w == word));
        columns.iter().find(has).copied()
    })
}

fn lacks(sheet: &Sheet<'_>, role: &'static str) -> ExchangeError {
    ExchangeError::NoColumn {
        role,
        flag: "a line of names, as",
        why: "no column holds them".to_owned(),
        columns: sheet.table.columns.clone(),
    }
}

/// A hash, whole or abbreviated.
fn is_hash(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn is_time(text: &str) -> bool {
    read_time(text).is_some()
}

fn read_time(text: &str) -> Option<i64> {
    let moment = date::parse(text.as_bytes(), DateOrder::DayFirst)?;
    Some(moment.offset.map_or_else(|| Zone::Utc.utc(moment.ms).0, |offset| moment.ms - offset))
}

fn hash(cells: &[String], column: usize) -> Result<String, String> {
    let text = cells.get(column).map_or("", String::as_str);
    if is_hash(text) { Ok(text.to_owned()) } else { Err(format!("\u{201c}{text}\u{201d} is no hash of a commit")) }
}

fn time(cells: &[String], column: usize) -> Result<i64, String> {
    let text = cells.get(column).map_or("", String::as_str);
    read_time(text).ok_or_else(|| format!("\u{201c}{text}\u{201d} is no time this program can read"))
}
