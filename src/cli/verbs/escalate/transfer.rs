//! `mmd escalate transfer ID --to DESTINATION`.

use super::{
    step,
    text::{Text, settle},
};
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
    let said = text.as_ref().map(|given| given.text.as_str());
    let step = async { cx.tenant().await?.transfer_ticket(&input.id, input.to, said).await };
    let sent = step::sent(&input.id, cx, step).await;
    let ticket = settle(text, sent, cx)?;
    step::report(&ticket, &format!("transferred to {}", input.to), cx)
}
