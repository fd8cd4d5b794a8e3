//! Enrolment codes, and the agents that came in by them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{Outcome, id, micros, time};
use crate::{domain::rotation::Presence, service::problem::Problem};

/// An enrolment code as it is kept.
#[derive(Debug, Clone)]
pub struct Enrollment {
    /// The tenant.
    pub tenant: Uuid,
    /// The device that it is for.
    pub device: Uuid,
    /// SHA-256 of the code's secret half.
    pub secret: Vec<u8>,
    /// When it ends.
    pub expires: Timestamp,
    /// Wrong tries so far.
    pub wrong: u32,
    /// SHA-256 of the key that it was used for.
    pub key_hash: Option<Vec<u8>>,
}

/// Keeps a code; earlier unused ones for the same device end.
pub fn put(c: &Connection, public: &str, code: &Enrollment, made_by: &str) -> Outcome<()> {
    let device = code.device.to_string();
    c.execute("delete from enrollments where device = $1 and used_at is null", [&device])?;
    c.execute(
        "insert into enrollments (id, tenant, device, secret, expires, made_by)
         values ($1, $2, $3, $4, $5, $6)",
        params![
            public,
            code.tenant.to_string(),
            device,
            code.secret,
            micros(code.expires),
            made_by
        ],
    )?;
    Ok(())
}

/// The code with this public half.
pub fn find(c: &Connection, public: &str) -> Outcome<Option<Enrollment>> {
    Ok(c.query_row(
        "select tenant, device, secret, expires, wrong, key_hash from enrollments where id = $1",
        [public],
        |row| {
            Ok(Enrollment {
                tenant: id(&row.get::<_, String>(0)?),
                device: id(&row.get::<_, String>(1)?),
                secret: row.get(2)?,
                expires: time(row.get(3)?),
                wrong: row.get(4)?,
                key_hash: row.get(5)?,
            })
        },
    )
    .optional()?)
}

/// Counts a wrong try.
pub fn wrong(c: &Connection, public: &str) -> Outcome<()> {
    c.execute("update enrollments set wrong = wrong + 1 where id = $1", [public])?;
    Ok(())
}

/// Ends a code that was never used.
pub fn end(c: &Connection, public: &str) -> Outcome<()> {
    c.execute("delete from enrollments where id = $1", [public])?;
    Ok(())
}

/// Marks a code as used for the key with this hash.
pub fn used(c: &Connection, public: &str, key_hash: &[u8], now: Timestamp) -> Outcome<()> {
    c.execute(
        "update enrollments set used_at = $1, key_hash = $2 where id = $3",
        params![micros(now), key_hash, public],
    )?;
    Ok(())
}

/// The agent of a device.
#[derive(Debug, Clone)]
pub struct Agent {
    /// The device.
    pub device: Uuid,
    /// SHA-256 of the agent's key.
    pub key_hash: Vec<u8>,
    /// The admin account.
    pub account: String,
    /// The account as it is typed at the prompt.
    pub login_name: String,
    /// Which back-end.
    pub backend: String,
    /// Which process speaks.
    pub presence: Presence,
    /// Why it makes no new passwords, if it does not.
    pub stopped: Option<String>,
    /// When it was last heard.
    pub last_contact: Option<Timestamp>,
}

/// Ties an agent to its device; an earlier agent's key dies with it.
pub fn put_agent(c: &Connection, agent: &Agent, now: Timestamp) -> Outcome<()> {
    let presence = serde_json::to_string(&agent.presence).map_err(|_| Problem::internal())?;
    c.execute(
        "insert into agents (device, key_hash, account, login_name, backend, presence, enrolled_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (device) do update set key_hash = $2, account = $3, login_name = $4,
             backend = $5, presence = $6, enrolled_at = $7, stopped = null, last_contact = null",
        params![
            agent.device.to_string(),
            agent.key_hash,
            agent.account,
            agent.login_name,
            agent.backend,
            presence,
            micros(now),
        ],
    )?;
    Ok(())
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Agent> {
    let presence: String = row.get(5)?;
    Ok(Agent {
        device: id(&row.get::<_, String>(0)?),
        key_hash: row.get(1)?,
        account: row.get(2)?,
        login_name: row.get(3)?,
        backend: row.get(4)?,
        presence: serde_json::from_str(&presence).unwrap_or_default(),
        stopped: row.get(6)?,
        last_contact: row.get::<_, Option<i64>>(7)?.map(time),
    })
}

const AGENT: &str = "select device, key_hash, account, login_name, backend, presence, stopped,
    last_contact from agents";

/// The agent with this key.
pub fn agent_by_key(c: &Connection, key_hash: &[u8]) -> Outcome<Option<Agent>> {
    Ok(c.prepare_cached(&format!("{AGENT} where key_hash = $1"))?
        .query_row([key_hash], read)
        .optional()?)
}

/// The agent of this device.
pub fn agent_of(c: &Connection, device: Uuid) -> Outcome<Option<Agent>> {
    Ok(c.prepare_cached(&format!("{AGENT} where device = $1"))?
        .query_row([device.to_string()], read)
        .optional()?)
}

/// Writes down a contact.
pub fn heard(
    c: &Connection,
    device: Uuid,
    presence: &Presence,
    stopped: Option<&str>,
    last_contact: Option<Timestamp>,
) -> Outcome<()> {
    let presence = serde_json::to_string(presence).map_err(|_| Problem::internal())?;
    c.prepare_cached(
        "update agents set presence = $1, stopped = $2, last_contact = $3 where device = $4",
    )?
    .execute(params![presence, stopped, last_contact.map(micros), device.to_string()])?;
    Ok(())
}
