//! Where the time goes: for every step how long work queued, was worked on and waited.

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, real};
use crate::chart::scope::{Scope, quoted};
use crate::chart::svg::Svg;
use crate::chart::text::{fit, width};
use crate::view::say;
use watercourse_core::activity::Activity;
use watercourse_flow::timeline::Kind;

/// One bar: a step, or a team.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bar {
    /// What people read.
    pub name: String,
    /// The step's activity.
    pub activity: Option<Activity>,
    /// Time in the queue, ms.
    pub queued: i64,
    /// Time being worked on, ms; none where the source does not tell.
    pub active: Option<i64>,
    /// Time paused for a reason, ms.
    pub waiting: i64,
    /// Time of which the source does not say what it was, ms.
    pub unknown: i64,
    /// Items behind it.
    pub link: Option<String>,
}

impl Bar {
    const fn total(&self) -> i64 {
        self.queued
            + self.waiting
            + self.unknown
            + match self.active {
                Some(a) => a,
                None => 0,
            }
    }
}

/// What the chart is made of.
#[derive(Debug, Clone, Default)]
pub struct Breakdown {
    /// `step` or `team`.
    pub by: &'static str,
    /// The bars, in the order of the stream.
    pub bars: Vec<Bar>,
    /// n, window, clock.
    pub stands_on: String,
}

/// Time on the critical paths of the items in view, summed up by what it was.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    queued: i64,
    active: i64,
    waiting: i64,
    unknown: i64,
}

impl Sum {
    fn bar(self, scope: &Scope<'_>, name: String) -> Bar {
        let active = scope.visits().source.phases.then_some(self.active);
        Bar { name, active, queued: self.queued, waiting: self.waiting, unknown: self.unknown, ..Bar::default() }
    }
}

/// Sums by a number of each visit; what lies between visits comes last.
fn sums(scope: &Scope<'_>, groups: usize, group: &dyn Fn(usize) -> Option<u32>) -> Vec<Sum> {
    let mut sums = vec![Sum::default(); groups + 1];
    for item in scope.items() {
        for segment in scope.view.timeline.of_item(item) {
            let place = segment.visit.and_then(|v| group(v as usize)).map_or(groups, |g| g as usize);
            let Some(sum) = sums.get_mut(place) else { continue };
            let ms = segment.long();
            match segment.kind {
                Kind::Active | Kind::ReworkActive => sum.active += ms,
                Kind::Waiting => sum.waiting += ms,
                Kind::Unclassified | Kind::ReworkUnclassified => sum.unknown += ms,
                Kind::CommitWait | Kind::Queue | Kind::HandOff | Kind::ReworkWait | Kind::Idle => sum.queued += ms,
                // Done and in use: that is nobody's waiting.
                Kind::ParkedDone | Kind::OffHours => {}
            }
        }
    }
    sums
}

/// By step, in the order of the stream.
#[must_use]
pub fn by_step(scope: &Scope<'_>) -> Drawn {
    let visits = scope.visits();
    let sums = sums(scope, visits.steps.len(), &|v| visits.step.get(v).copied());
    let mut bars: Vec<Bar> = Vec::new();
    for step in scope.order() {
        let Some(sum) = sums.get(step as usize) else { continue };
        let link = scope.links.items(&format!("step:{}", quoted(visits.steps.name(step))));
        bars.push(Bar { activity: scope.activity(step), link, ..sum.bar(scope, scope.step_name(step)) });
    }
    bars.extend(sums.last().map(|sum| sum.bar(scope, "between steps".to_owned())));
    finish(scope, "step", bars)
}

/// By team, the one with most time first.
#[must_use]
pub fn by_team(scope: &Scope<'_>) -> Drawn {
    let visits = scope.visits();
    let sums = sums(scope, visits.teams.len(), &|v| visits.team(v));
    let names = visits.teams.iter();
    let mut bars: Vec<Bar> = names
        .zip(&sums)
        .map(|(name, sum)| Bar {
            link: scope.links.items(&format!("team:{}", quoted(name))),
            ..sum.bar(scope, name.to_owned())
        })
        .collect();
    bars.sort_by_key(|b| std::cmp::Reverse(b.total()));
    if !bars.is_empty() {
        bars.extend(sums.last().map(|sum| sum.bar(scope, "no team".to_owned())));
    }
    finish(scope, "team", bars)
}

fn finish(scope: &Scope<'_>, by: &'static str, mut bars: Vec<Bar>) -> Drawn {
    bars.retain(|b| b.total() > 0);
    let on = scope.on(scope.view.len(), "items, open ones with their time so far; time along the critical path");
    draw(&Breakdown { by, bars, stands_on: on })
}

/// Draws it.
#[must_use]
pub fn draw(data: &Breakdown) -> Drawn {
    let (id, question) = if data.by == "team" {
        ("time-by-team", "With which team does the time go?")
    } else {
        ("time-by-step", "Where does the time go?")
    };
    let total: i64 = data.bars.iter().map(Bar::total).sum();
    let answer = answer(data, total);
    let share = |part: i64| say::share(u64::try_from(part).unwrap_or(0), u64::try_from(total).unwrap_or(0));
    let rows = data.bars.iter().map(|bar| {
        vec![
            Cell::text(&bar.name).opening_if(bar.link.as_ref()),
            Cell::figure(say::short(bar.queued), bar.queued),
            bar.active.map_or_else(Cell::absent, |a| Cell::figure(say::short(a), a)),
            Cell::figure(say::short(bar.waiting), bar.waiting),
            Cell::figure(say::short(bar.unknown), bar.unknown),
            Cell::figure(share(bar.total()), bar.total()),
        ]
    });
    let table = Table {
        columns: vec![
            (if data.by == "team" { "Team" } else { "Step" }, "name"),
            ("Queued", "queued_ms"),
            ("Worked on", "active_ms"),
            ("Waiting", "waiting_ms"),
            ("Not told apart", "unknown_ms"),
            ("Share of all", "total_ms"),
        ],
        rows: rows.collect(),
    };
    let svg = if total > 0 { picture(data, total, question, &answer) } else { String::new() };
    Drawn { id, question: question.to_owned(), answer, stands_on: data.stands_on.clone(), svg, table, ..Drawn::default() }
}

fn answer(data: &Breakdown, total: i64) -> String {
    let Some(worst) = data.bars.iter().max_by_key(|b| b.total()).filter(|_| total > 0) else {
        return "No time was measured in this window.".to_owned();
    };
    let share = |part: i64, all: i64| say::share(u64::try_from(part).unwrap_or(0), u64::try_from(all).unwrap_or(0));
    let mut said = format!("{} of all time goes to {}", share(worst.total(), total), worst.name);
    let idle = worst.queued + worst.waiting;
    if worst.unknown > worst.total() / 2 {
        said.push_str("; this source does not tell work from waiting");
    } else {
        said.push_str(&format!(", {} of it queued or waiting", share(idle, worst.total())));
    }
    said.push('.');
    said
}

fn picture(data: &Breakdown, total: i64, question: &str, answer: &str) -> String {
    const LEFT: f64 = 190.0;
    const ROOM: f64 = 460.0;
    const ROW: f64 = 26.0;
    let mut svg = Svg::new();
    svg.patterns();
    let longest = data.bars.iter().map(Bar::total).max().unwrap_or(1);
    let legend = [("work", "worked on"), ("wait", "waiting"), ("queued", "queued"), ("unknown", "not told apart")];
    let mut x = LEFT;
    for (class, word) in legend {
        let present = data.bars.iter().any(|b| match class {
            "work" => b.active.is_some_and(|a| a > 0),
            "wait" => b.waiting > 0,
            "queued" => b.queued > 0,
            _ => b.unknown > 0,
        });
        if present {
            svg.rect(class, x, 4.0, 12.0, 12.0, 0.0);
            svg.text("t11 soft", x + 17.0, 14.0, word);
            x += 34.0 + width(word, 11.0);
        }
    }
    for (i, bar) in data.bars.iter().enumerate() {
        let y = 26.0 + real(i) * ROW;
        svg.group(&bar.activity.map_or("a-none".to_owned(), |a| format!("a-{}", a.id())));
        if let Some(activity) = bar.activity {
            svg.text("t11 lane-code", 0.0, y + 14.0, activity.code());
        }
        let left = if bar.activity.is_some() { 26.0 } else { 0.0 };
        if let Some(link) = &bar.link {
            svg.link(link, "");
        }
        svg.text("soft figure", left, y + 14.0, fit(&bar.name, 12.0, LEFT - left - 10.0));
        if bar.link.is_some() {
            svg.end();
        }
        svg.end();
        let mut x = LEFT;
        for (class, word, ms) in [
            ("work", "worked on", bar.active.unwrap_or(0)),
            ("wait", "waiting", bar.waiting),
            ("queued", "queued", bar.queued),
            ("unknown", "not told apart", bar.unknown),
        ] {
            let w = along(ms, longest, ROOM);
            if ms > 0 {
                svg.titled_rect(
                    class,
                    (x, y + 3.0),
                    (w.max(1.0), 16.0),
                    &format!("{}: {} {word}", bar.name, say::long(ms)),
                );
                x += w;
            }
        }
        let percent = say::share(u64::try_from(bar.total()).unwrap_or(0), u64::try_from(total).unwrap_or(0));
        svg.text("t11 soft", x + 8.0, y + 15.0, percent);
    }
    svg.finish((720.0, 34.0 + real(data.bars.len()) * ROW), true, question, answer)
}

#[cfg(test)]
mod tests {
    use super::{Bar, Breakdown, draw};

    const H: i64 = 3_600_000;

    #[test]
    fn the_longest_step_is_named_and_work_is_not_invented() {
        let bar = |name: &str, queued, active, waiting, unknown| Bar {
            name: name.to_owned(),
            queued,
            active,
            waiting,
            unknown,
            ..Bar::default()
        };
        let told = Breakdown {
            by: "step",
            bars: vec![bar("Ask", H, Some(H), 0, 0), bar("Approve", 5 * H, Some(H), 2 * H, 0)],
            stands_on: String::new(),
        };
        let drawn = draw(&told);
        assert_eq!(drawn.answer, "80 % of all time goes to Approve, 88 % of it queued or waiting.");
        let untold = Breakdown { by: "step", bars: vec![bar("Closed", 0, None, 0, 9 * H)], stands_on: String::new() };
        let drawn = draw(&untold);
        assert_eq!(drawn.answer, "100 % of all time goes to Closed; this source does not tell work from waiting.");
        assert!(drawn.table.csv().contains("Closed,0,,0,"), "{}", drawn.table.csv());
        assert!(draw(&Breakdown::default()).svg.is_empty());
    }
}
