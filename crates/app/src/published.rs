//! A stream version, compiled.

use crate::error::AppError;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use watercourse_core::activity::Activity;
use watercourse_core::span::Span;
use watercourse_core::stream::{Adhoc, Parts, Promise, Step, Stream, read};
use watercourse_store::{StoreError, StreamVersion};

/// A published version of a stream: the file and what it compiles to.
#[derive(Debug, Clone)]
pub struct Published {
    /// As it is kept: id, version, file, when, by whom, why.
    pub head: StreamVersion,
    /// The compiled graph.
    pub stream: Arc<Stream>,
}

/// The steps of an imported stream, as they are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ImportedSteps {
    pub(crate) kind: String,
    pub(crate) steps: Vec<ImportedStep>,
    /// What the log means, for whoever measures it.
    #[serde(default)]
    pub(crate) meaning: serde_json::Value,
}

/// One activity of an imported log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ImportedStep {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) activity: Activity,
}

impl Published {
    /// Compiles a version as it is kept.
    pub(crate) fn compile(head: StreamVersion) -> Result<Self, AppError> {
        let stream = if head.imported { of_import(&head)? } else { of_file(&head)? };
        Ok(Self { head, stream: Arc::new(stream) })
    }
}

fn of_file(head: &StreamVersion) -> Result<Stream, AppError> {
    let checked = read(&head.definition, &watercourse_practices::context());
    checked.stream.ok_or_else(|| {
        let first = checked.diagnostics.first().map(|d| d.message.clone()).unwrap_or_default();
        let wrong = format!("version {} of “{}” can no longer be read: {first}", head.version, head.id);
        AppError::Store(StoreError::Malformed { table: "stream", wrong })
    })
}

fn of_import(head: &StreamVersion) -> Result<Stream, AppError> {
    let kept: ImportedSteps = serde_json::from_str(&head.definition)
        .map_err(|e| StoreError::Malformed { table: "stream", wrong: e.to_string() })?;
    let step = |s: ImportedStep| Step {
        id: s.id,
        name: s.name,
        activity: s.activity,
        practice: None,
        team: None,
        start: true,
        optional: true,
        after: Vec::new(),
        outcomes: Vec::new(),
        when: None,
        within: None,
        min: 1,
        max: None,
        gates: Vec::new(),
        deliver: false,
        commit: false,
        feeds: Vec::new(),
        spawns: None,
        done_on: None,
    };
    Ok(Stream::new(Parts {
        id: head.id.clone(),
        name: head.name.clone(),
        kind: kept.kind,
        demand: String::new(),
        value: String::new(),
        owner: None,
        promise: Promise::default(),
        adhoc: Adhoc::Allow,
        reopen_within: Span::days(14),
        steps: kept.steps.into_iter().map(step).collect(),
        rules: Vec::new(),
    }))
}
