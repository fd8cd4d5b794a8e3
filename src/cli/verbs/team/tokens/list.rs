//! `mmd team tokens list [UPN]`.

use serde_json::json;

use crate::{
    api::team::TokenInfo,
    cli::{
        context::Context,
        output::{Report, Table},
    },
    error::Result,
};

/// Whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// A UPN, or `app:NAME`; everybody's where nobody is named.
    pub holder: Option<String>,
}

/// Lists tokens.
///
/// # Errors
/// For what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let tokens = cx.tenant().await?.tokens(input.holder.as_deref()).await?;
    cx.output.report(&Report::table(table(&tokens), json!(tokens)))
}

fn table(tokens: &[TokenInfo]) -> Table {
    let headers = ["Id", "Whose", "Made", "Last used", "Expires", "From"];
    let mut table = Table::new(headers, "no tokens");
    for token in tokens {
        table.push([
            token.id.as_str().into(),
            token.holder.as_str().into(),
            token.created.into(),
            token.last_used.into(),
            token.expires.into(),
            token.from.clone().into(),
        ]);
    }
    table
}
