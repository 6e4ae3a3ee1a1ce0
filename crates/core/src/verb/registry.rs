//! The list of verbs as one type, and how a verb is read from JSON.

use super::{REGISTRY, Spec};
use std::fmt;

/// Declares the verbs' modules, the [`super::Verb`] that is any of them, and their list.
macro_rules! verbs {
    ($($module:ident: $name:ident),+ $(,)?) => {
        $(mod $module; pub use $module::$name;)+

        /// Any verb, with its arguments. In JSON: `{"verb": "start", "step": "ask"}`.
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "verb", rename_all = "snake_case")]
        #[expect(missing_docs, reason = "each is documented in its file")]
        pub enum Verb {
            $($name($name),)+
        }

        /// Every verb, in the order they are offered.
        pub const REGISTRY: &[&Spec] = &[$(&$module::SPEC),+];

        impl Verb {
            /// Its declaration.
            #[must_use]
            pub const fn spec(&self) -> &'static Spec {
                match self { $(Self::$name(_) => &$module::SPEC,)+ }
            }
            /// The words of a person that come with it.
            #[must_use]
            pub fn words(&self) -> Option<&str> {
                match self { $(Self::$name(verb) => spec::Act::words(verb),)+ }.filter(|w| !w.trim().is_empty())
            }
            /// Does it on a working copy.
            pub(crate) fn act(&self, on: &mut crate::deciding::Deciding<'_>) -> Result<(), crate::refusal::Refusal> {
                match self { $(Self::$name(verb) => spec::Act::act(verb, on),)+ }
            }
            /// Reads the verb `id` with its arguments as a JSON object.
            ///
            /// # Errors
            /// When there is no such verb, or an argument is missing, unknown or of the wrong form.
            pub fn parse(id: &str, args: serde_json::Value) -> Result<Self, BadVerb> {
                match id {
                    $(id if id == $module::ID => serde_json::from_value(args).map(Self::$name).map_err(|e| BadVerb::args(&$module::SPEC, &e)),)+
                    _ => Err(BadVerb::unknown(id)),
                }
            }
        }
    };
}
pub(super) use verbs;

/// The declaration of the verb with this id.
#[must_use]
pub fn spec(id: &str) -> Option<&'static Spec> {
    REGISTRY.iter().copied().find(|s| s.id == id)
}

/// A verb that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadVerb {
    /// What was wrong.
    pub wrong: String,
    /// What would be right.
    pub right: String,
    /// Whether the verb itself is unknown.
    pub unknown: bool,
}

impl BadVerb {
    pub(super) fn unknown(id: &str) -> Self {
        let all: Vec<&str> = REGISTRY.iter().map(|s| s.id).collect();
        Self {
            wrong: format!("There is no verb “{id}”."),
            right: format!("The verbs are {}.", all.join(", ")),
            unknown: true,
        }
    }
    pub(super) fn args(spec: &Spec, error: &serde_json::Error) -> Self {
        let takes: Vec<String> = spec
            .args
            .iter()
            .map(|a| if a.required { a.name.to_owned() } else { format!("{} (optional)", a.name) })
            .collect();
        let right = if takes.is_empty() {
            "It takes no arguments.".to_owned()
        } else {
            format!("It takes {}.", takes.join(", "))
        };
        Self { wrong: format!("The arguments of “{}” are off: {error}.", spec.id), right, unknown: false }
    }
}

impl fmt::Display for BadVerb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.wrong, self.right)
    }
}

impl std::error::Error for BadVerb {}
