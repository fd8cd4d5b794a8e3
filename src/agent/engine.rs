//! What an agent knows while it runs, and how it speaks with its service: each message repeated
//! until it is answered, each answer written down before it is acted upon.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    accounts::Account,
    aftermath::Endings,
    device::Device,
    rotate::Pacing,
    service::Service,
    state::{Config, StateDir},
    stop::{Halt, Stop},
};
use crate::{
    api::agent::{Confirm, Confirmed, Contact, Orders},
    backoff::Backoff,
    client::AgentRefusal,
    domain::rotation::{self, Journal},
    error::{Error, Kind, Result},
};

/// The journal's file in the state directory.
pub(super) const JOURNAL: &str = "journal.json";
/// Who was an administrator when each open request was first heard of.
pub(super) const BASELINES: &str = "baselines.json";
/// When the service was last heard.
pub(super) const HEARD: &str = "contact.json";

/// The file [`HEARD`] is written no more often than this: a loop that has much to do makes several
/// contacts a second.
const HEARD_EVERY: Duration = Duration::from_secs(1);
/// Waits while the service is away.
const AWAY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// How often the account is looked at before the service is told that it cannot be seen.
const LOOKS: u32 = 3;

/// What is in [`BASELINES`].
pub(super) type Baselines = BTreeMap<Uuid, BTreeSet<String>>;

/// What is in [`HEARD`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Heard {
    /// By the service's clock.
    pub(super) time: Timestamp,
}

/// An agent at work.
pub(super) struct Engine<S> {
    pub(super) device: Device,
    pub(super) config: Config,
    pub(super) service: S,
    /// This process, or this run of the loop, as the service knows it.
    pub(super) instance: Uuid,
    pub(super) journal: Journal,
    pub(super) baselines: Baselines,
    /// The requests that the service called open last.
    pub(super) open: Vec<Uuid>,
    pub(super) endings: Endings,
    pub(super) pacing: Pacing,
    /// Why the account could not be looked at the last time, if it could not.
    pub(super) unseen: Option<String>,
    pub(super) stop: Stop,
    /// How often a message is repeated; for ever without a number.
    tries: Option<u32>,
    heard_at: Option<Instant>,
}

impl<S: Service> Engine<S> {
    /// Starts anew from what the state directory holds: whatever an agent before this one left
    /// half done is concluded before anything else.
    pub(super) async fn start(
        state: StateDir,
        account: Box<dyn Account>,
        service: S,
        stop: Stop,
        tries: Option<u32>,
    ) -> Result<Self> {
        let device = Device::new(state, account);
        let load = device.with(|_, state| {
            let journal = state.load_json::<Journal>(JOURNAL)?.unwrap_or_default();
            let baselines = state.load_json::<Baselines>(BASELINES)?.unwrap_or_default();
            Ok((state.config()?, journal, baselines))
        });
        let (config, journal, baselines) = load.await?;
        Ok(Self {
            pacing: Pacing::after_start(journal.unconfirmed),
            open: baselines.keys().copied().collect(),
            instance: Uuid::new_v4(),
            endings: Endings::default(),
            unseen: None,
            heard_at: None,
            device,
            config,
            service,
            journal,
            baselines,
            stop,
            tries,
        })
    }

    /// Writes the journal; durable when it returns.
    pub(super) async fn save(&self) -> Result<()> {
        let journal = self.journal.clone();
        self.device.with(move |_, state| state.save_json(JOURNAL, &journal)).await
    }

    /// Concludes an attempt whose password is gone by the account's fingerprint `now`.
    async fn recover(&mut self, now: &str) -> Result<()> {
        let before = self.journal.clone();
        self.journal.recover(now);
        if self.journal != before {
            self.save().await?;
        }
        Ok(())
    }

    /// What to say about the account at a contact. One that cannot be looked at is no reason to
    /// say nothing: what the service orders besides is done, and it hears why no password is made.
    async fn look(&mut self) -> Result<rotation::Contact, Halt> {
        let mut patience = Backoff::new(AWAY.0, AWAY.1);
        loop {
            let error = match self.device.fingerprint().await {
                Ok(now) => match self.recover(&now).await {
                    Ok(()) => {
                        self.unseen = None;
                        return Ok(self.journal.contact(&now));
                    }
                    Err(error) => error,
                },
                Err(error) if self.unseen.is_some() || patience.attempts() + 1 >= LOOKS => {
                    tracing::error!(%error, "cannot look at the account");
                    self.unseen = Some(error.message);
                    return Ok(self.journal.contact_unseen());
                }
                Err(error) => error,
            };
            self.again("look at the account", AgentRefusal::Unclear(error), &mut patience).await?;
        }
    }

    /// Confirms what was seen to open the account. Returns whether that was news to the service;
    /// `None` when there was nothing to confirm.
    pub(super) async fn confirm(&mut self) -> Result<Option<bool>, Halt> {
        let mut patience = Backoff::new(AWAY.0, AWAY.1);
        let mut challenge = None;
        let mut detours = 0;
        while let Some((attempt, generation)) = self.journal.to_confirm() {
            let instance = self.instance;
            let word = Confirm { instance, challenge: challenge.take(), attempt, generation };
            let changed = match self.service.confirm(&word).await {
                Ok(Confirmed { changed }) => changed,
                // The service does not have it, now or ever: the next contact will tell it what is
                // on the device.
                Err(AgentRefusal::Final(error)) => {
                    tracing::warn!(generation, %error, "the service does not take the confirmation");
                    false
                }
                Err(AgentRefusal::Challenge(number)) if detours < 2 => {
                    detours += 1;
                    challenge = Some(number);
                    continue;
                }
                Err(AgentRefusal::UnknownInstance) if detours < 2 => {
                    detours += 1;
                    self.introduce().await?;
                    continue;
                }
                Err(refusal) => {
                    self.again("confirm", refusal, &mut patience).await?;
                    detours = 0;
                    continue;
                }
            };
            self.journal.confirmed();
            self.save().await?;
            return Ok(Some(changed));
        }
        Ok(None)
    }

    /// Makes this process known before a confirmation, by a contact that says what was so before
    /// the attempt: the verified password is not to be taken for somebody else's meanwhile.
    async fn introduce(&mut self) -> Result<(), Halt> {
        let Some(attempt) = &self.journal.attempt else { return Ok(()) };
        let journal = self.journal.contact(&attempt.before);
        self.contact(Some(journal), Duration::ZERO).await.map(drop)
    }

    /// Says what is on the device (or `instead`), and waits at most `wait` for something to do.
    pub(super) async fn contact(
        &mut self,
        instead: Option<rotation::Contact>,
        wait: Duration,
    ) -> Result<Orders, Halt> {
        let mut patience = Backoff::new(AWAY.0, AWAY.1);
        let mut challenge = None;
        loop {
            let journal = match &instead {
                Some(journal) => journal.clone(),
                // Looked at anew each time: much can happen while the service is away.
                None => self.look().await?,
            };
            let answered = challenge.is_some();
            let word = Contact {
                instance: self.instance,
                challenge: challenge.take(),
                journal,
                stopped: self.stopped(),
                open_requests: self.open.clone(),
            };
            let mut stop = self.stop.clone();
            let answer = tokio::select! {
                biased;
                answer = self.service.contact(&word, wait) => answer,
                () = stop.asked() => return Err(Halt::Asked),
            };
            match answer {
                Ok(orders) => {
                    self.heard(&word.journal, &orders).await?;
                    return Ok(orders);
                }
                Err(AgentRefusal::Challenge(number)) if !answered => challenge = Some(number),
                Err(refusal) => self.again("make contact", refusal, &mut patience).await?,
            }
        }
    }

    async fn heard(&mut self, word: &rotation::Contact, orders: &Orders) -> Result<()> {
        if word.failed.is_some() {
            self.journal.contacted(word);
            self.save().await?;
        }
        if self.heard_at.is_none_or(|at| at.elapsed() >= HEARD_EVERY) {
            self.heard_at = Some(Instant::now());
            let heard = Heard { time: orders.time };
            self.device.with(move |_, state| state.note_json(HEARD, &heard)).await?;
        }
        Ok(())
    }

    /// Waits before the same is said again; ends where a repeat would not help.
    pub(super) async fn again(
        &mut self,
        what: &str,
        refusal: AgentRefusal,
        patience: &mut Backoff,
    ) -> Result<(), Halt> {
        let error = match self.fatal(refusal) {
            Ok(error) => return Err(Halt::Failed(error)),
            Err(passing) => passing.into_error(),
        };
        if self.tries.is_some_and(|tries| patience.attempts() + 1 >= tries) {
            return Err(Halt::Failed(error));
        }
        let wait = patience.next();
        tracing::warn!(device = self.config.device_name, %error, ?wait, "cannot {what}, trying again");
        self.stop.sleep(wait).await
    }

    /// The error that ends the agent, or the refusal back where it may pass.
    pub(super) fn fatal(&self, refusal: AgentRefusal) -> Result<Error, AgentRefusal> {
        let (name, service) = (&self.config.device_name, &self.config.service);
        let (kind, sentence, cause) = match refusal {
            AgentRefusal::Copied(cause) => {
                let copied = format!("the disk of `{name}` was copied: two agents hold its key");
                (Kind::Refused, copied, cause)
            }
            AgentRefusal::Key(cause) => {
                let gone = format!("`{name}` is not enrolled at {service} any more");
                (Kind::SignIn, gone, cause)
            }
            passing => return Err(passing),
        };
        Ok(Error::new(kind, sentence).cause(cause.message).hint(format!(
            "enrol it anew: `mmd device enroll {name}`, then `mmd agent enroll` with its code"
        )))
    }
}
