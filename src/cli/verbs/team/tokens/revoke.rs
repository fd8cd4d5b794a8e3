//! `mmd team tokens revoke ID…`.

use crate::{
    cli::{context::Context, verbs::words::count},
    error::{Kind, Result},
};

/// Which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Their ids.
    pub ids: Vec<String>,
}

/// Ends tokens, all or none.
///
/// # Errors
/// When one of them is not known.
pub async fn run(mut input: Input, cx: &Context) -> Result<()> {
    input.ids.sort_unstable();
    input.ids.dedup();
    let revoked = cx.tenant().await?.revoke_tokens(&input.ids).await;
    revoked.map_err(|error| match error.kind {
        Kind::NotFound => error.hint("see which there are: `mmd team tokens list`"),
        _ => error,
    })?;
    cx.output.note(&format!("{} ended", count(input.ids.len(), "token")));
    Ok(())
}
