//! `mmd escalate reactivate ID`.

use super::{resolve::Input, step, text::settle};
use crate::{cli::context::Context, error::Result};

/// Takes a resolved request up again, within 24 hours.
///
/// # Errors
/// When it is active, or it is too late.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let text = input.text.map(|text| text.read("--message")).transpose()?;
    let said = text.as_ref().map(|given| given.text.as_str());
    let step = async { cx.tenant().await?.reactivate_ticket(&input.id, said).await };
    let sent = step::sent(&input.id, cx, step).await;
    let ticket = settle(text, sent, cx)?;
    step::report(&ticket, "active again", cx)
}
