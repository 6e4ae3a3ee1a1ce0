//! Styles and scripts, bundled when this crate is built and embedded in the program.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file the browser may ask for. Its path changes with its content, so it can be cached for ever.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Name in this crate, such as `app.css`.
    pub name: &'static str,
    /// Path on the server, with a hash of the content in it.
    pub path: &'static str,
    /// The content.
    pub bytes: &'static [u8],
    /// The content, compressed with gzip.
    pub gzip: &'static [u8],
}

impl Asset {
    /// Its media type.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        if self.name.ends_with(".css") { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" }
    }
    /// The content as text.
    #[must_use]
    pub fn text(&self) -> &'static str {
        std::str::from_utf8(self.bytes).unwrap_or_default()
    }
}

/// The asset with this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|a| a.name == name)
}

/// The asset at this path.
#[must_use]
pub fn at(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|a| a.path == path)
}

/// The path of a named asset; the root where there is none, which no page asks for.
#[must_use]
pub fn path(name: &str) -> &'static str {
    named(name).map_or("/", |a| a.path)
}

#[cfg(test)]
mod tests {
    use super::{ASSETS, at, named};

    #[test]
    fn an_asset_is_found_by_name_and_by_path() {
        for asset in ASSETS {
            assert_eq!(named(asset.name).map(|a| a.path), Some(asset.path));
            assert_eq!(at(asset.path).map(|a| a.name), Some(asset.name));
        }
    }

    #[test]
    fn the_first_load_stays_small() {
        let sent: usize = ASSETS.iter().filter(|a| a.name.starts_with("app.")).map(|a| a.gzip.len()).sum();
        assert!(sent < 100_000, "{sent} bytes compressed; with the page itself 150 kB are allowed");
    }
}
