//! `mmd escalate transfer ID --to DESTINATION`.

use super::{step, text::Text};
use crate::{api::ticket::Destination, cli::context::Context, error::Result};

/// Which request, to whom, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
    /// `--to`
    pub to: Destination,
    /// `--message`
    pub text: Option<Text>,
}

/// Hands a request to another destination.
///
/// # Errors
/// When it lies there already, or is resolved.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let text = input.text.map(|text| text.read("--message")).transpose()?;
    let tenant = cx.tenant().await?;
    let ticket = tenant.transfer_ticket(&input.id, input.to, text.as_deref()).await?;
    step::report(&ticket, &format!("transferred to {}", input.to), cx)
}
