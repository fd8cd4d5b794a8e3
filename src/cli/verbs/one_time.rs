//! Codes that were asked for by name: alone on standard output, or as JSON.

use serde_json::json;

use crate::{
    api::device::OneTimeCode,
    cli::{
        context::Context,
        output::{Format, Report},
        verbs::words::word,
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
    let until = cx.output.moment(code.expires);
    cx.output.note(&format!("{}, once, until {until}", purpose.what));
    if !cx.is_embedded() {
        // The sample's address ends with this process: nobody can go there.
        cx.output.hint(&purpose.next);
    }
    Ok(())
}

/// The service as another machine has to name it. The authority's file lies elsewhere there.
pub(super) async fn service(cx: &Context) -> Result<String> {
    let origin = word(cx.client().await?.origin());
    Ok(match cx.settings.ca_file {
        Some(_) => format!("{origin} --ca-file FILE"),
        None => origin,
    })
}
