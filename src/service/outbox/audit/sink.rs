//! One target of the audit trail, and one tenant's way to it.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    super::{
        settings::{AuditKind, AuditSinkSettings},
        webhook::Webhook,
    },
    file::Lines,
    syslog::{Connection, Server},
};
use crate::{
    domain::{audit::hash, delivery::Failure},
    error::Result,
    service::App,
};

/// An event: its place in the chain and its stored bytes.
pub type Stored = (u64, Vec<u8>);

/// Where events go, whosever they are.
pub enum Target {
    File(Arc<Mutex<Lines>>),
    Syslog(Arc<Server>),
    Webhook(Arc<Webhook>),
}

impl Target {
    /// Checks that the target can be one.
    pub fn open(settings: &AuditSinkSettings) -> Result<Self> {
        let reach = &settings.reach;
        Ok(match &settings.kind {
            AuditKind::File(target) => Self::File(Arc::new(Mutex::new(Lines::open(&target.path)?))),
            AuditKind::Syslog(target) => Self::Syslog(Arc::new(Server::open(target, reach)?)),
            AuditKind::Webhook(target) => Self::Webhook(Arc::new(Webhook::open(target, reach)?)),
        })
    }

    /// The way of one tenant's events.
    pub fn sink(&self) -> Sink {
        match self {
            Self::File(lines) => Sink::File(Arc::clone(lines)),
            Self::Syslog(server) => Sink::Syslog(Box::new(Connection::new(Arc::clone(server)))),
            Self::Webhook(webhook) => Sink::Webhook(Arc::clone(webhook)),
        }
    }
}

/// The way of one tenant's events to a target. The lines of a file are written by one tenant after
/// the other; nothing else is shared that could be waited for.
pub enum Sink {
    File(Arc<Mutex<Lines>>),
    Syslog(Box<Connection>),
    Webhook(Arc<Webhook>),
}

/// What has become of events that were sent without being acknowledged.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Up to this event everything has arrived now, and was not known to have.
    pub arrived: Option<u64>,
    /// What went after it may not arrive. It goes out again after this long.
    pub lost: Option<SignedDuration>,
}

impl Sink {
    /// Sends events in their order, and tells `acknowledged` the place of each that is
    /// acknowledged: who waits for one does not wait for what comes after it. Returns how many the
    /// sink has taken, and why not all.
    pub async fn send(
        &mut self,
        tenant: Uuid,
        events: &[Stored],
        app: &App,
        acknowledged: impl Fn(u64),
    ) -> (usize, Result<(), Failure>) {
        match self {
            Self::File(lines) => {
                // Who waits for the file waits here and not in a thread: these are counted.
                let mut lines = Arc::clone(lines).lock_owned().await;
                let batch = events.to_vec();
                // A disk that hangs must not hold up anything else.
                match tokio::task::spawn_blocking(move || lines.append(&batch)).await {
                    Ok(Ok(())) => (events.len(), Ok(())),
                    Ok(Err(failure)) => (0, Err(failure)),
                    Err(_) => (0, Err(Failure::again("the file's writer panicked"))),
                }
            }
            Self::Syslog(connection) => match connection.send(events, app.clock.as_ref()).await {
                Ok(taken) => (taken, Ok(())),
                Err(failure) => (0, Err(failure)),
            },
            Self::Webhook(webhook) => {
                for (taken, (seq, body)) in events.iter().enumerate() {
                    // The hash tells an event from another one that stood in its place before
                    // the data directory was restored: a receiver drops repeats by the id.
                    let id = format!("{tenant}-{seq}-{:.16}", hash(body));
                    if let Err(failure) = webhook.post(&id, body.clone(), app.clock.now()).await {
                        return (taken, Err(failure));
                    }
                    acknowledged(*seq);
                }
                (events.len(), Ok(()))
            }
        }
    }

    /// Whether what was sent has arrived. What has not is told by [`look`](Self::look), later.
    pub fn acknowledges(&self) -> bool {
        !matches!(self, Self::Syslog(_))
    }

    /// What has become of what was sent to a sink that acknowledges nothing.
    pub fn look(&mut self, now: Timestamp) -> Looked {
        match self {
            Self::Syslog(connection) => connection.look(now),
            Self::File(_) | Self::Webhook(_) => Looked::default(),
        }
    }

    /// When to [`look`](Self::look) again, though nothing is to be sent.
    pub fn look_in(&self) -> Option<Duration> {
        match self {
            Self::Syslog(connection) => connection.look_in(),
            Self::File(_) | Self::Webhook(_) => None,
        }
    }

    /// Whether what is sent is lost again and again.
    pub fn is_losing(&self) -> bool {
        matches!(self, Self::Syslog(connection) if connection.is_losing())
    }
}
