//! Notices on their way to the sinks of the service's configuration (ours).
//!
//! `GET tenants/T/deliveries?state=dead` lists them, newest first; `POST
//! tenants/T/deliveries/ID/retry` sends a dead letter again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// It has not reached the receiver yet.
    Pending,
    /// The receiver has taken it.
    Delivered,
    /// It was given up, and can be sent again.
    Dead,
}

impl State {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Delivered => "delivered",
            State::Dead => "dead",
        }
    }

    /// Reads what [`as_str`](Self::as_str) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [State::Pending, State::Delivered, State::Dead].into_iter().find(|s| s.as_str() == text)
    }
}

/// One notice on its way to one sink, and for e-mail to one addressee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its id.
    pub id: Uuid,
    /// The notice's id, by which receivers know a repeat (`webhook-id`).
    pub notice: Uuid,
    /// The sink's name in the configuration.
    pub sink: String,
    /// An e-mail's addressee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// What happened: `ticket.created`, `elevation.closed`, …
    pub event: String,
    /// The ticket or elevation request that it happened to.
    pub subject: String,
    /// Where it stands.
    pub state: State,
    /// Attempts so far.
    pub attempts: u32,
    /// When it happened.
    pub created: Timestamp,
    /// When it is tried next; none while it waits behind an earlier event of its subject.
    pub next_attempt: Option<Timestamp>,
    /// When it was delivered or given up.
    pub ended: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}
