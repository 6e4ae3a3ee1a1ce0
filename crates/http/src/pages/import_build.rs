//! Puts together what the page of an import shows.

use super::asking::Filled;
use super::import_view::{ColumnLine, Decision, Fact, ImportPage, LabelLine, OutcomeView, Pick, ProgressView};
use super::imports::{names, size, standing, who};
use super::shell::shell;
use super::verb_form::Said;
use crate::state::Web;
use crate::view::say;
use axum::http::HeaderMap;
use uuid::Uuid;
use watercourse_app::{
    AppError, Decided, ImportJob, ImportPhase, ImportState, Look, LookLabel, Outcome, RowCounts, Spread, outcome_of,
};

/// Below this many percent a guess is worth a look.
const SURE: u8 = 70;
/// What the page sends where the guess shall stand.
const GUESS: &str = "~guess";

/// What a page says after something was refused, with what was filled in.
#[derive(Default)]
pub(super) struct After {
    pub(super) refusal: Option<Said>,
    pub(super) filled: Filled,
}

/// The page of an import.
pub(super) async fn build(web: &Web, headers: &HeaderMap, id: Uuid, after: After) -> Result<ImportPage, AppError> {
    let (job, look) = web.app.import_look(&web.access, id).await?;
    let After { refusal, filled } = after;
    let file = if job.file.is_empty() { "A file without a name".to_owned() } else { job.file.clone() };
    let now = web.app.now().millis();
    let (people, size) = (names(web).await?, size(job.size));
    let brought = format!("Brought by {} on {}", who(&job, &people), say::moment(job.made_at.millis(), now));
    let sent = |name: &str, kept: &str| filled.get(name).map_or_else(|| kept.to_owned(), Clone::clone);
    let mappings = web.app.import_mappings(&web.access).await?.into_iter().map(|m| m.name).collect();
    Ok(ImportPage {
        shell: shell(web, headers, format!("{file} · Imports"), "imports").await?,
        id: id.to_string(),
        brought: if size.is_empty() { brought } else { format!("{brought} · {size}") },
        file,
        state: standing(&job),
        is_open: job.state.is_open(),
        under_way: job.state.is_under_way(),
        is_done: job.state == ImportState::Done,
        is_undone: job.state == ImportState::Undone,
        has_file: web.app.has_file(&job),
        has_rejected: web.app.rejected_rows(&job).is_some(),
        interrupted: interrupted(&job),
        wrong: job.wrong.clone(),
        refusal,
        progress: job.state.is_under_way().then(|| progress(web, &job)),
        stream: sent("stream", &job.stream),
        name: sent("name", &job.name),
        seen: job.changed_at.micros(),
        team_unknown: sent("team_unknown", &look.team_unknown.join(", ")),
        zone_why: why(&look.zone),
        summary: summary(&look),
        rows: sum(&look.rows),
        columns: columns(&look),
        decisions: decisions(&look, &filled),
        labels: look.labels.iter().enumerate().map(|(n, l)| label(n, l, &filled)).collect(),
        order: decision(
            "order",
            "",
            &look.order,
            &filled,
            &[("", "no date leaves the question"), ("day-first", "the day"), ("month-first", "the month")],
        ),
        means: decision(
            "means",
            "",
            &look.means,
            &filled,
            &[("", "as it is guessed"), ("entry", "the status was entered"), ("completion", "the activity ended")],
        ),
        layout: decision(
            "layout",
            "",
            &look.layout,
            &filled,
            &[("", "as it is guessed"), ("events", "an event"), ("dates", "a case with dates")],
        ),
        outcome: outcome_of(&job).map(|o| outcome(&o)),
        mapping: job.mapping_name.clone(),
        mappings,
        look,
    })
}

/// What is said of an import that was begun more than once.
fn interrupted(job: &ImportJob) -> String {
    let times = say::counted(u64::try_from(job.run - 1).unwrap_or(0), "time", "times");
    match job.state {
        ImportState::Waiting if job.run > 0 => {
            "This import was interrupted and runs again from its beginning. Nothing of the first run was kept.".into()
        }
        ImportState::Running if job.run > 1 => {
            format!(
                "This import was interrupted {times} and runs again from its beginning. Nothing of it is there twice."
            )
        }
        ImportState::Done if job.run > 1 => {
            format!(
                "This import was interrupted {times} and ran again from its beginning. Nothing of it is there twice."
            )
        }
        _ => String::new(),
    }
}

fn progress(web: &Web, job: &ImportJob) -> ProgressView {
    let share = |done: u64, of: u64| (of > 0).then(|| (done.saturating_mul(100) / of).min(100));
    let (said, percent) = match web.app.import_progress(job.id) {
        Some(p) => match p.phase {
            ImportPhase::Reading => {
                let bytes = |n: u64| size(i64::try_from(n).unwrap_or(i64::MAX));
                (format!("Reading: {} of {}", bytes(p.done), bytes(p.of)), share(p.done, p.of))
            }
            ImportPhase::Measuring => ("Working out what the file says".to_owned(), None),
            ImportPhase::Writing => {
                let said = format!("Writing: {} of {} items and events", say::count(p.done), say::count(p.of));
                (said, share(p.done, p.of))
            }
        },
        None if job.state == ImportState::Waiting => ("It waits until no other import runs.".to_owned(), None),
        None => ("It runs on the node that has the file.".to_owned(), None),
    };
    ProgressView { said, percent, cancelling: job.cancel }
}

/// The file in a line.
fn summary(look: &Look) -> String {
    if look.event_count == 0 {
        return String::new();
    }
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let delimiter = match look.delimiter.as_str() {
        "" => String::new(),
        "," => ", separated by commas".to_owned(),
        ";" => ", separated by semicolons".to_owned(),
        "\t" => ", separated by tabs".to_owned(),
        other => format!(", separated by {other}"),
    };
    let day = |at: &str| at.get(..10).unwrap_or(at).to_owned();
    let packing = if look.packing.is_empty() { String::new() } else { format!(" ({})", look.packing.join(", ")) };
    format!(
        "{}{packing} in {}{delimiter}: {} with {}, from {} to {}.",
        look.format.to_uppercase(),
        look.encoding,
        say::counted(number(look.cases), "case", "cases"),
        say::counted(number(look.event_count), "event", "events"),
        day(&look.span.0),
        day(&look.span.1),
    )
}

/// What became of the rows, as a sum that can be checked.
fn sum(rows: &RowCounts) -> String {
    format!(
        "{} read = {} used + {} merged + {} skipped + {} rejected.",
        say::counted(rows.read, "row", "rows"),
        say::count(rows.used),
        say::count(rows.merged),
        say::count(rows.skipped),
        say::count(rows.rejected),
    )
}

fn columns(look: &Look) -> Vec<ColumnLine> {
    let becomes = |name: &str| {
        let roles = look.roles.iter().filter(|r| r.column.value.split(" + ").any(|c| c == name));
        let dates = look.dates.iter().filter(|d| d.0 == name).map(|d| format!("event “{}”", d.1));
        roles.map(|r| r.name.to_lowercase()).chain(dates).collect::<Vec<_>>().join(", ")
    };
    let line = |c: &watercourse_app::LookColumn| ColumnLine {
        name: c.name.clone(),
        becomes: becomes(&c.name),
        examples: c.examples.join(" · "),
        filled: c.filled,
    };
    look.columns.iter().map(line).collect()
}

/// Why something is so, and how sure it is.
fn why(decided: &Decided) -> String {
    match decided.by.as_str() {
        "" => String::new(),
        "given" => "You said so.".to_owned(),
        "guessed" => format!("Guessed, {} % sure: {}.", decided.sure, decided.why.trim_end_matches('.')),
        _ => format!("{}.", sentence(decided.why.trim_end_matches('.'))),
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(char::to_uppercase).into_iter().flatten().chain(chars).collect()
}

fn decisions(look: &Look, filled: &Filled) -> Vec<Decision> {
    let of_columns = |role: &watercourse_app::LookRole| {
        let current = filled.get(&role.id).unwrap_or(&role.column.value);
        let mut names: Vec<&str> = look.columns.iter().map(|c| c.name.as_str()).collect();
        if look.columns.is_empty() {
            names.extend(role.column.others.iter().map(String::as_str));
        }
        if !role.column.value.is_empty() && !names.contains(&role.column.value.as_str()) {
            names.insert(0, &role.column.value);
        }
        let pick = |value: &str, text: &str| Pick {
            value: value.to_owned(),
            text: text.to_owned(),
            selected: value == current,
        };
        let mut picks = Vec::new();
        if role.optional || role.column.value.is_empty() {
            picks.push(pick("", "none"));
        }
        picks.extend(names.iter().map(|n| pick(n, n)));
        if role.column.by == "given" {
            picks.push(pick(GUESS, "guess it again"));
        }
        Decision {
            id: role.id.clone(),
            name: role.name.clone(),
            picks,
            why: why(&role.column),
            unsure: role.column.by == "guessed" && role.column.sure < SURE,
        }
    };
    look.roles.iter().map(of_columns).collect()
}

fn decision(id: &str, name: &str, decided: &Decided, filled: &Filled, choices: &[(&str, &str)]) -> Decision {
    let current = filled.get(id).unwrap_or(&decided.value).clone();
    let picks = choices.iter().filter(|(value, _)| !value.is_empty() || decided.value.is_empty());
    let pick = |(value, text): &(&str, &str)| Pick {
        value: (*value).to_owned(),
        text: (*text).to_owned(),
        selected: *value == current,
    };
    Decision {
        id: id.to_owned(),
        name: name.to_owned(),
        picks: picks.map(pick).collect(),
        why: why(decided),
        unsure: decided.by == "guessed" && decided.sure < SURE
            || (id == "order" && decided.by == "default" && !decided.value.is_empty()),
    }
}

fn label(number: usize, l: &LookLabel, filled: &Filled) -> LabelLine {
    let sent =
        |name: &str, kept: &str| filled.get(&format!("{name}.{number}")).map_or_else(|| kept.to_owned(), Clone::clone);
    let state = sent("state", &l.state);
    let pick =
        |(value, text): (&str, &str)| Pick { value: value.to_owned(), text: text.to_owned(), selected: value == state };
    let states = [
        ("", "not said"),
        ("new", "not begun"),
        ("active", "worked on"),
        ("waiting", "waiting"),
        ("done", "done"),
        ("cancelled", "cancelled"),
    ];
    LabelLine {
        number,
        name: l.name.clone(),
        events: say::count(l.events),
        states: states.map(pick).to_vec(),
        activity: sent("activity", &l.activity),
        why: if l.given { "confirmed".to_owned() } else { l.why.clone() },
    }
}

fn outcome(o: &Outcome) -> OutcomeView {
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let (would, replaces) = if o.dry_run { ("It would bring", "replace") } else { ("It brought", "replaced") };
    let instead = match o.replaces {
        None => "The stream is new.".to_owned(),
        Some(before) if o.dry_run => format!("It would {replaces} version {before}."),
        Some(before) => format!("It {replaces} version {before}."),
    };
    let said = format!(
        "{would} {} with {} in {} to “{}”, as version {}. {instead}",
        say::counted(number(o.items), "item", "items"),
        say::counted(number(o.events), "event", "events"),
        say::counted(number(o.visits), "visit", "visits"),
        o.stream,
        o.version,
    );
    let spread = |s: Option<Spread>, which: fn(&Spread) -> f64| {
        s.map_or_else(|| "—".to_owned(), |s| say::long(millis(which(&s))))
    };
    let n =
        |s: Option<Spread>, why: &str| s.map_or_else(|| why.to_owned(), |s| format!("n = {}", say::count(number(s.n))));
    let mut facts = Vec::new();
    // An import that was sent to the API tells no figures of its own.
    if o.activities > 0 {
        let lead = n(o.lead_time, &o.no_lead_time);
        facts.push(Fact { name: "Lead time p50", value: spread(o.lead_time, |s| s.p50), about: lead });
        facts.push(Fact { name: "Lead time p85", value: spread(o.lead_time, |s| s.p85), about: String::new() });
        let first_to_last = n(o.duration, "");
        facts.push(Fact {
            name: "First to last event p50",
            value: spread(o.duration, |s| s.p50),
            about: first_to_last,
        });
        let open = o.open.map_or_else(|| "—".to_owned(), |open| say::count(number(open)));
        facts.push(Fact { name: "Open", value: open, about: String::new() });
        facts.push(Fact { name: "Activities", value: say::count(number(o.activities)), about: String::new() });
        facts.push(Fact { name: "Ways", value: say::count(number(o.variants)), about: String::new() });
    }
    OutcomeView { dry_run: o.dry_run, said, rows: sum(&o.rows), facts }
}

#[expect(clippy::cast_possible_truncation, reason = "durations of items are far below 2^53 ms")]
fn millis(ms: f64) -> i64 {
    ms.round() as i64
}
