//! `mmd team app`: programs that use the API.

pub mod add;
pub mod list;
pub mod remove;
pub mod rotate;

use serde_json::json;

use crate::{
    cli::{
        context::Context,
        output::{Format, Report},
    },
    error::Result,
    secret::Secret,
};

/// Prints a new secret, alone on standard output, or `as_json`.
fn print(secret: &Secret, as_json: impl serde::Serialize, cx: &Context) -> Result<()> {
    match cx.output.options().format {
        Format::Json => cx.output.report(&Report::json_only(json!(as_json))),
        Format::Table | Format::Csv => cx.output.secret(secret),
    }
}
