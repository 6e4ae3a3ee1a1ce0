//! The files of the project, read once, so that a law is a pure function over them.

use crate::source::Source;
use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Folders that are made, not written.
const MADE: &[&str] = &[".git", "target", "node_modules", "dist", "snapshots"];
/// Ends of names whose text the laws read.
const READ: &[&str] = &["rs", "toml", "md", "lock", "ts", "js", "mjs", "css", "html", "json", "sql", "sh", "run"];

/// Every text file of the project by its path from the root, with `/` between parts, plus the paths
/// of all other files.
#[derive(Debug, Default)]
pub struct House {
    pub texts: BTreeMap<String, String>,
    pub others: Vec<String>,
    /// The Rust files among the texts, taken apart once.
    sources: BTreeMap<String, Source>,
}

/// The root of the workspace.
pub fn root() -> Result<PathBuf> {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(xtask.parent().context("xtask stands inside the workspace")?.to_path_buf())
}

impl House {
    pub fn read(root: &Path) -> Result<Self> {
        let mut house = Self::default();
        house.walk(root, root)?;
        house.take_apart();
        Ok(house)
    }

    fn take_apart(&mut self) {
        let rust = self.texts.iter().filter(|(path, _)| path.ends_with(".rs"));
        self.sources = rust.map(|(path, text)| (path.clone(), Source::new(text))).collect();
    }

    fn walk(&mut self, root: &Path, folder: &Path) -> Result<()> {
        let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                if !MADE.contains(&name.as_str()) {
                    self.walk(root, &path)?;
                }
                continue;
            }
            let relative = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            let end = name.rsplit('.').next().unwrap_or_default();
            let known = READ.contains(&end) || name == "run";
            match known.then(|| std::fs::read_to_string(&path)) {
                Some(Ok(text)) => drop(self.texts.insert(relative, text)),
                _ => self.others.push(relative),
            }
        }
        Ok(())
    }

    /// A house of these files, for tests.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let mut house = Self { texts, ..Self::default() };
        house.take_apart();
        house
    }

    /// Text of a file, empty if there is none.
    pub fn text(&self, path: &str) -> &str {
        self.texts.get(path).map_or("", String::as_str)
    }

    /// Whether there is a file or folder of this path.
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        path.is_empty()
            || self.texts.contains_key(path)
            || self.texts.keys().chain(&self.others).any(|file| file == path || file.starts_with(&folder))
    }

    /// The Rust files, with their paths.
    pub fn rust(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources.iter().map(|(path, source)| (path.as_str(), source))
    }
}
