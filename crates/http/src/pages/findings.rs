//! What stands out, in sentences with their numbers and the way to the proof.

use super::chain_view::Finding;
use super::measured::{Flow, Narrowed};
use super::moves::Moves;
use crate::chart::scope::{ms, quoted};
use crate::state::Web;
use crate::view::{html, say};
use std::sync::Arc;
use watercourse_app::{AppError, Published};
use watercourse_core::span::Span;
use watercourse_flow::measures::{by_step, handoffs, lead_times};
use watercourse_flow::quantile::Quantiles;

/// Nothing is said about fewer items.
const LEAST: usize = 20;
/// As many are shown.
const MOST: usize = 6;

/// What stands out in these streams over the window, the gravest first.
///
/// # Errors
/// The store's.
pub async fn findings(
    web: &Web,
    streams: &[Arc<Published>],
    days: u32,
    moves: &Moves,
) -> Result<Vec<Finding>, AppError> {
    let mut found: Vec<(u8, Finding)> = Vec::new();
    for m in moves.list().iter().filter(|m| m.is_missing()) {
        let sentence = format!(
            "Missing feedback: {} is expected to feed {}; {}.",
            m.from.name(),
            m.to.name(),
            match moves.count(m.from, m.to) {
                0 => "in this period it never did".to_owned(),
                n => format!("in this period it did {}", say::counted(n.into(), "time", "times")),
            }
        );
        found.push((
            1,
            Finding { tone: "warn", sentence, link: format!("/a/{}", m.from.id()), label: m.from.name().to_owned() },
        ));
    }
    for published in streams {
        let flow = Flow::load(web, Some(Arc::clone(published)), Narrowed::to_days(days)).await?;
        found.extend(of_stream(published, &flow));
    }
    found.sort_by_key(|(grave, _)| *grave);
    found.truncate(MOST);
    Ok(found.into_iter().map(|(_, finding)| finding).collect())
}

fn of_stream(published: &Published, flow: &Flow) -> Vec<(u8, Finding)> {
    let scope = flow.scope();
    let (id, name) = (&published.head.id, &published.head.name);
    let page = |label: &str| (format!("/streams/{id}"), label.to_owned());
    let mut found = Vec::new();
    if scope.view.len() < LEAST {
        return found;
    }
    let times = lead_times(&scope.view);
    let promise = published.stream.promise.p85.and_then(Span::as_micros).map(|us| us / 1000);
    if let Some((p85, promise)) = ms(&times.lead_time.p85).zip(promise)
        && p85 > promise
        && times.lead_time.n >= LEAST
    {
        let sentence = format!(
            "“{name}” promises {} for 85 of 100 items; they took up to {} ({} delivered).",
            say::short(promise),
            say::short(p85),
            times.lead_time.n
        );
        let (link, label) = page("Map");
        found.push((0, Finding { tone: "bad", sentence, link, label }));
    }
    let steps = by_step(&scope.view);
    if let Some(step) = steps.iter().max_by_key(|g| g.path_ms)
        && let Some(share) = step.share.value().filter(|s| *s >= 0.4)
    {
        let waits = ms(&step.queue.p85)
            .filter(|w| *w >= 3_600_000)
            .map_or(String::new(), |w| format!("; 85 of 100 queue up to {}", say::short(w)));
        let sentence = format!(
            "{:.0} % of the time in “{name}” goes to {}{waits}. {} there now.",
            share * 100.0,
            scope.step_name(step.number),
            say::counted(step.open as u64, "item is", "items are")
        );
        let link = format!("/work?q={}", html::query(&format!("stream:{id} step:{}", quoted(&step.name))));
        found.push((2, Finding { tone: "warn", sentence, link, label: format!("Items {}", step.open) }));
    }
    let hands = handoffs(&scope.view);
    if let Some(share) = hands.ping_pong_share.value().filter(|s| *s >= 0.1) {
        let pair = hands
            .between
            .first()
            .map_or(String::new(), |h| format!(", most often between {} and {}", h.from_name, h.to_name));
        let sentence =
            format!("{:.0} % of items in “{name}” came back to a team that had handed them on{pair}.", share * 100.0);
        found.push((
            2,
            Finding { tone: "warn", sentence, link: format!("/streams/{id}#handoffs"), label: "Hand-offs".to_owned() },
        ));
    }
    found.extend(shorter(flow, name, id).map(|f| (3, f)));
    found
}

/// Whether the second half of the window was clearly quicker than the first: a plain comparison, not a test.
fn shorter(flow: &Flow, name: &str, id: &str) -> Option<Finding> {
    let visits = &flow.visits;
    let middle = i64::midpoint(flow.window.0, flow.window.1);
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for item in
        (0..visits.item_count()).filter(|i| visits.delivered(*i) && u32::try_from(*i).is_ok_and(|i| flow.items.has(i)))
    {
        let (Some(at), Some(took)) = (visits.items.ended.get(item), visits.lead_time(item)) else { continue };
        (if *at < middle { &mut early } else { &mut late }).push(took);
    }
    let enough = early.len() >= LEAST && late.len() >= LEAST;
    let n = late.len();
    let (a, b) = Quantiles::of(&mut early).zip(Quantiles::of(&mut late)).filter(|_| enough)?;
    if b.p85 > a.p85 * 0.75 || b.p50 > a.p50 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "durations are far below 2^53 ms")]
    let short = |v: f64| say::short(v as i64);
    let sentence = format!(
        "“{name}” got quicker: 85 of 100 took up to {} in the first half of the period, {} in the second (n = {n}).",
        short(a.p85),
        short(b.p85)
    );
    Some(Finding { tone: "good", sentence, link: format!("/streams/{id}#lead-times"), label: "Lead times".to_owned() })
}
