//! `mmd device list`.

use serde_json::json;

use super::view;
use crate::{
    api::device::RotationState,
    cli::{complete::learn, context::Context, output::Report},
    error::Result,
};

/// Which devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Those whose password is in this state.
    pub rotation: Option<RotationState>,
}

/// Lists devices.
///
/// # Errors
/// Those of every call.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let mut devices = cx.tenant().await?.devices(None, None).await?;
    learn::devices(cx, &devices);
    if let Some(state) = input.rotation {
        devices.retain(|device| device.rotation.as_ref().is_some_and(|r| r.state == state));
    }
    cx.output.report(&Report::table(view::table(&devices), json!(devices)))
}
