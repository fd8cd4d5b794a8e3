//! `mmd device rotate NAME`.

use std::time::Duration;

use serde_json::json;

use super::{
    settle::{self, is_settled, settle},
    show::not_found,
    view,
};
use crate::{
    api::device::Device,
    cli::{context::Context, output::Report, verbs::words::word},
    error::{Error, Kind, Result},
};

/// Which device, and how long to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// `--wait`
    pub wait: Option<Duration>,
}

/// Orders a rotation, and waits for it where that was asked for.
///
/// # Errors
/// [`Kind::NotNow`] when the device has not confirmed in time.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    tenant.rotate(&input.name).await.map_err(|error| not_found(error, &input.name))?;
    // With this process the devices of the embedded sample end too.
    let wait = input.wait.or(cx.is_embedded().then_some(settle::EMBEDDED));
    let device = settle(&tenant, &input.name, wait.unwrap_or_default()).await?;
    if wait.is_some() && !is_settled(&device) {
        return Err(late(&device));
    }
    cx.output.report(&Report::details(view::details(&device), json!(device)))?;
    if !is_settled(&device) {
        cx.output.note(&format!(
            "the rotation is ordered; `mmd device show {}` says when it is done",
            word(&device.name)
        ));
    }
    Ok(())
}

fn late(device: &Device) -> Error {
    let message = format!("{} has not confirmed a new password yet", device.name);
    let stopped = device.rotation.as_ref().and_then(|rotation| rotation.stopped.clone());
    let mut error =
        Error::new(Kind::NotNow, message).details(json!({ "rotation": device.rotation }));
    error.causes.extend(stopped);
    error
        .hint("the rotation is ordered, and is done when the device comes back")
        .hint(format!("`mmd device show {}` says how it stands", word(&device.name)))
}
