//! `mmd team contacts list`.

use serde_json::json;

use crate::{
    api::ticket::AdminContact,
    cli::{
        context::Context,
        output::{Report, Table},
    },
    error::Result,
};

/// Lists the admin contacts.
///
/// # Errors
/// For what the service refuses.
pub async fn run(cx: &Context) -> Result<()> {
    let contacts = cx.tenant().await?.admin_contacts().await?;
    cx.output.report(&Report::table(table(&contacts), json!(contacts)))?;
    if contacts.is_empty() {
        cx.output.hint(
            "without one no support request can be filed: `mmd team contacts set other \
             --given-name … --email … --phone …`",
        );
    }
    Ok(())
}

/// Rows of contacts.
pub(super) fn table(contacts: &[AdminContact]) -> Table {
    let headers = ["Area", "Name", "E-mail", "Telephone", "Set by", "Set"];
    let mut table = Table::new(headers, "no admin contacts");
    for contact in contacts {
        table.push([
            contact.area.as_str().into(),
            contact.name.as_str().into(),
            contact.email.as_str().into(),
            contact.phone_number.as_str().into(),
            contact.set_by.as_str().into(),
            contact.set_at.into(),
        ]);
    }
    table
}
