//! `mmd escalate lower ID`.

use super::{resolve::Input, step, text::settle};
use crate::{cli::context::Context, error::Result};

/// Lowers the severity by one level, because a commitment was not kept.
///
/// # Errors
/// At severity C, or once it is resolved.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let text = input.text.map(|text| text.read("--message")).transpose()?;
    let said = text.as_ref().map(|given| given.text.as_str());
    let step = async { cx.tenant().await?.lower_ticket(&input.id, said).await };
    let sent = step::sent(&input.id, cx, step).await;
    let ticket = settle(text, sent, cx)?;
    step::report(&ticket, &format!("severity {} now", ticket.severity), cx)
}
