//! Tokens that this service made: of people who came by an invite, and of programs.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::unknown;
use crate::{
    api::{messages, team::Role},
    secret::Secret,
    service::{
        App, Service,
        access::{Call, Caller, Who},
        code::digest,
        problem::{Problem, RefusedBecause},
        refusals,
        store::{
            Outcome,
            people::{self, Holder},
            tenants,
        },
    },
};

/// The operator of a process that embeds the service.
pub async fn of_this_process(
    app: &App,
    token: &Secret,
    call: &Call,
) -> Result<Option<Caller>, Problem> {
    let session = app.embedded.as_ref().filter(|session| session.token.matches(token.expose()));
    let Some(session) = session else { return Ok(None) };
    let tenant = app.store.read(tenants::all).await?.into_iter().next();
    Ok(Some(Caller {
        tenant: Arc::new(tenant.ok_or_else(Problem::internal)?),
        who: Who::Person {
            upn: session.upn.clone(),
            roles: vec![Role::Support, Role::Admin, Role::Auditor],
        },
        expires: None,
        token_hash: None,
        provider: None,
        by: call.by(&session.upn),
    }))
}

/// Whose token it is.
pub async fn caller(app: &App, token: &Secret, call: &Call) -> Result<Caller, Problem> {
    let hash = digest(token.expose().as_bytes());
    let now = app.clock.now();
    let unused = app.settings.sign_in.token_unused;
    let (lookup, from) = (hash.clone(), call.from.clone());
    let (ended, found) = app
        .store
        .read(move |c| {
            let Some(token) = people::find_token(c, &lookup)? else { return Ok((false, None)) };
            if token.expires <= now || now.duration_since(token.last_used) >= unused {
                return Ok((true, None));
            }
            let Some(tenant) = tenants::get(c, token.tenant)? else { return Ok((false, None)) };
            let mut elsewhere = false;
            let who = match &token.holder {
                Holder::Person(upn) => people::find_member(c, token.tenant, upn)?
                    .filter(|member| member.until.is_none_or(|until| until > now))
                    .map(|member| Who::Person { upn: member.upn, roles: member.roles }),
                Holder::App(client) => people::find_app(c, client)?
                    .filter(|app| app.ends().is_none_or(|ends| ends > now))
                    .map(|app| {
                        elsewhere = !app.networks.admit(from.as_deref());
                        Who::App { name: app.name, may: app.may, roles: app.roles }
                    }),
            };
            Ok((false, who.map(|who| (token, tenant, who, elsewhere))))
        })
        .await?;
    if ended {
        // Stored once seen, so that a clock that goes back makes nothing valid again.
        let hash = hash.clone();
        app.store.write(move |c| people::revoke_token(c, &hash)).await?;
    }
    let Some((token, tenant, who, elsewhere)) = found else {
        return Err(unknown("unknown or ended"));
    };
    let name = match &who {
        Who::Person { upn, .. } => upn.clone(),
        Who::App { name, .. } => format!("app:{name}"),
    };
    if elsewhere {
        let refused = RefusedBecause::new("access.refused");
        let refused = refused.detail(serde_json::json!({ "needs": "network" }));
        refusals::record(app, &call.by(name), tenant.id, refused).await?;
        return Err(Problem::forbidden(messages::ELSEWHERE));
    }
    touch(app, &hash, token.last_used, unused, now).await?;
    Ok(Caller {
        tenant: Arc::new(tenant),
        who,
        expires: Some(token.expires),
        token_hash: Some(hash),
        provider: None,
        by: call.by(name),
    })
}

/// Writes down that a token is in use, so often that it does not end as `unused` meanwhile: once an
/// hour is enough for a limit that is counted in days.
async fn touch(
    app: &Service,
    hash: &[u8],
    last_used: Timestamp,
    unused: SignedDuration,
    now: Timestamp,
) -> Outcome<()> {
    if now.duration_since(last_used) < SignedDuration::from_hours(1).min(unused / 8) {
        return Ok(());
    }
    let hash = hash.to_owned();
    app.store.write(move |c| people::touch_token(c, &hash, now)).await
}
