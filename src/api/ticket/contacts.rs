//! Admin contacts, who stand by for an area.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Area;

/// Who stands by for an area when the primary contact cannot be reached (ours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminContact {
    /// The area.
    pub area: Area,
    /// The name in words.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone_number: String,
    /// Who set it.
    pub set_by: String,
    /// When.
    pub set_at: Timestamp,
}

/// What sets an area's admin contact (ours; `PUT tenants/T/contacts/AREA`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutAdminContact {
    /// The name in words.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone_number: String,
}
