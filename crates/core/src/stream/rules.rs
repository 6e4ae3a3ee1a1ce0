//! Rules as written, made into what they do.

use super::cell::Text;
use super::diagnostic::Findings;
use super::file::DraftRule;
use super::graph::{Reference, Rule, Trigger};
use super::refer::{Names, groups, steps_named};
use super::times::duration;
use crate::set::StepSet;

fn trigger(texts: &[Text], names: &Names<'_>, findings: &mut Findings) -> Trigger {
    let mut moments: Vec<Reference> = Vec::new();
    for moment in groups(texts, names, None, findings).0.into_iter().flatten() {
        if !moments.contains(&moment) {
            moments.push(moment);
        }
    }
    Trigger(moments)
}

pub(super) fn one_rule(rule: &DraftRule, names: &Names<'_>, findings: &mut Findings) -> Vec<Rule> {
    rule_shape(rule, findings);
    let mut rules = Vec::new();
    let on = trigger(&rule.on, names, findings);
    let resume_on = trigger(&rule.resume_on, names, findings);
    let then = steps_named(&rule.then, names, findings);
    let stop: StepSet = steps_named(&rule.stop, names, findings).into_iter().collect();
    let resume: StepSet = steps_named(&rule.resume, names, findings).into_iter().collect();
    let within = duration(rule.within.as_ref(), findings);
    if !on.0.is_empty() {
        rules.extend(then.iter().map(|then| Rule::Response { on: on.clone(), then: *then, within }));
        if !stop.is_empty() {
            rules.push(Rule::Stop { on: on.clone(), steps: stop });
        }
        if !resume.is_empty() {
            rules.push(Rule::Resume { on, steps: resume });
        }
    }
    if !resume_on.0.is_empty() && !stop.is_empty() {
        rules.push(Rule::Resume { on: resume_on, steps: stop });
    }
    let until = steps_named(&rule.until, names, findings);
    for hold in steps_named(&rule.hold, names, findings) {
        for until in &until {
            if hold == *until {
                findings.error(
                    "self-reference",
                    &rule.at,
                    "a step is held until it is done itself: it could never start",
                    "name another step in until",
                );
            } else {
                rules.push(Rule::Hold { hold, until: *until });
            }
        }
    }
    let choice: StepSet = steps_named(&rule.choice, names, findings).into_iter().collect();
    if choice.len() >= 2 {
        rules.push(Rule::Choice { steps: choice });
    }
    rules
}

/// Whether the keys of a rule make a sentence.
fn rule_shape(rule: &DraftRule, findings: &mut Findings) {
    let acts = !rule.then.is_empty() || !rule.stop.is_empty() || !rule.resume.is_empty();
    let at = &rule.at;
    if acts && rule.on.is_empty() && !rule.unclear {
        findings.error("missing-key", at, "this rule does not say what it reacts to", "write on = \"deploy.failed\"");
    }
    if !rule.on.is_empty() && !acts && !rule.unclear {
        findings.error(
            "missing-key",
            at,
            "this rule reacts to something but does nothing",
            "write then = \"rollback\", stop = [\"deploy\"] or resume = [\"deploy\"]",
        );
    }
    if rule.hold.is_empty() != rule.until.is_empty() {
        let (has, lacks) = if rule.hold.is_empty() { ("until", "hold") } else { ("hold", "until") };
        findings.error(
            "missing-key",
            at,
            format!("this rule has “{has}” but no “{lacks}”"),
            "write hold = \"deploy\" and until = \"test\": deploy waits while test is owed",
        );
    }
    if let Some(on) = rule.resume_on.first().filter(|_| rule.stop.is_empty()) {
        findings.error(
            "missing-key",
            &on.at,
            "“resume_on” brings back what “stop” took out, and there is no stop",
            "write stop = [\"deploy\"], or on = \"…\" with resume = [\"deploy\"]",
        );
    }
    if let Some(within) = rule.within.as_ref().filter(|_| rule.then.is_empty()) {
        findings.error(
            "missing-key",
            &within.at,
            "“within” needs a “then” whose time it limits",
            "write then = \"rollback\", or put within into the step",
        );
    }
    if rule.choice.len() == 1 {
        let at = rule.choice.first().map_or(at.clone(), Text::inner);
        findings.error(
            "choice-of-one",
            &at,
            "a choice needs at least two steps",
            "name the other step, or make this one optional",
        );
    }
    let empty = !acts
        && rule.on.is_empty()
        && rule.hold.is_empty()
        && rule.until.is_empty()
        && rule.choice.is_empty()
        && rule.resume_on.is_empty();
    if empty && rule.within.is_none() && !rule.unclear {
        findings.error(
            "empty-rule",
            at,
            "this rule says nothing",
            "write on/then, on/stop, on/resume, hold/until or choice",
        );
    }
}
