//! Elevation requests and who has seen which password on them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params, types::Value};
use uuid::Uuid;

use super::{
    Outcome, id, micros,
    people::{self, fold},
    signed, time, unsigned,
};
use crate::{
    api::elevation::{Closing, ElevationRequest, RequestState},
    domain::rotation::Generation,
    service::problem::Problem,
};

/// A request as it is kept.
#[derive(Debug, Clone)]
pub struct Request {
    /// The wire's view of it, without annotations.
    pub wire: ElevationRequest,
    /// The device.
    pub device: Uuid,
    /// True where a program asked.
    pub by_app: bool,
    /// Until when it gives access.
    pub ends: Timestamp,
    /// True where its time ran out.
    pub expired: bool,
    /// The current generation when it was opened.
    pub opened_with: Option<Generation>,
    /// What followed its close.
    pub closing: Option<Closing>,
}

impl Request {
    /// True until somebody closes it or its end has been noted.
    pub fn is_open(&self) -> bool {
        self.wire.request_closure_time.is_none()
    }

    /// In a word.
    pub fn state(&self) -> RequestState {
        match (self.is_open(), self.expired) {
            (true, _) => RequestState::Open,
            (false, true) => RequestState::Expired,
            (false, false) => RequestState::Closed,
        }
    }
}

/// When the membership ends of who has opened an open request; `None` where it does not, and for
/// a program.
pub fn membership_ends(c: &Connection, request: &Request) -> Outcome<Option<Timestamp>> {
    let ElevationRequest { tenant_id, requesting_agent_upn: upn, .. } = &request.wire;
    let member = match request.is_open() && !request.by_app {
        true => people::find_member(c, *tenant_id, upn)?,
        false => None,
    };
    Ok(member.and_then(|member| member.until))
}

/// Until when a request holds: with the membership of who has opened it, it ends as well.
pub fn holds_until(c: &Connection, request: &Request) -> Outcome<Timestamp> {
    let membership = membership_ends(c, request)?;
    Ok(membership.map_or(request.ends, |until| until.min(request.ends)))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Request> {
    let closed: Option<i64> = row.get(14)?;
    let viewers: String = row.get(21)?;
    let closing: Option<String> = row.get(20)?;
    Ok(Request {
        wire: ElevationRequest {
            id: id(&row.get::<_, String>(0)?),
            tenant_id: id(&row.get::<_, String>(1)?),
            partner_id: id(&row.get::<_, String>(2)?),
            requesting_agent_upn: row.get(5)?,
            partner_ticket_id: row.get(6)?,
            device_name: row.get(4)?,
            title: row.get(7)?,
            category: row.get(8)?,
            subcategory: row.get(9)?,
            plan_of_action: row.get(10)?,
            actions_taken: row.get(11)?,
            closing_agent_upn: row.get(12)?,
            request_creation_time: time(row.get(13)?),
            request_closure_time: closed.map(time),
            request_renew_time: row.get::<_, Option<i64>>(15)?.map(time),
            is_successful_request: closed.is_none(),
            viewer_upns: serde_json::from_str(&viewers).unwrap_or_default(),
            password_last_updated_time: row.get::<_, Option<i64>>(16)?.map(time),
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
        device: id(&row.get::<_, String>(3)?),
        by_app: row.get(17)?,
        ends: time(row.get(18)?),
        expired: row.get(19)?,
        opened_with: row.get::<_, Option<i64>>(22)?.map(unsigned),
        closing: closing.and_then(|text| serde_json::from_str(&text).ok()),
    })
}

const REQUEST: &str = "select r.id, r.tenant, r.partner_id, r.device, r.device_name, r.requester,
    r.ticket_id, r.title, r.category, r.subcategory, r.plan, r.actions, r.closer, r.created,
    r.closed, r.renewed, r.password_at, r.by_app, r.ends, r.expired, r.closing,
    (select json_group_array(v.viewer) from
        (select viewer from views where request = r.id group by viewer_fold order by min(id)) v),
    r.opened_with from requests r";

/// One request.
pub fn get(c: &Connection, tenant: Uuid, request: Uuid) -> Outcome<Option<Request>> {
    Ok(c.prepare_cached(&format!("{REQUEST} where r.tenant = $1 and r.id = $2"))?
        .query_row(params![tenant.to_string(), request.to_string()], read)
        .optional()?)
}

/// The open requests of a device, newest first.
pub fn open_on(c: &Connection, device: Uuid) -> Outcome<Vec<Request>> {
    let mut statement = c.prepare_cached(&format!(
        "{REQUEST} where r.device = $1 and r.closed is null order by r.created desc, r.id"
    ))?;
    Ok(statement.query_map([device.to_string()], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The open requests of a person or program in a tenant, newest first.
pub fn open_of(c: &Connection, tenant: Uuid, requester: &str) -> Outcome<Vec<Request>> {
    let mut statement = c.prepare_cached(&format!(
        "{REQUEST} where r.tenant = $1 and r.requester_fold = $2 and r.closed is null
         order by r.created desc, r.id"
    ))?;
    let rows = statement.query_map(params![tenant.to_string(), fold(requester)], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All open requests of a tenant.
pub fn open_in(c: &Connection, tenant: Uuid) -> Outcome<Vec<Request>> {
    let mut statement = c.prepare_cached(&format!(
        "{REQUEST} where r.tenant = $1 and r.closed is null order by r.created desc, r.id"
    ))?;
    Ok(statement.query_map([tenant.to_string()], read)?.collect::<rusqlite::Result<_>>()?)
}

/// A condition on requests in SQL, with its parameters: `$1` is the tenant, so these begin at `$2`.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// The SQL; empty for none.
    pub sql: String,
    /// What it binds.
    pub values: Vec<Value>,
}

/// The column behind a property of `$filter`.
pub fn column(property: &str) -> Option<&'static str> {
    Some(match property {
        "id" => "r.id",
        "tenantId" => "r.tenant",
        "partnerId" => "r.partner_id",
        "requestingAgentUpn" => "r.requester",
        "partnerTicketId" => "r.ticket_id",
        "deviceName" => "r.device_name",
        "title" => "r.title",
        "category" => "r.category",
        "subcategory" => "r.subcategory",
        "planOfAction" => "r.plan",
        "actionsTaken" => "r.actions",
        "closingAgentUpn" => "r.closer",
        "requestCreationTime" => "r.created",
        "requestClosureTime" => "r.closed",
        "requestRenewTime" => "r.renewed",
        "isSuccessfulRequest" => "(r.closed is null)",
        "passwordLastUpdatedTime" => "r.password_at",
        "isDeleted" => "0",
        "ttl" => "7776000",
        "eTag" => "null",
        _ => return None,
    })
}

/// Requests that are still visible, newest first, then by id.
pub fn list(
    c: &Connection,
    tenant: Uuid,
    condition: &Condition,
    visible_since: Timestamp,
    skip: u32,
    top: u32,
) -> Outcome<Vec<Request>> {
    let condition_sql = match condition.sql.as_str() {
        "" => String::new(),
        sql => format!("and ({sql})"),
    };
    let mut values = vec![Value::Text(tenant.to_string())];
    values.extend(condition.values.iter().cloned());
    let next = values.len() + 1;
    values.push(Value::Integer(micros(visible_since)));
    values.push(Value::Integer(top.into()));
    values.push(Value::Integer(skip.into()));
    let mut statement = c.prepare_cached(&format!(
        "{REQUEST} where r.tenant = $1 {condition_sql}
         and (r.closed is null or r.closed > ${next})
         order by r.created desc, r.id limit ${} offset ${}",
        next + 1,
        next + 2
    ))?;
    let rows = statement.query_map(rusqlite::params_from_iter(values), read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Adds an open request.
pub fn insert(c: &Connection, request: &Request) -> Outcome<()> {
    let wire = &request.wire;
    c.prepare_cached(
        "insert into requests (id, tenant, partner_id, device, device_name, requester,
             requester_fold, by_app, ticket_id, title, category, subcategory, plan, actions,
             closer, created, ends, password_at, opened_with)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', '', $14, $15, $16,
             $17)",
    )?
    .execute(params![
        wire.id.to_string(),
        wire.tenant_id.to_string(),
        wire.partner_id.to_string(),
        request.device.to_string(),
        wire.device_name,
        wire.requesting_agent_upn,
        fold(&wire.requesting_agent_upn),
        request.by_app,
        wire.partner_ticket_id,
        wire.title,
        wire.category,
        wire.subcategory,
        wire.plan_of_action,
        micros(wire.request_creation_time),
        micros(request.ends),
        wire.password_last_updated_time.map(micros),
        request.opened_with.map(signed),
    ])?;
    Ok(())
}

/// Closes an open request; `closer` is empty where its time ran out.
pub fn close(
    c: &Connection,
    request: Uuid,
    closer: &str,
    actions: &str,
    expired: bool,
    now: Timestamp,
) -> Outcome<()> {
    let changed = c
        .prepare_cached(
            "update requests set closer = $1, actions = $2, expired = $3, closed = $4,
                 aftermath_due = 1
             where id = $5 and closed is null",
        )?
        .execute(params![closer, actions, expired, micros(now), request.to_string()])?;
    if changed == 1 { Ok(()) } else { Err(Problem::internal()) }
}

/// Moves the end of an open request.
pub fn extend(c: &Connection, request: Uuid, ends: Timestamp, now: Timestamp) -> Outcome<()> {
    let changed = c.execute(
        "update requests set ends = $1, renewed = $2 where id = $3 and closed is null",
        params![micros(ends), micros(now), request.to_string()],
    )?;
    if changed == 1 { Ok(()) } else { Err(Problem::internal()) }
}

/// Open requests whose end has come, with their tenants.
pub fn run_out(c: &Connection, now: Timestamp) -> Outcome<Vec<(Uuid, Uuid)>> {
    let mut statement = c.prepare_cached(
        "select tenant, id from requests where closed is null and ends <= $1 order by ends limit 500",
    )?;
    let rows = statement.query_map([micros(now)], |row| {
        Ok((id(&row.get::<_, String>(0)?), id(&row.get::<_, String>(1)?)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When the next open request runs out.
pub fn next_end(c: &Connection) -> Outcome<Option<Timestamp>> {
    Ok(c.prepare_cached("select min(ends) from requests where closed is null")?
        .query_row([], |row| Ok(row.get::<_, Option<i64>>(0)?.map(time)))?)
}

/// Ended requests whose aftermath the agent has still to report, with when they ended and whether
/// their time ran out.
pub fn aftermath_due(c: &Connection, device: Uuid) -> Outcome<Vec<(Uuid, Timestamp, bool)>> {
    let mut statement = c.prepare_cached(
        "select id, closed, expired from requests
         where device = $1 and closed is not null and aftermath_due = 1 order by closed limit 50",
    )?;
    let rows = statement.query_map([device.to_string()], |row| {
        Ok((id(&row.get::<_, String>(0)?), time(row.get(1)?), row.get(2)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps what the agent found after the end. Returns false where it is known already.
pub fn aftermath(c: &Connection, request: Uuid, closing: &Closing) -> Outcome<bool> {
    let closing = serde_json::to_string(closing).map_err(|_| Problem::internal())?;
    let changed = c.execute(
        "update requests set aftermath_due = 0, closing = $1
         where id = $2 and aftermath_due = 1 and closed is not null",
        params![closing, request.to_string()],
    )?;
    Ok(changed == 1)
}

/// Records that `viewer` is handed `generation` on `request`. A repeated read of the same
/// generation by the same viewer does not count against the limits. Returns the view's id.
pub fn add_view(
    c: &Connection,
    tenant: Uuid,
    request: Uuid,
    viewer: &str,
    generation: Generation,
    now: Timestamp,
) -> Outcome<i64> {
    let viewer_fold = fold(viewer);
    let seen: bool = c
        .prepare_cached(
            "select exists (select 1 from views v join requests r on r.id = v.request
                 where v.viewer_fold = $1 and v.generation = $2
                   and r.device = (select device from requests where id = $3))",
        )?
        .query_row(params![viewer_fold, signed(generation), request.to_string()], |r| r.get(0))?;
    let view = c
        .prepare_cached(
            "insert into views (request, tenant, viewer, viewer_fold, generation, at, counted)
             values ($1, $2, $3, $4, $5, $6, $7) returning id",
        )?
        .query_row(
            params![
                request.to_string(),
                tenant.to_string(),
                viewer,
                viewer_fold,
                signed(generation),
                micros(now),
                !seen,
            ],
            |row| row.get(0),
        )?;
    Ok(view)
}

/// Forgets a view that came to nothing: the secret has not left.
pub fn take_view_back(c: &Connection, view: i64) -> Outcome<()> {
    c.execute("delete from views where id = $1", [view])?;
    Ok(())
}

/// When `viewer` was handed something since `since`, as far as it counts, oldest first.
pub fn counted_views(c: &Connection, viewer: &str, since: Timestamp) -> Outcome<Vec<Timestamp>> {
    let mut statement = c.prepare_cached(
        "select at from views where viewer_fold = $1 and at > $2 and counted = 1 order by at",
    )?;
    let rows =
        statement.query_map(params![fold(viewer), micros(since)], |row| Ok(time(row.get(0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The highest generation that was handed out on a request.
pub fn last_seen(c: &Connection, request: Uuid) -> Outcome<Option<Generation>> {
    Ok(c.prepare_cached("select max(generation) from views where request = $1")?
        .query_row([request.to_string()], |row| Ok(row.get::<_, Option<i64>>(0)?.map(unsigned)))?)
}

/// Forgets requests closed before `before`, with their views.
pub fn sweep(c: &Connection, before: Timestamp) -> Outcome<()> {
    c.execute(
        "delete from views where request in (select id from requests where closed <= $1)",
        [micros(before)],
    )?;
    c.execute("delete from requests where closed <= $1", [micros(before)])?;
    Ok(())
}

/// Whether `viewer` was handed all of these generations of the device before.
pub fn all_seen(
    c: &Connection,
    viewer: &str,
    device: Uuid,
    generations: &[Generation],
) -> Outcome<bool> {
    let mut statement = c.prepare_cached(
        "select exists (select 1 from views v join requests r on r.id = v.request
             where v.viewer_fold = $1 and r.device = $2 and v.generation = $3)",
    )?;
    for &generation in generations {
        let seen: bool = statement
            .query_row(params![fold(viewer), device.to_string(), signed(generation)], |row| {
                row.get(0)
            })?;
        if !seen {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Keeps what was found while a request is still open.
pub fn note(c: &Connection, request: Uuid, closing: &Closing) -> Outcome<()> {
    let closing = serde_json::to_string(closing).map_err(|_| Problem::internal())?;
    c.execute(
        "update requests set closing = $1 where id = $2",
        params![closing, request.to_string()],
    )?;
    Ok(())
}

/// Every generation that was handed out on a request.
pub fn seen(c: &Connection, request: Uuid) -> Outcome<Vec<Generation>> {
    let mut statement =
        c.prepare_cached("select distinct generation from views where request = $1")?;
    let rows = statement.query_map([request.to_string()], |row| row.get(0).map(unsigned))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
