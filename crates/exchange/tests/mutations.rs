//! Small files with bytes changed, cut and doubled: every reader answers or refuses, and what it reads adds up.
//! The files are the seeds of `fuzz/`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::Cursor;
use std::path::Path;

use proptest::prelude::*;
use watercourse_exchange::{DateOrder, Limits, Options, parse_moment, read_git, read_log, read_pnml};

fn seeds(folders: &[&str]) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    let mut all = Vec::new();
    for folder in folders {
        let mut files: Vec<_> = std::fs::read_dir(root.join(folder)).unwrap().map(|f| f.unwrap().path()).collect();
        files.sort();
        all.extend(files.iter().map(|f| std::fs::read(f).unwrap()));
    }
    assert!(!all.is_empty());
    all
}

/// A change of a file.
#[derive(Debug, Clone)]
enum Change {
    Byte(usize, u8),
    Insert(usize, &'static [u8]),
    Delete(usize, usize),
    Double(usize, usize),
    Cut(usize),
}

/// Bytes that mean something to one reader or another.
const ODD: [&[u8]; 20] = [
    b"\"",
    b",",
    b";",
    b"\n",
    b"\r\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xe4",
    b"{",
    b"[",
    b"}",
    b"]",
    b"<",
    b"]]>",
    b"&#0;",
    b"\0",
    b"99999999999999999999",
    b"-1",
    b"0001-01-01",
    b"sep=;\n",
];

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0usize..4096, any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (0usize..4096, proptest::sample::select(ODD.to_vec())).prop_map(|(at, odd)| Change::Insert(at, odd)),
        (0usize..4096, 1usize..40).prop_map(|(at, n)| Change::Delete(at, n)),
        (0usize..4096, 1usize..200).prop_map(|(at, n)| Change::Double(at, n)),
        (0usize..4096).prop_map(Change::Cut),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let place = |at: usize, bytes: &Vec<u8>| if bytes.is_empty() { 0 } else { at % bytes.len() };
        match *change {
            Change::Byte(at, byte) => {
                let at = place(at, &bytes);
                if let Some(slot) = bytes.get_mut(at) {
                    *slot = byte;
                }
            }
            Change::Insert(at, odd) => {
                let at = place(at, &bytes);
                bytes.splice(at..at, odd.iter().copied());
            }
            Change::Delete(at, n) => {
                let at = place(at, &bytes);
                bytes.drain(at..(at + n).min(bytes.len()));
            }
            Change::Double(at, n) => {
                let at = place(at, &bytes);
                let part = bytes[at..(at + n).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Change::Cut(at) => bytes.truncate(place(at, &bytes)),
        }
    }
    bytes
}

fn read(bytes: &[u8]) {
    let limits = Limits { record: 1 << 14, unpacked: 1 << 20, events: 10_000, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let Ok(imported) = read_log(&mut Cursor::new(bytes), &options, &mut |_, _| {}) else { return };
    let rows = imported.rows;
    assert_eq!(rows.read, rows.used + rows.merged + rows.skipped + rows.rejected);
    assert_eq!(imported.log.at.len(), imported.log.case.len());
    let toml = imported.mapping.to_toml();
    Options::from_toml(&toml).unwrap_or_else(|e| panic!("{e}\n{toml}"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn logs(pick in any::<prop::sample::Index>(), changes in proptest::collection::vec(change(), 1..6)) {
        let seeds = seeds(&["csv", "xes", "json"]);
        read(&changed(pick.get(&seeds).clone(), &changes));
    }

    #[test]
    fn two_files_in_one(a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let seeds = seeds(&["csv", "xes", "json"]);
        let mut bytes = a.get(&seeds).clone();
        bytes.truncate(at.index(bytes.len()));
        bytes.extend(b.get(&seeds));
        read(&bytes);
    }

    #[test]
    fn mapping_files(changes in proptest::collection::vec(change(), 1..6)) {
        for seed in seeds(&["mapping"]) {
            let text = String::from_utf8_lossy(&changed(seed, &changes)).into_owned();
            if let Ok(options) = Options::from_toml(&text) {
                let _ = read_log(&mut Cursor::new("case,activity,time\n1,a,2024-03-04\n"), &options, &mut |_, _| {});
            }
        }
    }

    #[test]
    fn nets(changes in proptest::collection::vec(change(), 1..6)) {
        let limits = Limits { record: 1 << 14, unpacked: 1 << 20, ..Limits::default() };
        for seed in seeds(&["pnml"]) {
            if let Ok(net) = read_pnml(&mut Cursor::new(changed(seed, &changes)), &limits) {
                prop_assert!(net.initial().iter().chain(net.last()).all(|(place, n)| *place < net.places() && *n > 0));
            }
        }
    }

    #[test]
    fn times_and_git(pick in any::<prop::sample::Index>(), changes in proptest::collection::vec(change(), 1..4)) {
        let dates = seeds(&["date"]);
        let text = changed(pick.get(&dates).clone(), &changes);
        for order in [DateOrder::DayFirst, DateOrder::MonthFirst] {
            if let Some(moment) = parse_moment(&text, order) {
                prop_assert!((-62_200_000_000_000..=253_500_000_000_000).contains(&moment.ms), "{:?}", moment);
            }
        }
        for seed in seeds(&["git"]) {
            let data = changed(seed, &changes);
            let at = data.iter().position(|b| *b == 0).unwrap_or(data.len());
            let _ = read_git(&mut Cursor::new(&data[..at]), &mut Cursor::new(data.get(at + 1..).unwrap_or_default()));
        }
    }
}
