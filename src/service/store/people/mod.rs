//! Members, programs, and what lets them in: invites and tokens.

mod apps;
mod invites;
mod members;
mod review;
mod tokens;

use jiff::Timestamp;
use rusqlite::Connection;

pub use self::{apps::*, invites::*, members::*, review::*, tokens::*};
use super::{Outcome, micros};

/// What look-ups compare.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Forgets tokens and invites that have ended.
pub fn sweep(c: &Connection, now: Timestamp) -> Outcome<()> {
    c.execute("delete from tokens where expires <= $1", [micros(now)])?;
    // A used invite answers its own repeat for ten minutes; a day is more than enough.
    let yesterday = micros(now) - 86_400_000_000;
    c.execute("delete from invites where expires <= $1", [yesterday])?;
    Ok(())
}
