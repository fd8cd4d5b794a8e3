//! `mmd agent status`: from the state directory alone, also while the agent runs.

use std::path::Path;

use serde_json::json;

use crate::{
    agent::status::status,
    cli::output::{Cell, Details, Output, Report, Tone},
    error::Result,
};

/// Shows how the agent of `state_dir` stands.
///
/// # Errors
/// When no device is enrolled there, or its files are damaged.
pub fn run(state_dir: &Path, output: &Output) -> Result<()> {
    let status = status(state_dir)?;
    let running = match (status.running, status.stopped) {
        (_, true) => Cell::Toned("makes no new passwords: too many failed".into(), Tone::Bad),
        (true, false) => Cell::Toned("running".into(), Tone::Good),
        (false, false) => Cell::Toned("not running".into(), Tone::Warn),
    };
    let details = Details::new()
        .row("Device", status.device.as_str())
        .row("Agent", running)
        .row("Service", status.service.as_str())
        .row("Tenant", status.tenant.as_str())
        .row("Account", status.account.as_str())
        .row("Backend", status.backend.as_str())
        .row("Generation", status.generation.and_then(|number| i64::try_from(number).ok()))
        .row("Under way", status.phase)
        .row("Unconfirmed", i64::from(status.unconfirmed))
        .row("Last contact", status.last_contact);
    output.report(&Report::details(details, json!(status)))
}
