use super::counting::{MOST, bits, walks};
use super::names::id_of;
use super::proposal::{Group, Naming, Proposal, ProposedRule, ProposedStep, Support};
use super::text::text;
use crate::log::NONE;
use crate::measures::{View, usual_order};
use crate::selection::ItemSet;
use crate::timeline::Timeline;
use crate::visits::Visits;
use std::collections::BTreeSet;

/// Nothing is said of fewer items.
const ENOUGH: usize = 30;
/// Always: the lower end of the interval is at least this.
const ALWAYS: f64 = 0.95;
/// Never: the upper end of the interval is at most this.
const NEVER: f64 = 0.02;
/// Items begin, or end, at a step that this part of them does.
const OFTEN: f64 = 0.05;

/// Enough of them, and nearly always.
fn always(support: Support) -> bool {
    support.of >= ENOUGH && support.low >= ALWAYS
}

struct Counts {
    n: usize,
    /// Items that ran to their end.
    over: usize,
    first: Vec<usize>,
    last: Vec<usize>,
    seen: Vec<usize>,
    seen_over: Vec<usize>,
    /// Items with both, `[b][a]`: with a done before b was first started.
    before: Vec<[usize; MOST]>,
    /// Items that ran to their end, `[a][b]`: with b started after a was last done.
    follows: Vec<[usize; MOST]>,
    /// Items with both.
    both: Vec<[usize; MOST]>,
}

/// Proposes a stream for the items, all of them where none are chosen. None where there is no step.
#[must_use]
pub fn discover(visits: &Visits, items: Option<&ItemSet>, naming: &Naming<'_>) -> Option<Proposal> {
    let timeline = Timeline::default();
    let all = View::of(visits, &timeline);
    let view = items.map_or(all, |items| all.only(items));
    let mut order = usual_order(&view);
    let left_out = leave_out(visits, items, &mut order);
    if order.is_empty() {
        return None;
    }
    let mut place = vec![None; visits.steps.len()];
    for (at, step) in order.iter().enumerate() {
        place[*step as usize] = Some(at);
    }
    let counts = count(visits, items, &place, order.len());
    let mut steps = plain_steps(visits, &order, &counts);
    let choices = choices(&counts, order.len());
    let before = precedences(visits, items, &place, &counts, &choices);
    for (step, groups) in steps.iter_mut().zip(before) {
        if step.start.is_none() {
            step.after = groups;
        }
    }
    // An item must be able to begin: with the step most begin with, or whatever waits for nothing.
    if !steps.iter().any(|s| s.start.is_some()) {
        let free = (0..steps.len()).filter(|s| steps[*s].after.is_empty());
        let first = free.max_by_key(|s| (counts.first[*s], std::cmp::Reverse(*s))).unwrap_or(0);
        steps[first].after.clear();
        steps[first].start = Some(Support::of(counts.first[first], counts.n));
        steps[first].optional = false;
    }
    let mut rules: Vec<ProposedRule> =
        choices.into_iter().map(|(steps, support)| ProposedRule::Choice { steps, support }).collect();
    rules.extend(responses(&counts, &steps));
    let text = text(naming, &steps, &rules, counts.n, left_out.len());
    Some(Proposal { steps, rules, left_out, items: counts.n, text })
}

/// Keeps the 64 steps that most items reach, in the order they are in.
fn leave_out(visits: &Visits, items: Option<&ItemSet>, order: &mut Vec<u32>) -> Vec<u32> {
    if order.len() <= MOST {
        return Vec::new();
    }
    let mut counts = vec![(0usize, NONE); visits.steps.len()];
    crate::selection::each(visits.item_count(), items, |item| {
        for visit in visits.of_item(item) {
            let count = &mut counts[visits.step[visit] as usize];
            if count.1 != item as u32 {
                *count = (count.0 + 1, item as u32);
            }
        }
    });
    let mut by_count = order.clone();
    by_count.sort_by_key(|step| (std::cmp::Reverse(counts[*step as usize].0), *step));
    let left_out = by_count.split_off(MOST);
    order.retain(|step| by_count.contains(step));
    left_out
}

fn count(visits: &Visits, items: Option<&ItemSet>, place: &[Option<usize>], steps: usize) -> Counts {
    let none = || vec![0usize; steps];
    let pairs = || vec![[0usize; MOST]; steps];
    let mut counts = Counts {
        n: 0,
        over: 0,
        first: none(),
        last: none(),
        seen: none(),
        seen_over: none(),
        before: pairs(),
        follows: pairs(),
        both: pairs(),
    };
    walks(visits, items, place, |walk| {
        counts.n += 1;
        counts.over += usize::from(walk.over);
        if let Some(first) = walk.first {
            counts.first[first] += 1;
        }
        if let Some(last) = walk.last.filter(|_| walk.over) {
            counts.last[last] += 1;
        }
        for step in bits(walk.seen) {
            counts.seen[step] += 1;
            for earlier in bits(walk.done_before[step]) {
                counts.before[step][earlier] += 1;
            }
            for other in bits(walk.seen) {
                counts.both[step][other] += 1;
            }
            if walk.over {
                counts.seen_over[step] += 1;
                for later in bits(walk.started_after[step] & !(1 << step)) {
                    counts.follows[step][later] += 1;
                }
            }
        }
    });
    counts
}

/// The steps without what they come after.
fn plain_steps(visits: &Visits, order: &[u32], counts: &Counts) -> Vec<ProposedStep> {
    let mut ids = BTreeSet::new();
    let teams = usual_teams(visits);
    let ended: usize = counts.last.iter().sum();
    let most_last = (0..order.len()).max_by_key(|s| (counts.last[*s], std::cmp::Reverse(*s)));
    let plain = |(at, step): (usize, &u32)| {
        let name = visits.steps.name(*step).trim().to_owned();
        let id = id_of(&name, &format!("step-{}", at + 1), &mut ids);
        let items = Support::of(counts.seen_over[at], counts.over);
        let begins = Support::of(counts.first[at], counts.n);
        let start = (begins.share() >= OFTEN && begins.hits > 0).then_some(begins);
        let ends = Support::of(counts.last[at], ended);
        let deliver = (most_last == Some(at) && ends.hits > 0).then_some(ends);
        // What half of the items end with is asked for: else nothing would be owed and they would close too early.
        let needed = always(items) || start.is_some() || deliver.is_some_and(|d| d.share() >= 0.5);
        ProposedStep {
            step: *step,
            id,
            name,
            activity: visits.step_activity.get(*step as usize).copied().flatten(),
            team: teams[*step as usize].clone(),
            items,
            start,
            optional: !needed,
            deliver,
            after: Vec::new(),
        }
    };
    order.iter().enumerate().map(plain).collect()
}

/// For each step the id of the team that had it most often.
fn usual_teams(visits: &Visits) -> Vec<Option<String>> {
    let mut ids = BTreeSet::new();
    let names: Vec<String> = visits.teams.iter().map(|t| id_of(t.trim(), "team", &mut ids)).collect();
    let mut had = vec![0usize; visits.steps.len() * names.len()];
    for visit in 0..visits.len() {
        if let Some(team) = visits.team(visit) {
            had[visits.step[visit] as usize * names.len() + team as usize] += 1;
        }
    }
    let of = |step: usize| {
        let row = had.get(step * names.len()..(step + 1) * names.len())?;
        let (team, most) = row.iter().enumerate().rev().max_by_key(|(_, count)| **count)?;
        (*most > 0).then(|| names[team].clone())
    };
    (0..visits.steps.len()).map(of).collect()
}

/// Groups of steps that exclude each other, from the most frequent on; each step is in one group at most.
fn choices(counts: &Counts, steps: usize) -> Vec<(Vec<usize>, Support)> {
    let apart = |a: usize, b: usize| {
        let rarer = counts.seen[a].min(counts.seen[b]);
        let support = Support::of(counts.both[a][b], rarer);
        (rarer >= ENOUGH && support.high <= NEVER).then_some(support)
    };
    let mut left: Vec<usize> = (0..steps).filter(|s| counts.seen[*s] >= ENOUGH).collect();
    left.sort_by_key(|s| (std::cmp::Reverse(counts.seen[*s]), *s));
    let mut groups = Vec::new();
    while let Some(first) = left.first().copied() {
        let mut group = vec![first];
        let mut worst: Option<Support> = None;
        for other in &left[1..] {
            let pairs: Option<Vec<Support>> = group.iter().map(|member| apart(*member, *other)).collect();
            if let Some(pairs) = pairs {
                group.push(*other);
                worst = pairs.into_iter().chain(worst).max_by(|a, b| a.high.total_cmp(&b.high));
            }
        }
        left.retain(|s| !group.contains(s));
        if let Some(worst) = worst {
            group.sort_unstable();
            groups.push((group, worst));
        }
    }
    groups
}

/// For each step what comes before it: single steps, and groups of steps that exclude each other; what follows from
/// the rest is left out.
fn precedences(
    visits: &Visits,
    items: Option<&ItemSet>,
    place: &[Option<usize>],
    counts: &Counts,
    choices: &[(Vec<usize>, Support)],
) -> Vec<Vec<Group>> {
    let steps = counts.seen.len();
    let single = |b: usize, a: usize| Support::of(counts.before[b][a], counts.seen[b]);
    // Only what comes earlier on the way: so there can be no circle.
    let before: Vec<u64> =
        (0..steps).map(|b| (0..b).filter(|a| always(single(b, *a))).fold(0, |set, a| set | 1 << a)).collect();
    let mut any = vec![vec![0usize; choices.len()]; steps];
    walks(visits, items, place, |walk| {
        for step in bits(walk.seen) {
            for (choice, (group, _)) in choices.iter().enumerate() {
                any[step][choice] += usize::from(group.iter().any(|a| walk.done_before[step] & 1 << a != 0));
            }
        }
    });
    let of = |b: usize| {
        let mut groups = Vec::new();
        let mut implied = bits(before[b]).fold(0, |set, a| set | before[a]);
        for (choice, (group, _)) in choices.iter().enumerate() {
            let support = Support::of(any[b][choice], counts.seen[b]);
            let told = group.iter().any(|a| before[b] & 1 << a != 0 || *a >= b);
            // Where a step that comes before waits for the same group, that is enough.
            let passed_on = bits(before[b])
                .any(|a| always(Support::of(any[a][choice], counts.seen[a])) && group.iter().all(|g| *g < a));
            if !always(support) || told {
                continue;
            }
            // Whichever of them it was came after these.
            implied |= group.iter().fold(u64::MAX, |set, a| set & before[*a]);
            if !passed_on {
                groups.push(Group { steps: group.clone(), support });
            }
        }
        let singles = bits(before[b] & !implied).map(|a| Group { steps: vec![a], support: single(b, a) });
        groups.splice(0..0, singles);
        groups
    };
    (0..steps).map(of).collect()
}

/// What always followed. What is asked for anyway, or follows from the rest, needs no rule.
fn responses(counts: &Counts, steps: &[ProposedStep]) -> Vec<ProposedRule> {
    let n = steps.len();
    let support = |a: usize, b: usize| Support::of(counts.follows[a][b], counts.seen_over[a]);
    let after: Vec<u64> =
        (0..n).map(|a| (a + 1..n).filter(|b| always(support(a, *b))).fold(0, |set, b| set | 1 << b)).collect();
    let mut rules = Vec::new();
    for on in 0..n {
        let implied = bits(after[on]).fold(0, |set, b| set | after[b]);
        for then in bits(after[on] & !implied).filter(|b| steps[*b].optional) {
            rules.push(ProposedRule::Then { on, then, support: support(on, then) });
        }
    }
    rules
}
