//! What is to be told outside: written in the transaction of the change that it tells, and sent
//! on from there at least once.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde_json::Value;
use uuid::Uuid;

use super::{Outcome, deliveries, micros};
use crate::domain::delivery::EVENTS;

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What happened, such as `ticket.created` or `elevation.closed`.
    pub event: &'static str,
    /// The id of the ticket or elevation request: its events are delivered in their order.
    pub subject: String,
    /// Ids, states, names and times; no secrets, and no text that somebody wrote.
    pub data: Value,
    /// E-mail addresses of the people to be told.
    pub recipients: Vec<String>,
}

/// Puts `notice` out, to be delivered once the transaction is durable. Returns how many sinks, and
/// addressees of those for e-mail, it goes to. Where no sink wants it, nothing is written: callers
/// need not ask.
pub fn put(c: &Connection, tenant: Uuid, notice: &Notice, now: Timestamp) -> Outcome<usize> {
    Ok(written(c, tenant, notice, now)?.map_or(0, |(_, takers)| takers))
}

/// As [`put`], and holds it until [`deliveries::release`] or [`deliveries::take_back`] gets what
/// this returns; nothing where no sink wants it. A service that ends meanwhile releases it at its
/// next start.
pub fn put_held(
    c: &Connection,
    tenant: Uuid,
    notice: &Notice,
    now: Timestamp,
) -> Outcome<Option<i64>> {
    let Some((seq, _)) = written(c, tenant, notice, now)? else { return Ok(None) };
    deliveries::hold(c, seq)?;
    Ok(Some(seq))
}

/// Writes a notice and its deliveries. Returns its place and how many there are.
fn written(
    c: &Connection,
    tenant: Uuid,
    notice: &Notice,
    now: Timestamp,
) -> Outcome<Option<(i64, usize)>> {
    debug_assert!(EVENTS.contains(&notice.event), "{} is no known event", notice.event);
    // By this a receiver knows a repeat.
    let id = Uuid::new_v4();
    let wanted = deliveries::wanted(c, tenant, notice)?;
    if wanted.is_empty() {
        return Ok(None);
    }
    let seq = c
        .prepare_cached(
            "insert into outbox (id, tenant, event, subject, body, recipients, created)
             values ($1, $2, $3, $4, $5, $6, $7) returning seq",
        )?
        .query_row(
            params![
                id.to_string(),
                tenant.to_string(),
                notice.event,
                notice.subject,
                notice.data.to_string(),
                notice.recipients.join(","),
                micros(now),
            ],
            |row| row.get(0),
        )?;
    for (sink, recipient) in &wanted {
        deliveries::add(c, seq, sink, recipient, tenant, &notice.subject, now)?;
    }
    Ok(Some((seq, wanted.len())))
}

/// Forgets notices that nothing is left of.
pub fn sweep(c: &Connection) -> Outcome<()> {
    c.execute(
        "delete from outbox where not exists
             (select 1 from deliveries d where d.notice = outbox.seq)",
        [],
    )?;
    Ok(())
}
