//! `POST contact`: what an agent says of its device, and the work that it gets.

use axum::{
    Json,
    extract::{Extension, Query, State},
    http::HeaderMap,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    agents::{Speaker, key_of, not_taken, not_this_instance, speaker},
    devices::NOTICE,
    elevation_ends::end_what_ran_out,
};
use crate::{
    api::{
        agent::{Contact, Ended, Orders},
        elevation::Closing,
    },
    domain::rotation::Heard,
    service::{
        App,
        access::Call,
        input::{Body, MAX_WAIT},
        problem::Problem,
        store::{
            Outcome,
            audit::{self, By, Record},
            devices::Device,
            enrollments::{self},
            ledgers::{self, Stored},
            requests,
        },
    },
};

/// An agent says that it no longer makes new passwords.
const STOPPED: &str = "rotation.stopped";

/// How long a device's word that it has stopped is not repeated in the trail.
const STOPPED_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// How long an agent is ready to wait for work.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wait {
    wait: u64,
}

/// `POST contact`: hears what is on the device, and answers when there is work, at the latest
/// after the wait.
pub async fn contact(
    State(app): State<App>,
    Extension(call): Extension<Call>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Orders>, Problem> {
    let key = key_of(&headers)?;
    let mut said: Contact = body.read()?;
    said.stopped = said.stopped.map(|why| why.chars().take(500).collect());
    let known = said.open_requests.clone();
    let interval = app.settings.rotation.interval;
    let end = tokio::time::Instant::now() + std::time::Duration::from_secs(wait.wait.min(MAX_WAIT));
    let now = app.clock.now();
    end_what_ran_out(&app, now).await?;
    let (device, mut orders) = app
        .store
        .write(move |c| {
            // A refusal changes the presence, so it must not be undone.
            hear(c, &key, &said, &call, interval, now)
        })
        .await??;
    // Whoever waits for this device may have been told something new.
    app.wake(device);
    let notify = app.wakes.of(device);
    loop {
        let woken = notify.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        let now = app.clock.now();
        if !has_work(&orders, &known) {
            orders = app.store.read(move |c| orders_for(c, device, now)).await?;
        }
        if has_work(&orders, &known) || *app.stopping.borrow() {
            return Ok(Json(orders));
        }
        if tokio::time::timeout_at(end, woken).await.is_err() {
            return Ok(Json(orders));
        }
    }
}

fn has_work(orders: &Orders, known: &[Uuid]) -> bool {
    let same = orders.open_requests.len() == known.len()
        && orders.open_requests.iter().all(|id| known.contains(id));
    orders.due.is_some() || !orders.ended.is_empty() || !same
}

fn hear(
    c: &Connection,
    key: &[u8],
    said: &Contact,
    call: &Call,
    interval: SignedDuration,
    now: Timestamp,
) -> Outcome<Result<(Uuid, Orders), Problem>> {
    let speaker = speaker(c, key, call)?;
    let stopped = said.stopped.as_deref();
    if let Err(problem) = present(c, &speaker, said.instance, said.challenge, stopped, now)? {
        return Ok(Err(problem));
    }
    let Speaker { agent, device, by } = speaker;
    let before = || audit::last_time(c, device.tenant, &device.name, STOPPED);
    // An agent that stops and goes on, again and again, must not fill the trail.
    if said.stopped.is_some()
        && agent.stopped.is_none()
        && before()?.is_none_or(|at| now.duration_since(at).abs() >= STOPPED_AGAIN)
    {
        Record::new(&by, STOPPED)
            .device(&device.name)
            .refused()
            .detail(json!({ "why": said.stopped }))
            .append(c, device.tenant, now)?;
    }
    let mut stored = ledgers::load(c, device.id)?;
    let news = match stored.ledger.contact(&said.journal) {
        Ok(news) => news,
        Err(why) => return Ok(Err(not_taken(why))),
    };
    stored.ledger.note_age(now, interval);
    ledgers::save(c, device.id, &mut stored, None, now)?;
    for item in news {
        report(c, &by, &device, item, now)?;
    }
    Ok(Ok((device.id, orders_for(c, device.id, now)?)))
}

/// Whether this process speaks for the device. A refusal changes the presence, so it is an answer
/// and no problem, which would undo the change.
pub(super) fn present(
    c: &Connection,
    speaker: &Speaker,
    instance: Uuid,
    challenge: Option<Uuid>,
    stopped: Option<&str>,
    now: Timestamp,
) -> Outcome<Result<(), Problem>> {
    let Speaker { agent, device, by } = speaker;
    let mut presence = agent.presence.clone();
    let allowed = presence.contact(instance, challenge, Uuid::new_v4());
    // What a process says that may be long dead is no word of the device's.
    let (stopped, heard_at) = match allowed {
        Ok(()) => (stopped, Some(now)),
        Err(_) => (agent.stopped.as_deref(), agent.last_contact),
    };
    enrollments::heard(c, device.id, &presence, stopped, heard_at)?;
    if presence.is_copied() && !agent.presence.is_copied() {
        Record::new(by, "device.copied").device(&device.name).append(c, device.tenant, now)?;
    }
    Ok(allowed.map_err(not_this_instance))
}

fn report(c: &Connection, by: &By, device: &Device, news: Heard, now: Timestamp) -> Outcome<()> {
    let record = match news {
        Heard::Drifted => {
            // Whoever closes learns of it.
            for request in requests::open_on(c, device.id)? {
                let closing = Closing { drifted: true, ..Closing::default() };
                requests::note(c, request.wire.id, &closing)?;
            }
            Record::new(by, "rotation.drifted")
        }
        Heard::Restored(generation) => {
            let record = Record::new(by, "rotation.restored");
            match generation {
                Some(generation) => record.generation(generation),
                None => record,
            }
        }
        Heard::Torn => Record::new(by, "rotation.torn"),
        Heard::Failed(generation) => {
            Record::new(by, "rotation.failed").generation(generation).refused()
        }
    };
    record.device(&device.name).append(c, device.tenant, now)
}

fn orders_for(c: &Connection, device: Uuid, now: Timestamp) -> Outcome<Orders> {
    let Stored { ledger, .. } = ledgers::load(c, device)?;
    let open = requests::open_on(c, device)?;
    let ended = requests::aftermath_due(c, device)?.into_iter().map(|(request, at, expired)| {
        let notice = if expired || !open.is_empty() { NOTICE } else { SignedDuration::ZERO };
        let left = notice - now.duration_since(at).max(SignedDuration::ZERO);
        Ended { request, notice_seconds: u64::try_from(left.as_secs()).unwrap_or(0) }
    });
    Ok(Orders {
        due: ledger.due(),
        ended: ended.collect(),
        open_requests: open.into_iter().map(|request| request.wire.id).collect(),
        time: now,
    })
}
