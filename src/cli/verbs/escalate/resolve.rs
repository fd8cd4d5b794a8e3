//! `mmd escalate resolve ID`.

use super::{step, text::Text};
use crate::{cli::context::Context, error::Result};

/// Which request, and a word on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
    /// `--message`
    pub text: Option<Text>,
}

/// Resolves a request.
///
/// # Errors
/// When it is resolved already.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let text = input.text.map(|text| text.read("--message")).transpose()?;
    let ticket = cx.tenant().await?.resolve_ticket(&input.id, text.as_deref()).await?;
    step::report(&ticket, "resolved; within 24 h it can be reactivated", cx)
}
