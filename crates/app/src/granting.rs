//! From what is granted to what somebody may: worked out once per account and change of policy.

use crate::access::{Access, Horizon, Permission, Reach};
use crate::app::App;
use crate::entities::Tree;
use crate::error::AppError;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use watercourse_core::actor::Actor;
use watercourse_core::id::{AccountId, PersonId};
use watercourse_store::{Conn, Granted, ROOT, Role};

/// Accounts whose access is remembered.
const REMEMBERED: usize = 4096;

/// Somebody who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The account.
    pub account: AccountId,
    /// Who acts, as facts write it.
    pub actor: Actor,
    /// The person behind it, if one is.
    pub person: Option<PersonId>,
    /// What a token is narrowed to; none for all that the account has.
    pub scopes: Option<BTreeSet<Permission>>,
}

impl App {
    /// What somebody who signed in may do now.
    ///
    /// # Errors
    /// The store's.
    pub async fn access_of(&self, who: &SignedIn) -> Result<Arc<Access>, AppError> {
        let mut conn = self.store.reader().await?;
        let policy = conn.policy_version().await?;
        let remembered = {
            let known = self.known.access.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&who.account).filter(|(of, _)| *of == policy).map(|(_, access)| Arc::clone(access))
        };
        let access = match remembered {
            Some(access) => access,
            None => {
                let access = Arc::new(work_out(&mut conn, who).await?);
                let mut known = self.known.access.lock().unwrap_or_else(PoisonError::into_inner);
                if known.len() >= REMEMBERED {
                    known.clear();
                }
                known.insert(who.account, (policy, Arc::clone(&access)));
                access
            }
        };
        Ok(match &who.scopes {
            None => access,
            Some(scopes) => Arc::new(access.narrowed(scopes)),
        })
    }
}

async fn work_out(conn: &mut Conn, who: &SignedIn) -> Result<Access, AppError> {
    let tree = Tree::load(conn).await?;
    let roles = conn.roles().await?;
    let granted = conn.granted_to(who.account).await?;
    let (home, teams) = match who.person {
        None => (ROOT.to_owned(), Vec::new()),
        Some(person) => {
            let home = conn.person_by_id(person).await?.map_or_else(|| ROOT.to_owned(), |p| p.entity);
            (home, conn.teams_of(person).await?)
        }
    };
    Ok(resolve(&tree, &roles, &granted, &teams, home, who))
}

/// What these grants come to.
pub(crate) fn resolve(
    tree: &Tree,
    roles: &[Role],
    granted: &[Granted],
    teams: &[String],
    home: String,
    who: &SignedIn,
) -> Access {
    let mut held: BTreeMap<Permission, Reach> = BTreeMap::new();
    let mut horizon = Horizon::default();
    for one in granted {
        let Some(role) = roles.iter().find(|r| r.id == one.role) else { continue };
        let Some(reach) = reach_of(&one.scope, tree, teams) else { continue };
        horizon.all |= reach.all;
        for entity in &reach.entities {
            horizon.entities.insert(entity.clone());
            horizon.entities.extend(tree.above(entity));
        }
        for permission in role.permissions.iter().filter_map(|p| Permission::named(p)) {
            held.entry(permission).or_default().widen(reach.clone());
        }
    }
    horizon.entities.extend(tree.above(&home));
    horizon.entities.insert(home.clone());
    Access::new(who.actor.clone(), who.person, Some(who.account), home, horizon, held)
}

/// How far a scope reaches; none where it cannot be read, so that it grants nothing.
pub(crate) fn reach_of(scope: &str, tree: &Tree, teams: &[String]) -> Option<Reach> {
    Some(match scope.split_once(':') {
        None if scope == "all" => Reach::everywhere(),
        None if scope == "own" => Reach { own: true, ..Reach::default() },
        None if scope == "team" => Reach { teams: teams.iter().cloned().collect(), own: true, ..Reach::default() },
        Some(("entity", id)) if id == ROOT => Reach::everywhere(),
        Some(("entity", id)) if tree.has(id) => Reach { entities: tree.below(id), own: true, ..Reach::default() },
        _ => return None,
    })
}
