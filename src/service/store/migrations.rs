//! The tables, one step after another. A step that was released is never edited.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{Error, Result};

const STEPS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_outbox.sql"),
    include_str!("migrations/0003_identity.sql"),
    include_str!("migrations/0004_team.sql"),
    include_str!("migrations/0005_tickets.sql"),
    include_str!("migrations/0006_deliveries.sql"),
];

/// Applies the steps that the database lacks, all or none.
pub fn apply(connection: &mut Connection, path: &Path) -> Result<()> {
    let failed = |error: rusqlite::Error| {
        Error::failed(format!("the tables of {} cannot be brought up to date", path.display()))
            .cause(error)
    };
    let version: usize = connection
        .query_row("pragma user_version", [], |row| row.get::<_, i64>(0))
        .map_err(failed)?
        .try_into()
        .unwrap_or(usize::MAX);
    if version > STEPS.len() {
        return Err(Error::failed(format!(
            "the database {} was made by a newer mmd",
            path.display()
        ))
        .hint("install the newer version, or restore a back-up that this one made"));
    }
    if version == STEPS.len() {
        return Ok(());
    }
    let transaction = connection.transaction().map_err(failed)?;
    for step in &STEPS[version..] {
        transaction.execute_batch(step).map_err(failed)?;
    }
    transaction
        .pragma_update(None, "user_version", i64::try_from(STEPS.len()).unwrap_or(i64::MAX))
        .map_err(failed)?;
    transaction.commit().map_err(failed)
}
