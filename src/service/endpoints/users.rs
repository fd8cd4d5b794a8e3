//! Operations 7 and 8: people who use devices.

use axum::{
    Json,
    extract::{Path, State},
};
use rusqlite::Connection;
use uuid::Uuid;

use crate::{
    api::{
        Collection,
        device::{User, UserDevice},
    },
    service::{
        App,
        access::Caller,
        input::ListQuery,
        problem::Problem,
        store::{Outcome, devices, people::fold},
    },
};

fn with_devices(c: &Connection, tenant: Uuid, user: devices::User) -> Outcome<User> {
    let owned = devices::of_user(c, tenant, &fold(&user.upn))?;
    let devices = owned
        .into_iter()
        .map(|device| UserDevice {
            serial_number: device.serial_number,
            name: device.name,
            model: device.facts.model,
            ring: device.ring,
            last_intune_sync_time: device.facts.last_sync,
        })
        .collect();
    Ok(User { name: user.name, upn: user.upn, email: user.email, groups: vec![], devices })
}

/// `GET tenants/T/users`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Collection<User>>, Problem> {
    let query = query.only(false, true)?;
    let (tenant, wanted) = (caller.tenant.id, query.clone());
    let mut value = app
        .store
        .list(move |c| {
            let users =
                devices::users(c, tenant, wanted.search.as_deref(), wanted.skip, wanted.limit())?;
            users.into_iter().map(|user| with_devices(c, tenant, user)).collect::<Outcome<_>>()
        })
        .await?;
    let next_link = query.finish::<User>(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("Users"), value, next_link }))
}

/// `GET tenants/T/users/UPN`: a collection of one, as documented.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((_, upn)): Path<(String, String)>,
) -> Result<Json<Collection<User>>, Problem> {
    let tenant = caller.tenant.id;
    let user = app
        .store
        .read(move |c| {
            let user = devices::user(c, tenant, &upn)?;
            user.map(|user| with_devices(c, tenant, user)).transpose()
        })
        .await?
        .ok_or_else(|| Problem::not_found("This user does not exist."))?;
    Ok(Json(Collection { context: app.context("Users"), value: vec![user], next_link: None }))
}
