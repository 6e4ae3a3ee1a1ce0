//! What somebody has of permissions, resolved for one request.

use super::permission::Permission;
use super::reach::{Horizon, Reach};
use crate::error::AppError;
use std::collections::{BTreeMap, BTreeSet};
use watercourse_core::actor::Actor;
use watercourse_core::id::{AccountId, PersonId};
use watercourse_store::{ROOT, Sight};

/// Who asks and what they may. Every read and write of the application takes one; there is no other way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Who acts, as facts write it.
    pub actor: Actor,
    /// The person behind it, if one is.
    pub person: Option<PersonId>,
    /// The account that signed in; none for the program itself and where nobody signs in.
    pub account: Option<AccountId>,
    /// The entity they belong to: what they open belongs to it, where nothing else is said.
    pub home: String,
    /// The streams, teams, people and services they know of.
    pub horizon: Horizon,
    held: BTreeMap<Permission, Reach>,
}

impl Access {
    /// Somebody with permissions.
    #[must_use]
    pub const fn new(
        actor: Actor,
        person: Option<PersonId>,
        account: Option<AccountId>,
        home: String,
        horizon: Horizon,
        held: BTreeMap<Permission, Reach>,
    ) -> Self {
        Self { actor, person, account, home, horizon, held }
    }
    /// The program itself, its timers and rules, and everybody where nobody signs in: everything, everywhere.
    #[must_use]
    pub fn everything(actor: Actor) -> Self {
        let person = if let Actor::Person(id) = &actor { Some(*id) } else { None };
        let held = Permission::ALL.iter().map(|p| (*p, Reach::everywhere())).collect();
        let horizon = Horizon { all: true, ..Horizon::default() };
        Self { actor, person, account: None, home: ROOT.to_owned(), horizon, held }
    }
    /// The program itself.
    #[must_use]
    pub fn of_the_program() -> Self {
        Self::everything(Actor::Rule("program".to_owned()))
    }
    /// The same somebody with no other permissions than these.
    #[must_use]
    pub fn narrowed(&self, to: &BTreeSet<Permission>) -> Self {
        let mut narrowed = self.clone();
        narrowed.held.retain(|permission, _| to.contains(permission));
        narrowed
    }
    /// How far a permission reaches; none where it is not had at all.
    #[must_use]
    pub fn reach(&self, permission: Permission) -> Option<&Reach> {
        self.held.get(&permission)
    }
    /// Whether a permission is had, however far it reaches.
    #[must_use]
    pub fn has(&self, permission: Permission) -> bool {
        self.held.contains_key(&permission)
    }
    /// Refuses whoever does not have a permission at all.
    ///
    /// # Errors
    /// `Denied`.
    pub fn may(&self, permission: Permission) -> Result<(), AppError> {
        if self.has(permission) { Ok(()) } else { Err(AppError::Denied(permission.id())) }
    }
    /// Refuses whoever has a permission not at all, or not for all of an entity.
    ///
    /// # Errors
    /// `Denied`.
    pub fn may_in(&self, permission: Permission, entity: &str) -> Result<(), AppError> {
        let covered = self.held.get(&permission).is_some_and(|r| r.covers(entity));
        if covered { Ok(()) } else { Err(AppError::Denied(permission.id())) }
    }
    /// The items that may be seen.
    #[must_use]
    pub fn sight(&self) -> Sight {
        self.sight_of(Permission::ItemSee)
    }
    /// The items for which one has a permission.
    #[must_use]
    pub fn sight_of(&self, permission: Permission) -> Sight {
        self.held.get(&permission).map_or_else(Sight::nothing, |r| r.sight(self.person, &self.actor_text()))
    }
    /// The actor as the database keeps it.
    #[must_use]
    pub fn actor_text(&self) -> String {
        serde_json::to_string(&self.actor).unwrap_or_default()
    }
}
