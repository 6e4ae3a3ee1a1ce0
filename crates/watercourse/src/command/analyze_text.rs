//! What `watercourse analyze` says in the terminal: at most 100 characters a line, and a reason for what is not known.

use crate::screen::{data, wrapped};
use watercourse_app::analysis::{Analysis, Milliseconds, Study};
use watercourse_exchange::{Choice, Imported};
use watercourse_flow::figure::Figure;
use watercourse_flow::measures::Group;
use watercourse_flow::timeline::Kind;
use watercourse_http::chart::scope;
use watercourse_http::view::Figure as Shown;
use watercourse_http::view::say::{count, counted, short};

/// How many groups and variants are listed.
const MOST: usize = 15;
const VARIANTS: usize = 5;
/// How wide a name may be in a table.
const NAME: usize = 38;

/// The analysis as text.
pub(crate) fn tell(imported: &Imported, study: &Study) {
    let a = &study.analysis;
    let rows = &a.rows;
    data(&format!(
        "{} in {}, {}, {}",
        counted(a.events as u64, "event", "events"),
        counted(a.cases as u64, "case", "cases"),
        counted(a.activities as u64, "activity", "activities"),
        counted(a.variants as u64, "variant", "variants"),
    ));
    data(&format!("{} to {}", a.first, a.last));
    let [read, used, merged, skipped, rejected] =
        [rows.read, rows.used, rows.merged, rows.skipped, rows.rejected].map(count);
    data(&format!("{read} rows read = {used} used + {merged} merged + {skipped} skipped + {rejected} rejected"));
    choices(imported);
    evidence(a);
    figures(a);
    kinds(a);
    table("Step by step", &a.steps);
    table("Team by team", &a.teams);
    variants(imported, study);
    alignment(a);
    warnings(a);
}

/// What each column was taken for, and why.
fn choices(imported: &Imported) {
    fn line<T>(what: &str, shown: &str, choice: &Choice<T>) {
        let first = format!("  {what:<10} {shown}: ");
        wrapped(&first, &" ".repeat(13), &choice.why);
    }
    let m = &imported.mapping;
    let or = |choice: &Choice<Option<String>>| choice.value.clone().unwrap_or_else(|| "none".to_owned());
    data("\nHow the file was read (say otherwise with --profile, --case, --activity, …)");
    line("profile", &or(&m.profile), &m.profile);
    line("case", &m.case.value, &m.case);
    line("activity", &or(&m.activity), &m.activity);
    line("time", &or(&m.time), &m.time_means);
    line("start", &or(&m.start), &m.start);
    line("team", &or(&m.team), &m.team);
    line("zone", &m.zone.value, &m.zone);
    let done = if m.done.value.is_empty() { "not known".to_owned() } else { m.done.value.join(", ") };
    line("done", &done, &m.done);
}

/// How much the log can tell, and how to get more out of the tool.
fn evidence(a: &Analysis) {
    data("\nWhat it can tell");
    wrapped(&format!("  {:<10} ", a.evidence.id()), &" ".repeat(13), a.evidence.text());
    let Some(next) = a.next_evidence else { return };
    wrapped(&format!("  for {:<6} ", next.level), &" ".repeat(13), &format!("({})", next.gives));
    for (i, step) in next.how.iter().enumerate() {
        wrapped(&format!("  {:>10} ", format!("{}.", i + 1)), &" ".repeat(13), step);
    }
}

fn figures(a: &Analysis) {
    let line = |what: &str, said: &str| wrapped(&format!("  {what:<15} "), &" ".repeat(18), said);
    data("\nIn figures");
    line("Case duration", &quantiles(a.duration_ms));
    line("Lead time", &a.lead_time_ms.map_or_else(|| why(a, "lead_time_ms"), |q| quantiles(Some(q))));
    match &a.open {
        Some(open) => {
            let oldest = open.oldest.first().map(|o| format!("; the oldest, {}, for {}", o.key, short(o.age)));
            line("Open work", &format!("{}{}", said(&open.open), oldest.unwrap_or_default()));
        }
        None => line("Open work", &why(a, "open")),
    }
    line("Flow efficiency", &said(&a.flow_efficiency.ratio));
    match scope::figure(&a.handoffs.per_item, None) {
        Shown::Value { text, .. } => {
            line(
                "Hand-offs",
                &format!("{text} a case; back and forth in {} of the cases", said(&a.handoffs.ping_pong_share)),
            );
        }
        _ => line("Hand-offs", &said(&a.handoffs.per_item)),
    }
    line(
        "Done again",
        &format!("{} of the rounds, {} of the cases", said(&a.rework.share_of_rounds), said(&a.rework.share_of_items)),
    );
}

/// Waiting, working and what cannot be told apart: the whole time of all cases.
fn kinds(a: &Analysis) {
    if a.time.is_empty() {
        return;
    }
    data("\nWhere the time of all cases goes");
    for part in &a.time {
        let reason = part.reason.as_ref().map(|r| format!(" for {r}")).unwrap_or_default();
        let kind = format!("{}{reason}", kind(part.kind));
        data(&format!(
            "  {:<NAME$} {:>7}   {:>8}   {}",
            cut(&kind),
            said(&part.share),
            short(part.ms),
            counted(part.items as u64, "case", "cases")
        ));
    }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::CommitWait => "before anybody began",
        Kind::Queue => "queueing",
        Kind::HandOff => "handed over, not begun",
        Kind::Waiting => "waiting",
        Kind::Active => "working",
        Kind::ReworkActive => "working on it again",
        Kind::ReworkWait => "waiting to be done again",
        Kind::Unclassified => "working or waiting, not told apart",
        Kind::ReworkUnclassified => "the same, when done again",
        Kind::ParkedDone => "done, until taken up again",
        Kind::Idle => "with nobody",
        Kind::OffHours => "outside working hours",
    }
}

fn table(title: &str, groups: &[Group]) {
    if groups.is_empty() {
        return;
    }
    data(&format!(
        "\n{title:<40} {:>8} {:>6} {:>8} {:>8} {:>8} {:>9}",
        "visits", "open", "of time", "p50", "p85", "again"
    ));
    let mut ranked: Vec<_> = groups.iter().collect();
    ranked.sort_by_key(|g| std::cmp::Reverse(g.path_ms));
    let mut are_few = false;
    for group in ranked.iter().take(MOST) {
        let spread = [&group.sojourn.p50, &group.sojourn.p85].map(|f| scope::figure(f, None).brief());
        are_few |= spread.iter().any(|s| s.starts_with("n "));
        let [p50, p85] = spread;
        data(&format!(
            "  {:<NAME$} {:>8} {:>6} {:>8} {p50:>8} {p85:>8} {:>9}",
            cut(&group.name),
            count(group.visits as u64),
            count(group.open as u64),
            scope::figure(&group.share, None).brief(),
            count(group.repeated as u64)
        ));
    }
    if ranked.len() > MOST {
        data(&format!("  … and {} more", count((ranked.len() - MOST) as u64)));
    }
    if are_few {
        data("  n 5: only 5 visits whose time is known, too few to say");
    }
}

fn variants(imported: &Imported, study: &Study) {
    data(&format!("\nMost frequent of {}", counted(study.variants.list.len() as u64, "variant", "variants")));
    for variant in study.variants.list.iter().take(VARIANTS) {
        let steps: Vec<&str> = variant.steps.iter().take(8).map(|s| imported.log.activities.name(*s)).collect();
        let more =
            if variant.steps.len() > 8 { format!(" → … ({} events)", variant.steps.len()) } else { String::new() };
        let first = format!("  {:>8} {:>5.1} % ", count(variant.count as u64), variant.share * 100.0);
        wrapped(&first, &" ".repeat(19), &format!("{}{more}", steps.join(" → ")));
    }
}

/// How the cases went compared with the model that was given.
fn alignment(a: &Analysis) {
    let Some(fit) = &a.alignment else { return };
    let line = |what: &str, said: &str| wrapped(&format!("  {what:<15} "), &" ".repeat(18), said);
    data("\nCompared with the model");
    if fit.shortest.is_none() {
        return line("Not aligned", "no run of the model from its beginning to its end was found");
    }
    let exactly = |figure: &Figure| figure.value().map_or_else(|| said(figure), |v| format!("{v:.4}"));
    line("Average fitness", &exactly(&fit.average_fitness));
    line("Fit wholly", &format!("{} of {}", said(&fit.fitting), counted(fit.aligned, "case", "cases")));
    if fit.not_aligned > 0 {
        let cases = counted(fit.not_aligned, "case", "cases");
        line("Not aligned", &format!("{cases} of variants whose search took too long; they are in no figure"));
    }
    for deviation in fit.deviations.iter().take(MOST) {
        wrapped("  - ", "    ", &deviation.text());
    }
    if fit.deviations.len() > MOST {
        data(&format!("  … and {} more", count((fit.deviations.len() - MOST) as u64)));
    }
}

fn warnings(a: &Analysis) {
    if !a.warnings.is_empty() || !a.hygiene.is_empty() {
        data("\nBefore you believe the figures");
    }
    for text in a.warnings.iter().map(|w| &w.text).chain(a.hygiene.iter().map(|f| &f.text)) {
        wrapped("  - ", "    ", text);
    }
    if !a.rejected.is_empty() {
        data("\nRows that could not be used");
    }
    for rejected in a.rejected.iter().take(VARIANTS) {
        wrapped("  - ", "    ", &format!("line {}: {}", rejected.line, rejected.reason));
    }
    let shown = a.rejected.len().min(VARIANTS) as u64;
    if a.rows.rejected > shown {
        data(&format!("  … and {} more", count(a.rows.rejected - shown)));
    }
}

fn why(a: &Analysis, what: &str) -> String {
    a.not_measured.get(what).map_or_else(|| "too few to say".to_owned(), |n| n.text.to_owned())
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds of a log fit")]
fn quantiles(q: Option<Milliseconds>) -> String {
    q.map_or_else(
        || "too few to say".to_owned(),
        |q| {
            format!(
                "p50 {:<8} p85 {:<8} p95 {:<8} ({})",
                short(q.p50 as i64),
                short(q.p85 as i64),
                short(q.p95 as i64),
                counted(q.n as u64, "case", "cases")
            )
        },
    )
}

/// A figure, or why there is none.
pub(super) fn said(figure: &Figure) -> String {
    match scope::figure(figure, None) {
        Shown::Value { text, .. } => text,
        unknown => unknown.why(),
    }
}

/// A name that fits its column.
fn cut(name: &str) -> String {
    if name.chars().count() <= NAME { name.to_owned() } else { name.chars().take(NAME - 1).chain(['…']).collect() }
}
