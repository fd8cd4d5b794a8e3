//! One tenant's trail on its way to one sink: with its own place in the chain, its own waits and
//! its own connection. It knows of no other tenant.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::sync::{Mutex, Notify, watch};
use uuid::Uuid;

use super::sink::{Looked, Sink};
use crate::{
    backoff::Backoff,
    domain::{
        audit::BATCH,
        delivery::{Failure, Fate},
    },
    service::{
        App,
        store::{
            Outcome,
            audit::{self, Selection},
            audit_sinks,
        },
    },
};

/// The first wait after failures, and the longest.
pub const FIRST_WAIT: Duration = Duration::from_secs(1);
pub const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// How long a password waits for a mandatory sink.
const PATIENCE: Duration = Duration::from_secs(5);

/// How far a sink has come since the start.
#[derive(Debug, Default)]
struct Progress {
    /// Up to where events were sent; without it, from the cursor on.
    taken: Option<u64>,
    /// How many attempts have failed.
    failures: u64,
    /// The last attempt has failed, or what is sent is lost again and again.
    failing: bool,
}

/// The sink's side.
struct Out {
    sink: Sink,
    /// Up to this event everything has arrived, and the cursor does not say so yet.
    arrived: Option<u64>,
}

/// A tenant's trail and where it is.
pub struct Trail {
    sink: String,
    tenant: Uuid,
    out: Mutex<Out>,
    progress: watch::Sender<Progress>,
    /// There are events that were not sent yet.
    more: Notify,
    /// Somebody waits.
    wanted: Notify,
}

impl Trail {
    /// The trail of `tenant` to the sink of the name `name`.
    pub fn new(name: &str, tenant: Uuid, sink: Sink) -> Self {
        Self {
            sink: name.to_owned(),
            tenant,
            out: Mutex::new(Out { sink, arrived: None }),
            progress: watch::Sender::default(),
            more: Notify::new(),
            wanted: Notify::new(),
        }
    }

    /// Follows the chain until the service stops.
    pub async fn run(self: Arc<Self>, app: App) {
        let mut stopping = app.stopping.subscribe();
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
        loop {
            let advanced = tokio::select! {
                advanced = self.advance(&app) => advanced,
                _ = stopping.wait_for(|stop| *stop) => return,
            };
            let failed = advanced.is_err();
            let wait = match advanced {
                Ok(look_in) => {
                    backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
                    look_in
                }
                Err(failure) => {
                    let asked = match failure.fate {
                        Fate::Again(wait) => Duration::try_from(wait).unwrap_or_default(),
                        Fate::Dead => Duration::ZERO,
                    };
                    let wait = backoff.next().max(asked.min(LONGEST_WAIT));
                    let (sink, tenant, why) = (&self.sink, self.tenant, failure.why);
                    tracing::warn!(sink, %tenant, why, ?wait, "the audit trail does not go out");
                    Some(wait)
                }
            };
            tokio::select! {
                () = self.more.notified(), if !failed => {}
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
                // Where it has failed before it is tried at once, not after its wait.
                () = self.wanted.notified() => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// The tenant's last event is `tip`: it is sent, unless it was.
    pub fn heard_of(&self, tip: u64) {
        if self.taken().is_none_or(|taken| taken < tip) {
            self.more.notify_one();
        }
    }

    /// Sends everything that the sink does not have yet. Returns when to do so again though no
    /// event has come.
    ///
    /// # Errors
    /// The first failure.
    pub async fn advance(&self, app: &App) -> Result<Option<Duration>, Failure> {
        let mut out = self.out.lock().await;
        // One that panics has failed, and is tried again as any other.
        let sent = AssertUnwindSafe(self.send_all(&mut out, app)).catch_unwind().await;
        let sent = sent.unwrap_or_else(|_| Err(Failure::again("sending it panicked")));
        self.progress.send_modify(|progress| {
            progress.failing = sent.is_err() || out.sink.is_losing();
            progress.failures += u64::from(sent.is_err());
        });
        sent
    }

    async fn send_all(&self, out: &mut Out, app: &App) -> Result<Option<Duration>, Failure> {
        while self.send_some(out, app).await? {}
        Ok(out.sink.look_in())
    }

    /// Sends the next events; false where there are none, or no room for them now.
    async fn send_some(&self, out: &mut Out, app: &App) -> Result<bool, Failure> {
        let Looked { arrived, lost } = out.sink.look(app.clock.now());
        out.arrived = arrived.or(out.arrived);
        if lost.is_some() {
            // Before anything that can fail: what was lost must not be passed over.
            self.progress.send_modify(|progress| progress.taken = None);
        }
        self.keep(out, app).await?;
        if let Some(wait) = lost {
            if wait.is_positive() {
                let why = "connections end before what was sent on them has arrived";
                return Err(Failure::again(why).not_before(wait));
            }
            let (sink, tenant) = (&self.sink, self.tenant);
            tracing::info!(sink, %tenant, "the connection ended: what went last goes again");
        }
        let (name, tenant, known) = (self.sink.clone(), self.tenant, self.taken());
        let look = move |c: &rusqlite::Connection| {
            let after = match known {
                Some(seq) => seq,
                None => audit_sinks::cursor(c, &name, tenant)?,
            };
            let wanted = Selection { after, limit: BATCH.into(), ..Selection::default() };
            Ok((after, audit::read(c, tenant, &wanted)?))
        };
        let (after, events) = app.store.read(look).await.map_err(unreadable)?;
        self.progress.send_modify(|progress| progress.taken = Some(after));
        if events.is_empty() {
            return Ok(false);
        }
        let losing = out.sink.is_losing();
        let taken = |seq| {
            self.progress.send_modify(|progress| {
                progress.taken = Some(seq);
                progress.failing = losing;
            });
        };
        let (count, outcome) = out.sink.send(tenant, &events, app, taken).await;
        if let Some((seq, _)) = count.checked_sub(1).and_then(|last| events.get(last)) {
            taken(*seq);
            if out.sink.acknowledges() {
                out.arrived = Some(*seq);
                self.keep(out, app).await?;
            }
        }
        outcome.map(|()| count > 0)
    }

    /// Keeps up to which event the sink has the trail: from there it goes on after a restart.
    async fn keep(&self, out: &mut Out, app: &App) -> Result<(), Failure> {
        let Some(seq) = out.arrived else { return Ok(()) };
        let (name, tenant) = (self.sink.clone(), self.tenant);
        let keep = move |c: &rusqlite::Connection| audit_sinks::keep_cursor(c, &name, tenant, seq);
        app.store.write(keep).await.map_err(unreadable)?;
        out.arrived = None;
        Ok(())
    }

    fn taken(&self) -> Option<u64> {
        self.progress.borrow().taken
    }

    /// True where the last event that was to be sent could not be, or is lost again and again.
    pub fn is_failing(&self) -> bool {
        self.progress.borrow().failing
    }

    /// Up to which event of the tenant's trail everything was sent.
    pub fn reached(&self, c: &rusqlite::Connection) -> Outcome<u64> {
        let taken = self.taken();
        taken.map_or_else(|| audit_sinks::cursor(c, &self.sink, self.tenant), Ok)
    }

    /// Waits until the sink has taken event `seq`; false where it cannot, or not in time.
    pub async fn has_taken(&self, seq: u64) -> bool {
        let mut progress = self.progress.subscribe();
        let failures = progress.borrow().failures;
        self.wanted.notify_one();
        let there = |progress: &Progress| progress.taken.is_some_and(|at| at >= seq);
        let ended = progress.wait_for(|now| there(now) || now.failures > failures);
        match tokio::time::timeout(PATIENCE, ended).await {
            Ok(Ok(now)) => there(&now),
            _ => false,
        }
    }
}

fn unreadable<E>(_: E) -> Failure {
    Failure::again("the trail cannot be read")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use jiff::Timestamp;

    use crate::{
        clock::{Clock, SystemClock},
        service::{Parts, Service, outbox},
    };

    /// A clock that panics once it is told to, and then no more.
    #[derive(Default)]
    struct Panicking(AtomicBool);

    impl Clock for Panicking {
        fn now(&self) -> Timestamp {
            assert!(!self.0.swap(false, Ordering::Relaxed), "told to");
            SystemClock.now()
        }
    }

    #[tokio::test]
    async fn a_trail_that_panics_is_failing_and_tried_again() {
        let dir = tempfile::tempdir().unwrap();
        let (lines, clock) = (dir.path().join("lines"), std::sync::Arc::new(Panicking::default()));
        let settings = format!(
            "[[audit.sink]]\nname = 'lines'\nkind = 'file'\npath = '{}'\nbegin = 'first'",
            lines.display()
        );
        let app = Service::open(Parts {
            data_dir: &dir.path().join("data"),
            origin: "https://mmd.test".into(),
            settings: toml::from_str(&settings).unwrap(),
            clock: clock.clone(),
            master_key_file: None,
            embedded: None,
        })
        .unwrap();
        outbox::register(&app).await.unwrap();
        let tenant = app.first_tenant(None).await.unwrap().tenant.id;
        let follower = &app.outbox.followers()[0];
        clock.0.store(true, Ordering::Relaxed);
        follower.advance(&app).await.unwrap();
        assert!(!clock.0.load(Ordering::Relaxed), "it has panicked");
        assert!(follower.is_failing(tenant));
        follower.advance(&app).await.unwrap();
        assert!(!follower.is_failing(tenant));
        assert!(std::fs::read_to_string(&lines).unwrap().contains("member.added"));
    }
}
