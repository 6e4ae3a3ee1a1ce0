//! Complete and accurate: which step's work comes back?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::real;
use crate::chart::scope::{Scope, figure, quoted};
use crate::chart::svg::Svg;
use crate::chart::text::fit;
use crate::view::say;
use watercourse_flow::measures::{CompleteAccurate, complete_accurate};

/// How long a step's work is watched for coming back.
const HORIZON_DAYS: i64 = 30;

/// Of the items in view.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "Which step's work comes back?";
    let order = scope.stream.map(|_| scope.order());
    let found = complete_accurate(&scope.view, HORIZON_DAYS * 86_400_000, order.as_deref());
    let known = || found.steps.iter().filter(|s| s.share.value().is_some());
    let worst = known().min_by(|a, b| a.share.value().unwrap_or(1.0).total_cmp(&b.share.value().unwrap_or(1.0)));
    let answer = match worst {
        None => "Too few rounds were finished and watched for 30 days to say.".to_owned(),
        Some(s) if s.returned == 0 => "Nothing came back from a later step.".to_owned(),
        Some(s) => format!(
            "{} of {} finished rounds of {} came back; {} would go all the way without a return.",
            say::count(s.returned as u64),
            say::count(s.passed as u64),
            scope.step_name(s.step),
            figure(&found.rolled, None).brief()
        ),
    };
    let rows = found.steps.iter().map(|s| {
        let link = scope.links.items(&format!("step:{}", quoted(scope.visits().steps.name(s.step))));
        let share = s.share.value().map_or_else(Cell::absent, |v| Cell::figure(figure(&s.share, None).brief(), v));
        vec![
            Cell::text(scope.step_name(s.step)).opening_if(link),
            Cell::count(s.passed as u64),
            Cell::count(s.returned as u64),
            share,
            Cell::text(if s.share.value().is_some() { format!("{:.0}–{:.0} %", s.low * 100.0, s.high * 100.0) } else { "too few".to_owned() }),
            Cell::count(s.young as u64),
        ]
    });
    let table = Table {
        columns: vec![
            ("Step", "step"),
            ("Finished", "passed"),
            ("Came back", "returned"),
            ("Complete and accurate", "share"),
            ("95 % interval", "interval"),
            ("Not watched long enough", "young"),
        ],
        rows: rows.collect(),
    };
    let n = found.steps.iter().map(|s| s.passed).sum();
    let svg = if known().next().is_some() { picture(scope, &found, question, &answer) } else { String::new() };
    let stands_on = scope.on(n, &format!("finished rounds, watched for {HORIZON_DAYS} days"));
    Drawn { id: "complete-accurate", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

fn picture(scope: &Scope<'_>, found: &CompleteAccurate, question: &str, answer: &str) -> String {
    const ROW: f64 = 26.0;
    const LEFT: f64 = 200.0;
    const ROOM: f64 = 380.0;
    let mut svg = Svg::new();
    svg.patterns();
    let mut y = 4.0;
    for s in &found.steps {
        let name = scope.step_name(s.step);
        svg.text("soft end", LEFT - 8.0, y + 15.0, fit(&name, 12.0, LEFT - 12.0));
        svg.rect("bar-bg", LEFT, y + 3.0, ROOM, 16.0, 0.0);
        let said = match s.share.value() {
            Some(share) => {
                let share = share.clamp(0.0, 1.0);
                let title = format!("{name}: {} of {} came back", s.returned, s.passed);
                svg.titled_rect("mark-soft", (LEFT, y + 3.0), (share * ROOM, 16.0), &title);
                for end in [s.low, s.high] {
                    let x = LEFT + end.clamp(0.0, 1.0) * ROOM;
                    svg.line("rule", x, y + 1.0, x, y + 21.0);
                }
                figure(&s.share, None).brief()
            }
            None => format!("n = {}", s.passed),
        };
        svg.text("t11 soft", LEFT + ROOM + 8.0, y + 15.0, said);
        y += ROW;
    }
    svg.finish((760.0, real(found.steps.len()) * ROW + 8.0), true, question, answer)
}
