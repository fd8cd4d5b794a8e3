//! A step on a request: sent, and what it says of the request as it is then.

use serde_json::json;

use super::view;
use crate::{
    api::ticket::Ticket,
    cli::{context::Context, output::Report, prompt::unless_interrupted, verbs::words::word},
    error::{Kind, Result},
};

/// Sends `step`, unless it is interrupted. Nobody knows then whether it was done, and the error says
/// so.
pub(super) async fn sent<T>(step: impl Future<Output = Result<T>>) -> Result<T> {
    unless_interrupted(step).await.map_err(|error| match error.kind {
        Kind::Interrupted => error.cause("it was on its way, and may have arrived"),
        _ => error,
    })
}

/// The request, and in a word what became of it.
pub(super) fn report(ticket: &Ticket, done: &str, cx: &Context) -> Result<()> {
    cx.output.report(&Report::details(view::details(ticket, &[]), json!(ticket)))?;
    cx.output.note(&format!("{} is {done}", ticket.id));
    cx.output.hint(&format!("`mmd escalate show {}` follows it", word(&ticket.id)));
    Ok(())
}
