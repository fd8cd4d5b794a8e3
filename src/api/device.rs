//! Devices, their users and profiles: operations 5 to 8, and ours around them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::secret::Secret;

/// A managed device, with the documented members in the documented order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are those of the published contract")]
pub struct Device {
    pub name: String,
    pub intune_id: Option<String>,
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub serial_number: Option<String>,
    pub global_device_id: Option<String>,
    pub enrolled_into_intune_date_time_utc: Option<Timestamp>,
    pub tenant_id: Uuid,
    pub tenant_name: Option<String>,
    pub assigned_user: Option<String>,
    pub user_upn: Option<String>,
    pub user_email: Option<String>,
    pub compliance_state: Option<String>,
    pub os_version: Option<String>,
    pub primary_update_ring: Option<String>,
    pub last_intune_sync_date_time_utc: Option<Timestamp>,
    pub age_in_months: Option<i64>,
    pub plan_type: Option<String>,
    pub persona: Option<String>,
    pub aad_device_id: Option<String>,
    pub management_agent: Option<String>,
    pub operating_system_edition: Option<String>,
    pub profile_assignment_status: Option<String>,
    pub groups: Vec<Group>,
    pub configurations: Vec<Configuration>,
    /// What is known of its password.
    #[serde(rename = "@mmd.rotation", default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
}

/// A directory group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are those of the published contract")]
pub struct Group {
    pub id: String,
    pub display_name: String,
    pub description: Option<String>,
    pub count_members: i64,
}

/// Something that the managed service deployed to a device.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are those of the published contract")]
pub struct Configuration {
    pub id: String,
    pub r#type: String,
    pub name: String,
    pub version: Option<String>,
    pub created_utc: Option<Timestamp>,
    pub last_modified_utc: Option<Timestamp>,
    pub deployment_status: Option<String>,
    pub last_reported_status_utc: Option<Timestamp>,
}

/// What is known of a device's password (ours, as an annotation).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rotation {
    /// In a word.
    pub state: RotationState,
    /// The last confirmed generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// When it was confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// Since when a rotation is owed to a closed request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed_since: Option<Timestamp>,
    /// Why one is due now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// When the agent was last heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_contact: Option<Timestamp>,
    /// Why the agent makes no new passwords, if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The managed account as it is typed at the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// `device list --rotation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RotationState {
    /// Confirmed; nothing is due but, perhaps, by age.
    Ok,
    /// A closed request has seen a password that may still open.
    Owed,
    /// A rotation is under way or the service is not sure.
    Pending,
    /// The last attempt failed.
    Failed,
    /// The device has never confirmed a password.
    Never,
}

/// Somebody who uses devices (operations 7 and 8).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are those of the published contract")]
pub struct User {
    pub name: Option<String>,
    pub upn: String,
    pub email: Option<String>,
    pub groups: Vec<Group>,
    pub devices: Vec<UserDevice>,
}

/// A device as a member of its user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are those of the published contract")]
pub struct UserDevice {
    pub serial_number: Option<String>,
    pub name: String,
    pub model: Option<String>,
    pub ring: Option<String>,
    pub last_intune_sync_time: Option<Timestamp>,
}

/// Asks for a one-time enrolment code (ours).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewEnrollment {
    /// The device's name; made when it is not known yet.
    pub device_name: String,
    /// The update ring of a device that is made now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ring: Option<String>,
}

/// A one-time code and when it ends: shown once.
#[derive(Debug, Serialize, Deserialize)]
pub struct OneTimeCode {
    /// The code.
    pub code: Secret,
    /// When it ends.
    pub expires: Timestamp,
}

/// Tries a password on a device of a sample tenant (ours).
#[derive(Debug, Serialize, Deserialize)]
pub struct SignIn {
    /// The account, as typed at a prompt.
    pub account: String,
    /// The password to try.
    pub password: Secret,
}

/// The answer to [`SignIn`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SignInResult {
    /// Whether it opened the account.
    pub opens: bool,
}
