//! `GET tenants/T/health`: what an admin should look after, for `mmd doctor`.

use axum::{Json, extract::State};

use crate::{
    api::health::{AGENTS_STOPPED, Health, SEALING_KEY, Warning},
    service::{App, access::Caller, problem::Problem, store::devices},
};

/// Collects the warnings; each is found where its fact is known.
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Json<Health>, Problem> {
    let tenant = caller.tenant.id;
    let stopped = app.store.read(move |c| devices::stopped(c, tenant)).await?;
    let warnings = [sealing_key(&app), agents_stopped(stopped)];
    Ok(Json(Health { warnings: warnings.into_iter().flatten().collect() }))
}

/// A copy of the data directory then holds the passwords and what opens them.
fn sealing_key(app: &App) -> Option<Warning> {
    app.key_lies_beside_the_data().then(|| Warning {
        code: SEALING_KEY.to_owned(),
        message: "The key that seals passwords lies beside the database.".to_owned(),
        hint: "Keep it on another volume, and name it in `MMD_MASTER_KEY_FILE`.".to_owned(),
    })
}

/// Their passwords are not changed any more, whoever has seen them.
fn agents_stopped(number: u32) -> Option<Warning> {
    (number > 0).then(|| Warning {
        code: AGENTS_STOPPED.to_owned(),
        message: format!("Agents that make no new passwords, after too many failed: {number}."),
        hint: "`mmd device list --rotation failed` shows where.".to_owned(),
    })
}
