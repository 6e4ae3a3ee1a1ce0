//! The file as it is written: every value with its place, nothing looked up yet.

use super::cell::{Fields, Place, Spot, Text, texts, wrong_type};
use super::diagnostic::Findings;
use super::syntax;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The most bytes of a stream file: far beyond any stream of 64 steps.
pub const MOST_BYTES: usize = 256 * 1024;

/// A stream as written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) id: Option<Text>,
    pub(super) name: Option<Text>,
    pub(super) kind: Option<Text>,
    pub(super) demand: Option<Text>,
    pub(super) value: Option<Text>,
    pub(super) owner: Option<Text>,
    pub(super) p50: Option<Text>,
    pub(super) p85: Option<Text>,
    pub(super) p95: Option<Text>,
    pub(super) adhoc: Option<Text>,
    pub(super) reopen_within: Option<Text>,
    pub(super) steps: Vec<DraftStep>,
    pub(super) rules: Vec<DraftRule>,
    /// Whether the text was TOML to its end; if not, what is missing may only be unreadable.
    pub(super) whole: bool,
}

/// A step as written.
#[derive(Debug)]
pub(super) struct DraftStep {
    /// The id, or the header where there is none.
    pub(super) at: Place,
    pub(super) id: Option<Text>,
    pub(super) name: Option<Text>,
    pub(super) activity: Option<Text>,
    pub(super) practice: Option<Text>,
    pub(super) team: Option<Text>,
    pub(super) start: Option<Spot<bool>>,
    pub(super) optional: Option<Spot<bool>>,
    pub(super) deliver: Option<Spot<bool>>,
    pub(super) commit: Option<Spot<bool>>,
    pub(super) after: Vec<Text>,
    pub(super) outcomes: Vec<DraftOutcome>,
    pub(super) when: Option<Text>,
    pub(super) within: Option<Text>,
    pub(super) min: Option<Spot<u16>>,
    pub(super) max: Option<Spot<u16>>,
    pub(super) gates: Vec<Text>,
    pub(super) feeds: Vec<Text>,
    pub(super) spawns: Option<DraftSpawn>,
    pub(super) done_on: Option<Text>,
}

/// An outcome as written.
#[derive(Debug)]
pub(super) struct DraftOutcome {
    pub(super) id: Text,
    pub(super) ends: Option<Text>,
}

/// A child as written.
#[derive(Debug)]
pub(super) struct DraftSpawn {
    pub(super) stream: Text,
    pub(super) wait: bool,
}

/// A rule as written.
#[derive(Debug)]
pub(super) struct DraftRule {
    /// Its first key, or the header where there is none.
    pub(super) at: Place,
    pub(super) on: Vec<Text>,
    pub(super) then: Vec<Text>,
    pub(super) stop: Vec<Text>,
    pub(super) resume: Vec<Text>,
    /// When what `stop` took out comes back.
    pub(super) resume_on: Vec<Text>,
    pub(super) within: Option<Text>,
    pub(super) hold: Vec<Text>,
    pub(super) until: Vec<Text>,
    pub(super) choice: Vec<Text>,
    /// Whether it has nothing it could be understood by.
    pub(super) unclear: bool,
}

impl DraftStep {
    pub(super) fn is(flag: Option<&Spot<bool>>) -> bool {
        flag.is_some_and(|f| f.value)
    }
}

/// Reads a text. What cannot be read is reported and left out.
pub(super) fn parse(text: &str, findings: &mut Findings) -> Draft {
    if text.len() > MOST_BYTES {
        let help = format!("a stream file has at most {} KiB", MOST_BYTES / 1024);
        findings.error("too-large", &(0..0), "this is too large for a stream file", help);
        return Draft::default();
    }
    let readable = syntax::readable(text, findings);
    let whole = matches!(readable, Cow::Borrowed(_));
    let text = readable.as_ref();
    let (table, _) = DeTable::parse_recoverable(text);
    let mut fields = Fields::new(text, "a stream", table.get_ref());
    for (key, help) in
        [("stream", "begin with: stream = \"new-feature\""), ("kind", "say what its items are: kind = \"feature\"")]
    {
        if whole && !fields.has(key) {
            findings.error("missing-key", &(0..0), format!("the stream has no “{key}”"), help);
        }
    }
    let mut draft = Draft {
        id: fields.text(findings, "stream"),
        name: fields.text(findings, "name"),
        kind: fields.text(findings, "kind"),
        demand: fields.text(findings, "demand"),
        value: fields.text(findings, "value"),
        owner: fields.text(findings, "owner"),
        adhoc: fields.text(findings, "adhoc"),
        reopen_within: fields.text(findings, "reopen_within"),
        whole,
        ..Draft::default()
    };
    if let Some((_, value)) = fields.take("promise") {
        promise(text, findings, value, &mut draft);
    }
    if let Some((_, value)) = fields.take("step") {
        draft.steps = tables(findings, "step", value).into_iter().map(|t| step(text, findings, &t, whole)).collect();
    }
    if let Some((_, value)) = fields.take("rule") {
        draft.rules = tables(findings, "rule", value).into_iter().map(|t| rule(text, findings, &t)).collect();
    }
    fields.finish(findings, &|key| match key {
        "id" => Some("the identifier of a stream is written: stream = \"…\""),
        "steps" => Some("a step is written: [[step]]"),
        "rules" => Some("a rule is written: [[rule]]"),
        "version" => Some("versions are counted by publishing; leave it out"),
        "activity" | "team" | "after" | "practice" | "outcomes" => Some("this belongs into a [[step]]"),
        "on" | "then" | "stop" | "hold" | "choice" => Some("this belongs into a [[rule]]"),
        _ => None,
    });
    draft
}

fn promise(source: &str, findings: &mut Findings, value: &Spanned<DeValue<'_>>, draft: &mut Draft) {
    let DeValue::Table(table) = value.get_ref() else {
        wrong_type(findings, "promise", value, "{ p85 = \"30d\" }");
        return;
    };
    let mut fields = Fields::new(source, "a promise", table);
    draft.p50 = fields.text(findings, "p50");
    draft.p85 = fields.text(findings, "p85");
    draft.p95 = fields.text(findings, "p95");
    fields.finish(findings, &|_| None);
}

/// A table of a list and its place.
struct Entry<'a, 'i> {
    table: &'a DeTable<'i>,
    at: Place,
}

fn tables<'a, 'i>(findings: &mut Findings, key: &str, value: &'a Spanned<DeValue<'i>>) -> Vec<Entry<'a, 'i>> {
    let example = if key == "step" { "steps as [[step]] tables" } else { "rules as [[rule]] tables" };
    match value.get_ref() {
        DeValue::Array(list) => list
            .iter()
            .filter_map(|entry| match entry.get_ref() {
                DeValue::Table(table) => Some(Entry { table, at: entry.span() }),
                _ => {
                    wrong_type(findings, key, entry, example);
                    None
                }
            })
            .collect(),
        DeValue::Table(table) => {
            let at = value.span();
            findings.error(
                "wrong-type",
                &at,
                format!("this makes one table “{key}”"),
                format!("write [[{key}]], with two brackets"),
            );
            vec![Entry { table, at }]
        }
        _ => {
            wrong_type(findings, key, value, example);
            Vec::new()
        }
    }
}

fn step(source: &str, findings: &mut Findings, entry: &Entry<'_, '_>, whole: bool) -> DraftStep {
    let mut fields = Fields::new(source, "a step", entry.table);
    if whole && !fields.has("id") {
        findings.error(
            "missing-key",
            &entry.at,
            "this step has no id",
            "write id = \"build\": other steps name it in their after",
        );
    }
    let activity_missing = whole && !fields.has("activity");
    let id = fields.text(findings, "id");
    let at = id.as_ref().map_or_else(|| entry.at.clone(), Text::inner);
    if activity_missing {
        let help =
            "write activity = \"engage\", or one of plan, improve, design_transition, obtain_build, deliver_support";
        findings.error("missing-key", &at, "this step has no activity", help);
    }
    let step = DraftStep {
        at,
        id,
        name: fields.text(findings, "name"),
        activity: fields.text(findings, "activity"),
        practice: fields.text(findings, "practice"),
        team: fields.text(findings, "team"),
        start: fields.flag(findings, "start"),
        after: fields.texts(findings, "after"),
        outcomes: fields.take("outcomes").map(|(_, v)| outcomes(source, findings, v)).unwrap_or_default(),
        when: fields.text(findings, "when"),
        within: fields.text(findings, "within"),
        min: fields.count(findings, "min"),
        max: fields.count(findings, "max"),
        optional: fields.flag(findings, "optional"),
        gates: fields.texts(findings, "gates"),
        deliver: fields.flag(findings, "deliver"),
        commit: fields.flag(findings, "commit"),
        feeds: fields.texts(findings, "feeds"),
        spawns: fields.take("spawns").and_then(|(_, v)| spawns(source, findings, v)),
        done_on: fields.text(findings, "done_on"),
    };
    fields.finish(findings, &|key| match key {
        "before" | "next" | "to" => Some("say it the other way round: the later step has after = [\"…\"]"),
        "required" => Some("a step is required unless it says optional = true"),
        "gate" => Some("did you mean “gates”?"),
        "on" | "then" | "stop" | "resume" | "hold" | "until" | "choice" => Some("this belongs into a [[rule]]"),
        _ => None,
    });
    step
}

fn outcomes(source: &str, findings: &mut Findings, value: &Spanned<DeValue<'_>>) -> Vec<DraftOutcome> {
    let DeValue::Array(list) = value.get_ref() else {
        wrong_type(findings, "outcomes", value, "a list such as [\"accepted\", \"declined\"]");
        return Vec::new();
    };
    let mut outcomes = Vec::new();
    for entry in list {
        if let DeValue::Table(table) = entry.get_ref() {
            let mut fields = Fields::new(source, "an outcome", table);
            let id = fields.text(findings, "id");
            let ends = fields.text(findings, "ends");
            fields.finish(findings, &|_| None);
            match id {
                Some(id) => outcomes.push(DraftOutcome { id, ends }),
                None => findings.error(
                    "missing-key",
                    &entry.span(),
                    "this outcome has no id",
                    "write { id = \"declined\", ends = \"declined\" }",
                ),
            }
        } else {
            let found = texts(source, findings, "outcomes", entry);
            outcomes.extend(found.into_iter().map(|id| DraftOutcome { id, ends: None }));
        }
    }
    outcomes
}

fn spawns(source: &str, findings: &mut Findings, value: &Spanned<DeValue<'_>>) -> Option<DraftSpawn> {
    let DeValue::Table(table) = value.get_ref() else {
        wrong_type(findings, "spawns", value, "{ stream = \"normal-change\", wait = true }");
        return None;
    };
    let mut fields = Fields::new(source, "“spawns”", table);
    let stream = fields.text(findings, "stream");
    let wait = fields.flag(findings, "wait");
    fields.finish(findings, &|_| None);
    if stream.is_none() {
        findings.error(
            "missing-key",
            &value.span(),
            "this does not say in which stream the child runs",
            "write { stream = \"normal-change\", wait = true }",
        );
    }
    Some(DraftSpawn { stream: stream?, wait: DraftStep::is(wait.as_ref()) })
}

fn rule(source: &str, findings: &mut Findings, entry: &Entry<'_, '_>) -> DraftRule {
    let mut fields = Fields::new(source, "a rule", entry.table);
    let at = fields.first().unwrap_or_else(|| entry.at.clone());
    for key in ["on", "then", "stop", "resume", "resume_on", "hold", "until", "choice"] {
        if let Some(DeValue::Array(list)) = entry.table.get(key).map(Spanned::get_ref)
            && list.is_empty()
        {
            findings.error("missing-value", &at, format!("“{key}” names nothing"), "name a step, or leave it out");
        }
    }
    let written = fields.len();
    let mut rule = DraftRule {
        at,
        on: fields.texts(findings, "on"),
        then: fields.texts(findings, "then"),
        stop: fields.texts(findings, "stop"),
        resume: fields.texts(findings, "resume"),
        resume_on: fields.texts(findings, "resume_on"),
        within: fields.text(findings, "within"),
        hold: fields.texts(findings, "hold"),
        until: fields.texts(findings, "until"),
        choice: fields.texts(findings, "choice"),
        unclear: false,
    };
    let lists =
        [&rule.on, &rule.then, &rule.stop, &rule.resume, &rule.resume_on, &rule.hold, &rule.until, &rule.choice];
    let understood = lists.iter().filter(|l| !l.is_empty()).count() + usize::from(rule.within.is_some());
    rule.unclear = understood < written;
    fields.finish(findings, &|key| match key {
        "when" => Some("rules react to events: say on = \"deploy.failed\"; a condition on fields stands in the step, as when = \"…\""),
        _ => None,
    });
    rule
}
