use std::collections::HashMap;
use std::fmt;

/// A commit of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commit<'a> {
    /// Its id.
    pub id: &'a str,
    /// The ids of its parents, by spaces; empty for a root.
    pub parents: &'a str,
}

/// A tag, or whatever else says what was put to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release<'a> {
    /// The commit it is at.
    pub commit: &'a str,
    /// When it was made, UTC ms.
    pub at: i64,
}

/// Why something is not a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAHistory {
    /// A commit is listed twice.
    Twice(String),
}

impl fmt::Display for NotAHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice(id) => write!(f, "commit {id} is listed twice; list each commit once"),
        }
    }
}

impl std::error::Error for NotAHistory {}

/// For each commit the first release that contains it: the earliest one from whose commit it can be reached through
/// parents. Every commit and every parent is looked at once. Parents and releases at commits that are not listed are
/// passed over: histories are cut off. Of releases at the same instant the one listed first counts.
///
/// # Errors
/// Where a commit is listed twice.
pub fn first_release(commits: &[Commit<'_>], releases: &[Release<'_>]) -> Result<Vec<Option<usize>>, NotAHistory> {
    let mut place = HashMap::with_capacity(commits.len());
    for (number, commit) in commits.iter().enumerate() {
        if place.insert(commit.id, number).is_some() {
            return Err(NotAHistory::Twice(commit.id.to_owned()));
        }
    }
    let mut order: Vec<usize> = (0..releases.len()).collect();
    order.sort_by_key(|release| releases[*release].at);
    let mut first: Vec<Option<usize>> = vec![None; commits.len()];
    let mut waiting: Vec<usize> = Vec::new();
    for release in order {
        waiting.extend(place.get(releases[release].commit));
        // What an earlier release contains, it contains with all that came before it.
        while let Some(number) = waiting.pop() {
            if first[number].is_none() {
                first[number] = Some(release);
                waiting.extend(commits[number].parents.split_whitespace().filter_map(|id| place.get(id)));
            }
        }
    }
    Ok(first)
}
