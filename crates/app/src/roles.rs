//! Keeping entities, roles, and who has them. Nobody can give what they do not have.

use crate::access::{Access, Permission};
use crate::app::{App, Change};
use crate::audit::{Action, note};
use crate::context::Context;
use crate::entities::{EntitySettings, Tree};
use crate::error::AppError;
use crate::granting::reach_of;
use crate::items::{boxed, keep_answer};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use watercourse_core::calendar::Calendar;
use watercourse_core::id::AccountId;
use watercourse_store::{Conn, Entity, Granted, ROOT, Role};

/// Who granted a role that a person granted.
pub const BY_HAND: &str = "hand";

/// The roles that come with the program: id, name, permissions.
const SHIPPED: &[(&str, &str, &[Permission])] = &[
    ("requester", "Requester", &[Permission::ItemSee, Permission::ItemOpen, Permission::ItemFollow]),
    ("agent", "Agent", &[Permission::ItemSee, Permission::ItemOpen, Permission::ItemAct, Permission::ItemFollow]),
    ("approver", "Approver", &[Permission::ItemSee, Permission::ItemFollow, Permission::ItemApprove]),
    ("designer", "Designer of streams", &[Permission::ItemSee, Permission::StreamPublish]),
    ("auditor", "Auditor", &[Permission::ItemSee, Permission::AuditRead]),
    (
        "integration",
        "Integration",
        &[Permission::ItemSee, Permission::ItemOpen, Permission::ItemAct, Permission::OutsideKeep],
    ),
    ("administrator", "Administrator", Permission::ALL),
];

/// A role, new or to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewRole {
    /// Its id.
    pub id: String,
    /// What people read; its id where empty.
    pub name: String,
    /// Ids of permissions.
    pub permissions: Vec<String>,
}

/// An entity, new or to be changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewEntity {
    /// Its id: below an entity that is not the root it begins with that one's id and a hyphen.
    pub id: String,
    /// The one it is part of; the root where none is named.
    pub parent: Option<String>,
    /// What people read; its id where empty.
    pub name: String,
    /// What is set here and not inherited.
    pub settings: EntitySettings,
}

impl App {
    /// Keeps the roles that come with the program where there are none at all.
    ///
    /// # Errors
    /// The store's.
    pub async fn seed_roles(&self) -> Result<(), AppError> {
        let write = boxed(|conn: &mut Conn| {
            Box::pin(async move {
                if !conn.roles().await?.is_empty() {
                    return Ok(());
                }
                for (id, name, permissions) in SHIPPED {
                    let permissions = permissions.iter().map(|p| p.id().to_owned()).collect();
                    conn.put_role(&Role { id: (*id).to_owned(), name: (*name).to_owned(), permissions }).await?;
                }
                Ok(())
            })
        });
        self.store.write(write).await
    }

    /// The entities somebody knows of, by id.
    ///
    /// # Errors
    /// The store's.
    pub async fn entities(&self, access: &Access) -> Result<Vec<Entity>, AppError> {
        let mut entities = self.store.reader().await?.entities().await?;
        entities.retain(|e| access.horizon.holds(&e.id));
        Ok(entities)
    }

    /// Keeps an entity, new or changed.
    ///
    /// # Errors
    /// When its id does not fit its parent, its parent is not there or lies below it, or it is not one's to keep.
    pub async fn put_entity(&self, ctx: &Context, new: NewEntity) -> Result<Entity, AppError> {
        ctx.access.may(Permission::OrganisationKeep)?;
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let (ctx, new) = (Arc::clone(&ctx), new.clone());
            Box::pin(async move {
                let entity = entity(&Tree::load(conn).await?, &ctx.access, new)?;
                conn.put_entity(&entity).await?;
                let detail = json!({ "parent": entity.parent, "settings": entity.settings });
                note(conn, &ctx, Action::EntityKept, &entity.id, detail, now).await?;
                keep_answer(conn, &ctx, || serde_json::to_string(&entity).unwrap_or_default(), now).await?;
                Ok(entity)
            })
        });
        let entity = self.store.write(write).await?;
        self.tell(Change::Organisation);
        Ok(entity)
    }

    /// All roles, by id.
    ///
    /// # Errors
    /// `Denied`, or the store's.
    pub async fn roles(&self, access: &Access) -> Result<Vec<Role>, AppError> {
        access.may(Permission::AccountKeep)?;
        Ok(self.store.reader().await?.roles().await?)
    }

    /// Keeps a role, new or changed. A role reaches everywhere it is granted: only whoever keeps accounts
    /// everywhere, and has the permissions, may change it.
    ///
    /// # Errors
    /// `Denied`; or when the id or a permission is off.
    pub async fn put_role(&self, ctx: &Context, new: NewRole) -> Result<Role, AppError> {
        ctx.access.may_in(Permission::AccountKeep, ROOT)?;
        crate::organisation::label("/id", &new.id)?;
        for (index, named) in new.permissions.iter().enumerate() {
            let permission = Permission::named(named).ok_or_else(|| {
                let known: Vec<&str> = Permission::ALL.iter().map(|p| p.id()).collect();
                AppError::invalid(
                    format!("/permissions/{index}"),
                    format!("There is no permission “{}”.", named.chars().take(60).collect::<String>()),
                    format!("There are {}.", known.join(", ")),
                )
            })?;
            ctx.access.may_in(permission, ROOT)?;
        }
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let (ctx, new) = (Arc::clone(&ctx), new.clone());
            Box::pin(async move {
                let name = if new.name.trim().is_empty() { crate::organisation::title_of(&new.id) } else { new.name };
                let permissions: BTreeSet<String> = new.permissions.into_iter().collect();
                let role = Role { id: new.id, name, permissions: permissions.into_iter().collect() };
                conn.put_role(&role).await?;
                let detail = json!({ "permissions": role.permissions });
                note(conn, &ctx, Action::RoleKept, &role.id, detail, now).await?;
                keep_answer(conn, &ctx, || serde_json::to_string(&role).unwrap_or_default(), now).await?;
                Ok(role)
            })
        });
        self.store.write(write).await
    }

    /// What is granted to an account.
    ///
    /// # Errors
    /// `Denied`, or the store's.
    pub async fn granted_to(&self, access: &Access, account: AccountId) -> Result<Vec<Granted>, AppError> {
        let mut conn = self.store.reader().await?;
        if access.account != Some(account) {
            access.may(Permission::AccountKeep)?;
            self.account_in(&mut conn, access, &account.to_string()).await?;
        }
        Ok(conn.granted_to(account).await?)
    }

    /// Grants roles to an account, in place of what was granted by hand before. `roles`: role and scope.
    ///
    /// # Errors
    /// `Denied` where one grants, or takes away, what one does not have as far oneself; or when a role or scope is
    /// not there.
    pub async fn grant(
        &self,
        ctx: &Context,
        account: AccountId,
        roles: Vec<(String, String)>,
    ) -> Result<Vec<Granted>, AppError> {
        ctx.access.may(Permission::AccountKeep)?;
        let (app, ctx, now) = (self.clone(), Arc::new(ctx.clone()), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let (app, ctx, roles) = (app.clone(), Arc::clone(&ctx), roles.clone());
            Box::pin(async move {
                app.account_in(conn, &ctx.access, &account.to_string()).await?;
                let tree = Tree::load(conn).await?;
                let known = conn.roles().await?;
                let before = conn.granted_to(account).await?;
                let before: Vec<(String, String)> =
                    before.into_iter().filter(|g| g.source == BY_HAND).map(|g| (g.role, g.scope)).collect();
                let taken: Vec<String> = before.iter().map(|(role, scope)| format!("{role} {scope}")).collect();
                for (role, scope) in before.into_iter().chain(roles.iter().cloned()) {
                    givable(&ctx.access, &tree, &known, &role, &scope)?;
                }
                let granted: Vec<Granted> = roles
                    .into_iter()
                    .map(|(role, scope)| Granted { role, scope, source: BY_HAND.to_owned() })
                    .collect();
                conn.grant(account, BY_HAND, &granted).await?;
                let given: Vec<String> = granted.iter().map(|g| format!("{} {}", g.role, g.scope)).collect();
                let detail = json!({ "roles": given, "before": taken });
                note(conn, &ctx, Action::RoleGranted, &account.to_string(), detail, now).await?;
                keep_answer(conn, &ctx, || serde_json::to_string(&granted).unwrap_or_default(), now).await?;
                Ok(granted)
            })
        });
        self.store.write(write).await
    }
}

/// Refuses what whoever grants does not have themselves, as far as they would give it.
pub(crate) fn givable(access: &Access, tree: &Tree, roles: &[Role], role: &str, scope: &str) -> Result<(), AppError> {
    let shown = |text: &str| text.chars().take(60).collect::<String>();
    let Some(found) = roles.iter().find(|r| r.id == role) else {
        return Err(AppError::invalid(
            "/roles",
            format!("There is no role “{}”.", shown(role)),
            "The list of roles tells which there are.",
        ));
    };
    let Some(mut reach) = reach_of(scope, tree, &[]) else {
        return Err(AppError::invalid(
            "/roles",
            format!("“{}” is no scope.", shown(scope)),
            "Give all, entity:ID, team or own.",
        ));
    };
    // What is one's own, or one's team's, lies somewhere within whatever one may keep accounts for.
    (reach.own, reach.teams) = (false, BTreeSet::new());
    for permission in found.permissions.iter().filter_map(|p| Permission::named(p)).chain([Permission::AccountKeep]) {
        let mine = access.reach(permission);
        let enough = match mine {
            Some(mine) => mine.includes(&reach) && (!mine.entities.is_empty() || mine.all),
            None => false,
        };
        if !enough {
            return Err(AppError::Denied(permission.id()));
        }
    }
    Ok(())
}

/// Checks an entity against the tree it goes into.
fn entity(tree: &Tree, access: &Access, new: NewEntity) -> Result<Entity, AppError> {
    crate::organisation::label("/id", &new.id)?;
    let is_root = new.id == ROOT;
    let parent = match (is_root, new.parent.filter(|p| !p.is_empty())) {
        (true, _) => None,
        (false, parent) => Some(parent.unwrap_or_else(|| ROOT.to_owned())),
    };
    for one in [parent.as_deref().unwrap_or(ROOT), if tree.has(&new.id) { &new.id } else { ROOT }] {
        // A new entity below one's own is one's own to make.
        if one != ROOT || is_root || tree.has(&new.id) || parent.as_deref() == Some(ROOT) {
            access.may_in(Permission::OrganisationKeep, one)?;
        }
    }
    if let Some(parent) = &parent {
        if !tree.has(parent) {
            let shown: String = parent.chars().take(60).collect();
            let right = "The list of entities tells which there are.";
            return Err(AppError::not_found(format!("entity “{shown}”"), right));
        }
        if tree.below(&new.id).contains(parent) {
            let wrong = format!("“{parent}” is, or lies below, “{}”.", new.id);
            return Err(AppError::invalid("/parent", wrong, "Name an entity that lies above it."));
        }
        if parent == ROOT && new.id.contains('-') {
            let wrong = format!("“{}” has a hyphen, which would make it part of another entity.", new.id);
            return Err(AppError::invalid("/id", wrong, "Directly below the root, use letters and digits only."));
        }
        crate::entities::fitting(parent, &new.id)?;
    }
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    if let Some(prefix) = new.settings.prefix.as_ref().filter(|p| p.is_empty() || p.len() > 8 || !p.chars().all(plain))
    {
        let wrong = format!("“{}” is no prefix of keys.", prefix.chars().take(20).collect::<String>());
        return Err(AppError::invalid("/settings/prefix", wrong, "Use 1 to 8 capital letters and digits, such as BE."));
    }
    if let Some(Err(errors)) = new.settings.calendar.clone().map(Calendar::new) {
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        return Err(AppError::invalid("/settings/calendar", format!("The calendar is off: {}.", said.join("; ")), ""));
    }
    let name = if new.name.trim().is_empty() { crate::organisation::title_of(&new.id) } else { new.name };
    let settings = serde_json::to_string(&new.settings).unwrap_or_else(|_| "{}".to_owned());
    Ok(Entity { id: new.id, parent, name, settings })
}

/// How far a scope reaches, for people to read.
#[must_use]
pub fn scope_in_words(scope: &str) -> String {
    match scope.split_once(':') {
        Some(("entity", id)) => format!("in {id} and below"),
        _ => match scope {
            "all" => "everywhere".to_owned(),
            "team" => "for what one's own teams hold, and one's own".to_owned(),
            "own" => "for what one asked for oneself".to_owned(),
            other => other.to_owned(),
        },
    }
}
