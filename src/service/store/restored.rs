//! What a database forgets when it comes out of a back-up: it knows less than the world does.

use rusqlite::{Connection, params};

use super::Outcome;
use crate::{domain::rotation::Presence, service::problem::Problem};

/// Codes may have been used since, so they are dropped; tokens may have been revoked since, so they
/// all end. Every device counts as unheard, and
/// whoever speaks for it proves anew that it is alive: what was said before counts no more.
pub fn forget_what_may_have_changed(c: &Connection) -> Outcome<()> {
    c.execute("delete from invites", [])?;
    c.execute("delete from tokens", [])?;
    c.execute("delete from enrollments where used_at is null", [])?;
    c.execute("update ledgers set unheard = 1", [])?;
    let mut agents = c.prepare("select device, presence from agents")?;
    let agents = agents.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (device, presence) in agents.collect::<rusqlite::Result<Vec<(String, String)>>>()? {
        let mut presence: Presence =
            serde_json::from_str(&presence).map_err(|_| Problem::internal())?;
        presence.restored();
        let presence = serde_json::to_string(&presence).map_err(|_| Problem::internal())?;
        c.execute("update agents set presence = $1 where device = $2", params![presence, device])?;
    }
    Ok(())
}
