//! One rotation: make, escrow, set, check, confirm; and when the next one may be tried.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    accounts::{Account, Check},
    engine::Engine,
    service::Service,
    state::StateDir,
    stop::Halt,
};
use crate::{
    api::agent::Escrow,
    backoff::{Backoff, step},
    client::AgentRefusal,
    domain::{
        password::{SystemEntropy, generate},
        rotation::{Generation, MAX_UNCONFIRMED},
    },
    error::{Error, Result},
    secret::Secret,
};

/// Remembers that the sign-in check of this account was seen to refuse a wrong password.
pub(super) const CHECKED: &str = "check.json";

/// Waits after failed attempts: the first, and the longest.
const FAILED: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3600));
/// How soon an account that cannot be rotated at all is looked at again.
const BLOCKED: Duration = Duration::from_secs(60);
/// Waits while an escrow is not answered.
const AWAY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What became of a rotation.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The generation opens the account, and the service knows it.
    Done(Generation),
    /// It was not due any more.
    NotDue,
    /// The service wants to hear a contact first.
    ContactFirst,
    /// Nothing was begun: the account cannot be rotated.
    Blocked(Error),
    /// It went wrong; the next contact says what is on the device.
    Failed(Error),
}

/// When the next attempt may be made, and why none is.
#[derive(Debug, Default)]
pub(super) struct Pacing {
    not_before: Option<Instant>,
    /// Confirmations in a row that the service could not use.
    fruitless: u32,
    blocked: Option<String>,
    last_failure: Option<String>,
}

/// The wait after `failures` in a row; the first repeat of all is free.
fn wait(failures: u32) -> Duration {
    match failures.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => step(FAILED.0, FAILED.1, doublings),
    }
}

impl Pacing {
    /// A process that ended in its first attempt is no reason to wait; one that keeps ending is.
    pub(super) fn after_start(unconfirmed: u32) -> Self {
        let mut pacing = Self::default();
        pacing.hold(wait(unconfirmed.saturating_sub(1)));
        pacing
    }

    fn hold(&mut self, wait: Duration) {
        self.not_before = (!wait.is_zero()).then(|| Instant::now() + wait);
    }

    /// Learns from an attempt; `unconfirmed` of them were made in a row.
    fn learn(&mut self, outcome: &Outcome, changed: bool, unconfirmed: u32) {
        self.blocked = None;
        match outcome {
            Outcome::Done(_) if changed => *self = Self::default(),
            // A service that forgets what it is told would otherwise be asked over and over.
            Outcome::Done(_) => {
                self.fruitless += 1;
                self.hold(wait(self.fruitless - 1));
            }
            Outcome::NotDue => {}
            Outcome::ContactFirst => self.hold(wait(unconfirmed.saturating_sub(1))),
            Outcome::Blocked(error) => {
                self.blocked = Some(error.message.clone());
                self.hold(BLOCKED);
            }
            Outcome::Failed(error) => {
                self.last_failure = Some(error.message.clone());
                self.hold(wait(unconfirmed));
            }
        }
    }
}

impl<S: Service> Engine<S> {
    /// Why no new passwords are made, if none are.
    pub(super) fn stopped(&self) -> Option<String> {
        if self.journal.unconfirmed < MAX_UNCONFIRMED {
            return self.unseen.clone().or_else(|| self.pacing.blocked.clone());
        }
        let count = self.journal.unconfirmed;
        let last = self.pacing.last_failure.as_deref();
        let last = last.map(|last| format!("; the last: {last}")).unwrap_or_default();
        Some(format!("{count} rotations in a row were not confirmed{last}"))
    }

    /// Whether an attempt may be made by now.
    pub(super) fn may_rotate(&self) -> bool {
        let held = self.pacing.not_before.is_some_and(|until| Instant::now() < until);
        !held && self.journal.unconfirmed < MAX_UNCONFIRMED
    }

    /// Gives the account a new password, once.
    pub(super) async fn rotate(&mut self) -> Result<Outcome, Halt> {
        let (outcome, changed) = self.attempt().await?;
        self.pacing.learn(&outcome, changed, self.journal.unconfirmed);
        let device = &self.config.device_name;
        match &outcome {
            Outcome::Done(generation) => tracing::info!(device, generation, "rotated"),
            Outcome::Blocked(error) | Outcome::Failed(error) => {
                tracing::error!(device, %error, "the password was not rotated");
            }
            Outcome::NotDue | Outcome::ContactFirst => {}
        }
        Ok(outcome)
    }

    async fn attempt(&mut self) -> Result<(Outcome, bool), Halt> {
        let ready = self.device.with(|account, _| {
            account.preflight()?;
            account.fingerprint()
        });
        let before = match ready.await {
            Ok(before) => String::from(before),
            Err(error) => return Ok((Outcome::Blocked(error), false)),
        };
        let attempt = Uuid::new_v4();
        let password = generate(&mut SystemEntropy);
        // Where the account could not be seen before the contact, one may still be unconcluded.
        self.journal.recover(&before);
        self.journal.begin(attempt, before);
        self.save().await?;

        let generation = match self.escrow(attempt, &password).await? {
            Ok(generation) => generation,
            Err(outcome) => return Ok((outcome, false)),
        };
        let now = match self.device.fingerprint().await {
            Ok(now) => now,
            // Looked at again before the next contact, like any attempt that was not escrowed.
            Err(error) => return Ok((Outcome::Failed(error), false)),
        };
        let untouched = self.journal.escrowed(generation, &now);
        self.save().await?;
        if !untouched {
            let name = &self.config.account;
            let error = format!("somebody set another password of `{name}` during the rotation");
            return Ok((Outcome::Failed(Error::failed(error)), false));
        }

        let set = self.device.with(move |account, state| set_and_check(account, state, &password));
        let fingerprint = match set.await {
            Ok(fingerprint) => fingerprint,
            Err(error) => {
                self.conclude().await?;
                return Ok((Outcome::Failed(error), false));
            }
        };
        self.journal.verified(generation, fingerprint);
        self.save().await?;
        let changed = self.confirm().await?.unwrap_or_default();
        Ok((Outcome::Done(generation), changed))
    }

    /// Puts the password into escrow; the same attempt is repeated until it is answered.
    async fn escrow(
        &mut self,
        attempt: Uuid,
        password: &Secret,
    ) -> Result<Result<Generation, Outcome>, Halt> {
        let word = Escrow {
            instance: self.instance,
            attempt,
            highest: self.journal.highest,
            password: password.clone(),
        };
        let mut patience = Backoff::new(AWAY.0, AWAY.1);
        loop {
            let outcome = match self.service.escrow(&word).await {
                Ok(escrowed) => return Ok(Ok(escrowed.generation)),
                Err(AgentRefusal::NotDue) => {
                    self.journal.refused();
                    self.save().await?;
                    return Ok(Err(Outcome::NotDue));
                }
                Err(refusal @ (AgentRefusal::Challenge(_) | AgentRefusal::UnknownInstance)) => {
                    tracing::warn!(error = %refusal.into_error(), "no escrow before a contact");
                    Outcome::ContactFirst
                }
                Err(AgentRefusal::Final(error)) => Outcome::Failed(error),
                Err(refusal) => {
                    self.again("escrow", refusal, &mut patience).await?;
                    continue;
                }
            };
            self.conclude().await?;
            return Ok(Err(outcome));
        }
    }

    /// Writes down what became of an attempt that is given up. An account that cannot be looked at
    /// now is looked at before the next contact.
    async fn conclude(&mut self) -> Result<()> {
        match self.device.fingerprint().await {
            Ok(now) => {
                self.journal.recover(&now);
                self.save().await
            }
            Err(error) => {
                tracing::warn!(%error, "cannot look at the account after a failed rotation");
                Ok(())
            }
        }
    }
}

/// Whose sign-in check was tried with a wrong password.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Checked {
    account: String,
}

/// Sets the password and sees it open the account. Returns the fingerprint it left.
///
/// The fingerprint is read *before* the check: somebody who sets another password in between then
/// leaves one that differs, instead of one that passes for ours.
fn set_and_check(account: &dyn Account, state: &StateDir, password: &Secret) -> Result<String> {
    account.set_password(password)?;
    let fingerprint = account.fingerprint()?;
    let name = account.name();
    if account.opens(password)? == Check::Refused {
        return Err(Error::failed(format!("`{name}` does not open with the password just set")));
    }
    // Before the first password was set, there was nothing that a check could have refused.
    let checked = Checked { account: name.to_owned() };
    if state.load_json::<Checked>(CHECKED)?.as_ref() != Some(&checked) {
        if account.opens(&generate(&mut SystemEntropy))? == Check::Opens {
            return Err(Error::failed(format!(
                "the sign-in check of `{name}` lets a wrong password in, so it proves nothing"
            )));
        }
        state.save_json(CHECKED, &checked)?;
    }
    Ok(fingerprint.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_attempts_back_off_from_a_minute_to_an_hour() {
        let minutes: Vec<_> = (0..9).map(|n| wait(n).as_secs() / 60).collect();
        assert_eq!(minutes, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
    }
}
