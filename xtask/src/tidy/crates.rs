//! Law 1: a crate depends only on crates above it in the list of ARCHITECTURE.md.
//! Law 2: the pure crates forbid input and output.

use super::finding::Finding;
use crate::house::House;
use std::collections::BTreeMap;

const LIST: &str = "ARCHITECTURE.md";
/// Crates that take everything as arguments.
const PURE: &[&str] = &["core", "practices", "flow"];
/// Libraries that would let them look outside.
const IMPURE: &[&str] = &["axum", "getrandom", "rand", "reqwest", "rusqlite", "sqlx", "tempfile", "tokio", "tracing"];
/// What the clippy.toml of a pure crate has to disallow at least.
const FORBIDDEN: &[&str] = &[
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "jiff::Timestamp::now",
    "uuid::Uuid::now_v7",
    "std::env::var",
    "std::fs::read_to_string",
    "std::net::TcpStream",
    "std::thread::sleep",
];

/// A crate's manifest: path, name, and the workspace crates it needs.
struct Manifest<'a> {
    path: &'a str,
    name: String,
    needs: Vec<String>,
    tests_need: Vec<String>,
}

fn manifests(house: &House) -> (Vec<Manifest<'_>>, Vec<Finding>) {
    let mut list = Vec::new();
    let mut found = Vec::new();
    for (path, text) in house.texts.iter().filter(|(p, _)| p.ends_with("/Cargo.toml")) {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(e) => {
                found.push(Finding::new(path, 0, format!("cannot be read: {e}")));
                continue;
            }
        };
        let name = table.get("package").and_then(|p| p.get("name")).and_then(|n| n.as_str());
        let Some(name) = name else { continue };
        let needs = |section: &str| -> Vec<String> {
            let keys = table.get(section).and_then(|d| d.as_table()).map(|d| d.keys().cloned().collect::<Vec<_>>());
            keys.unwrap_or_default()
        };
        let mut all = needs("dependencies");
        all.extend(needs("build-dependencies"));
        list.push(Manifest { path, name: name.to_owned(), needs: all, tests_need: needs("dev-dependencies") });
    }
    let names: Vec<String> = list.iter().map(|m| m.name.clone()).collect();
    for manifest in &mut list {
        manifest.needs.retain(|n| names.contains(n));
        manifest.tests_need.retain(|n| names.contains(n));
    }
    (list, found)
}

/// The fenced block ```` ```crates ```` : `name: the crates it needs`, downhill.
fn listed(text: &str) -> BTreeMap<String, (usize, Vec<String>)> {
    let mut inside = false;
    let mut list = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = line.trim() == "```crates";
        } else if inside && let Some((name, needs)) = line.split_once(':') {
            let needs = needs.split_whitespace().map(str::to_owned).collect();
            list.insert(name.trim().to_owned(), (number + 1, needs));
        }
    }
    list
}

/// Law 1.
pub fn downhill(house: &House) -> Vec<Finding> {
    let list = listed(house.text(LIST));
    let (manifests, mut found) = manifests(house);
    let short = |name: &str| name.strip_prefix("watercourse-").unwrap_or(name).to_owned();
    for manifest in &manifests {
        let name = short(&manifest.name);
        let Some((line, stated)) = list.get(&name) else {
            found.push(Finding::new(LIST, 0, format!("crate {name} is missing from the ```crates list")));
            continue;
        };
        let mut stated = stated.clone();
        let mut real: Vec<String> = manifest.needs.iter().map(|n| short(n)).collect();
        stated.sort();
        real.sort();
        if stated != real {
            let what = format!("{name} needs “{}”, the list says “{}”", real.join(" "), stated.join(" "));
            found.push(Finding::new(manifest.path, 0, what));
        }
        for need in manifest.needs.iter().chain(&manifest.tests_need).map(|n| short(n)) {
            if list.get(&need).is_none_or(|(above, _)| above >= line) {
                let what = format!("{name} needs {need}, which is not above it in {LIST}");
                found.push(Finding::new(manifest.path, 0, what));
            }
        }
    }
    for (name, (line, _)) in &list {
        if !manifests.iter().any(|m| short(&m.name) == *name) {
            found.push(Finding::new(LIST, *line, format!("there is no crate {name}")));
        }
    }
    found
}

/// Law 2.
pub fn pure(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    let first = house.text("crates/core/clippy.toml");
    for name in PURE {
        let path = format!("crates/{name}/clippy.toml");
        let text = house.text(&path);
        if text != first {
            found.push(Finding::new(&path, 0, "differs from crates/core/clippy.toml; the pure crates share one text"));
        }
        for forbidden in FORBIDDEN.iter().filter(|f| !text.contains(&format!("\"{f}\""))) {
            found.push(Finding::new(&path, 0, format!("does not disallow {forbidden}")));
        }
        let manifest = format!("crates/{name}/Cargo.toml");
        let table: toml::Table = house.text(&manifest).parse().unwrap_or_default();
        for library in table.get("dependencies").and_then(|d| d.as_table()).into_iter().flat_map(|d| d.keys()) {
            if IMPURE.contains(&library.as_str()) {
                found.push(Finding::new(&manifest, 0, format!("a pure crate does not need {library}")));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]
    use super::{FORBIDDEN, downhill, pure};
    use crate::house::House;

    fn manifest(name: &str, needs: &[&str]) -> String {
        let needs: String = needs.iter().map(|n| format!("{n}.workspace = true\n")).collect();
        format!("[package]\nname = \"{name}\"\n[dependencies]\n{needs}")
    }

    #[test]
    fn a_crate_that_needs_one_below_it_is_found() {
        let list = "```crates\ncore:\nflow: core\n```\n";
        let core = manifest("watercourse-core", &[]);
        let flow = manifest("watercourse-flow", &["watercourse-core", "serde"]);
        let sound = House::of(&[
            ("ARCHITECTURE.md", list),
            ("crates/core/Cargo.toml", &core),
            ("crates/flow/Cargo.toml", &flow),
        ]);
        assert_eq!(downhill(&sound), []);

        let uphill = manifest("watercourse-core", &["watercourse-flow"]);
        let broken = House::of(&[
            ("ARCHITECTURE.md", list),
            ("crates/core/Cargo.toml", &uphill),
            ("crates/flow/Cargo.toml", &flow),
        ]);
        let found = downhill(&broken);
        assert!(found.iter().any(|f| f.what.contains("not above it")), "{found:?}");
        assert!(found.iter().any(|f| f.what.contains("the list says")), "{found:?}");
    }

    #[test]
    fn a_test_dependency_uphill_an_unlisted_and_a_vanished_crate_are_found() {
        let core = manifest("watercourse-core", &[]) + "[dev-dependencies]\nwatercourse-flow.workspace = true\n";
        let flow = manifest("watercourse-flow", &["watercourse-core"]);
        let list = "```crates\ncore:\nflow: core\ngone: core\n```\n";
        let house = House::of(&[
            ("ARCHITECTURE.md", list),
            ("crates/core/Cargo.toml", &core),
            ("crates/flow/Cargo.toml", &flow),
            ("new/Cargo.toml", &manifest("new", &[])),
        ]);
        let said: Vec<String> = downhill(&house).into_iter().map(|f| f.what).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said.iter().any(|s| s.contains("crate new is missing")));
        assert!(said.iter().any(|s| s.contains("no crate gone")));
    }

    #[test]
    fn a_pure_crate_that_allows_the_clock_or_needs_a_runtime_is_found() {
        let rules: String = FORBIDDEN.iter().map(|f| format!("\"{f}\"\n")).collect();
        let files = ["core", "practices", "flow"].map(|c| (format!("crates/{c}/clippy.toml"), rules.clone()));
        let mut files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
        assert_eq!(pure(&House::of(&files)), []);
        let weak = rules.replace("\"std::env::var\"\n", "");
        files.retain(|(p, _)| !p.starts_with("crates/flow"));
        files.push(("crates/flow/clippy.toml", &weak));
        let needs = manifest("watercourse-core", &["tokio"]);
        files.push(("crates/core/Cargo.toml", &needs));
        let said: Vec<String> = pure(&House::of(&files)).into_iter().map(|f| f.what).collect();
        assert_eq!(said.len(), 3, "{said:?}");
    }
}
