//! The agent's loop: confirm what is verified, make contact, rotate when due, end what has ended.

use std::time::Duration;

use serde::Serialize;
use tokio::{sync::watch, time::Instant};

use super::{
    accounts,
    engine::Engine,
    rotate::Outcome,
    service::Service,
    state::{StateDir, StateView},
    stop::{Halt, Stop},
};
use crate::{
    backoff::step,
    client::{AgentClient, Client, ClientSettings, Token},
    domain::rotation::{Generation, Reason},
    error::{Error, Kind, Result},
};

/// How long a contact waits for work.
const POLL: Duration = Duration::from_secs(50);
/// A contact that was answered sooner did not wait.
const AT_ONCE: Duration = Duration::from_secs(1);
/// Waits between contacts that are answered at once although there is nothing to do by now: a
/// rotation that has to wait, a notice that runs.
const IDLE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));
/// The longest of them while a notice runs: another close in that time is to rotate at once.
const NOTICE: Duration = Duration::from_secs(2);
/// How often `once` says a thing.
const TRIES: u32 = 3;

/// The client that speaks for the device enrolled in `state`.
///
/// # Errors
/// When no device is enrolled there, or its files are damaged.
pub fn client(state: &StateView) -> Result<AgentClient> {
    let config = state.config()?;
    let settings = ClientSettings {
        ca_pem: state.ca_pem(&config)?,
        token: Token::known(state.key()?),
        ..ClientSettings::new(&config.service)
    };
    Client::new(settings).map(AgentClient::new)
}

/// Keeps the password of the device enrolled in `state` rotating until `stop` turns true or its
/// sender is gone. What is under way then is finished first, as far as the service answers.
///
/// # Errors
/// When the agent cannot go on: the device is enrolled no more, or was copied, or the state
/// directory cannot be written. Not for a service that is away, nor a rotation that fails: those
/// are tried again.
pub async fn run(state: StateDir, stop: watch::Receiver<bool>) -> Result<()> {
    let service = client(&state)?;
    run_with(state, service, stop).await
}

/// As [`run`], over a service of the caller's.
///
/// # Errors
/// As [`run`].
pub async fn run_with(
    state: StateDir,
    service: impl Service,
    stop: watch::Receiver<bool>,
) -> Result<()> {
    let config = state.config()?;
    let account = accounts::open(&config.backend, &config.account)?;
    run_account(state, account, service, stop).await
}

pub(super) async fn run_account(
    state: StateDir,
    account: Box<dyn accounts::Account>,
    service: impl Service,
    stop: watch::Receiver<bool>,
) -> Result<()> {
    let engine = Engine::start(state, account, service, Stop::when(stop), None).await?;
    tracing::info!(device = engine.config.device_name, "the agent runs");
    match work(engine).await {
        Halt::Asked => Ok(()),
        Halt::Failed(error) => Err(error),
    }
}

async fn work<S: Service>(mut engine: Engine<S>) -> Halt {
    let mut idle = 0;
    loop {
        match round(&mut engine, &mut idle).await {
            Ok(()) if engine.stop.is_asked() => return Halt::Asked,
            Ok(()) => {}
            Err(halt) => return halt,
        }
    }
}

async fn round<S: Service>(engine: &mut Engine<S>, idle: &mut u32) -> Result<(), Halt> {
    engine.confirm().await?;
    let until_ending = engine.next_ending().map(|at| at.saturating_duration_since(Instant::now()));
    let asked = Instant::now();
    let orders = engine.contact(None, until_ending.map_or(POLL, |left| left.min(POLL))).await?;
    let waited = asked.elapsed();
    let mut busy = engine.observe(&orders.open_requests, &orders.ended).await?;
    if engine.stop.is_asked() {
        return Err(Halt::Asked);
    }
    let mut settled = orders.due.is_none();
    if orders.due.is_some() && engine.may_rotate() {
        let outcome = engine.rotate().await?;
        settled = matches!(outcome, Outcome::Done(_) | Outcome::NotDue);
        busy |= matches!(outcome, Outcome::Done(_));
    }
    // An agent that has given up does not hold back what it can still do and say.
    let settled = settled || engine.stopped().is_some();
    engine.end(&orders.ended, settled).await?;
    if busy || waited >= AT_ONCE {
        *idle = 0;
        return Ok(());
    }
    let longest = if engine.next_ending().is_some() { NOTICE } else { IDLE.1 };
    let wait = step(IDLE.0, longest, *idle);
    *idle = idle.saturating_add(1);
    engine.stop.sleep(wait).await
}

/// What [`once`] found and did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OnceReport {
    /// The device.
    pub device: String,
    /// Why a rotation was due.
    pub due: Option<Reason>,
    /// The generation that opens the account now, where it was rotated.
    pub rotated: Option<Generation>,
    /// Ended requests whose sessions were ended and reported.
    pub ended: usize,
    /// Ended requests whose notice still runs.
    pub waiting: usize,
}

/// Makes contact once, rotates when that is due, however many attempts failed before, and ends
/// what has ended; a notice that still runs is given and left to the next time.
///
/// # Errors
/// As [`run`]; also when the service does not answer, and when the rotation fails.
pub async fn once(state: StateDir) -> Result<OnceReport> {
    let service = client(&state)?;
    once_with(state, service).await
}

/// As [`once`], over a service of the caller's.
///
/// # Errors
/// As [`once`].
pub async fn once_with(state: StateDir, service: impl Service) -> Result<OnceReport> {
    let config = state.config()?;
    let account = accounts::open(&config.backend, &config.account)?;
    once_account(state, account, service).await
}

pub(super) async fn once_account(
    state: StateDir,
    account: Box<dyn accounts::Account>,
    service: impl Service,
) -> Result<OnceReport> {
    let mut engine = Engine::start(state, account, service, Stop::never(), Some(TRIES)).await?;
    match one_round(&mut engine).await {
        Ok(report) => Ok(report),
        Err(Halt::Failed(error)) => Err(error),
        Err(Halt::Asked) => Err(Error::new(Kind::Interrupted, "the agent was asked to stop")),
    }
}

async fn one_round<S: Service>(engine: &mut Engine<S>) -> Result<OnceReport, Halt> {
    engine.confirm().await?;
    let orders = engine.contact(None, Duration::ZERO).await?;
    engine.observe(&orders.open_requests, &orders.ended).await?;
    let (mut rotated, mut failed) = (None, None);
    if orders.due.is_some() {
        match engine.rotate().await? {
            Outcome::Done(generation) => rotated = Some(generation),
            Outcome::NotDue | Outcome::ContactFirst => {}
            Outcome::Blocked(error) | Outcome::Failed(error) => failed = Some(error),
        }
    }
    engine.end(&orders.ended, failed.is_none()).await?;
    let waiting = engine.endings.len();
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(OnceReport {
            device: engine.config.device_name.clone(),
            due: orders.due,
            rotated,
            ended: orders.ended.len().saturating_sub(waiting),
            waiting,
        }),
    }
}

#[cfg(test)]
#[path = "run_faults.rs"]
mod faults;
#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
