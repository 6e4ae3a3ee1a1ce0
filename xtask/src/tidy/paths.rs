//! Which modules a Rust file names: `crate::`, `super::` and `self::` paths, in `use` trees and in code.

/// A module's place in its crate: `[]` is the root.
pub type Module = Vec<String>;

/// A path named in a file: the line, and its parts from the crate's root.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    pub parts: Vec<String>,
}

/// The module a file of `src/` holds: `a/b.rs` and `a/b/mod.rs` are both `[a, b]`.
pub fn module_of(file: &str) -> Module {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let mut parts: Module = stem.split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod") || matches!(stem, "lib" | "main") {
        parts.pop();
    }
    parts
}

/// Every `crate::…`, `super::…` and `self::…` path in blanked code, from the crate's root.
pub fn named(code: &str, module: &Module) -> Vec<Named> {
    let mut list = Vec::new();
    for (start, word) in words(code) {
        let rest = code.get(start + word.len()..).unwrap_or_default();
        let continued = code.get(..start).is_some_and(|before| before.trim_end().ends_with("::"));
        if continued || !matches!(word, "crate" | "super" | "self") || !rest.trim_start().starts_with("::") {
            continue;
        }
        let base = match word {
            "crate" => Vec::new(),
            "self" => module.clone(),
            _ => module.iter().take(module.len().saturating_sub(1)).cloned().collect(),
        };
        let line = code.bytes().take(start).filter(|b| *b == b'\n').count() + 1;
        let mut paths = Vec::new();
        tree(rest, base, &mut paths);
        list.extend(paths.into_iter().map(|parts| Named { line, parts }));
    }
    list
}

/// What `pub use` of this module's file offers under which name: `(name, path from the root)`.
/// A path that starts with a child module's name counts as one from this module.
pub fn offered(code: &str, module: &Module) -> Vec<(String, Vec<String>)> {
    let mut list = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("pub use ") {
        rest = rest.get(at + 8..).unwrap_or_default();
        let text = rest.trim_start();
        let (base, text) = match text.split_once("::") {
            Some(("crate", after)) => (Vec::new(), after),
            Some(("self", after)) => (module.clone(), after),
            Some(("super", after)) => (module.iter().take(module.len().saturating_sub(1)).cloned().collect(), after),
            _ => (module.clone(), text),
        };
        let mut paths = Vec::new();
        one(text, base, &mut paths);
        list.extend(paths.into_iter().filter_map(|path| path.last().cloned().map(|name| (name, path))));
    }
    list
}

/// Identifiers with where they start.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|w| !w.is_empty())
        .map(move |w| (w.as_ptr() as usize - code.as_ptr() as usize, w))
}

/// Reads what follows a path's beginning: `::` and a tree, or nothing. Gives back what is left.
fn tree<'a>(text: &'a str, base: Vec<String>, out: &mut Vec<Vec<String>>) -> &'a str {
    match text.trim_start().strip_prefix("::") {
        Some(rest) => one(rest, base, out),
        None => {
            out.push(base);
            text
        }
    }
}

/// Reads one tree: a name and what follows, a group in braces, or a star.
fn one<'a>(text: &'a str, mut base: Vec<String>, out: &mut Vec<Vec<String>>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start().trim_start_matches(',').trim_start();
            if rest.is_empty() || rest.starts_with('}') {
                return rest.get(1..).unwrap_or_default();
            }
            rest = one(rest, base.clone(), out);
            let end = rest.find([',', '}']).unwrap_or(rest.len());
            rest = rest.get(end..).unwrap_or_default();
        }
    }
    let length = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (name, rest) = text.split_at(length);
    match name {
        "" => {
            out.push(base);
            rest.strip_prefix('*').unwrap_or(rest)
        }
        "super" => {
            base.pop();
            tree(rest, base, out)
        }
        "self" => tree(rest, base, out),
        _ => {
            base.push(name.to_owned());
            tree(rest, base, out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{module_of, named, offered};

    fn parts(code: &str, module: &[&str]) -> Vec<String> {
        let module = module.iter().map(|m| (*m).to_owned()).collect();
        named(code, &module).into_iter().map(|n| n.parts.join("::")).collect()
    }

    #[test]
    fn paths_in_use_trees_and_in_code_are_read() {
        let code = "use crate::a::{self, b::C, d::{E, F as G}, h::*};\nfn f() { crate::i::<u8>(super::j::k) }";
        assert_eq!(parts(code, &["x", "y"]), ["a", "a::b::C", "a::d::E", "a::d::F", "a::h", "i", "x::j::k"]);
        assert_eq!(parts("use super::super::c; use self::d;", &["x", "y"]), ["c", "x::y::d"]);
        assert_eq!(parts("$crate::a; serde::self::x; crate_name::b", &[]), ["a"]);
    }

    #[test]
    fn files_and_re_exports_are_placed() {
        assert_eq!(module_of("lib.rs"), Vec::<String>::new());
        assert_eq!(module_of("a/mod.rs"), ["a"]);
        assert_eq!(module_of("a/b.rs"), ["a", "b"]);
        let offers = offered("pub use find::{kind, Kinds};\npub use crate::z::Y;", &vec!["p".to_owned()]);
        let offers: Vec<_> = offers.iter().map(|(n, p)| format!("{n}={}", p.join("::"))).collect();
        assert_eq!(offers, ["kind=p::find::kind", "Kinds=p::find::Kinds", "Y=z::Y"]);
    }
}
