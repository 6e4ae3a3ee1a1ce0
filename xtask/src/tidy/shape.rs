//! How files are cut.

use super::finding::Finding;
use crate::house::House;
use crate::source::is_test_path;

/// Most lines of a file that people write.
const MOST_LINES: usize = 800;
const WRITTEN: &[&str] = &[".rs", ".ts", ".js", ".mjs", ".css", ".html", ".sql", ".sh"];

/// `mod.rs` and `lib.rs` declare modules, re-export and hold lists; behaviour has a file of its own.
pub fn roots_declare(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, source) in house.rust().filter(|(p, _)| p.ends_with("/mod.rs") || p.ends_with("src/lib.rs")) {
        // A crate of one file has nowhere else to put it; what tests share has to be called mod.rs.
        let folder = path.strip_suffix("lib.rs").unwrap_or("/");
        if is_test_path(path) || house.rust().filter(|(other, _)| other.starts_with(folder)).count() == 1 {
            continue;
        }
        for (number, line) in source.code.lines().enumerate() {
            let item = line.trim_start_matches("pub").trim_start_matches("(crate)").trim_start();
            let item = item.trim_start_matches("const ").trim_start_matches("async ").trim_start_matches("unsafe ");
            let at_margin = !line.starts_with([' ', '\t']);
            if at_margin && ["fn ", "impl ", "impl<", "struct ", "enum ", "trait "].iter().any(|k| item.starts_with(k))
            {
                let what = "a root file declares, re-exports and lists; move this into a file named for what it holds";
                found.push(Finding::new(path, number + 1, what));
            }
        }
    }
    found
}

/// No file is too long to be read in one sitting. (Functions: clippy's `too_many_lines`.)
pub fn file_length(house: &House) -> Vec<Finding> {
    let written = house.texts.iter().filter(|(p, _)| WRITTEN.iter().any(|end| p.ends_with(end)));
    written
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| {
            Finding::new(path, 0, format!("{lines} lines; split it by meaning, {MOST_LINES} is the most"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{MOST_LINES, file_length, roots_declare};
    use crate::house::House;

    #[test]
    fn behaviour_in_a_root_file_is_found() {
        let house = House::of(&[
            ("c/src/lib.rs", "//! Docs.\npub mod a;\npub use a::X;\npub static LIST: &[&X] = &[];\n"),
            ("one/src/lib.rs", "pub fn f() {}"),
            ("c/src/a/mod.rs", "mod b;\npub const fn f() -> u8 {\n    1\n}\n"),
        ]);
        let found: Vec<_> = roots_declare(&house).into_iter().map(|f| (f.path, f.line)).collect();
        assert_eq!(found, [("c/src/a/mod.rs".to_owned(), 2)]);
    }

    #[test]
    fn a_long_file_is_found() {
        let long = "x\n".repeat(MOST_LINES + 1);
        let house = House::of(&[("a.rs", &long), ("b.lock", &long), ("c.rs", "short")]);
        assert_eq!(file_length(&house).len(), 1);
    }
}
