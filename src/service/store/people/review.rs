//! Who holds what, and how long it has lain idle.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::super::{Outcome, micros, time};
use crate::{
    api::team::{Held, HolderKind, Role},
    domain::team::Desk,
};

/// Every role of every member, and every program with what it may, by holder.
pub fn held(c: &Connection, tenant: Uuid, skip: u32, top: u32) -> Outcome<Vec<Held>> {
    let mut statement = c.prepare_cached(
        "select m.upn, 0 as program, r.role, r.granted_at, r.granted_by, r.last_used, m.until,
             m.upn_fold as by_name
         from members m join member_roles r
             on r.tenant = m.tenant and r.upn_fold = m.upn_fold
         where m.tenant = $1
         union all
         select 'app:' || a.name, 1,
             case when a.may = '' and a.roles = '' then 'everything'
                 when a.may = '' or a.roles = '' then a.may || a.roles
                 else a.may || ',' || a.roles end,
             a.added_at, a.added_by, a.last_used, a.expires, 'app:' || a.name
         from apps a where a.tenant = $1
         order by by_name, 3 limit $2 offset $3",
    )?;
    let rows = statement.query_map(params![tenant.to_string(), top, skip], |row| {
        let program: bool = row.get(1)?;
        Ok(Held {
            who: row.get(0)?,
            kind: if program { HolderKind::Program } else { HolderKind::Member },
            holds: row.get(2)?,
            since: time(row.get(3)?),
            by: row.get(4)?,
            last_used: row.get::<_, Option<i64>>(5)?.map(time),
            until: row.get::<_, Option<i64>>(6)?.map(time),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes down that a member has used a role.
pub fn use_role(
    c: &Connection,
    tenant: Uuid,
    upn_fold: &str,
    role: Role,
    now: Timestamp,
) -> Outcome<()> {
    c.prepare_cached(
        "update member_roles set last_used = $1
         where tenant = $2 and upn_fold = $3 and role = $4",
    )?
    .execute(params![micros(now), tenant.to_string(), upn_fold, role.as_str()])?;
    Ok(())
}

/// How many may escalate, and how many are on the desk beside them.
pub fn desk(c: &Connection, tenant: Uuid) -> Outcome<Desk> {
    Ok(c.prepare_cached(
        "select coalesce(sum(support), 0),
             coalesce(sum(case when support = 0 then desk else 0 end), 0)
         from (select max(case when role = 'support' then 1 else 0 end) as support,
                 max(case when role = 'desk' then 1 else 0 end) as desk
             from member_roles where tenant = $1 group by upn_fold) as holders",
    )?
    .query_row([tenant.to_string()], |row| {
        Ok(Desk { escalation: row.get(0)?, rest: row.get(1)? })
    })?)
}
