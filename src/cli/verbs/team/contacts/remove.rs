//! `mmd team contacts remove AREA`.

use serde_json::json;

use crate::{
    api::ticket::Area,
    cli::{context::Context, output::Report},
    error::Result,
};

/// Which area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The area.
    pub area: Area,
}

/// Removes the admin contact of an area.
///
/// # Errors
/// When it has none.
pub async fn run(input: &Input, cx: &Context) -> Result<()> {
    cx.tenant().await?.remove_admin_contact(input.area).await?;
    cx.output.note(&format!("the area {} has no admin contact of its own now", input.area));
    cx.output.report(&Report::json_only(json!({ "area": input.area })))
}
