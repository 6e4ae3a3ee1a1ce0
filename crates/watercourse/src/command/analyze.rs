//! `watercourse analyze`: a log of another tool, and where its time goes.

use super::reading::options;
use crate::arguments::Analyze;
use crate::exit::{Exit, ended, usage};
use crate::screen;
use anyhow::{Context as _, Result};
use watercourse_app::analysis::{Analysis, Milliseconds, Study};
use watercourse_core::time::Instant;
use watercourse_exchange::{Imported, read_path};
use watercourse_flow::figure::Figure;
use watercourse_http::view::say::{count, counted, short};

/// Reads the log, says what it tells, and writes the files that were asked for.
pub(crate) fn run(args: &Analyze) -> Result<Exit> {
    let options = options(&args.reading)?;
    let as_of = match &args.now {
        Some(now) => Some(Instant::parse(now).map_err(usage)?.millis()),
        None => None,
    };
    let bar = screen::progress("Reading", std::fs::metadata(&args.file).map_or(0, |m| m.len()));
    let read = read_path(&args.file, &options, &mut |done, _| bar.set_position(done));
    bar.finish_and_clear();
    let imported = read.map_err(|e| ended(if e.is_usage() { Exit::Usage } else { Exit::Failed }, e.to_string()))?;
    let study = Study::of(&imported, as_of);
    if let Some(file) = &args.write_mapping {
        std::fs::write(file, imported.mapping.to_toml()).with_context(|| format!("{} cannot be written", file.display()))?;
        screen::tell(&format!("Mapping written to {}. Change it and give it as --mapping.", file.display()));
    }
    if let Some(file) = &args.html {
        let name = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let page = { let _ = &imported; name };
        std::fs::write(file, page).with_context(|| format!("{} cannot be written", file.display()))?;
        screen::tell(&format!("Page written to {}.", file.display()));
    }
    if args.json {
        screen::data(&serde_json::to_string(&study.analysis)?);
    } else {
        tell(&imported, &study);
    }
    Ok(Exit::Done)
}

/// The analysis as text.
fn tell(imported: &Imported, study: &Study) {
    let a = &study.analysis;
    let rows = &a.rows;
    screen::data(&format!(
        "{} in {}, {}, {}; {} to {}",
        counted(a.events as u64, "event", "events"),
        counted(a.cases as u64, "case", "cases"),
        counted(a.activities as u64, "activity", "activities"),
        counted(a.variants as u64, "variant", "variants"),
        a.first,
        a.last
    ));
    screen::data(&format!(
        "rows: {} read = {} used + {} merged + {} skipped + {} rejected",
        count(rows.read), count(rows.used), count(rows.merged), count(rows.skipped), count(rows.rejected)
    ));
    guesses(imported);
    screen::data("");
    screen::data(&format!("Case duration   {}", quantiles(a.duration_ms)));
    screen::data(&format!("Lead time       {}", a.lead_time_ms.map_or_else(|| why(a, "lead_time_ms"), |q| quantiles(Some(q)))));
    match &a.open {
        Some(open) => {
            let oldest = open.oldest.first().map(|o| format!("; oldest {} {}", o.key, short(o.age))).unwrap_or_default();
            screen::data(&format!("Open work       {}{oldest}", figure(&open.open)));
        }
        None => screen::data(&format!("Open work       {}", why(a, "open"))),
    }
    screen::data(&format!("Flow efficiency {}", figure(&a.flow_efficiency.ratio)));
    screen::data(&format!("Hand-offs       {} per item; ping-pong in {}", figure(&a.handoffs.per_item), figure(&a.handoffs.ping_pong_share)));
    screen::data(&format!("Rework          {} of rounds, {} of items", figure(&a.rework.share_of_rounds), figure(&a.rework.share_of_items)));
    table("Where the time goes, step by step", &a.steps);
    if !a.teams.is_empty() {
        table("By team", &a.teams);
    }
    variants(imported, study);
    if !a.warnings.is_empty() {
        screen::data("\nWarnings");
    }
    for warning in &a.warnings {
        screen::data(&format!("  {}", warning.text));
    }
    for rejected in a.rejected.iter().take(5) {
        screen::data(&format!("  line {}: {}", rejected.line, rejected.reason));
    }
}

fn guesses(imported: &Imported) {
    let m = &imported.mapping;
    let or = |choice: &Option<String>| choice.clone().unwrap_or_else(|| "—".to_owned());
    screen::data(&format!(
        "read as: case = {}, activity = {}, time = {} ({}), start = {}, team = {}; times without offset are {}",
        m.case.value,
        or(&m.activity.value),
        or(&m.time.value),
        m.time_means.why,
        or(&m.start.value),
        or(&m.team.value),
        m.zone.value
    ));
    let done = if m.done.value.is_empty() { format!("none known ({})", m.done.why) } else { m.done.value.join(", ") };
    screen::data(&format!("done means: {done}"));
}

fn table(title: &str, groups: &[watercourse_flow::measures::Group]) {
    screen::data(&format!("\n{title}"));
    screen::data(&format!("  {:<34} {:>8} {:>7} {:>9} {:>9} {:>9} {:>9}", "", "visits", "open", "share", "p50", "p85", "again"));
    let mut ranked: Vec<_> = groups.iter().collect();
    ranked.sort_by_key(|g| std::cmp::Reverse(g.path_ms));
    for group in ranked.iter().take(15) {
        let name: String = group.name.chars().take(34).collect();
        screen::data(&format!(
            "  {name:<34} {:>8} {:>7} {:>9} {:>9} {:>9} {:>9}",
            group.visits,
            group.open,
            figure(&group.share),
            figure(&group.sojourn.p50),
            figure(&group.sojourn.p85),
            group.repeated
        ));
    }
    if ranked.len() > 15 {
        screen::data(&format!("  … and {} more", ranked.len() - 15));
    }
}

fn variants(imported: &Imported, study: &Study) {
    screen::data("\nMost frequent variants");
    for variant in study.variants.list.iter().take(5) {
        let steps: Vec<&str> = variant.steps.iter().take(8).map(|s| imported.log.activities.name(*s)).collect();
        let more = if variant.steps.len() > 8 { format!(" → … ({} events)", variant.steps.len()) } else { String::new() };
        screen::data(&format!("  {:>7} {:>5.1} %  {}{more}", variant.count, variant.share * 100.0, steps.join(" → ")));
    }
}

fn why(a: &Analysis, what: &str) -> String {
    a.not_measured.get(what).map_or_else(|| "too few to say".to_owned(), |n| format!("— {}", n.text))
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds of a log fit")]
fn quantiles(q: Option<Milliseconds>) -> String {
    q.map_or_else(
        || "too few to say".to_owned(),
        |q| format!("p50 {}   p85 {}   p95 {}   (n {})", short(q.p50 as i64), short(q.p85 as i64), short(q.p95 as i64), q.n),
    )
}

/// A figure in a few characters; what was not measured is a dash.
fn figure(figure: &Figure) -> String {
    watercourse_http::chart::scope::figure(figure, None).brief()
}
