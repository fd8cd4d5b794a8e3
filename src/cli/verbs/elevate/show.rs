//! `mmd elevate show ID|DEVICE`.

use serde_json::json;

use super::{Target, one_own, tell_superseded, view};
use crate::{
    cli::{context::Context, output::Report},
    error::Result,
};

/// Which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The request.
    pub target: Target,
}

/// Shows one request.
///
/// # Errors
/// When there is none, or none of the caller's is open on the device.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    let request = one_own(cx, &tenant, &input.target).await?;
    cx.output.report(&Report::details(view::details(&request), json!(request)))?;
    tell_superseded([&request], &cx.output);
    Ok(())
}
