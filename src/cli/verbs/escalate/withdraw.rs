//! `mmd escalate withdraw ID`: drop a request that waits for an admin.

use serde_json::json;

use crate::{
    cli::{context::Context, output::Report},
    error::Result,
};

/// Which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
}

/// Drops a request that waits; its writer or an admin does.
///
/// # Errors
/// When there is no such request, or it is filed.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    cx.tenant().await?.withdraw_ticket(&input.id).await?;
    cx.output.note(&format!("{} is withdrawn", input.id));
    cx.output.report(&Report::json_only(json!({ "id": input.id })))
}
