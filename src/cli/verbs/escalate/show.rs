//! `mmd escalate show ID`: the request, what happened, who acts next and by when.

use serde_json::json;

use super::{guide, view};
use crate::{
    api::ticket::{ActionOwner, Stage, Ticket, TicketState},
    cli::{
        context::Context,
        output::{Format, Report},
        verbs::words::word,
    },
    error::{Error, Result},
};

/// Which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
}

/// Shows one support request.
///
/// # Errors
/// When there is none.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    let id = &input.id;
    let ticket = tenant.ticket(id).await?;
    // The rest is read at once: on a slow line each answer takes its time.
    let (notes, events, attachments) = tokio::join!(
        tenant.ticket_notes(id),
        tenant.ticket_timeline(id),
        tenant.ticket_attachments(id)
    );
    let (notes, events, attachments) = (notes?, events?, attachments?);
    let mut json = serde_json::to_value(&ticket)
        .map_err(|error| Error::failed("the request cannot be shown").cause(error))?;
    // Documented members, which the service answers at addresses of their own.
    json["notes"] = json!(notes);
    json["attachments"] = json!(attachments);
    json["@mmd.timeline"] = json!(events);
    let details = view::details(&ticket, &attachments);
    cx.output.report(&Report::details(details, json))?;
    if cx.output.options().format == Format::Table {
        let timeline = Report::table(view::timeline(&events, &notes, &attachments), json!(null));
        cx.output.report(&timeline)?;
    }
    tell_next(&ticket, cx);
    Ok(())
}

/// What whoever looks may do next.
fn tell_next(ticket: &Ticket, cx: &Context) {
    let id = word(&ticket.id);
    let hint = match (ticket.state, ticket.stage, ticket.next_action_owner) {
        (TicketState::AwaitingAdmin, ..) => {
            format!("`mmd escalate file {id}` files it, for an admin")
        }
        (TicketState::Resolved, Some(Stage::Closed | Stage::Resolved) | None, _) => {
            format!("within 24 h `mmd escalate reactivate {id}` takes it up again")
        }
        // After a transfer the filer acts elsewhere: nobody awaits an answer here.
        (_, Some(Stage::AwaitingCustomer), _) | (_, None, ActionOwner::Customer) => {
            let by = ticket
                .next_action_time
                .map(|by| format!(", by {}", guide::moment(by, cx.clock.now())));
            format!(
                "the filer's answer is awaited{}: the filer gives it by `mmd escalate note {id}`",
                by.unwrap_or_default()
            )
        }
        _ => {
            format!("`mmd escalate note {id}` adds a word, `mmd escalate attach {id} FILE` a file")
        }
    };
    cx.output.hint(&hint);
}
