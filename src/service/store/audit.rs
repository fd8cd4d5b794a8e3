//! The audit trail: appended in the same transaction as what it records.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{Outcome, id, micros, signed, time, unsigned};
use crate::{
    api::audit::{Event, Head},
    domain::audit::{hash, origin},
    service::problem::Problem,
};

/// Who does something, from where, in which call.
#[derive(Debug, Clone)]
pub struct By {
    /// A UPN, `app:NAME`, `device:NAME`, or `system`.
    pub who: String,
    /// The peer's address.
    pub from: Option<String>,
    /// The request id.
    pub call: Option<String>,
}

impl By {
    /// The service itself.
    pub fn system() -> Self {
        Self { who: "system".into(), from: None, call: None }
    }
}

/// An event that is about to be recorded.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    by: &'a By,
    action: &'a str,
    device: Option<&'a str>,
    request: Option<Uuid>,
    generation: Option<u64>,
    refused: bool,
    detail: Option<serde_json::Value>,
}

impl<'a> Record<'a> {
    /// `who` did `action`.
    pub fn new(by: &'a By, action: &'a str) -> Self {
        Self {
            by,
            action,
            device: None,
            request: None,
            generation: None,
            refused: false,
            detail: None,
        }
    }

    /// On which device.
    #[must_use]
    pub fn device(mut self, name: &'a str) -> Self {
        self.device = Some(name);
        self
    }

    /// On which elevation request.
    #[must_use]
    pub fn request(mut self, id: Uuid) -> Self {
        self.request = Some(id);
        self
    }

    /// Which generation.
    #[must_use]
    pub fn generation(mut self, generation: u64) -> Self {
        self.generation = Some(generation);
        self
    }

    /// It was not done.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// More; never a secret.
    #[must_use]
    pub fn detail(mut self, detail: serde_json::Value) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Appends the event to the chain of `tenant`.
    pub fn append(self, c: &Connection, tenant: Uuid, now: Timestamp) -> Outcome<()> {
        let (last, prev) = tip(c, tenant)?;
        let event = Event {
            seq: last + 1,
            time: now,
            tenant,
            who: self.by.who.clone(),
            action: self.action.to_owned(),
            device: self.device.map(str::to_owned),
            request: self.request,
            generation: self.generation,
            from: self.by.from.clone(),
            call: self.by.call.clone(),
            result: if self.refused { "refused" } else { "done" }.to_owned(),
            detail: self.detail,
            prev,
        };
        let body = serde_json::to_vec(&event).map_err(|_| Problem::internal())?;
        c.prepare_cached(
            "insert into audit (tenant, seq, time, who, action, device, body, hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )?
        .execute(params![
            tenant.to_string(),
            signed(event.seq),
            micros(now),
            event.who,
            event.action,
            event.device,
            body,
            hash(&body),
        ])?;
        Ok(())
    }
}

/// The last event's number and the chain's hash after it.
pub fn tip(c: &Connection, tenant: Uuid) -> Outcome<(u64, String)> {
    let last = c
        .prepare_cached("select seq, hash from audit where tenant = $1 order by seq desc limit 1")?
        .query_row([tenant.to_string()], |row| Ok((unsigned(row.get(0)?), row.get(1)?)))
        .optional()?;
    Ok(last.unwrap_or_else(|| (0, origin(tenant))))
}

/// The last event's number of every tenant, in no order; 0 where there is none.
pub fn tips(c: &Connection) -> Outcome<Vec<(Uuid, u64)>> {
    let mut statement = c.prepare_cached(
        "select id, (select coalesce(max(seq), 0) from audit where tenant = tenants.id)
         from tenants",
    )?;
    let rows = statement
        .query_map([], |row| Ok((id(&row.get::<_, String>(0)?), unsigned(row.get(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When the last event of `action` on this device was.
pub fn last_time(
    c: &Connection,
    tenant: Uuid,
    device: &str,
    action: &str,
) -> Outcome<Option<Timestamp>> {
    let last = c
        .prepare_cached(
            "select time from audit where tenant = $1 and device = $2 and action = $3
             order by seq desc limit 1",
        )?
        .query_row(params![tenant.to_string(), device, action], |row| row.get(0))
        .optional()?;
    Ok(last.map(time))
}

/// Which events to read.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only what lies behind this one.
    pub after: u64,
    /// Only this device's.
    pub device: Option<String>,
    /// Only this actor's.
    pub who: Option<String>,
    /// Only this action's, or of this family where it ends in a dot.
    pub action: Option<String>,
    /// Only the last so many.
    pub latest: Option<u32>,
    /// At most so many.
    pub limit: u32,
}

/// The stored bytes of the selected events, oldest first, each with its number.
pub fn read(c: &Connection, tenant: Uuid, wanted: &Selection) -> Outcome<Vec<(u64, Vec<u8>)>> {
    let (order, limit) = match wanted.latest {
        Some(latest) => ("desc", latest.min(wanted.limit)),
        None => ("asc", wanted.limit),
    };
    let sql = format!(
        "select seq, body from audit
         where tenant = $1 and seq > $2
           and ($3 is null or device = $3 collate nocase)
           and ($4 is null or who = $4 collate nocase)
           and ($5 is null or action = $5 or substr(action, 1, length($5)) = $5 and $5 like '%.')
         order by seq {order} limit $6"
    );
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map(
        params![
            tenant.to_string(),
            signed(wanted.after),
            wanted.device,
            wanted.who,
            wanted.action,
            limit
        ],
        |row| Ok((unsigned(row.get(0)?), row.get(1)?)),
    )?;
    let mut events = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    if wanted.latest.is_some() {
        events.reverse();
    }
    Ok(events)
}

/// The last signed head and the time of the last event that it covers, for the job that signs.
pub fn last_head(c: &Connection, tenant: Uuid) -> Outcome<Option<Head>> {
    let body: Option<String> = c
        .query_row(
            "select body from heads where tenant = $1 order by seq desc limit 1",
            [tenant.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
}

/// Keeps a signed head.
pub fn keep_head(c: &Connection, head: &Head) -> Outcome<()> {
    let body = serde_json::to_string(head).map_err(|_| Problem::internal())?;
    c.execute(
        "insert into heads (tenant, seq, body) values ($1, $2, $3) on conflict do nothing",
        params![head.tenant.to_string(), signed(head.seq), body],
    )?;
    Ok(())
}

/// Rotations by age of passwords that nobody saw, over all devices of the tenant.
pub fn quiet_rotations(c: &Connection, tenant: Uuid) -> Outcome<u64> {
    Ok(c.query_row(
        "select coalesce(sum(quiet), 0) from ledgers
         where device in (select id from devices where tenant = $1)",
        [tenant.to_string()],
        |row| row.get(0).map(unsigned),
    )?)
}
