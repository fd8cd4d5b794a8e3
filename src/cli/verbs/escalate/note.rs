//! `mmd escalate note ID [TEXT|-]`: a word to whoever works on it.

use serde_json::json;

use super::{
    step,
    text::{Text, required},
};
use crate::{
    cli::{context::Context, output::Report, verbs::words::word},
    error::Result,
};

/// On which request, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: Option<Text>,
}

/// Adds a note; it answers a request for action.
///
/// # Errors
/// When there is no such request, or it is resolved.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let text = required(input.text, "Note", "TEXT", cx)?;
    let step = async { cx.tenant().await?.add_ticket_note(&input.id, &text.text).await };
    let (sent, said) = (step::sent(&input.id, cx, step).await, text.text.clone());
    text.settle(sent, cx)?;
    cx.output.note(&format!("noted on {}", input.id));
    cx.output.hint(&format!("`mmd escalate show {}` shows it", word(&input.id)));
    cx.output.report(&Report::json_only(json!({ "id": input.id, "text": said })))
}
