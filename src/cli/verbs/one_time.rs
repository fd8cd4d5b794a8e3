//! Codes that were asked for by name: alone on standard output, or as JSON.

use serde_json::json;

use crate::{
    api::device::OneTimeCode,
    cli::{
        context::Context,
        output::{Format, Report, relative},
    },
    error::Result,
};

/// What a code is for.
pub(super) struct Purpose {
    /// What it does.
    pub(super) what: String,
    /// How it is used.
    pub(super) next: String,
}

/// Prints `code`, and says what to do with it.
pub(super) fn print(code: &OneTimeCode, purpose: &Purpose, cx: &Context) -> Result<()> {
    match cx.output.options().format {
        Format::Json => cx.output.report(&Report::json_only(json!(code)))?,
        Format::Table | Format::Csv => cx.output.secret(&code.code)?,
    }
    cx.output.note(&format!(
        "{}, once, until {} ({})",
        purpose.what,
        code.expires,
        relative(code.expires, cx.clock.now())
    ));
    cx.output.hint(&purpose.next);
    Ok(())
}
