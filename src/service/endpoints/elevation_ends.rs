//! How access ends, or goes on: operation 3, expiry, and the extension of a request.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::elevation_requests::{answer, find, json_text, visible};
use crate::{
    api::{elevation::ExtendElevationRequest, messages},
    domain::elevation::{self, EXPIRED},
    service::{
        App,
        access::Caller,
        input::{Body, Preferences},
        notices,
        problem::Problem,
        replay::{self, Replay},
        store::{
            Outcome,
            audit::{By, Record},
            ledgers,
            requests::{self, Request},
        },
    },
};

/// Operation 3. Closing another's request is recorded with both names.
pub async fn close(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let replay = Replay::of(&headers, &caller, &format!("PATCH {id}"), &body)?;
    let [actions] = body.texts([("actionsTaken", 10_000)])?;
    let now = app.clock.now();
    end_what_ran_out(&app, now).await?;
    let service = app.clone();
    let close = move |c: &Connection| {
        if replay::find(c, replay.as_ref())?.is_some() {
            return Ok(None);
        }
        let request = find(c, caller.tenant.id, &id, now)?;
        if !request.is_open() {
            return Err(Problem::bad_request(messages::ALREADY_CLOSED));
        }
        end(c, &request, Some((&caller.by, &actions)), now)?;
        replay::keep(c, replay.as_ref(), StatusCode::NO_CONTENT, None, now)?;
        Ok(Some(request.device))
    };
    // A close rotates at once, also when whoever closed has hung up.
    let closed = move |device: &Option<Uuid>| device.iter().for_each(|&d| service.touch(d));
    app.store.write_then(close, closed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends an open request: by somebody with the actions taken, or because its time ran out. What it
/// has seen is owed a rotation from this moment on.
pub fn end(
    c: &Connection,
    request: &Request,
    closed: Option<(&By, &str)>,
    now: Timestamp,
) -> Outcome<()> {
    let wire = &request.wire;
    let system = By::system();
    let (by, closer, actions) = match closed {
        Some((by, actions)) => (by, by.who.as_str(), actions),
        None => (&system, "", EXPIRED),
    };
    requests::close(c, wire.id, closer, actions, closed.is_none(), now)?;
    let mut stored = ledgers::load(c, request.device)?;
    let owed_before = stored.owed_since.is_some();
    let owed = stored.ledger.closed(wire.id);
    ledgers::save(c, request.device, &mut stored, None, now)?;
    let action = if closed.is_some() { "elevation.closed" } else { "elevation.expired" };
    let mut record = Record::new(by, action).device(&wire.device_name).request(wire.id);
    if !wire.requesting_agent_upn.eq_ignore_ascii_case(closer) && closed.is_some() {
        record = record.detail(json!({ "requestedBy": wire.requesting_agent_upn }));
    }
    record.append(c, wire.tenant_id, now)?;
    let state = if closed.is_some() { "closed" } else { "expired" };
    notices::elevation(c, "elevation.closed", request, &by.who, state, now)?;
    if owed && !owed_before {
        Record::new(&system, "rotation.owed").device(&wire.device_name).request(wire.id).append(
            c,
            wire.tenant_id,
            now,
        )?;
    }
    Ok(())
}

/// Ends every request whose time has run out by `now`, before anything else is decided. It is a
/// write of its own: what a refusal undoes must not be an end, or a clock that goes back would
/// make it valid again.
pub async fn end_what_ran_out(app: &App, now: Timestamp) -> Outcome<()> {
    while app.store.read(requests::next_end).await?.is_some_and(|end| end <= now) {
        let devices = app.store.write(move |c| expire(c, now)).await?;
        if devices.is_empty() {
            break;
        }
        for device in devices {
            app.wake(device);
        }
    }
    Ok(())
}

fn expire(c: &Connection, now: Timestamp) -> Outcome<Vec<Uuid>> {
    let mut devices = Vec::new();
    for (tenant, id) in requests::run_out(c, now)? {
        if let Some(request) = requests::get(c, tenant, id)? {
            end(c, &request, None, now)?;
            devices.push(request.device);
        }
    }
    Ok(devices)
}

/// Pushes the end of the caller's own request, within the bound.
pub async fn extend(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    preferences: Preferences,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let replay = Replay::of(&headers, &caller, &format!("POST {id}/extend"), &body)?;
    let ExtendElevationRequest { seconds } = body.read()?;
    let seconds = i64::try_from(seconds).ok().filter(|&s| s > 0 && s <= 7 * 86_400);
    let seconds = seconds.ok_or_else(|| {
        let message = "`seconds` must lie between 1 and a week.";
        Problem::bad_request(message).at("seconds", "outOfRange", message)
    })?;
    let now = app.clock.now();
    end_what_ran_out(&app, now).await?;
    let limits = app.settings.elevation.clone();
    let context = app.context("ElevationRequests/$entity");
    let text = app
        .store
        .write(move |c| {
            if let Some((_, text)) = replay::find(c, replay.as_ref())? {
                return Ok(text);
            }
            let request = find(c, caller.tenant.id, &id, now)?;
            visible(&caller, &request)?;
            let own = request.wire.requesting_agent_upn.eq_ignore_ascii_case(caller.name());
            if !own && !caller.is_app() {
                let whose = &request.wire.requesting_agent_upn;
                let message = format!("This request is {whose}'s to extend.");
                return Err(Problem::forbidden(message.clone()).at("id", messages::RULE, message));
            }
            if !request.is_open() {
                return Err(Problem::bad_request(messages::ALREADY_CLOSED));
            }
            let by = SignedDuration::from_secs(seconds);
            let membership = requests::membership_ends(c, &request)?;
            let opened = request.wire.request_creation_time;
            let latest = elevation::latest_end(opened, membership, &limits);
            let holds = requests::holds_until(c, &request)?;
            let Some(ends) = elevation::extended(holds, latest, now, by) else {
                let upn = &request.wire.requesting_agent_upn;
                let message = if holds < latest {
                    format!("This request holds until {holds} already.")
                } else if membership == Some(latest) {
                    format!("The membership of {upn} ends at {latest}, and this access with it.")
                } else {
                    format!("This request cannot be extended beyond {latest}.")
                };
                return Err(Problem::forbidden(message.clone()).at(
                    "seconds",
                    messages::RULE,
                    message,
                ));
            };
            requests::extend(c, request.wire.id, ends, now)?;
            Record::new(&caller.by, "elevation.extended")
                .device(&request.wire.device_name)
                .request(request.wire.id)
                .detail(json!({ "until": ends }))
                .append(c, caller.tenant.id, now)?;
            let request = find(c, caller.tenant.id, &id, now)?;
            let text = answer(c, request, &caller, &preferences, now, &context)?;
            replay::keep(c, replay.as_ref(), StatusCode::OK, Some(&text), now)?;
            Ok(text)
        })
        .await?;
    Ok(json_text(StatusCode::OK, text))
}
