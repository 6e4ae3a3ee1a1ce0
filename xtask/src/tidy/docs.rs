//! The docs say what is there: links resolve, named files exist, decisions are numbered.

use super::finding::Finding;
use crate::house::House;

const CHANGELOG: &str = "CHANGELOG.md";
const DECISIONS: &str = "docs/decisions/";
/// The folders a path in backticks is checked against.
const FOLDERS: &[&str] = &["bench/", "crates/", "docs/", "streams/", "web/", "xtask/"];

/// Changelog, decisions and links.
pub fn sound(house: &House) -> Vec<Finding> {
    let mut found = changelog(house);
    found.extend(decisions(house));
    found.extend(commands(house));
    for (path, text) in house.texts.iter().filter(|(p, _)| p.ends_with(".md")) {
        found.extend(links(house, path, text));
    }
    found
}

fn changelog(house: &House) -> Vec<Finding> {
    match house.text(CHANGELOG) {
        "" => vec![Finding::new(CHANGELOG, 0, "is missing; every release says what changed for users")],
        text if !text.contains("## Unreleased") => vec![Finding::new(CHANGELOG, 0, "has no part “## Unreleased”")],
        _ => Vec::new(),
    }
}

/// The README's two commands are the ones a newcomer is promised, and the gate runs the second.
fn commands(house: &House) -> Vec<Finding> {
    let readme = house.texts.contains_key("README.md");
    let promised = [
        ("README.md", "cargo run --release -- demo"),
        ("README.md", "cargo xtask test"),
        (".ci/run", "cargo xtask test"),
    ];
    let missing = promised.iter().filter(|(path, command)| readme && !house.text(path).contains(command));
    missing.map(|(path, command)| Finding::new(path, 0, format!("does not say `{command}`"))).collect()
}

/// Decisions are `NNNN-words.md`, without gaps, and start with `# NNNN`.
fn decisions(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    let files = house.texts.iter().filter_map(|(p, text)| p.strip_prefix(DECISIONS).map(|name| (p, name, text)));
    for (i, (path, name, text)) in files.filter(|(_, name, _)| *name != "README.md").enumerate() {
        let wanted = format!("{:04}", i + 1);
        if !name.starts_with(&format!("{wanted}-")) {
            found.push(Finding::new(path, 0, format!("should be {wanted}-…: decisions are numbered without gaps")));
        } else if !text.starts_with(&format!("# {wanted} ")) {
            found.push(Finding::new(path, 1, format!("should begin with “# {wanted} ” and its title")));
        }
    }
    found
}

fn links(house: &House, path: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect();
        for target in prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            let file = target.split('#').next().unwrap_or_default();
            let outside = target.contains("://") || target.starts_with("mailto:") || file.is_empty();
            if !outside && !house.has(&join(path, file)) {
                found.push(Finding::new(path, number + 1, format!("links to {target}, which is not there")));
            }
        }
        for code in line.split('`').skip(1).step_by(2) {
            let named = FOLDERS.iter().any(|f| code.starts_with(f)) && !code.contains(['*', '<', '{', '…', ' ', '$']);
            let file = code.split([':', '#']).next().unwrap_or_default();
            if named && !file.contains("NNNN") && !house.has(file) {
                found.push(Finding::new(path, number + 1, format!("names {code}, which is not there")));
            }
        }
    }
    found
}

/// A relative link from a file, as a path from the root.
fn join(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::sound;
    use crate::house::House;

    const LOG: (&str, &str) = ("CHANGELOG.md", "# Changelog\n\n## Unreleased\n");

    #[test]
    fn a_link_or_a_named_file_that_is_not_there_is_found() {
        let text = "[a](b.md) [up](../crates/x.rs#part) [web](https://example.org) `crates/x.rs` `crates/<name>/y.rs`\n```\n[no](gone.md)\n```\n";
        let sound_house = House::of(&[LOG, ("docs/a.md", text), ("docs/b.md", ""), ("crates/x.rs", "")]);
        assert_eq!(sound(&sound_house), []);
        let broken = House::of(&[LOG, ("docs/a.md", text)]);
        let lines: Vec<usize> = sound(&broken).iter().map(|f| f.line).collect();
        assert_eq!(lines, [1, 1, 1]);
    }

    #[test]
    fn a_readme_and_a_gate_that_say_different_things_are_found() {
        let readme = ("README.md", "cargo run --release -- demo\ncargo xtask test\n");
        assert_eq!(sound(&House::of(&[LOG, readme, (".ci/run", "cargo xtask test")])), []);
        assert_eq!(sound(&House::of(&[LOG, readme, (".ci/run", "make test")])).len(), 1);
    }

    #[test]
    fn a_missing_changelog_and_a_gap_between_decisions_are_found() {
        assert_eq!(sound(&House::of(&[])).len(), 1);
        assert_eq!(sound(&House::of(&[("CHANGELOG.md", "# Changelog")])).len(), 1);
        let good = ("docs/decisions/0001-first.md", "# 0001 First\n");
        assert_eq!(sound(&House::of(&[LOG, good])), []);
        assert_eq!(sound(&House::of(&[LOG, good, ("docs/decisions/0003-third.md", "# 0003 Third\n")])).len(), 1);
        assert_eq!(sound(&House::of(&[LOG, ("docs/decisions/0001-first.md", "First\n")])).len(), 1);
    }
}
