//! `/access/provider`: the sign-in provider, and what its groups give.

use super::asking::{Filled, context, new_key};
use super::oops::{Oops, beside};
use super::provider_view::{ProviderPage, TriedView};
use super::shell::{respond, shell};
use super::verb_form::Said;
use crate::state::{Base, Web};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use watercourse_app::{AppError, GroupRole, ProviderSettings, TriedProvider, scope_in_words};

/// What a page shows beside what stands.
#[derive(Default)]
struct Shown {
    refusal: Option<Said>,
    tried: Option<TriedView>,
    done: &'static str,
    /// What was filled in and refused.
    filled: Option<ProviderSettings>,
}

/// Shows what is set.
pub async fn page(
    web: Web,
    State(base): State<Base>,
    headers: HeaderMap,
    Query(asked): Query<Filled>,
) -> Result<Response, Oops> {
    let done = match asked.get("done").map(String::as_str) {
        Some("kept") => "The provider is kept. Try it out before you rely on it.",
        Some("removed") => "The provider is taken away.",
        _ => "",
    };
    Ok(respond(StatusCode::OK, &build(&web, &base, &headers, Shown { done, ..Shown::default() }).await?))
}

async fn build(web: &Web, base: &Base, headers: &HeaderMap, shown: Shown) -> Result<ProviderPage, AppError> {
    let kept = web.app.provider(&web.access).await?;
    let (is_set, has_secret) = (kept.is_some(), kept.as_ref().is_some_and(|k| k.1));
    let settings = shown.filled.or_else(|| kept.map(|k| k.0)).unwrap_or_default();
    let line = |r: &GroupRole| format!("{} {} {}", r.group, r.role, r.scope);
    Ok(ProviderPage {
        shell: shell(web, headers, "Sign-in provider", "access").await?,
        is_set,
        has_secret,
        roles: settings.roles.iter().map(line).collect::<Vec<_>>().join("\n"),
        scopes: settings.scopes.join(" "),
        issuer: settings.issuer,
        client: settings.client,
        label: settings.label,
        name_claim: settings.name_claim,
        groups_claim: settings.groups_claim,
        back: base.settings.back(headers),
        can_try: is_set && web.entered.is_some(),
        key: new_key(),
        tried: shown.tried,
        refusal: shown.refusal,
        done: shown.done,
    })
}

/// The page with why something was not done.
pub(super) async fn refused(web: &Web, base: &Base, headers: &HeaderMap, error: AppError) -> Result<Response, Oops> {
    after(web, base, headers, error, None).await
}

async fn after(
    web: &Web,
    base: &Base,
    headers: &HeaderMap,
    error: AppError,
    filled: Option<ProviderSettings>,
) -> Result<Response, Oops> {
    let (status, said) = beside(error)?;
    let shown = Shown { refusal: Some(said), filled, ..Shown::default() };
    Ok(respond(status, &build(web, base, headers, shown).await?))
}

/// The page with what came of trying it.
pub(super) async fn tried(
    web: &Web,
    base: &Base,
    headers: &HeaderMap,
    tried: TriedProvider,
) -> Result<Response, AppError> {
    let comes_in = tried.account.is_ok();
    let (result, right) = match tried.account {
        Ok((name, true)) => (format!("A new account “{name}” would be made and let in."), String::new()),
        Ok((name, false)) => (format!("The account “{name}” would be let in."), String::new()),
        Err((wrong, right)) => (format!("Nobody would be let in. {wrong}"), right),
    };
    let view = TriedView {
        result,
        right,
        comes_in,
        groups: tried.groups,
        roles: tried.roles.iter().map(|(role, scope)| format!("{role} {}", scope_in_words(scope))).collect(),
        claims: serde_json::to_string_pretty(&tried.claims).unwrap_or_default(),
    };
    let page = build(web, base, headers, Shown { tried: Some(view), ..Shown::default() }).await?;
    Ok(respond(StatusCode::OK, &page))
}

/// Keeps it.
pub async fn put(
    web: Web,
    State(base): State<Base>,
    headers: HeaderMap,
    Form(filled): Form<Filled>,
) -> Result<Response, Oops> {
    let text = |name: &str| filled.get(name).map(|v| v.trim().to_owned()).unwrap_or_default();
    let ctx = context(&web, &headers, "/access/provider", &filled).await?;
    let mut settings = ProviderSettings {
        issuer: text("issuer"),
        client: text("client"),
        label: text("label"),
        scopes: text("scopes").split_whitespace().map(str::to_owned).collect(),
        name_claim: text("name_claim"),
        groups_claim: text("groups_claim"),
        roles: Vec::new(),
    };
    let kept = async {
        settings.roles = roles(&text("roles"))?;
        let secret = match (text("secret"), filled.contains_key("no_secret")) {
            (_, true) => Some(String::new()),
            (secret, false) => Some(secret).filter(|s| !s.is_empty()),
        };
        base.way.keep(&web.app, &ctx, settings.clone(), secret).await
    };
    match kept.await {
        Ok(_) => Ok(Redirect::to("/access/provider?done=kept").into_response()),
        Err(error) => after(&web, &base, &headers, error, Some(settings)).await,
    }
}

/// What groups give: one a line, the last two words a role and how far it reaches.
fn roles(lines: &str) -> Result<Vec<GroupRole>, AppError> {
    let lines = lines.lines().map(str::trim).filter(|l| !l.is_empty());
    lines
        .map(|line| {
            let (rest, scope) = line.rsplit_once(char::is_whitespace).unwrap_or_default();
            let (group, role) = rest.trim_end().rsplit_once(char::is_whitespace).unwrap_or_default();
            if group.trim().is_empty() {
                let shown: String = line.chars().take(60).collect();
                return Err(AppError::Invalid {
                    pointer: "/roles".to_owned(),
                    wrong: format!("“{shown}” is not a group, a role and how far."),
                    right: "Write one a line, such as: service-desk agent entity:be".to_owned(),
                });
            }
            Ok(GroupRole { group: group.trim().to_owned(), role: role.to_owned(), scope: scope.to_owned() })
        })
        .collect()
}

/// Takes it away.
pub async fn remove(
    web: Web,
    State(base): State<Base>,
    headers: HeaderMap,
    Form(filled): Form<Filled>,
) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/access/provider/remove", &filled).await?;
    match web.app.delete_provider(&ctx).await {
        Ok(()) => Ok(Redirect::to("/access/provider?done=removed").into_response()),
        Err(error) => refused(&web, &base, &headers, error).await,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::roles;

    #[test]
    fn a_group_may_have_blanks_in_its_name() {
        let read = roles("Service Desk BE agent entity:be\n\n * requester own \n").unwrap();
        assert_eq!(
            (read[0].group.as_str(), read[0].role.as_str(), read[0].scope.as_str()),
            ("Service Desk BE", "agent", "entity:be")
        );
        assert_eq!((read[1].group.as_str(), read[1].role.as_str()), ("*", "requester"));
        assert!(roles("agent all").is_err());
        assert!(roles("x").is_err());
    }
}
