//! Devices and their users.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Outcome, id, micros, people::fold, time};
use crate::{
    api::device::{Configuration, Group},
    service::problem::Problem,
};

/// A device as it is kept.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its id; also its `aadDeviceId`.
    pub id: Uuid,
    /// The tenant.
    pub tenant: Uuid,
    /// Its name, unique in the tenant whatever the case.
    pub name: String,
    /// Its serial number.
    pub serial_number: Option<String>,
    /// `g:…`
    pub global_id: Option<String>,
    /// Its user, by folded UPN.
    pub user_fold: Option<String>,
    /// Its update ring.
    pub ring: Option<String>,
    /// Its persona.
    pub persona: Option<String>,
    /// The rest of what is known.
    pub facts: Facts,
}

/// What is known of a device but never searched.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are those of the published contract")]
pub struct Facts {
    pub intune_id: Option<String>,
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub enrolled: Option<Timestamp>,
    pub compliance_state: Option<String>,
    pub os_version: Option<String>,
    pub last_sync: Option<Timestamp>,
    pub plan_type: Option<String>,
    pub management_agent: Option<String>,
    pub operating_system_edition: Option<String>,
    pub profile_assignment_status: Option<String>,
    pub groups: Vec<Group>,
    pub configurations: Vec<Configuration>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Device> {
    let facts: String = row.get(8)?;
    Ok(Device {
        id: id(&row.get::<_, String>(0)?),
        tenant: id(&row.get::<_, String>(1)?),
        name: row.get(2)?,
        serial_number: row.get(3)?,
        global_id: row.get(4)?,
        user_fold: row.get(5)?,
        ring: row.get(6)?,
        persona: row.get(7)?,
        facts: serde_json::from_str(&facts).unwrap_or_default(),
    })
}

const DEVICE: &str = "select d.id, d.tenant, d.name, d.serial_number, d.global_id, d.user_fold,
    d.ring, d.persona, d.facts from devices d";

/// The device of this name, whatever the case.
pub fn by_name(c: &Connection, tenant: Uuid, name: &str) -> Outcome<Option<Device>> {
    Ok(c.prepare_cached(&format!("{DEVICE} where d.tenant = $1 and d.name_fold = $2"))?
        .query_row(params![tenant.to_string(), fold(name)], read)
        .optional()?)
}

/// The device with this id.
pub fn by_id(c: &Connection, device: Uuid) -> Outcome<Option<Device>> {
    Ok(c.prepare_cached(&format!("{DEVICE} where d.id = $1"))?
        .query_row([device.to_string()], read)
        .optional()?)
}

/// What SQLite's `lower` makes of text: it folds ASCII and leaves other letters alone, so what is
/// compared with it must be folded the same way, or `Élodie` is not found by her own name.
fn ascii_fold(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// Devices by name, then id. `search` looks, whatever the case, in name, serial number, global id,
/// and the user's UPN and e-mail.
pub fn list(
    c: &Connection,
    tenant: Uuid,
    search: Option<&str>,
    skip: u32,
    top: u32,
) -> Outcome<Vec<Device>> {
    let mut statement = c.prepare_cached(&format!(
        "{DEVICE} left join users u on u.tenant = d.tenant and u.upn_fold = d.user_fold
         where d.tenant = $1 and ($2 is null
             or instr(d.name_fold, $2) > 0
             or instr(coalesce(d.user_fold, ''), $2) > 0
             or instr(lower(coalesce(d.serial_number, '')), $3) > 0
             or instr(lower(coalesce(d.global_id, '')), $3) > 0
             or instr(lower(coalesce(u.email, '')), $3) > 0)
         order by d.name, d.id limit $4 offset $5"
    ))?;
    let rows = statement.query_map(
        params![tenant.to_string(), search.map(fold), search.map(ascii_fold), top, skip],
        read,
    )?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The devices of a user, by name.
pub fn of_user(c: &Connection, tenant: Uuid, upn_fold: &str) -> Outcome<Vec<Device>> {
    let mut statement = c.prepare_cached(&format!(
        "{DEVICE} where d.tenant = $1 and d.user_fold = $2 order by d.name, d.id"
    ))?;
    let rows = statement.query_map(params![tenant.to_string(), upn_fold], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Every device of a tenant, by name, without an end: for the sample's own devices.
pub fn all(c: &Connection, tenant: Uuid) -> Outcome<Vec<Device>> {
    let mut statement =
        c.prepare(&format!("{DEVICE} where d.tenant = $1 order by d.name, d.id"))?;
    Ok(statement.query_map([tenant.to_string()], read)?.collect::<rusqlite::Result<_>>()?)
}

/// Adds a device.
pub fn insert(c: &Connection, device: &Device, now: Timestamp) -> Outcome<()> {
    let facts = serde_json::to_string(&device.facts).map_err(|_| Problem::internal())?;
    c.execute(
        "insert into devices (id, tenant, name, name_fold, serial_number, global_id, user_fold,
             ring, persona, facts, created)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            device.id.to_string(),
            device.tenant.to_string(),
            device.name,
            fold(&device.name),
            device.serial_number,
            device.global_id,
            device.user_fold,
            device.ring,
            device.persona,
            facts,
            micros(now),
        ],
    )?;
    Ok(())
}

/// Writes down what was learned of a device: its ring, serial number and facts.
pub fn describe(c: &Connection, device: &Device) -> Outcome<()> {
    let facts = serde_json::to_string(&device.facts).map_err(|_| Problem::internal())?;
    c.execute(
        "update devices set serial_number = $1, ring = $2, facts = $3 where id = $4",
        params![device.serial_number, device.ring, facts, device.id.to_string()],
    )?;
    Ok(())
}

/// Gives a device another persona.
pub fn set_persona(c: &Connection, device: Uuid, persona: &str) -> Outcome<()> {
    let key = params![persona, device.to_string()];
    c.execute("update devices set persona = $1 where id = $2", key)?;
    Ok(())
}

/// Somebody who uses devices.
#[derive(Debug, Clone)]
pub struct User {
    /// The user principal name.
    pub upn: String,
    /// The name in words.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User { upn: row.get(0)?, name: row.get(1)?, email: row.get(2)? })
}

/// One user.
pub fn user(c: &Connection, tenant: Uuid, upn: &str) -> Outcome<Option<User>> {
    Ok(c.prepare_cached("select upn, name, email from users where tenant = $1 and upn_fold = $2")?
        .query_row(params![tenant.to_string(), fold(upn)], read_user)
        .optional()?)
}

/// Users by name, then UPN. `search` looks in name, UPN, e-mail, and the serial numbers and names
/// of their devices.
pub fn users(
    c: &Connection,
    tenant: Uuid,
    search: Option<&str>,
    skip: u32,
    top: u32,
) -> Outcome<Vec<User>> {
    let mut statement = c.prepare_cached(
        "select u.upn, u.name, u.email from users u
         where u.tenant = $1 and ($2 is null
             or instr(u.upn_fold, $2) > 0
             or instr(lower(coalesce(u.name, '')), $3) > 0
             or instr(lower(coalesce(u.email, '')), $3) > 0
             or exists (select 1 from devices d
                 where d.tenant = u.tenant and d.user_fold = u.upn_fold
                   and (instr(d.name_fold, $2) > 0
                     or instr(lower(coalesce(d.serial_number, '')), $3) > 0)))
         order by u.name, u.upn limit $4 offset $5",
    )?;
    let rows = statement.query_map(
        params![tenant.to_string(), search.map(fold), search.map(ascii_fold), top, skip],
        read_user,
    )?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Adds a user.
pub fn insert_user(c: &Connection, tenant: Uuid, user: &User) -> Outcome<()> {
    c.execute(
        "insert into users (tenant, upn, upn_fold, name, email) values ($1, $2, $3, $4, $5)",
        params![tenant.to_string(), user.upn, fold(&user.upn), user.name, user.email],
    )?;
    Ok(())
}

/// How many devices of the tenant are owed a rotation, and since when the longest.
pub fn owed(c: &Connection, tenant: Uuid) -> Outcome<(u32, Option<Timestamp>)> {
    Ok(c.prepare_cached(
        "select count(*), min(l.owed_since) from ledgers l join devices d on d.id = l.device
         where d.tenant = $1 and l.owed_since is not null",
    )?
    .query_row([tenant.to_string()], |row| {
        Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(time)))
    })?)
}

/// How many devices of the tenant have an agent that makes no new passwords.
pub fn stopped(c: &Connection, tenant: Uuid) -> Outcome<u32> {
    Ok(c.prepare_cached(
        "select count(*) from agents a join devices d on d.id = a.device
         where d.tenant = $1 and a.stopped is not null",
    )?
    .query_row([tenant.to_string()], |row| row.get(0))?)
}
