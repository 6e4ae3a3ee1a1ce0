//! A small reader of XES, written apart from the product's on purpose: the expected numbers must not depend on it.

use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};
use watercourse_flow::log::{Event, Log};

/// A file of the shared data, or none, said in one line.
pub fn shared(file: &str) -> Option<PathBuf> {
    let root = std::env::var_os("WATERCOURSE_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = root.join(file);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: there is no {file} in ../shared/data (WATERCOURSE_SHARED_DATA names another place)");
    None
}

pub fn read(path: &Path) -> Log {
    let bytes = std::fs::read(path).unwrap();
    let mut text = String::new();
    if path.extension().is_some_and(|e| e == "gz") {
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    let mut log = Log::default();
    let mut case = String::new();
    let mut event: Option<[Option<Cow<'_, str>>; 5]> = None;
    let mut in_trace = false;
    for tag in text.split('<').skip(1) {
        let tag = tag.split_once('>').map_or(tag, |(tag, _)| tag);
        match tag.split_whitespace().next().unwrap_or_default() {
            "trace" => in_trace = true,
            "/trace" => in_trace = false,
            "event" => event = Some(Default::default()),
            "/event" => {
                let [name, at, start, team, lifecycle] = event.take().unwrap();
                let at = millis(at.as_deref().unwrap());
                let start = start.as_deref().map(millis);
                let (team, lifecycle) = (team.as_deref(), lifecycle.as_deref());
                log.push(Event { case: &case, activity: name.as_deref().unwrap(), at, start, team, lifecycle });
            }
            _ => {
                let Some((key, value)) = attribute(tag, "key").zip(attribute(tag, "value")) else { continue };
                match (&mut event, &*key) {
                    (None, "concept:name") if in_trace => case = value.into_owned(),
                    (Some(event), "concept:name") => event[0] = Some(value),
                    (Some(event), "time:timestamp") => event[1] = Some(value),
                    (Some(event), "start_timestamp") => event[2] = Some(value),
                    (Some(event), "org:group") => event[3] = Some(value),
                    (Some(event), "lifecycle:transition") => event[4] = Some(value),
                    _ => {}
                }
            }
        }
    }
    log
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = tag;
    loop {
        let (before, after) = rest.split_once("=\"")?;
        let (value, next) = after.split_once('"')?;
        if before.ends_with(name) && before[..before.len() - name.len()].ends_with(char::is_whitespace) {
            return Some(if value.contains('&') { Cow::Owned(plain(value)) } else { Cow::Borrowed(value) });
        }
        rest = next;
    }
}

fn plain(value: &str) -> String {
    let plain = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    plain.replace("&amp;", "&")
}

/// `2011-10-01T00:38:44.546+02:00` as milliseconds since 1970.
pub fn millis(text: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    // Days before a date in a year that begins in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days =
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day - 1;
    let seconds = (days - 719_468) * 86_400 + number(11..13) * 3_600 + number(14..16) * 60 + number(17..19);
    let zone = text[19..].find(['+', '-', 'Z']).unwrap() + 19;
    let fraction = text[19..zone].trim_start_matches('.');
    let milli = format!("{fraction:0<3}")[..3].parse::<i64>().unwrap();
    let offset = if &text[zone..] == "Z" { 0 } else { number(zone + 1..zone + 3) * 60 + number(zone + 4..zone + 6) };
    let offset = if text[zone..].starts_with('-') { -offset } else { offset };
    (seconds - offset * 60) * 1000 + milli
}
