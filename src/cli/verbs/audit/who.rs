//! `mmd audit who DEVICE`: who saw which password of it, and when.

use super::{events, kept};
use crate::{
    cli::{context::Context, output::Report},
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
/// For who may not read them.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let query = AuditQuery {
        device: Some(input.device),
        action: Some(VIEWED.to_owned()),
        ..AuditQuery::default()
    };
    let tenant = cx.tenant().await?;
    let (events, json) = events::read(&tenant, &query).await?;
    cx.output.report(&Report::table(events::views(&events), json))?;
    kept::look(&tenant, cx).await;
    Ok(())
}
