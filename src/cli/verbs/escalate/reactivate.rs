//! `mmd escalate reactivate ID`.

use super::{resolve::Input, step};
use crate::{cli::context::Context, error::Result};

/// Takes a resolved request up again, within 24 hours.
///
/// # Errors
/// When it is active, or it is too late.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let text = input.text.map(|text| text.read("--message")).transpose()?;
    let ticket = cx.tenant().await?.reactivate_ticket(&input.id, text.as_deref()).await?;
    step::report(&ticket, "active again", cx)
}
