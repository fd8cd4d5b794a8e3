//! `mmd escalate reply ID [TEXT|-]`: operations' word.

use super::{
    step,
    text::{Text, required},
};
use crate::{cli::context::Context, error::Result};

/// To which request, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: Option<Text>,
    /// `--request-action`: the filer has to act next.
    pub request_action: bool,
}

/// Answers as operations.
///
/// # Errors
/// When it is resolved.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let text = required(input.text, "Reply", "TEXT", cx)?;
    let step = async {
        let tenant = cx.tenant().await?;
        tenant.reply_to_ticket(&input.id, &text.text, input.request_action).await
    };
    let sent = step::sent(&input.id, cx, step).await;
    let ticket = text.settle(sent, cx)?;
    let done = match input.request_action {
        true => "answered: the filer acts next, and has 48 h",
        false => "answered",
    };
    step::report(&ticket, done, cx)
}
