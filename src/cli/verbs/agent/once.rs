//! `mmd agent once`: one contact, for schedulers and for trying out.

use std::path::Path;

use serde_json::json;

use crate::{
    agent::{run::once, state::StateDir},
    cli::output::{Details, Output, Report},
    error::Result,
};

/// Makes contact, rotates when that is due, and says what was done.
///
/// # Errors
/// When the service does not answer, or the rotation fails.
pub async fn run(state_dir: &Path, output: &Output) -> Result<()> {
    let report = once(StateDir::open(state_dir)?).await?;
    let due = json!(report.due);
    let rotated = report.rotated.and_then(|number| i64::try_from(number).ok());
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let details = Details::new()
        .row("Device", report.device.as_str())
        .row("Due", due.as_str())
        .row("Rotated to", rotated)
        .row("Requests ended", number(report.ended))
        .row("Notices running", number(report.waiting));
    output.report(&Report::details(details, json!(report)))
}
