//! What agents say to the service, under [`BASE`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    domain::rotation::{self, Generation},
    secret::Secret,
};

/// Where the agents' operations begin, below the service's origin.
pub const BASE: &str = "/agent/v1";

/// Enrols a device. The agent makes its key and sends only the hash; the same pair of code and
/// hash gets the same answer, so that a lost answer loses nothing.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enroll {
    /// The one-time code.
    pub code: Secret,
    /// SHA-256 of the agent's key, in hexadecimal.
    pub key_hash: String,
    /// The admin account's name.
    pub account: String,
    /// The account as it is typed at the device's prompt.
    pub login_name: String,
    /// `linux`, `windows`, `macos` or `file`; `file` only in sample tenants.
    pub backend: String,
    /// The device's serial number, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// The operating system, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
}

/// The answer to [`Enroll`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enrolled {
    /// The device's id.
    pub device_id: Uuid,
    /// The tenant.
    pub tenant_id: Uuid,
    /// The device's name as the service has it.
    pub device_name: String,
}

/// A contact: what is on the device, and a wait for work (`?wait=SECONDS`, at most 55).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// The id that this process gave itself at its start.
    pub instance: Uuid,
    /// The number of a 409 that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Uuid>,
    /// What the journal says.
    #[serde(flatten)]
    pub journal: rotation::Contact,
    /// Why no new passwords are made, if none are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The requests that the agent believes open; the call answers at once when that has changed.
    #[serde(default)]
    pub open_requests: Vec<Uuid>,
}

/// The answer to [`Contact`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Orders {
    /// Why a rotation is due, if one is.
    pub due: Option<rotation::Reason>,
    /// The requests that are open now. One that is gone from here has ended.
    pub open_requests: Vec<Uuid>,
    /// The ended requests whose aftermath is still to be reported.
    pub ended: Vec<Ended>,
    /// The service's clock.
    pub time: Timestamp,
}

/// A request that has ended: its sessions are to be ended too.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// The request.
    pub request: Uuid,
    /// How many seconds its sessions may still go on.
    pub notice_seconds: u64,
}

/// Puts a new password into escrow.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Escrow {
    /// The speaking process.
    pub instance: Uuid,
    /// Chosen by the agent; the same attempt gets the same answer.
    pub attempt: Uuid,
    /// The highest generation that the agent knows.
    pub highest: Generation,
    /// The new password.
    pub password: Secret,
}

/// The answer to [`Escrow`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Escrowed {
    /// The password's number.
    pub generation: Generation,
}

/// Says that a real sign-in saw the generation open the account. Like a contact it may come first
/// from a new process, which confirms what the one before it has verified.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Confirm {
    /// The speaking process.
    pub instance: Uuid,
    /// The number of a 409 that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Uuid>,
    /// The attempt.
    pub attempt: Uuid,
    /// Its number.
    pub generation: Generation,
}

/// The answer to [`Confirm`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Confirmed {
    /// False where the report changed nothing: it was known, or the generation is not pending.
    pub changed: bool,
}

/// What was found when a request's access ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Aftermath {
    /// The speaking process.
    pub instance: Uuid,
    /// The request.
    pub request: Uuid,
    /// How many processes of the account were ended.
    pub ended_processes: usize,
    /// Accounts that joined the administrators' group since the request was opened.
    pub administrators_added: Vec<String>,
    /// Accounts that left it.
    pub administrators_removed: Vec<String>,
    /// True where nobody can tell who joined or left: both lists are empty then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_compared: bool,
}

/// A refusal that an agent must tell apart: the `code` of its error object's first detail.
pub mod refusal {
    /// Another process has taken this one's place; the detail's message is the challenge.
    pub const CHALLENGE: &str = "challenge";
    /// Two live processes hold this device's key.
    pub const COPIED: &str = "copied";
    /// A contact comes first.
    pub const UNKNOWN_INSTANCE: &str = "unknownInstance";
    /// No rotation is due now.
    pub const NOT_DUE: &str = "notDue";
    /// The device's key is not known, or no longer.
    pub const KEY: &str = "key";
}
