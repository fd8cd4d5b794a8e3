//! The audit trail on the wire (ours).
//!
//! `GET tenants/T/audit/events` streams the stored bytes of events, one a line, oldest first.
//! `?after=SEQ` begins behind an event; `device`, `who` and `action` select (a selection proves
//! nothing by itself); `latest=N` gives the last N that fit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One event. Its stored bytes are this, in this order, as JSON; the chain hashes those bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its place in the tenant's chain, from 1.
    pub seq: u64,
    /// When.
    pub time: Timestamp,
    /// The tenant.
    pub tenant: Uuid,
    /// Who: a UPN, `app:NAME`, `device:NAME`, or `system`.
    pub who: String,
    /// What, as `subject.verb`: `elevation.opened`, `password.viewed`, …
    pub action: String,
    /// Which device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Which elevation request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Uuid>,
    /// Which generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// From which address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The id of the call that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// `done` or `refused`.
    pub result: String,
    /// More, in words or small facts; never a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
    /// The chain's hash up to the event before this one, in hexadecimal.
    pub prev: String,
}

/// A signed statement of where the chain stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// The tenant.
    pub tenant: Uuid,
    /// The last event that it covers; 0 for an empty chain.
    pub seq: u64,
    /// The chain's hash after that event, in hexadecimal.
    pub hash: String,
    /// When it was signed.
    pub time: Timestamp,
    /// Rotations by age of passwords that nobody saw, up to here.
    pub quiet_rotations: u64,
    /// The service's Ed25519 public key, in hexadecimal.
    pub key: String,
    /// The signature over the other members, in hexadecimal.
    pub signature: String,
}
