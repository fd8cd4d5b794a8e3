//! Support requests on the wire: operations 11 to 15, and our own.
//!
//! | Ours, below the published base | |
//! |---|---|
//! | `GET tickets/queue` | what operations have to work on, overdue first |
//! | `GET tickets/handOvers` | what waits for an admin |
//! | `PATCH tickets('ID')` | [`EditTicket`] |
//! | `POST tickets('ID')/file` | [`FileTicket`]: a request that waits for an admin |
//! | `POST tickets('ID')/withdraw` | drops one |
//! | `POST tickets('ID')/resolve`, `/reactivate` | [`Word`] |
//! | `POST tickets('ID')/transfer` | [`TransferTicket`] |
//! | `POST tickets('ID')/take` | [`TakeTicket`] |
//! | `POST tickets('ID')/reply` | [`ReplyTicket`] |
//! | `POST tickets('ID')/lower` | [`Word`]: a commitment was not kept |
//! | `GET tickets('ID')/timeline` | [`TicketEvent`]s, oldest first |
//! | `GET`, `POST tickets('ID')/attachments?name=N&sha256=H` | [`Attachment`]s |
//! | `GET tickets('ID')/attachments/N` | the bytes |
//! | `GET`, `PUT`, `DELETE tenants/T/contacts[/AREA]` | [`AdminContact`]s |

mod beside;
mod contacts;
pub mod hand_over;
mod steps;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    beside::{Attachment, NewNote, Note, NoteKind},
    contacts::{AdminContact, PutAdminContact},
    steps::{EditTicket, FileTicket, ReplyTicket, TakeTicket, TicketEvent, TransferTicket, Word},
};
pub use crate::domain::ticket::{Area, Destination, Hours, Severity, TicketType};

/// The most bytes that one attachment has: 25 MiB.
pub const MAX_ATTACHMENT: u64 = 25 << 20;

/// The most attachments that one ticket has.
pub const MAX_ATTACHMENTS: usize = 50;

/// What files a support request (operation 11). Strings are kept verbatim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewTicket {
    /// One line.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// What is asked for.
    #[serde(rename = "type")]
    pub ty: TicketType,
    /// `Apps`, `Devices`, `Security`, `Other`, or another word.
    pub category: String,
    /// Best fit, else `Other`.
    pub subcategory: String,
    /// How severe it is; on the wire its number.
    pub severity: Severity,
    /// The primary contact.
    pub contact: NewContact,
    /// How many users or devices are hit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users_or_devices_impacted: Option<u32>,
    /// What it does to the business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_impact: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_first_noticed: Option<Timestamp>,
    /// Also seen on a device that is not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_reproduced: Option<bool>,
    /// The desk has been at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_user_support_engaged: Option<bool>,
    /// What was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub troubleshooting_steps: Option<String>,
    /// How it is seen again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repro_steps: Option<String>,
    /// The devices that it is about, by name (ours).
    #[serde(rename = "@mmd.devices", default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<String>,
    /// The hours that count (ours); heard for severity B only.
    #[serde(rename = "@mmd.hours", default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// The elevation request that it comes from (ours); both show it.
    #[serde(rename = "@mmd.elevation", default, skip_serializing_if = "Option::is_none")]
    pub elevation: Option<Uuid>,
}

/// A person to be reached. Every member is required.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewContact {
    /// First name.
    pub given_name: String,
    /// Last name.
    pub surname: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone_number: String,
}

/// A primary contact, with the documented members in the documented order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Its id.
    pub id: Uuid,
    /// First name.
    pub given_name: String,
    /// Last name.
    pub surname: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone_number: String,
    /// Always empty.
    pub preferred_language_id: String,
}

/// A support request, with the documented members in the documented order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    /// One line.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// True where support is partner-led.
    pub is_partner: bool,
    /// What is asked for.
    #[serde(rename = "type")]
    pub ty: TicketType,
    /// Category.
    pub category: String,
    /// Subcategory.
    pub subcategory: String,
    /// Always null.
    pub compromise_indicator: Option<String>,
    /// How many users or devices are hit.
    pub users_or_devices_impacted: Option<u32>,
    /// Always null.
    pub related_alerts: Option<String>,
    /// What it does to the business.
    pub business_impact: Option<String>,
    /// Since when.
    pub issue_first_noticed: Option<Timestamp>,
    /// Also seen on a device that is not managed.
    pub issue_reproduced: Option<bool>,
    /// The desk has been at it.
    pub end_user_support_engaged: Option<bool>,
    /// What was tried.
    pub troubleshooting_steps: Option<String>,
    /// Who acts next.
    pub next_action_owner: ActionOwner,
    /// By when the customer answers a request for action; null while it is not theirs to act.
    pub next_action_time: Option<Timestamp>,
    /// How it is seen again.
    pub repro_steps: Option<String>,
    /// `MMD-[0-9]{7}-[A-Z0-9]{5}`
    pub id: String,
    /// How severe it is.
    pub severity: Severity,
    /// `active` or `resolved`; [`TicketState::AwaitingAdmin`] only ever with our annotations.
    pub state: TicketState,
    /// When it was filed.
    pub created_date_time: Timestamp,
    /// When it was resolved.
    pub resolved_date_time: Option<Timestamp>,
    /// The primary contact.
    pub contact: Contact,
    /// Always empty.
    pub emails: Vec<serde_json::Value>,
    /// Always empty here: they have an address of their own.
    pub attachments: Vec<serde_json::Value>,
    /// Always empty here: they have an address of their own.
    pub notes: Vec<serde_json::Value>,
    /// In a word.
    #[serde(rename = "@mmd.state", default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// By when operations respond; absent once they have, or where it is not theirs to.
    #[serde(rename = "@mmd.respondBy", default, skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<Timestamp>,
    /// By when the next news is due; absent before the response, and where it is not theirs.
    #[serde(rename = "@mmd.updateBy", default, skip_serializing_if = "Option::is_none")]
    pub update_by: Option<Timestamp>,
    /// True where what is due next is overdue.
    #[serde(rename = "@mmd.overdue", default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<bool>,
    /// The hours that count.
    #[serde(rename = "@mmd.hours", default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Where it lies.
    #[serde(rename = "@mmd.destination", default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
    /// Who works on it.
    #[serde(rename = "@mmd.takenBy", default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<String>,
    /// Who filed it: a UPN, or `app:NAME`. On one that waits, who wrote it.
    #[serde(rename = "@mmd.filedBy", default, skip_serializing_if = "Option::is_none")]
    pub filed_by: Option<String>,
    /// The devices that it is about.
    #[serde(rename = "@mmd.devices", default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<String>>,
    /// The elevation requests that it comes from.
    #[serde(rename = "@mmd.links", default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<Link>>,
    /// The admin contact that stands by.
    #[serde(rename = "@mmd.adminContact", default, skip_serializing_if = "Option::is_none")]
    pub admin_contact: Option<AdminContact>,
}

/// Who acts next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionOwner {
    /// Those who run the service (the documented value).
    Microsoft,
    /// Whoever filed it, or where it was transferred to.
    Customer,
}

impl ActionOwner {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ActionOwner::Microsoft => "Microsoft",
            ActionOwner::Customer => "Customer",
        }
    }
}

/// Whether a ticket is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TicketState {
    /// It is open.
    Active,
    /// It is not.
    Resolved,
    /// It is no ticket yet: an admin files it (ours, never sent to a documented caller).
    AwaitingAdmin,
}

impl TicketState {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            TicketState::Active => "active",
            TicketState::Resolved => "resolved",
            TicketState::AwaitingAdmin => "awaitingAdmin",
        }
    }
}

/// How far a ticket has come (ours).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Kept until an admin files it.
    AwaitingAdmin,
    /// Filed, and nobody works on it yet.
    New,
    /// Somebody works on it.
    Taken,
    /// The filer has been asked to act.
    AwaitingCustomer,
    /// It lies with somebody other than operations.
    Transferred,
    /// Somebody resolved it.
    Resolved,
    /// It was closed because a request for action was not answered.
    Closed,
}

/// What a ticket and an elevation request have to do with each other: each shows the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// The elevation request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elevation: Option<Uuid>,
    /// The ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The device that was elevated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// A persona that devices of the tenant can have (operation 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The persona.
    pub id: String,
    /// `Enabled`
    pub status: String,
}
