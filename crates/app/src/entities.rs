//! The tree of entities: who lies below whom, and what is inherited.

use crate::error::AppError;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use watercourse_core::calendar::CalendarDefinition;
use watercourse_store::{Conn, Entity, ROOT};

/// What can be set for an entity; what is not set is inherited from the one above.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitySettings {
    /// What human keys begin with: `BE` makes `BE-INC-1001`, counted apart from all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// When teams without a calendar of their own work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarDefinition>,
}

/// All entities.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Tree {
    entities: BTreeMap<String, Entity>,
}

impl Tree {
    pub(crate) fn of(entities: Vec<Entity>) -> Self {
        Self { entities: entities.into_iter().map(|e| (e.id.clone(), e)).collect() }
    }
    /// As it is kept now.
    pub(crate) async fn load(conn: &mut Conn) -> Result<Self, AppError> {
        Ok(Self::of(conn.entities().await?))
    }
    pub(crate) fn has(&self, id: &str) -> bool {
        self.entities.contains_key(id)
    }
    /// From the one above an entity up to the root.
    pub(crate) fn above(&self, id: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut at = self.entities.get(id).and_then(|e| e.parent.clone());
        // A tree has no circle; should one be written into the database, it must not hang the program.
        while let Some(parent) = at.filter(|p| !found.contains(p)) {
            at = self.entities.get(&parent).and_then(|e| e.parent.clone());
            found.push(parent);
        }
        found
    }
    /// An entity and everything below it.
    pub(crate) fn below(&self, id: &str) -> BTreeSet<String> {
        self.entities.keys().filter(|e| *e == id || self.above(e).iter().any(|a| a == id)).cloned().collect()
    }
    /// The entity whose things have ids like this one: the deepest that fits.
    pub(crate) fn owner_of(&self, id: &str) -> String {
        let fits = self.entities.keys().filter(|e| *e != ROOT && id_fits(e, id));
        fits.max_by_key(|e| e.len()).cloned().unwrap_or_else(|| ROOT.to_owned())
    }
    /// What holds for an entity: its own settings, and what it inherits.
    pub(crate) fn settings(&self, id: &str) -> EntitySettings {
        let mut settings = EntitySettings::default();
        for at in [id.to_owned()].into_iter().chain(self.above(id)) {
            let Some(own) =
                self.entities.get(&at).and_then(|e| serde_json::from_str::<EntitySettings>(&e.settings).ok())
            else {
                continue;
            };
            settings.prefix = settings.prefix.or(own.prefix);
            settings.calendar = settings.calendar.or(own.calendar);
        }
        settings
    }
}

/// Whether what belongs to an entity may have this id: below the root it begins with the entity's id and a
/// hyphen. So nobody can find out by trying which ids another entity has.
pub(crate) fn id_fits(entity: &str, id: &str) -> bool {
    entity == ROOT || id.strip_prefix(entity).is_some_and(|rest| rest.starts_with('-') && rest.len() > 1)
}

/// Refuses an id that does not fit its entity.
pub(crate) fn fitting(entity: &str, id: &str) -> Result<(), AppError> {
    if id_fits(entity, id) {
        return Ok(());
    }
    let shown: String = id.chars().take(60).collect();
    Err(AppError::invalid(
        "/id",
        format!("“{shown}” is no id of something that belongs to “{entity}”."),
        format!("Begin it with “{entity}-”."),
    ))
}

#[cfg(test)]
mod tests {
    use super::{Tree, id_fits};
    use watercourse_store::Entity;

    fn tree() -> Tree {
        let entity = |id: &str, parent: Option<&str>, settings: &str| Entity {
            id: id.to_owned(),
            parent: parent.map(str::to_owned),
            name: id.to_owned(),
            settings: settings.to_owned(),
        };
        Tree::of(vec![
            entity("root", None, "{}"),
            entity("be", Some("root"), r#"{"prefix": "BE"}"#),
            entity("be-ghent", Some("be"), "{}"),
            entity("fr", Some("root"), "{}"),
        ])
    }

    #[test]
    fn a_tree_knows_what_lies_below_and_above() {
        assert_eq!(tree().above("be-ghent"), ["be", "root"]);
        assert_eq!(tree().below("be").into_iter().collect::<Vec<_>>(), ["be", "be-ghent"]);
        assert_eq!(tree().below("root").len(), 4);
    }

    #[test]
    fn settings_are_inherited_until_they_are_set() {
        assert_eq!(tree().settings("be-ghent").prefix.as_deref(), Some("BE"));
        assert_eq!(tree().settings("fr").prefix, None);
    }

    #[test]
    fn ids_of_two_entities_never_meet() {
        assert!(id_fits("root", "anything") && id_fits("be", "be-desk"));
        assert!(!id_fits("be", "fr-desk") && !id_fits("be", "be") && !id_fits("be", "be-") && !id_fits("be", "beta"));
    }
}
