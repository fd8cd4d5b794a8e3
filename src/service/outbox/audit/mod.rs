//! The audit trail on its way out: each sink follows the chain of every tenant, in order, by a
//! cursor that is durable. An event is sent as the bytes that the chain hashes, at least once, and
//! none is ever passed over.
//!
//! Each tenant's trail goes to each sink by itself: what keeps one from a sink keeps no other.
//!
//! A mandatory sink is part of handing out a password: the event is durable in the chain, then the
//! sink acknowledges it, then the secret leaves.

mod file;
mod sink;
mod syslog;
mod trail;
mod unsettled;

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::try_join_all;
use tokio::task::JoinSet;
use uuid::Uuid;

use self::{sink::Target, trail::Trail};
use super::settings::{AuditSinkSettings, Begin};
use crate::{
    error::Result,
    service::{
        App, Service,
        store::{Outcome, audit},
    },
};

/// When the tenants are looked for again where they could not be read.
const UNREAD: Duration = Duration::from_secs(5);

/// A sink and the trails that go to it.
pub struct Follower {
    /// The sink's name.
    pub name: String,
    /// No password without it.
    pub mandatory: bool,
    /// Where it begins, when it is new.
    pub begin: Begin,
    only: Option<Uuid>,
    target: Target,
    /// By tenant; each from when it was first asked for.
    trails: Mutex<BTreeMap<Uuid, Arc<Trail>>>,
}

impl Follower {
    /// Checks that the target can be one.
    pub fn open(settings: &AuditSinkSettings) -> Result<Self> {
        Ok(Self {
            name: settings.name.clone(),
            mandatory: settings.mandatory,
            begin: settings.begin,
            only: settings.tenant,
            target: Target::open(settings)?,
            trails: Mutex::default(),
        })
    }

    /// True where the trail of `tenant` goes to this sink.
    pub fn follows(&self, tenant: Uuid) -> bool {
        self.only.is_none_or(|only| only == tenant)
    }

    /// The trail of `tenant`.
    fn trail(&self, tenant: Uuid) -> Arc<Trail> {
        let mut trails = self.trails.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Trail::new(&self.name, tenant, self.target.sink()));
        Arc::clone(trails.entry(tenant).or_insert_with(new))
    }

    /// The tenants whose trails go to this sink, each with its last event.
    async fn tips(&self, app: &App) -> Outcome<Vec<(Uuid, u64)>> {
        let tips = app.store.read(audit::tips).await?;
        Ok(tips.into_iter().filter(|(tenant, _)| self.follows(*tenant)).collect())
    }

    /// Follows the chains until the service stops: those of the tenants that are there, and of each
    /// that comes, from its first event on. An event wakes the trail that it is in, and no other.
    pub async fn run(self: Arc<Self>, app: App) {
        let mut wakes = app.store.changes().audit();
        let mut stopping = app.stopping.subscribe();
        let (mut followed, mut running) = (HashSet::new(), JoinSet::new());
        loop {
            // Before the look, so that nothing that comes after it is missed.
            wakes.mark_unchanged();
            let tips = self.tips(&app).await;
            let again = tips.is_err();
            for (tenant, tip) in tips.unwrap_or_default() {
                let trail = self.trail(tenant);
                if followed.insert(tenant) {
                    running.spawn(trail.run(app.clone()));
                } else {
                    trail.heard_of(tip);
                }
            }
            tokio::select! {
                _ = wakes.changed() => {}
                () = tokio::time::sleep(UNREAD), if again => {}
                _ = stopping.wait_for(|stop| *stop) => break,
            }
        }
        running.join_all().await;
    }

    /// Sends everything that the sink does not have yet: one round of what [`run`](Self::run) does
    /// for ever. What fails is tried again in the next one.
    pub async fn advance(&self, app: &App) -> Outcome<()> {
        for (tenant, _) in self.tips(app).await? {
            let _ = self.trail(tenant).advance(app).await;
        }
        Ok(())
    }

    /// True where the last event of `tenant` that was to be sent could not be.
    pub fn is_failing(&self, tenant: Uuid) -> bool {
        self.trail(tenant).is_failing()
    }

    /// How many events of a tenant's trail were not sent yet: for metrics and health.
    pub fn behind(&self, c: &rusqlite::Connection, tenant: Uuid) -> Outcome<u64> {
        let (tip, _) = audit::tip(c, tenant)?;
        Ok(tip.saturating_sub(self.trail(tenant).reached(c)?))
    }
}

/// Waits until every mandatory sink has taken event `seq` of `tenant`, of all at once. Gives the name
/// of one that has not.
pub async fn confirm(app: &App, tenant: Uuid, seq: u64) -> Result<(), String> {
    let asked = app.outbox.followers().iter().filter(|f| f.mandatory && f.follows(tenant));
    let asked = asked.map(async |follower| match follower.trail(tenant).has_taken(seq).await {
        true => Ok(()),
        false => Err(follower.name.clone()),
    });
    try_join_all(asked).await.map(drop)
}

/// True where a password of `tenant` waits for a sink.
pub fn is_mandatory(app: &Service, tenant: Uuid) -> bool {
    app.outbox.followers().iter().any(|f| f.mandatory && f.follows(tenant))
}
