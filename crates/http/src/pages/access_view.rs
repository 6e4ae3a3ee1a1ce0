//! Entities and roles, as one page shows them.

use super::shell::Shell;
use super::verb_form::Said;
use askama::Template;

/// One entity.
#[derive(Debug)]
pub struct EntityLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How deep it lies below the root.
    pub depth: usize,
    /// What is set here, in words.
    pub settings: String,
}

/// One role.
#[derive(Debug)]
pub struct RoleLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Every permission there is: id, what it allows, and whether the role has it.
    pub permissions: Vec<(&'static str, &'static str, bool)>,
    /// What it has, in a line.
    pub has: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "access.html")]
pub struct AccessPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tree, from the root down.
    pub entities: Vec<EntityLine>,
    /// Whether whoever looks may keep entities.
    pub keeps_entities: bool,
    /// The roles; empty for whoever may not see them.
    pub roles: Vec<RoleLine>,
    /// Every permission: id and what it allows.
    pub permissions: Vec<(&'static str, &'static str)>,
    /// Whether whoever looks may change roles.
    pub keeps_roles: bool,
    /// Whether whoever looks may keep receivers.
    pub keeps_outside: bool,
    /// A key for the form of an entity.
    pub entity_key: String,
    /// A key for the form of a role.
    pub role_key: String,
    /// Why something was not done.
    pub refusal: Option<Said>,
    /// What was done.
    pub done: String,
}
