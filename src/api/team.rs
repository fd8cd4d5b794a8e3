//! Members of the team and programs: who may do what (ours).

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;

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
    /// True for a partner's people.
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

/// Adds a member, or roles to one (`PUT members/UPN`).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutMember {
    /// Roles to hold beside those already held.
    pub roles: Vec<Role>,
}

/// What adding did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// The member is new.
    Added,
    /// Something was changed.
    Changed,
    /// All was as asked.
    Unchanged,
}

/// The answer to [`PutMember`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutMemberResult {
    /// What it did.
    pub change: Change,
    /// The member as it is now.
    pub member: Member,
}

/// The answer to a removal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveMemberResult {
    /// Open requests that were closed with it; the devices rotate now.
    pub closed_requests: u32,
    /// Tokens that stopped working.
    pub revoked_tokens: u32,
}

/// Adds a program.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewApp {
    /// Its name, unique in the tenant.
    pub name: String,
    /// What it may: `devices`, `tickets`, `elevations`, `passwords`; empty means everything, as
    /// documented.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<String>,
    /// How many days its secret lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u32>,
}

/// A new program's credentials: the secret is shown once.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppCredentials {
    /// The client id.
    pub client_id: String,
    /// The secret.
    pub client_secret: Secret,
}
