//! Which type of objects the cases are.

use super::model::Ocel;
use crate::mapping::{By, Choice};
use crate::names::{short, words};

/// Words that name who does the work, not the work.
const ACTORS: [&str; 14] = [
    "resource",
    "resources",
    "user",
    "users",
    "person",
    "employee",
    "employees",
    "actor",
    "agent",
    "manager",
    "managers",
    "recruiter",
    "recruiters",
    "role",
];
/// Words that name a team.
const TEAMS: [&str; 10] =
    ["team", "teams", "group", "groups", "department", "departments", "workgroup", "squad", "desk", "unit"];

/// Whether a name is one of a team.
pub(crate) fn is_team(name: &str) -> bool {
    words(name).iter().any(|w| TEAMS.contains(&w.as_str()))
}

#[derive(Default, Clone, Copy)]
struct Seen {
    /// Events that touch at least one object of the type.
    events: usize,
    /// Events that touch exactly one.
    single: usize,
    objects: usize,
}

/// The type that most events touch, most of them one object at a time, with many objects; those who do the work are
/// the last to be taken. Nothing where no event touches a described object.
pub(crate) fn best(ocel: &Ocel) -> Option<Choice<u32>> {
    let mut seen = vec![Seen::default(); ocel.object_types.names.len()];
    let mut met = vec![false; ocel.object_type.len()];
    let mut here: Vec<(u32, usize)> = Vec::new();
    for n in ocel.event_numbers() {
        here.clear();
        for (object, _) in ocel.e2o.of(n) {
            let of = ocel.type_of(object);
            let Some(type_seen) = seen.get_mut(of as usize) else { continue };
            if let Some(met) = met.get_mut(object as usize)
                && !std::mem::replace(met, true)
            {
                type_seen.objects += 1;
            }
            match here.iter_mut().find(|(t, _)| *t == of) {
                Some((_, count)) => *count += 1,
                None => here.push((of, 1)),
            }
        }
        for (of, count) in &here {
            if let Some(type_seen) = seen.get_mut(*of as usize) {
                type_seen.events += 1;
                type_seen.single += usize::from(*count == 1);
            }
        }
    }
    let all = ocel.events().max(1) as f64;
    let mut scored: Vec<(f64, u32)> = (0u32..)
        .zip(&seen)
        .filter(|(_, s)| s.events > 0)
        .map(|(of, s)| {
            let coverage = s.events as f64 / all;
            let single = s.single as f64 / s.events as f64;
            let many = (1.0 + s.objects as f64).ln() / (1.0 + all).ln();
            let names = words(ocel.object_types.names.name(of));
            let who = names.iter().any(|w| ACTORS.contains(&w.as_str()) || TEAMS.contains(&w.as_str()));
            (coverage * single * many.min(1.0) * if who { 0.3 } else { 1.0 }, of)
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (score, of) = *scored.first()?;
    let found = seen.get(of as usize).copied().unwrap_or_default();
    let name = ocel.object_types.names.name(of);
    if seen.iter().filter(|s| s.events > 0).count() == 1 {
        return Some(Choice::new(
            of,
            By::Found,
            1.0,
            format!("events touch objects of the type \u{201c}{}\u{201d} only", short(name)),
        ));
    }
    let why = format!(
        "{} of {} events touch a \u{201c}{}\u{201d}, {} of them exactly one; there are {}",
        found.events,
        ocel.events(),
        short(name),
        found.single,
        found.objects
    );
    let others = scored.iter().skip(1).map(|(s, of)| (ocel.object_types.names.name(*of).to_owned(), *s));
    // Every type would be a case; the guess is never certain, nor as low as to be called one of a column.
    Some(Choice::new(of, By::Guessed, score.clamp(0.45, 0.95), why).or(others))
}
