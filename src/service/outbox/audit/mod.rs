//! The audit trail on its way out: each sink follows the chain of every tenant, in order, by a
//! cursor that is durable. An event is sent as the bytes that the chain hashes, at least once, and
//! none is ever passed over.
//!
//! What keeps the trail of one tenant from a sink keeps no other tenant's from it.
//!
//! A mandatory sink is part of handing out a password: the event is durable in the chain, then the
//! sink acknowledges it, then the secret leaves.

mod file;
mod syslog;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    sync::{Mutex, Notify, watch},
    time::Instant,
};
use uuid::Uuid;

use self::{
    file::Lines,
    syslog::{Looked, Syslog},
};
use super::{
    settings::{AuditKind, AuditSinkSettings, Begin},
    webhook::Webhook,
};
use crate::{
    backoff::Backoff,
    domain::{
        audit::hash,
        delivery::{Failure, Fate},
    },
    error::Result,
    service::{
        App, Service,
        store::{
            Outcome,
            audit::{self, Selection},
            deliveries, tenants,
        },
    },
};

/// How many events are read at a time.
const CHUNK: u32 = 200;

/// The waits of a sink that fails.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// How long a password waits for a mandatory sink.
const PATIENCE: Duration = Duration::from_secs(5);

/// An event: its place in the chain and its stored bytes.
pub type Stored = (u64, Vec<u8>);

/// Where events go.
enum Sink {
    File(Arc<std::sync::Mutex<Lines>>),
    Syslog(Box<Syslog>),
    Webhook(Webhook),
}

impl Sink {
    /// Sends events in their order, and tells `acknowledged` the place of each that is acknowledged: who
    /// waits for one does not wait for what comes after it. Returns how many the sink has taken,
    /// and why not all.
    async fn send(
        &mut self,
        tenant: Uuid,
        events: &[Stored],
        app: &App,
        acknowledged: impl Fn(u64),
    ) -> (usize, Result<(), Failure>) {
        match self {
            Self::File(lines) => {
                let (lines, batch) = (Arc::clone(lines), events.to_vec());
                // A disk that hangs must not hold up anything else.
                let written = tokio::task::spawn_blocking(move || {
                    let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                    lines.append(&batch)
                });
                match written.await {
                    Ok(Ok(())) => (events.len(), Ok(())),
                    Ok(Err(failure)) => (0, Err(failure)),
                    Err(_) => (0, Err(Failure::again("the file's writer panicked"))),
                }
            }
            Self::Syslog(syslog) => match syslog.send(tenant, events, app.clock.now()).await {
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
}

impl Sink {
    /// What has become of what was sent to a sink that acknowledges nothing.
    fn look(&mut self, now: Timestamp) -> Looked {
        match self {
            Self::Syslog(syslog) => syslog.look(now),
            Self::File(_) | Self::Webhook(_) => Looked::default(),
        }
    }

    /// When to [`look`](Self::look) again, though nothing is to be sent.
    fn look_in(&self) -> Option<Duration> {
        match self {
            Self::Syslog(syslog) => syslog.look_in(),
            Self::File(_) | Self::Webhook(_) => None,
        }
    }

    /// Whether what is sent is lost again and again.
    fn is_losing(&self) -> bool {
        matches!(self, Self::Syslog(syslog) if syslog.is_losing())
    }

    /// Whether after `failure` nothing can be sent at all, whosever it is. Only a webhook answers
    /// each event by itself.
    fn is_down(&self, failure: &Failure) -> bool {
        failure.unreached || !matches!(self, Self::Webhook(_))
    }

    /// Whether what was sent has arrived.
    fn acknowledges(&self) -> bool {
        !matches!(self, Self::Syslog(_))
    }
}

/// How far a sink has come since the start.
#[derive(Debug, Default)]
struct Progress {
    /// Up to where events were sent; from the cursor on where nothing stands here.
    taken: HashMap<Uuid, u64>,
    /// How often nothing could be sent, whosever it is.
    outages: u64,
    /// The last round has ended so.
    down: bool,
    /// What is sent is lost again and again.
    losing: bool,
    /// How often a tenant's event was not taken.
    refusals: HashMap<Uuid, u64>,
    /// The tenants whose next event was not taken when it was last tried.
    refused: HashSet<Uuid>,
}

impl Progress {
    fn is_failing(&self, tenant: Uuid) -> bool {
        self.down || self.losing || self.refused.contains(&tenant)
    }

    /// How often what `tenant` waits for has failed.
    fn failures(&self, tenant: Uuid) -> u64 {
        self.outages + self.refusals.get(&tenant).copied().unwrap_or(0)
    }
}

/// Whose events a round is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    Everybody,
    /// Not those whose event was not taken: they wait for another attempt.
    Others,
}

/// What became of a tenant's next events.
enum Sent {
    /// There were none, or there is no room for them now.
    Nothing,
    Some,
    Refused(Failure),
}

/// A sink and where it is in the chains.
pub struct Follower {
    /// The sink's name.
    pub name: String,
    /// No password without it.
    pub mandatory: bool,
    /// Where it begins, when it is new.
    pub begin: Begin,
    only: Option<Uuid>,
    sink: Mutex<Sink>,
    progress: watch::Sender<Progress>,
    /// Somebody waits for a tenant that fails.
    wanted_now: Notify,
    /// Somebody waits for one that does not.
    wanted: Notify,
}

impl Follower {
    /// Checks that the target can be one.
    pub fn open(settings: &AuditSinkSettings) -> Result<Self> {
        let reach = &settings.reach;
        let sink = match &settings.kind {
            AuditKind::File(target) => {
                Sink::File(Arc::new(std::sync::Mutex::new(Lines::open(&target.path)?)))
            }
            AuditKind::Syslog(target) => Sink::Syslog(Box::new(Syslog::open(target, reach)?)),
            AuditKind::Webhook(target) => Sink::Webhook(Webhook::open(target, reach)?),
        };
        Ok(Self {
            name: settings.name.clone(),
            mandatory: settings.mandatory,
            begin: settings.begin,
            only: settings.tenant,
            sink: Mutex::new(sink),
            progress: watch::Sender::default(),
            wanted_now: Notify::new(),
            wanted: Notify::new(),
        })
    }

    /// True where the trail of `tenant` goes to this sink.
    pub fn follows(&self, tenant: Uuid) -> bool {
        self.only.is_none_or(|only| only == tenant)
    }

    /// Follows the chains until the service stops.
    pub async fn run(self: Arc<Self>, app: App) {
        let mut wakes = app.store.changes().audit();
        let mut stopping = app.stopping.subscribe();
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
        // When what has failed is tried again.
        let mut again: Option<Instant> = None;
        let mut round = Round::Everybody;
        loop {
            // Before the look, so that nothing that comes after it is missed.
            wakes.mark_unchanged();
            let advanced = tokio::select! {
                advanced = self.advance_in(&app, round) => advanced,
                _ = stopping.wait_for(|stop| *stop) => return,
            };
            match advanced {
                Ok(()) if round == Round::Others => {}
                Ok(()) => {
                    backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
                    again = None;
                }
                Err(failure) => {
                    let asked = match failure.fate {
                        Fate::Again(wait) => Duration::try_from(wait).unwrap_or_default(),
                        Fate::Dead => Duration::ZERO,
                    };
                    let wait = backoff.next().max(asked.min(LONGEST_WAIT));
                    let (sink, why) = (&self.name, failure.why);
                    tracing::warn!(sink, why, ?wait, "the audit trail does not go out");
                    again = Some(Instant::now() + wait);
                }
            }
            let down = self.progress.borrow().down;
            let look = self.sink.lock().await.look_in().filter(|_| !down);
            let others = if again.is_some() { Round::Others } else { Round::Everybody };
            round = tokio::select! {
                _ = wakes.changed(), if !down => others,
                () = self.wanted.notified(), if !down => others,
                () = tokio::time::sleep(look.unwrap_or_default()), if look.is_some() => others,
                () = tokio::time::sleep_until(again.unwrap_or_else(Instant::now)),
                    if again.is_some() => Round::Everybody,
                () = self.wanted_now.notified() => Round::Everybody,
                _ = stopping.wait_for(|stop| *stop) => return,
            };
        }
    }

    /// Sends everything that the sink does not have yet. A tenant whose event is not taken holds
    /// up no other one.
    ///
    /// # Errors
    /// The first failure.
    pub async fn advance(&self, app: &App) -> Result<(), Failure> {
        self.advance_in(app, Round::Everybody).await
    }

    async fn advance_in(&self, app: &App, round: Round) -> Result<(), Failure> {
        let sent = self.send_all(app, round).await;
        self.progress.send_modify(|progress| {
            progress.down = sent.is_err();
            progress.outages += u64::from(progress.down);
        });
        match sent? {
            Some(refused) => Err(refused),
            None => Ok(()),
        }
    }

    /// True where the last event of `tenant` that was to be sent could not be.
    pub fn is_failing(&self, tenant: Uuid) -> bool {
        self.progress.borrow().is_failing(tenant)
    }

    /// How many events of a tenant's trail were not sent yet: for metrics and health.
    pub fn behind(&self, c: &rusqlite::Connection, tenant: Uuid) -> Outcome<u64> {
        let (tip, _) = audit::tip(c, tenant)?;
        let sent = self.progress.borrow().taken.get(&tenant).copied();
        let sent = sent.map_or_else(|| deliveries::audit_cursor(c, &self.name, tenant), Ok)?;
        Ok(tip.saturating_sub(sent))
    }

    /// Sends in turns, so that no tenant waits for another's whole trail: to each the next events,
    /// until nothing is left. Returns why a tenant's was not taken, if any; fails where nobody's is.
    async fn send_all(&self, app: &App, round: Round) -> Result<Option<Failure>, Failure> {
        let mut sink = self.sink.lock().await;
        let Looked { settled, lost } = sink.look(app.clock.now());
        if !settled.is_empty() {
            self.keep(app, settled).await.map_err(unreadable)?;
        }
        if lost {
            tracing::info!(sink = self.name, "the connection ended: what went last goes again");
            self.progress.send_modify(|progress| progress.taken.clear());
        }
        let losing = sink.is_losing();
        if losing && lost {
            tracing::warn!(sink = self.name, "connections end before what was sent has arrived");
        }
        self.progress.send_modify(|progress| progress.losing = losing);
        let tenants = app.store.read(tenants::all).await.map_err(unreadable)?;
        let mut tenants: Vec<_> = tenants.iter().map(|tenant| tenant.id).collect();
        tenants.retain(|&tenant| self.follows(tenant));
        let refused = self.progress.borrow().refused.clone();
        if round == Round::Others {
            tenants.retain(|tenant| !refused.contains(tenant));
        }
        // Who fails may take long to do so.
        tenants.sort_by_key(|tenant| refused.contains(tenant));
        let mut first = None;
        let mut moving = true;
        while std::mem::take(&mut moving) {
            let mut going = Vec::new();
            for tenant in tenants {
                match self.send_some(&mut sink, tenant, app).await? {
                    Sent::Nothing => {}
                    Sent::Some => moving = true,
                    Sent::Refused(failure) => {
                        first.get_or_insert(failure);
                        continue;
                    }
                }
                going.push(tenant);
            }
            tenants = going;
        }
        Ok(first)
    }

    /// Sends the next events of a tenant.
    async fn send_some(&self, sink: &mut Sink, tenant: Uuid, app: &App) -> Result<Sent, Failure> {
        let name = self.name.clone();
        let known = self.progress.borrow().taken.get(&tenant).copied();
        let look = move |c: &rusqlite::Connection| {
            let after = match known {
                Some(seq) => seq,
                None => deliveries::audit_cursor(c, &name, tenant)?,
            };
            let wanted = Selection { after, limit: CHUNK, ..Selection::default() };
            Ok((after, audit::read(c, tenant, &wanted)?))
        };
        let (after, events) = app.store.read(look).await.map_err(unreadable)?;
        let acknowledged = |seq| {
            self.progress.send_modify(|progress| {
                progress.taken.insert(tenant, seq);
            });
        };
        if known.is_none() {
            acknowledged(after);
        }
        if events.is_empty() {
            return Ok(Sent::Nothing);
        }
        let (taken, outcome) = sink.send(tenant, &events, app, acknowledged).await;
        if let Some((seq, _)) = taken.checked_sub(1).and_then(|last| events.get(last)) {
            acknowledged(*seq);
            if sink.acknowledges() {
                self.keep(app, vec![(tenant, *seq)]).await.map_err(unreadable)?;
            }
        }
        self.progress.send_modify(|progress| match outcome {
            Ok(()) => {
                progress.refused.remove(&tenant);
            }
            Err(_) => {
                progress.refused.insert(tenant);
                *progress.refusals.entry(tenant).or_default() += 1;
            }
        });
        match outcome {
            Err(failure) if sink.is_down(&failure) => Err(failure),
            Err(failure) => Ok(Sent::Refused(failure)),
            Ok(()) if taken == 0 => Ok(Sent::Nothing),
            Ok(()) => Ok(Sent::Some),
        }
    }

    /// Keeps up to which events the sink has the trails: from there it goes on after a restart.
    async fn keep(&self, app: &App, reached: Vec<(Uuid, u64)>) -> Outcome<()> {
        let name = self.name.clone();
        let keep = move |c: &rusqlite::Connection| {
            for (tenant, seq) in reached {
                deliveries::keep_audit_cursor(c, &name, tenant, seq)?;
            }
            Ok(())
        };
        app.store.write(keep).await
    }

    /// Waits until the sink has taken event `seq`; false where it cannot, or not in time.
    async fn has_taken(&self, tenant: Uuid, seq: u64) -> bool {
        let mut progress = self.progress.subscribe();
        let (failures, failing) = {
            let now = progress.borrow();
            (now.failures(tenant), now.is_failing(tenant))
        };
        // Where it has failed before it is tried at once, not after its wait.
        if failing {
            self.wanted_now.notify_one()
        } else {
            self.wanted.notify_one()
        }
        let there = |progress: &Progress| progress.taken.get(&tenant).is_some_and(|&at| at >= seq);
        let ended = progress.wait_for(|now| there(now) || now.failures(tenant) > failures);
        match tokio::time::timeout(PATIENCE, ended).await {
            Ok(Ok(now)) => there(&now),
            _ => false,
        }
    }
}

fn unreadable<E>(_: E) -> Failure {
    Failure::again("the trail cannot be read")
}

/// Waits until every mandatory sink has taken event `seq` of `tenant`. Gives the name of one that
/// has not.
pub async fn confirm(app: &App, tenant: Uuid, seq: u64) -> Result<(), String> {
    for follower in app.outbox.followers() {
        if follower.mandatory && follower.follows(tenant) && !follower.has_taken(tenant, seq).await
        {
            return Err(follower.name.clone());
        }
    }
    Ok(())
}

/// True where a password of `tenant` waits for a sink.
pub fn is_mandatory(app: &Service, tenant: Uuid) -> bool {
    app.outbox.followers().iter().any(|f| f.mandatory && f.follows(tenant))
}
