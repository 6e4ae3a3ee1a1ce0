//! What somebody says of a file on its page, beside what was guessed.

use super::look::Look;
use crate::error::AppError;
use std::collections::BTreeMap;
use watercourse_core::activity::Activity;
use watercourse_exchange::{DateOrder, FlowState, Label, Layout, Options};
use watercourse_flow::log::TimeMeans;

/// What is chosen where the guess shall stand.
pub(super) const GUESS: &str = "~guess";

impl Look {
    /// What was said before, with what the inputs of the page say now: by the name of the role, `zone`, `order`,
    /// `means`, `layout`, `team_unknown` and `state.N` and `activity.N` of the N-th label. What stands as it was guessed is left
    /// to be guessed; labels are confirmed by being sent.
    ///
    /// # Errors
    /// `Invalid` where a value is none.
    pub fn said(&self, before: &Options, inputs: &BTreeMap<String, String>) -> Result<Options, AppError> {
        let mut options = before.clone();
        let input = |name: &str| inputs.get(name).map(|v| v.trim());
        for role in &self.roles {
            let Some(value) = input(&role.id) else { continue };
            let slot = match role.id.as_str() {
                "case" => &mut options.case,
                "activity" => &mut options.activity,
                "time" => &mut options.time,
                "start" => &mut options.start,
                "team" => &mut options.team,
                _ => &mut options.lifecycle,
            };
            if value == GUESS {
                *slot = None;
            } else if value != role.column.value || role.column.by == "given" {
                let is_none = role.optional && value.is_empty();
                let is_known = self.columns.is_empty() || self.columns.iter().any(|c| c.name == value);
                if !(is_known || is_none || value == role.column.value) {
                    let wrong = format!("“{}” is no column of this file.", cut(value));
                    return Err(AppError::invalid(format!("/{}", role.id), wrong, "Choose one of its columns."));
                }
                // A classifier is several columns: what is chosen here replaces it, what stands as it was does not.
                if role.id == "activity" && value == role.column.value && options.classifier.is_some() {
                    continue;
                }
                *slot = Some(value.to_owned());
                if role.id == "activity" {
                    options.classifier = None;
                }
            }
        }
        if let Some(zone) = input("zone").filter(|z| *z != self.zone.value || self.zone.by == "given") {
            options.tz = (!zone.is_empty()).then(|| zone.to_owned());
        }
        if let Some(order) = input("order").filter(|v| *v != self.order.value) {
            options.date_order = match order {
                "day-first" => Some(DateOrder::DayFirst),
                "month-first" => Some(DateOrder::MonthFirst),
                _ => None,
            };
        }
        if let Some(means) = input("means").filter(|v| *v != self.means.value) {
            options.time_means = match means {
                "entry" => Some(TimeMeans::Entry),
                "completion" => Some(TimeMeans::Completion),
                _ => None,
            };
        }
        if let Some(layout) = input("layout").filter(|v| *v != self.layout.value) {
            options.layout = match layout {
                "events" => Some(Layout::Events),
                "dates" => Some(Layout::Dates),
                _ => None,
            };
        }
        if let Some(none) = input("team_unknown") {
            options.team_unknown =
                none.split(',').map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned).collect();
        }
        self.labels_said(&mut options, inputs)?;
        Ok(options)
    }

    fn labels_said(&self, options: &mut Options, inputs: &BTreeMap<String, String>) -> Result<(), AppError> {
        if !inputs.keys().any(|k| k.starts_with("state.")) {
            return Ok(());
        }
        let listed = |name: &String| self.labels.iter().any(|l| l.name == *name);
        let mut labels: Vec<Label> = options.labels.iter().filter(|l| !listed(&l.name)).cloned().collect();
        let mut done: Vec<String> = options.done.iter().flatten().filter(|l| !listed(l)).cloned().collect();
        for (n, label) in self.labels.iter().enumerate() {
            let state = inputs.get(&format!("state.{n}")).map_or(label.state.as_str(), String::as_str);
            let activity = inputs.get(&format!("activity.{n}")).map_or(label.activity.as_str(), String::as_str);
            let state = flow_state(state)?;
            let activity = match activity {
                "" => None,
                named => Some(Activity::parse(named).ok_or_else(|| bad(named))?),
            };
            if state == Some(FlowState::Done) {
                done.push(label.name.clone());
            }
            if state.is_some() || activity.is_some() {
                let (name, step) = (label.name.clone(), label.step.clone());
                labels.push(Label { name, events: 0, step, state, activity, suggested: false, why: String::new() });
            }
        }
        (options.labels, options.done) = (labels, Some(done));
        Ok(())
    }
}

fn flow_state(text: &str) -> Result<Option<FlowState>, AppError> {
    Ok(match text {
        "" => None,
        "new" => Some(FlowState::New),
        "waiting" => Some(FlowState::Waiting),
        "active" => Some(FlowState::Active),
        "done" => Some(FlowState::Done),
        "cancelled" => Some(FlowState::Cancelled),
        other => return Err(bad(other)),
    })
}

fn bad(text: &str) -> AppError {
    AppError::invalid("", format!("“{}” is nothing a label can mean.", cut(text)), "Choose one of the list.")
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}
