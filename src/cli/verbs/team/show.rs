//! `mmd team show UPN`.

use serde_json::json;

use super::list::roles;
use crate::{
    cli::{
        context::Context,
        output::{Details, Report},
    },
    error::Result,
};

/// Who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Their UPN.
    pub upn: String,
}

/// Shows one member.
///
/// # Errors
/// When there is no such member.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let member = cx.tenant().await?.member(&input.upn).await?;
    let details = Details::new()
        .row("Upn", member.upn.as_str())
        .row("Display name", member.display_name.clone())
        .row("Roles", roles(&member.roles))
        .row("Until", member.until)
        .row("Bound", if member.bound { "yes" } else { "not yet" })
        .row("Last sign in", member.last_sign_in)
        .row("Added by", member.added_by.as_str())
        .row("Added at", member.added_at);
    cx.output.report(&Report::details(details, json!(member)))
}
