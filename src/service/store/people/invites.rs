//! One-time codes that let a member in.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::super::{Outcome, id, micros, time};

/// An invite as it is kept.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The tenant.
    pub tenant: Uuid,
    /// For whom.
    pub upn_fold: String,
    /// SHA-256 of the code's secret half.
    pub secret: Vec<u8>,
    /// When it ends.
    pub expires: Timestamp,
    /// Wrong tries so far.
    pub wrong: u32,
    /// When it was used, and for which token.
    pub used: Option<(Timestamp, Vec<u8>)>,
    /// Made on the service's own machine.
    pub by_operator: bool,
}

/// Keeps an invite; earlier ones of the same member end.
pub fn put_invite(c: &Connection, public: &str, invite: &Invite) -> Outcome<()> {
    let tenant = invite.tenant.to_string();
    c.execute(
        "delete from invites where tenant = $1 and upn_fold = $2",
        params![tenant, invite.upn_fold],
    )?;
    c.execute(
        "insert into invites (id, tenant, upn_fold, secret, expires, by_operator)
         values ($1, $2, $3, $4, $5, $6)",
        params![
            public,
            tenant,
            invite.upn_fold,
            invite.secret,
            micros(invite.expires),
            invite.by_operator,
        ],
    )?;
    Ok(())
}

/// The invite with this public half.
pub fn find_invite(c: &Connection, public: &str) -> Outcome<Option<Invite>> {
    Ok(c.query_row(
        "select tenant, upn_fold, secret, expires, wrong, used_at, token_hash, by_operator
         from invites where id = $1",
        [public],
        |row| {
            let used_at: Option<i64> = row.get(5)?;
            let token: Option<Vec<u8>> = row.get(6)?;
            Ok(Invite {
                tenant: id(&row.get::<_, String>(0)?),
                upn_fold: row.get(1)?,
                secret: row.get(2)?,
                expires: time(row.get(3)?),
                wrong: row.get(4)?,
                used: used_at.map(time).zip(token),
                by_operator: row.get(7)?,
            })
        },
    )
    .optional()?)
}

/// Counts a wrong try.
pub fn wrong_invite(c: &Connection, public: &str) -> Outcome<()> {
    c.execute("update invites set wrong = wrong + 1 where id = $1", [public])?;
    Ok(())
}

/// Ends an invite that was never used.
pub fn end_invite(c: &Connection, public: &str) -> Outcome<()> {
    c.execute("delete from invites where id = $1", [public])?;
    Ok(())
}

/// Marks an invite as used for the token with this hash.
pub fn use_invite(c: &Connection, public: &str, token: &[u8], now: Timestamp) -> Outcome<()> {
    c.execute(
        "update invites set used_at = $1, token_hash = $2 where id = $3",
        params![micros(now), token, public],
    )?;
    Ok(())
}
