//! What agents say: enrolment, contacts, escrow and confirmation, and what they found after a
//! request's end. The rules are `domain::rotation`'s; this file loads, asks, saves and replies.

use axum::{
    Json,
    extract::{Extension, Query, State},
    http::{HeaderMap, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{devices::NOTICE, elevation_requests::end_what_ran_out};
use crate::{
    api::{
        agent::{
            Aftermath, Confirm, Confirmed, Contact, Ended, Enroll, Enrolled, Escrow, Escrowed,
            Orders, refusal,
        },
        elevation::Closing,
    },
    domain::{
        audit::unhex,
        rotation::{EscrowRefusal, Heard, Mark, Presence, PresenceRefusal},
    },
    service::{
        App,
        access::{Call, bearer},
        code::{self, WRONG_TRIES, digest},
        input::{Body, MAX_WAIT},
        problem::Problem,
        store::{
            Outcome,
            audit::{By, Record},
            devices::{self, Device},
            enrollments::{self, Agent},
            ledgers::{self, Stored},
            requests, tenants,
        },
    },
};

/// The device that speaks.
struct Speaker {
    agent: Agent,
    device: Device,
    by: By,
}

fn refused(status: StatusCode, code: &str, sentence: &str, message: &str) -> Problem {
    Problem::new(status, sentence).at("instance", code, message)
}

/// Finds the device by its agent's key.
fn speaker(c: &Connection, key: &[u8], call: &Call) -> Outcome<Speaker> {
    let unknown = || {
        let sentence = "This device's key is not known, or no longer.";
        refused(StatusCode::UNAUTHORIZED, refusal::KEY, sentence, "enrol the device anew")
    };
    let agent = enrollments::agent_by_key(c, key)?.ok_or_else(unknown)?;
    let device = devices::by_id(c, agent.device)?.ok_or_else(unknown)?;
    let by = call.by(format!("device:{}", device.name));
    Ok(Speaker { agent, device, by })
}

fn not_this_instance(why: PresenceRefusal) -> Problem {
    let conflict = StatusCode::CONFLICT;
    match why {
        PresenceRefusal::Copied => {
            let sentence = "Two agents speak for this device: its disk was copied.";
            refused(conflict, refusal::COPIED, sentence, "enrol one of the two anew")
        }
        PresenceRefusal::Challenge(number) => {
            let sentence = "Another process has taken this one's place.";
            refused(conflict, refusal::CHALLENGE, sentence, &number.to_string())
        }
        PresenceRefusal::Unknown => {
            let sentence = "This process has not made contact yet.";
            refused(conflict, refusal::UNKNOWN_INSTANCE, sentence, "make contact first")
        }
    }
}

fn not_taken(why: EscrowRefusal) -> Problem {
    match why {
        EscrowRefusal::NotDue => {
            let sentence = "No rotation is due now.";
            refused(
                StatusCode::CONFLICT,
                refusal::NOT_DUE,
                sentence,
                "ask again at the next contact",
            )
        }
        EscrowRefusal::Crowded => {
            let sentence = "Too many passwords of this device were never confirmed.";
            refused(StatusCode::CONFLICT, refusal::NOT_DUE, sentence, "see why none is confirmed")
        }
        EscrowRefusal::Leap => Problem::bad_request("The highest generation is out of range."),
    }
}

fn key_of(headers: &HeaderMap) -> Result<Vec<u8>, Problem> {
    Ok(digest(bearer(headers)?.expose().as_bytes()))
}

/// `POST enroll`: a one-time code becomes a key. The same pair of code and key hash gets the same
/// answer, so that a lost answer loses nothing.
pub async fn enroll(
    State(app): State<App>,
    Extension(call): Extension<Call>,
    body: Body,
) -> Result<Json<Enrolled>, Problem> {
    body.texts([("account", 256), ("loginName", 256), ("backend", 1024)])?;
    let mut told: Enroll = body.read()?;
    told.serial_number = known_serial(told.serial_number);
    told.os_version = told.os_version.map(|version| version.chars().take(200).collect());
    let key_hash = unhex::<32>(&told.key_hash).map(Vec::from).ok_or_else(|| {
        let message = "`keyHash` must be 64 hexadecimal digits.";
        Problem::bad_request(message).at("keyHash", "malformed", message)
    })?;
    let now = app.clock.now();
    let from = call.from.clone();
    app.failures.check(from.as_deref(), now)?;
    let answer = app
        .store
        .write(move |c| {
            // A wrong try is recorded, so the refusal must not undo it.
            Ok(redeem(c, &told, &key_hash, &call, now)?.map_err(|()| {
                Problem::forbidden("This enrolment code is not valid, or no longer.")
            }))
        })
        .await?
        .inspect_err(|_| app.failures.count(from.as_deref(), now))?;
    Ok(Json(answer))
}

/// A serial number that says which device it is: makers leave some blank, in words.
fn known_serial(serial: Option<String>) -> Option<String> {
    const BLANK: [&str; 6] = [
        "to be filled by o.e.m.",
        "default string",
        "system serial number",
        "not specified",
        "none",
        "0",
    ];
    let serial = serial?;
    let word = serial.trim().to_lowercase();
    let known = !word.is_empty() && !BLANK.contains(&word.as_str());
    known.then(|| serial.trim().chars().take(200).collect())
}

fn redeem(
    c: &Connection,
    told: &Enroll,
    key_hash: &[u8],
    call: &Call,
    now: Timestamp,
) -> Outcome<Result<Enrolled, ()>> {
    let Some((public, secret)) = code::split(&told.code) else { return Ok(Err(())) };
    let Some(enrollment) = enrollments::find(c, &public)? else { return Ok(Err(())) };
    if enrollment.wrong >= WRONG_TRIES {
        return Ok(Err(()));
    }
    let device = devices::by_id(c, enrollment.device)?.ok_or_else(Problem::internal)?;
    let by = call.by(format!("device:{}", device.name));
    let refuse = |why: &str| {
        Record::new(&by, "enrollment.refused")
            .device(&device.name)
            .refused()
            .detail(json!({ "code": public, "why": why }))
            .append(c, device.tenant, now)
            .map(Err)
    };
    if !code::matches(&secret, &enrollment.secret) {
        enrollments::wrong(c, &public)?;
        return refuse("wrong");
    }
    let answer = Enrolled {
        device_id: device.id,
        tenant_id: device.tenant,
        device_name: device.name.clone(),
    };
    if let Some(used) = enrollment.key_hash {
        return if used == key_hash { Ok(Ok(answer)) } else { refuse("used") };
    }
    if enrollment.expires <= now {
        // Stored once seen, so that a clock that goes back makes nothing valid again.
        enrollments::end(c, &public)?;
        return refuse("expired");
    }
    let sample = tenants::get(c, device.tenant)?.is_some_and(|tenant| tenant.sample);
    if told.backend.starts_with("file") && !sample {
        return Err(Problem::forbidden(
            "The `file` back-end opens no real account: it enrols only in sample tenants.",
        ));
    }
    if enrollments::agent_by_key(c, key_hash)?.is_some() {
        return Err(Problem::conflict("This key is in use already: make a new one."));
    }
    let agent = Agent {
        device: device.id,
        key_hash: key_hash.to_owned(),
        account: told.account.clone(),
        login_name: told.login_name.clone(),
        backend: told.backend.clone(),
        presence: Presence::default(),
        stopped: None,
        last_contact: None,
    };
    enrollments::put_agent(c, &agent, now)?;
    enrollments::used(c, &public, key_hash, now)?;
    let mut known = device.clone();
    known.serial_number = known.serial_number.or_else(|| told.serial_number.clone());
    known.facts.os_version = told.os_version.clone().or(known.facts.os_version);
    devices::describe(c, &known)?;
    let mut stored = ledgers::load(c, known.id)?;
    // Earlier generations stay candidates until the new agent is heard.
    stored.ledger.unheard = true;
    ledgers::save(c, known.id, &mut stored, None, now)?;
    Record::new(&by, "device.enrolled")
        .device(&known.name)
        .detail(json!({ "account": told.account, "code": public }))
        .append(c, known.tenant, now)?;
    Ok(Ok(answer))
}

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
    if said.stopped.is_some() && agent.stopped.is_none() {
        Record::new(&by, "rotation.stopped")
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
fn present(
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
    enrollments::heard(c, device.id, &presence, stopped, now)?;
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
                let closing = Closing { drifted: true, ..nothing_found() };
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

fn nothing_found() -> Closing {
    Closing {
        rotation_owed_since: None,
        device_last_seen: None,
        others: vec![],
        administrators_added: vec![],
        administrators_removed: vec![],
        drifted: false,
    }
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

/// `POST escrow`: the new password is stored sealed and durable before it is numbered.
pub async fn escrow(
    State(app): State<App>,
    Extension(call): Extension<Call>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Escrowed>, Problem> {
    let key = key_of(&headers)?;
    let said: Escrow = body.read()?;
    let length = said.password.expose().chars().count();
    if !(8..=256).contains(&length) {
        return Err(Problem::bad_request("A password has 8 to 256 characters."));
    }
    let now = app.clock.now();
    let service = app.clone();
    let (device, generation) = app
        .store
        .write(move |c| {
            let Speaker { agent, device, .. } = speaker(c, &key, &call)?;
            agent.presence.check(said.instance).map_err(not_this_instance)?;
            let mut stored = ledgers::load(c, device.id)?;
            let generation = stored.ledger.escrow(said.attempt, said.highest).map_err(not_taken)?;
            let sealed = service
                .sealer
                .seal(device.tenant, device.id, generation, &said.password)
                .map_err(|_| Problem::internal())?;
            ledgers::save(c, device.id, &mut stored, Some((generation, sealed)), now)?;
            Ok((device.id, generation))
        })
        .await?;
    app.wake(device);
    Ok(Json(Escrowed { generation }))
}

/// `POST confirm`: a real sign-in saw the generation open the account.
pub async fn confirm(
    State(app): State<App>,
    Extension(call): Extension<Call>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Confirmed>, Problem> {
    let key = key_of(&headers)?;
    let said: Confirm = body.read()?;
    let now = app.clock.now();
    let (device, changed) = app
        .store
        .write(move |c| {
            let speaker = speaker(c, &key, &call)?;
            let stopped = speaker.agent.stopped.as_deref();
            if let Err(problem) = present(c, &speaker, said.instance, said.challenge, stopped, now)?
            {
                return Ok(Err(problem));
            }
            let Speaker { device, by, .. } = speaker;
            let mut stored = ledgers::load(c, device.id)?;
            let quiet = is_quiet(&stored);
            let changed = stored.ledger.confirm(said.attempt, said.generation, now);
            if changed {
                ledgers::save(c, device.id, &mut stored, None, now)?;
                if quiet {
                    ledgers::count_quiet(c, device.id)?;
                } else {
                    Record::new(&by, "rotation.confirmed")
                        .device(&device.name)
                        .generation(said.generation)
                        .append(c, device.tenant, now)?;
                }
                let prunable = stored.ledger.prunable(now);
                ledgers::prune(c, device.id, &prunable)?;
            }
            Ok(Ok((device.id, changed)))
        })
        .await??;
    app.wake(device);
    Ok(Json(Confirmed { changed }))
}

/// A rotation by age of a password that nobody saw: counted in the next head, no event of its own.
fn is_quiet(stored: &Stored) -> bool {
    let ledger = &stored.ledger;
    let current = ledger.current().and_then(|generation| ledger.entries.get(&generation));
    ledger.marks.keys().eq([&Mark::Age]) && current.is_some_and(|entry| entry.seen_at.is_none())
}

/// `POST aftermath`: what was found when a request's access ended.
pub async fn aftermath(
    State(app): State<App>,
    Extension(call): Extension<Call>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let key = key_of(&headers)?;
    let said: Aftermath = body.read()?;
    let now = app.clock.now();
    let device = app
        .store
        .write(move |c| {
            let Speaker { agent, device, by } = speaker(c, &key, &call)?;
            agent.presence.check(said.instance).map_err(not_this_instance)?;
            let known = requests::get(c, device.tenant, said.request)?
                .filter(|request| request.device == device.id)
                .ok_or_else(|| Problem::not_found("This request is not this device's."))?;
            let mut closing = known.closing.unwrap_or_else(nothing_found);
            closing.administrators_added = bounded(said.administrators_added);
            closing.administrators_removed = bounded(said.administrators_removed);
            if requests::aftermath(c, said.request, &closing)? {
                let differs = !closing.administrators_added.is_empty()
                    || !closing.administrators_removed.is_empty();
                let action = if differs { "device.administratorsChanged" } else { "session.ended" };
                Record::new(&by, action)
                    .device(&device.name)
                    .request(said.request)
                    .detail(json!({
                        "processes": said.ended_processes,
                        "added": closing.administrators_added,
                        "removed": closing.administrators_removed,
                    }))
                    .append(c, device.tenant, now)?;
            }
            Ok(device.id)
        })
        .await?;
    app.wake(device);
    Ok(StatusCode::NO_CONTENT)
}

/// A device's word is bounded before it is kept.
fn bounded(mut names: Vec<String>) -> Vec<String> {
    names.truncate(100);
    names.into_iter().map(|name| name.chars().take(100).collect()).collect()
}
