//! `mmd audit head`: as JSON for every reader, because it is kept in a file and compared later.

use serde_json::json;

use super::kept;
use crate::{
    cli::{context::Context, output::Report},
    error::{Error, Result},
};

/// Prints the signed head.
///
/// # Errors
/// For who may not read it.
pub async fn run(cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    let head = tenant.audit_head().await?;
    let text = serde_json::to_string(&head)
        .map_err(|error| Error::failed("the head cannot be shown").cause(error))?;
    cx.output.report(&Report::text(text, json!(head)))?;
    kept::compare(&tenant, &head, cx).await;
    cx.output.hint(
        "keep it away from the service; `mmd audit verify --since-head FILE` proves later that \
         nothing before it was changed",
    );
    Ok(())
}
