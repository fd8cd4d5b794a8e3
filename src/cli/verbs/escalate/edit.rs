//! `mmd escalate edit ID`: correct what a request says.

use super::{
    contact,
    form::ContactForm,
    step,
    text::{Text, settle},
};
use crate::{
    api::ticket::{Contact, EditTicket, Hours, Severity, Ticket},
    cli::context::Context,
    error::{Error, Result},
};

/// Which request, and what changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
    /// `--description`
    pub description: Option<Text>,
    /// `--severity`
    pub severity: Option<Severity>,
    /// The parts of the contact that change.
    pub contact: ContactForm,
    /// `--hours`
    pub hours: Option<Hours>,
}

/// Edits a request that is not resolved.
///
/// # Errors
/// When nothing is to change; for what a rule forbids.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let nothing = input.description.is_none()
        && input.severity.is_none()
        && input.hours.is_none()
        && input.contact.is_empty();
    if nothing {
        return Err(Error::usage("nothing is to be changed").hint(
            "name what changes: `--description`, `--severity`, `--hours`, `--given-name`, \
             `--surname`, `--email`, `--phone`",
        ));
    }
    let description = input.description.map(|text| text.read("--description")).transpose()?;
    let said = description.as_ref().map(|given| given.text.clone());
    let step = async {
        let tenant = cx.tenant().await?;
        let before = tenant.ticket(&input.id).await?;
        let names_contact = !input.contact.is_empty();
        let contact = names_contact.then(|| contact::over(&before.contact, input.contact));
        let (severity, hours) = (input.severity, input.hours);
        let edit = EditTicket { description: said, severity, contact, hours };
        let after = tenant.edit_ticket(&input.id, &edit).await?;
        let differs = editable(&before) != editable(&after);
        Ok((after, differs))
    };
    let sent = step::sent(&input.id, cx, step).await;
    let (ticket, differs) = settle(description, sent, cx)?;
    let done = if differs { "changed" } else { "as it was: nothing was changed" };
    step::report(&ticket, done, cx)
}

/// What an edit can change.
fn editable(ticket: &Ticket) -> (&str, Severity, &Contact, Option<Hours>) {
    (&ticket.description, ticket.severity, &ticket.contact, ticket.hours)
}
