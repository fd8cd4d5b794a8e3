//! How a device's agent stands, told from its state directory, also while it runs.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    engine::{HEARD, Heard, JOURNAL},
    state::StateView,
};
use crate::{
    domain::rotation::{Generation, Journal, MAX_UNCONFIRMED, Phase},
    error::Result,
};

/// How an agent stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The device's name.
    pub device: String,
    /// The service's origin.
    pub service: String,
    /// The tenant's id.
    pub tenant: String,
    /// The account whose password rotates.
    pub account: String,
    /// Where it lives.
    pub backend: String,
    /// The generation that was confirmed last.
    pub generation: Option<Generation>,
    /// How far the rotation under way has come; none when there is none.
    pub phase: Option<&'static str>,
    /// Attempts since the last confirmation.
    pub unconfirmed: u32,
    /// True once so many failed in a row that no more are made.
    pub stopped: bool,
    /// When the service was last heard, by its clock. An agent that waits for work is answered at
    /// least every minute.
    pub last_contact: Option<Timestamp>,
    /// Whether an agent runs on the directory.
    pub running: bool,
}

/// How the agent of the state directory `path` stands.
///
/// # Errors
/// When no device is enrolled there, or its files are damaged.
pub fn status(path: &Path) -> Result<Status> {
    let state = StateView::open(path)?;
    let config = state.config()?;
    let journal = state.load_json::<Journal>(JOURNAL)?.unwrap_or_default();
    // Not durable: after a power cut it may say nothing, which is no damage.
    let heard = state.load_json::<Heard>(HEARD).ok().flatten();
    let phase = journal.attempt.as_ref().map(|attempt| match attempt.phase {
        Phase::Escrowing => "escrowing",
        Phase::Setting { .. } => "setting",
        Phase::Verified { .. } => "verified",
        Phase::Failed { .. } => "failed",
    });
    Ok(Status {
        device: config.device_name,
        service: config.service,
        tenant: config.tenant,
        account: config.account,
        backend: config.backend.to_string(),
        generation: journal.confirmed.map(|confirmed| confirmed.generation),
        phase,
        unconfirmed: journal.unconfirmed,
        stopped: journal.unconfirmed >= MAX_UNCONFIRMED,
        last_contact: heard.map(|heard| heard.time),
        running: state.is_in_use()?,
    })
}
