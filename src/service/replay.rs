//! Writes that a client may repeat: an `Idempotency-Key` names the write, and a repeat answers
//! what the first did.

use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use super::{
    access::Caller,
    code::digest,
    input::Body,
    problem::Problem,
    store::{
        Outcome,
        idempotency::{self, Kept},
    },
};
use crate::api::messages;

/// A write that may be a repeat.
pub struct Replay {
    scope: String,
    body: Vec<u8>,
}

impl Replay {
    /// Reads the key of a call; `None` where the client gave none.
    pub fn of(
        headers: &HeaderMap,
        caller: &Caller,
        operation: &str,
        body: &Body,
    ) -> Result<Option<Self>, Problem> {
        let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
        let key = key.to_str().ok().filter(|key| (1..=128).contains(&key.len()));
        let key = key.ok_or_else(|| {
            let message = "`Idempotency-Key` must be 1 to 128 printable characters.";
            Problem::bad_request(message).at("Idempotency-Key", "malformed", message)
        })?;
        let scope = format!("{}{key}", scope(caller.tenant.id, caller.name(), operation));
        let body = serde_json::to_vec(&body.0).map_err(|_| Problem::internal())?;
        Ok(Some(Self { scope, body: digest(&body) }))
    }
}

/// What the keys of a caller's operation begin with.
fn scope(tenant: Uuid, caller: &str, operation: &str) -> String {
    format!("{tenant}\n{caller}\n{operation}\n")
}

/// What the first call answered, if this is a repeat of it.
pub fn find(c: &Connection, replay: Option<&Replay>) -> Outcome<Option<(StatusCode, String)>> {
    let Some(replay) = replay else { return Ok(None) };
    let Some(kept) = idempotency::find(c, &replay.scope)? else { return Ok(None) };
    if kept.body != replay.body {
        return Err(Problem::conflict(messages::KEY_USED));
    }
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    Ok(Some((status, kept.answer.unwrap_or_default())))
}

/// Keeps the answer in the transaction of the write.
pub fn keep(
    c: &Connection,
    replay: Option<&Replay>,
    status: StatusCode,
    answer: Option<&str>,
    now: Timestamp,
) -> Outcome<()> {
    let Some(replay) = replay else { return Ok(()) };
    let kept = Kept {
        body: replay.body.clone(),
        status: status.as_u16(),
        answer: answer.map(str::to_owned),
    };
    idempotency::keep(c, &replay.scope, &kept, now)
}

/// Forgets the writes of a caller that were refused and kept as `made`, which is no more: a repeat
/// is kept anew. What else may name it, in a text, stays.
pub fn forget_kept(
    c: &Connection,
    tenant: Uuid,
    caller: &str,
    operation: &str,
    made: &str,
) -> Outcome<()> {
    let scope = scope(tenant, caller, operation);
    idempotency::forget(c, &scope, StatusCode::FORBIDDEN.as_u16(), made)
}
