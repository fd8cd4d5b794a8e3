//! Members and their roles.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{
    super::{Outcome, id, micros, time},
    fold,
};
use crate::{
    api::team::{Member, Role},
    domain::team::Seat,
};

fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    let roles: Option<String> = row.get(7)?;
    let mut roles: Vec<Role> =
        roles.unwrap_or_default().split(',').filter_map(|word| word.parse().ok()).collect();
    roles.sort_unstable();
    Ok(Member {
        upn: row.get(0)?,
        display_name: row.get(1)?,
        roles,
        until: row.get::<_, Option<i64>>(6)?.map(time),
        partner: row.get(8)?,
        bound: row.get(2)?,
        added_by: row.get(3)?,
        added_at: time(row.get(4)?),
        last_sign_in: row.get::<_, Option<i64>>(5)?.map(time),
    })
}

/// A partner's people, where support is partner-led: those who bear the name of the partner's
/// domain, and those who are of the partner's own team.
const MEMBER: &str = "select m.upn, m.display_name, m.bound, m.added_by, m.added_at,
    m.last_sign_in, m.until,
    (select group_concat(r.role) from member_roles r
     where r.tenant = m.tenant and r.upn_fold = m.upn_fold),
    -- Of a partner from elsewhere nothing is known but that its people are not of this domain.
    coalesce((select case
        when p.id is null
        then substr(m.upn_fold, instr(m.upn_fold, '@') + 1) <> lower(t.domain)
        else m.upn_fold like '%@' || p.domain or exists (select 1 from members o
            where o.tenant = p.id and o.upn_fold = m.upn_fold) end
     from tenants t left join tenants p on p.id = t.partner_id
     where t.id = m.tenant and t.partner_id is not null), 0)
    from members m";

const SEAT: &str = "select m.upn, m.display_name, m.until, m.external_id,
    (select group_concat(r.role) from member_roles r
     where r.tenant = m.tenant and r.upn_fold = m.upn_fold), m.tenant
    from members m";

fn seat(row: &Row<'_>) -> rusqlite::Result<Seat> {
    let roles: Option<String> = row.get(4)?;
    Ok(Seat {
        upn: row.get(0)?,
        display_name: row.get(1)?,
        roles: roles.unwrap_or_default().split(',').filter_map(|word| word.parse().ok()).collect(),
        until: row.get::<_, Option<i64>>(2)?.map(time),
        oid: row.get(3)?,
    })
}

/// Members by name: `top` of them, behind the first `skip`.
pub fn members(c: &Connection, tenant: Uuid, skip: u32, top: u32) -> Outcome<Vec<Member>> {
    let mut statement = c.prepare_cached(&format!(
        "{MEMBER} where m.tenant = $1 order by m.upn_fold limit $2 offset $3"
    ))?;
    let rows = statement.query_map(params![tenant.to_string(), top, skip], member)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One member.
pub fn find_member(c: &Connection, tenant: Uuid, upn: &str) -> Outcome<Option<Member>> {
    Ok(c.prepare_cached(&format!("{MEMBER} where m.tenant = $1 and m.upn_fold = $2"))?
        .query_row(params![tenant.to_string(), fold(upn)], member)
        .optional()?)
}

/// Every membership, by name.
pub fn seats(c: &Connection, tenant: Uuid) -> Outcome<Vec<Seat>> {
    let mut statement =
        c.prepare_cached(&format!("{SEAT} where m.tenant = $1 order by m.upn_fold"))?;
    Ok(statement.query_map([tenant.to_string()], seat)?.collect::<rusqlite::Result<_>>()?)
}

/// One membership.
pub fn find_seat(c: &Connection, tenant: Uuid, upn: &str) -> Outcome<Option<Seat>> {
    Ok(c.prepare_cached(&format!("{SEAT} where m.tenant = $1 and m.upn_fold = $2"))?
        .query_row(params![tenant.to_string(), fold(upn)], seat)
        .optional()?)
}

/// Memberships that have ended by `now`, with their tenants.
pub fn ended_seats(c: &Connection, now: Timestamp) -> Outcome<Vec<(Uuid, Seat)>> {
    let mut statement = c.prepare_cached(&format!(
        "{SEAT} where m.until is not null and m.until <= $1 order by m.until limit 500"
    ))?;
    let rows = statement
        .query_map([micros(now)], |row| Ok((id(&row.get::<_, String>(5)?), seat(row)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When the next membership ends by itself.
pub fn next_end(c: &Connection) -> Outcome<Option<Timestamp>> {
    Ok(c.prepare_cached("select min(until) from members where until is not null")?
        .query_row([], |row| Ok(row.get::<_, Option<i64>>(0)?.map(time)))?)
}

/// Who has this id of an identity provider.
pub fn holder_of_oid(c: &Connection, tenant: Uuid, oid: &str) -> Outcome<Option<String>> {
    Ok(c.prepare_cached("select upn from members where tenant = $1 and external_id = $2")?
        .query_row(params![tenant.to_string(), oid], |row| row.get(0))
        .optional()?)
}

/// Adds a member with everything of the seat.
pub fn insert_seat(
    c: &Connection,
    tenant: Uuid,
    seat: &Seat,
    by: &str,
    now: Timestamp,
) -> Outcome<()> {
    c.prepare_cached(
        "insert into members (tenant, upn, upn_fold, display_name, until, external_id,
             added_by, added_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )?
    .execute(params![
        tenant.to_string(),
        seat.upn,
        fold(&seat.upn),
        seat.display_name,
        seat.until.map(micros),
        seat.oid,
        by,
        micros(now),
    ])?;
    for &role in &seat.roles {
        grant(c, tenant, &seat.upn, role, by, now)?;
    }
    Ok(())
}

/// Writes what a member is called, when they end, and who may bind to them; not their roles.
pub fn update_seat(c: &Connection, tenant: Uuid, seat: &Seat) -> Outcome<()> {
    c.prepare_cached(
        "update members set display_name = $1, until = $2, external_id = $3
         where tenant = $4 and upn_fold = $5",
    )?
    .execute(params![
        seat.display_name,
        seat.until.map(micros),
        seat.oid,
        tenant.to_string(),
        fold(&seat.upn),
    ])?;
    Ok(())
}

/// Gives a role.
pub fn grant(
    c: &Connection,
    tenant: Uuid,
    upn: &str,
    role: Role,
    by: &str,
    now: Timestamp,
) -> Outcome<()> {
    c.prepare_cached(
        "insert into member_roles (tenant, upn_fold, role, granted_by, granted_at)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
    )?
    .execute(params![tenant.to_string(), fold(upn), role.as_str(), by, micros(now)])?;
    Ok(())
}

/// Takes a role away.
pub fn take(c: &Connection, tenant: Uuid, upn: &str, role: Role) -> Outcome<()> {
    c.prepare_cached("delete from member_roles where tenant = $1 and upn_fold = $2 and role = $3")?
        .execute(params![tenant.to_string(), fold(upn), role.as_str()])?;
    Ok(())
}

/// Removes a member with roles, invites and tokens. Returns how many tokens stopped.
pub fn remove_member(c: &Connection, tenant: Uuid, upn: &str) -> Outcome<usize> {
    let (tenant, upn) = (tenant.to_string(), fold(upn));
    let tokens = c
        .prepare_cached("delete from tokens where tenant = $1 and upn_fold = $2")?
        .execute(params![tenant, upn])?;
    c.prepare_cached("delete from members where tenant = $1 and upn_fold = $2")?
        .execute(params![tenant, upn])?;
    Ok(tokens)
}

/// How many admins there are, and how many of them do not end by themselves.
pub fn count_admins(c: &Connection, tenant: Uuid) -> Outcome<(u32, u32)> {
    Ok(c.prepare_cached(
        "select count(*), coalesce(sum(case when m.until is null then 1 else 0 end), 0)
         from members m
         join member_roles r on r.tenant = m.tenant and r.upn_fold = m.upn_fold
         where m.tenant = $1 and r.role = 'admin'",
    )?
    .query_row([tenant.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Who has been an admin of the tenant for the longest; before anybody whose membership ends.
pub fn first_admin(c: &Connection, tenant: Uuid) -> Outcome<Option<String>> {
    Ok(c.prepare_cached(
        "select m.upn from members m join member_roles r
             on r.tenant = m.tenant and r.upn_fold = m.upn_fold
         where m.tenant = $1 and r.role = 'admin'
         order by m.until is not null, r.granted_at, m.upn_fold limit 1",
    )?
    .query_row([tenant.to_string()], |row| row.get(0))
    .optional()?)
}

/// Who holds `role`, by name.
pub fn holders(c: &Connection, tenant: Uuid, role: Role) -> Outcome<Vec<String>> {
    let mut statement = c.prepare_cached(
        "select m.upn from members m join member_roles r
             on r.tenant = m.tenant and r.upn_fold = m.upn_fold
         where m.tenant = $1 and r.role = $2 order by m.upn_fold",
    )?;
    let rows = statement.query_map(params![tenant.to_string(), role.as_str()], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
