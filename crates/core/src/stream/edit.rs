//! Small changes to the text of a stream, as the canvas makes them: only the lines that change are
//! touched, so comments, order and alignment stay as people wrote them.
//!
//! The changes are spliced into the text at the places the parser reports. A document model that is
//! written out again would also normalise what nobody asked to change.

use super::cell::{Place, Text, texts};
use super::check::{Checked, read};
use super::context::Context;
use super::diagnostic::Findings;
use super::names::{as_id, is_id, short};
use super::print::{list, quoted};
use super::refer::members;
use crate::activity::Activity;
use serde::{Deserialize, Serialize};
use toml::de::{DeTable, DeValue};

/// The value of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// `true` or `false`.
    Flag(bool),
    /// A count.
    Count(u16),
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

/// A step to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewStep {
    /// Its id.
    pub id: String,
    /// What people read; none: made from the id.
    #[serde(default)]
    pub name: Option<String>,
    /// Its activity.
    pub activity: Activity,
    /// The team that holds its work.
    #[serde(default)]
    pub team: Option<String>,
    /// What it comes after, as in the file.
    #[serde(default)]
    pub after: Vec<String>,
}

/// One change to the text of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Edit {
    /// Gives a key of a step (or of the stream itself, where none is named) a value; none takes the key out.
    SetKey {
        /// The step's id.
        step: Option<String>,
        /// The key.
        key: String,
        /// The value.
        value: Option<Value>,
    },
    /// Adds a step to the text, behind the named one or behind the last.
    AddStep {
        /// The step.
        add: NewStep,
        /// The id of the step before it in the text.
        #[serde(default)]
        behind: Option<String>,
    },
    /// Takes a step out; what came after it now comes after what it came after.
    RemoveStep {
        /// Its id.
        step: String,
    },
    /// Gives a step another id, everywhere.
    RenameStep {
        /// Its id.
        step: String,
        /// The new id.
        to: String,
    },
}

/// Why an edit was not made: nothing is changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{wrong} {right}")]
pub struct EditError {
    /// What was wrong, in a sentence.
    pub wrong: String,
    /// What would be right, in a sentence.
    pub right: String,
}

fn refuse<T>(wrong: impl Into<String>, right: impl Into<String>) -> Result<T, EditError> {
    Err(EditError { wrong: wrong.into(), right: right.into() })
}

/// Makes one change and checks the result, which may be wrong: the diagnostics say how.
///
/// # Errors
/// When the text is not TOML, names no such step, or is written in a way the edit cannot follow.
pub fn edit(text: &str, edit: &Edit, context: &Context) -> Result<(String, Checked), EditError> {
    let Ok(table) = DeTable::parse(text) else {
        return refuse("The text is not TOML.", "Mend the errors in it first.");
    };
    let sheet = Sheet::of(text, table.get_ref());
    let changes = match edit {
        Edit::SetKey { step, key, value } => sheet.set_key(step.as_deref(), key, value.as_ref())?,
        Edit::AddStep { add, behind } => sheet.add_step(add, behind.as_deref())?,
        Edit::RemoveStep { step } => sheet.remove_step(step)?,
        Edit::RenameStep { step, to } => sheet.rename_step(step, to)?,
    };
    let changed = splice(text, changes);
    let checked = read(&changed, context);
    Ok((changed, checked))
}

/// A piece of the text and what is to stand there.
type Change = (Place, String);

fn splice(text: &str, mut changes: Vec<Change>) -> String {
    changes.sort_by_key(|(at, _)| at.start);
    let mut out = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for (at, new) in changes {
        if at.start < from {
            continue;
        }
        out.push_str(text.get(from..at.start).unwrap_or_default());
        out.push_str(&new);
        from = at.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// The keys in the order people write them: where a new one is put.
const ORDER: [&str; 32] = [
    "stream",
    "name",
    "kind",
    "demand",
    "value",
    "owner",
    "promise",
    "reopen_within",
    "adhoc",
    "id",
    "activity",
    "practice",
    "team",
    "start",
    "after",
    "outcomes",
    "when",
    "within",
    "min",
    "max",
    "optional",
    "deliver",
    "commit",
    "gates",
    "feeds",
    "spawns",
    "done_on",
    "on",
    "then",
    "stop",
    "resume",
    "resume_on",
];
/// The keys that name steps.
const NAMING: [&str; 9] = ["after", "on", "then", "stop", "resume", "resume_on", "hold", "until", "choice"];

/// A key with its value, and their places.
struct Entry<'a> {
    key: &'a str,
    key_at: Place,
    value: &'a toml::Spanned<DeValue<'a>>,
}

/// The stream itself, a step or a rule.
struct Block<'a> {
    /// The header; empty at the start of the text for the stream itself.
    header: Place,
    /// Whether it is written in braces, in one line.
    inline: bool,
    entries: Vec<Entry<'a>>,
}

impl<'a> Block<'a> {
    fn of(text: &str, table: &'a DeTable<'a>, header: Place) -> Self {
        let mut entries: Vec<Entry<'a>> =
            table.iter().map(|(key, value)| Entry { key: key.get_ref(), key_at: key.span(), value }).collect();
        entries.sort_by_key(|e| e.key_at.start);
        let inline = text.get(header.clone()).is_some_and(|h| h.starts_with('{'));
        Self { header, inline, entries }
    }
    fn get(&self, key: &str) -> Option<&Entry<'a>> {
        self.entries.iter().find(|e| e.key == key)
    }
    fn id(&self) -> Option<&str> {
        self.get("id").and_then(|e| e.value.get_ref().as_str())
    }
    fn texts(&self, source: &str, key: &str) -> Vec<Text> {
        self.get(key).map(|e| texts(source, &mut Findings::default(), key, e.value)).unwrap_or_default()
    }
}

/// The text and its blocks.
struct Sheet<'a> {
    text: &'a str,
    top: Block<'a>,
    steps: Vec<Block<'a>>,
    rules: Vec<Block<'a>>,
}

impl<'a> Sheet<'a> {
    fn of(text: &'a str, table: &'a DeTable<'a>) -> Self {
        let blocks = |key: &str| -> Vec<Block<'a>> {
            let Some(DeValue::Array(entries)) = table.get(key).map(toml::Spanned::get_ref) else { return Vec::new() };
            entries
                .iter()
                .filter_map(|e| match e.get_ref() {
                    DeValue::Table(t) => Some(Block::of(text, t, e.span())),
                    _ => None,
                })
                .collect()
        };
        let mut top = Block::of(text, table, 0..0);
        top.entries.retain(|e| e.key != "step" && e.key != "rule");
        Self { text, top, steps: blocks("step"), rules: blocks("rule") }
    }
    fn step(&self, id: &str) -> Result<&Block<'a>, EditError> {
        match self.steps.iter().find(|s| s.id() == Some(id)) {
            Some(block) if block.inline => {
                refuse(format!("Step “{id}” is written in one line."), "Write it as a [[step]] first.")
            }
            Some(block) => Ok(block),
            None => refuse(format!("There is no step “{}”.", short(id)), "Name one of the stream's steps."),
        }
    }
    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1)
    }
    /// Behind the line break of the line this is in.
    fn line_end(&self, at: usize) -> usize {
        self.text.get(at..).and_then(|t| t.find('\n')).map_or(self.text.len(), |i| at + i + 1)
    }
    fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
    /// Where a block begins: with the comment lines right above its header.
    fn block_start(&self, block: &Block<'_>) -> usize {
        let mut start = self.line_start(block.header.start);
        while start > 0 {
            let above = self.line_start(start - 1);
            if !self.text.get(above..start).unwrap_or_default().trim_start().starts_with('#') {
                break;
            }
            start = above;
        }
        start
    }
    /// Where the block's last line ends.
    fn last_line(&self, block: &Block<'_>) -> usize {
        let last = block.entries.iter().map(|e| e.value.span().end).max().unwrap_or(block.header.end);
        self.line_end(last.max(block.header.end))
    }
    /// Where the next block begins.
    fn block_end(&self, block: &Block<'_>) -> usize {
        let next = self.steps.iter().chain(&self.rules).filter(|b| b.header.start > block.header.start);
        next.map(|b| self.block_start(b)).min().unwrap_or(self.text.len())
    }
    fn remove_block(&self, block: &Block<'_>) -> Change {
        (self.block_start(block)..self.block_end(block).max(self.last_line(block)), String::new())
    }

    fn set_key(&self, step: Option<&str>, key: &str, value: Option<&Value>) -> Result<Vec<Change>, EditError> {
        if !is_id(key) || key == "step" || key == "rule" || (step.is_some() && key == "id") {
            let right = if key == "id" { "Rename the step." } else { "Name a key of a step or of the stream." };
            return refuse(format!("“{}” cannot be set like this.", short(key)), right);
        }
        let block = step.map_or(Ok(&self.top), |id| self.step(id))?;
        Ok(self.set(block, key, value).into_iter().collect())
    }
    /// The change that gives a key of a block a value.
    fn set(&self, block: &Block<'_>, key: &str, value: Option<&Value>) -> Option<Change> {
        let written = value.map(|v| match v {
            Value::Flag(flag) => flag.to_string(),
            Value::Count(count) => count.to_string(),
            Value::Text(text) => quoted(text),
            Value::List(entries) => list(entries.iter().cloned()),
        });
        match (block.get(key), written) {
            (Some(entry), Some(written)) => Some((entry.value.span(), written)),
            (Some(entry), None) => {
                let lines = self.line_start(entry.key_at.start)..self.line_end(entry.value.span().end);
                Some((lines, String::new()))
            }
            (None, Some(written)) => Some(self.insert(block, key, &written)),
            (None, None) => None,
        }
    }
    /// A new line for a key: behind the one it usually follows, its equals sign under theirs.
    fn insert(&self, block: &Block<'_>, key: &str, written: &str) -> Change {
        let rank = |k: &str| ORDER.iter().position(|o| *o == k).unwrap_or(ORDER.len());
        let before = block.entries.iter().filter(|e| rank(e.key) < rank(key)).max_by_key(|e| e.key_at.start);
        let at = match (before, block.entries.first()) {
            (Some(entry), _) => self.line_end(entry.value.span().end),
            (None, Some(first)) => self.line_start(first.key_at.start),
            (None, None) => self.line_end(block.header.end),
        };
        let widths: Vec<usize> = block.entries.iter().filter_map(|e| self.equals(e)).collect();
        let width = widths.first().filter(|w| widths.len() > 1 && widths.iter().all(|x| x == *w)).map_or(0, |w| w - 1);
        let newline = self.newline();
        let breaks = at > 0 && !self.text.get(..at).unwrap_or_default().ends_with('\n');
        let lead = if breaks { newline } else { "" };
        (at..at, format!("{lead}{key:width$} = {written}{newline}"))
    }
    /// The column of an entry's equals sign.
    fn equals(&self, entry: &Entry<'_>) -> Option<usize> {
        let line = self.line_start(entry.key_at.start);
        self.text.get(line..entry.value.span().start)?.find('=').filter(|c| *c > 0)
    }

    fn add_step(&self, add: &NewStep, behind: Option<&str>) -> Result<Vec<Change>, EditError> {
        if !is_id(&add.id) {
            return refuse(
                format!("“{}” cannot be the id of a step.", short(&add.id)),
                format!("Use small letters, digits, - and _, such as “{}”.", as_id(&add.id)),
            );
        }
        if self.steps.iter().any(|s| s.id() == Some(&add.id)) {
            return refuse(format!("There already is a step “{}”.", add.id), "Give it another id.");
        }
        let at = match behind {
            Some(id) => self.last_line(self.step(id)?),
            None => self.steps.iter().map(|s| self.last_line(s)).max().unwrap_or(self.last_line(&self.top)),
        };
        let n = self.newline();
        let mut new = String::new();
        if !self.text.get(..at).unwrap_or_default().ends_with('\n') && at > 0 {
            new.push_str(n);
        }
        new.push_str(&format!("{n}[[step]]{n}id       = {}{n}", quoted(&add.id)));
        if let Some(name) = &add.name {
            new.push_str(&format!("name     = {}{n}", quoted(name)));
        }
        new.push_str(&format!("activity = {}{n}", quoted(add.activity.id())));
        if let Some(team) = &add.team {
            new.push_str(&format!("team     = {}{n}", quoted(team)));
        }
        if !add.after.is_empty() {
            new.push_str(&format!("after    = {}{n}", list(add.after.iter().cloned())));
        }
        Ok(vec![(at..at, new)])
    }

    fn rename_step(&self, step: &str, to: &str) -> Result<Vec<Change>, EditError> {
        if !is_id(to) {
            return refuse(
                format!("“{}” cannot be the id of a step.", short(to)),
                format!("Use small letters, digits, - and _, such as “{}”.", as_id(to)),
            );
        }
        if step != to && self.steps.iter().any(|s| s.id() == Some(to)) {
            return refuse(format!("There already is a step “{to}”."), "Give it another id.");
        }
        let own = self.step(step)?.texts(self.text, "id");
        let mut changes: Vec<Change> = own.iter().map(|id| (id.at.clone(), quoted(to))).collect();
        for block in self.steps.iter().chain(&self.rules) {
            for text in NAMING.iter().flat_map(|key| block.texts(self.text, key)) {
                for (word, part) in members(&text.value) {
                    if word.split('.').next() != Some(step) {
                        continue;
                    }
                    if !text.is_plain() {
                        return refuse(
                            "A name of the step is written over several lines.",
                            "Write it in one line first.",
                        );
                    }
                    changes.push((text.part(&(part.start..part.start + step.len())), to.to_owned()));
                }
            }
        }
        Ok(changes)
    }

    fn remove_step(&self, step: &str) -> Result<Vec<Change>, EditError> {
        let block = self.step(step)?;
        let inherited: Vec<String> = block.texts(self.text, "after").into_iter().map(|t| t.value).collect();
        let mut changes = vec![self.remove_block(block)];
        for other in self.steps.iter().filter(|s| s.id() != Some(step)) {
            if let Some(after) = self.without(other, "after", step, &inherited) {
                changes.extend(self.set(other, "after", after.as_ref()));
            }
        }
        for rule in &self.rules {
            let changed: Vec<(&str, Option<Value>)> =
                NAMING.into_iter().filter_map(|key| Some((key, self.without(rule, key, step, &[])?))).collect();
            if changed.is_empty() {
                continue;
            }
            let has = |key: &str| {
                changed.iter().find(|(k, _)| *k == key).map_or(rule.get(key).is_some(), |(_, v)| v.is_some())
            };
            let choice = changed.iter().find(|(k, _)| *k == "choice");
            let one_left = matches!(choice, Some((_, Some(Value::List(l)))) if l.len() < 2);
            let reacts = has("on") && (has("then") || has("stop") || has("resume"));
            let holds = has("hold") && has("until");
            if !reacts && !holds && (!has("choice") || one_left) {
                changes.push(self.remove_block(rule));
                continue;
            }
            if !has("then") {
                changes.extend(self.set(rule, "within", None));
            }
            if !has("stop") {
                changes.extend(self.set(rule, "resume_on", None));
            }
            changes.extend(changed.iter().filter_map(|(key, value)| self.set(rule, key, value.as_ref())));
        }
        Ok(changes)
    }
    /// The value of a key without a step, `inherited` in its place; none if it does not name the step.
    fn without(&self, block: &Block<'_>, key: &str, step: &str, inherited: &[String]) -> Option<Option<Value>> {
        let names_it = |word: &str| word.split('.').next() == Some(step);
        let written = block.texts(self.text, key);
        if !written.iter().any(|t| members(&t.value).any(|(w, _)| names_it(w))) {
            return None;
        }
        let mut kept: Vec<String> = Vec::new();
        for text in written {
            let others: Vec<&str> = members(&text.value).map(|(w, _)| w).filter(|w| !names_it(w)).collect();
            let entries = if others.is_empty() { inherited.to_vec() } else { vec![others.join("|")] };
            for entry in entries {
                if !kept.contains(&entry) {
                    kept.push(entry);
                }
            }
        }
        let single = matches!(block.get(key).map(|e| e.value.get_ref()), Some(DeValue::String(_)));
        Some(match kept.len() {
            0 => None,
            1 if single => kept.pop().map(Value::Text),
            _ => Some(Value::List(kept)),
        })
    }
}
