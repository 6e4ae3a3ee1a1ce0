//! A synthetic service desk: cases walk a Markov chain with loops and rework; events come in order of time.

use anyhow::Result;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;
use watercourse_core::activity::Activity;
use watercourse_core::span::Span;
use watercourse_core::stream::{Adhoc, Parts, Point, Promise, Reference, Rule, Step, Stream, Trigger};
use watercourse_core::time::Instant;

/// The activities: name, team that does it, mean hours until it is done, and what may come next with its weight.
/// Going to the place after the last one ends the case.
type Node = (&'static str, u8, u32, &'static [(usize, u32)]);

const END: usize = 20;
const CHAIN: [Node; 20] = [
    ("Register", 0, 0, &[(1, 92), (4, 5), (19, 3)]),
    ("Classify", 0, 1, &[(2, 80), (4, 14), (1, 6)]),
    ("Assign", 0, 2, &[(3, 86), (2, 14)]),
    ("Accept", 1, 4, &[(4, 88), (2, 12)]),
    ("Diagnose", 1, 6, &[(8, 46), (5, 18), (7, 12), (14, 24)]),
    ("Ask user", 1, 2, &[(6, 84), (19, 16)]),
    ("User answered", 0, 30, &[(4, 70), (8, 30)]),
    ("Escalate", 1, 3, &[(3, 55), (8, 45)]),
    ("Work", 2, 12, &[(12, 30), (14, 46), (9, 14), (8, 10)]),
    ("Request change", 2, 5, &[(10, 100)]),
    ("Approve change", 3, 20, &[(11, 88), (9, 12)]),
    ("Implement change", 3, 10, &[(12, 100)]),
    ("Test", 4, 5, &[(14, 78), (13, 22)]),
    ("Reject test", 4, 1, &[(8, 100)]),
    ("Resolve", 2, 2, &[(15, 40), (19, 54), (17, 6)]),
    ("Confirm with user", 0, 24, &[(19, 88), (16, 12)]),
    ("Reopen", 0, 12, &[(4, 70), (8, 30)]),
    ("Document", 5, 8, &[(19, 90), (18, 10)]),
    ("Review", 5, 40, &[(19, 100)]),
    ("Close", 0, 48, &[(END, 97), (16, 3)]),
];
const TEAMS: [&str; 9] =
    ["Service desk", "Network", "Servers", "Changes", "Testing", "Knowledge", "Applications", "Workplace", "Database"];
const HOUR: i64 = 3_600_000;
/// 2024-01-01T00:00:00Z.
const BEGIN: i64 = 1_704_067_200_000;

/// What comes after what, as the desk would write it down. The chain breaks it here and there.
const RULES: [(usize, &[usize]); 12] = [
    (1, &[0]),
    (2, &[1]),
    (3, &[2, 7]),
    (5, &[4]),
    (6, &[5]),
    (8, &[4, 6, 7, 13, 16]),
    (10, &[9]),
    (11, &[10]),
    (12, &[8, 11]),
    (14, &[4, 8, 12]),
    (15, &[14]),
    (19, &[14]),
];

/// The stream that the log is replayed against: 20 steps, every other one optional, and a few rules.
pub fn stream() -> Result<Stream> {
    let step = |(place, node): (usize, &Node)| -> Result<Step> {
        let after = RULES.iter().find(|(of, _)| *of == place).map(|(_, after)| *after).unwrap_or_default();
        let reference = |step: &usize| Ok(Reference { step: u8::try_from(*step)?, point: Point::Done });
        let group = after.iter().map(reference).collect::<Result<Vec<_>>>()?;
        Ok(Step {
            id: format!("s{place}"),
            name: node.0.to_owned(),
            activity: Activity::ALL[place % 6],
            practice: None,
            team: None,
            start: place == 0,
            optional: !matches!(place, 0 | 1 | 14 | 19),
            after: if group.is_empty() { Vec::new() } else { vec![group] },
            outcomes: Vec::new(),
            when: None,
            within: None,
            min: 1,
            max: if place == 7 { Some(1) } else { None },
            gates: Vec::new(),
            deliver: place == 19,
            commit: false,
            feeds: Vec::new(),
            spawns: None,
            done_on: None,
        })
    };
    let on = |step: u8| Trigger(vec![Reference { step, point: Point::Done }]);
    Ok(Stream::new(Parts {
        id: "desk".to_owned(),
        name: "Service desk".to_owned(),
        kind: "incident".to_owned(),
        demand: String::new(),
        value: String::new(),
        owner: None,
        promise: Promise::default(),
        adhoc: Adhoc::Record,
        reopen_within: Span::parse("14d").map_err(anyhow::Error::msg)?,
        steps: CHAIN.iter().enumerate().map(step).collect::<Result<Vec<_>>>()?,
        rules: vec![
            Rule::Response { on: on(8), then: 12, within: None },
            Rule::Response { on: on(16), then: 14, within: None },
            Rule::Hold { hold: 19, until: 14 },
        ],
    }))
}

/// A small seeded generator (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
    /// Exponentially distributed around a mean.
    fn wait(&mut self, mean: i64) -> i64 {
        let even = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        (-(1.0 - even).ln() * mean as f64) as i64
    }
}

/// Writes a CSV log with this many events, or a few more so that no case is cut off; answers how many.
pub fn write(out: &mut impl Write, events: usize, seed: u64) -> Result<usize> {
    writeln!(out, "case_id,activity,timestamp,team,resource,priority,category,service")?;
    let mut dice = Dice(seed);
    let mut heap = BinaryHeap::new();
    let (mut cases, mut arrival, mut written) = (0u64, BEGIN, 0);
    // Cases come until the events they will have are enough, reckoned with the mean length of a case.
    loop {
        let enough = written + heap.len() * 4 >= events;
        if !enough && heap.peek().is_none_or(|Reverse((at, ..)): &Reverse<(i64, u64, usize, u8)>| *at >= arrival) {
            heap.push(Reverse((arrival, cases, 0, (dice.below(4)) as u8)));
            cases += 1;
            arrival += dice.wait(4 * 60_000);
            continue;
        }
        let Some(Reverse((at, case, node, second))) = heap.pop() else { break };
        let (name, team, _, next) = CHAIN[node];
        // Second-level work is done by one of four teams; cases stay with theirs.
        let team = if team == 2 { [2, 6, 7, 8][usize::from(second)] } else { usize::from(team) };
        let attributes = Dice(seed ^ case).next();
        writeln!(
            out,
            "INC{case:07},{name},{},{},{}{:02},{},{},service-{:02}",
            Instant::from_millis(at),
            TEAMS[team],
            &TEAMS[team][..3].to_lowercase(),
            dice.below(20),
            1 + attributes % 4,
            ["hardware", "software", "access", "network", "mail"][(attributes >> 8) as usize % 5],
            (attributes >> 16) % 40,
        )?;
        written += 1;
        let mut roll = dice.below(u64::from(next.iter().map(|(_, w)| w).sum::<u32>())) as u32;
        let mut to = END;
        for (place, weight) in next {
            if roll < *weight {
                to = *place;
                break;
            }
            roll -= weight;
        }
        if to != END {
            let mean = i64::from(CHAIN[to].2).max(1) * HOUR;
            heap.push(Reverse((at + 1000 + dice.wait(mean) / 1000 * 1000, case, to, second)));
        }
    }
    out.flush()?;
    Ok(written)
}
