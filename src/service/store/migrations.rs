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
    include_str!("migrations/0007_removed.sql"),
    include_str!("migrations/0008_claims.sql"),
    include_str!("migrations/0009_held.sql"),
    include_str!("migrations/0010_delivery_queues.sql"),
    include_str!("migrations/0011_tickets_by_category.sql"),
    include_str!("migrations/0012_tickets_waiting.sql"),
    include_str!("migrations/0013_tickets_promised.sql"),
    include_str!("migrations/0014_tickets_chosen_hours.sql"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_tokens_of_an_older_database_are_kept() {
        let mut connection = Connection::open_in_memory().unwrap();
        for step in &STEPS[..2] {
            connection.execute_batch(step).unwrap();
        }
        connection
            .execute_batch(
                "pragma user_version = 2;
                 insert into tenants (id, name, domain, sample, created)
                     values ('t', 'T', 't.example', 0, 1);
                 insert into members (tenant, upn, upn_fold, added_by, added_at)
                     values ('t', 'Ana@c', 'ana@c', 'ada@c', 7);
                 insert into member_roles (tenant, upn_fold, role) values ('t', 'ana@c', 'desk');
                 insert into tokens (hash, tenant, upn_fold, created, expires, last_used)
                     values (x'01', 't', 'ana@c', 1, 2, 1), (x'02', 't', 'ana@c', 1, 2, 1);",
            )
            .unwrap();
        apply(&mut connection, Path::new("t.db")).unwrap();
        let given: (String, i64) = connection
            .query_row("select granted_by, granted_at from member_roles", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(given, ("ada@c".to_owned(), 7));
        let ids: i64 = connection
            .query_row("select count(distinct id) from tokens where length(id) = 16", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(ids, 2, "each token has an id of its own");
        apply(&mut connection, Path::new("t.db")).unwrap();
    }

    #[test]
    fn an_older_ticket_keeps_the_hours_that_somebody_chose() {
        let mut connection = Connection::open_in_memory().unwrap();
        for step in &STEPS[..13] {
            connection.execute_batch(step).unwrap();
        }
        connection
            .execute_batch(
                "pragma user_version = 13;
                 insert into tenants (id, name, domain, sample, created)
                     values ('t', 'T', 't.example', 0, 1);
                 insert into tickets (id, tenant, filed, filer, filer_fold, partner, title,
                     description, type, category, subcategory, severity, hours, state,
                     destination, next_owner, created, queued, due, contact_id, given_name,
                     surname, email, phone, devices)
                 select column1, 't', 1, 'a@c', 'a@c', 0, 'x', 'x', 'Incident', 'x', 'x', column2,
                     column3, 'active', 'operations', 'Microsoft', 1, 1, 1, 'x', 'x', 'x', 'x',
                     'x', '[]'
                 from (values ('1', 2, 'all-day'), ('2', 3, 'all-day'), ('3', 3, 'support-hours'));",
            )
            .unwrap();
        apply(&mut connection, Path::new("t.db")).unwrap();
        let mut statement = connection.prepare("select hours from tickets order by id").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        let rows = rows.collect::<rusqlite::Result<Vec<String>>>().unwrap();
        assert_eq!(rows, ["support-hours", "all-day", "support-hours"]);
    }
}
