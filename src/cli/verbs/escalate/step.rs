//! What a step says of the request as it is then.

use serde_json::json;

use super::view;
use crate::{
    api::ticket::Ticket,
    cli::{context::Context, output::Report, verbs::words::word},
    error::Result,
};

/// The request, and in a word what became of it.
pub(super) fn report(ticket: &Ticket, done: &str, cx: &Context) -> Result<()> {
    cx.output.report(&Report::details(view::details(ticket, &[]), json!(ticket)))?;
    cx.output.note(&format!("{} is {done}", ticket.id));
    cx.output.hint(&format!("`mmd escalate show {}` follows it", word(&ticket.id)));
    Ok(())
}
