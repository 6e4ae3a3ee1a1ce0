//! Gzip and zip, whole and broken, and files of hostile size.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use watercourse_exchange::{ExchangeError, Imported, Limits, Options, read_log};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const LOG: &str = "case,activity,time\n1,a,2024-01-01\n1,b,2024-01-02\n2,a,2024-01-03\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn read(bytes: &[u8]) -> Result<Imported, ExchangeError> {
    read_log(&mut Cursor::new(bytes), &Options::default(), &mut |_, _| {})
}

#[test]
fn packed_logs_read_like_plain_ones() {
    let plain = read(LOG.as_bytes()).unwrap();
    let xes = include_bytes!("fixtures/small.xes");
    for (bytes, packing) in [
        (gzip(LOG.as_bytes()), vec!["gzip"]),
        (zip(&[("log.csv", LOG.as_bytes())]), vec!["zip: log.csv"]),
        (zip(&[("a/log.csv.gz", &gzip(LOG.as_bytes()))]), vec!["zip: a/log.csv.gz", "gzip"]),
        (
            zip(&[("readme.md", b"hello"), ("log.csv", LOG.as_bytes()), ("__MACOSX/log.csv", b"x")]),
            vec!["zip: log.csv"],
        ),
    ] {
        let i = read(&bytes).unwrap();
        assert_eq!((i.log.at.clone(), i.rows), (plain.log.at.clone(), plain.rows));
        assert_eq!(i.mapping.packing, packing);
    }
    assert_eq!(read(&gzip(xes)).unwrap().log.len(), 5);
    assert_eq!(read(&zip(&[("x.xes", xes)])).unwrap().log.len(), 5);
    let two = [gzip(b"case,activity,time\n1,a,2024-01-01\n"), gzip(b"1,b,2024-01-02\n")].concat();
    assert_eq!(read(&two).unwrap().log.len(), 2, "members of a gzip file follow each other");
}

#[test]
fn broken_packages_say_so() {
    let whole = gzip(LOG.repeat(500).as_bytes());
    let cut = read(&whole[..whole.len() - 20]).unwrap_err().to_string();
    assert!(cut.contains("cut off"), "{cut}");
    let mut bad = whole.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 0x55;
    let bad = read(&bad).unwrap_err().to_string();
    assert!(bad.contains("damaged") || bad.contains("cut off"), "{bad}");
    for (files, word) in [
        (&[("a.csv", LOG.as_bytes()), ("b.csv", LOG.as_bytes())][..], "a.csv, b.csv"),
        (&[("[Content_Types].xml", b"<Types/>" as &[u8]), ("xl/workbook.xml", b"<w/>")], "CSV"),
        (&[], "zip"),
    ] {
        let text = read(&zip(files)).unwrap_err().to_string();
        assert!(text.contains(word), "{text}");
    }
    assert!(read(b"PK\x03\x04rubbish").unwrap_err().to_string().contains("damaged zip"));
}

#[test]
fn bombs_are_stopped() {
    let limits = Limits { unpacked: 5_000_000, ..Limits::default() };
    let bomb = gzip(LOG.repeat(200_000).as_bytes());
    let error =
        read_log(&mut Cursor::new(&bomb), &Options { limits, ..Options::default() }, &mut |_, _| {}).unwrap_err();
    assert!(matches!(&error, ExchangeError::TooMuch { .. }) && error.to_string().contains("5000000"), "{error}");
    // Rows that pack a thousand to one.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(b"case,activity,time\n").unwrap();
    let block = b"1,a,2024-01-01\n".repeat(70_000);
    for _ in 0..80 {
        encoder.write_all(&block).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    let limits = Limits { ratio: 100, ..Limits::default() };
    let error =
        read_log(&mut Cursor::new(&bomb), &Options { limits, ..Options::default() }, &mut |_, _| {}).unwrap_err();
    assert!(error.to_string().contains("100 times"), "{error}");
    let limits = Limits { events: 100, ..Limits::default() };
    let many = format!("case,activity,time\n{}", "1,a,2024-01-01\n".repeat(200));
    let error =
        read_log(&mut Cursor::new(many), &Options { limits, ..Options::default() }, &mut |_, _| {}).unwrap_err();
    assert!(error.to_string().contains("100 events"), "{error}");
}

/// A file of one line as long as one likes, without taking the room.
struct Endless {
    head: &'static [u8],
    at: u64,
    length: u64,
    read: u64,
}

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = buf.len().min(usize::try_from(self.length - self.at).unwrap_or(usize::MAX));
        for (i, b) in buf[..n].iter_mut().enumerate() {
            *b = self.head.get(usize::try_from(self.at).unwrap() + i).copied().unwrap_or(b'x');
        }
        self.at += n as u64;
        self.read += n as u64;
        Ok(n)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.length.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

#[test]
fn a_line_of_ten_gigabytes_is_refused_early() {
    for (head, line) in [
        (&b"case,activity,time\n1,a,2024-01-01\n2,"[..], 3),
        (b"case,activity,time\n1,a,2024-01-01\n2,\"", 3),
        (b"", 1),
        (b"<log>\n<trace><string key=\"", 2),
    ] {
        let mut file = Endless { head, at: 0, length: 10 << 30, read: 0 };
        let error = read_log(&mut file, &Options::default(), &mut |_, _| {}).unwrap_err();
        assert!(matches!(&error, ExchangeError::TooLong { .. }), "{error}");
        assert_eq!(error.line(), Some(line), "{error}");
        assert!(file.read < 40 << 20, "stopped after {} bytes", file.read);
    }
}

#[test]
fn progress_goes_to_the_end() {
    let mut seen = Vec::new();
    let big = format!("case,activity,time\n{}", "1,a,2024-01-01\n".repeat(100_000));
    read_log(&mut Cursor::new(&big), &Options::default(), &mut |done, total| seen.push((done, total))).unwrap();
    assert!(seen.windows(2).all(|w| w[0].0 <= w[1].0) && seen.iter().all(|s| s.1 == big.len() as u64));
    assert_eq!(seen.last().unwrap().0, big.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn almost_logs_are_read_or_refused(
        rows in proptest::collection::vec("[0-9a,;\"|\t ]{0,12}(2024-01-0[0-9]|[0-9]{1,2}/[0-9]{1,2}/20[0-9]{2})?[,;\"x]{0,3}", 0..12),
        header in prop_oneof![Just("case,activity,time"), Just("id;created;resolved"), Just("number,state,sys_updated_at"), Just("")],
    ) {
        let text = format!("{header}\n{}", rows.join("\n"));
        if let Ok(i) = read(text.as_bytes()) {
            prop_assert_eq!(i.rows.read, i.rows.used + i.rows.merged + i.rows.skipped + i.rows.rejected);
            prop_assert!(!i.log.is_empty());
            prop_assert!(Options::from_toml(&i.mapping.to_toml()).is_ok(), "{}", i.mapping.to_toml());
        }
    }

    #[test]
    fn almost_xes_is_read_or_refused(parts in proptest::collection::vec(prop_oneof![
        Just("<log>"), Just("</log>"), Just("<trace>"), Just("</trace>"), Just("<event>"), Just("</event>"),
        Just("<string key=\"concept:name\" value=\"a\"/>"), Just("<date key=\"time:timestamp\" value=\"2024-01-05\"/>"),
        Just("<list key=\"k\">"), Just("</list>"), Just("&amp;"), Just("<"), Just("\""), Just("<!--"), Just("-->"), Just("<![CDATA["), Just("]]>"), Just("<?x"), Just("?>"), Just("\n"),
    ], 0..40)) {
        let _ = read(format!("<log>{}", parts.concat()).as_bytes());
    }
}
