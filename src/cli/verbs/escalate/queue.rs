//! `mmd escalate queue`: what has to be worked on, what is overdue first.

use serde_json::json;

use super::view;
use crate::{
    api::ticket::Ticket,
    cli::{context::Context, output::Report, verbs::words::word},
    error::{Kind, Result},
};

/// Lists what operations have to work on; for an admin what waits to be filed.
///
/// # Errors
/// For what the service refuses.
pub async fn run(cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    let mut tickets: Vec<Ticket> = tenant.handed_over().await?;
    let waiting = tickets.first().map(|ticket| ticket.id.clone());
    match tenant.ticket_queue().await {
        Ok(queue) => tickets.extend(queue),
        // An admin's queue is what waits for one.
        Err(error) if error.kind == Kind::Forbidden && waiting.is_some() => {}
        Err(error) => return Err(error),
    }
    cx.output.report(&Report::table(view::queue(&tickets), json!(tickets)))?;
    if let Some(id) = waiting {
        cx.output.hint(&format!("an admin files what waits: `mmd escalate file {}`", word(&id)));
    } else if let Some(first) = tickets.first() {
        cx.output.hint(&format!("`mmd escalate take {}` takes the first", word(&first.id)));
    }
    Ok(())
}
