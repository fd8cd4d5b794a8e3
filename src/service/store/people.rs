//! Members, programs, and what lets them in: invites and tokens.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Outcome, id, micros, time};
use crate::api::team::{Member, Role};

/// What look-ups compare.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    let roles: Option<String> = row.get(7)?;
    let mut roles: Vec<Role> =
        roles.unwrap_or_default().split(',').filter_map(|word| word.parse().ok()).collect();
    roles.sort_unstable();
    Ok(Member {
        upn: row.get(0)?,
        display_name: row.get(1)?,
        roles,
        until: row.get::<_, Option<i64>>(6)?.map(time),
        partner: false,
        bound: row.get(2)?,
        added_by: row.get(3)?,
        added_at: time(row.get(4)?),
        last_sign_in: row.get::<_, Option<i64>>(5)?.map(time),
    })
}

const MEMBER: &str = "select m.upn, m.display_name, m.bound, m.added_by, m.added_at,
    m.last_sign_in, m.until,
    (select group_concat(r.role) from member_roles r
     where r.tenant = m.tenant and r.upn_fold = m.upn_fold)
    from members m";

/// All members by name.
pub fn members(c: &Connection, tenant: Uuid) -> Outcome<Vec<Member>> {
    let mut statement =
        c.prepare_cached(&format!("{MEMBER} where m.tenant = $1 order by m.upn_fold"))?;
    Ok(statement.query_map([tenant.to_string()], member)?.collect::<rusqlite::Result<_>>()?)
}

/// One member.
pub fn find_member(c: &Connection, tenant: Uuid, upn: &str) -> Outcome<Option<Member>> {
    Ok(c.prepare_cached(&format!("{MEMBER} where m.tenant = $1 and m.upn_fold = $2"))?
        .query_row(params![tenant.to_string(), fold(upn)], member)
        .optional()?)
}

/// Adds a member without roles.
pub fn insert_member(
    c: &Connection,
    tenant: Uuid,
    upn: &str,
    added_by: &str,
    now: Timestamp,
) -> Outcome<()> {
    c.execute(
        "insert into members (tenant, upn, upn_fold, added_by, added_at)
         values ($1, $2, $3, $4, $5)",
        params![tenant.to_string(), upn, fold(upn), added_by, micros(now)],
    )?;
    Ok(())
}

/// Gives a role. Returns whether it is new.
pub fn grant(c: &Connection, tenant: Uuid, upn: &str, role: Role) -> Outcome<bool> {
    let added = c.execute(
        "insert into member_roles (tenant, upn_fold, role) values ($1, $2, $3)
         on conflict do nothing",
        params![tenant.to_string(), fold(upn), role.as_str()],
    )?;
    Ok(added == 1)
}

/// Removes a member with roles, invites and tokens. Returns how many tokens stopped.
pub fn remove_member(c: &Connection, tenant: Uuid, upn: &str) -> Outcome<usize> {
    let key = params![tenant.to_string(), fold(upn)];
    let tokens = c.execute("delete from tokens where tenant = $1 and upn_fold = $2", key)?;
    let key = params![tenant.to_string(), fold(upn)];
    c.execute("delete from members where tenant = $1 and upn_fold = $2", key)?;
    Ok(tokens)
}

/// How many members hold `role`.
pub fn holders(c: &Connection, tenant: Uuid, role: Role) -> Outcome<Vec<String>> {
    let mut statement = c.prepare_cached(
        "select m.upn from members m join member_roles r
             on r.tenant = m.tenant and r.upn_fold = m.upn_fold
         where m.tenant = $1 and r.role = $2 order by m.upn_fold",
    )?;
    let rows = statement.query_map(params![tenant.to_string(), role.as_str()], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

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
}

/// Keeps an invite; earlier ones of the same member end.
pub fn put_invite(c: &Connection, public: &str, invite: &Invite) -> Outcome<()> {
    let tenant = invite.tenant.to_string();
    c.execute(
        "delete from invites where tenant = $1 and upn_fold = $2",
        params![tenant, invite.upn_fold],
    )?;
    c.execute(
        "insert into invites (id, tenant, upn_fold, secret, expires) values ($1, $2, $3, $4, $5)",
        params![public, tenant, invite.upn_fold, invite.secret, micros(invite.expires)],
    )?;
    Ok(())
}

/// The invite with this public half.
pub fn find_invite(c: &Connection, public: &str) -> Outcome<Option<Invite>> {
    Ok(c.query_row(
        "select tenant, upn_fold, secret, expires, wrong, used_at, token_hash
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

/// Whose token it is.
#[derive(Debug, Clone)]
pub enum Holder {
    /// A member, by folded UPN.
    Person(String),
    /// A program, by client id.
    App(String),
}

/// A token as it is kept.
#[derive(Debug, Clone)]
pub struct Token {
    /// The tenant.
    pub tenant: Uuid,
    /// Whose it is.
    pub holder: Holder,
    /// When it ends.
    pub expires: Timestamp,
    /// When it was last used, as far as was written down.
    pub last_used: Timestamp,
}

/// Keeps a token by its hash.
pub fn put_token(c: &Connection, hash: &[u8], token: &Token) -> Outcome<()> {
    let (upn_fold, client_id) = match &token.holder {
        Holder::Person(upn) => (Some(upn), None),
        Holder::App(client) => (None, Some(client)),
    };
    c.execute(
        "insert into tokens (hash, tenant, upn_fold, client_id, created, expires, last_used)
         values ($1, $2, $3, $4, $5, $6, $5)",
        params![
            hash,
            token.tenant.to_string(),
            upn_fold,
            client_id,
            micros(token.last_used),
            micros(token.expires),
        ],
    )?;
    if let Some(upn_fold) = upn_fold {
        c.execute(
            "update members set bound = 1, last_sign_in = $1 where tenant = $2 and upn_fold = $3",
            params![micros(token.last_used), token.tenant.to_string(), upn_fold],
        )?;
    }
    Ok(())
}

/// The token with this hash.
pub fn find_token(c: &Connection, hash: &[u8]) -> Outcome<Option<Token>> {
    Ok(c.prepare_cached(
        "select tenant, upn_fold, client_id, expires, last_used from tokens where hash = $1",
    )?
    .query_row([hash], |row| {
        let upn: Option<String> = row.get(1)?;
        let client: Option<String> = row.get(2)?;
        Ok(Token {
            tenant: id(&row.get::<_, String>(0)?),
            holder: match (upn, client) {
                (Some(upn), _) => Holder::Person(upn),
                (None, client) => Holder::App(client.unwrap_or_default()),
            },
            expires: time(row.get(3)?),
            last_used: time(row.get(4)?),
        })
    })
    .optional()?)
}

/// Writes down that a token was used.
pub fn touch_token(c: &Connection, hash: &[u8], now: Timestamp) -> Outcome<()> {
    c.execute("update tokens set last_used = $1 where hash = $2", params![micros(now), hash])?;
    Ok(())
}

/// Ends a token. Returns whether there was one.
pub fn revoke_token(c: &Connection, hash: &[u8]) -> Outcome<bool> {
    Ok(c.execute("delete from tokens where hash = $1", [hash])? == 1)
}

/// Forgets tokens and invites that have ended.
pub fn sweep(c: &Connection, now: Timestamp) -> Outcome<()> {
    c.execute("delete from tokens where expires <= $1", [micros(now)])?;
    // A used invite answers its own repeat for ten minutes; a day is more than enough.
    let yesterday = micros(now) - 86_400_000_000;
    c.execute("delete from invites where expires <= $1", [yesterday])?;
    Ok(())
}

/// A program.
#[derive(Debug, Clone)]
pub struct App {
    /// Its client id.
    pub client_id: String,
    /// The tenant.
    pub tenant: Uuid,
    /// Its name.
    pub name: String,
    /// What it may; empty means everything.
    pub may: Vec<String>,
    /// SHA-256 of its secret.
    pub secret: Vec<u8>,
    /// When its secret ends.
    pub expires: Option<Timestamp>,
}

/// Adds a program. Returns false where the name is taken.
pub fn insert_app(c: &Connection, app: &App, added_by: &str, now: Timestamp) -> Outcome<bool> {
    let added = c.execute(
        "insert into apps (client_id, tenant, name, may, secret, expires, added_by, added_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (tenant, name) do nothing",
        params![
            app.client_id,
            app.tenant.to_string(),
            app.name,
            app.may.join(","),
            app.secret,
            app.expires.map(micros),
            added_by,
            micros(now),
        ],
    )?;
    Ok(added == 1)
}

/// The program with this client id.
pub fn find_app(c: &Connection, client_id: &str) -> Outcome<Option<App>> {
    Ok(c.prepare_cached(
        "select client_id, tenant, name, may, secret, expires from apps where client_id = $1",
    )?
    .query_row([client_id], |row| {
        let may: String = row.get(3)?;
        Ok(App {
            client_id: row.get(0)?,
            tenant: id(&row.get::<_, String>(1)?),
            name: row.get(2)?,
            may: may.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            secret: row.get(4)?,
            expires: row.get::<_, Option<i64>>(5)?.map(time),
        })
    })
    .optional()?)
}
