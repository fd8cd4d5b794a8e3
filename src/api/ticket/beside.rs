//! What lies by a ticket: notes and attachments.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A word on a ticket (operation 14), with the documented members in the documented order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Its number in the ticket, from 0.
    pub id: u32,
    /// `post`
    #[serde(rename = "type")]
    pub ty: String,
    /// `html`
    pub render_type: String,
    /// When it was written.
    pub created_date_time: Timestamp,
    /// The same: notes are not edited.
    pub modified_date_time: Timestamp,
    /// What it says, verbatim.
    pub text: String,
    /// Who wrote it: a UPN, or `app:NAME`.
    pub sender: String,
    /// Whose word it is.
    #[serde(rename = "@mmd.kind", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<NoteKind>,
}

/// Whose word a note is (ours).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NoteKind {
    /// The customer's.
    Note,
    /// Operations'.
    Reply,
    /// Operations', who ask the customer to act.
    RequestForAction,
}

impl NoteKind {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            NoteKind::Note => "note",
            NoteKind::Reply => "reply",
            NoteKind::RequestForAction => "requestForAction",
        }
    }
}

/// What adds a note (operation 15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewNote {
    /// What it says.
    pub text: String,
}

/// A file that lies by a ticket (ours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its id.
    pub id: Uuid,
    /// Its name, without a directory.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, in hexadecimal; verified at every download.
    pub sha256: String,
    /// When it was attached.
    pub created_date_time: Timestamp,
    /// Who attached it.
    pub sender: String,
}
