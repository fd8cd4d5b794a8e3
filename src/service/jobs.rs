//! What time brings: requests run out, unanswered tickets close, passwords age, heads are signed,
//! what is held for too long is let go, old rows go.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{
    App, attachments,
    endpoints::{
        elevation_ends::end_what_ran_out, team::ends::end_memberships,
        ticket_work::close_unanswered,
    },
    refusals,
    store::{Outcome, audit, deliveries, idempotency, ledgers, people, requests, tenants},
};
use crate::domain::{audit::sign_head, elevation::RETENTION};

/// How often the clock is looked at. Every path that gives access looks by itself as well.
const TICK: Duration = Duration::from_secs(1);

/// How often what is old is swept, in ticks.
const SWEEP_EVERY: u64 = 3600;

/// A head is signed when this many events have come since the last one.
const HEAD_EVENTS: u64 = 1_000;

/// A head is signed when the last one is this old and anything has come since.
const HEAD_AGE: SignedDuration = SignedDuration::from_hours(1);

/// Runs until the service stops.
pub async fn run(app: App) {
    let mut stopping = app.stopping.subscribe();
    for tick in 0_u64.. {
        if let Err(problem) = settle(&app).await {
            tracing::error!(message = problem.message, "a job failed");
        }
        if tick % SWEEP_EVERY == 0
            && let Err(problem) = sweep(&app).await
        {
            tracing::error!(message = problem.message, "old rows were not swept");
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

/// Stores what has passed: ends requests and memberships that ran out, closes tickets whose filer
/// does not answer, notes passwords that have aged, and lets notices go that nobody decides about.
pub async fn settle(app: &App) -> Outcome<()> {
    let now = app.clock.now();
    end_what_ran_out(app, now).await?;
    end_memberships(app, now).await?;
    close_unanswered(app, now).await?;
    refusals::settle(app, now).await?;
    if app.store.read(move |c| deliveries::is_held_too_long(c, now)).await? {
        let woken = app.clone();
        let release = move |c: &rusqlite::Connection| deliveries::release_held_too_long(c, now);
        let wake = move |_: &()| woken.store.changes().wake_deliveries();
        app.store.write_then(release, wake).await?;
    }
    let aged_before = now - app.settings.rotation.interval;
    let due = app
        .store
        .read(move |c| Ok(!ledgers::aged(c, aged_before)?.is_empty() || head_is_due(c, now)?))
        .await?;
    if !due {
        return Ok(());
    }
    let interval = app.settings.rotation.interval;
    let service = app.clone();
    let changed = app
        .store
        .write(move |c| {
            let mut changed = Vec::new();
            for device in ledgers::aged(c, aged_before)? {
                let mut stored = ledgers::load(c, device)?;
                if stored.ledger.note_age(now, interval) {
                    ledgers::save(c, device, &mut stored, None, now)?;
                    changed.push(device);
                }
            }
            for tenant in tenants::all(c)? {
                let (seq, hash) = audit::tip(c, tenant.id)?;
                if tenant_head_is_due(c, tenant.id, seq, now)? {
                    let quiet = audit::quiet_rotations(c, tenant.id)?;
                    let head = sign_head(&service.head_key, tenant.id, seq, hash, now, quiet);
                    audit::keep_head(c, &head)?;
                }
            }
            Ok(changed)
        })
        .await?;
    for device in changed {
        app.wake(device);
    }
    Ok(())
}

fn head_is_due(c: &rusqlite::Connection, now: Timestamp) -> Outcome<bool> {
    for tenant in tenants::all(c)? {
        let (seq, _) = audit::tip(c, tenant.id)?;
        if tenant_head_is_due(c, tenant.id, seq, now)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn tenant_head_is_due(
    c: &rusqlite::Connection,
    tenant: uuid::Uuid,
    seq: u64,
    now: Timestamp,
) -> Outcome<bool> {
    Ok(match audit::last_head(c, tenant)? {
        None => seq > 0,
        Some(head) => {
            seq >= head.seq + HEAD_EVENTS
                || seq > head.seq && now.duration_since(head.time) >= HEAD_AGE
        }
    })
}

/// Forgets what need not be kept.
pub async fn sweep(app: &App) -> Outcome<()> {
    let now = app.clock.now();
    attachments::sweep(app).await?;
    app.store
        .write(move |c| {
            requests::sweep(c, now - RETENTION)?;
            people::sweep(c, now)?;
            idempotency::sweep(c, now)?;
            deliveries::sweep(c, now)?;
            for device in ledgers::devices(c)? {
                let stored = ledgers::load(c, device)?;
                ledgers::prune(c, device, &stored.ledger.prunable(now))?;
            }
            Ok(())
        })
        .await
}
