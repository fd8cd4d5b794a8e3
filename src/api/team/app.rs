//! Programs that use the API.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Role;
use crate::secret::Secret;

/// Adds a program (`POST apps`).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewApp {
    /// Its name, unique in the tenant.
    pub name: String,
    /// What it may: `devices`, `tickets`, `elevations`, `passwords`. Without any, and without
    /// roles, it may everything, as documented.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<String>,
    /// Roles of the team that it holds beside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// How many days its secret lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u32>,
    /// The networks that it may call from, such as `10.1.0.0/16`; none means anywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
}

/// A program's new credentials: the secret is shown once.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppCredentials {
    /// The client id.
    pub client_id: String,
    /// The secret.
    pub client_secret: Secret,
}

/// A program as it is listed; never with a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Program {
    /// Its name.
    pub name: String,
    /// The client id.
    pub client_id: String,
    /// What it may; see [`NewApp::may`].
    pub may: Vec<String>,
    /// The roles that it holds.
    pub roles: Vec<Role>,
    /// The networks that it may call from; none means anywhere.
    pub from: Vec<String>,
    /// When its secret ends.
    pub expires: Option<Timestamp>,
    /// While its secret is being rotated: when the old one ends.
    pub old_secret_until: Option<Timestamp>,
    /// Who added it.
    pub added_by: String,
    /// When.
    pub added_at: Timestamp,
    /// When it last signed in.
    pub last_used: Option<Timestamp>,
}

/// Gives a program a second secret (`POST apps/NAME/rotate`).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RotateApp {
    /// How many days the new secret lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u32>,
    /// How many seconds the old secret stays good; none means seven days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_seconds: Option<u64>,
}

/// The answer to [`RotateApp`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rotated {
    /// The client id, which stays.
    pub client_id: String,
    /// The new secret.
    pub client_secret: Secret,
    /// When it ends.
    pub expires: Timestamp,
    /// When the old one ends; for one that had ended before, when that was.
    pub old_secret_until: Timestamp,
}

/// The answer to `POST apps/NAME/finish`, which ends the old secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finished {
    /// False where no old secret was good any more.
    pub ended: bool,
    /// Tokens that the old secret had obtained, and that stopped working.
    pub revoked_tokens: u32,
}

/// The answer to `DELETE apps/NAME`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedApp {
    /// Open requests of the program that were closed with it.
    pub closed_requests: u32,
    /// Tokens that stopped working.
    pub revoked_tokens: u32,
}
