//! Who holds what (`GET team/review`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who holds something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HolderKind {
    /// A person.
    Member,
    /// A program.
    Program,
}

/// A role of a member, or what a program may: one row each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// A UPN, or `app:NAME`.
    pub who: String,
    /// What kind of holder.
    pub kind: HolderKind,
    /// The role; of a program what it may and its roles, or `everything`.
    pub holds: String,
    /// Since when.
    pub since: Timestamp,
    /// Who gave it.
    pub by: String,
    /// When something that needs it was last done, to the hour.
    pub last_used: Option<Timestamp>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
}
