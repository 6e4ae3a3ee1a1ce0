//! The shipped streams against the practices: each stream moves a known kind, each step names a practice
//! that serves its activity, and the check of streams has nothing against any of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]
#![allow(clippy::disallowed_methods, reason = "a test reads the shipped files; the crate itself reads none")]

use watercourse_core::check::{QUICK_MARKINGS, check};
use watercourse_core::stream::{Severity, Stream, render};
use watercourse_practices::{context, kind, practice};

/// The shipped streams by the name of their file, checked against each other.
fn shipped() -> Vec<(String, Stream)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../streams");
    let mut texts: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    texts.sort();
    let mut around = context();
    around.streams = Some(texts.iter().map(|(file, _)| file.clone()).collect());
    let compile = |(file, text): (String, String)| {
        let checked = check(&text, &around, QUICK_MARKINGS);
        let grave: Vec<_> = checked.diagnostics.into_iter().filter(|d| d.severity != Severity::Hint).collect();
        assert!(grave.is_empty(), "{}", render(&format!("streams/{file}.toml"), &text, &grave, false));
        (file, checked.stream.unwrap())
    };
    texts.into_iter().map(compile).collect()
}

#[test]
fn every_stream_is_named_like_its_file_and_moves_a_known_kind() {
    let streams = shipped();
    assert!(streams.len() >= 11);
    for (file, stream) in &streams {
        assert_eq!(stream.id, *file);
        assert!(kind(&stream.kind).is_some(), "{file} moves an unknown kind");
        for said in [&stream.name, &stream.demand, &stream.value] {
            assert!(!said.is_empty(), "{file} does not say what it is for");
        }
        assert!(stream.owner.is_some() && stream.promise.p85.is_some(), "{file} has no owner or promises nothing");
        assert!(!stream.delivering().is_empty(), "{file} has no step that delivers");
    }
}

#[test]
fn every_step_has_a_team_and_a_practice_that_serves_its_activity() {
    for (file, stream) in &shipped() {
        for step in &stream.steps {
            let id = step.practice.as_deref().unwrap_or_default();
            let found = practice(id).unwrap_or_else(|| panic!("{file}: {}: no practice “{id}”", step.id));
            assert!(found.contribution(step.activity).is_some(), "{file}: {}: {id} in {:?}", step.id, step.activity);
            assert!(step.team.is_some(), "{file}: {} has no team", step.id);
        }
    }
}

#[test]
fn the_activities_come_in_the_order_the_stream_is_known_for() {
    let streams = shipped();
    let course = |name: &str| {
        let (_, stream) = streams.iter().find(|(file, _)| file == name).unwrap();
        let mut codes: Vec<&str> = Vec::new();
        for step in &stream.steps {
            if !codes.contains(&step.activity.code()) {
                codes.push(step.activity.code());
            }
        }
        codes.join(" ")
    };
    assert_eq!(course("new-feature"), "EN PL DT OB DS IM");
    assert_eq!(course("onboard-employee"), "EN OB DS");
    assert_eq!(course("deploy-release"), "DT OB DS IM");
    assert_eq!(course("standard-request"), "EN DS");
    let (_, restore) = streams.iter().find(|(file, _)| file == "restore-service").unwrap();
    let fed: Vec<&str> = restore.steps.iter().flat_map(|s| &s.feeds).map(|a| a.code()).collect();
    assert_eq!((fed, restore.starts().len()), (vec!["IM", "PL"], 2));
}
