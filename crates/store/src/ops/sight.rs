//! The one predicate that decides which items are seen, as SQL over the table `item`.

use super::sql::QueryBuilder;
use super::{SCAN, push_in};
use crate::sight::Sight;

/// Adds ` AND (…)` for what may be seen. The query must name the table `item` by that name. Rows are read in the order
/// of a list or on a way that was chosen before, so none of these columns leads the planner elsewhere.
pub(crate) fn push_sight(query: &mut QueryBuilder, sight: &Sight) {
    let Sight::Part { entities, teams, requester, opened_by } = sight else { return };
    query.push(" AND (FALSE");
    if !entities.is_empty() {
        query.push(format_args!(" OR {SCAN}item.entity"));
        push_in(query, entities.clone());
    }
    if let Some(person) = requester {
        query.push(format_args!(" OR {SCAN}item.requester = ")).push_bind(person.0);
    }
    if let Some(actor) = opened_by {
        query.push(format_args!(" OR {SCAN}item.opened_by = ")).push_bind(actor.clone());
    }
    if !teams.is_empty() {
        query.push(" OR EXISTS (SELECT 1 FROM round seen WHERE seen.item = item.id AND seen.team");
        push_in(query, teams.clone());
        query.push(")");
    }
    query.push(")");
}
