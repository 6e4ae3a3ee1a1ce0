//! What must hold of every practice and kind, however many there are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]
#![allow(clippy::disallowed_methods, reason = "a test looks at the files; the crate itself reads none")]

use std::collections::BTreeSet;
use watercourse_core::activity::Activity;
use watercourse_practices::{COMMON, FieldType, PRACTICES, kind, kind_of_key, kinds, practice};

#[test]
fn all_are_there_once_and_found_by_their_ids() {
    assert!(PRACTICES.len() >= 25);
    let ids: BTreeSet<_> = PRACTICES.iter().map(|p| p.id).collect();
    assert_eq!(ids.len(), PRACTICES.len(), "two practices share an id");
    for p in PRACTICES {
        assert_eq!(practice(p.id).map(|found| found.name), Some(p.name));
    }
    assert!(practice("astrology").is_none());
}

#[test]
fn a_practice_lives_in_the_file_of_its_name() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            !["lib.rs", "field.rs", "find.rs", "kind.rs", "known.rs", "practice.rs"].contains(&name.as_str())
        })
        .collect();
    let expected: BTreeSet<String> = PRACTICES.iter().map(|p| format!("{}.rs", p.id.replace('-', "_"))).collect();
    assert_eq!(files, expected);
}

#[test]
fn every_activity_is_served_and_nothing_is_said_twice() {
    for activity in Activity::ALL {
        assert!(PRACTICES.iter().any(|p| p.activities.first().is_some_and(|(a, _)| *a == activity)), "{activity:?}");
    }
    let mut said = BTreeSet::new();
    for p in PRACTICES {
        let served: BTreeSet<_> = p.activities.iter().map(|(a, _)| a).collect();
        assert_eq!(served.len(), p.activities.len(), "{} names an activity twice", p.id);
        for text in p.activities.iter().map(|(_, s)| *s).chain([p.purpose]) {
            assert!(text.ends_with('.') && said.insert(text), "{}: {text}", p.id);
        }
        for activity in Activity::ALL {
            assert_eq!(p.contribution(activity).is_some(), served.contains(&activity));
        }
    }
}

#[test]
fn every_kind_belongs_to_the_practice_that_lists_it() {
    for p in PRACTICES {
        for k in p.kinds {
            assert_eq!(k.practice, p.id, "{}", k.id);
        }
    }
    let ids: BTreeSet<_> = kinds().map(|k| k.id).collect();
    let expected =
        ["incident", "request", "problem", "change", "release", "feature", "improvement", "purchase", "initiative"];
    assert!(expected.iter().all(|id| ids.contains(id)), "{ids:?}");
    let prefixes: BTreeSet<_> = kinds().map(|k| k.prefix).collect();
    assert_eq!(prefixes.len(), ids.len(), "two kinds share a prefix");
    let symbols: BTreeSet<_> = kinds().map(|k| k.symbol).collect();
    assert_eq!(symbols.len(), ids.len(), "two kinds share a symbol");
}

#[test]
fn a_kind_is_found_by_its_id_and_by_the_keys_of_its_items() {
    assert_eq!(kind("change").map(|k| k.prefix), Some("CHG"));
    assert_eq!(kind_of_key("inc-1042").map(|k| k.id), Some("incident"));
    assert!(kind("ticket").is_none() && kind_of_key("XYZ-1").is_none() && kind_of_key("INC1042").is_none());
}

#[test]
fn field_ids_are_words_of_the_filter_language_and_unique_within_a_kind() {
    for k in kinds() {
        let mut seen = BTreeSet::new();
        for f in k.all_fields() {
            assert!(seen.insert(f.id), "{} has {} twice", k.id, f.id);
            assert!(f.id.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", f.id);
            if let FieldType::Enum(choices) = f.is {
                assert!(choices.len() > 1, "{}.{} leaves no choice", k.id, f.id);
                assert!(choices.iter().all(|c| !c.contains([' ', ':', '"'])), "{}.{} needs quoting", k.id, f.id);
            }
        }
        assert!(COMMON.iter().all(|f| k.field(f.id).is_some()));
    }
}

#[test]
fn fields_of_one_name_mean_the_same_everywhere() {
    let mut seen: Vec<(&str, FieldType, &str)> = Vec::new();
    for k in kinds() {
        for f in k.fields {
            if let Some((_, is, owner)) = seen.iter().find(|(id, ..)| *id == f.id) {
                assert_eq!(
                    std::mem::discriminant(is),
                    std::mem::discriminant(&f.is),
                    "{} in {} and {owner}",
                    f.id,
                    k.id
                );
            }
            seen.push((f.id, f.is, k.id));
        }
    }
}
