//! What people see of deliveries, and what they have sent again.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{
    api::delivery::{Delivery, State},
    service::store::{Outcome, id, micros, time, unsigned},
};

fn read(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let state: String = row.get(6)?;
    let state = State::parse(&state).unwrap_or(State::Pending);
    let recipient: String = row.get(3)?;
    // One that is sent again has an end behind it, but is under way.
    let ended = row.get::<_, Option<i64>>(10)?.filter(|_| state != State::Pending);
    Ok(Delivery {
        id: id(&row.get::<_, String>(0)?),
        notice: id(&row.get::<_, String>(1)?),
        sink: row.get(2)?,
        recipient: Some(recipient).filter(|recipient| !recipient.is_empty()),
        event: row.get(4)?,
        subject: row.get(5)?,
        state,
        attempts: row.get(7)?,
        created: time(row.get(8)?),
        next_attempt: row.get::<_, Option<i64>>(9)?.map(time),
        ended: ended.map(time),
        last_error: row.get(11)?,
    })
}

const DELIVERY: &str = "select d.id, o.id, d.sink, d.recipient, o.event, d.subject, d.state,
    d.attempts, o.created, d.next_at, d.done_at, d.error
    from deliveries d join outbox o on o.seq = d.notice";

/// The deliveries of a tenant, in `state` where one is given, newest first.
pub fn list(
    c: &Connection,
    tenant: Uuid,
    state: Option<State>,
    skip: u32,
    top: u32,
) -> Outcome<Vec<Delivery>> {
    let mut statement = c.prepare_cached(&format!(
        "{DELIVERY} where d.tenant = $1 and ($2 is null or d.state = $2)
         order by d.notice desc, d.id limit $3 offset $4"
    ))?;
    let state = state.map(State::as_str);
    let rows = statement.query_map(params![tenant.to_string(), state, top, skip], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One delivery.
pub fn get(c: &Connection, tenant: Uuid, delivery: Uuid) -> Outcome<Option<Delivery>> {
    Ok(c.prepare_cached(&format!("{DELIVERY} where d.tenant = $1 and d.id = $2"))?
        .query_row(params![tenant.to_string(), delivery.to_string()], read)
        .optional()?)
}

/// Sends a dead letter again, at once and with new patience. Returns false where it is not dead.
/// The time of its first end stays with it, by which it is told from what waits in its order.
pub fn retry(c: &Connection, tenant: Uuid, delivery: Uuid, now: Timestamp) -> Outcome<bool> {
    let changed = c.execute(
        "update deliveries set state = 'pending', attempts = 0, since = $1, next_at = $1
         where tenant = $2 and id = $3 and state = 'dead'",
        params![micros(now), tenant.to_string(), delivery.to_string()],
    )?;
    Ok(changed == 1)
}

/// How much of what state there is for a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The sink.
    pub sink: String,
    /// The state.
    pub state: State,
    /// How many.
    pub count: u64,
    /// When the oldest of them happened.
    pub oldest: Timestamp,
}

/// What there is of each sink and state, over all tenants: for metrics and health.
pub fn counts(c: &Connection) -> Outcome<Vec<Count>> {
    let mut statement = c.prepare_cached(
        "select d.sink, d.state, count(*), min(o.created)
         from deliveries d join outbox o on o.seq = d.notice
         group by d.sink, d.state order by d.sink, d.state",
    )?;
    let rows = statement.query_map([], |row| {
        let state: String = row.get(1)?;
        Ok(Count {
            sink: row.get(0)?,
            state: State::parse(&state).unwrap_or(State::Pending),
            count: unsigned(row.get(2)?),
            oldest: time(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many dead letters of a tenant can be sent again: those to a sink that left the
/// configuration are listed, with that as their reason, and nothing can be done about them.
pub fn dead(c: &Connection, tenant: Uuid) -> Outcome<u64> {
    Ok(c.prepare_cached(
        "select count(*) from deliveries where tenant = $1 and state = 'dead'
             and sink in (select name from sinks)",
    )?
    .query_row([tenant.to_string()], |row| row.get(0).map(unsigned))?)
}

/// What is pending to one sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The sink.
    pub sink: String,
    /// How many deliveries.
    pub count: u64,
    /// Since when the oldest is to go.
    pub since: Timestamp,
    /// The most attempts that one of them has had.
    pub attempts: u32,
    /// Why the last attempt at one of them failed, where there was one.
    pub error: Option<String>,
}

pub(super) const PENDING: &str = "select sink, count(*), min(since), max(attempts),
      max(case when attempts > 0 then error end)
    from deliveries where tenant = $1 and state = 'pending' and held = 0
    group by sink order by sink";

/// What a tenant's sinks have not taken yet, one entry for each.
pub fn pending(c: &Connection, tenant: Uuid) -> Outcome<Vec<Pending>> {
    let mut statement = c.prepare_cached(PENDING)?;
    let rows = statement.query_map([tenant.to_string()], |row| {
        Ok(Pending {
            sink: row.get(0)?,
            count: unsigned(row.get(1)?),
            since: time(row.get(2)?),
            attempts: row.get(3)?,
            error: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
