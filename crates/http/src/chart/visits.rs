//! The visits of one item as bars over time: who held it when, and was it worked on?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, real};
use crate::chart::svg::Svg;
use crate::chart::text::{fit, width};
use crate::view::say;
use watercourse_core::activity::Activity;
use watercourse_core::item::Phase;

/// A stretch in one phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The phase; none where the source does not tell work from waiting.
    pub phase: Option<Phase>,
    /// Why it waits; empty unless Waiting.
    pub reason: String,
    /// From, ms since 1970.
    pub from: i64,
    /// Until, ms since 1970; now while it lasts.
    pub until: i64,
}

/// One stay with one team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// The step's name.
    pub step: String,
    /// Its activity; none where an imported label is not mapped to one.
    pub activity: Option<Activity>,
    /// The team.
    pub team: String,
    /// Its stretches.
    pub stretches: Vec<Stretch>,
}

impl Stretch {
    /// The phase in a word.
    const fn word(&self) -> &'static str {
        match self.phase {
            Some(phase) => phase.id(),
            None => "not told apart",
        }
    }
}

/// Draws them. `now` is ms since 1970.
#[must_use]
pub fn draw(stays: &[Stay], now: i64) -> Drawn {
    let question = "Who held it when, and was it worked on?";
    let all = || stays.iter().flat_map(|s| &s.stretches);
    let sum = |phase: Phase| all().filter(|s| s.phase == Some(phase)).map(|s| s.until - s.from).sum::<i64>();
    let (active, waiting, queued) = (sum(Phase::Active), sum(Phase::Waiting), sum(Phase::Queued));
    let unknown: i64 = all().filter(|s| s.phase.is_none()).map(|s| s.until - s.from).sum();
    let answer = if stays.is_empty() {
        "It has not been anywhere yet.".to_owned()
    } else if unknown > 0 {
        let stays = say::counted(stays.len() as u64, "stay", "stays");
        format!("{stays}, {} in all; this source does not tell work from waiting.", say::long(unknown))
    } else {
        let teams = say::counted(stays.len() as u64, "stay", "stays");
        format!(
            "{teams} with a team: {} worked on, {} waiting, {} queued.",
            say::long(active),
            say::long(waiting),
            say::long(queued)
        )
    };
    let rows = stays.iter().flat_map(|stay| {
        stay.stretches.iter().map(|s| {
            let phase = if s.reason.is_empty() { s.word().to_owned() } else { format!("{}: {}", s.word(), s.reason) };
            vec![
                Cell::text(&stay.step),
                Cell::text(&stay.team),
                Cell::text(phase),
                Cell::text(say::exact(s.from)),
                Cell::figure(say::long(s.until - s.from), s.until - s.from),
            ]
        })
    });
    let table = Table {
        columns: vec![
            ("Step", "step"),
            ("Team", "team"),
            ("Phase", "phase"),
            ("From", "from"),
            ("Lasted", "duration_ms"),
        ],
        rows: rows.collect(),
    };
    let svg = if stays.is_empty() { String::new() } else { picture(stays, now, question, &answer) };
    Drawn {
        id: "visits",
        question: question.to_owned(),
        answer,
        stands_on: "calendar time, UTC".to_owned(),
        svg,
        table,
        ..Drawn::default()
    }
}

fn picture(stays: &[Stay], now: i64, question: &str, answer: &str) -> String {
    const LEFT: f64 = 220.0;
    const ROOM: f64 = 470.0;
    const ROW: f64 = 26.0;
    let stretches = || stays.iter().flat_map(|s| &s.stretches);
    let from = stretches().map(|s| s.from).min().unwrap_or(now);
    let until = stretches().map(|s| s.until).max().unwrap_or(now).max(from + 1);
    let x = |at: i64| LEFT + along(at - from, until - from, ROOM);
    let mut svg = Svg::new();
    svg.patterns();
    let mut lx = LEFT;
    let told = stretches().any(|s| s.phase.is_some());
    let words = [("work", "worked on"), ("wait", "waiting"), ("queued", "queued"), ("unknown", "not told apart")];
    for (class, word) in words.into_iter().filter(|(class, _)| (*class != "unknown") == told) {
        svg.rect(class, lx, 4.0, 12.0, 12.0, 0.0);
        svg.text("t11 soft", lx + 17.0, 14.0, word);
        lx += 34.0 + width(word, 11.0);
    }
    for (i, stay) in stays.iter().enumerate() {
        let y = 26.0 + real(i) * ROW;
        svg.group(&stay.activity.map_or("a-none".to_owned(), |a| format!("a-{}", a.id())));
        svg.text("t11 lane-code", 0.0, y + 14.0, stay.activity.map_or("—", Activity::code));
        svg.end();
        let name = if stay.team.is_empty() { stay.step.clone() } else { format!("{} · {}", stay.step, stay.team) };
        svg.text("soft", 26.0, y + 14.0, fit(&name, 12.0, LEFT - 34.0));
        svg.line("grid", LEFT, y + 11.0, LEFT + ROOM, y + 11.0);
        for s in &stay.stretches {
            let class = match s.phase {
                Some(Phase::Active) => "work",
                Some(Phase::Waiting) => "wait",
                Some(_) => "queued",
                None => "unknown",
            };
            let why = if s.reason.is_empty() { String::new() } else { format!(" for {}", s.reason) };
            let title = format!("{}: {}{why} {}", stay.step, s.word(), say::long(s.until - s.from));
            svg.titled_rect(class, (x(s.from), y + 3.0), ((x(s.until) - x(s.from)).max(1.5), 16.0), &title);
        }
    }
    let bottom = 30.0 + real(stays.len()) * ROW;
    svg.line("axis", LEFT, bottom, LEFT + ROOM, bottom);
    svg.text("t11 faint", LEFT, bottom + 15.0, say::moment(from, now));
    svg.text(
        "t11 faint end",
        LEFT + ROOM,
        bottom + 15.0,
        if until >= now { "now".to_owned() } else { say::moment(until, now) },
    );
    svg.finish((LEFT + ROOM + 6.0, bottom + 22.0), true, question, answer)
}
