//! `mmd team app remove NAME`.

use serde_json::json;

use crate::{
    cli::{context::Context, output::Report, verbs::words::count},
    error::{Kind, Result},
};

/// Which program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
}

/// Removes a program.
///
/// # Errors
/// When there is no such program.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let removed = cx.tenant().await?.remove_app(&input.name).await;
    let removed = removed.map_err(|error| match error.kind {
        Kind::NotFound => error.hint("see which there are: `mmd team app list`"),
        _ => error,
    })?;
    cx.output.report(&Report::json_only(json!(removed)))?;
    let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    cx.output.note(&format!(
        "`{}` is removed: {} ended, {} closed",
        input.name,
        count(number(removed.revoked_tokens), "token"),
        count(number(removed.closed_requests), "open request"),
    ));
    Ok(())
}
