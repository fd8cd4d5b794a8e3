//! Notices on their way to the sinks of the service's configuration.

use reqwest::Method;
use uuid::Uuid;

use super::Tenant;
use crate::{
    api::{
        Entity,
        delivery::{Delivery, State},
    },
    error::Result,
};

impl Tenant {
    /// The deliveries in `state`, or all of them, the newest first.
    ///
    /// # Errors
    /// [`Kind::Forbidden`](crate::error::Kind::Forbidden) for who is neither admin nor auditor.
    pub async fn deliveries(&self, state: Option<State>) -> Result<Vec<Delivery>> {
        let path = self.path(&["deliveries"])?;
        let call = self.client.call(Method::GET, &path);
        self.client.rows(call.maybe("state", state.map(State::as_str))).await
    }

    /// Sends a dead letter again. One that is under way already is left alone, so a repeat is
    /// harmless.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) where it was delivered, or its sink is no
    /// more.
    pub async fn retry_delivery(&self, id: Uuid) -> Result<Delivery> {
        let path = self.path(&["deliveries", &id.to_string(), "retry"])?;
        let call = self.client.call(Method::POST, &path);
        let entity: Entity<Delivery> = call.json().await?;
        Ok(entity.value)
    }
}
