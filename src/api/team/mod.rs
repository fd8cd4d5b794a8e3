//! Members of the team, programs and tokens: who may do what (ours).

mod app;
mod change;
mod review;
mod sync;
mod token;

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

pub use self::{
    app::{AppCredentials, Finished, NewApp, Program, RemovedApp, RotateApp, Rotated},
    change::{
        AddMembers, Change, Closes, PutMember, PutMemberResult, Removal, RemoveMemberResult,
        RemoveMembers, Results,
    },
    review::{Held, HolderKind},
    sync::{Ending, SyncPlan, SyncTeam, SyncedChange, WantedMember},
    token::{RevokeTokens, TokenInfo},
};

/// The most members that one call may name.
pub const MAX_MEMBERS: usize = 50_000;

/// What a program may be allowed.
pub const PERMISSIONS: [&str; 4] = ["devices", "tickets", "elevations", "passwords"];

/// What a member may do. Roles do not contain each other, but for `desk`, which everybody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Sees devices, users, profiles, own requests and tickets.
    Desk,
    /// Elevates and rotates; files severity C.
    Support,
    /// Team, contacts, devices; rotates; files any severity; reads the audit trail.
    Admin,
    /// Works tickets.
    Operations,
    /// Reads everything but passwords.
    Auditor,
}

impl Role {
    /// All roles, in the order of help and listings.
    pub const ALL: [Role; 5] =
        [Role::Desk, Role::Support, Role::Admin, Role::Operations, Role::Auditor];

    /// The word on the command line and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Desk => "desk",
            Role::Support => "support",
            Role::Admin => "admin",
            Role::Operations => "operations",
            Role::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Role::ALL.into_iter().find(|role| role.as_str() == word).ok_or_else(|| {
            format!("`{word}` is not a role: use desk, support, admin, operations or auditor")
        })
    }
}

/// A member as shown by `team list --json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The user principal name; for display once the member is bound.
    pub upn: String,
    /// The name in words.
    pub display_name: Option<String>,
    /// What they may do.
    pub roles: Vec<Role>,
    /// When membership ends by itself.
    pub until: Option<Timestamp>,
    /// True for a partner's people: in a partner-led tenant those of another domain than its own.
    pub partner: bool,
    /// True once a first sign-in has tied the member to an identity.
    pub bound: bool,
    /// Who added them.
    pub added_by: String,
    /// When.
    pub added_at: Timestamp,
    /// When they last signed in.
    pub last_sign_in: Option<Timestamp>,
}

/// Tells a member of an object that is `null` from one that is not there.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    source: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(source).map(Some)
}
