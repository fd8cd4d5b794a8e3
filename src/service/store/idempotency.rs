//! Answers to writes that a client may repeat, kept for a day in the transaction of the write.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Outcome, micros};

/// What a scope (tenant, caller, method, path and key) was used for.
#[derive(Debug, Clone)]
pub struct Kept {
    /// SHA-256 of the body.
    pub body: Vec<u8>,
    /// The answer's status.
    pub status: u16,
    /// The answer's body; none where it held a secret.
    pub answer: Option<String>,
}

/// What was kept for `scope`.
pub fn find(c: &Connection, scope: &str) -> Outcome<Option<Kept>> {
    Ok(c.prepare_cached("select body, status, answer from idempotency where scope = $1")?
        .query_row([scope], |row| {
            Ok(Kept { body: row.get(0)?, status: row.get(1)?, answer: row.get(2)? })
        })
        .optional()?)
}

/// Keeps an answer.
pub fn keep(c: &Connection, scope: &str, kept: &Kept, now: Timestamp) -> Outcome<()> {
    c.execute(
        "insert into idempotency (scope, body, status, answer, created)
         values ($1, $2, $3, $4, $5)",
        params![scope, kept.body, kept.status, kept.answer, micros(now)],
    )?;
    Ok(())
}

/// Forgets the scopes that begin with `prefix` and were answered by `status`, with `text` in it.
pub fn forget(c: &Connection, prefix: &str, status: u16, text: &str) -> Outcome<()> {
    // Searched as a range, for which the index does.
    c.execute(
        "delete from idempotency where scope > $1 and scope < $2 and status = $3
             and instr(answer, $4) > 0",
        params![prefix, format!("{prefix}\u{10FFFF}"), status, text],
    )?;
    Ok(())
}

/// Forgets what is older than a day.
pub fn sweep(c: &Connection, now: Timestamp) -> Outcome<()> {
    c.execute("delete from idempotency where created <= $1", [micros(now) - 86_400_000_000])?;
    Ok(())
}
