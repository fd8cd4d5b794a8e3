//! `mmd escalate resolve ID`.

use super::{
    step,
    text::{Text, settle},
};
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
    let said = text.as_ref().map(|given| given.text.as_str());
    let step = async { cx.tenant().await?.resolve_ticket(&input.id, said).await };
    let sent = step::sent(&input.id, cx, step).await;
    let ticket = settle(text, sent, cx)?;
    step::report(&ticket, "resolved; within 24 h it can be reactivated", cx)
}
