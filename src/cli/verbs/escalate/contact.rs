//! A contact of which only a part changes.

use super::form::ContactForm;
use crate::{api::ticket::NewContact, client::Tenant, error::Result};

/// The whole contact: what is not named stays as the request has it. `None` where nothing changes.
pub(super) async fn whole(
    tenant: &Tenant,
    id: &str,
    change: ContactForm,
) -> Result<Option<NewContact>> {
    if change.is_empty() {
        return Ok(None);
    }
    if let Some(whole) = change.whole() {
        return Ok(Some(whole));
    }
    let now = tenant.ticket(id).await?.contact;
    Ok(Some(NewContact {
        given_name: change.given_name.unwrap_or(now.given_name),
        surname: change.surname.unwrap_or(now.surname),
        email: change.email.unwrap_or(now.email),
        phone_number: change.phone_number.unwrap_or(now.phone_number),
    }))
}
