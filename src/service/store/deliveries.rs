//! Notices on their way to sinks: one row for each notice, sink and addressee.
//!
//! The events of one subject reach a sink in their order: only the first that is pending has a
//! time of its next attempt. Once it is delivered or given up, the next one gets one. A dead
//! letter that is sent again goes at once, ahead of what else is due of its subject; where it fails
//! again, it holds up nothing.
//!
//! What tells of something that is not certain yet is held, and what follows it waits behind it.

mod report;

pub use report::{Count, Pending, counts, dead, get, list, pending, retry};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{Outcome, id, micros, outbox::Notice, time};
use crate::domain::delivery::wants;

/// How long a delivered notice is kept, to answer for it.
const DELIVERED_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long a dead letter can be sent again.
const DEAD_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Nobody holds a notice for so long: what decides about it takes seconds.
const HELD_AT_MOST: SignedDuration = SignedDuration::from_mins(1);

/// The kind of sink that has an addressee for each delivery.
pub const EMAIL: &str = "email";

/// The kind of sink that keeps a ticket as an incident.
pub const SERVICENOW: &str = "servicenow";

/// Events that are no incident's: what waits for an admin is none before it is filed, and nobody
/// who may file it, or raise a severity, is told by a work note.
const ADMINS_ONLY: [&str; 3] = ["ticket.handedOver", "ticket.severityAsked", "ticket.withdrawn"];

/// A sink as notices are put out for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// `webhook`, `email` or `servicenow`.
    pub kind: &'static str,
    /// The only tenant that it is told of, if there is one.
    pub tenant: Option<Uuid>,
    /// Patterns of the events that it is told of.
    pub events: Vec<String>,
}

/// Whether `sinks` are the ones that notices are put out for already.
pub fn is_registered(c: &Connection, sinks: &[Known]) -> Outcome<bool> {
    let mut statement = c.prepare("select name, kind, tenant, events from sinks order by name")?;
    let rows =
        statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
    let kept = rows.collect::<rusqlite::Result<Vec<[Option<String>; 4]>>>()?;
    let mut wanted: Vec<_> = sinks
        .iter()
        .map(|sink| {
            let tenant = sink.tenant.map(|tenant| tenant.to_string());
            let (name, kind) = (sink.name.clone(), sink.kind.to_owned());
            [Some(name), Some(kind), tenant, Some(sink.events.join(","))]
        })
        .collect();
    wanted.sort();
    Ok(kept == wanted)
}

/// Makes `sinks` the ones that notices are put out for. What is still pending for one that is no
/// more is a dead letter from now on.
pub fn register(c: &Connection, sinks: &[Known], now: Timestamp) -> Outcome<()> {
    c.execute("delete from sinks", [])?;
    for sink in sinks {
        c.execute(
            "insert into sinks (name, kind, tenant, events) values ($1, $2, $3, $4)",
            params![
                sink.name,
                sink.kind,
                sink.tenant.map(|tenant| tenant.to_string()),
                sink.events.join(","),
            ],
        )?;
    }
    c.execute(
        "update deliveries set state = 'dead', next_at = null, done_at = $1,
             error = 'the configuration has no such sink any more'
         where state = 'pending' and sink not in (select name from sinks)",
        [micros(now)],
    )?;
    Ok(())
}

/// The sinks and addressees that a notice goes to. The addressee is empty but for e-mail.
pub fn wanted(c: &Connection, tenant: Uuid, notice: &Notice) -> Outcome<Vec<(String, String)>> {
    let mut statement = c.prepare_cached(
        "select name, kind, events from sinks
         where tenant is null or tenant = $1 order by name",
    )?;
    let rows = statement.query_map([tenant.to_string()], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    let mut wanted = Vec::new();
    for row in rows {
        let (name, kind, events) = row?;
        if !events.split(',').any(|pattern| wants(pattern, notice.event)) {
            continue;
        }
        if kind == SERVICENOW && ADMINS_ONLY.contains(&notice.event) {
            continue;
        }
        if kind != EMAIL {
            wanted.push((name, String::new()));
            continue;
        }
        for recipient in &notice.recipients {
            // One person is told once, in whatever case the address was written down.
            let known = wanted
                .iter()
                .any(|(sink, other)| *sink == name && other.eq_ignore_ascii_case(recipient));
            if !known && !recipient.trim().is_empty() {
                wanted.push((name.clone(), recipient.clone()));
            }
        }
    }
    Ok(wanted)
}

/// Adds a delivery, behind what is pending of its subject.
pub fn add(
    c: &Connection,
    notice: i64,
    sink: &str,
    recipient: &str,
    tenant: Uuid,
    subject: &str,
    now: Timestamp,
) -> Outcome<()> {
    c.prepare_cached(
        "insert into deliveries (id, notice, sink, recipient, tenant, subject, state, since)
         values ($1, $2, $3, $4, $5, $6, 'pending', $7)",
    )?
    .execute(params![
        Uuid::new_v4().to_string(),
        notice,
        sink,
        recipient,
        tenant.to_string(),
        subject,
        micros(now),
    ])?;
    promote(c, sink, tenant, subject, recipient, now)
}

const PROMOTE: &str = "update deliveries set next_at = $1
    where id = (select id from deliveries
                where sink = $2 and tenant = $3 and subject = $4 and recipient = $5
                  and state = 'pending' and done_at is null order by notice limit 1)
      and next_at is null and held = 0";

/// Lets the first pending delivery of a subject go, where none is on its way. What was given up
/// before, and is sent again, goes beside: it has an end already, and holds up nothing.
fn promote(
    c: &Connection,
    sink: &str,
    tenant: Uuid,
    subject: &str,
    recipient: &str,
    now: Timestamp,
) -> Outcome<()> {
    let queue = params![micros(now), sink, tenant.to_string(), subject, recipient];
    c.prepare_cached(PROMOTE)?.execute(queue)?;
    Ok(())
}

/// Keeps a notice that was just put out from its sinks until it is [`release`]d or
/// [`take_back`]n.
pub fn hold(c: &Connection, notice: i64) -> Outcome<()> {
    c.prepare_cached("update deliveries set held = 1, next_at = null where notice = $1")?
        .execute([notice])?;
    Ok(())
}

/// Lets a held notice go.
pub fn release(c: &Connection, notice: i64, now: Timestamp) -> Outcome<()> {
    c.prepare_cached("update deliveries set held = 0 where notice = $1")?.execute([notice])?;
    promote_behind(c, notice, now)
}

/// Forgets a held notice, which tells of nothing.
pub fn take_back(c: &Connection, notice: i64, now: Timestamp) -> Outcome<()> {
    c.prepare_cached("update deliveries set state = 'delivered', held = 0 where notice = $1")?
        .execute([notice])?;
    promote_behind(c, notice, now)?;
    c.prepare_cached("delete from deliveries where notice = $1")?.execute([notice])?;
    c.prepare_cached("delete from outbox where seq = $1")?.execute([notice])?;
    Ok(())
}

/// Lets what stands first in the queues of a notice go.
fn promote_behind(c: &Connection, notice: i64, now: Timestamp) -> Outcome<()> {
    let mut statement = c.prepare_cached(
        "select sink, tenant, subject, recipient from deliveries where notice = $1",
    )?;
    let queues = statement.query_map([notice], |row| {
        let tenant = id(&row.get::<_, String>(1)?);
        Ok((row.get::<_, String>(0)?, tenant, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
    })?;
    for queue in queues.collect::<rusqlite::Result<Vec<_>>>()? {
        let (sink, tenant, subject, recipient) = queue;
        promote(c, &sink, tenant, &subject, &recipient, now)?;
    }
    Ok(())
}

/// Lets everything go that has been held since `since` or longer: whoever held it is no more, and
/// the trail says that it happened.
pub fn release_held(c: &Connection, since: Timestamp, now: Timestamp) -> Outcome<()> {
    let mut statement =
        c.prepare("select distinct notice from deliveries where held = 1 and since <= $1")?;
    let held = statement.query_map([micros(since)], |row| row.get(0))?;
    for notice in held.collect::<rusqlite::Result<Vec<i64>>>()? {
        release(c, notice, now)?;
    }
    Ok(())
}

/// Whether anything is held.
pub fn holds_any(c: &Connection) -> Outcome<bool> {
    Ok(c.query_row("select exists (select 1 from deliveries where held = 1)", [], |row| {
        row.get(0)
    })?)
}

/// A delivery with all that an attempt needs.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The delivery's id.
    pub id: Uuid,
    /// The notice's id: the same for all its deliveries and attempts.
    pub notice: Uuid,
    /// What happened.
    pub event: String,
    /// The tenant.
    pub tenant: Uuid,
    /// The ticket or request.
    pub subject: String,
    /// The notice's data, as JSON text.
    pub data: String,
    /// An e-mail's addressee.
    pub recipient: String,
    /// When it happened.
    pub created: Timestamp,
    /// Attempts so far.
    pub attempts: u32,
    /// When it was first attempted; from then its age counts.
    pub since: Timestamp,
    /// It was given up before, and is sent again: only such a one is ever behind what happened
    /// later.
    pub again: bool,
    /// What happened later to the subject and has been delivered already, for a sink that minds.
    pub overtaken_by: Vec<String>,
}

// The sign keeps `next_at` from being looked up: whatever is due of all queues would be gone through
// for each, instead of what stands before it in its own.
const DUE: &str = "select d.id, o.id, o.event, d.tenant, d.subject, o.body, d.recipient, o.created,
      d.attempts, d.since, d.done_at is not null
    from deliveries d join outbox o on o.seq = d.notice
    where d.sink = $1 and d.next_at <= $2 and not exists
        (select 1 from deliveries e
         where e.sink = d.sink and e.tenant = d.tenant and e.subject = d.subject
           and e.recipient = d.recipient and e.state = 'pending' and e.notice < d.notice
           and +e.next_at <= $2)
    order by d.next_at, d.notice limit $3";

/// Deliveries to `sink` whose time has come, the longest due first; of one subject and addressee
/// only the first.
pub fn due(c: &Connection, sink: &str, now: Timestamp, limit: usize) -> Outcome<Vec<Parcel>> {
    let mut statement = c.prepare_cached(DUE)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![sink, micros(now), limit], |row| {
        Ok(Parcel {
            id: id(&row.get::<_, String>(0)?),
            notice: id(&row.get::<_, String>(1)?),
            event: row.get(2)?,
            tenant: id(&row.get::<_, String>(3)?),
            subject: row.get(4)?,
            data: row.get(5)?,
            recipient: row.get(6)?,
            created: time(row.get(7)?),
            attempts: row.get(8)?,
            since: time(row.get(9)?),
            again: row.get(10)?,
            overtaken_by: vec![],
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const DELIVERED_AFTER: &str = "select distinct o.event
    from deliveries d join outbox o on o.seq = d.notice
    where d.sink = $1 and d.tenant = $2 and d.subject = $3 and d.recipient = $4
      and d.state = 'delivered' and d.notice > (select notice from deliveries where id = $5)";

/// The events of a parcel's queue that came after it and are delivered.
pub fn delivered_after(c: &Connection, sink: &str, parcel: &Parcel) -> Outcome<Vec<String>> {
    let Parcel { id, tenant, subject, recipient, .. } = parcel;
    let mut statement = c.prepare_cached(DELIVERED_AFTER)?;
    let queue = params![sink, tenant.to_string(), subject, recipient, id.to_string()];
    let rows = statement.query_map(queue, |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When the next attempt of a sink is due.
pub fn next_attempt(c: &Connection, sink: &str, after: Timestamp) -> Outcome<Option<Timestamp>> {
    Ok(c.prepare_cached("select min(next_at) from deliveries where sink = $1 and next_at > $2")?
        .query_row(params![sink, micros(after)], |row| row.get::<_, Option<i64>>(0))?
        .map(time))
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempted {
    /// The receiver has it.
    Delivered,
    /// It failed for this reason, and is tried again then.
    Again(String, Timestamp),
    /// It failed for this reason, and is given up.
    Dead(String),
}

/// Notes what an attempt came to; the next event of the subject follows where this one is done.
pub fn attempted(
    c: &Connection,
    parcel: &Parcel,
    sink: &str,
    came_to: &Attempted,
    now: Timestamp,
) -> Outcome<()> {
    let (state, next, done, error) = match came_to {
        Attempted::Delivered => ("delivered", None, Some(now), None),
        Attempted::Again(why, at) => ("pending", Some(*at), None, Some(why)),
        Attempted::Dead(why) => ("dead", None, Some(now), Some(why)),
    };
    c.prepare_cached(
        "update deliveries set state = $1, next_at = $2, done_at = coalesce($3, done_at),
             error = $4, since = case when attempts = 0 then $5 else since end,
             attempts = attempts + 1
         where id = $6 and state = 'pending'",
    )?
    .execute(params![
        state,
        next.map(micros),
        done.map(micros),
        error,
        micros(now),
        parcel.id.to_string()
    ])?;
    if done.is_some() {
        promote(c, sink, parcel.tenant, &parcel.subject, &parcel.recipient, now)?;
    }
    Ok(())
}

/// Whether anything is still held because what became of it could not be recorded.
pub fn is_held_too_long(c: &Connection, now: Timestamp) -> Outcome<bool> {
    Ok(c.prepare_cached("select exists (select 1 from deliveries where held = 1 and since <= $1)")?
        .query_row([micros(now - HELD_AT_MOST)], |row| row.get(0))?)
}

/// Lets that go.
pub fn release_held_too_long(c: &Connection, now: Timestamp) -> Outcome<()> {
    release_held(c, now - HELD_AT_MOST, now)
}

const SWEEP_DELIVERED: &str = "delete from deliveries where state = 'delivered' and done_at <= $1
    and not exists
      (select 1 from deliveries e
       where e.sink = deliveries.sink and e.tenant = deliveries.tenant
         and e.subject = deliveries.subject and e.recipient = deliveries.recipient
         and e.state in ('dead', 'pending') and e.notice < deliveries.notice)";

/// Forgets what was delivered, unless something before it may still be sent again, and dead
/// letters that nobody has sent again for long.
pub fn sweep(c: &Connection, now: Timestamp) -> Outcome<()> {
    c.execute(SWEEP_DELIVERED, [micros(now - DELIVERED_KEPT)])?;
    c.execute(
        "delete from deliveries where state = 'dead' and done_at <= $1",
        [micros(now - DEAD_KEPT)],
    )?;
    super::outbox::sweep(c)
}

#[cfg(test)]
mod tests {
    use super::{super::migrations, report::PENDING, *};

    /// How the database goes about `sql`, one step a line.
    fn plan(sql: &str) -> String {
        let mut c = Connection::open_in_memory().unwrap();
        migrations::apply(&mut c, std::path::Path::new("t.db")).unwrap();
        let mut statement = c.prepare(&format!("explain query plan {sql}")).unwrap();
        let parameters = vec![0; statement.parameter_count()];
        let rows = statement
            .query_map(rusqlite::params_from_iter(parameters), |row| row.get::<_, String>(3));
        rows.unwrap().map(Result::unwrap).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_dead_letter_of_a_sink_that_is_no_more_is_nothing_to_look_after() {
        let mut c = Connection::open_in_memory().unwrap();
        migrations::apply(&mut c, std::path::Path::new("t.db")).unwrap();
        c.pragma_update(None, "foreign_keys", false).unwrap();
        let tenant = Uuid::nil();
        let sink = |name: &str| Known {
            name: name.to_owned(),
            kind: "webhook",
            tenant: None,
            events: vec!["*".to_owned()],
        };
        register(&c, &[sink("old"), sink("hooks")], Timestamp::UNIX_EPOCH).unwrap();
        for (n, name) in [(1_i64, "old"), (2, "hooks")] {
            c.execute(
                "insert into deliveries (id, notice, sink, tenant, subject, recipient, state,
                     since)
                 values ($1, $2, $3, $4, 's', '', 'dead', 0)",
                params![format!("d{n}"), n, name, tenant.to_string()],
            )
            .unwrap();
        }
        assert_eq!(dead(&c, tenant).unwrap(), 2);
        register(&c, &[sink("hooks")], Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(dead(&c, tenant).unwrap(), 1);
        let listed: i64 =
            c.query_row("select count(*) from deliveries", [], |row| row.get(0)).unwrap();
        assert_eq!(listed, 2);
    }

    #[test]
    fn what_is_pending_is_gone_through_once_for_all_sinks() {
        let plan = plan(PENDING);
        assert_eq!(plan.matches("deliveries_by_state (tenant=? AND state=?)").count(), 1, "{plan}");
        assert!(!plan.contains("CORRELATED"), "{plan}");
    }

    #[test]
    fn what_stands_before_and_behind_a_delivery_is_found_by_the_index_of_its_queue() {
        let queue = "sink=? AND tenant=? AND subject=? AND recipient=? AND state=?";
        for (sql, beyond) in [
            (SWEEP_DELIVERED, " AND notice<?"),
            (DELIVERED_AFTER, " AND notice>?"),
            (DUE, " AND notice<?"),
            (PROMOTE, ""),
        ] {
            let plan = plan(sql);
            assert!(plan.contains(&format!("deliveries_in_order ({queue}{beyond})")), "{plan}");
        }
    }
}
