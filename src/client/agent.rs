//! What agents say: calls that the agent's own loop repeats, so none is repeated here.

use std::time::Duration;

use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Client, answer::Answer};
use crate::{
    api::agent::{
        Aftermath, BASE, Confirm, Confirmed, Contact, Enroll, Enrolled, Escrow, Escrowed, Orders,
        refusal,
    },
    error::{Error, Result},
};

/// The longest wait for work that the service takes.
pub(crate) const LONGEST_POLL: Duration = Duration::from_secs(55);

/// Why the service did not take an agent's word.
#[derive(Debug, Clone)]
pub enum AgentRefusal {
    /// Another process has spoken for the device: whoever answers with this number is alive.
    Challenge(Uuid),
    /// Two live processes hold this device's key.
    Copied(Error),
    /// A contact comes first.
    UnknownInstance,
    /// No rotation is due now.
    NotDue,
    /// The device's key is not known, or no longer.
    Key(Error),
    /// A refusal that a repeat would not change.
    Final(Error),
    /// There was no answer, or one that may be another next time. What was said may have been
    /// heard.
    Unclear(Error),
}

impl AgentRefusal {
    /// The refusal as an error for people.
    pub fn into_error(self) -> Error {
        match self {
            Self::Copied(error) | Self::Key(error) | Self::Final(error) | Self::Unclear(error) => {
                error
            }
            Self::Challenge(_) => Error::failed("another process speaks for this device"),
            Self::UnknownInstance => Error::failed("the service does not know this process"),
            Self::NotDue => Error::failed("no rotation is due"),
        }
    }
}

impl Client {
    /// Enrols a device. Repeated when an answer is lost: the same pair answers the same.
    ///
    /// # Errors
    /// When the code is not (or no longer) good, or the back-end is not allowed in the tenant.
    pub async fn enroll(&self, enroll: &Enroll) -> Result<Enrolled> {
        let call = self.call(Method::POST, &format!("{BASE}/enroll")).anonymous();
        call.body(enroll)?.repeatable().json().await
    }
}

/// A client whose token is a device's key.
#[derive(Debug, Clone)]
pub struct AgentClient(Client);

impl AgentClient {
    /// Speaks with `client`, which was made with the device's key.
    pub fn new(client: Client) -> Self {
        Self(client)
    }

    /// Says what is on the device, and waits at most `wait` (55 s) for something to do.
    ///
    /// # Errors
    /// See [`AgentRefusal`].
    pub async fn contact(&self, contact: &Contact, wait: Duration) -> Result<Orders, AgentRefusal> {
        let wait = Duration::from_secs(wait.min(LONGEST_POLL).as_secs());
        self.say("contact", contact, wait).await
    }

    /// Puts a new password into escrow.
    ///
    /// # Errors
    /// See [`AgentRefusal`].
    pub async fn escrow(&self, escrow: &Escrow) -> Result<Escrowed, AgentRefusal> {
        self.say("escrow", escrow, Duration::ZERO).await
    }

    /// Says that a password opens the account.
    ///
    /// # Errors
    /// See [`AgentRefusal`].
    pub async fn confirm(&self, confirm: &Confirm) -> Result<Confirmed, AgentRefusal> {
        self.say("confirm", confirm, Duration::ZERO).await
    }

    /// Says what was found when a request's access ended.
    ///
    /// # Errors
    /// See [`AgentRefusal`].
    pub async fn aftermath(&self, aftermath: &Aftermath) -> Result<(), AgentRefusal> {
        self.send("aftermath", aftermath, Duration::ZERO).await.map(drop)
    }

    async fn say<T: DeserializeOwned>(
        &self,
        what: &str,
        body: &impl Serialize,
        wait: Duration,
    ) -> Result<T, AgentRefusal> {
        self.send(what, body, wait).await?.json().map_err(AgentRefusal::Unclear)
    }

    async fn send(
        &self,
        what: &str,
        body: &impl Serialize,
        wait: Duration,
    ) -> Result<Answer, AgentRefusal> {
        let call = self.0.call(Method::POST, &format!("{BASE}/{what}")).allow(wait);
        let call = if wait.is_zero() { call } else { call.query("wait", &whole(wait)) };
        let call = call.body(body).map_err(AgentRefusal::Final)?;
        let answer = call.answer().await.map_err(AgentRefusal::Unclear)?;
        if answer.status.is_success() { Ok(answer) } else { Err(refused(&answer)) }
    }
}

fn whole(wait: Duration) -> String {
    wait.as_secs().to_string()
}

fn refused(answer: &Answer) -> AgentRefusal {
    let details = answer.details();
    let first = details.first();
    let mut error = answer.failure();
    // Of no use to an agent.
    error.hints.clear();
    match first.map(|detail| detail.code.as_str()) {
        Some(refusal::CHALLENGE) => {
            let number = first.and_then(|detail| detail.message.parse().ok());
            number.map_or(AgentRefusal::Unclear(error), AgentRefusal::Challenge)
        }
        Some(refusal::COPIED) => AgentRefusal::Copied(error),
        Some(refusal::UNKNOWN_INSTANCE) => AgentRefusal::UnknownInstance,
        Some(refusal::NOT_DUE) => AgentRefusal::NotDue,
        Some(refusal::KEY) => AgentRefusal::Key(error),
        // What stands between agent and service may answer 401, 403, 408 or 429 of its own.
        _ if matches!(answer.status.as_u16(), 400 | 404 | 409 | 413 | 422) => {
            AgentRefusal::Final(error)
        }
        _ => AgentRefusal::Unclear(error),
    }
}
