//! What changes a ticket, and the steps of its life.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Destination, Hours, NewContact, Severity, TicketType};

/// What edits a ticket (ours). What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditTicket {
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How severe it is; of incidents only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The primary contact, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<NewContact>,
    /// The hours that count; heard for severity B only.
    #[serde(rename = "@mmd.hours", default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
}

/// What files a request that waits for an admin (ours): as it stands, or with these corrections.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileTicket {
    /// One line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What is asked for.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<TicketType>,
    /// Category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Subcategory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<String>,
    /// How severe it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The primary contact, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<NewContact>,
    /// The hours that count.
    #[serde(rename = "@mmd.hours", default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
}

/// What goes with a step that needs no more (ours): a word, or none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Kept as a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What hands a ticket to somebody else (ours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferTicket {
    /// To whom.
    pub destination: Destination,
    /// Why; kept as a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What takes a ticket to work on it (ours).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeTicket {
    /// From whom, where somebody has it; without it a taken ticket is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// Operations' word on a ticket (ours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplyTicket {
    /// What it says.
    pub text: String,
    /// True where the customer has to act next: without an answer in 48 h the ticket is closed.
    #[serde(default)]
    pub request_action: bool,
}

/// A step in a ticket's life (ours): what, by whom, when. The text of notes stands in the notes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketEvent {
    /// Its number in the ticket, from 0.
    pub id: u32,
    /// When.
    pub time: Timestamp,
    /// What, as the audit trail says it: `ticket.created`, `ticket.replied`, …
    pub action: String,
    /// Who: a UPN, `app:NAME`, or `system`.
    pub who: String,
    /// Small facts: what changed from what to what, which note, which attachment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
}
