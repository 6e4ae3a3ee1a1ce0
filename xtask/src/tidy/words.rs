//! Words that must not stand where they stand.

use super::finding::Finding;
use crate::house::House;
use crate::source::is_test_path;

/// The code files of a language other than Rust, in which comments are looked at line by line.
const SCRIPTS: &[&str] = &[".ts", ".js", ".mjs", ".css", ".html", ".sql", ".sh", ".toml"];

/// Law 5: outside `practices`, code neither names a practice nor compares a kind.
pub fn practice_names(house: &House) -> Vec<Finding> {
    let home = "crates/practices/";
    let mut practices = Vec::new();
    let mut kinds = Vec::new();
    for (_, text) in house.texts.iter().filter(|(p, _)| p.starts_with("crates/practices/src/")) {
        practices.extend(id_after(text, "Practice = Practice {"));
        kinds.extend(id_after(text, "Kind = Kind {"));
    }
    // A stream may be called like a practice; its name is no question about practices.
    practices.retain(|id| !house.has(&format!("streams/{id}.toml")));
    let mut found = Vec::new();
    for (path, source) in
        house.rust().filter(|(p, _)| p.starts_with("crates/") && !p.starts_with(home) && !is_test_path(p))
    {
        let text = house.text(path);
        for (line, word) in source.words() {
            if let Some(kind) = kinds.iter().find(|k| word.strip_prefix("is_") == Some(k)) {
                found.push(Finding::new(path, line, format!("asks {word}; give {kind} a capability and ask for that")));
            }
        }
        for literal in &source.literals {
            let line = text.lines().nth(literal.line - 1).unwrap_or_default();
            let quoted = format!("\"{}\"", literal.text);
            let compared = ["== ", "!= "].iter().any(|op| line.contains(&format!("{op}{quoted}")))
                || [" =>", " |"].iter().any(|op| line.contains(&format!("{quoted}{op}")));
            let asked =
                compared || line.contains(&format!("practice({quoted}")) || line.contains(&format!("kind({quoted}"));
            if asked && (practices.contains(&literal.text) || kinds.contains(&literal.text)) {
                let what = format!("decides by the name {quoted}; only practices/ knows practices by name");
                found.push(Finding::new(path, literal.line, what));
            }
        }
    }
    found
}

/// The `id` of the constant that starts with these words.
fn id_after(text: &str, start: &str) -> Option<String> {
    let rest = text.split_once(start)?.1.split_once("id: \"")?.1;
    rest.split_once('"').map(|(id, _)| id.to_owned())
}

/// A file format that is a database: reading and writing it is SQL, but no use of ours (decision 0014).
const DATABASE_FILES: &[&str] =
    &["crates/exchange/src/ocel/sqlite_read.rs", "crates/exchange/src/ocel/sqlite_write.rs"];

/// Law 7: SQL is text of the store.
pub fn sql(house: &House) -> Vec<Finding> {
    let starts = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE "];
    let mut found = Vec::new();
    for (path, source) in house.rust() {
        // The benchmark writes to a bare database on purpose: it is what the product is compared with.
        let is_format = DATABASE_FILES.contains(&path);
        if !path.starts_with("crates/") || path.starts_with("crates/store/") || is_format || is_test_path(path) {
            continue;
        }
        for literal in &source.literals {
            if starts.iter().any(|s| literal.text.trim_start().starts_with(s)) {
                found.push(Finding::new(path, literal.line, "SQL outside the store; add an operation there"));
            }
        }
    }
    found
}

/// A test waits for something it can see, never for time to pass.
pub fn sleeping_tests(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, source) in house.rust().filter(|(p, _)| !p.starts_with("xtask/")) {
        let live: Vec<bool> = source.code.lines().map(|l| l.contains("sleep(")).collect();
        for (number, line) in house.text(path).lines().enumerate() {
            let sleeps = line.contains("sleep(") && !line.trim_start().starts_with("//");
            let in_test = is_test_path(path) || !live.get(number).copied().unwrap_or(false);
            if sleeps && in_test {
                found.push(Finding::new(path, number + 1, "a test sleeps; wait for what it needs to see"));
            }
        }
    }
    found
}

/// Notes about work to be done belong into an issue.
pub fn left_work(house: &House) -> Vec<Finding> {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
    let mut found = Vec::new();
    let mut look = |path: &str, line: usize, text: &str| {
        let mut words = text.split(|c: char| !c.is_alphanumeric());
        if let Some(mark) = words.find(|w| marks.contains(w)) {
            found.push(Finding::new(path, line, format!("{mark}: do it, or write an issue")));
        }
    };
    for (path, source) in house.rust() {
        for comment in &source.comments {
            look(path, comment.line, &comment.text);
        }
    }
    for (path, text) in house.texts.iter().filter(|(p, _)| SCRIPTS.iter().any(|end| p.ends_with(end))) {
        for (number, line) in text.lines().enumerate() {
            look(path, number + 1, line);
        }
    }
    found
}

/// Nothing names a folder of the machine it was written on.
pub fn machine_paths(house: &House) -> Vec<Finding> {
    let starts = [
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("/wo", "rk/main"),
        concat!("/wo", "rk/shared"),
    ];
    let mut found = Vec::new();
    // Recorded data is as it came.
    let ours = |path: &str| !path.ends_with(".lock") && !path.contains("/data/") && !path.contains("/fixtures/");
    for (path, text) in house.texts.iter().filter(|(p, _)| ours(p)) {
        for (number, line) in text.lines().enumerate() {
            for start in starts {
                let alone = line.match_indices(start).any(|(i, _)| {
                    line.get(..i)
                        .and_then(|before| before.chars().last())
                        .is_none_or(|c| !(c.is_alphanumeric() || "._-}".contains(c)))
                });
                if alone {
                    found.push(Finding::new(path, number + 1, format!("names {start}…, which is one machine's")));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{left_work, machine_paths, practice_names, sleeping_tests, sql};
    use crate::house::House;

    const PRACTICE: (&str, &str) = (
        "crates/practices/src/incident_management.rs",
        "pub const PRACTICE: Practice = Practice { id: \"incident-management\" };\nconst INCIDENT: Kind = Kind { id: \"incident\" };",
    );

    #[test]
    fn asking_which_practice_this_is_is_found() {
        let file = |text| House::of(&[PRACTICE, ("crates/app/src/a.rs", text)]);
        for bad in [
            "if item.is_incident() {}",
            "if kind == \"incident\" {}",
            "match kind { \"incident\" => 1, _ => 0 }",
            "let p = practice(\"incident-management\");",
        ] {
            assert_eq!(practice_names(&file(bad)).len(), 1, "{bad}");
        }
        for good in [
            "open(\"incident\", title)",
            "// is_incident()",
            "#[cfg(test)]\nmod tests { fn f() { x == \"incident\" } }",
        ] {
            assert_eq!(practice_names(&file(good)), [], "{good}");
        }
    }

    #[test]
    fn sql_outside_the_store_is_found() {
        let text = "let q = \"SELECT id FROM item\";";
        assert_eq!(sql(&House::of(&[("crates/http/src/a.rs", text)])).len(), 1);
        assert_eq!(sql(&House::of(&[("crates/store/src/a.rs", text), ("bench/src/main.rs", text)])), []);
        assert_eq!(sql(&House::of(&[("crates/exchange/src/ocel/sqlite_read.rs", text)])), []);
        assert_eq!(sql(&House::of(&[("crates/exchange/src/ocel/json_read.rs", text)])).len(), 1);
    }

    #[test]
    fn a_sleeping_test_is_found() {
        let nap = concat!("std::thread::sl", "eep(d);");
        assert_eq!(sleeping_tests(&House::of(&[("crates/a/tests/t.rs", nap)])).len(), 1);
        let inside = format!("fn live() {{ {nap} }}\n#[cfg(test)]\nmod tests {{\n  fn f() {{ {nap} }}\n}}");
        let lines: Vec<usize> =
            sleeping_tests(&House::of(&[("crates/a/src/b.rs", &inside)])).iter().map(|f| f.line).collect();
        assert_eq!(lines, [4]);
    }

    #[test]
    fn left_work_and_machine_paths_are_found() {
        let note = format!("// {}: later\nlet x = \"{}\";", concat!("TO", "DO"), concat!("TO", "DO"));
        assert_eq!(left_work(&House::of(&[("a.rs", &note)])).len(), 1);
        let style = format!("/* {} */", concat!("FIX", "ME"));
        assert_eq!(left_work(&House::of(&[("a.css", &style)])).len(), 1);
        let path = format!("see {}me/x and https://example.org{0}me/x", concat!("/ho", "me/"));
        assert_eq!(machine_paths(&House::of(&[("a.md", &path)])).len(), 1);
        assert_eq!(machine_paths(&House::of(&[("a.md", "open /work?q=x and /w/INC-1")])), []);
    }
}
