//! A contact of which only a part changes.

use super::form::ContactForm;
use crate::{
    api::ticket::{Contact, NewContact},
    client::Tenant,
    error::Result,
};

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
    Ok(Some(over(&tenant.ticket(id).await?.contact, change)))
}

/// The contact `now`, with what is named changed.
pub(super) fn over(now: &Contact, change: ContactForm) -> NewContact {
    NewContact {
        given_name: change.given_name.unwrap_or_else(|| now.given_name.clone()),
        surname: change.surname.unwrap_or_else(|| now.surname.clone()),
        email: change.email.unwrap_or_else(|| now.email.clone()),
        phone_number: change.phone_number.unwrap_or_else(|| now.phone_number.clone()),
    }
}
