use super::view::View;
use super::weeks::week_of;
use crate::selection::ItemSet;
use crate::timeline::Kind;
use crate::visits::Standing;

/// What a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// Items that were at a step.
    Step(u32),
    /// Items that a team held.
    Team(u32),
    /// Items for which one step released another.
    Way {
        /// From this step.
        from: u32,
        /// To this one.
        to: u32,
    },
    /// Items that went from one team to another.
    HandOff {
        /// From this team.
        from: u32,
        /// To this one.
        to: u32,
    },
    /// Items that a step was repeated for.
    Rework(u32),
    /// Items with a repeated round of any step.
    AnyRework,
    /// Items that are open.
    Open,
    /// Items that were delivered.
    Delivered,
    /// Items created in the week that begins then.
    ArrivedIn(i64),
    /// Items delivered in the week that begins then.
    DeliveredIn(i64),
    /// Items with time of a kind on their path.
    Time(Kind),
}

/// The items behind a figure.
#[must_use]
pub fn behind(view: &View<'_>, figure: Behind) -> ItemSet {
    let visits = view.visits;
    let any = |item: usize, holds: &dyn Fn(usize) -> bool| visits.of_item(item).any(holds);
    let rework = |visit: usize| visits.again(visit);
    let holds = |item: usize| match figure {
        Behind::Step(step) => any(item, &|v| visits.step[v] == step),
        Behind::Team(team) => any(item, &|v| visits.team(v) == Some(team)),
        Behind::Way { from, to } => any(item, &|v| {
            visits.step[v] == to && visits.opens_round(v) && visits.before(v).is_some_and(|b| visits.step[b] == from)
        }),
        Behind::HandOff { from, to } => {
            any(item, &|v| visits.team(v) == Some(to) && visits.handed_from(v) == Some(from))
        }
        Behind::Rework(step) => any(item, &|v| visits.step[v] == step && rework(v)),
        Behind::AnyRework => any(item, &rework),
        Behind::Open => visits.items.standing[item] == Standing::Open,
        Behind::Delivered => visits.delivered(item),
        Behind::ArrivedIn(week) => week_of(visits.items.created[item]) == week,
        Behind::DeliveredIn(week) => visits.delivered(item) && week_of(visits.items.ended[item]) == week,
        Behind::Time(kind) => view.timeline.of_item(item).any(|s| s.kind == kind),
    };
    let mut set = ItemSet::none(visits.item_count());
    view.each(|item| {
        if holds(item) {
            set.add(item as u32);
        }
    });
    set
}
