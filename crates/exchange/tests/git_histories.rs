//! Histories of Git: small tables in several dialects, and the shared ones with their counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::HashMap;
use std::fs::File;
use std::io::Cursor;

mod support;

use support::shared::shared;
use watercourse_exchange::{GitHistory, read_git};

const A: &str = "f86966a0e75dfa52f068d3a085753518bd4aea74";
const B: &str = "f59d8fb2fcbcb0c566266e4dac83d3c7c729a978";
const C: &str = "1111111111111111111111111111111111111111";

fn texts(commits: &str, tags: &str) -> GitHistory {
    read_git(&mut Cursor::new(commits), &mut Cursor::new(tags)).unwrap()
}

#[test]
fn with_names_and_without() {
    let named = texts(
        &format!(
            "sha,parents,author_time,commit_time,subject\n{A},,2024-03-04T08:00:00+01:00,2024-03-04T09:00:00+01:00,\"a, b\"\n{B},{A},2024-03-04T10:00:00Z,2024-03-04T10:00:00Z,x\n{C},{A} {B},2024-03-05T10:00:00Z,2024-03-05T10:00:00Z,merge\nnot-a-hash,,,2024-03-05T10:00:00Z,y\n"
        ),
        &format!("tag,commit_sha,tag_time,object_type\nv1,{B},2024-03-06T10:00:00Z,commit\n"),
    );
    assert_eq!(named.commits.len(), 3);
    let first = named.commits.first().unwrap();
    assert_eq!((first.at - first.authored.unwrap(), first.parents.len()), (3_600_000, 0));
    assert_eq!(named.commits.last().unwrap().parents, [A, B]);
    assert_eq!(named.rejected.first().map(|r| r.line), Some(5));
    // git log --format='%H|%P|%cI', and tags of which one is annotated.
    let bare = texts(
        &format!(
            "{C}|{A} {B}|2024-03-05T10:00:00+00:00\n{B}|{A}|2024-03-04T10:00:00+00:00\n{A}||2024-03-04T08:00:00+00:00\n"
        ),
        &format!(
            "refs/tags/v1,{B},,2024-03-06T10:00:00+00:00\nrefs/tags/v2,2222222222222222222222222222222222222222,{C},2024-03-07T10:00:00+00:00\n"
        ),
    );
    assert_eq!(bare.commits.iter().map(|c| c.parents.len()).collect::<Vec<_>>(), [2, 1, 0]);
    let tags: Vec<_> = bare.tags.iter().map(|t| (t.name.as_str(), t.commit.as_str())).collect();
    assert_eq!(tags, [("v1", B), ("v2", C)]);
    let error = read_git(&mut Cursor::new("a,b\n1,2\n"), &mut Cursor::new("")).unwrap_err();
    assert!(error.to_string().contains("hashes"), "{error}");
}

/// Median hours from a commit to the first tag that contains it, and how many commits have one.
fn lead(history: &GitHistory) -> (usize, f64) {
    let parents: HashMap<&str, &[String]> =
        history.commits.iter().map(|c| (c.id.as_str(), c.parents.as_slice())).collect();
    let mut tags: Vec<_> = history.tags.iter().collect();
    tags.sort_by_key(|t| t.at);
    let mut released: HashMap<&str, i64> = HashMap::new();
    for tag in tags {
        let mut next = vec![tag.commit.as_str()];
        while let Some(id) = next.pop() {
            let Some(parents) = parents.get(id) else { continue };
            if released.contains_key(id) {
                continue;
            }
            released.insert(id, tag.at);
            next.extend(parents.iter().map(String::as_str));
        }
    }
    let mut leads: Vec<i64> =
        history.commits.iter().filter_map(|c| Some(released.get(c.id.as_str())? - c.at)).collect();
    leads.sort_unstable();
    let n = leads.len();
    let median = if n % 2 == 1 { leads[n / 2] as f64 } else { (leads[n / 2 - 1] + leads[n / 2]) as f64 / 2.0 };
    (n, median / 3_600_000.0)
}

#[test]
fn real_histories_have_their_counts_and_leads() {
    let Some(path) = shared() else { return };
    for (project, commits, tags, merges, released, hours) in [
        ("prometheus+alertmanager", 4_280, 95, 916, 4_260, 923.556),
        ("prymitive+karma", 10_012, 145, 1_810, 9_979, 253.652),
    ] {
        let open = |what: &str| File::open(path.join(format!("git-delivery-shared/{project}.{what}.csv"))).unwrap();
        let history = read_git(&mut open("commits"), &mut open("tags")).unwrap();
        assert_eq!((history.commits.len(), history.tags.len(), history.rejected.len()), (commits, tags, 0));
        assert_eq!(history.commits.iter().filter(|c| c.parents.len() > 1).count(), merges);
        let (n, median) = lead(&history);
        assert_eq!(n, released, "{project}");
        assert!((median - hours).abs() < 0.001, "{project}: {median}");
    }
}
