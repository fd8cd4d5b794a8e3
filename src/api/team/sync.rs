//! The whole wanted team at once (`POST team/sync`, `GET team/export`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Closes, Role, present};
use crate::domain::team::is_left_with_desk;

/// A member as a file of the wanted team has it. What is left out stays as it is; `null` clears it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WantedMember {
    /// Who.
    pub upn: String,
    /// The name in words.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub display_name: Option<Option<String>>,
    /// All roles to hold; none only for a member who holds none already.
    pub roles: Vec<Role>,
    /// When membership ends by itself.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub until: Option<Option<Timestamp>>,
    /// The identity provider's id of the person who may bind to the member.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub oid: Option<Option<String>>,
}

/// Makes the team what it should be, all or nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncTeam {
    /// The whole wanted team.
    pub members: Vec<WantedMember>,
    /// Remove whoever is not named.
    #[serde(default)]
    pub prune: bool,
    /// How many may be removed, or left with `desk` alone, at once: a number, or a share of the team
    /// such as `25%`. Left out: 10 %, and at least 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_remove: Option<String>,
    /// Plan only, change nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Apply only to the team that was planned on, by the plan's `version`; otherwise 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A member who is added or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncedChange {
    /// Who.
    pub upn: String,
    /// The roles afterwards.
    pub roles: Vec<Role>,
    /// Roles that are new.
    pub granted: Vec<Role>,
    /// Roles that are taken away.
    pub taken: Vec<Role>,
    /// Other members of the object that change: `displayName`, `until`, `oid`.
    pub fields: Vec<String>,
    /// What ends with it.
    pub closes: Closes,
}

/// A member who is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ending {
    /// Who.
    pub upn: String,
    /// The roles that end.
    pub roles: Vec<Role>,
    /// What ends with it.
    pub closes: Closes,
}

/// What a sync does, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncPlan {
    /// Names the team's state: of a plan the one that it was made on, else the one afterwards.
    pub version: String,
    /// True once it is done.
    pub applied: bool,
    /// Who comes.
    pub added: Vec<SyncedChange>,
    /// Who changes.
    pub changed: Vec<SyncedChange>,
    /// Who goes.
    pub removed: Vec<Ending>,
    /// Who is not named, and stays because nothing is pruned.
    pub kept: Vec<String>,
    /// Who is named with an end that has passed, and is therefore not wanted.
    pub ended: Vec<String>,
    /// How many are as they should be.
    pub unchanged: u32,
    /// How many may be removed, or left with `desk` alone, at once.
    pub max_remove: u32,
}

impl SyncPlan {
    /// True where the team is as it should be.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    /// How many who held more are left with `desk` alone.
    pub fn left_with_desk(&self) -> usize {
        let left = |change: &&SyncedChange| is_left_with_desk(&change.taken, &change.roles);
        self.changed.iter().filter(left).count()
    }

    /// All that ends with it.
    pub fn closes(&self) -> Closes {
        let ends = self.removed.iter().map(|ending| ending.closes);
        let all = ends.chain(self.changed.iter().map(|change| change.closes));
        all.fold(Closes::default(), |sum, one| Closes {
            open_requests: sum.open_requests + one.open_requests,
            tokens: sum.tokens + one.tokens,
        })
    }
}
