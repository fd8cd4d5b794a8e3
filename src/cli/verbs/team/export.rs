//! `mmd team export`: the team as `sync` takes it.

use serde_json::json;

use super::wanted;
use crate::{
    cli::{
        context::Context,
        output::{Format, Report},
    },
    error::Result,
};

/// Prints the team as CSV, or as JSON.
///
/// # Errors
/// For what the service refuses.
pub async fn run(cx: &Context) -> Result<()> {
    let team = cx.tenant().await?.export_team().await?;
    match cx.output.options().format {
        Format::Json => cx.output.report(&Report::json_only(json!(team))),
        Format::Table | Format::Csv => cx.output.bytes(&wanted::to_csv(&team)?),
    }
}
