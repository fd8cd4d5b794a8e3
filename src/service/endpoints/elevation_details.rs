//! Operation 4: a password on its way to somebody. Reading is an act: the view and its event are
//! durable before the secret leaves, and without them there is no secret.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    devices::{find, is_settled, wait_until},
    elevation_ends::end_what_ran_out,
    elevation_requests::wire_status,
};
use crate::{
    api::{
        Entity,
        elevation::{Candidate, DeviceElevationDetail},
        messages,
    },
    domain::rotation::{self, Generation, Handout, Ledger, Status},
    secret::Secret,
    service::{
        App, Service,
        access::Caller,
        begun::Presence,
        input::Preferences,
        notices,
        outbox::audit as sinks,
        problem::{Problem, RefusedBecause},
        refusals,
        settings::Reading,
        store::{
            self, Outcome,
            audit::{self, Record},
            deliveries,
            devices::Device,
            enrollments, ledgers,
            requests::{self, Request},
        },
    },
};

/// Which password is wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// On this request; otherwise on the caller's own.
    request: Option<Uuid>,
    /// This generation: a view of its own.
    generation: Option<Generation>,
    /// The one before the current.
    older: bool,
    /// Only one that the device has confirmed: never a guess.
    confirmed: bool,
}

/// `GET tenants/T/devices/NAME/elevationDetails`
pub async fn read(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
    preferences: Preferences,
    Extension(presence): Extension<Presence>,
) -> Result<Json<Entity<DeviceElevationDetail>>, Problem> {
    let (tenant, lookup) = (caller.tenant.id, name.clone());
    let device = app.store.read(move |c| find(c, tenant, &lookup)).await?;
    if preferences.wait > 0 && wanted.generation.is_none() && !wanted.older {
        app.touch(device.id);
        let settled = wait_until(&app, device.id, preferences.wait, is_settled);
        // Whoever has hung up by then sees no password: there is no view to record.
        presence.outlasts(settled).await?;
    }
    let context = app.context("Microsoft.ManagedDesktop.DeviceElevationDetail");
    let handing = Handing { caller, device, wanted, preferences };
    let value = match sinks::is_mandatory(&app, tenant) {
        false => {
            let now = app.clock.now();
            end_what_ran_out(&app, now).await?;
            let service = app.clone();
            let handed = app.store.write(move |c| handing.hand_over(c, &service, now)).await??;
            handed.detail
        }
        true => after_the_sinks(app, handing).await?,
    };
    Ok(Json(Entity { context, value }))
}

/// Hands over once every mandatory audit sink has the event. A sink that is away is noticed before
/// anything is recorded; one that fails in between takes the view back, and the trail says so. So
/// does the end of the caller's access meanwhile, or of the password: a sink may take its time.
async fn after_the_sinks(app: App, handing: Handing) -> Result<DeviceElevationDetail, Problem> {
    let tenant = handing.caller.tenant.id;
    let (by, device) = (handing.caller.by.clone(), handing.device.name.clone());
    let current = handing.wanted.generation.is_none() && !handing.wanted.older;
    let (tip, _) = app.store.read(move |c| audit::tip(c, tenant)).await?;
    if let Err(sink) = sinks::confirm(&app, tenant, tip).await {
        // Whether there is a request was not looked at.
        let refused = refused(&device, None).detail(json!({ "sink": sink }));
        refusals::record(&app, &by, tenant, refused).await?;
        return Err(not_taken(&sink));
    }
    let now = app.clock.now();
    end_what_ran_out(&app, now).await?;
    let service = app.clone();
    let handed = app.store.write(move |c| handing.hand_over(c, &service, now)).await??;
    let Handed { detail, generation, request, views, notice, event } = handed;
    let (request, on) = (request.wire.id, request.device);
    let confirmed = sinks::confirm(&app, tenant, event).await;
    let now = app.clock.now();
    // What waits behind the notice may go, whatever becomes of the notice.
    let woken = app.clone();
    let wake = move |_: &()| woken.store.changes().wake_deliveries();
    let (problem, why) = match confirmed {
        Err(sink) => (not_taken(&sink), json!({ "sink": sink })),
        Ok(()) => {
            let release = move |c: &Connection| {
                let still = requests::get(c, tenant, request)?;
                if !still.is_some_and(|request| request.is_open() && request.ends > now) {
                    return Err(Problem::not_found(messages::NO_OPEN_REQUEST));
                }
                let handout = ledgers::load(c, on)?.ledger.handout();
                if current && handout.is_none_or(|now| now.generation != generation) {
                    return Err(Problem::conflict("The password was changed meanwhile.").wait(1));
                }
                notice.map_or(Ok(()), |notice| deliveries::release(c, notice, now))
            };
            match app.store.write_then(release, wake.clone()).await {
                Ok(()) => return Ok(detail),
                Err(problem) => {
                    let why = json!({ "why": problem.message });
                    (problem, why)
                }
            }
        }
    };
    let withheld = move |c: &Connection| {
        for view in views {
            requests::take_view_back(c, view)?;
        }
        if let Some(notice) = notice {
            deliveries::take_back(c, notice, now)?;
        }
        let record = Record::new(&by, "password.withheld").device(&device).request(request);
        record.refused().detail(why).append(c, tenant, now)
    };
    // What was not handed over was not, whoever the caller is by now.
    store::under(Arc::new(|_| Ok(())), app.store.write_then(withheld, wake)).await?;
    Err(problem)
}

/// A password of `device` was refused, on `request` where that is known.
fn refused(device: &str, request: Option<Uuid>) -> RefusedBecause {
    let device = Some(device.to_owned());
    RefusedBecause { device, request, ..RefusedBecause::new("password.refused") }
}

fn not_taken(sink: &str) -> Problem {
    let message =
        format!("The audit sink `{sink}` does not take events now, so no password was handed out.");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, message).wait(5)
}

/// Who wants which password.
struct Handing {
    caller: Caller,
    device: Device,
    wanted: Wanted,
    preferences: Preferences,
}

/// A password on its way, with what was recorded of it.
struct Handed {
    detail: DeviceElevationDetail,
    generation: Generation,
    request: Request,
    views: Vec<i64>,
    /// What tells of it outside, held while a mandatory sink has not taken the event.
    notice: Option<i64>,
    /// The last event that says so.
    event: u64,
}

impl Handing {
    fn hand_over(
        &self,
        c: &Connection,
        app: &Service,
        now: Timestamp,
    ) -> Outcome<Result<Handed, Problem>> {
        let Self { caller, device, wanted, preferences } = self;
        let request = choose(requests::open_on(c, device.id)?, caller, wanted.request)?;
        let mut stored = ledgers::load(c, device.id)?;
        let mut handout = what(&stored.ledger, wanted)?;
        if !preferences.annotations {
            // A documented caller gets one password, and has seen no other.
            handout.candidates.clear();
        }
        let generations: Vec<_> =
            std::iter::once(handout.generation).chain(handout.candidates.iter().copied()).collect();
        let limits = &app.settings.reading;
        if let Err(problem) = within_limits(c, caller, device, &generations, limits, now)? {
            let event = refused(&device.name, Some(request.wire.id));
            return Ok(Err(problem.told_as(event)));
        }

        stored.ledger.viewed(request.wire.id, &generations, now);
        ledgers::save(c, device.id, &mut stored, None, now)?;
        let mut views = Vec::new();
        for &generation in &generations {
            let (tenant, id) = (caller.tenant.id, request.wire.id);
            views.push(requests::add_view(c, tenant, id, caller.name(), generation, now)?);
            Record::new(&caller.by, "password.viewed")
                .device(&device.name)
                .request(id)
                .generation(generation)
                .append(c, tenant, now)?;
        }
        let (event, _) = audit::tip(c, caller.tenant.id)?;
        let notice = match sinks::is_mandatory(app, caller.tenant.id) {
            true => notices::view(c, &request, caller.name(), now)?,
            false => {
                notices::elevation(c, "elevation.viewed", &request, caller.name(), "open", now)?;
                None
            }
        };

        let open = |generation| unseal(c, app, caller.tenant.id, device.id, generation);
        let password = open(handout.generation)?;
        let candidates = handout
            .candidates
            .iter()
            .map(|&generation| Ok(Candidate { generation, password: open(generation)? }));
        let candidates = candidates.collect::<Outcome<Vec<_>>>()?;
        let agent = enrollments::agent_of(c, device.id)?;
        let (account, login_name) = agent.map(|a| (a.account, a.login_name)).unwrap_or_default();
        let entry = |generation| stored.ledger.entries.get(&generation);
        let annotated = preferences.annotations;
        let viewed_by = requests::get(c, caller.tenant.id, request.wire.id)?
            .map(|request| request.wire.viewer_upns)
            .unwrap_or_default();
        let detail = DeviceElevationDetail {
            tenant_id: caller.tenant.id,
            device_name: device.name.clone(),
            opened_elevation_request_id: request.wire.id,
            aad_device_id: device.id.to_string(),
            account_upn: account,
            password,
            password_last_updated: stored
                .ledger
                .current()
                .and_then(entry)
                .and_then(|entry| entry.confirmed_at),
            status: wire_status(handout.status),
            is_password_changed: request.opened_with != stored.ledger.current(),
            viewed_by,
            valid_until: annotated.then(|| requests::holds_until(c, &request)).transpose()?,
            generation: annotated.then_some(handout.generation),
            account: annotated.then_some(login_name),
            candidates: (annotated && !candidates.is_empty()).then_some(candidates),
        };
        let generation = handout.generation;
        Ok(Ok(Handed { detail, generation, request, views, notice, event }))
    }
}

/// A person reads on an open request of their own; a program on any of the device's, its own first.
fn choose(open: Vec<Request>, caller: &Caller, named: Option<Uuid>) -> Outcome<Request> {
    let own = |r: &Request| r.wire.requesting_agent_upn.eq_ignore_ascii_case(caller.name());
    let mut usable: Vec<_> = open
        .into_iter()
        .filter(|r| named.is_none_or(|id| r.wire.id == id))
        .filter(|r| caller.is_app() || own(r))
        .collect();
    let chosen = usable.iter().position(own).unwrap_or(0);
    if usable.is_empty() {
        return Err(Problem::not_found(messages::NO_OPEN_REQUEST));
    }
    Ok(usable.swap_remove(chosen))
}

/// Which generations to hand out.
fn what(ledger: &Ledger, wanted: &Wanted) -> Outcome<Handout> {
    let Some(handout) = ledger.handout() else {
        return Err(Problem::conflict(messages::NO_PASSWORD_YET).wait(5));
    };
    if wanted.confirmed && handout.status == Status::Pending {
        return Err(Problem::conflict(messages::NOT_CONFIRMED).wait(5));
    }
    let older = || {
        let current = ledger.current().unwrap_or(handout.generation);
        // One that failed was never the password.
        let mut before = ledger.entries.range(..current).rev();
        before
            .find(|(_, entry)| entry.state != rotation::State::Failed)
            .map(|(&generation, _)| generation)
    };
    let asked = match (wanted.generation, wanted.older) {
        (Some(generation), _) => Some(Some(generation)),
        (None, true) => Some(older()),
        (None, false) => None,
    };
    let Some(generation) = asked else { return Ok(handout) };
    match generation.filter(|generation| ledger.entries.contains_key(generation)) {
        Some(generation) => Ok(Handout { generation, candidates: vec![], status: Status::Pending }),
        None => Err(Problem::not_found("This device has no such password on record.")),
    }
}

/// So many new passwords a person is handed, and no more. A repeated read does not count.
fn within_limits(
    c: &Connection,
    caller: &Caller,
    device: &Device,
    generations: &[Generation],
    limits: &Reading,
    now: Timestamp,
) -> Outcome<Result<(), Problem>> {
    if caller.is_app() || requests::all_seen(c, caller.name(), device.id, generations)? {
        return Ok(Ok(()));
    }
    let minute = SignedDuration::from_mins(1);
    let views = requests::counted_views(c, caller.name(), now - minute * 60)?;
    for (span, most) in [(minute, limits.per_minute), (minute * 60, limits.per_hour)] {
        let within: Vec<_> = views.iter().filter(|&&at| now.duration_since(at) < span).collect();
        if within.len() >= most {
            let free = within.get(within.len() - most).map_or(now, |&&at| at + span);
            let wait = u64::try_from(free.duration_since(now).as_secs()).unwrap_or(0) + 1;
            let message = format!(
                "You were handed {} passwords within {}: wait {wait} s.",
                within.len(),
                if span == minute { "a minute" } else { "an hour" }
            );
            let status = StatusCode::TOO_MANY_REQUESTS;
            return Ok(Err(Problem::new(status, message).wait(wait)));
        }
    }
    Ok(Ok(()))
}

fn unseal(
    c: &Connection,
    app: &Service,
    tenant: Uuid,
    device: Uuid,
    generation: Generation,
) -> Outcome<Secret> {
    let sealed = ledgers::sealed(c, device, generation)?.ok_or_else(Problem::internal)?;
    app.sealer.open_sealed(tenant, device, generation, &sealed).map_err(|error| {
        tracing::error!(%error, %device, generation, "a password cannot be opened");
        Problem::internal()
    })
}
