//! Entities, roles and what is granted, as they are kept.

use serde::{Deserialize, Serialize};

/// A part of the organisation that sees its own work: a node of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Its id. Below the root, ids of what belongs to it begin with it and a hyphen.
    pub id: String,
    /// The one it is part of; none for the root.
    pub parent: Option<String>,
    /// What people read.
    pub name: String,
    /// What is set here and not inherited, as JSON.
    pub settings: String,
}

/// A named set of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Ids of permissions.
    pub permissions: Vec<String>,
}

/// A role that an account has, and how far it reaches there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Granted {
    /// The role.
    pub role: String,
    /// `all`, `entity:ID` (and below), `team` (one's own teams) or `own`.
    pub scope: String,
    /// `hand`, or `provider` where a group of the sign-in provider gave it.
    pub source: String,
}
