//! Elevation requests and the passwords that they give access to: operations 1 to 4 and 17.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::secret::Secret;

/// What asks for access (operation 1). Every string is required and kept verbatim.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewElevationRequest {
    /// The id in the organisation's own ticketing system.
    pub partner_ticket_id: String,
    /// The device's name.
    pub device_name: String,
    /// One line.
    pub title: String,
    /// Best fit, else `Other`.
    pub category: String,
    /// Best fit, else `Other`.
    pub subcategory: String,
    /// What the technician is going to do.
    pub plan_of_action: String,
    /// Guidance that was overridden, in words; ours, recorded in the audit trail only.
    #[serde(rename = "@mmd.overridden", default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<String>,
}

/// A request for elevation, with the documented members in the documented order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ElevationRequest {
    /// Its id.
    pub id: Uuid,
    /// The tenant that the device belongs to.
    pub tenant_id: Uuid,
    /// The partner's tenant where support is partner-led, else the tenant's own.
    pub partner_id: Uuid,
    /// Who asked: a UPN, or `app:NAME`.
    pub requesting_agent_upn: String,
    /// See [`NewElevationRequest::partner_ticket_id`].
    pub partner_ticket_id: String,
    /// The device's name.
    pub device_name: String,
    /// One line.
    pub title: String,
    /// Category.
    pub category: String,
    /// Subcategory.
    pub subcategory: String,
    /// What the technician is going to do.
    pub plan_of_action: String,
    /// Empty until closed.
    pub actions_taken: String,
    /// Empty until closed.
    pub closing_agent_upn: String,
    /// When it was opened.
    pub request_creation_time: Timestamp,
    /// When it was closed.
    pub request_closure_time: Option<Timestamp>,
    /// When it was last extended.
    pub request_renew_time: Option<Timestamp>,
    /// True on an open request.
    pub is_successful_request: bool,
    /// Who has seen the password, each once.
    pub viewer_upns: Vec<String>,
    /// When the device's password was last confirmed; before the request was made.
    pub password_last_updated_time: Option<Timestamp>,
    /// Always false: closed requests stay visible for 90 days.
    pub is_deleted: bool,
    /// 7776000 seconds: 90 days.
    pub ttl: u32,
    /// Always null.
    pub e_tag: Option<String>,
    /// Until when access holds.
    #[serde(rename = "@mmd.validUntil", default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// `open`, `closed` or `expired`.
    #[serde(rename = "@mmd.state", default, skip_serializing_if = "Option::is_none")]
    pub state: Option<RequestState>,
    /// How sure the service is of the device's password.
    #[serde(rename = "@mmd.status", default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PasswordStatus>,
    /// The generation that would be handed out.
    #[serde(rename = "@mmd.generation", default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// The account as it is typed at the prompt.
    #[serde(rename = "@mmd.account", default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// True where the caller saw a password on this request that has been replaced since.
    #[serde(rename = "@mmd.superseded", default, skip_serializing_if = "Option::is_none")]
    pub superseded: Option<bool>,
    /// On a closed request: what became of its password and of the device.
    #[serde(rename = "@mmd.closing", default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    /// The tickets that were filed from it, where there are any.
    #[serde(rename = "@mmd.links", default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<super::ticket::Link>>,
}

/// Whether a request still gives access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RequestState {
    /// It gives access.
    Open,
    /// Somebody closed it.
    Closed,
    /// Its time ran out.
    Expired,
}

/// How sure the service is of a password (operation 4; the first is the documented value).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasswordStatus {
    /// The device has confirmed it.
    PasswordSucceeded,
    /// One of several that may be set.
    PasswordPending,
    /// The last attempt to replace it failed; it still opens.
    PasswordFailed,
}

/// What followed a close.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Closing {
    /// Since when the password is owed a rotation; absent once it is dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_owed_since: Option<Timestamp>,
    /// When the device was last heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_last_seen: Option<Timestamp>,
    /// Others who have an open request on the device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// Accounts that joined the administrators' group while the request was open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administrators_added: Vec<String>,
    /// Accounts that left it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administrators_removed: Vec<String>,
    /// True where somebody else set the password while the request was open.
    #[serde(default)]
    pub drifted: bool,
}

/// What closes a request (operation 3).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloseElevationRequest {
    /// What was done.
    pub actions_taken: String,
}

/// What extends a request (ours).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtendElevationRequest {
    /// By how many seconds from now; the service's bound holds.
    pub seconds: u64,
}

/// A password on its way to somebody (operation 4), with the documented members in order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceElevationDetail {
    /// The tenant.
    pub tenant_id: Uuid,
    /// The device's name.
    pub device_name: String,
    /// The request on which it is handed out.
    pub opened_elevation_request_id: Uuid,
    /// The device's directory id.
    pub aad_device_id: String,
    /// The admin account.
    pub account_upn: String,
    /// The password.
    pub password: Secret,
    /// When it was confirmed.
    pub password_last_updated: Option<Timestamp>,
    /// How sure the service is.
    pub status: PasswordStatus,
    /// True once the password was replaced after the request was opened.
    pub is_password_changed: bool,
    /// Who has seen it on this request; `System` before anybody has.
    pub viewed_by: Vec<String>,
    /// Until when access holds.
    #[serde(rename = "@mmd.validUntil", default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// Which password this is.
    #[serde(rename = "@mmd.generation", default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// The account as it is typed at the prompt.
    #[serde(rename = "@mmd.account", default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Other passwords that may open, newest first.
    #[serde(rename = "@mmd.candidates", default, skip_serializing_if = "Option::is_none")]
    pub candidates: Option<Vec<Candidate>>,
}

/// Another password that may open the device.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Which one.
    pub generation: u64,
    /// The password.
    pub password: Secret,
}
