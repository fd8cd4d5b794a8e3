//! `mmd escalate file ID`: an admin files what was handed over, as it stands or corrected.

use super::{
    contact, filing,
    form::Form,
    step,
    text::{Text, settle},
};
use crate::{
    api::ticket::{FileTicket, Severity, Ticket},
    cli::context::Context,
    domain::ticket::may_support,
    error::Result,
};

/// Which request, and what is corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
    /// What the flags say.
    pub form: Form,
    /// `--description -`
    pub description_stdin: bool,
}

/// Files a request that waits for an admin.
///
/// # Errors
/// For who is no admin; once it does not wait any more.
pub async fn run(mut input: Input, cx: &Context) -> Result<()> {
    let read = match input.description_stdin {
        true => Some(Text::Stdin.read("--description")?),
        false => None,
    };
    if let Some(read) = &read {
        input.form.description = Some(read.text.clone());
    }
    let sent = step::sent(&input.id, cx, corrected(&input, cx)).await;
    filing::report(&settle(read, sent, cx)?, cx)
}

async fn corrected(input: &Input, cx: &Context) -> Result<Ticket> {
    let tenant = cx.tenant().await?;
    let Form { title, description, ty, category, subcategory, severity, hours, .. } = &input.form;
    // The service's sentence names the API's number. What waits is an A or a B.
    if let Some(ty) = ty
        && let Err(refusal) = may_support(*ty, severity.unwrap_or(Severity::A), [])
    {
        return Err(filing::unsupported(&refusal).hint("add `--severity C`"));
    }
    let contact = contact::whole(&tenant, &input.id, input.form.contact.clone()).await?;
    let corrected = FileTicket {
        title: title.clone(),
        description: description.clone(),
        ty: *ty,
        category: category.clone(),
        subcategory: subcategory.clone(),
        severity: *severity,
        contact,
        hours: *hours,
    };
    tenant.file_ticket(&input.id, &corrected).await
}
