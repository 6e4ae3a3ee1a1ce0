//! The closed list of what may be allowed.

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal;)+) => {
        /// Something that a role can allow.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Permission {
            $($(#[doc = $doc])+ #[serde(rename = $id)] $name,)+
        }

        impl Permission {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// As roles, tokens and the API write it.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }
            /// What it allows, in a sentence.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+),)+ }
            }
            /// The one with an id.
            #[must_use]
            pub fn named(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|p| p.id() == id)
            }
        }
    };
}

permissions! {
    /// See items, their history, and every figure drawn from them.
    ItemSee = "item:see";
    /// Open items.
    ItemOpen = "item:open";
    /// Do verbs to items: start, finish, hand over, comment and so on.
    ItemAct = "item:act";
    /// Comment on items, cancel and reopen them: what whoever asked for them may do.
    ItemFollow = "item:follow";
    /// Pass or refuse a gate. Never for an item one has asked for oneself.
    ItemApprove = "item:approve";
    /// Publish streams and import logs.
    StreamPublish = "stream:publish";
    /// Keep people, teams, services and entities.
    OrganisationKeep = "organisation:keep";
    /// Keep accounts, roles, what is granted to whom, and tokens of others.
    AccountKeep = "account:keep";
    /// Keep senders of hooks and receivers of events, and report deployments.
    OutsideKeep = "outside:keep";
    /// Read the audit trail.
    AuditRead = "audit:read";
}
