//! Which audit sinks there are, and how far each has the trail of a tenant.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use uuid::Uuid;

use super::{
    Outcome,
    audit::{self, By, Record},
    signed, tenants, unsigned,
};

/// Up to which event a sink has a tenant's trail.
pub fn cursor(c: &Connection, sink: &str, tenant: Uuid) -> Outcome<u64> {
    let seq = c
        .prepare_cached("select seq from audit_cursors where sink = $1 and tenant = $2")?
        .query_row(params![sink, tenant.to_string()], |row| row.get(0).map(unsigned))
        .optional()?;
    Ok(seq.unwrap_or(0))
}

/// Notes up to which event a sink has a tenant's trail.
pub fn keep_cursor(c: &Connection, sink: &str, tenant: Uuid, seq: u64) -> Outcome<()> {
    c.prepare_cached(
        "insert into audit_cursors (sink, tenant, seq) values ($1, $2, $3)
         on conflict (sink, tenant) do update set seq = excluded.seq",
    )?
    .execute(params![sink, tenant.to_string(), signed(seq)])?;
    Ok(())
}

/// Whether an audit sink is known from an earlier start.
pub fn is_known(c: &Connection, sink: &str) -> Outcome<bool> {
    Ok(c.prepare_cached("select exists (select 1 from audit_sinks where name = $1)")?
        .query_row([sink], |row| row.get(0))?)
}

/// Notes an audit sink that is new, and where it begins in the trail of each tenant: at the first
/// event, or behind the last. The trails that it `follows` say so; that is the first that the sink
/// hears of.
pub fn add(
    c: &Connection,
    sink: &str,
    first: bool,
    follows: impl Fn(Uuid) -> bool,
    now: Timestamp,
) -> Outcome<()> {
    c.execute("insert into audit_sinks (name) values ($1)", [sink])?;
    for tenant in tenants::all(c)? {
        let after = if first { 0 } else { audit::tip(c, tenant.id)?.0 };
        keep_cursor(c, sink, tenant.id, after)?;
        if !follows(tenant.id) {
            continue;
        }
        Record::new(&By::system(), "audit.sinkAdded")
            .detail(json!({ "sink": sink, "after": after }))
            .append(c, tenant.id, now)?;
    }
    Ok(())
}
