//! The ledgers of devices (`domain::rotation`) and their sealed passwords.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Outcome, id, micros, signed, time, unsigned};
use crate::{
    domain::rotation::{Entry, Generation, Ledger},
    service::problem::Problem,
};

/// A ledger as it was read, so that only what has changed is written back.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// The ledger.
    pub ledger: Ledger,
    /// Since when a rotation is owed to a closed request.
    pub owed_since: Option<Timestamp>,
    before: Ledger,
}

fn json<T: Serialize>(value: &T) -> Outcome<String> {
    serde_json::to_string(value).map_err(|_| Problem::internal())
}

fn from_json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
    })
}

/// Reads the ledger of `device`; one that has none yet gets an empty one.
pub fn load(c: &Connection, device: Uuid) -> Outcome<Stored> {
    let key = device.to_string();
    let head = c
        .prepare_cached(
            "select highest, device_at, unheard, marks, owed_since from ledgers where device = $1",
        )?
        .query_row([&key], |row| {
            let ledger = Ledger {
                entries: BTreeMap::new(),
                highest: unsigned(row.get(0)?),
                device_at: row.get::<_, Option<i64>>(1)?.map(unsigned),
                unheard: row.get(2)?,
                marks: from_json(&row.get::<_, String>(3)?)?,
            };
            Ok((ledger, row.get::<_, Option<i64>>(4)?.map(time)))
        })
        .optional()?;
    let Some((mut ledger, owed_since)) = head else { return Ok(Stored::default()) };
    let mut statement = c.prepare_cached(
        "select number, attempt, state, confirmed_at, seen_by_open, seen_by_closed, seen_at
         from generations where device = $1",
    )?;
    let rows = statement.query_map([&key], |row| {
        let entry = Entry {
            attempt: id(&row.get::<_, String>(1)?),
            state: from_json(&row.get::<_, String>(2)?)?,
            confirmed_at: row.get::<_, Option<i64>>(3)?.map(time),
            seen_by_open: from_json::<BTreeSet<Uuid>>(&row.get::<_, String>(4)?)?,
            seen_by_closed: row.get(5)?,
            seen_at: row.get::<_, Option<i64>>(6)?.map(time),
        };
        Ok((unsigned(row.get(0)?), entry))
    })?;
    ledger.entries = rows.collect::<rusqlite::Result<_>>()?;
    Ok(Stored { before: ledger.clone(), ledger, owed_since })
}

/// Writes back what has changed. `sealed` is the password of a generation that was just escrowed.
pub fn save(
    c: &Connection,
    device: Uuid,
    stored: &mut Stored,
    sealed: Option<(Generation, Vec<u8>)>,
    now: Timestamp,
) -> Outcome<()> {
    let key = device.to_string();
    let Stored { ledger, owed_since, before } = stored;
    *owed_since = ledger.is_owed().then(|| owed_since.unwrap_or(now));
    c.prepare_cached(
        "insert into ledgers (device, highest, device_at, unheard, marks, owed_since)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (device) do update set highest = $2, device_at = $3, unheard = $4,
             marks = $5, owed_since = $6",
    )?
    .execute(params![
        key,
        signed(ledger.highest),
        ledger.device_at.map(signed),
        ledger.unheard,
        json(&ledger.marks)?,
        owed_since.map(micros),
    ])?;
    for (&number, entry) in &ledger.entries {
        let known = before.entries.get(&number);
        if known == Some(entry) {
            continue;
        }
        let seen_by_open = json(&entry.seen_by_open)?;
        let changed = if known.is_some() {
            c.prepare_cached(
                "update generations set state = $1, confirmed_at = $2, seen_by_open = $3,
                     seen_by_closed = $4, seen_at = $5
                 where device = $6 and number = $7",
            )?
            .execute(params![
                json(&entry.state)?,
                entry.confirmed_at.map(micros),
                seen_by_open,
                entry.seen_by_closed,
                entry.seen_at.map(micros),
                key,
                signed(number),
            ])?
        } else {
            let sealed = sealed.as_ref().filter(|(g, _)| *g == number).map(|(_, bytes)| bytes);
            // A generation without its password would be a lock-out in waiting.
            let sealed = sealed.ok_or_else(Problem::internal)?;
            c.prepare_cached(
                "insert into generations (device, number, attempt, state, sealed, confirmed_at,
                     seen_by_open, seen_by_closed, seen_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )?
            .execute(params![
                key,
                signed(number),
                entry.attempt.to_string(),
                json(&entry.state)?,
                sealed,
                entry.confirmed_at.map(micros),
                seen_by_open,
                entry.seen_by_closed,
                entry.seen_at.map(micros),
            ])?
        };
        if changed != 1 {
            return Err(Problem::internal());
        }
    }
    *before = ledger.clone();
    Ok(())
}

/// The sealed password of a generation.
pub fn sealed(c: &Connection, device: Uuid, generation: Generation) -> Outcome<Option<Vec<u8>>> {
    Ok(c.prepare_cached("select sealed from generations where device = $1 and number = $2")?
        .query_row(params![device.to_string(), signed(generation)], |row| row.get(0))
        .optional()?)
}

/// Forgets generations that need not be kept.
pub fn prune(c: &Connection, device: Uuid, generations: &[Generation]) -> Outcome<()> {
    for &generation in generations {
        c.prepare_cached("delete from generations where device = $1 and number = $2")?
            .execute(params![device.to_string(), signed(generation)])?;
    }
    Ok(())
}

/// Counts a rotation by age of a password that nobody saw: these are no events of their own.
pub fn count_quiet(c: &Connection, device: Uuid) -> Outcome<()> {
    c.execute("update ledgers set quiet = quiet + 1 where device = $1", [device.to_string()])?;
    Ok(())
}

/// Devices that have a confirmed generation no younger than `before`, for the job that notes age.
pub fn aged(c: &Connection, before: Timestamp) -> Outcome<Vec<Uuid>> {
    let mut statement = c.prepare_cached(
        "select g.device from generations g join ledgers l on l.device = g.device
         where g.state = '\"current\"' and g.confirmed_at <= $1 and l.marks not like '%\"age\"%'",
    )?;
    let rows = statement.query_map([micros(before)], |row| Ok(id(&row.get::<_, String>(0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Every device that has generations, for the job that prunes.
pub fn devices(c: &Connection) -> Outcome<Vec<Uuid>> {
    let mut statement = c.prepare("select device from ledgers")?;
    let rows = statement.query_map([], |row| Ok(id(&row.get::<_, String>(0)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
