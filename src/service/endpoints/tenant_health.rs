//! `GET tenants/T/health`: what an admin should look after, for `mmd doctor`.

use std::collections::BTreeSet;

use axum::{Json, extract::State};

use crate::{
    api::health::{
        AGENTS_STOPPED, AUDIT_SINK, DEAD_LETTERS, ESCALATION_TEAM, Health, SEALING_KEY,
        SINK_TENANT, STUCK_NOTICES, UNKNOWN_TENANT, Warning,
    },
    domain::delivery::is_stuck,
    service::{
        App,
        access::Caller,
        outbox,
        problem::Problem,
        store::{
            deliveries::{self, Pending},
            devices, people, tenants,
        },
    },
};

/// Collects the warnings; each is found where its fact is known.
pub async fn show(State(app): State<App>, caller: Caller) -> Result<Json<Health>, Problem> {
    let tenant = caller.tenant.id;
    let failing =
        app.outbox.followers().iter().filter(|f| f.follows(tenant) && f.is_failing(tenant));
    let failing: Vec<_> = failing.cloned().collect();
    let look = move |c: &rusqlite::Connection| {
        let mut behind = Vec::new();
        for follower in failing {
            behind.push((follower.name.clone(), follower.behind(c, tenant)?));
        }
        let stopped = devices::stopped(c, tenant)?;
        let dead = deliveries::dead(c, tenant)?;
        let pending = deliveries::pending(c, tenant)?;
        let desk = people::desk(c, tenant)?;
        Ok((stopped, dead, pending, desk, behind, tenants::all(c)?))
    };
    let (stopped, dead, pending, desk, behind, tenants) = app.store.read(look).await?;
    let warnings = [
        sealing_key(&app),
        agents_stopped(stopped),
        dead_letters(dead),
        desk.warning().map(escalation_team),
    ];
    let now = app.clock.now();
    let pending = pending.into_iter().filter(|p| is_stuck(p.since, p.attempts, now)).map(stuck);
    let behind = behind.into_iter().map(|(sink, events)| audit_sink(&sink, events));
    let unknown = app.issuers.unknown_tenants(&tenants);
    let issuers: BTreeSet<_> = unknown.iter().map(|(issuer, _)| issuer.as_str()).collect();
    let unknown = issuers.into_iter().map(unknown_tenant);
    let for_nobody = outbox::unknown_tenants(&app.settings, &tenants);
    let for_nobody = for_nobody.into_iter().map(|(sink, _)| sink_tenant(&sink));
    let warnings = warnings.into_iter().flatten().chain(pending).chain(behind);
    let warnings = warnings.chain(unknown).chain(for_nobody);
    Ok(Json(Health { warnings: warnings.collect() }))
}

/// Its people cannot come in. The name is not told: it may be meant for another customer's tenant.
fn unknown_tenant(issuer: &str) -> Warning {
    Warning {
        code: UNKNOWN_TENANT.to_owned(),
        message: format!("The issuer `{issuer}` is set up for a tenant that does not exist."),
        hint: "The service's log names it at the start, and `mmd serve tenant list` shows those \
               that there are: mend the name in `[[sign_in.issuer]]`."
            .to_owned(),
    }
}

/// Nothing goes to it, and if it is mandatory nothing waits for it. The tenant is not told: it may
/// be meant for another customer's.
fn sink_tenant(sink: &str) -> Warning {
    Warning {
        code: SINK_TENANT.to_owned(),
        message: format!("The {sink} is for a tenant that does not exist, and is sent nothing."),
        hint: "The service's log names the tenant at the start, and `mmd serve tenant list` shows \
               those that there are: mend `tenant` in the configuration."
            .to_owned(),
    }
}

/// They reach nobody unless they are sent again.
fn dead_letters(number: u64) -> Option<Warning> {
    (number > 0).then(|| Warning {
        code: DEAD_LETTERS.to_owned(),
        message: format!("Notices that were given up and reached nobody: {number}."),
        hint: "`mmd doctor deliveries list` shows each with its reason, and `mmd doctor \
               deliveries retry ID` sends one again."
            .to_owned(),
    })
}

/// Whoever is to be told does not know yet, and may have to act now.
fn stuck(pending: Pending) -> Warning {
    let Pending { sink, count, since, error, .. } = pending;
    let why = error.map(|error| format!("; the last attempt: {error}")).unwrap_or_default();
    Warning {
        code: STUCK_NOTICES.to_owned(),
        message: format!(
            "Notices that the sink `{sink}` has not delivered, and tries again: {count}, the \
             oldest since {since:.0}{why}."
        ),
        hint: format!(
            "`mmd doctor deliveries list --state pending --sink {sink}` shows whom they are for: \
             call where it is urgent."
        ),
    }
}

/// Whoever watches the trail there does not see what happens here.
fn audit_sink(sink: &str, events: u64) -> Warning {
    Warning {
        code: AUDIT_SINK.to_owned(),
        message: format!("The audit sink `{sink}` takes no events now; it lacks {events}."),
        hint: "The service's log says why; it is tried again until it takes them.".to_owned(),
    }
}

fn escalation_team(message: String) -> Warning {
    Warning {
        code: ESCALATION_TEAM.to_owned(),
        message,
        hint: "`mmd team list` shows who holds which role.".to_owned(),
    }
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
