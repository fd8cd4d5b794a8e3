//! Operations 5 and 6, and what is done to a device: a rotation asked for, a try at the door of a
//! sample one.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use uuid::Uuid;

use crate::{
    agent::accounts::{Check, file::try_sign_in},
    api::{
        Collection, Entity,
        device::{Device, Rotation, RotationState, SignIn, SignInResult},
        messages,
    },
    domain::rotation::{Ledger, Reason, Status},
    service::{
        App,
        access::Caller,
        input::{Body, ListQuery, Preferences},
        problem::Problem,
        replay::{self, Replay},
        sample,
        store::{
            Outcome,
            audit::Record,
            devices, enrollments,
            ledgers::{self, Stored},
            tenants::Tenant,
        },
    },
};

/// True when nothing about the password is about to change or uncertain.
pub fn is_settled(ledger: &Ledger) -> bool {
    let urgent = ledger.due().is_some_and(|reason| reason < Reason::Torn);
    !urgent && ledger.handout().is_some_and(|handout| handout.status == Status::Succeeded)
}

/// Waits until the ledger of `device` is as wanted, at most `seconds`. Returns whether it is.
pub async fn wait_until(
    app: &App,
    device: Uuid,
    seconds: u64,
    wanted: fn(&Ledger) -> bool,
) -> Result<bool, Problem> {
    let end = tokio::time::Instant::now() + Duration::from_secs(seconds);
    let notify = app.wakes.of(device);
    loop {
        let woken = notify.notified();
        tokio::pin!(woken);
        // Enabled before the state is read: a change in between is not missed.
        woken.as_mut().enable();
        let stored = app.store.read(move |c| ledgers::load(c, device)).await?;
        if wanted(&stored.ledger) {
            return Ok(true);
        }
        if *app.stopping.borrow() || tokio::time::timeout_at(end, woken).await.is_err() {
            return Ok(false);
        }
    }
}

/// What is known of a device's password.
pub fn rotation(stored: &Stored, agent: Option<&enrollments::Agent>) -> Rotation {
    let ledger = &stored.ledger;
    let current = ledger.current();
    let state = match ledger.handout() {
        None => RotationState::Never,
        Some(_) if ledger.is_owed() => RotationState::Owed,
        Some(handout) => match handout.status {
            Status::Failed => RotationState::Failed,
            Status::Pending => RotationState::Pending,
            Status::Succeeded if ledger.due().is_some_and(|r| r < Reason::Age) => {
                RotationState::Pending
            }
            Status::Succeeded => RotationState::Ok,
        },
    };
    Rotation {
        state,
        generation: current,
        confirmed_at: current
            .and_then(|generation| ledger.entries.get(&generation))
            .and_then(|entry| entry.confirmed_at),
        owed_since: stored.owed_since,
        due: ledger
            .due()
            .and_then(|reason| serde_json::to_value(reason).ok()?.as_str().map(str::to_owned)),
        last_contact: agent.and_then(|agent| agent.last_contact),
        stopped: agent.and_then(|agent| agent.stopped.clone()),
        account: agent.map(|agent| agent.login_name.clone()),
    }
}

/// The wire's view of a device; lists leave groups and configurations empty, as documented.
fn wire(
    c: &Connection,
    tenant: &Tenant,
    device: devices::Device,
    whole: bool,
    annotations: bool,
    now: Timestamp,
) -> Outcome<Device> {
    let user = match &device.user_fold {
        Some(upn) => devices::user(c, tenant.id, upn)?,
        None => None,
    };
    let rotation = match annotations {
        true => {
            let stored = ledgers::load(c, device.id)?;
            Some(rotation(&stored, enrollments::agent_of(c, device.id)?.as_ref()))
        }
        false => None,
    };
    let facts = device.facts;
    let months = |since: Timestamp| now.duration_since(since).as_hours() / (24 * 30);
    Ok(Device {
        name: device.name,
        intune_id: facts.intune_id,
        manufacturer: facts.manufacturer,
        model: facts.model,
        serial_number: device.serial_number,
        global_device_id: device.global_id,
        enrolled_into_intune_date_time_utc: facts.enrolled,
        tenant_id: tenant.id,
        tenant_name: Some(tenant.name.clone()),
        assigned_user: user.as_ref().and_then(|user| user.name.clone()),
        user_upn: user.as_ref().map(|user| user.upn.clone()),
        user_email: user.and_then(|user| user.email),
        compliance_state: Some(facts.compliance_state.unwrap_or_else(|| "Unknown".into())),
        os_version: facts.os_version,
        primary_update_ring: device.ring,
        last_intune_sync_date_time_utc: facts.last_sync,
        age_in_months: facts.enrolled.map(months),
        plan_type: facts.plan_type,
        persona: device.persona,
        aad_device_id: Some(device.id.to_string()),
        management_agent: facts.management_agent,
        operating_system_edition: facts.operating_system_edition,
        profile_assignment_status: facts.profile_assignment_status,
        groups: if whole { facts.groups } else { vec![] },
        configurations: if whole { facts.configurations } else { vec![] },
        rotation,
    })
}

/// Operation 5.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    preferences: Preferences,
    query: ListQuery,
) -> Result<Json<Collection<Device>>, Problem> {
    let query = query.only(false, true)?;
    let now = app.clock.now();
    let wanted = query.clone();
    let mut value = app
        .store
        .list(move |c| {
            let tenant = &caller.tenant;
            let search = wanted.search.as_deref();
            let rows = devices::list(c, tenant.id, search, wanted.skip, wanted.limit())?;
            let annotations = preferences.annotations;
            rows.into_iter()
                .map(|device| wire(c, tenant, device, false, annotations, now))
                .collect::<Outcome<Vec<_>>>()
        })
        .await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("Devices"), value, next_link }))
}

/// The device of this name.
pub fn find(c: &Connection, tenant: Uuid, name: &str) -> Outcome<devices::Device> {
    devices::by_name(c, tenant, name)?.ok_or_else(|| Problem::not_found(messages::NO_SUCH_DEVICE))
}

/// Operation 6. With `Prefer: wait` it answers once the device's password is settled.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
    preferences: Preferences,
) -> Result<Json<Entity<Device>>, Problem> {
    let (tenant, wanted) = (caller.tenant.id, name.clone());
    if preferences.wait > 0 {
        let device = app.store.read(move |c| find(c, tenant, &wanted)).await?;
        app.touch(device.id);
        wait_until(&app, device.id, preferences.wait, is_settled).await?;
    }
    let now = app.clock.now();
    let value = app
        .store
        .read(move |c| {
            let device = find(c, tenant, &name)?;
            wire(c, &caller.tenant, device, true, preferences.annotations, now)
        })
        .await?;
    Ok(Json(Entity { context: app.context("Devices/$entity"), value }))
}

/// Orders a rotation: 202, because the device has still to do it.
pub async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let replay = Replay::of(&headers, &caller, &format!("rotate {name}"), &Body::default())?;
    let now = app.clock.now();
    let service = app.clone();
    let order = move |c: &Connection| {
        let device = find(c, caller.tenant.id, &name)?;
        if replay::find(c, replay.as_ref())?.is_some() {
            return Ok(device.id);
        }
        replay::keep(c, replay.as_ref(), StatusCode::ACCEPTED, None, now)?;
        let mut stored = ledgers::load(c, device.id)?;
        stored.ledger.ask();
        ledgers::save(c, device.id, &mut stored, None, now)?;
        Record::new(&caller.by, "rotation.asked").device(&device.name).append(
            c,
            caller.tenant.id,
            now,
        )?;
        Ok(device.id)
    };
    app.store.write_then(order, move |&device| service.touch(device)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Tries a password on a device of a sample tenant, whose account is a file of this machine.
pub async fn sign_in(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
    body: Body,
) -> Result<Json<SignInResult>, Problem> {
    if !caller.tenant.sample {
        return Err(Problem::not_found("Only the devices of a sample tenant can be tried here."));
    }
    let SignIn { account, password } = body.read()?;
    let now = app.clock.now();
    let tenant = caller.tenant.id;
    let device = app.store.read(move |c| find(c, tenant, &name)).await?;
    // The path is the service's own, never a caller's word.
    let path = sample::account_file(&app.data_dir, device.id);
    if !path.exists() {
        return Err(Problem::conflict(messages::NO_PASSWORD_YET).wait(5));
    }
    let tried = tokio::task::spawn_blocking(move || try_sign_in(&path, &account, &password)).await;
    let opens = match tried {
        Ok(Ok(check)) => check == Check::Opens,
        Ok(Err(error)) => {
            tracing::info!(%error, "a sign-in could not be tried");
            false
        }
        Err(_) => return Err(Problem::internal()),
    };
    app.store
        .write(move |c| {
            let record = Record::new(&caller.by, "device.signIn").device(&device.name);
            let record = if opens { record } else { record.refused() };
            record.append(c, tenant, now)
        })
        .await?;
    Ok(Json(SignInResult { opens }))
}

/// How long the others on a device, or a request that ran out, may still go on.
pub const NOTICE: SignedDuration = SignedDuration::from_mins(2);
