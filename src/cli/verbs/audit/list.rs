//! `mmd audit list`.

use super::{events, kept};
use crate::{
    cli::{context::Context, output::Report},
    client::AuditQuery,
    error::Result,
};

/// Which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Of this device.
    pub device: Option<String>,
    /// Of this person, program or device.
    pub who: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// The last so many.
    pub latest: u32,
}

/// Lists the latest events.
///
/// # Errors
/// For who may not read them.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let Input { device, who, action, latest } = input;
    let when_empty = match device.is_some() || who.is_some() || action.is_some() {
        true => "no event fits",
        false => "no events",
    };
    let query = AuditQuery { device, who, action, latest: Some(latest), ..AuditQuery::default() };
    let tenant = cx.tenant().await?;
    let (events, json) = events::read(&tenant, &query).await?;
    cx.output.report(&Report::table(events::table(&events, when_empty), json))?;
    kept::look(&tenant, cx).await;
    Ok(())
}
