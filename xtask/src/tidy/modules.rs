//! Modules of one crate never need each other in a circle, at any depth.

use super::finding::Finding;
use super::paths::{Module, module_of, named, offered};
use crate::house::House;
use crate::source::{Source, is_test_path};
use std::collections::{BTreeMap, BTreeSet};

/// One crate's files: module, path, blanked code.
struct Crate<'a> {
    files: Vec<(Module, &'a str, &'a Source)>,
}

fn crates(house: &House) -> Vec<Crate<'_>> {
    let mut crates: BTreeMap<&str, Vec<(Module, &str, &Source)>> = BTreeMap::new();
    for (path, source) in house.rust() {
        let Some((folder, file)) = path.split_once("/src/") else { continue };
        if !is_test_path(path) && !file.starts_with("bin/") {
            crates.entry(folder).or_default().push((module_of(file), path, source));
        }
    }
    crates.into_values().map(|files| Crate { files }).collect()
}

/// That one module needs its sibling, and where this is written.
struct Need<'a> {
    parent: Module,
    from: String,
    to: String,
    path: &'a str,
    line: usize,
}

impl Crate<'_> {
    fn needs(&self) -> Vec<Need<'_>> {
        let modules: BTreeSet<&Module> = self.files.iter().map(|(m, ..)| m).collect();
        let mut offers: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
        for (module, _, source) in &self.files {
            for (name, target) in offered(&source.code, module) {
                let mut key = module.clone();
                key.push(name);
                offers.insert(key, target);
            }
        }
        let mut needs = Vec::new();
        for (module, path, source) in &self.files {
            for name in named(&source.code, module) {
                let target = resolve(name.parts, &modules, &offers);
                let shared = module.iter().zip(&target).take_while(|(a, b)| a == b).count();
                if let (Some(from), Some(to)) = (module.get(shared), target.get(shared)) {
                    let parent = module.iter().take(shared).cloned().collect();
                    needs.push(Need { parent, from: from.clone(), to: to.clone(), path, line: name.line });
                }
            }
        }
        needs
    }
}

/// The module that really holds what a path names, followed through re-exports.
fn resolve(mut path: Vec<String>, modules: &BTreeSet<&Module>, offers: &BTreeMap<Vec<String>, Vec<String>>) -> Module {
    for _ in 0..8 {
        let longest = (0..=path.len()).rev().find(|n| path.get(..*n).is_some_and(|p| modules.contains(&p.to_vec())));
        let longest = longest.unwrap_or(0);
        let item = path.get(..=longest).map(<[String]>::to_vec);
        match item.and_then(|item| offers.get(&item)) {
            Some(target) if *target != path => path.clone_from(target),
            _ => return path.get(..longest).map(<[String]>::to_vec).unwrap_or_default(),
        }
    }
    path
}

/// No circles among sibling modules.
pub fn acyclic(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for one in crates(house) {
        let needs = one.needs();
        let parents: BTreeSet<&Module> = needs.iter().map(|n| &n.parent).collect();
        for parent in parents {
            let here: Vec<&Need<'_>> = needs.iter().filter(|n| n.parent == *parent).collect();
            if let Some(circle) = circle(&here) {
                let steps: Vec<String> =
                    circle.iter().map(|n| format!("{} needs {} ({}:{})", n.from, n.to, n.path, n.line)).collect();
                let first = circle.first().map_or(("", 0), |n| (n.path, n.line));
                found.push(Finding::new(first.0, first.1, format!("modules in a circle: {}", steps.join(", "))));
            }
        }
    }
    found
}

/// The shortest circle, if there is one.
fn circle<'a>(needs: &[&'a Need<'a>]) -> Option<Vec<&'a Need<'a>>> {
    let mut shortest: Option<Vec<&Need<'_>>> = None;
    for start in needs {
        let mut ways = vec![vec![*start]];
        let mut seen = BTreeSet::from([start.to.as_str()]);
        while let Some(way) = ways.first().cloned() {
            ways.remove(0);
            let Some(last) = way.last() else { break };
            if last.to == start.from {
                if shortest.as_ref().is_none_or(|s| way.len() < s.len()) {
                    shortest = Some(way);
                }
                break;
            }
            for next in needs.iter().filter(|n| n.from == last.to) {
                if next.to == start.from || seen.insert(&next.to) {
                    let mut longer = way.clone();
                    longer.push(next);
                    ways.push(longer);
                }
            }
        }
    }
    shortest
}

/// Law 4: what stands under `capability/` meets only through phases, facts and gates.
pub fn capabilities_apart(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for one in crates(house) {
        for need in one.needs().iter().filter(|n| n.parent.last().is_some_and(|p| p == "capability")) {
            let what = format!("capability {} calls capability {}; let them meet through a fact", need.from, need.to);
            found.push(Finding::new(need.path, need.line, what));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{acyclic, capabilities_apart};
    use crate::house::House;

    #[test]
    fn a_circle_is_found_at_the_top_and_below() {
        let top = House::of(&[
            ("c/src/a.rs", "use crate::b::X;"),
            ("c/src/b.rs", "fn f() { crate::d::g() }"),
            ("c/src/d.rs", "use crate::a;"),
        ]);
        assert_eq!(acyclic(&top).len(), 1);
        assert!(acyclic(&top).iter().any(|f| f.what.contains("a needs b (c/src/a.rs:1), b needs d")));
        let below = House::of(&[
            ("c/src/v/mod.rs", "mod a; mod b;"),
            ("c/src/v/a.rs", "use super::b;"),
            ("c/src/v/b.rs", "use crate::v::a::X;"),
        ]);
        assert_eq!(acyclic(&below).len(), 1);
    }

    #[test]
    fn a_circle_through_a_re_export_is_found() {
        let house = House::of(&[
            ("c/src/lib.rs", "pub mod a; pub mod b;\npub use a::Thing;"),
            ("c/src/a.rs", "use crate::b::x;"),
            ("c/src/b.rs", "use crate::Thing;"),
        ]);
        assert_eq!(acyclic(&house).len(), 1);
    }

    #[test]
    fn parents_children_tests_and_comments_make_no_circle() {
        let house = House::of(&[
            ("c/src/v/mod.rs", "mod a; mod b; pub use a::X;"),
            ("c/src/v/a.rs", "pub struct X; // crate::v::b\n#[cfg(test)]\nmod tests { use crate::v::b; }"),
            ("c/src/v/b.rs", "use super::X;"),
            ("c/tests/t.rs", "use crate::a;"),
        ]);
        assert_eq!(acyclic(&house), []);
    }

    #[test]
    fn a_capability_that_calls_another_is_found() {
        let house = House::of(&[
            ("c/src/capability/approval/mod.rs", "use crate::capability::score::S;"),
            ("c/src/capability/score/mod.rs", ""),
        ]);
        assert_eq!(capabilities_apart(&house).len(), 1);
    }
}
