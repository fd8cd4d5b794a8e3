//! Who the caller is, and the end of their own token.

use axum::{Json, extract::State, http::StatusCode};

use super::elevation_requests::annotated;
use crate::{
    api::session::Me,
    service::{
        App,
        access::{Access, Caller},
        problem::Problem,
        store::{Outcome, audit::Record, devices, people, requests},
    },
};

/// `GET me`
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Json<Me>, Problem> {
    let now = app.clock.now();
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
                rotations_owed,
            })
        })
        .await?;
    Ok(Json(me))
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
