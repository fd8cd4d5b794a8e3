//! The service as the agent's loop sees it: four messages, each with an answer or a refusal.
//!
//! A seam, so that tests run the loop against the real ledger and lose, repeat and delay messages.

use std::time::Duration;

use crate::{
    api::agent::{Aftermath, Confirm, Confirmed, Contact, Escrow, Escrowed, Orders},
    client::{AgentClient, AgentRefusal},
};

/// Whoever answers an agent.
pub trait Service: Send + Sync {
    /// See [`AgentClient::contact`].
    fn contact(
        &self,
        contact: &Contact,
        wait: Duration,
    ) -> impl Future<Output = Result<Orders, AgentRefusal>> + Send;

    /// See [`AgentClient::escrow`].
    fn escrow(
        &self,
        escrow: &Escrow,
    ) -> impl Future<Output = Result<Escrowed, AgentRefusal>> + Send;

    /// See [`AgentClient::confirm`].
    fn confirm(
        &self,
        confirm: &Confirm,
    ) -> impl Future<Output = Result<Confirmed, AgentRefusal>> + Send;

    /// See [`AgentClient::aftermath`].
    fn aftermath(
        &self,
        aftermath: &Aftermath,
    ) -> impl Future<Output = Result<(), AgentRefusal>> + Send;
}

impl Service for AgentClient {
    async fn contact(&self, contact: &Contact, wait: Duration) -> Result<Orders, AgentRefusal> {
        AgentClient::contact(self, contact, wait).await
    }

    async fn escrow(&self, escrow: &Escrow) -> Result<Escrowed, AgentRefusal> {
        AgentClient::escrow(self, escrow).await
    }

    async fn confirm(&self, confirm: &Confirm) -> Result<Confirmed, AgentRefusal> {
        AgentClient::confirm(self, confirm).await
    }

    async fn aftermath(&self, aftermath: &Aftermath) -> Result<(), AgentRefusal> {
        AgentClient::aftermath(self, aftermath).await
    }
}
