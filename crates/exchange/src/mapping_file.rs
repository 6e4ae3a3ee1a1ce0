//! The mapping file: a [`Mapping`] as TOML to keep, edit and give back.

use serde::Deserialize;
use watercourse_flow::log::TimeMeans;

use crate::date::DateOrder;
use crate::error::ExchangeError;
use crate::mapping::{Choice, DateColumn, Filter, Format, Label, Layout, Mapping};
use crate::options::{Limits, Options};

/// The version of the notation.
const VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    watercourse_mapping: u32,
    format: Option<Format>,
    profile: Option<String>,
    encoding: Option<String>,
    layout: Option<Layout>,
    done: Option<Vec<String>>,
    #[serde(default)]
    csv: Csv,
    #[serde(default)]
    columns: Columns,
    #[serde(default)]
    time: Time,
    date: Option<Vec<DateColumn>>,
    only: Option<Filter>,
    #[serde(default)]
    label: Vec<Label>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Csv {
    delimiter: Option<char>,
    header: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    case: Option<String>,
    activity: Option<String>,
    classifier: Option<String>,
    time: Option<String>,
    start: Option<String>,
    team: Option<String>,
    lifecycle: Option<String>,
    totals: Option<String>,
    #[serde(default)]
    team_unknown: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    zone: Option<String>,
    order: Option<DateOrder>,
    means: Option<TimeMeans>,
}

impl Options {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`ExchangeError::MappingFile`] with line and column: no TOML, an unknown key, a value that cannot be.
    pub fn from_toml(text: &str) -> Result<Self, ExchangeError> {
        let file: File = toml::from_str(text).map_err(|e| ExchangeError::MappingFile { what: e.to_string() })?;
        if file.watercourse_mapping != VERSION {
            return Err(ExchangeError::MappingFile {
                what: format!(
                    "watercourse_mapping = {} is not known; this program writes {VERSION}",
                    file.watercourse_mapping
                ),
            });
        }
        let mut labels = file.label;
        for label in &mut labels {
            let why = if label.suggested { "suggested, and not confirmed in the mapping file" } else { "given" };
            why.clone_into(&mut label.why);
        }
        Ok(Self {
            object_type: None,
            case: file.columns.case,
            activity: file.columns.activity,
            time: file.columns.time,
            start: file.columns.start,
            team: file.columns.team,
            lifecycle: file.columns.lifecycle,
            tz: file.time.zone,
            done: file.done,
            time_means: file.time.means,
            classifier: file.columns.classifier,
            format: file.format,
            profile: file.profile,
            delimiter: file.csv.delimiter,
            encoding: file.encoding,
            header: file.csv.header,
            date_order: file.time.order,
            layout: file.layout,
            dates: file.date,
            totals: file.columns.totals,
            only: file.only,
            team_unknown: file.columns.team_unknown,
            labels,
            limits: Limits::default(),
        })
    }

    /// What was said as a mapping file, without what was not: what [`Options::from_toml`] reads to the same again.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = Writer::default();
        out.line(&format!("watercourse_mapping = {VERSION}"));
        if let Some(format) = self.format {
            out.line(&format!("format = {}", quoted(format.id())));
        }
        out.said("encoding", self.encoding.as_deref());
        out.said("layout", self.layout.map(|l| if l == Layout::Events { "events" } else { "dates" }));
        if let Some(done) = &self.done {
            out.line(&format!("done = {}", list(done)));
        }
        if self.delimiter.is_some() || self.header.is_some() {
            out.line("\n[csv]");
            out.said("delimiter", self.delimiter.map(String::from).as_deref());
            if let Some(header) = self.header {
                out.line(&format!("header = {header}"));
            }
        }
        out.line("\n[columns]");
        let columns = [
            ("case", &self.case),
            ("activity", &self.activity),
            ("classifier", &self.classifier),
            ("time", &self.time),
            ("start", &self.start),
            ("team", &self.team),
            ("lifecycle", &self.lifecycle),
            ("totals", &self.totals),
        ];
        for (key, value) in columns {
            out.said(key, value.as_deref());
        }
        if !self.team_unknown.is_empty() {
            out.line(&format!("team_unknown = {}", list(&self.team_unknown)));
        }
        out.line("\n[time]");
        out.said("zone", self.tz.as_deref());
        out.said("order", self.date_order.map(DateOrder::id));
        out.said("means", self.time_means.map(|m| if m == TimeMeans::Entry { "entry" } else { "completion" }));
        self.tables(&mut out);
        out.0
    }

    fn tables(&self, out: &mut Writer) {
        for date in self.dates.iter().flatten() {
            out.line("\n[[date]]");
            out.said("column", Some(&date.column));
            out.said("activity", Some(&date.activity));
        }
        if let Some(only) = &self.only {
            out.line("\n[only]");
            out.said("column", Some(&only.column));
            out.said("is", Some(&only.is));
        }
        for label in &self.labels {
            out.label(label);
        }
    }

    /// These settings over those of a mapping file: what is said here holds, the rest is taken from there.
    #[must_use]
    pub fn over(self, file: Self) -> Self {
        // An activity named by hand replaces the classifier of the file, and the other way round.
        let said = self.activity.is_some() || self.classifier.is_some();
        Self {
            activity: if said { self.activity } else { file.activity },
            classifier: if said { self.classifier } else { file.classifier },
            object_type: self.object_type.or(file.object_type),
            case: self.case.or(file.case),
            time: self.time.or(file.time),
            start: self.start.or(file.start),
            team: self.team.or(file.team),
            lifecycle: self.lifecycle.or(file.lifecycle),
            tz: self.tz.or(file.tz),
            done: self.done.or(file.done),
            time_means: self.time_means.or(file.time_means),
            format: self.format.or(file.format),
            profile: self.profile.or(file.profile),
            delimiter: self.delimiter.or(file.delimiter),
            encoding: self.encoding.or(file.encoding),
            header: self.header.or(file.header),
            date_order: self.date_order.or(file.date_order),
            layout: self.layout.or(file.layout),
            dates: self.dates.or(file.dates),
            totals: self.totals.or(file.totals),
            only: self.only.or(file.only),
            team_unknown: if self.team_unknown.is_empty() { file.team_unknown } else { self.team_unknown },
            labels: if self.labels.is_empty() { file.labels } else { self.labels },
            limits: self.limits,
        }
    }
}

impl Mapping {
    /// The mapping as a file for `--mapping`: what was decided, with the reasons as comments.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = Writer::default();
        out.line("# How Watercourse read this file. Edit what is wrong and give it back with --mapping.");
        out.line(&format!("watercourse_mapping = {VERSION}"));
        out.choice("format", &quoted(self.format.value.id()), &self.format);
        if let Some(profile) = &self.profile.value {
            out.choice("profile", &quoted(profile), &self.profile);
        }
        out.choice("encoding", &quoted(&self.encoding.value), &self.encoding);
        out.choice(
            "layout",
            if self.layout.value == Layout::Events { "\"events\"" } else { "\"dates\"" },
            &self.layout,
        );
        out.line("# The labels that mean the work is done.");
        out.choice("done", &list(&self.done.value), &self.done);
        if let (Some(delimiter), Some(header)) = (&self.delimiter, &self.header) {
            out.line("\n[csv]");
            out.choice("delimiter", &quoted(&delimiter.value.to_string()), delimiter);
            out.choice("header", &header.value.to_string(), header);
        }
        // What a description of JSON says needs no columns.
        let described = self.format.value == Format::Json && self.profile.value.is_some();
        if !described {
            self.columns(&mut out);
        }
        out.line("\n[time]");
        out.line("# The zone of times without offset.");
        out.choice("zone", &quoted(&self.zone.value), &self.zone);
        if let Some(order) = self.date_order.value {
            out.choice("order", &quoted(order.id()), &self.date_order);
        }
        let means = if self.time_means.value == TimeMeans::Entry { "\"entry\"" } else { "\"completion\"" };
        out.choice("means", means, &self.time_means);
        for date in &self.dates {
            out.line("\n[[date]]");
            out.line(&format!("column = {}", quoted(&date.column)));
            out.line(&format!("activity = {}", quoted(&date.activity)));
        }
        if let Some(only) = &self.only {
            out.line("\n[only]");
            out.line(&format!("column = {}", quoted(&only.column)));
            out.line(&format!("is = {}", quoted(&only.is)));
        }
        for label in &self.labels {
            out.label(label);
        }
        out.0
    }

    fn columns(&self, out: &mut Writer) {
        out.line("\n[columns]");
        out.choice("case", &quoted(&self.case.value), &self.case);
        if let Some(classifier) = &self.classifier {
            out.line(&format!("classifier = {}", quoted(classifier)));
        } else if let Some(activity) = &self.activity.value {
            out.choice("activity", &quoted(activity), &self.activity);
        }
        if let Some(time) = &self.time.value {
            out.choice("time", &quoted(time), &self.time);
        }
        out.line("# An empty name: the file has no such column.");
        for (key, choice) in [("start", &self.start), ("team", &self.team), ("lifecycle", &self.lifecycle)] {
            out.choice(key, &quoted(choice.value.as_deref().unwrap_or_default()), choice);
        }
        if self.layout.value == Layout::Dates {
            out.line(&format!("totals = {}", quoted(self.totals.as_deref().unwrap_or_default())));
        }
        if !self.team_unknown.is_empty() {
            out.line(&format!("team_unknown = {}", list(&self.team_unknown)));
        }
    }
}

#[derive(Default)]
struct Writer(String);

impl Writer {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }
    /// A key with its value, and the reason as a comment.
    fn choice<T>(&mut self, key: &str, value: &str, choice: &Choice<T>) {
        let why: String = choice.why.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.line(&format!("{key} = {value}  # {why} ({:.2})", choice.confidence));
    }
    /// A key with a text, where there is one.
    fn said(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(&format!("{key} = {}", quoted(value)));
        }
    }
    fn label(&mut self, label: &Label) {
        self.line("\n[[label]]");
        self.line(&format!("name = {}", quoted(&label.name)));
        if label.suggested {
            let why: String = label.why.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            self.line(&format!("suggested = true  # {why}; take this line out to confirm"));
        }
        if let Some(step) = &label.step {
            self.line(&format!("step = {}", quoted(step)));
        }
        if let Some(state) = label.state {
            self.line(&format!("state = {}", quoted(&format!("{state:?}").to_lowercase())));
        }
        if let Some(activity) = label.activity {
            self.line(&format!("activity = {}", quoted(activity.id())));
        }
    }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", "))
}
