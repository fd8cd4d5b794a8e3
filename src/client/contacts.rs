//! The admin contacts that stand by for support requests.

use reqwest::Method;

use super::Tenant;
use crate::{
    api::ticket::{AdminContact, Area, PutAdminContact},
    error::Result,
};

impl Tenant {
    /// The admin contacts, by area.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn admin_contacts(&self) -> Result<Vec<AdminContact>> {
        self.client.rows(self.client.call(Method::GET, &self.path(&["contacts"])?)).await
    }

    /// Sets the admin contact of an area.
    ///
    /// # Errors
    /// [`Kind::Forbidden`](crate::error::Kind::Forbidden) for who is no admin.
    pub async fn set_admin_contact(
        &self,
        area: Area,
        contact: &PutAdminContact,
    ) -> Result<AdminContact> {
        let path = self.path(&["contacts", area.as_str()])?;
        self.client.call(Method::PUT, &path).body(contact)?.repeatable().json().await
    }

    /// Removes the admin contact of an area.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when it has none.
    pub async fn remove_admin_contact(&self, area: Area) -> Result<()> {
        let path = self.path(&["contacts", area.as_str()])?;
        self.client.call(Method::DELETE, &path).keyed().done().await
    }
}
