//! `mmd audit who DEVICE`: who saw which password of it, and when.

use super::{events, kept};
use crate::{
    cli::{context::Context, output::Report, verbs::device::must_exist},
    client::AuditQuery,
    error::Result,
};

/// What a hand-over is called in the trail.
const VIEWED: &str = "password.viewed";

/// Which device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub device: String,
}

/// Lists every hand-over of the device's passwords.
///
/// # Errors
/// For who may not read them; when there is no such device, and never was one that was seen.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let query = AuditQuery {
        device: Some(input.device.clone()),
        action: Some(VIEWED.to_owned()),
        ..AuditQuery::default()
    };
    let tenant = cx.tenant().await?;
    let (events, json) = events::read(&tenant, &query).await?;
    if events.is_empty() {
        must_exist(&tenant, &input.device).await?;
    }
    cx.output.report(&Report::table(events::views(&events), json))?;
    kept::look(&tenant, cx).await;
    Ok(())
}
