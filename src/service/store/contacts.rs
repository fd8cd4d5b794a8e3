//! Who stands by for an area, and which personas a tenant has.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Outcome, micros, time};
use crate::api::ticket::{AdminContact, Area, PutAdminContact};

fn read(row: &Row<'_>) -> rusqlite::Result<AdminContact> {
    let area: String = row.get(0)?;
    Ok(AdminContact {
        area: area.parse().unwrap_or(Area::Other),
        name: row.get(1)?,
        email: row.get(2)?,
        phone_number: row.get(3)?,
        set_by: row.get(4)?,
        set_at: time(row.get(5)?),
    })
}

const CONTACT: &str = "select area, name, email, phone, set_by, set_at from admin_contacts";

/// All contacts of a tenant, in the order of the areas.
pub fn all(c: &Connection, tenant: Uuid) -> Outcome<Vec<AdminContact>> {
    let mut statement = c.prepare_cached(&format!("{CONTACT} where tenant = $1"))?;
    let rows = statement.query_map([tenant.to_string()], read)?;
    let mut contacts: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    contacts.sort_by_key(|contact| Area::ALL.iter().position(|&area| area == contact.area));
    Ok(contacts)
}

/// The contact of an area.
pub fn get(c: &Connection, tenant: Uuid, area: Area) -> Outcome<Option<AdminContact>> {
    Ok(c.prepare_cached(&format!("{CONTACT} where tenant = $1 and area = $2"))?
        .query_row(params![tenant.to_string(), area.as_str()], read)
        .optional()?)
}

/// Sets the contact of an area.
pub fn put(
    c: &Connection,
    tenant: Uuid,
    area: Area,
    contact: &PutAdminContact,
    by: &str,
    now: Timestamp,
) -> Outcome<()> {
    c.execute(
        "insert into admin_contacts (tenant, area, name, email, phone, set_by, set_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant, area) do update set name = excluded.name, email = excluded.email,
             phone = excluded.phone, set_by = excluded.set_by, set_at = excluded.set_at",
        params![
            tenant.to_string(),
            area.as_str(),
            contact.name,
            contact.email,
            contact.phone_number,
            by,
            micros(now),
        ],
    )?;
    Ok(())
}

/// Removes the contact of an area. Returns whether there was one.
pub fn remove(c: &Connection, tenant: Uuid, area: Area) -> Outcome<bool> {
    let key = params![tenant.to_string(), area.as_str()];
    Ok(c.execute("delete from admin_contacts where tenant = $1 and area = $2", key)? == 1)
}

/// What a tenant has switched on or off, beside what is on by itself.
pub fn profiles(c: &Connection, tenant: Uuid) -> Outcome<Vec<(String, bool)>> {
    let mut statement =
        c.prepare_cached("select persona, enabled from tenant_profiles where tenant = $1")?;
    let rows = statement.query_map([tenant.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Switches a persona on or off.
pub fn set_profile(c: &Connection, tenant: Uuid, persona: &str, enabled: bool) -> Outcome<()> {
    c.execute(
        "insert into tenant_profiles (tenant, persona, enabled) values ($1, $2, $3)
         on conflict (tenant, persona) do update set enabled = excluded.enabled",
        params![tenant.to_string(), persona, enabled],
    )?;
    Ok(())
}
