//! What agents say beside contacts: enrolment, escrow and confirmation, and what they found after a
//! request's end. The rules are `domain::rotation`'s; this file loads, asks, saves and replies.

use axum::{
    Json,
    extract::{Extension, State},
    http::{HeaderMap, StatusCode},
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;

use super::agent_contact::present;
use crate::{
    api::agent::{Aftermath, Confirm, Confirmed, Enroll, Enrolled, Escrow, Escrowed, refusal},
    domain::{
        audit::unhex,
        rotation::{EscrowRefusal, Mark, Presence, PresenceRefusal},
    },
    service::{
        App,
        access::{Call, bearer},
        code::{self, WRONG_TRIES, digest},
        input::Body,
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
pub(super) struct Speaker {
    pub(super) agent: Agent,
    pub(super) device: Device,
    pub(super) by: By,
}

fn refused(status: StatusCode, code: &str, sentence: &str, message: &str) -> Problem {
    Problem::new(status, sentence).at("instance", code, message)
}

/// Finds the device by its agent's key.
pub(super) fn speaker(c: &Connection, key: &[u8], call: &Call) -> Outcome<Speaker> {
    let unknown = || {
        let sentence = "This device's key is not known, or no longer.";
        refused(StatusCode::UNAUTHORIZED, refusal::KEY, sentence, "enrol the device anew")
    };
    let agent = enrollments::agent_by_key(c, key)?.ok_or_else(unknown)?;
    let device = devices::by_id(c, agent.device)?.ok_or_else(unknown)?;
    let by = call.by(format!("device:{}", device.name));
    Ok(Speaker { agent, device, by })
}

pub(super) fn not_this_instance(why: PresenceRefusal) -> Problem {
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

pub(super) fn not_taken(why: EscrowRefusal) -> Problem {
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

pub(super) fn key_of(headers: &HeaderMap) -> Result<Vec<u8>, Problem> {
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
            let mut closing = known.closing.unwrap_or_default();
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
                        "notCompared": said.not_compared,
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
