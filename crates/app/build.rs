//! Lists the shipped streams, so that a new one is one new file and nothing else.

#![allow(clippy::expect_used, reason = "a build that cannot read its own sources is to stop and say why")]

use std::fmt::Write as _;
use std::path::Path;

fn main() {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo names the crate's folder");
    let folder = Path::new(&root).join("../../streams").canonicalize().expect("the folder streams/ is there");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("streams/ can be read")
        .map(|entry| entry.expect("streams/ can be read").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(list, "    ({id:?}, include_str!({:?})),", file.display().to_string())
            .expect("a string can be written to");
    }
    list.push(']');
    let out = std::env::var("OUT_DIR").expect("cargo names a folder for what is made");
    std::fs::write(Path::new(&out).join("shipped.rs"), list).expect("what is made can be written");
}
