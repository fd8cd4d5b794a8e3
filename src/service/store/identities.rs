//! Who members are at identity providers.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Outcome, id, micros, people::fold, time};

/// A member's identity at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The tenant.
    pub tenant: Uuid,
    /// The member, folded.
    pub upn_fold: String,
    /// The provider.
    pub issuer: String,
    /// Who it is there.
    pub subject: String,
    /// The newest sign-in that an event was written for.
    pub signed_in: Option<Timestamp>,
    /// When the newest token was made whose roles were taken over.
    pub claims_at: Option<Timestamp>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Identity> {
    Ok(Identity {
        tenant: id(&row.get::<_, String>(0)?),
        upn_fold: row.get(1)?,
        issuer: row.get(2)?,
        subject: row.get(3)?,
        signed_in: row.get::<_, Option<i64>>(4)?.map(time),
        claims_at: row.get::<_, Option<i64>>(5)?.map(time),
    })
}

const COLUMNS: &str = "tenant, upn_fold, issuer, subject, signed_in, claims_at";

/// Everybody who is this subject, one a tenant at the most.
pub fn of_subject(c: &Connection, issuer: &str, subject: &str) -> Outcome<Vec<Identity>> {
    let sql = format!("select {COLUMNS} from identities where issuer = $1 and subject = $2");
    let mut statement = c.prepare_cached(&sql)?;
    Ok(statement.query_map([issuer, subject], read)?.collect::<rusqlite::Result<_>>()?)
}

/// The identity that a member is bound to.
pub fn of_member(c: &Connection, tenant: Uuid, upn: &str) -> Outcome<Option<Identity>> {
    let sql = format!("select {COLUMNS} from identities where tenant = $1 and upn_fold = $2");
    Ok(c.prepare_cached(&sql)?
        .query_row(params![tenant.to_string(), fold(upn)], read)
        .optional()?)
}

/// Binds a member, who is bound to nobody, to this subject; their name is the provider's.
pub fn bind(
    c: &Connection,
    tenant: Uuid,
    upn: &str,
    issuer: &str,
    subject: &str,
    name: Option<&str>,
    now: Timestamp,
) -> Outcome<()> {
    c.execute(
        "insert into identities (tenant, upn_fold, issuer, subject, bound_at)
         values ($1, $2, $3, $4, $5)",
        params![tenant.to_string(), fold(upn), issuer, subject, micros(now)],
    )?;
    c.execute(
        "update members set bound = 1, display_name = coalesce($1, display_name)
         where tenant = $2 and upn_fold = $3",
        params![name, tenant.to_string(), fold(upn)],
    )?;
    Ok(())
}

/// Remembers that the roles of a token made at `made` were taken over.
pub fn claims_seen(c: &Connection, tenant: Uuid, upn: &str, made: Timestamp) -> Outcome<()> {
    c.prepare_cached(
        "update identities set claims_at = $1 where tenant = $2 and upn_fold = $3
         and (claims_at is null or claims_at < $4)",
    )?
    .execute(params![micros(made), tenant.to_string(), fold(upn), micros(made)])?;
    Ok(())
}

/// Writes down a sign-in at `at`.
pub fn signed_in(
    c: &Connection,
    tenant: Uuid,
    upn: &str,
    at: Timestamp,
    now: Timestamp,
) -> Outcome<()> {
    c.execute(
        "update identities set signed_in = $1 where tenant = $2 and upn_fold = $3",
        params![micros(at), tenant.to_string(), fold(upn)],
    )?;
    c.execute(
        "update members set last_sign_in = $1 where tenant = $2 and upn_fold = $3",
        params![micros(now), tenant.to_string(), fold(upn)],
    )?;
    Ok(())
}

/// Whose identity is the one that an admin would name by `oid`: the subject, or `ISSUER#SUBJECT`;
/// of a subject `TID#OID` the second half may stand alone.
pub fn holder(c: &Connection, tenant: Uuid, oid: &str) -> Outcome<Option<String>> {
    Ok(c.prepare_cached(
        "select m.upn from identities i
         join members m on m.tenant = i.tenant and m.upn_fold = i.upn_fold
         where i.tenant = $1 and (i.subject = $2 or i.issuer || '#' || i.subject = $2
             or substr(i.subject, length(i.subject) - length($2)) = '#' || $2) limit 1",
    )?
    .query_row(params![tenant.to_string(), oid], |row| row.get(0))
    .optional()?)
}

/// Remembers who the member is at the provider: they are about to be removed, and only an admin
/// brings them back.
pub fn remember_removed(c: &Connection, tenant: Uuid, upn: &str, now: Timestamp) -> Outcome<()> {
    c.prepare_cached(
        "insert into removed (tenant, issuer, subject, upn_fold, removed)
         select tenant, issuer, subject, upn_fold, $1 from identities
         where tenant = $2 and upn_fold = $3
         on conflict (tenant, issuer, subject)
             do update set upn_fold = excluded.upn_fold, removed = excluded.removed",
    )?
    .execute(params![micros(now), tenant.to_string(), fold(upn)])?;
    Ok(())
}

/// Forgets that somebody was removed: an admin adds them again, by name or by `oid`.
pub fn forget_removed(c: &Connection, tenant: Uuid, upn: &str, oid: Option<&str>) -> Outcome<()> {
    c.prepare_cached(
        "delete from removed where tenant = $1
         and (upn_fold = $2 or subject = $3 or issuer || '#' || subject = $3
             or substr(subject, length(subject) - length($3)) = '#' || $3)",
    )?
    .execute(params![tenant.to_string(), fold(upn), oid])?;
    Ok(())
}

/// Whether the subject was a member once and was removed.
pub fn is_removed(c: &Connection, tenant: Uuid, issuer: &str, subject: &str) -> Outcome<bool> {
    Ok(c.prepare_cached(
        "select exists (select 1 from removed
         where tenant = $1 and issuer = $2 and subject = $3)",
    )?
    .query_row(params![tenant.to_string(), issuer, subject], |row| row.get(0))?)
}
