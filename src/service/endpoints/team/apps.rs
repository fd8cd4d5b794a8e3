//! Programs: added, listed, given a new secret, removed.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::{
    api::{
        Collection, messages,
        team::{
            AppCredentials, Finished, NewApp, PERMISSIONS, Program, RemovedApp, RotateApp, Rotated,
        },
    },
    domain::{audit::hex, password::random_bytes, team::Networks},
    secret::Secret,
    service::{
        App,
        access::Caller,
        code::digest,
        endpoints::elevation_ends::end,
        input::{Body, ListQuery},
        problem::Problem,
        store::{audit::Record, people, requests},
    },
};

/// How long a secret lives where nobody says.
const LIFETIME_DAYS: u32 = 180;

/// How long the old secret stays good where nobody says.
const GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The most networks that a program may have.
const MAX_NETWORKS: usize = 64;

const NO_SUCH_PROGRAM: &str = "This program does not exist.";

/// `GET tenants/T/apps`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Collection<Program>>, Problem> {
    let query = query.only(false, false)?;
    let (skip, limit, now) = (query.skip, query.limit(), app.clock.now());
    let mut value =
        app.store.read(move |c| people::list_apps(c, caller.tenant.id, now, skip, limit)).await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("Programs"), value, next_link }))
}

fn secret() -> Secret {
    Secret::new(hex(&random_bytes::<32>()))
}

fn lifetime(days: Option<u32>, now: Timestamp) -> Result<Timestamp, Problem> {
    let days = days.unwrap_or(LIFETIME_DAYS);
    if !(1..=3650).contains(&days) {
        let message = "`expiresInDays` must lie between 1 and 3650.";
        return Err(Problem::bad_request(message).at("expiresInDays", "outOfRange", message));
    }
    Ok(now + SignedDuration::from_hours(24 * i64::from(days)))
}

/// `POST tenants/T/apps`: the secret is shown once.
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    body: Body,
) -> Result<(StatusCode, Json<AppCredentials>), Problem> {
    let [name] = body.texts([("name", 64)])?;
    if name.chars().any(char::is_control) || name.trim() != name {
        let message = "A program's name has no control characters and no space around it.";
        return Err(Problem::bad_request(message).at("name", "malformed", message));
    }
    let NewApp { may, mut roles, expires_in_days, from, .. } = body.read()?;
    if let Some(unknown) = may.iter().find(|word| !PERMISSIONS.contains(&word.as_str())) {
        let message = format!("`{unknown}` is not a permission: use {}.", PERMISSIONS.join(", "));
        return Err(Problem::bad_request(message.clone()).at("may", "unknown", message));
    }
    roles.sort_unstable();
    roles.dedup();
    if from.len() > MAX_NETWORKS {
        let message = format!("`from` names at most {MAX_NETWORKS} networks.");
        return Err(Problem::bad_request(message.clone()).at("from", "outOfRange", message));
    }
    let networks = Networks::parse(&from).map_err(|message| {
        Problem::bad_request(message.clone()).at("from", "malformed", message)
    })?;
    let now = app.clock.now();
    let (client_id, client_secret) = (Uuid::new_v4().to_string(), secret());
    let kept = people::App {
        client_id: client_id.clone(),
        tenant: caller.tenant.id,
        name,
        may,
        roles,
        networks,
        secret: digest(client_secret.expose().as_bytes()),
        expires: Some(lifetime(expires_in_days, now)?),
        secret_used: false,
        old_secret: None,
    };
    app.store
        .write(move |c| {
            if !people::insert_app(c, &kept, caller.name(), now)? {
                return Err(Problem::conflict("A program of this name exists already."));
            }
            Record::new(&caller.by, "app.added")
                .detail(json!({
                    "name": kept.name,
                    "may": kept.may,
                    "roles": kept.roles,
                    "from": kept.networks.texts(),
                    "clientId": kept.client_id,
                }))
                .append(c, caller.tenant.id, now)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(AppCredentials { client_id, client_secret })))
}

/// `POST tenants/T/apps/NAME/rotate`: a second secret; the first stays good for a grace. Never three
/// at once: a new one that nobody has signed in by yet is replaced, one in use is not.
pub async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
    body: Body,
) -> Result<Json<Rotated>, Problem> {
    let RotateApp { expires_in_days, grace_seconds } = body.read()?;
    let now = app.clock.now();
    let expires = lifetime(expires_in_days, now)?;
    let grace = match grace_seconds {
        None => GRACE,
        Some(seconds) => i64::try_from(seconds)
            .ok()
            .filter(|seconds| (1..=90 * 86_400).contains(seconds))
            .map(SignedDuration::from_secs)
            .ok_or_else(|| {
                let message = "`graceSeconds` must lie between 1 and 90 days.";
                Problem::bad_request(message).at("graceSeconds", "outOfRange", message)
            })?,
    };
    let client_secret = secret();
    let hash = digest(client_secret.expose().as_bytes());
    let (client_id, old_secret_until) = app
        .store
        .write(move |c| {
            let tenant = caller.tenant.id;
            let mut program = people::find_app_by_name(c, tenant, &name)?
                .ok_or_else(|| Problem::not_found(NO_SUCH_PROGRAM))?;
            let until = now + grace;
            let old = match program.live_old_secret(now) {
                Some((_, until)) if program.secret_used => {
                    let message = format!(
                        "Two secrets of this program are in use until {until}: end the old one first."
                    );
                    let target = "name";
                    return Err(Problem::conflict(message.clone()).at(
                        target,
                        messages::RULE,
                        message,
                    ));
                }
                // The same old secret, which ends no later than was said of it.
                Some((old, ends)) => (old.clone(), until.min(*ends)),
                None => {
                    let ends = program.expires.map_or(until, |expires| expires.min(until));
                    (program.secret.clone(), ends)
                }
            };
            let until = old.1;
            people::bound_tokens_of_secret(c, &program, &old.0, until)?;
            program.old_secret = (until > now).then_some(old);
            program.secret = hash;
            program.expires = Some(expires);
            program.secret_used = false;
            people::set_secrets(c, &program)?;
            Record::new(&caller.by, "app.rotated")
                .detail(json!({ "name": name, "expires": expires, "oldUntil": until }))
                .append(c, tenant, now)?;
            Ok((program.client_id, until))
        })
        .await?;
    Ok(Json(Rotated { client_id, client_secret, expires, old_secret_until }))
}

/// `POST tenants/T/apps/NAME/finish`: the old secret and what it obtained end now.
pub async fn finish(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
) -> Result<Json<Finished>, Problem> {
    let now = app.clock.now();
    let finished = app
        .store
        .write(move |c| {
            let tenant = caller.tenant.id;
            let mut program = people::find_app_by_name(c, tenant, &name)?
                .ok_or_else(|| Problem::not_found(NO_SUCH_PROGRAM))?;
            let Some((old, until)) = program.old_secret.take() else {
                return Ok(Finished { ended: false, revoked_tokens: 0 });
            };
            let tokens = people::end_tokens_of_secret(c, &program, &old, now)?;
            people::set_secrets(c, &program)?;
            if until <= now {
                // It has ended by itself, and its tokens with it.
                return Ok(Finished { ended: false, revoked_tokens: 0 });
            }
            Record::new(&caller.by, "app.oldSecretEnded")
                .detail(json!({ "name": name, "tokens": tokens }))
                .append(c, tenant, now)?;
            let revoked_tokens = u32::try_from(tokens).unwrap_or(u32::MAX);
            Ok(Finished { ended: true, revoked_tokens })
        })
        .await?;
    Ok(Json(finished))
}

/// `DELETE tenants/T/apps/NAME`: its tokens stop at once; its open requests close, and what they
/// have seen is owed a rotation.
pub async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
) -> Result<Json<RemovedApp>, Problem> {
    let now = app.clock.now();
    let service = app.clone();
    let work = move |c: &rusqlite::Connection| {
        let tenant = caller.tenant.id;
        let program = people::find_app_by_name(c, tenant, &name)?
            .ok_or_else(|| Problem::not_found(NO_SUCH_PROGRAM))?;
        let open = requests::open_of(c, tenant, &format!("app:{name}"))?;
        for request in &open {
            end(c, request, Some((&caller.by, "The program was removed")), now)?;
        }
        let tokens = people::remove_app(c, &program)?;
        Record::new(&caller.by, "app.removed")
            .detail(json!({ "name": name, "closed": open.len(), "tokens": tokens }))
            .append(c, tenant, now)?;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let answer =
            RemovedApp { closed_requests: count(open.len()), revoked_tokens: count(tokens) };
        Ok((answer, open.into_iter().map(|request| request.device).collect()))
    };
    let removed = move |(_, devices): &(RemovedApp, Vec<Uuid>)| {
        devices.iter().for_each(|&device| service.touch(device));
    };
    let (answer, _) = app.store.write_then(work, removed).await?;
    Ok(Json(answer))
}
