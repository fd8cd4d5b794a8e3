//! Who the caller is, and the end of their own token.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use rusqlite::Connection;

use super::elevation_requests::annotated;
use crate::{
    api::session::{Me, TenantName},
    service::{
        App,
        access::{Access, Caller},
        problem::Problem,
        store::{
            Outcome,
            audit::Record,
            devices, identities, people, requests,
            tenants::{self, Tenant},
        },
    },
};

/// `GET me`
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Json<Me>, Problem> {
    let now = app.clock.now();
    let fresh = app.settings.sign_in.fresh;
    let me = app
        .store
        .read(move |c| {
            let tenant = &caller.tenant;
            let open = requests::open_of(c, tenant.id, caller.name())?;
            let open_requests =
                open.into_iter().map(|r| annotated(c, r, &caller, now)).collect::<Outcome<_>>()?;
            let rotations_owed = match caller.may(Access::Rotate) {
                true => devices::owed(c, tenant.id)?.0,
                false => 0,
            };
            Ok(Me {
                user: caller.name().to_owned(),
                tenant_id: tenant.id,
                tenant_name: tenant.name.clone(),
                roles: caller.roles().to_vec(),
                token_expires: caller.expires,
                open_requests,
                sample: tenant.sample,
                issuer: caller.provider.as_ref().map(|provider| provider.issuer.clone()),
                fresh_until: caller.provider.as_ref().map(|provider| provider.signed_in + fresh),
                tenants: tenants_of(c, &caller, now)?,
                rotations_owed,
            })
        })
        .await?;
    Ok(Json(me))
}

/// Where the same account of a provider is a member.
fn tenants_of(c: &Connection, caller: &Caller, now: Timestamp) -> Outcome<Vec<TenantName>> {
    let named = |tenant: &Tenant| TenantName {
        id: tenant.id,
        name: tenant.name.clone(),
        domain: tenant.domain.clone(),
    };
    let Some(provider) = &caller.provider else { return Ok(vec![named(&caller.tenant)]) };
    let mut tenants = Vec::new();
    for identity in identities::of_subject(c, &provider.issuer, &provider.subject)? {
        let member = people::find_member(c, identity.tenant, &identity.upn_fold)?;
        let there = member.is_some_and(|member| member.until.is_none_or(|until| until > now));
        if there && let Some(tenant) = tenants::get(c, identity.tenant)? {
            tenants.push(named(&tenant));
        }
    }
    tenants.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
    Ok(tenants)
}

/// `DELETE me/token`
pub async fn revoke(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    let now = app.clock.now();
    app.store
        .write(move |c| {
            if let Some(hash) = &caller.token_hash {
                people::revoke_token(c, hash)?;
                Record::new(&caller.by, "token.revoked").append(c, caller.tenant.id, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
