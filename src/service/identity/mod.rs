//! Finds out who calls: the ways in, and what each of them proves.
//!
//! `tokens` knows the tokens that this service made; the rest is for those of identity providers:
//! `issuers` holds the providers, `fetch` and `keys` get their keys, `signature` and `jwt` check a
//! token, and `bind` finds the member whose it is.

mod bind;
mod fetch;
pub mod issuers;
mod jwt;
mod keys;
mod provider;
mod signature;
mod tokens;

use axum::http::{HeaderMap, StatusCode, header};

use super::{
    App,
    access::{Call, Caller},
    problem::Problem,
    store::tenants::Tenant,
};
use crate::{
    api::{RESOURCE_METADATA, TENANT, messages},
    secret::Secret,
};

/// The prefix of personal tokens.
pub const TOKEN_PREFIX: &str = "mmd_";

/// In which tenant a caller wants to act.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The tenant's id in the path.
    pub path: Option<String>,
    /// What stands in the header [`TENANT`].
    pub header: Option<String>,
}

impl Wanted {
    /// What a request says.
    pub fn of(headers: &HeaderMap, path: Option<String>) -> Self {
        let header = headers.get(TENANT).and_then(|value| value.to_str().ok());
        Self { path, header: header.map(|text| text.trim().to_owned()) }
    }

    /// Whether `tenant` is meant. The path counts before the header.
    fn means(&self, tenant: &Tenant) -> bool {
        match (&self.path, &self.header) {
            (Some(id), _) => id.parse() == Ok(tenant.id),
            (None, Some(name)) => tenant.is_meant_by(name),
            (None, None) => true,
        }
    }
}

/// What is said of a tenant that is not the caller's, whether there is one or not.
pub fn no_such_tenant() -> Problem {
    Problem::not_found(messages::NO_SUCH_TENANT)
}

/// Finds the caller by the bearer token.
pub async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    wanted: &Wanted,
    call: &Call,
) -> Result<Caller, Problem> {
    let found = identify(app, headers, wanted, call).await;
    found.map_err(|problem| with_metadata(app, problem))
}

async fn identify(
    app: &App,
    headers: &HeaderMap,
    wanted: &Wanted,
    call: &Call,
) -> Result<Caller, Problem> {
    let token = bearer(headers)?;
    let caller = match tokens::of_this_process(app, &token, call).await? {
        Some(caller) => caller,
        None => match jwt::claimed_issuer(token.expose()) {
            Some(issuer) => return provider::caller(app, &token, &issuer, wanted, call).await,
            None => tokens::caller(app, &token, call).await?,
        },
    };
    match wanted.means(&caller.tenant) {
        true => Ok(caller),
        false => Err(no_such_tenant()),
    }
}

/// RFC 9728, 5.1: a challenge says where to learn how to sign in.
pub fn with_metadata(app: &App, mut problem: Problem) -> Problem {
    if let Some(challenge) = &mut problem.challenge {
        let more = if challenge == "Bearer" { " " } else { ", " };
        challenge.push_str(more);
        challenge.push_str(&format!("resource_metadata=\"{}{RESOURCE_METADATA}\"", app.origin));
    }
    problem
}

/// Nobody is signed in: RFC 6750, 3.1 wants no error code then.
pub fn challenge() -> Problem {
    let message = "This operation needs a sign-in.";
    let problem = Problem::new(StatusCode::UNAUTHORIZED, message);
    Problem { challenge: Some("Bearer".into()), ..problem }
}

/// The token is not good.
pub fn invalid_token(message: &str, why: &str) -> Problem {
    let challenge =
        format!("Bearer error=\"invalid_token\", error_description=\"{}\"", quoted(why));
    let problem = Problem::new(StatusCode::UNAUTHORIZED, message);
    Problem { challenge: Some(challenge), ..problem }
}

/// The token is none of ours, or not any more.
pub fn unknown(why: &str) -> Problem {
    invalid_token("The sign-in is not known, or has ended.", why)
}

/// RFC 6750, 3: what an `error_description` may hold.
fn quoted(text: &str) -> String {
    let allowed = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
    text.chars().map(|c| if allowed(c) { c } else { '\'' }).take(300).collect()
}

/// The bearer token of a request: from the header only, never from a query.
pub fn bearer(headers: &HeaderMap) -> Result<Secret, Problem> {
    let value = headers.get(header::AUTHORIZATION).ok_or_else(challenge)?;
    let text = value.to_str().map_err(|_| unknown("malformed"))?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(unknown("malformed"));
    }
    Ok(Secret::new(token.trim().to_owned()))
}
