//! Operations 1, 2, 3 and 17, and the extension of a request: just-in-time access to a device.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{
    devices::{is_settled, wait_until},
    elevation_ends::end_what_ran_out,
};
use crate::{
    api::{
        Collection, Entity,
        elevation::{ElevationRequest, PasswordStatus},
        messages,
        ticket::Link,
    },
    domain::{
        elevation::{self, RETENTION},
        filter::{self, Property, Type},
        rotation::Status,
    },
    service::{
        App,
        access::{Access, Caller},
        input::{Body, ListQuery, Preferences},
        notices,
        problem::Problem,
        replay::{self, Replay},
        store::{
            Outcome,
            audit::Record,
            devices, enrollments, filter_sql, ledgers,
            requests::{self, Condition, Request},
            tickets,
        },
    },
};

/// What `$filter` may name.
const SCHEMA: &[Property] = &[
    Property::new("id", Type::Guid),
    Property::new("tenantId", Type::Guid),
    Property::new("partnerId", Type::Guid),
    Property::new("requestingAgentUpn", Type::String),
    Property::new("partnerTicketId", Type::String),
    Property::new("deviceName", Type::String),
    Property::new("title", Type::String),
    Property::new("category", Type::String),
    Property::new("subcategory", Type::String),
    Property::new("planOfAction", Type::String),
    Property::new("actionsTaken", Type::String),
    Property::new("closingAgentUpn", Type::String),
    Property::new("requestCreationTime", Type::Time),
    Property::new("requestClosureTime", Type::Time),
    Property::new("requestRenewTime", Type::Time),
    Property::new("isSuccessfulRequest", Type::Bool),
    Property::new("viewerUpns", Type::Other),
    Property::new("passwordLastUpdatedTime", Type::Time),
    Property::new("isDeleted", Type::Bool),
    Property::new("ttl", Type::Int),
    Property::new("eTag", Type::String),
];

/// The wire's status of a password.
pub fn wire_status(status: Status) -> PasswordStatus {
    match status {
        Status::Succeeded => PasswordStatus::PasswordSucceeded,
        Status::Pending => PasswordStatus::PasswordPending,
        Status::Failed => PasswordStatus::PasswordFailed,
    }
}

/// A request with our annotations.
pub fn annotated(
    c: &Connection,
    request: Request,
    caller: &Caller,
    now: Timestamp,
) -> Outcome<ElevationRequest> {
    let stored = ledgers::load(c, request.device)?;
    let agent = enrollments::agent_of(c, request.device)?;
    let open = request.is_open() && request.ends > now;
    let mut wire = request.wire.clone();
    wire.valid_until = Some(requests::holds_until(c, &request)?);
    wire.state = Some(request.state());
    let tickets = tickets::of_elevation(c, wire.tenant_id, wire.id)?;
    let link = |id| Link { elevation: None, ticket: Some(id), device: None };
    wire.links = (!tickets.is_empty()).then(|| tickets.into_iter().map(link).collect());
    wire.account = agent.as_ref().map(|agent| agent.login_name.clone());
    if let Some(handout) = stored.ledger.handout().filter(|_| open) {
        wire.status = Some(wire_status(handout.status));
        wire.generation = Some(handout.generation);
        let own = request.wire.requesting_agent_upn.eq_ignore_ascii_case(caller.name());
        if own && let Some(seen) = requests::last_seen(c, request.wire.id)? {
            wire.superseded = Some(stored.ledger.current().is_some_and(|current| seen < current));
        }
    }
    if !request.is_open() {
        let mut closing = request.closing.clone().unwrap_or_default();
        // Owed to this request only while what it has seen may still open the device.
        let seen = requests::seen(c, request.wire.id)?;
        let live = stored.ledger.live();
        let still_opens = seen.iter().any(|generation| live.contains(generation));
        closing.rotation_owed_since = stored.owed_since.filter(|_| still_opens);
        closing.device_last_seen = agent.and_then(|agent| agent.last_contact);
        let others = requests::open_on(c, request.device)?;
        // Who was in when it ended, and still is.
        let ended = request.wire.request_closure_time;
        let was_in = |r: &Request| ended.is_some_and(|at| r.wire.request_creation_time <= at);
        let others = others.into_iter().filter(was_in);
        closing.others = others.map(|r| r.wire.requesting_agent_upn).collect();
        wire.closing = Some(closing);
    }
    Ok(wire)
}

/// Operation 1. A person has one open request for a device: a repeat answers 200 with it.
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    preferences: Preferences,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let replay = Replay::of(&headers, &caller, "POST elevationRequests", &body)?;
    let [ticket_id, device_name, title, category, subcategory, plan] = body.texts([
        ("partnerTicketId", 200),
        ("deviceName", 200),
        ("title", 500),
        ("category", 200),
        ("subcategory", 200),
        ("planOfAction", 10_000),
    ])?;
    let overridden = body.0.get("@mmd.overridden").and_then(|words| words.as_str());
    let overridden = overridden.map(|words| words.chars().take(1_000).collect::<String>());
    let now = app.clock.now();
    end_what_ran_out(&app, now).await?;
    let limits = app.settings.elevation.clone();
    let context = app.context("ElevationRequests/$entity");
    let service = app.clone();
    let opened = move |outcome: &Opened| {
        if let Ok((Some(device), _)) = outcome {
            service.touch(*device);
        }
    };
    let open = move |c: &Connection| {
        let tenant = &caller.tenant;
        if let Some(answer) = replay::find(c, replay.as_ref())? {
            return Ok(Ok((None, answer)));
        }
        let device = devices::by_name(c, tenant.id, &device_name)?
            .ok_or_else(|| Problem::not_found(messages::NO_SUCH_DEVICE))?;
        let open = requests::open_on(c, device.id)?;
        let own = (!caller.is_app())
            .then(|| {
                open.iter()
                    .find(|r| r.wire.requesting_agent_upn.eq_ignore_ascii_case(caller.name()))
            })
            .flatten();
        if let Some(own) = own {
            if let Some(words) = overridden {
                // Nothing is opened, but somebody went on against the advice.
                Record::new(&caller.by, "elevation.reused")
                    .device(&device.name)
                    .request(own.wire.id)
                    .detail(json!({ "ticket": ticket_id, "overridden": words }))
                    .append(c, tenant.id, now)?;
            }
            let answer = answer(c, own.clone(), &caller, &preferences, now, &context)?;
            // Kept although nothing was written: after a close, a late repeat opens nothing.
            replay::keep(c, replay.as_ref(), StatusCode::OK, Some(&answer), now)?;
            return Ok(Ok((None, (StatusCode::OK, answer))));
        }
        let open = u32::try_from(open.len()).unwrap_or(u32::MAX);
        if let Err(refusal) = elevation::may_open(device.ring.as_deref(), open, &limits) {
            // A refusal is an event, so it must not undo what it writes.
            let why = refusal.to_string();
            Record::new(&caller.by, "elevation.refused")
                .device(&device.name)
                .refused()
                .detail(json!({ "why": why }))
                .append(c, tenant.id, now)?;
            return Ok(Err(Problem::forbidden(why)));
        }
        let mut stored = ledgers::load(c, device.id)?;
        let current = stored.ledger.current();
        let updated = current
            .and_then(|generation| stored.ledger.entries.get(&generation))
            .and_then(|entry| entry.confirmed_at);
        let request = Request {
            wire: ElevationRequest {
                id: Uuid::new_v4(),
                tenant_id: tenant.id,
                partner_id: tenant.partner(),
                requesting_agent_upn: caller.name().to_owned(),
                partner_ticket_id: ticket_id,
                device_name: device.name.clone(),
                title,
                category,
                subcategory,
                plan_of_action: plan,
                actions_taken: String::new(),
                closing_agent_upn: String::new(),
                request_creation_time: now,
                request_closure_time: None,
                request_renew_time: None,
                is_successful_request: true,
                viewer_upns: vec![],
                password_last_updated_time: updated,
                is_deleted: false,
                ttl: 7_776_000,
                e_tag: None,
                valid_until: None,
                state: None,
                status: None,
                generation: None,
                account: None,
                superseded: None,
                closing: None,
                links: None,
            },
            device: device.id,
            by_app: caller.is_app(),
            ends: now + limits.window,
            expired: false,
            opened_with: current,
            closing: None,
        };
        requests::insert(c, &request)?;
        ledgers::save(c, device.id, &mut stored, None, now)?;
        let mut record = Record::new(&caller.by, "elevation.opened")
            .device(&device.name)
            .request(request.wire.id);
        let ticket = &request.wire.partner_ticket_id;
        record = record.detail(match overridden {
            Some(words) => json!({ "ticket": ticket, "overridden": words }),
            None => json!({ "ticket": ticket }),
        });
        record.append(c, tenant.id, now)?;
        notices::elevation(c, "elevation.opened", &request, caller.name(), "open", now)?;
        let answer = answer(c, request, &caller, &preferences, now, &context)?;
        replay::keep(c, replay.as_ref(), StatusCode::CREATED, Some(&answer), now)?;
        Ok(Ok((Some(device.id), (StatusCode::CREATED, answer))))
    };
    let (_, (status, text)) = app.store.write_then(open, opened).await??;
    Ok(json_text(status, text))
}

/// What opening came to: a refusal by rule, or the device of a new request and the answer.
type Opened = Result<(Option<Uuid>, (StatusCode, String)), Problem>;

/// The answer's text, so that a repeat gets the same bytes.
pub(super) fn answer(
    c: &Connection,
    request: Request,
    caller: &Caller,
    preferences: &Preferences,
    now: Timestamp,
    context: &str,
) -> Outcome<String> {
    let value = match preferences.annotations {
        true => annotated(c, request, caller, now)?,
        false => request.wire,
    };
    let entity = Entity { context: context.to_owned(), value };
    serde_json::to_string(&entity).map_err(|_| Problem::internal())
}

pub(super) fn json_text(status: StatusCode, text: String) -> Response {
    (status, [(axum::http::header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// Operation 2. Programs see all; people of the team too; the rest of the desk sees its own.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    preferences: Preferences,
    query: ListQuery,
) -> Result<Json<Collection<ElevationRequest>>, Problem> {
    let query = query.only(true, false)?;
    let mut condition = match &query.filter {
        Some(text) => condition(text)?,
        None => Condition::default(),
    };
    if !caller.is_app() && !caller.may(Access::Close) && !caller.may(Access::Audit) {
        let next = condition.values.len() + 2;
        let own = format!("r.requester_fold = ${next}");
        condition.sql = match condition.sql.as_str() {
            "" => own,
            sql => format!("({sql}) and {own}"),
        };
        condition.values.push(caller.name().to_lowercase().into());
    }
    let now = app.clock.now();
    let wanted = query.clone();
    let mut value = app
        .store
        .list(move |c| {
            let rows = requests::list(
                c,
                caller.tenant.id,
                &condition,
                now - RETENTION,
                wanted.skip,
                wanted.limit(),
            )?;
            let rows = rows.into_iter().map(|request| match preferences.annotations {
                true => annotated(c, request, &caller, now),
                false => Ok(request.wire),
            });
            rows.collect::<Outcome<Vec<_>>>()
        })
        .await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("ElevationRequests"), value, next_link }))
}

fn condition(text: &str) -> Result<Condition, Problem> {
    let expression = filter::parse(text, SCHEMA).map_err(|error| {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
        Problem::new(status, error.to_string())
    })?;
    // The parser knows the same properties as the columns do; a test holds them together.
    let fragment =
        filter_sql::filter(&expression, |name| requests::column(name).unwrap_or("null"), 2);
    Ok(Condition { sql: fragment.sql, values: fragment.values })
}

/// Operation 17. With `Prefer: wait` it answers once the device's password is settled.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    preferences: Preferences,
) -> Result<Response, Problem> {
    let tenant = caller.tenant.id;
    let (wanted, now) = (id.clone(), app.clock.now());
    let request = app.store.read(move |c| find(c, tenant, &wanted, now)).await?;
    visible(&caller, &request)?;
    if preferences.wait > 0 {
        wait_until(&app, request.device, preferences.wait, is_settled).await?;
    }
    let (now, context) = (app.clock.now(), app.context("ElevationRequests/$entity"));
    let text = app
        .store
        .read(move |c| {
            let request = find(c, tenant, &id, now)?;
            answer(c, request, &caller, &preferences, now, &context)
        })
        .await?;
    Ok(json_text(StatusCode::OK, text))
}

/// The rest of the desk sees its own requests, and does not learn of others.
pub(super) fn visible(caller: &Caller, request: &Request) -> Result<(), Problem> {
    let own = request.wire.requesting_agent_upn.eq_ignore_ascii_case(caller.name());
    match own || caller.is_app() || caller.may(Access::Close) || caller.may(Access::Audit) {
        true => Ok(()),
        false => Err(Problem::not_found(messages::NO_SUCH_REQUEST)),
    }
}

/// The request with this id, as long as it is visible.
pub(super) fn find(c: &Connection, tenant: Uuid, id: &str, now: Timestamp) -> Outcome<Request> {
    let id = id.parse().ok();
    let request = id.map(|id| requests::get(c, tenant, id)).transpose()?.flatten();
    let kept = |r: &Request| r.wire.request_closure_time.is_none_or(|at| at > now - RETENTION);
    request.filter(kept).ok_or_else(|| Problem::not_found(messages::NO_SUCH_REQUEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_that_can_be_filtered_has_a_column() {
        for property in SCHEMA.iter().filter(|property| !matches!(property.ty, Type::Other)) {
            assert!(requests::column(property.name).is_some(), "{}", property.name);
        }
    }
}
