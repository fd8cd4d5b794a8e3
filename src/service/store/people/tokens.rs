//! Tokens, kept by their hash.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{
    super::{Outcome, id, micros, time},
    fold,
};
use crate::{
    api::team::TokenInfo,
    domain::{audit::hex, password::random_bytes},
};

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
    /// The address that it was made for, where known.
    pub from: Option<String>,
}

/// Keeps a token by its hash.
pub fn put_token(c: &Connection, hash: &[u8], token: &Token) -> Outcome<()> {
    let (upn_fold, client_id) = match &token.holder {
        Holder::Person(upn) => (Some(upn), None),
        Holder::App(client) => (None, Some(client)),
    };
    c.execute(
        "insert into tokens (hash, tenant, upn_fold, client_id, created, expires, last_used, id,
             source)
         values ($1, $2, $3, $4, $5, $6, $5, $7, $8)",
        params![
            hash,
            token.tenant.to_string(),
            upn_fold,
            client_id,
            micros(token.last_used),
            micros(token.expires),
            hex(&random_bytes::<8>()),
            token.from,
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
        "select tenant, upn_fold, client_id, expires, last_used, source from tokens where hash = $1",
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
            from: row.get(5)?,
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

/// The tokens of a tenant, or of one holder (a UPN, or `app:NAME`), by holder and then the newest
/// first.
pub fn list_tokens(
    c: &Connection,
    tenant: Uuid,
    holder: Option<&str>,
    now: Timestamp,
    skip: u32,
    top: u32,
) -> Outcome<Vec<TokenInfo>> {
    let mut statement = c.prepare_cached(
        "select t.id, coalesce(m.upn, 'app:' || a.name) as holder, t.created, t.last_used,
             t.expires, t.source
         from tokens t
         left join members m on m.tenant = t.tenant and m.upn_fold = t.upn_fold
         left join apps a on a.client_id = t.client_id
         where t.tenant = $1 and t.expires > $2
           and ($3 is null or t.upn_fold = $3 or t.upn_fold is null and 'app:' || a.name = $4)
         order by coalesce(t.upn_fold, 'app:' || a.name), t.created desc, t.id
         limit $5 offset $6",
    )?;
    let rows = statement.query_map(
        params![tenant.to_string(), micros(now), holder.map(fold), holder, top, skip],
        |row| {
            Ok(TokenInfo {
                id: row.get(0)?,
                holder: row.get(1)?,
                created: time(row.get(2)?),
                last_used: time(row.get(3)?),
                expires: time(row.get(4)?),
                from: row.get(5)?,
            })
        },
    )?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whose the token with this id is, as a UPN or `app:NAME`.
pub fn token_holder(c: &Connection, tenant: Uuid, token: &str) -> Outcome<Option<String>> {
    Ok(c.prepare_cached(
        "select coalesce(m.upn, 'app:' || a.name) from tokens t
         left join members m on m.tenant = t.tenant and m.upn_fold = t.upn_fold
         left join apps a on a.client_id = t.client_id
         where t.tenant = $1 and t.id = $2",
    )?
    .query_row(params![tenant.to_string(), token], |row| row.get(0))
    .optional()?)
}

/// Ends the token with this id.
pub fn revoke_by_id(c: &Connection, tenant: Uuid, token: &str) -> Outcome<()> {
    c.prepare_cached("delete from tokens where tenant = $1 and id = $2")?
        .execute(params![tenant.to_string(), token])?;
    Ok(())
}

/// Whether a token or a code of ours lets the member in.
pub fn is_let_in(c: &Connection, tenant: Uuid, upn: &str) -> Outcome<bool> {
    Ok(c.prepare_cached(
        "select exists (select 1 from tokens where tenant = $1 and upn_fold = $2)
             or exists (select 1 from invites where tenant = $1 and upn_fold = $2)",
    )?
    .query_row(params![tenant.to_string(), fold(upn)], |row| row.get(0))?)
}

/// Ends the member's tokens, and the codes that would bring new ones.
pub fn shut_out(c: &Connection, tenant: Uuid, upn: &str) -> Outcome<()> {
    let (tenant, upn) = (tenant.to_string(), fold(upn));
    c.prepare_cached("delete from tokens where tenant = $1 and upn_fold = $2")?
        .execute(params![tenant, upn])?;
    c.prepare_cached("delete from invites where tenant = $1 and upn_fold = $2")?
        .execute(params![tenant, upn])?;
    Ok(())
}

/// How many tokens each member has, by folded UPN.
pub fn tokens_by_member(
    c: &Connection,
    tenant: Uuid,
) -> Outcome<std::collections::HashMap<String, u32>> {
    let mut statement = c.prepare_cached(
        "select upn_fold, count(*) from tokens
         where tenant = $1 and upn_fold is not null group by upn_fold",
    )?;
    let rows = statement.query_map([tenant.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
