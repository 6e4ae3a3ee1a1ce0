//! What the claims of a provider say about somebody.

use super::settings::ProviderSettings;
use crate::error::AppError;
use serde_json::{Map, Value};

/// What a provider says about somebody, by name.
pub type Claims = Map<String, Value>;

/// The group that everybody is in.
const EVERYBODY: &str = "*";

/// A claim by its name, or by its path, with dots between the parts, where it lies within others.
fn at<'c>(claims: &'c Claims, path: &str) -> Option<&'c Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let mut parts = path.split('.');
    let mut value = claims.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    Some(value)
}

fn text<'c>(claims: &'c Claims, path: &str) -> Option<&'c str> {
    at(claims, path).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty())
}

/// Who it is at the provider.
pub(super) fn subject(claims: &Claims) -> Option<&str> {
    text(claims, "sub")
}

/// The name of their account: small letters, and of a mail address what stands before the @.
pub(super) fn name(settings: &ProviderSettings, claims: &Claims) -> Result<String, AppError> {
    let claim = &settings.name_claim;
    let Some(said) = text(claims, claim) else {
        let right = "An administrator chooses another claim for the name, or asks for the scope that has it.";
        return Err(AppError::not_let_in(format!("The provider does not give the claim “{claim}”."), right));
    };
    if claim == "email" && at(claims, "email_verified").is_none_or(|v| *v != Value::Bool(true) && *v != "true") {
        let right = "Let the provider verify it, or take another claim for the name.";
        return Err(AppError::not_let_in("The provider did not verify this mail address.".to_owned(), right));
    }
    let name = said.split('@').next().unwrap_or_default().to_lowercase();
    match crate::organisation::label("/name", &name) {
        Ok(()) => Ok(name),
        Err(AppError::Invalid { wrong, right, .. }) => Err(AppError::NotLetIn { wrong, right }),
        Err(other) => Err(other),
    }
}

/// What people call them; empty where the provider does not say.
pub(super) fn display(claims: &Claims) -> String {
    text(claims, "name").unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Their mail address, where the provider has verified it.
pub(super) fn mail(claims: &Claims) -> Option<String> {
    let is_verified = at(claims, "email_verified") == Some(&Value::Bool(true));
    text(claims, "email").filter(|m| is_verified && m.len() <= 200).map(str::to_owned)
}

/// The groups they are in.
pub(super) fn groups(settings: &ProviderSettings, claims: &Claims) -> Vec<String> {
    match at(claims, &settings.groups_claim) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The roles their groups give them, each with how far it reaches.
pub(super) fn roles(settings: &ProviderSettings, claims: &Claims) -> Vec<(String, String)> {
    let groups = groups(settings, claims);
    let theirs = settings.roles.iter().filter(|r| r.group == EVERYBODY || groups.contains(&r.group));
    let mut roles: Vec<_> = theirs.map(|r| (r.role.clone(), r.scope.clone())).collect();
    roles.sort();
    roles.dedup();
    roles
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::settings::{GroupRole, ProviderSettings};
    use super::{Claims, groups, mail, name, roles};
    use serde_json::{Value, json};

    fn claims(value: Value) -> Claims {
        value.as_object().unwrap().clone()
    }
    fn named_by(claim: &str) -> ProviderSettings {
        ProviderSettings { name_claim: claim.to_owned(), ..ProviderSettings::default() }
    }

    #[test]
    fn a_name_is_taken_from_the_claim_that_is_set() {
        let of = |claim: &str, value| name(&named_by(claim), &claims(value));
        assert_eq!(of("preferred_username", json!({"preferred_username": "Ada.L"})).unwrap(), "ada.l");
        assert_eq!(of("upn", json!({"upn": "ada@corp.example"})).unwrap(), "ada");
        assert_eq!(of("who.login", json!({"who": {"login": "ada"}})).unwrap(), "ada");
        let verified = json!({"email": "ada@example.org", "email_verified": true});
        assert_eq!(of("email", verified).unwrap(), "ada");
        for off in [json!({}), json!({"email": "ada@example.org"}), json!({"email": "a@b", "email_verified": false})] {
            assert!(of("email", off.clone()).is_err(), "{off}");
        }
        for off in [json!(7), json!(""), json!("a b"), json!("<x>"), json!("@example.org"), json!(["ada"])] {
            assert!(of("preferred_username", json!({ "preferred_username": off })).is_err());
        }
    }

    #[test]
    fn groups_give_roles_wherever_the_claim_lies() {
        let role = |group: &str, role: &str| GroupRole { group: group.into(), role: role.into(), scope: "all".into() };
        let set = ProviderSettings {
            groups_claim: "realm_access.roles".to_owned(),
            roles: vec![
                role("ops", "agent"),
                role("boss", "administrator"),
                role("*", "requester"),
                role("ops", "agent"),
            ],
            ..ProviderSettings::default()
        };
        let of = |value| roles(&set, &claims(value)).into_iter().map(|r| r.0).collect::<Vec<_>>();
        assert_eq!(of(json!({"realm_access": {"roles": ["ops", "x"]}})), ["agent", "requester"]);
        assert_eq!(of(json!({"realm_access.roles": "boss"})), ["administrator", "requester"]);
        assert_eq!(of(json!({"realm_access": "nonsense"})), ["requester"]);
        assert_eq!(groups(&set, &claims(json!({"realm_access": {"roles": [1, "a", null]}}))), ["a"]);
    }

    #[test]
    fn a_mail_address_counts_where_it_is_verified() {
        assert_eq!(mail(&claims(json!({"email": "a@b.example", "email_verified": true}))).unwrap(), "a@b.example");
        assert_eq!(mail(&claims(json!({"email": "a@b.example"}))), None);
    }
}
