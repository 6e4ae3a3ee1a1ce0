//! What is set about the provider.

use crate::access::{Access, Permission};
use crate::app::App;
use crate::audit::{Action, note};
use crate::context::Context;
use crate::entities::Tree;
use crate::error::AppError;
use crate::items::{boxed, keep_answer};
use crate::roles::givable;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use watercourse_store::{Conn, ROOT};

/// Where it is kept.
const PROVIDER: &str = "provider";
/// Where the secret of the client is sealed for.
const SECRET_PLACE: &str = "setting.provider.secret";
/// The most roles that groups give.
const ROLES_MOST: usize = 500;

/// What a group of the provider gives whoever is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRole {
    /// The group, as the provider names it; `*` for everybody.
    pub group: String,
    /// The role.
    pub role: String,
    /// How far: `all`, `entity:ID`, `team` or `own`.
    pub scope: String,
}

/// The provider and what its claims mean here. The secret of the client is kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// The issuer: what `/.well-known/openid-configuration` comes behind.
    pub issuer: String,
    /// The id the provider knows this server by.
    pub client: String,
    /// What the button says: “Sign in with …”.
    #[serde(default = "label")]
    pub label: String,
    /// What is asked for beside `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim that names the account.
    #[serde(default = "name_claim")]
    pub name_claim: String,
    /// The claim that lists groups; with dots where it lies within others, such as `realm_access.roles`.
    #[serde(default = "groups_claim")]
    pub groups_claim: String,
    /// What groups give. Whoever none of it is for gets no account.
    #[serde(default)]
    pub roles: Vec<GroupRole>,
}

fn label() -> String {
    "the provider".to_owned()
}
fn scopes() -> Vec<String> {
    vec!["profile".to_owned(), "email".to_owned()]
}
fn name_claim() -> String {
    "preferred_username".to_owned()
}
fn groups_claim() -> String {
    "groups".to_owned()
}

impl Default for ProviderSettings {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client: String::new(),
            label: label(),
            scopes: scopes(),
            name_claim: name_claim(),
            groups_claim: groups_claim(),
            roles: Vec::new(),
        }
    }
}

/// What signing in takes: the settings and the secret of the client.
#[derive(Clone, PartialEq, Eq)]
pub struct AtDoor {
    /// What is set.
    pub settings: ProviderSettings,
    /// The secret of the client; none for a client that has none.
    pub secret: Option<String>,
}

impl std::fmt::Debug for AtDoor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AtDoor").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    settings: ProviderSettings,
    /// Sealed.
    secret: Option<String>,
}

async fn kept(conn: &mut Conn) -> Result<Option<Kept>, AppError> {
    Ok(conn.setting(PROVIDER).await?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// What is set, where it is.
pub(super) async fn settings(conn: &mut Conn) -> Result<Option<ProviderSettings>, AppError> {
    Ok(kept(conn).await?.map(|k| k.settings))
}

impl App {
    /// The provider, and whether the client has a secret; none where none is set.
    ///
    /// # Errors
    /// `Denied`, or the store's.
    pub async fn provider(&self, access: &Access) -> Result<Option<(ProviderSettings, bool)>, AppError> {
        access.may_in(Permission::AccountKeep, ROOT)?;
        let kept = kept(&mut self.store.reader().await?).await?;
        Ok(kept.map(|k| (k.settings, k.secret.is_some())))
    }

    /// What the button of the sign-in page says; none where there is no provider.
    ///
    /// # Errors
    /// The store's.
    pub async fn provider_label(&self) -> Result<Option<String>, AppError> {
        Ok(kept(&mut self.store.reader().await?).await?.map(|k| k.settings.label))
    }

    /// What signing in through the provider takes; none where none is set. For the door, not for anybody.
    ///
    /// # Errors
    /// The store's, or where the secret does not open.
    pub async fn provider_at_door(&self) -> Result<Option<AtDoor>, AppError> {
        let Some(kept) = kept(&mut self.store.reader().await?).await? else { return Ok(None) };
        let open = |sealed: &String| -> Result<String, AppError> {
            let secret = self.keys()?.unseal(SECRET_PLACE, sealed)?;
            Ok(String::from_utf8_lossy(&secret).into_owned())
        };
        let secret = kept.secret.as_ref().map(open).transpose()?;
        Ok(Some(AtDoor { settings: kept.settings, secret }))
    }

    /// Keeps the provider. `secret`: that of the client, empty where it has none; the one before stays where none is
    /// given.
    ///
    /// # Errors
    /// `Denied` where a group would give what one does not have; or where something is off.
    pub async fn put_provider(
        &self,
        ctx: &Context,
        settings: ProviderSettings,
        secret: Option<String>,
    ) -> Result<ProviderSettings, AppError> {
        ctx.access.may_in(Permission::AccountKeep, ROOT)?;
        checked(&settings)?;
        let given = match secret.as_deref() {
            Some(text) if !text.is_empty() => Some(self.keys()?.seal(SECRET_PLACE, text.as_bytes())?),
            _ => None,
        };
        let keeps_secret = secret.is_none();
        let (ask, now) = (Arc::new((ctx.clone(), settings, given)), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                let (ctx, settings, given) = &*ask;
                let (tree, known) = (Tree::load(conn).await?, conn.roles().await?);
                let before = kept(conn).await?;
                // What a group gives no more is taken away, which takes as much as giving it.
                let former = before.as_ref().map_or(&[][..], |k| &k.settings.roles);
                for one in former.iter().filter(|r| !settings.roles.contains(r)).chain(&settings.roles) {
                    let is_gone = !known.iter().any(|r| r.id == one.role);
                    if !(is_gone && former.contains(one)) {
                        givable(&ctx.access, &tree, &known, &one.role, &one.scope)?;
                    }
                }
                let secret = if keeps_secret { before.and_then(|k| k.secret) } else { given.clone() };
                let text = serde_json::to_string(&Kept { settings: settings.clone(), secret }).unwrap_or_default();
                conn.put_setting(PROVIDER, &text, now).await?;
                let detail = json!({ "settings": settings });
                note(conn, ctx, Action::ProviderKept, &settings.issuer, detail, now).await?;
                keep_answer(conn, ctx, || serde_json::to_string(settings).unwrap_or_default(), now).await?;
                Ok(settings.clone())
            })
        });
        self.store.write(write).await
    }

    /// Takes the provider away. Accounts and what its groups gave them stay; nobody comes in through it any more.
    ///
    /// # Errors
    /// `Denied`, or `NotFound` where none is set.
    pub async fn delete_provider(&self, ctx: &Context) -> Result<(), AppError> {
        ctx.access.may_in(Permission::AccountKeep, ROOT)?;
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ctx = Arc::clone(&ctx);
            Box::pin(async move {
                let before = settings(conn).await?;
                if !conn.take_setting(PROVIDER).await? {
                    return Err(no_provider());
                }
                let issuer = before.map(|s| s.issuer).unwrap_or_default();
                note(conn, &ctx, Action::ProviderRemoved, &issuer, json!({}), now).await?;
                keep_answer(conn, &ctx, || "{}".to_owned(), now).await
            })
        });
        self.store.write(write).await
    }
}

pub(super) fn no_provider() -> AppError {
    AppError::not_found("provider", "An administrator sets one at /access/provider.")
}

fn checked(settings: &ProviderSettings) -> Result<(), AppError> {
    for (pointer, text, most) in [
        ("/issuer", &settings.issuer, 500),
        ("/client", &settings.client, 500),
        ("/label", &settings.label, 60),
        ("/name_claim", &settings.name_claim, 200),
        ("/groups_claim", &settings.groups_claim, 200),
    ] {
        if text.trim().is_empty() || text.len() > most || text.chars().any(char::is_control) {
            let wrong = format!("It is empty, longer than {most} bytes, or has control characters.");
            return Err(AppError::invalid(pointer, wrong, "Give a short text."));
        }
    }
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    for (index, scope) in settings.scopes.iter().enumerate() {
        if scope.is_empty() || scope.len() > 200 || !scope.chars().all(plain) {
            let shown: String = scope.chars().take(60).collect();
            let right = "Give scopes as the provider names them, such as profile.";
            return Err(AppError::invalid(format!("/scopes/{index}"), format!("“{shown}” is no scope."), right));
        }
    }
    if settings.scopes.len() > 50 || settings.roles.len() > ROLES_MOST {
        let wrong = format!("There are more than 50 scopes, or groups give more than {ROLES_MOST} roles.");
        return Err(AppError::invalid("/roles", wrong, "Give roles to larger groups."));
    }
    for (index, role) in settings.roles.iter().enumerate() {
        if role.group.trim().is_empty() || role.group.len() > 300 {
            let right = "Name a group as the provider does, or * for everybody.";
            return Err(AppError::invalid(format!("/roles/{index}/group"), "There is no group.", right));
        }
    }
    Ok(())
}
