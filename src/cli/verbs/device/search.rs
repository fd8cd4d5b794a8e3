//! `mmd device search TEXT`.

use serde_json::json;

use super::view;
use crate::{
    cli::{context::Context, output::Report},
    error::Result,
};

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// A part of a name, serial number, id, UPN or e-mail address.
    pub text: String,
}

/// Lists the devices in which the text occurs.
///
/// # Errors
/// Those of every call.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let devices = cx.tenant().await?.devices(Some(&input.text), None).await?;
    cx.output.report(&Report::table(view::table(&devices), json!(devices)))
}
