//! What surrounds every page: navigation, theme, the banner of a demo.

use crate::chart::glyph::glyph;
use crate::credential::{cookie, me};
use crate::state::{Door, Web};
use askama::Template;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use watercourse_app::{AppError, Permission};
use watercourse_core::activity::Activity;

/// One line of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its word in [`Shell::here`].
    pub id: &'static str,
    /// What people read.
    pub name: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// The letter after `g`.
    pub key: &'static str,
}

/// A group of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// A word for the markup.
    pub id: &'static str,
    /// What people read.
    pub name: &'static str,
    /// Its lines.
    pub entries: &'static [Entry],
}

const fn entry(id: &'static str, name: &'static str, href: &'static str, key: &'static str) -> Entry {
    Entry { id, name, href, key }
}

/// The navigation: declared here, and nowhere else; the keys and their help come from it too.
pub static NAVIGATION: &[Group] = &[
    Group {
        id: "do",
        name: "Do",
        entries: &[entry("work", "Work", "/work", "w"), entry("new", "New item", "/new", "n")],
    },
    Group {
        id: "see",
        name: "See",
        entries: &[
            entry("chain", "Chain", "/", "h"),
            entry("streams", "Streams", "/streams", "s"),
            entry("imports", "Imports", "/imports", "b"),
        ],
    },
    Group {
        id: "keep",
        name: "Keep",
        entries: &[
            entry("accounts", "Accounts", "/accounts", "u"),
            entry("access", "Access", "/access", "a"),
            entry("receivers", "Receivers", "/receivers", "r"),
            entry("audit", "Audit trail", "/audit", "l"),
        ],
    },
    Group {
        id: "know",
        name: "Know",
        entries: &[entry("practices", "Practices", "/practices", "p"), entry("teams", "Teams", "/teams", "t")],
    },
];

/// What of the navigation takes a permission.
const CLOSED: &[(&str, Permission)] = &[
    ("imports", Permission::StreamPublish),
    ("accounts", Permission::AccountKeep),
    ("receivers", Permission::OutsideKeep),
    ("audit", Permission::AuditRead),
];

/// What every page has in common.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// The page's title.
    pub title: String,
    /// Where it belongs in the navigation.
    pub here: &'static str,
    /// `light`, `dark`, or empty for the system's.
    pub theme: &'static str,
    /// Everybody one can act as: id and name.
    pub people: Vec<(String, String)>,
    /// The id of whom one acts as; empty for nobody in particular.
    pub me: String,
    /// The name of whoever signed in; none where nobody signs in.
    pub signed_in: Option<String>,
    /// What of the navigation leads nowhere for whoever looks.
    pub closed: Vec<&'static str>,
    /// A line above the page, such as that this is a demo; empty for none.
    pub banner: String,
}

impl Shell {
    /// The navigation.
    #[must_use]
    pub fn groups(&self) -> &'static [Group] {
        NAVIGATION
    }
    /// Whether a line of it leads anywhere for whoever looks.
    #[must_use]
    pub fn leads(&self, entry: &Entry) -> bool {
        !self.closed.contains(&entry.id)
    }
    /// The address of the styles.
    #[must_use]
    pub fn styles(&self) -> &'static str {
        watercourse_web::path("app.css")
    }
    /// The address of the scripts.
    #[must_use]
    pub fn script(&self) -> &'static str {
        watercourse_web::path("app.js")
    }
    /// The six-cell glyph is the logo.
    #[must_use]
    pub fn logo(&self) -> String {
        glyph(&Activity::ALL, &[]).replacen("role=\"img\"", "aria-hidden=\"true\"", 1)
    }
}

/// The theme somebody chose, from the cookie.
#[must_use]
pub fn theme(headers: &HeaderMap) -> &'static str {
    match cookie(headers, "theme") {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "",
    }
}

/// What surrounds a page for whoever asks for it.
///
/// # Errors
/// The store's.
pub async fn shell(
    web: &Web,
    headers: &HeaderMap,
    title: impl Into<String>,
    here: &'static str,
) -> Result<Shell, AppError> {
    let mut people: Vec<(String, String)> = match web.settings.door {
        Door::Open => web.app.people(&web.access).await?.into_iter().map(|p| (p.id.to_string(), p.name)).collect(),
        Door::SignIn => Vec::new(),
    };
    people.sort_by(|a, b| a.1.cmp(&b.1));
    let me = me(headers)
        .map(|id| id.to_string())
        .filter(|id| people.iter().any(|(known, _)| known == id))
        .unwrap_or_default();
    let banner = if web.settings.demo {
        "Demo organisation: a year simulated from a seed, in memory only. Nothing here is kept."
    } else {
        ""
    };
    Ok(Shell {
        title: title.into(),
        here,
        theme: theme(headers),
        people,
        me,
        signed_in: web.entered.as_ref().map(|e| e.identity.name.clone()),
        closed: CLOSED.iter().filter(|(_, p)| !web.access.has(*p)).map(|(id, _)| *id).collect(),
        banner: banner.to_owned(),
    })
}

/// A page, ready to be sent.
pub fn render(page: &impl Template) -> Response {
    respond(StatusCode::OK, page)
}

/// A page with a status other than 200.
pub fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        // Pages show the moment: a copy from the history would show another.
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "The page could not be written. The log of the server has the details.\n",
            )
                .into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NAVIGATION, theme};
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn every_key_leads_to_one_page() {
        let mut keys: Vec<&str> = NAVIGATION.iter().flat_map(|g| g.entries).map(|e| e.key).collect();
        keys.sort_unstable();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn only_known_themes_are_taken() {
        let with =
            |cookie: &'static str| theme(&HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(cookie))]));
        assert_eq!(with("a=b; theme=dark"), "dark");
        assert_eq!(with("theme=\"><script>"), "");
        assert_eq!(theme(&HeaderMap::new()), "");
    }
}
