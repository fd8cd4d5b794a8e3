//! Counts over all tenants, for the metrics.

use rusqlite::{Connection, params};

use super::{Outcome, unsigned};

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Devices.
    pub devices: u64,
    /// Open requests.
    pub open: u64,
    /// Devices that are owed a rotation.
    pub owed: u64,
    /// Devices with a password that they have not confirmed.
    pub pending: u64,
    /// Devices whose last attempt failed.
    pub failed: u64,
    /// Agents that make no new passwords.
    pub stopped: u64,
}

/// Counts everything in one look.
pub fn counts(c: &Connection) -> Outcome<Counts> {
    // States are kept as JSON.
    let states = params!["\u{22}pending\u{22}", "\u{22}failed\u{22}"];
    Ok(c.prepare_cached(
        "select (select count(*) from devices),
                (select count(*) from requests where closed is null),
                (select count(*) from ledgers where owed_since is not null),
                (select count(distinct device) from generations where state = $1),
                (select count(*) from generations g where g.state = $2 and not exists
                   (select 1 from generations n where n.device = g.device and n.number > g.number)),
                (select count(*) from agents where stopped is not null)",
    )?
    .query_row(states, |row| {
        let number = |column| Ok::<_, rusqlite::Error>(unsigned(row.get(column)?));
        Ok(Counts {
            devices: number(0)?,
            open: number(1)?,
            owed: number(2)?,
            pending: number(3)?,
            failed: number(4)?,
            stopped: number(5)?,
        })
    })?)
}
