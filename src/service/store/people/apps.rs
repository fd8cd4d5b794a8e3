//! Programs and their secrets.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::super::{Outcome, id, micros, time};
use crate::{
    api::team::{Program, Role},
    domain::team::Networks,
};

/// A program.
#[derive(Debug, Clone)]
pub struct App {
    /// Its client id.
    pub client_id: String,
    /// The tenant.
    pub tenant: Uuid,
    /// Its name.
    pub name: String,
    /// What it may; empty means everything where there are no roles either.
    pub may: Vec<String>,
    /// The roles that it holds.
    pub roles: Vec<Role>,
    /// Where it may call from.
    pub networks: Networks,
    /// SHA-256 of its secret.
    pub secret: Vec<u8>,
    /// When its secret ends.
    pub expires: Option<Timestamp>,
    /// True once somebody has signed in by the secret.
    pub secret_used: bool,
    /// While the secret is rotated: SHA-256 of the old one, and when it ends.
    pub old_secret: Option<(Vec<u8>, Timestamp)>,
}

impl App {
    /// The old secret, where it is still good.
    pub fn live_old_secret(&self, now: Timestamp) -> Option<&(Vec<u8>, Timestamp)> {
        self.old_secret.as_ref().filter(|(_, until)| *until > now)
    }

    /// When its last secret ends.
    pub fn ends(&self) -> Option<Timestamp> {
        let old = self.old_secret.as_ref().map(|(_, until)| *until);
        self.expires.map(|expires| old.map_or(expires, |old| old.max(expires)))
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn roles(text: &str) -> Vec<Role> {
    text.split(',').filter_map(|word| word.parse().ok()).collect()
}

fn joined(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(",")
}

/// Adds a program. Returns false where the name is taken.
pub fn insert_app(c: &Connection, app: &App, added_by: &str, now: Timestamp) -> Outcome<bool> {
    let added = c.execute(
        "insert into apps (client_id, tenant, name, may, secret, expires, added_by, added_at,
             roles, networks)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (tenant, name) do nothing",
        params![
            app.client_id,
            app.tenant.to_string(),
            app.name,
            app.may.join(","),
            app.secret,
            app.expires.map(micros),
            added_by,
            micros(now),
            joined(&app.roles),
            app.networks.texts().join(","),
        ],
    )?;
    Ok(added == 1)
}

const APP: &str = "select client_id, tenant, name, may, secret, expires, roles, networks,
    secret_used, old_secret, old_expires from apps";

fn app(row: &Row<'_>) -> rusqlite::Result<App> {
    let (old, old_expires): (Option<Vec<u8>>, Option<i64>) = (row.get(9)?, row.get(10)?);
    let networks: String = row.get(7)?;
    let networks = Networks::parse(&words(&networks)).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(7, rusqlite::types::Type::Text, error.into())
    })?;
    Ok(App {
        client_id: row.get(0)?,
        tenant: id(&row.get::<_, String>(1)?),
        name: row.get(2)?,
        may: words(&row.get::<_, String>(3)?),
        roles: roles(&row.get::<_, String>(6)?),
        networks,
        secret: row.get(4)?,
        expires: row.get::<_, Option<i64>>(5)?.map(time),
        secret_used: row.get(8)?,
        old_secret: old.zip(old_expires.map(time)),
    })
}

/// The program with this client id.
pub fn find_app(c: &Connection, client_id: &str) -> Outcome<Option<App>> {
    Ok(c.prepare_cached(&format!("{APP} where client_id = $1"))?
        .query_row([client_id], app)
        .optional()?)
}

/// The program of this name.
pub fn find_app_by_name(c: &Connection, tenant: Uuid, name: &str) -> Outcome<Option<App>> {
    Ok(c.prepare_cached(&format!("{APP} where tenant = $1 and name = $2"))?
        .query_row(params![tenant.to_string(), name], app)
        .optional()?)
}

/// Programs by name.
pub fn list_apps(
    c: &Connection,
    tenant: Uuid,
    now: Timestamp,
    skip: u32,
    top: u32,
) -> Outcome<Vec<Program>> {
    let mut statement = c.prepare_cached(
        "select name, client_id, may, roles, networks, expires, old_expires, added_by, added_at,
             last_used from apps
         where tenant = $1 order by name limit $2 offset $3",
    )?;
    let rows = statement.query_map(params![tenant.to_string(), top, skip], |row| {
        let old: Option<i64> = row.get(6)?;
        Ok(Program {
            name: row.get(0)?,
            client_id: row.get(1)?,
            may: words(&row.get::<_, String>(2)?),
            roles: roles(&row.get::<_, String>(3)?),
            from: words(&row.get::<_, String>(4)?),
            expires: row.get::<_, Option<i64>>(5)?.map(time),
            old_secret_until: old.map(time).filter(|until| *until > now),
            added_by: row.get(7)?,
            added_at: time(row.get(8)?),
            last_used: row.get::<_, Option<i64>>(9)?.map(time),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a program's secrets.
pub fn set_secrets(c: &Connection, app: &App) -> Outcome<()> {
    let (old, until) = app.old_secret.clone().unzip();
    c.execute(
        "update apps set secret = $1, expires = $2, secret_used = $3, old_secret = $4,
             old_expires = $5 where client_id = $6",
        params![
            app.secret,
            app.expires.map(micros),
            app.secret_used,
            old,
            until.map(micros),
            app.client_id
        ],
    )?;
    Ok(())
}

/// Writes down that a program has signed in by `secret`, for the token with this hash.
pub fn signed_in(
    c: &Connection,
    app: &App,
    secret: &[u8],
    token: &[u8],
    now: Timestamp,
) -> Outcome<()> {
    let current = secret == app.secret;
    c.execute(
        "update apps set last_used = $1, secret_used = $2 where client_id = $3",
        params![micros(now), current || app.secret_used, app.client_id],
    )?;
    c.execute("update tokens set app_secret = $1 where hash = $2", params![secret, token])?;
    Ok(())
}

/// Lets the tokens that `secret` has obtained end no later than at `until`.
pub fn bound_tokens_of_secret(
    c: &Connection,
    app: &App,
    secret: &[u8],
    until: Timestamp,
) -> Outcome<()> {
    c.execute(
        "update tokens set expires = min(expires, $1) where client_id = $2 and app_secret = $3",
        params![micros(until), app.client_id, secret],
    )?;
    Ok(())
}

/// Ends the tokens that `secret` has obtained. Returns how many were still good.
pub fn end_tokens_of_secret(
    c: &Connection,
    app: &App,
    secret: &[u8],
    now: Timestamp,
) -> Outcome<usize> {
    let live = c.execute(
        "delete from tokens where client_id = $1 and app_secret = $2 and expires > $3",
        params![app.client_id, secret, micros(now)],
    )?;
    c.execute(
        "delete from tokens where client_id = $1 and app_secret = $2",
        params![app.client_id, secret],
    )?;
    Ok(live)
}

/// Removes a program with its tokens. Returns how many stopped.
pub fn remove_app(c: &Connection, app: &App) -> Outcome<usize> {
    let tokens = c.execute("delete from tokens where client_id = $1", [&app.client_id])?;
    c.execute("delete from apps where client_id = $1", [&app.client_id])?;
    Ok(tokens)
}
