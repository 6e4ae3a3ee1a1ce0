//! The records of a JSON text, one after the other: of an array, of the list in an answer, or of lines.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use crate::error::ExchangeError;
use crate::options::Limits;
use crate::source::failed;

/// A record, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Line it starts on.
    pub(crate) line: u64,
    /// The list it is in: a JSON pointer, empty for the text itself.
    pub(crate) list: String,
    pub(crate) value: Value,
}

/// Where records come from.
pub(crate) trait Source {
    /// The next record.
    fn next(&mut self) -> Result<Option<Record>, ExchangeError>;
}

/// Keys of answers under which lists stand.
const LISTS: [&str; 37] = [
    "issues",
    "values",
    "value",
    "items",
    "results",
    "result",
    "records",
    "data",
    "incidents",
    "alerts",
    "log_entries",
    "logEntries",
    "entries",
    "events",
    "workflow_runs",
    "jobs",
    "pipelines",
    "builds",
    "allBuilds",
    "cards",
    "actions",
    "tickets",
    "ticket_events",
    "audits",
    "nodes",
    "edges",
    "histories",
    "workItems",
    "tasks",
    "changes",
    "deployments",
    "merge_requests",
    "pull_requests",
    "runs",
    "rows",
    "content",
    "stages",
];
/// Keys of answers under which objects with such lists stand.
const WRAPPERS: [&str; 12] = [
    "results",
    "data",
    "response",
    "result",
    "_embedded",
    "d",
    "issues",
    "search",
    "repository",
    "project",
    "builds",
    "deploymentResults",
];

/// An open array or object around records.
enum Frame {
    Array,
    /// What was read of it so far, in case it is a record itself.
    Object {
        line: u64,
        fields: serde_json::Map<String, Value>,
        size: usize,
        has_list: bool,
    },
}

/// Records of a text that is read as it comes; one is never larger than the limit.
pub(crate) struct Records<R> {
    input: BufReader<R>,
    limits: Limits,
    line: u64,
    byte: u64,
    frames: Vec<(Frame, String)>,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self { input: BufReader::with_capacity(1 << 16, input), limits, line: 1, byte: 0, frames: Vec::new() }
    }

    fn peek(&mut self) -> Result<Option<u8>, ExchangeError> {
        loop {
            match self.input.fill_buf() {
                Ok(buffer) => return Ok(buffer.first().copied()),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(failed(e)),
            }
        }
    }

    fn pass(&mut self, byte: u8) {
        self.input.consume(1);
        self.byte += 1;
        self.line += u64::from(byte == b'\n');
    }

    /// The next byte that is no space and none of `also`.
    fn skip(&mut self, also: &[u8]) -> Result<Option<u8>, ExchangeError> {
        while let Some(byte) = self.peek()? {
            // A record separator (RFC 7464) counts as space.
            if !byte.is_ascii_whitespace() && byte != 0x1e && !also.contains(&byte) {
                return Ok(Some(byte));
            }
            self.pass(byte);
        }
        Ok(None)
    }

    fn malformed(&self, line: u64, what: impl Into<String>) -> ExchangeError {
        let at = self.frames.last().map_or("", |f| f.1.as_str());
        let at = if at.is_empty() { String::new() } else { format!("in {at}: ") };
        ExchangeError::Malformed {
            line,
            byte: self.byte,
            what: format!("{at}{}", what.into()),
            remedy: "the text is not JSON there; was it cut off?".to_owned(),
        }
    }

    /// The bytes of one value, balanced.
    fn bytes(&mut self) -> Result<Vec<u8>, ExchangeError> {
        let (line, mut out) = (self.line, Vec::new());
        let (mut depth, mut inside, mut escaped) = (self.frames.len(), false, false);
        while let Some(byte) = self.peek()? {
            let bare = depth == self.frames.len() && !inside;
            if bare && !out.is_empty() && (byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b':')) {
                return Ok(out);
            }
            if out.len() >= self.limits.record {
                return Err(ExchangeError::TooLong {
                    line,
                    byte: self.byte,
                    what: "a JSON record",
                    limit: self.limits.record,
                    remedy: "is it a list of records? Its list may stand under a name that is not known",
                });
            }
            out.push(byte);
            self.pass(byte);
            match byte {
                _ if escaped => escaped = false,
                b'\\' if inside => escaped = true,
                b'"' => {
                    inside = !inside;
                    if !inside && depth == self.frames.len() {
                        return Ok(out);
                    }
                }
                b'{' | b'[' if !inside => {
                    depth += 1;
                    if depth > self.limits.depth {
                        return Err(self.malformed(self.line, format!("nested deeper than {}", self.limits.depth)));
                    }
                }
                b'}' | b']' if !inside => {
                    if depth == self.frames.len() {
                        return Err(self.malformed(self.line, "a bracket closes that was never opened"));
                    }
                    depth -= 1;
                    if depth == self.frames.len() {
                        return Ok(out);
                    }
                }
                _ => {}
            }
        }
        if out.is_empty() || depth > self.frames.len() || inside {
            return Err(self.malformed(line, "the text ends inside a value that begins here"));
        }
        Ok(out)
    }

    fn value(&mut self) -> Result<Value, ExchangeError> {
        let line = self.line;
        let bytes = self.bytes()?;
        serde_json::from_slice(&bytes).map_err(|e| {
            let inside = u64::try_from(e.line().saturating_sub(1)).unwrap_or(0);
            self.malformed(line + inside, e.to_string())
        })
    }

    /// A member of the object around; the record it is, where it ends and had no list.
    fn member(&mut self) -> Result<Option<Record>, ExchangeError> {
        match self.skip(b",")? {
            Some(b'}') => {
                self.pass(b'}');
                let Some((Frame::Object { line, fields, has_list: false, .. }, _)) = self.frames.pop() else {
                    return Ok(None);
                };
                // An object that only was looked into for lists, and had none, is no record.
                let list = self.list();
                let inner = self.frames.iter().any(|(f, _)| matches!(f, Frame::Object { .. }));
                return Ok((!inner || !fields.is_empty()).then_some(Record {
                    line,
                    list,
                    value: Value::Object(fields),
                }));
            }
            Some(b'"') => {}
            Some(_) => return Err(self.malformed(self.line, "a name in quotes is missing")),
            None => return Err(self.malformed(self.line, "the text ends inside an object")),
        }
        let Value::String(key) = self.value()? else { return Err(self.malformed(self.line, "a name is missing")) };
        if self.skip(b"")? != Some(b':') {
            return Err(self.malformed(self.line, format!("a colon is missing after \u{201c}{key}\u{201d}")));
        }
        self.pass(b':');
        let next = self.skip(b"")?;
        let at = format!("{}/{key}", self.frames.last().map_or("", |f| f.1.as_str()));
        let deep = self.frames.len() >= self.limits.depth;
        let Some((Frame::Object { fields, has_list, .. }, _)) = self.frames.last_mut() else { return Ok(None) };
        let keep = !*has_list;
        let opens = match next {
            Some(b'[') => LISTS.contains(&key.as_str()) && may_hold_a_list(fields, &key),
            Some(b'{') => {
                WRAPPERS.contains(&key.as_str()) && may_hold_a_list(fields, &key) && !fields.contains_key("id")
            }
            _ => false,
        };
        if opens && deep {
            return Err(self.malformed(self.line, format!("nested deeper than {}", self.limits.depth)));
        }
        if let (true, Some(byte)) = (opens, next) {
            if let Some((Frame::Object { has_list, fields, .. }, _)) = self.frames.last_mut() {
                *has_list = true;
                fields.clear();
            }
            self.pass(byte);
            self.open(byte, at);
            return Ok(None);
        }
        let (line, before) = (self.line, self.byte);
        let value = self.value()?;
        let read = usize::try_from(self.byte - before).unwrap_or(usize::MAX);
        if let Some((Frame::Object { fields, size, .. }, _)) = self.frames.last_mut()
            && keep
        {
            *size = size.saturating_add(read);
            if *size > self.limits.record {
                return Err(ExchangeError::TooLong {
                    line,
                    byte: self.byte,
                    what: "a JSON record",
                    limit: self.limits.record,
                    remedy: "is it a list of records? Its list may stand under a name that is not known",
                });
            }
            fields.insert(key, value);
        }
        Ok(None)
    }

    fn list(&self) -> String {
        self.frames.last().map_or_else(String::new, |f| f.1.clone())
    }

    fn open(&mut self, byte: u8, at: String) {
        let frame = if byte == b'[' {
            Frame::Array
        } else {
            Frame::Object { line: self.line, fields: serde_json::Map::new(), size: 0, has_list: false }
        };
        self.frames.push((frame, at));
    }
}

/// Whether an object with these members may be what a list is wrapped in, rather than a record that has a list.
fn may_hold_a_list(fields: &serde_json::Map<String, Value>, key: &str) -> bool {
    let is_record = |name: &String| {
        let name = name.to_ascii_lowercase();
        name.contains("creat")
            || name == "incident_number"
            || name == "timestamp"
            || (name == "_class" && key == "actions")
    };
    !fields.keys().any(is_record)
}

impl<R: Read> Source for Records<R> {
    fn next(&mut self) -> Result<Option<Record>, ExchangeError> {
        loop {
            match self.frames.last() {
                None => match self.skip(b",")? {
                    None => return Ok(None),
                    Some(byte @ (b'[' | b'{')) => {
                        let line = self.line;
                        self.pass(byte);
                        self.open(byte, String::new());
                        if let Some((Frame::Object { line: at, .. }, _)) = self.frames.last_mut() {
                            *at = line;
                        }
                    }
                    Some(_) => {
                        let line = self.line;
                        let value = self.value()?;
                        return Ok(Some(Record { line, list: String::new(), value }));
                    }
                },
                Some((Frame::Array, list)) => {
                    let list = list.clone();
                    match self.skip(b",")? {
                        None => return Err(self.malformed(self.line, "the text ends inside a list")),
                        Some(b']') => {
                            self.pass(b']');
                            self.frames.pop();
                        }
                        Some(_) => {
                            let line = self.line;
                            let value = self.value()?;
                            return Ok(Some(Record { line, list, value }));
                        }
                    }
                }
                Some((Frame::Object { .. }, _)) => {
                    if let Some(record) = self.member()? {
                        return Ok(Some(record));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use proptest::prelude::*;

    use super::{Records, Source};
    use crate::error::ExchangeError;
    use crate::options::Limits;

    fn all(text: &str) -> Result<Vec<String>, ExchangeError> {
        let mut records = Records::new(text.as_bytes(), Limits::default());
        let mut found = Vec::new();
        while let Some(record) = records.next()? {
            found.push(format!("{}@{} {}", record.list, record.line, record.value));
        }
        Ok(found)
    }

    #[test]
    fn records_of_lists_lines_and_answers() {
        assert_eq!(all("[{\"a\":1},\n{\"a\":2}]").unwrap(), ["@1 {\"a\":1}", "@2 {\"a\":2}"]);
        assert_eq!(all("{\"a\":1}\n{\"a\":\"x\\\"}\"}\n\n").unwrap(), ["@1 {\"a\":1}", "@2 {\"a\":\"x\\\"}\"}"]);
        assert_eq!(
            all("{\"total\":2,\"issues\":[{\"key\":\"A\"},{\"key\":\"B\"}],\"more\":true}").unwrap(),
            ["/issues@1 {\"key\":\"A\"}", "/issues@1 {\"key\":\"B\"}"]
        );
        assert_eq!(all("{\"results\":{\"size\":1,\"result\":[{\"k\":1}]}}").unwrap(), ["/results/result@1 {\"k\":1}"]);
        assert_eq!(
            all("{\"created_at\":\"x\",\"alerts\":[1],\"id\":3}").unwrap(),
            ["@1 {\"created_at\":\"x\",\"alerts\":[1],\"id\":3}"],
            "a record that has a list"
        );
        assert_eq!(all("[1, \"two\" ,[3]]").unwrap(), ["@1 1", "@1 \"two\"", "@1 [3]"]);
        assert!(all("").unwrap().is_empty() && all("[]").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, word) in [
            ("[{\"a\":1},\n{\"a\":", "line 2"),
            ("{\"issues\":[{\"a\":1},{\"b\" 2}]}", "/issues"),
            ("{\"a\" 1}", "colon"),
            ("[1]]", "bracket"),
            ("{\"a\":1", "ends inside"),
        ] {
            let error = all(text).unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(all(&deep).unwrap_err().to_string().contains("deeper than 64"));
        let mut endless =
            Records::new(std::io::repeat(b'"'.wrapping_add(1)), Limits { record: 1000, ..Limits::default() });
        assert!(matches!(endless.next(), Err(ExchangeError::TooLong { .. })));
    }

    proptest! {
        #[test]
        fn almost_json_never_panics(text in "[\\[\\]{}\",:\\\\a0-9 \n]{0,60}") {
            let _ = all(&text);
        }
    }
}
