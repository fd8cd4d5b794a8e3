//! `mmd escalate edit ID`: correct what a request says.

use super::{
    contact,
    filing::unless_interrupted,
    form::ContactForm,
    step,
    text::{Text, settle},
};
use crate::{
    api::ticket::{EditTicket, Hours, Severity},
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
        let contact = contact::whole(&tenant, &input.id, input.contact).await?;
        let (severity, hours) = (input.severity, input.hours);
        let edit = EditTicket { description: said, severity, contact, hours };
        tenant.edit_ticket(&input.id, &edit).await
    };
    let sent = unless_interrupted(step).await;
    let ticket = settle(description, sent, cx)?;
    step::report(&ticket, "changed", cx)
}
