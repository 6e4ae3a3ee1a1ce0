//! What labels could mean: a small table of words, open to all eyes. Suggestions, never silent decisions.

use std::collections::HashSet;

use watercourse_flow::log::Log;

use crate::label_words::{ACTIVITIES, DONE, NOT_DONE, STATES};
use crate::mapping::{By, Choice, FlowState, Label};
use crate::names::{identifier, nearest, words};

fn word_in(label: &[String], table: &[&str]) -> Option<String> {
    if let Some(word) = label.iter().find(|w| table.contains(&w.as_str())) {
        return Some(word.clone());
    }
    // Entries of several words are looked for in the whole label.
    let whole = format!(" {} ", label.join(" "));
    let phrases = table.iter().filter(|entry| entry.contains(' '));
    phrases.into_iter().find(|phrase| whole.contains(&format!(" {phrase} "))).map(|p| (*p).to_owned())
}

/// The flow state a status suggests by its words.
pub(crate) fn state(status: &str) -> Option<FlowState> {
    state_of(&words(status)).map(|s| s.0)
}

fn state_of(parts: &[String]) -> Option<(FlowState, String)> {
    STATES.iter().find_map(|(s, table)| word_in(parts, table).map(|w| (*s, w)))
}

/// Suggestions for all activities of a log; `given` replaces those it names.
pub(crate) fn labels(log: &Log, given: &[Label], known: &[(&str, FlowState)]) -> Vec<Label> {
    let mut counts = vec![0u64; log.activities.len()];
    for &a in &log.activity {
        if let Some(count) = counts.get_mut(a as usize) {
            *count += 1;
        }
    }
    let mut steps = HashSet::new();
    log.activities
        .iter()
        .zip(counts)
        .map(|(name, events)| match given.iter().find(|g| g.name == name) {
            Some(label) => Label { events, ..label.clone() },
            None => label(name, events, known, &mut steps),
        })
        .collect()
}

fn label(name: &str, events: u64, known: &[(&str, FlowState)], steps: &mut HashSet<String>) -> Label {
    let parts = words(name);
    let own = known.iter().find(|(label, _)| label.eq_ignore_ascii_case(name)).map(|(_, state)| *state);
    let state = match own {
        Some(state) => Some((state, name.to_owned())),
        None => state_of(&parts),
    };
    let activity = ACTIVITIES.iter().find_map(|(a, table)| word_in(&parts, table).map(|w| (*a, w)));
    let mut why = Vec::new();
    if let Some((state, word)) = &state {
        why.push(format!("\u{201c}{word}\u{201d} suggests {state:?}"));
    }
    if let Some((activity, word)) = &activity {
        why.push(format!("\u{201c}{word}\u{201d} suggests {}", activity.name()));
    }
    if why.is_empty() {
        why.push("no word of it is known".to_owned());
    }
    let step = identifier(name);
    let step = (!step.is_empty()).then(|| {
        let mut unique = step.clone();
        let mut n = 2;
        while !steps.insert(unique.clone()) {
            unique = format!("{}-{n}", step.get(..step.len().min(58)).unwrap_or(&step));
            n += 1;
        }
        unique
    });
    Label {
        name: name.to_owned(),
        events,
        step,
        state: state.map(|s| s.0),
        activity: activity.map(|a| a.0),
        suggested: true,
        why: why.join("; "),
    }
}

/// A label given that the log does not have, and the nearest it has.
pub(crate) type Unknown = (String, Option<String>);

/// The labels that mean done: given, or words of being done on labels that end at least half of their cases.
/// The second answer is the labels given that the log does not have, with the nearest it has.
///
/// `known` are labels the profile of the export knows to mean done.
pub(crate) fn done(log: &Log, given: Option<&[String]>, known: &[&str]) -> (Choice<Vec<String>>, Vec<Unknown>) {
    if let Some(given) = given {
        let unknown = given
            .iter()
            .filter(|g| !occurs(log, g))
            .map(|g| (g.clone(), nearest(g, log.activities.iter().chain(log.lifecycles.iter()))))
            .collect();
        let mut choice = Choice::given(given.to_vec());
        if given.is_empty() {
            "given: no label means done".clone_into(&mut choice.why);
        }
        return (choice, unknown);
    }
    let there: Vec<String> =
        known.iter().filter(|k| log.activities.get(k).is_some()).map(|k| (*k).to_owned()).collect();
    if !there.is_empty() {
        let why =
            format!("dates of {} end a case in exports of this kind; the first of them counts", there.join(" and "));
        let others: Vec<(String, f64)> =
            if there.len() > 1 { there.iter().map(|l| (l.clone(), 0.3)).collect() } else { Vec::new() };
        return (Choice::new(there, By::Found, 0.9, why).or(others), Vec::new());
    }
    let (cases, last) = ends(log);
    let mut found: Vec<(String, f64)> = Vec::new();
    for (id, name) in log.activities.iter().enumerate() {
        let parts = words(name);
        if word_in(&parts, DONE).is_none() || word_in(&parts, NOT_DONE).is_some() {
            continue;
        }
        let (cases, last) = (cases.get(id).copied().unwrap_or(0), last.get(id).copied().unwrap_or(0));
        if cases > 0 {
            found.push((name.to_owned(), f64::from(last) / f64::from(cases)));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (taken, left): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, share)| *share >= 0.5);
    let choice = if taken.is_empty() {
        let why = if left.is_empty() {
            "no activity has a word of being done (closed, completed, resolved, …)".to_owned()
        } else {
            "no activity with a word of being done ends most of its cases".to_owned()
        };
        Choice::new(Vec::new(), By::Default, 0.0, why + "; name the labels with --done LABEL")
    } else {
        let shares: Vec<String> = taken
            .iter()
            .map(|(name, share)| format!("\u{201c}{name}\u{201d} ends {:.0} % of its cases", share * 100.0))
            .collect();
        let confidence = taken.iter().map(|(_, s)| *s).fold(1.0, f64::min);
        Choice::new(taken.into_iter().map(|(n, _)| n).collect(), By::Guessed, confidence, shares.join(", "))
    };
    (choice.or(left), Vec::new())
}

/// Whether a label is an activity, a status in the lifecycle column, or both with a hyphen or slash between them.
fn occurs(log: &Log, label: &str) -> bool {
    let alone = log.activities.get(label).or_else(|| log.lifecycles.get(label)).is_some();
    let both = |at: usize| log.activities.get(&label[..at]).is_some() && log.lifecycles.get(&label[at + 1..]).is_some();
    alone || label.match_indices(['-', '/']).any(|(at, _)| both(at))
}

/// For each activity: in how many cases it occurs, and in how many it is the last event (by time, then file order).
fn ends(log: &Log) -> (Vec<u32>, Vec<u32>) {
    let mut latest: Vec<(i64, u32)> = vec![(i64::MIN, 0); log.cases.len()];
    for ((&case, &at), &activity) in log.case.iter().zip(&log.at).zip(&log.activity) {
        if let Some(seen) = latest.get_mut(case as usize)
            && at >= seen.0
        {
            *seen = (at, activity);
        }
    }
    let mut last = vec![0u32; log.activities.len()];
    for (_, activity) in &latest {
        if let Some(n) = last.get_mut(*activity as usize) {
            *n += 1;
        }
    }
    // A case counts once for an activity however often it occurs: remember the last case seen only works for sorted
    // logs, so the pairs are collected for the few activities that can mean done.
    let candidates: Vec<bool> = log.activities.iter().map(|n| word_in(&words(n), DONE).is_some()).collect();
    let mut pairs: Vec<(u32, u32)> = log
        .activity
        .iter()
        .zip(&log.case)
        .filter(|(a, _)| candidates.get(**a as usize).copied().unwrap_or(false))
        .map(|(a, c)| (*a, *c))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut cases = vec![0u32; log.activities.len()];
    for (activity, _) in pairs {
        if let Some(n) = cases.get_mut(activity as usize) {
            *n += 1;
        }
    }
    (cases, last)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use watercourse_core::activity::Activity;
    use watercourse_flow::log::{Event, Log};

    use super::{done, labels};
    use crate::mapping::FlowState;

    fn log(events: &[(&str, &str, i64)]) -> Log {
        let mut log = Log::default();
        for &(case, activity, at) in events {
            log.push(Event { case, activity, at, start: None, team: None, lifecycle: None });
        }
        log
    }

    #[test]
    fn words_suggest_states_and_activities() {
        let log = log(&[("1", "Awaiting Vendor", 0), ("1", "New", 1), ("1", "-100", 2), ("1", "awaiting vendor", 3)]);
        let labels = labels(&log, &[], &[]);
        let [vendor, new, odd, again] = labels.as_slice() else { panic!("four") };
        assert_eq!((vendor.state, vendor.activity), (Some(FlowState::Waiting), Some(Activity::ObtainBuild)));
        assert_eq!(
            vendor.why,
            "\u{201c}awaiting\u{201d} suggests Waiting; \u{201c}vendor\u{201d} suggests Obtain/Build"
        );
        assert_eq!((new.state, new.activity), (Some(FlowState::New), Some(Activity::Engage)));
        assert_eq!((odd.state, odd.activity, odd.step.as_deref()), (None, None, Some("100")));
        assert_eq!(
            (vendor.step.as_deref(), again.step.as_deref()),
            (Some("awaiting-vendor"), Some("awaiting-vendor-2"))
        );
    }

    #[test]
    fn done_needs_the_word_and_the_place() {
        let log = log(&[
            ("1", "Fixed", 0),
            ("1", "Closed", 2),
            ("2", "Closed", 3),
            ("2", "Fixed", 1),
            ("3", "Open", 1),
            ("3", "Not done", 2),
        ]);
        let (choice, _) = done(&log, None, &[]);
        assert_eq!(choice.value, ["Closed"]);
        assert_eq!(choice.alternatives.first().unwrap().value, "Fixed");
        let (given, unknown) = done(&log, Some(&["Clsed".to_owned()]), &[]);
        assert_eq!(given.value, ["Clsed"]);
        assert_eq!(unknown, [("Clsed".to_owned(), Some("Closed".to_owned()))]);
    }

    #[test]
    fn nothing_known_is_said() {
        let (choice, _) = done(&log(&[("1", "pay", 0)]), None, &[]);
        assert!(choice.value.is_empty() && choice.why.contains("--done"));
    }
}
