use super::names::{id_of, made_of, quoted};
use super::proposal::{Group, Naming, ProposedRule, ProposedStep, Support};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use watercourse_core::activity::Activity;

/// The stream file. Every line that was found says in a comment what it rests on.
pub(super) fn text(
    naming: &Naming<'_>,
    steps: &[ProposedStep],
    rules: &[ProposedRule],
    items: usize,
    left_out: usize,
) -> String {
    let mut out = String::new();
    let id = id_of(naming.name, "discovered", &mut BTreeSet::new());
    let _ = writeln!(
        out,
        "# A suggestion from {items} items as they ran. What usually was is not what should be: edit it,"
    );
    out.push_str(
        "# then publish it. In brackets: in how many items of how many it was so, and the safe end of that.\n",
    );
    if left_out > 0 {
        let _ = writeln!(out, "# {left_out} rare steps are left out: a stream has at most 64.");
    }
    let _ = writeln!(out, "\nstream = {}", quoted(&id));
    let name = plain(naming.name);
    if !name.is_empty() && name != made_of(&id) {
        let _ = writeln!(out, "name   = {}", quoted(&name));
    }
    let _ = writeln!(out, "kind   = {}", quoted(naming.kind));
    out.push_str("demand = \"\"  # say what starts it\nvalue  = \"\"  # say what is there at its end\n");
    for step in steps {
        write_step(&mut out, steps, step);
    }
    for rule in rules {
        out.push_str("\n[[rule]]\n");
        match rule {
            ProposedRule::Then { on, then, support } => {
                let _ = writeln!(out, "on   = {}", quoted(&steps[*on].id));
                let _ = writeln!(out, "then = {}  # {}", quoted(&steps[*then].id), at_least(*support));
            }
            ProposedRule::Choice { steps: group, support } => {
                let ids: Vec<String> = group.iter().map(|s| quoted(&steps[*s].id)).collect();
                let together = if support.hits == 0 { "never".to_owned() } else { format!("in {}", support.hits) };
                let _ = writeln!(
                    out,
                    "choice = [{}]  # two of them together {together} ({} of {}, at most {:.1} %)",
                    ids.join(", "),
                    support.hits,
                    support.of,
                    support.high * 100.0
                );
            }
        }
    }
    out
}

fn write_step(out: &mut String, steps: &[ProposedStep], step: &ProposedStep) {
    let _ = writeln!(out, "\n[[step]]\nid       = {}", quoted(&step.id));
    let name = plain(&step.name);
    if !name.is_empty() && name != made_of(&step.id) {
        let _ = writeln!(out, "name     = {}", quoted(&name));
    }
    match step.activity {
        Some(activity) => {
            let _ = writeln!(out, "activity = {}", quoted(activity.id()));
        }
        None => {
            let guess = Activity::DeliverSupport.id();
            let _ = writeln!(out, "activity = {}  # NOT KNOWN: set which of the six it is", quoted(guess));
        }
    }
    if let Some(team) = &step.team {
        let _ = writeln!(out, "team     = {}  # had it most often", quoted(team));
    }
    if let Some(support) = step.start {
        let _ = writeln!(out, "start    = true  # begins here: {}", part(support));
    }
    if !step.after.is_empty() {
        let of = |group: &Group| {
            let ids: Vec<&str> = group.steps.iter().map(|s| steps[*s].id.as_str()).collect();
            ids.join("|")
        };
        let _ = writeln!(out, "after    = [");
        for group in &step.after {
            let _ = writeln!(out, "    {},  # {}", quoted(&of(group)), at_least(group.support));
        }
        out.push_str("]\n");
    }
    if step.optional {
        let _ = writeln!(out, "optional = true  # happened: {}", part(step.items));
    } else {
        let _ = writeln!(out, "# happened: {}", at_least(step.items));
    }
    if let Some(support) = step.deliver {
        let _ = writeln!(out, "deliver  = true  # the last step: {}", part(support));
    }
}

fn part(support: Support) -> String {
    format!("{} of {}, {:.1} %", support.hits, support.of, support.share() * 100.0)
}

fn at_least(support: Support) -> String {
    format!("{}, at least {:.1} %", part(support), support.low * 100.0)
}

/// A label on one line.
fn plain(label: &str) -> String {
    label.split(|c: char| c.is_control() || c.is_whitespace()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}
