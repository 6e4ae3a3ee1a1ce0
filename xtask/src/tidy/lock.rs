//! What Cargo.lock must and must not hold.

use super::finding::Finding;
use crate::house::House;

/// The first libsqlite3-sys with SQLite 3.51.3, which mends a corruption of the write-ahead log.
const SQLITE: (u64, u64) = (0, 37);
/// Libraries that must not come in, each with the reason.
const UNWANTED: &[(&str, &str)] = &[
    ("aws-lc-rs", "ring is the only crypto library here"),
    ("aws-lc-sys", "ring is the only crypto library here"),
    ("openssl-sys", "ring is the only crypto library here"),
];

/// Wanted versions and unwanted libraries.
pub fn libraries(house: &House) -> Vec<Finding> {
    let path = "Cargo.lock";
    let table: toml::Table = match house.text(path).parse() {
        Ok(table) => table,
        Err(e) => return vec![Finding::new(path, 0, format!("cannot be read: {e}"))],
    };
    let packages = table.get("package").and_then(|p| p.as_array()).map(Vec::as_slice).unwrap_or_default();
    let text =
        |package: &toml::Value, key: &str| package.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let mut found = Vec::new();
    let mut sqlite = 0;
    for package in packages {
        let (name, version) = (text(package, "name"), text(package, "version"));
        if let Some((_, why)) = UNWANTED.iter().find(|(unwanted, _)| *unwanted == name) {
            found.push(Finding::new(path, 0, format!("{name} {version} came in: {why}; see `cargo tree -i {name}`")));
        }
        if name == "libsqlite3-sys" {
            sqlite += 1;
            let mut parts = version.split('.').map(|p| p.parse::<u64>().unwrap_or(0));
            let have = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
            if have < SQLITE {
                let what = format!(
                    "libsqlite3-sys {version} holds an SQLite before 3.51.3; {}.{} is the first with it",
                    SQLITE.0, SQLITE.1
                );
                found.push(Finding::new(path, 0, what));
            }
        }
    }
    if sqlite != 1 {
        found.push(Finding::new(path, 0, format!("libsqlite3-sys is there {sqlite} times, once is right")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::libraries;
    use crate::house::House;

    fn lock(packages: &[(&str, &str)]) -> House {
        let text: String =
            packages.iter().map(|(n, v)| format!("[[package]]\nname = \"{n}\"\nversion = \"{v}\"\n")).collect();
        House::of(&[("Cargo.lock", &text)])
    }

    #[test]
    fn an_old_sqlite_or_unwanted_crypto_is_found() {
        assert_eq!(libraries(&lock(&[("libsqlite3-sys", "0.37.0"), ("ring", "0.17.0")])), []);
        assert_eq!(libraries(&lock(&[("libsqlite3-sys", "0.36.9")])).len(), 1);
        assert_eq!(libraries(&lock(&[("libsqlite3-sys", "1.0.0"), ("aws-lc-rs", "1.2.0")])).len(), 1);
        assert_eq!(libraries(&lock(&[])).len(), 1);
    }
}
