//! The item page: where it stands, what is open, what can be done, what happened.

use super::history::{HistoryLine, Names, history};
use super::shell::Shell;
use super::verb_form::{Desk, Said, VerbForm, address, forms, is_due};
use crate::chart::visits::{Stay, Stretch};
use crate::chart::{Drawn, glyph, visits};
use crate::view::say;
use askama::Template;
use watercourse_core::activity::Activity;
use watercourse_core::fact::Fact;
use watercourse_core::item::{Item, Phase, Place, Round};
use watercourse_core::standing::{Bypass, Standing};
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;

/// A step on the item's way.
#[derive(Debug, Clone)]
pub struct PathStep {
    /// Its name.
    pub name: String,
    /// Its activity; none where an imported label is not mapped to one.
    pub activity: Option<Activity>,
    /// How it is drawn: `here`, `done`, `dead`, `skipped`, `offered`, or nothing.
    pub class: &'static str,
    /// A sign for the same.
    pub mark: String,
    /// The same in words.
    pub says: String,
}

impl PathStep {
    /// The class with the colours of its activity.
    fn colour(&self) -> String {
        self.activity.map_or_else(|| "a-none".to_owned(), |a| format!("a-{}", a.id()))
    }
    /// The code of its activity.
    fn code(&self) -> &'static str {
        self.activity.map_or("—", Activity::code)
    }
}

/// An open round with what can be done to it.
#[derive(Debug, Clone)]
pub struct OpenRound {
    /// The step's name.
    pub name: String,
    /// Its activity.
    pub activity: Activity,
    /// The phase's id.
    pub phase: &'static str,
    /// The phase in words, with the reason.
    pub phase_words: String,
    /// The team that holds it; empty for none.
    pub team: String,
    /// Since when.
    pub since: String,
    /// By when it should be finished; empty for no limit.
    pub due: String,
    /// `warn` or `bad` when that is near or past, else `info`.
    pub due_tone: &'static str,
    /// The verbs that would be accepted.
    pub forms: Vec<VerbForm>,
}

/// A step that has no open round, with what can be done about it.
#[derive(Debug, Clone)]
pub struct Offered {
    /// Its name.
    pub name: String,
    /// Its activity.
    pub activity: Activity,
    /// How it stands.
    pub says: String,
    /// The verbs that would be accepted.
    pub forms: Vec<VerbForm>,
}

/// A link, read from this item.
#[derive(Debug, Clone)]
pub struct LinkLine {
    /// How it reads.
    pub words: &'static str,
    /// The other item's key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// How it ended, or `open`.
    pub state: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "item.html")]
pub struct ItemPage {
    shell: Shell,
    key: String,
    title: String,
    description: String,
    stream: String,
    stream_name: String,
    version: u32,
    kind_name: String,
    done: String,
    refusal: Option<Said>,
    path: Vec<PathStep>,
    imported: bool,
    standing: String,
    rounds: Vec<OpenRound>,
    nothing_open: String,
    offered: Vec<Offered>,
    others: Vec<Offered>,
    item_forms: Vec<VerbForm>,
    visits: Drawn,
    history: Vec<HistoryLine>,
    facts: Vec<(String, String)>,
    glyph: String,
    links: Vec<LinkLine>,
}

/// What the page is made of.
pub struct Source<'a> {
    /// The words on top.
    pub title: String,
    /// More words.
    pub description: String,
    /// The stream version it runs under.
    pub stream: &'a Stream,
    /// What verbs are tried out on; none for an imported item, which nothing is done to.
    pub desk: Option<Desk<'a>>,
    /// The item.
    pub item: &'a Item,
    /// What happened, oldest first.
    pub facts: Vec<&'a Fact>,
    /// Names of people, items and words.
    pub names: &'a Names,
    /// Its links.
    pub links: Vec<LinkLine>,
    /// The name of its kind.
    pub kind_name: String,
    /// Fields and what else is known: label and text.
    pub known: Vec<(String, String)>,
    /// What has just been done, said once after it; empty otherwise.
    pub done: String,
    /// A refusal that belongs to no form on the page.
    pub refusal: Option<Said>,
    /// Its stays, for an item of an imported log, which has no rounds of its own.
    pub imported: Option<Vec<Stay>>,
    /// Now.
    pub now: Instant,
}

impl ItemPage {
    /// Builds the page.
    #[must_use]
    pub fn new(shell: Shell, source: Source<'_>) -> Self {
        let Source { item, stream, now, .. } = source;
        let standing = Standing::of(stream, &item.marking);
        let desk = source.desk;
        let rounds = item.open_rounds().map(|r| open_round(stream, r, desk.as_ref(), now)).collect();
        let (offered, others) =
            desk.as_ref().map_or_else(Default::default, |d| other_steps(stream, item, &standing, d));
        let item_forms = desk.as_ref().map_or_else(Vec::new, |d| forms(d, None, |_| true));
        let imported = source.imported.is_some();
        let way = source.imported.as_ref().map_or_else(|| path(stream, item, &standing, now), |stays| passed(stays));
        let went: Vec<Activity> = source.imported.iter().flatten().filter_map(|s| s.activity).collect();
        let stays = source.imported.unwrap_or_else(|| stays(stream, item, now));
        let touched: Vec<Activity> = Activity::ALL
            .into_iter()
            .filter(|a| went.contains(a) || item.rounds.iter().any(|r| activity(stream, r) == *a))
            .collect();
        let here: Vec<Activity> =
            Activity::ALL.into_iter().filter(|a| item.open_rounds().any(|r| activity(stream, r) == *a)).collect();
        Self {
            shell,
            key: item.key.clone(),
            title: source.title,
            description: source.description,
            stream: stream.id.clone(),
            stream_name: stream.name.clone(),
            version: item.version,
            kind_name: source.kind_name,
            done: source.done,
            refusal: source.refusal,
            path: way,
            imported,
            standing: standing_words(stream, item, now),
            rounds,
            nothing_open: nothing_open(item),
            offered,
            others,
            item_forms,
            visits: visits::draw(&stays, now.millis()),
            history: history(&source.facts, stream, source.names, now),
            facts: known(item, source.known, now),
            glyph: glyph::glyph(&touched, &here),
            links: source.links,
        }
    }
}

/// The name of what a round is a round of.
fn name(stream: &Stream, round: &Round) -> String {
    match &round.place {
        Place::Step(step) => stream.step(*step).map_or_else(|| "?".to_owned(), |s| s.name.clone()),
        Place::Adhoc(label, _) => format!("{label} (outside the steps)"),
    }
}

fn activity(stream: &Stream, round: &Round) -> Activity {
    match &round.place {
        Place::Step(step) => stream.step(*step).map_or(Activity::Engage, |s| s.activity),
        Place::Adhoc(_, activity) => *activity,
    }
}

fn phase_words(round: &Round) -> String {
    let gates: Vec<&str> = round.holding().collect();
    match round.phase() {
        Phase::Queued if !gates.is_empty() => format!("held by gate {}", say::list(&gates)),
        Phase::Queued => "queued".to_owned(),
        Phase::Active => "worked on".to_owned(),
        Phase::Waiting => format!("waits for {}", round.waiting_for().unwrap_or("something")),
        Phase::Done => "done".to_owned(),
        Phase::Dropped => "given up".to_owned(),
    }
}

fn open_round(stream: &Stream, round: &Round, desk: Option<&Desk<'_>>, now: Instant) -> OpenRound {
    let id = address(stream, round);
    let since = round.visit().and_then(|v| v.spells.last()).map_or(round.opened, |s| s.from);
    let within = match &round.place {
        Place::Step(step) => stream.step(*step).and_then(|s| s.within),
        Place::Adhoc(..) => None,
    };
    // Working time needs the team's calendar: its limit is said as written.
    let (due, due_tone) = match within.map(|w| (w, w.as_micros())) {
        None => (String::new(), "info"),
        Some((_, Some(micros))) => {
            let left = round.opened.plus(micros).millis() - now.millis();
            if left < 0 {
                (format!("{} late", say::long(-left)), "bad")
            } else {
                (format!("{} left", say::long(left)), "info")
            }
        }
        Some((span, None)) => (format!("within {span} of opening"), "info"),
    };
    OpenRound {
        name: name(stream, round),
        activity: activity(stream, round),
        phase: round.phase().id(),
        phase_words: phase_words(round),
        team: round.team().unwrap_or_default().to_owned(),
        since: format!("for {}", say::long(now.millis() - since.millis())),
        due,
        due_tone,
        forms: desk.map_or_else(Vec::new, |d| forms(d, Some(&id), |o| o.verb != "return_to")),
    }
}

/// Steps without an open round: those the stream offers now, and the others.
fn other_steps(stream: &Stream, item: &Item, standing: &Standing<'_>, desk: &Desk<'_>) -> (Vec<Offered>, Vec<Offered>) {
    let (mut offers, mut others) = (Vec::new(), Vec::new());
    for (index, step) in (0u8..).zip(&stream.steps) {
        if item.open_round_of(index).is_some() {
            continue;
        }
        let due = is_due(desk, &step.id);
        let says = step_words(standing, item, index);
        let line = |forms| Offered { name: step.name.clone(), activity: step.activity, says: says.clone(), forms };
        let first =
            if due { forms(desk, Some(&step.id), |o| matches!(o.verb, "start" | "ask_gate")) } else { Vec::new() };
        if !first.is_empty() {
            offers.push(line(first));
        }
        let more = forms(desk, Some(&step.id), |o| !(due && matches!(o.verb, "start" | "ask_gate")));
        if !more.is_empty() {
            others.push(line(more));
        }
    }
    (offers, others)
}

/// How a step without an open round stands.
fn step_words(standing: &Standing<'_>, item: &Item, step: u8) -> String {
    let m = &item.marking;
    if standing.dead.has(step) {
        "cannot happen any more, as decided"
    } else if m.skipped.has(step) {
        "left out"
    } else if m.failed.has(step) {
        "failed"
    } else if m.done.has(step) {
        "done"
    } else if let Some(why) = standing.bypass(step) {
        match why {
            Bypass::Skipped => "left out",
            Bypass::UnusedStart => "another way to begin",
            Bypass::When => "not needed here",
            Bypass::Unopened => "optional",
        }
    } else if standing.is_enabled(step) {
        "may start"
    } else {
        "comes later"
    }
    .to_owned()
}

fn path(stream: &Stream, item: &Item, standing: &Standing<'_>, now: Instant) -> Vec<PathStep> {
    let steps = (0u8..).zip(&stream.steps).map(|(index, step)| {
        let open = item.open_round_of(index);
        let last = item.rounds.iter().rev().find(|r| r.place == Place::Step(index));
        let (class, mark, says) = match (open, last) {
            (Some(round), _) => {
                let age = say::short(now.millis() - round.opened.millis());
                let sign = match round.phase() {
                    Phase::Active => "▶",
                    Phase::Waiting => "‖",
                    _ => "▽",
                };
                ("here", format!("{sign} {age}"), format!("{}, open for {age}", phase_words(round)))
            }
            (None, Some(round)) if item.marking.finished().has(index) => {
                let took = round.ended.as_ref().map_or(0, |(at, _)| at.millis() - round.opened.millis());
                let failed = item.marking.failed.has(index);
                let word = if failed { "failed after" } else { "done in" };
                let sign = if failed { "✕" } else { "✓" };
                ("done", format!("{sign} {}", say::short(took)), format!("{word} {}", say::long(took)))
            }
            _ => {
                let says = step_words(standing, item, index);
                let class = if standing.dead.has(index) {
                    "dead"
                } else if standing.bypass(index).is_some() {
                    "skipped"
                } else {
                    ""
                };
                (class, String::new(), says)
            }
        };
        PathStep { name: step.name.clone(), activity: Some(step.activity), class, mark, says }
    });
    steps.collect()
}

/// The way an item of an imported log went.
fn passed(stays: &[Stay]) -> Vec<PathStep> {
    let step = |stay: &Stay| {
        let from = stay.stretches.first().map_or(0, |s| s.from);
        let took = stay.stretches.last().map_or(0, |s| s.until) - from;
        PathStep {
            name: stay.step.clone(),
            activity: stay.activity,
            class: "done",
            mark: say::short(took),
            says: format!("took {}", say::long(took)),
        }
    };
    stays.iter().map(step).collect()
}

fn standing_words(stream: &Stream, item: &Item, now: Instant) -> String {
    let age = say::long(now.millis() - item.created.millis());
    match &item.closed {
        Some((at, result)) => {
            let took = say::long(at.millis() - item.created.millis());
            format!("Closed {}: {}, {took} after it was opened.", say::moment(at.millis(), now.millis()), result.id())
        }
        None => {
            let where_: Vec<String> =
                item.open_rounds().map(|r| format!("{} ({})", name(stream, r), phase_words(r))).collect();
            let places =
                if where_.is_empty() { "nowhere: something has to be started".to_owned() } else { say::list(&where_) };
            format!("Open for {age}. You are here: {places}.")
        }
    }
}

fn nothing_open(item: &Item) -> String {
    match &item.closed {
        Some((_, result)) => format!("Nothing is open: the item is closed ({}).", result.id()),
        None => "No round is open. Start one of the steps below.".to_owned(),
    }
}

fn known(item: &Item, more: Vec<(String, String)>, now: Instant) -> Vec<(String, String)> {
    let mut list = vec![("Opened".to_owned(), say::moment(item.created.millis(), now.millis()))];
    if let Some((at, result)) = &item.closed {
        list.push(("Closed".to_owned(), format!("{} ({})", say::moment(at.millis(), now.millis()), result.id())));
    }
    list.extend(more);
    list
}

/// The visits of an item, for their chart.
fn stays(stream: &Stream, item: &Item, now: Instant) -> Vec<Stay> {
    let of = |round: &Round| {
        let (step, activity) = (name(stream, round), activity(stream, round));
        let visits = round.visits.iter().map(move |visit| Stay {
            step: step.clone(),
            activity: Some(activity),
            team: visit.team.clone().unwrap_or_default(),
            stretches: visit
                .spells
                .iter()
                .map(|spell| Stretch {
                    phase: Some(spell.phase),
                    reason: spell.reason.clone(),
                    from: spell.from.millis(),
                    until: spell.until.or(visit.left).unwrap_or(now).millis(),
                })
                .collect(),
        });
        visits.collect::<Vec<_>>()
    };
    item.rounds.iter().flat_map(of).collect()
}
