//! Delivery to where people work: notices out of the outbox to the sinks of the configuration, and
//! the audit trail's events to its own.
//!
//! Everything is delivered at least once, in the order of its subject, through restarts: what is
//! on its way lies in the database, and is done only once the receiver has said so. A receiver
//! that is away is asked again after longer and longer waits; what is given up is a dead letter,
//! which an admin can send again, and which holds up nothing behind it. Without sinks nothing is
//! written and nothing runs.

mod address;
pub mod audit;
mod email;
mod http;
mod lane;
mod secrets;
mod servicenow;
pub mod settings;
mod webhook;

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use tokio::task::JoinSet;
use uuid::Uuid;

use self::{
    audit::Follower,
    email::Email,
    lane::Lane,
    servicenow::ServiceNow,
    settings::{Begin, Kind, SinkSettings, unique},
    webhook::Webhook,
};
use super::{
    App,
    settings::Settings,
    store::{
        Outcome, audit_sinks,
        deliveries::{self, Known, Parcel},
        tenants::Tenant,
    },
};
use crate::{
    domain::delivery::Failure,
    error::{Error, Result},
};

/// The sinks of a service.
#[derive(Default)]
pub struct Outbox {
    lanes: Vec<Arc<Lane>>,
    followers: Vec<Arc<Follower>>,
}

/// One sink, ready to be delivered to.
enum Sink {
    Webhook(Webhook),
    Email(Box<Email>),
    ServiceNow(ServiceNow),
}

impl Sink {
    fn open(settings: &SinkSettings) -> Result<Self> {
        let reach = &settings.reach;
        Ok(match &settings.kind {
            Kind::Webhook(target) => Self::Webhook(Webhook::open(target, reach)?),
            Kind::Email(target) => Self::Email(Box::new(Email::open(target, reach)?)),
            Kind::ServiceNow(target) => Self::ServiceNow(ServiceNow::open(target, reach)?),
        })
    }

    /// Whether it keeps what it was told last, which a dead letter that is sent again must not undo.
    fn minds_what_came_later(&self) -> bool {
        matches!(self, Self::ServiceNow(_))
    }

    async fn deliver(&self, parcel: &Parcel, now: Timestamp) -> Result<(), Failure> {
        match self {
            Self::Webhook(webhook) => webhook.deliver(parcel, now).await,
            Self::Email(email) => email.deliver(parcel).await,
            Self::ServiceNow(instance) => instance.deliver(parcel, now).await,
        }
    }
}

/// Says which sink an error is about.
fn of(block: &str, name: &str) -> impl Fn(Error) -> Error {
    let what = format!("the [[{block}]] `{name}`");
    move |mut error| {
        error.kind = crate::error::Kind::Usage;
        error.message = format!("{what}: {}", error.message);
        error
    }
}

impl Outbox {
    /// Opens every sink of the configuration: a target that is not allowed, or a secret that
    /// cannot be read, is said at the start and not at the first event.
    pub fn open(settings: &Settings) -> Result<Self> {
        unique("sink", settings.sink.iter().map(|sink| sink.name.as_str()))?;
        unique("audit.sink", settings.audit.sink.iter().map(|sink| sink.name.as_str()))?;
        let mut lanes = Vec::new();
        for sink in &settings.sink {
            let opened = Sink::open(sink).map_err(of("sink", &sink.name))?;
            lanes.push(Arc::new(Lane::new(sink.name.clone(), opened)));
        }
        let mut followers = Vec::new();
        for sink in &settings.audit.sink {
            let follower = Follower::open(sink).map_err(of("audit.sink", &sink.name))?;
            followers.push(Arc::new(follower));
        }
        Ok(Self { lanes, followers })
    }

    /// As [`open`](Self::open), for the configuration at `path`, which an error names.
    pub fn check(settings: &Settings, path: &Path) -> Result<()> {
        Self::open(settings).map(|_| ()).map_err(|mut error| {
            error.message = format!("the configuration {}: {}", path.display(), error.message);
            error
        })
    }

    /// True where the configuration has a sink of this name.
    pub fn knows(&self, sink: &str) -> bool {
        self.lanes.iter().any(|lane| lane.name == sink)
    }

    /// Tries the sink of this name again now, although its receiver wanted nothing for longer.
    pub fn end_wait(&self, sink: &str, now: Timestamp) {
        self.lanes.iter().filter(|lane| lane.name == sink).for_each(|lane| lane.end_wait(now));
    }

    /// The sinks that the audit trail goes to.
    pub fn followers(&self) -> &[Arc<Follower>] {
        &self.followers
    }
}

/// The sinks of the configuration that are for none of `tenants`, so that nothing goes to them: each
/// as it stands there, with the tenant that it names.
pub fn unknown_tenants(settings: &Settings, tenants: &[Tenant]) -> Vec<(String, Uuid)> {
    let sinks = settings.sink.iter().map(|sink| ("sink", &sink.name, sink.tenant));
    let trails = settings.audit.sink.iter().map(|sink| ("audit.sink", &sink.name, sink.tenant));
    let unknown = |tenant: &Uuid| tenants.iter().all(|known| known.id != *tenant);
    let named = sinks.chain(trails).filter_map(|(block, name, tenant)| {
        Some((format!("[[{block}]] `{name}`"), tenant.filter(unknown)?))
    });
    named.collect()
}

/// Tells the store which sinks there are: notices are put out for these from now on, and an audit
/// sink that is new gets the place in the trails where it begins. What an earlier service held as
/// it ended goes now. Only who serves the data directory may say so.
pub async fn register(app: &App) -> Outcome<()> {
    let known = app.settings.sink.iter().map(|sink| Known {
        name: sink.name.clone(),
        kind: match &sink.kind {
            Kind::Webhook(_) => "webhook",
            Kind::Email(_) => deliveries::EMAIL,
            Kind::ServiceNow(_) => deliveries::SERVICENOW,
        },
        tenant: sink.tenant,
        events: sink.events.clone(),
    });
    let (known, now): (Vec<_>, _) = (known.collect(), app.clock.now());
    let followers = app.outbox.followers.clone();
    let (same, names) = (known.clone(), followers.clone());
    let nothing_new = move |c: &rusqlite::Connection| {
        for follower in &names {
            if !audit_sinks::is_known(c, &follower.name)? {
                return Ok(false);
            }
        }
        Ok(deliveries::is_registered(c, &same)? && !deliveries::holds_any(c)?)
    };
    // A start that changes nothing writes nothing.
    if app.store.read(nothing_new).await? {
        return Ok(());
    }
    let register = move |c: &rusqlite::Connection| {
        deliveries::release_held(c, Timestamp::MAX, now)?;
        deliveries::register(c, &known, now)?;
        for follower in &followers {
            if !audit_sinks::is_known(c, &follower.name)? {
                let first = follower.begin == Begin::First;
                let follows = |tenant| follower.follows(tenant);
                audit_sinks::add(c, &follower.name, first, follows, now)?;
            }
        }
        Ok(())
    };
    app.store.write(register).await
}

/// Delivers until the service stops.
pub async fn run(app: App) {
    let mut tasks = JoinSet::new();
    for lane in &app.outbox.lanes {
        tasks.spawn(lane.clone().run(app.clone()));
    }
    for follower in &app.outbox.followers {
        tasks.spawn(follower.clone().run(app.clone()));
    }
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "deliveries to a sink have stopped");
        }
    }
}

/// Delivers everything that is due by the service's clock, and returns once nothing is: one round
/// of what [`run`] does for ever.
pub async fn settle(app: &App) -> Outcome<()> {
    for lane in &app.outbox.lanes {
        lane.settle(app).await?;
    }
    for follower in &app.outbox.followers {
        follower.advance(app).await?;
    }
    Ok(())
}
