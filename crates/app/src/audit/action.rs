//! The closed list of changes that are no facts of items.

use serde::Serialize;

macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal;)+) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Action {
            $($(#[doc = $doc])+ #[serde(rename = $id)] $name,)+
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// As the trail and the API write it.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }
            /// The one with an id.
            #[must_use]
            pub fn named(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|a| a.id() == id)
            }
        }
    };
}

actions! {
    /// A person was made or changed.
    PersonKept = "person:kept";
    /// A team was made or changed.
    TeamKept = "team:kept";
    /// A service was made or changed.
    ServiceKept = "service:kept";
    /// An entity was made, changed or moved.
    EntityKept = "entity:kept";
    /// A stream has a new version.
    StreamPublished = "stream:published";
    /// A log of another tool was imported.
    LogImported = "log:imported";
    /// A file was brought to be imported.
    LogBrought = "log:brought";
    /// An import was stopped before it ended.
    ImportCancelled = "import:cancelled";
    /// What an import brought was taken away again.
    ImportUndone = "import:undone";
    /// A mapping for imports was kept by name.
    MappingKept = "mapping:kept";
    /// A sender of hooks was made or changed.
    HookKept = "hook:kept";
    /// A deployment was reported.
    DeploymentReported = "deployment:reported";
    /// The demo organisation moved in.
    DemoMovedIn = "demo:moved_in";
    /// An account was made.
    AccountMade = "account:made";
    /// An account was changed.
    AccountChanged = "account:changed";
    /// An account was deactivated, and with it all its sessions and tokens.
    AccountDeactivated = "account:deactivated";
    /// An account was activated again.
    AccountActivated = "account:activated";
    /// Somebody signed in.
    SignedIn = "account:signed_in";
    /// Somebody signed out.
    SignedOut = "account:signed_out";
    /// A sign-in was refused.
    SigninRefused = "signin:refused";
    /// A password was set or changed.
    PasswordSet = "password:set";
    /// A second factor was set.
    FactorSet = "factor:set";
    /// A second factor was taken away.
    FactorRemoved = "factor:removed";
    /// A session was ended by somebody.
    SessionEnded = "session:ended";
    /// An account was linked to somebody at the sign-in provider.
    AccountLinked = "account:linked";
    /// The link of an account to the sign-in provider was taken away.
    AccountUnlinked = "account:unlinked";
    /// The sign-in provider was set or changed.
    ProviderKept = "provider:kept";
    /// The sign-in provider was taken away.
    ProviderRemoved = "provider:removed";
    /// A role was made or changed.
    RoleKept = "role:kept";
    /// A role was given to an account.
    RoleGranted = "role:granted";
    /// A token was made.
    TokenMade = "token:made";
    /// A token was ended.
    TokenEnded = "token:ended";
    /// A receiver of events was made or changed.
    ReceiverKept = "receiver:kept";
    /// A receiver of events was taken away.
    ReceiverRemoved = "receiver:removed";
    /// Something that was sent out before was sent again by somebody.
    DeliveryReplayed = "delivery:replayed";
    /// A view was kept for others.
    ViewKept = "view:kept";
    /// A view that others saw was taken away.
    ViewRemoved = "view:removed";
    /// Words of somebody were erased; the object is the note or the item.
    WordsErased = "words:erased";
}

#[cfg(test)]
mod tests {
    use super::Action;
    use std::collections::BTreeSet;

    #[test]
    fn every_action_has_an_id_of_its_own() {
        let ids: BTreeSet<&str> = Action::ALL.iter().map(|a| a.id()).collect();
        assert_eq!(ids.len(), Action::ALL.len());
        assert!(Action::ALL.iter().all(|a| Action::named(a.id()) == Some(*a)));
        assert_eq!(Action::named("item:lost"), None);
    }
}
