//! Adding and removing members.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Member, Role, present};

/// Adds a member, or roles to one (`PUT members/UPN`).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutMember {
    /// Roles to hold beside those already held; none means `support` for a new member.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// When membership ends by itself; `null` for never, left out to keep what is there.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub until: Option<Option<Timestamp>>,
    /// The identity provider's id of the person who may bind to the member.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub oid: Option<Option<String>>,
}

/// Adds many members, or roles to them, all or none (`POST team/add`).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddMembers {
    /// Who.
    pub upns: Vec<String>,
    /// What all of them get.
    #[serde(flatten)]
    pub member: PutMember,
}

/// Removes many members, or roles of theirs, all or none (`POST team/remove`).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveMembers {
    /// Who.
    pub upns: Vec<String>,
    /// Take only these roles away; none means the whole membership.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// The member is new.
    Added,
    /// Something was changed.
    Changed,
    /// The member is gone.
    Removed,
    /// All was as asked.
    Unchanged,
}

impl Change {
    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Changed => "changed",
            Change::Removed => "removed",
            Change::Unchanged => "unchanged",
        }
    }
}

/// The answer to [`PutMember`], and each row of the answer to [`AddMembers`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutMemberResult {
    /// What it did.
    pub change: Change,
    /// The member as it is now.
    pub member: Member,
}

/// The answer to a removal of one member.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveMemberResult {
    /// Open requests that were closed with it; the devices rotate now.
    pub closed_requests: u32,
    /// Tokens that stopped working.
    pub revoked_tokens: u32,
}

/// What ends with a membership or a role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Closes {
    /// Open requests that close; their devices rotate at once.
    pub open_requests: u32,
    /// Tokens that stop working.
    pub tokens: u32,
}

/// Each row of the answer to [`RemoveMembers`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Removal {
    /// Who.
    pub upn: String,
    /// What it did: `removed`, `changed` where only roles went, `unchanged` where nothing had to.
    pub change: Change,
    /// The roles that are left.
    pub roles: Vec<Role>,
    /// Open requests that were closed with it; the devices rotate now.
    pub closed_requests: u32,
    /// Tokens that stopped working.
    pub revoked_tokens: u32,
}

/// One row for each that was asked for, in the order of asking.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Results<T> {
    /// The rows.
    pub value: Vec<T>,
}
