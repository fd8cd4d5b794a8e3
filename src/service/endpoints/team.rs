//! Members of the team and programs: only those you designate.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::elevation_ends::end;
use crate::{
    api::{
        Collection,
        device::OneTimeCode,
        messages,
        team::{
            AppCredentials, Change, Member, NewApp, PERMISSIONS, PutMember, PutMemberResult,
            RemoveMemberResult, Role,
        },
    },
    domain::{audit::hex, password::random_bytes},
    secret::Secret,
    service::{
        App,
        access::Caller,
        code::{self, digest},
        input::Body,
        problem::Problem,
        replay::{self, Replay},
        store::{
            Outcome,
            audit::{By, Record},
            people::{self, Invite, fold},
            requests,
        },
    },
};

/// `GET tenants/T/members`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Collection<Member>>, Problem> {
    let value = app.store.read(move |c| people::members(c, caller.tenant.id)).await?;
    Ok(Json(Collection { context: app.context("Members"), value, next_link: None }))
}

fn rule(message: impl Into<String>) -> Problem {
    let message = message.into();
    Problem::forbidden(message.clone()).at("upn", messages::RULE, message)
}

fn not_own_roles(caller: &Caller, upn: &str) -> Result<(), Problem> {
    match fold(caller.name()) == fold(upn) {
        true => Err(rule("Nobody changes their own roles: ask another admin.")),
        false => Ok(()),
    }
}

/// A UPN is `name@domain`, without spaces or control characters; and without a colon, by which the
/// names of programs and devices are told from people's.
fn checked_upn(upn: &str) -> Result<(), Problem> {
    let well_formed = upn.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && upn.len() <= 254
            && upn.chars().all(|ch| ch != ':' && !ch.is_whitespace() && !ch.is_control())
    });
    match well_formed {
        true => Ok(()),
        false => {
            let message = "A member's UPN must look like `name@domain`.";
            Err(Problem::bad_request(message).at("upn", "malformed", message))
        }
    }
}

/// `PUT tenants/T/members/UPN`: adding again is success, and says so.
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((_, upn)): Path<(String, String)>,
    body: Body,
) -> Result<Json<PutMemberResult>, Problem> {
    checked_upn(&upn)?;
    let PutMember { roles } = body.read()?;
    let roles = if roles.is_empty() { vec![Role::Support] } else { roles };
    not_own_roles(&caller, &upn)?;
    let now = app.clock.now();
    let answer = app
        .store
        .write(move |c| {
            let (change, member) = add(c, caller.tenant.id, &upn, &roles, &caller.by, now)?;
            Ok(PutMemberResult { change, member })
        })
        .await?;
    Ok(Json(answer))
}

/// Adds a member, or roles to one.
fn add(
    c: &Connection,
    tenant: Uuid,
    upn: &str,
    roles: &[Role],
    by: &By,
    now: Timestamp,
) -> Outcome<(Change, Member)> {
    let known = people::find_member(c, tenant, upn)?.is_some();
    if !known {
        people::insert_member(c, tenant, upn, &by.who, now)?;
    }
    let mut granted = Vec::new();
    for &role in roles {
        if people::grant(c, tenant, upn, role)? {
            granted.push(role);
        }
    }
    let change = match (known, granted.is_empty()) {
        (false, _) => Change::Added,
        (true, false) => Change::Changed,
        (true, true) => Change::Unchanged,
    };
    if change != Change::Unchanged {
        let action = if known { "member.changed" } else { "member.added" };
        Record::new(by, action)
            .detail(json!({ "upn": upn, "roles": granted }))
            .append(c, tenant, now)?;
    }
    let member = people::find_member(c, tenant, upn)?.ok_or_else(Problem::internal)?;
    Ok((change, member))
}

/// The first member of a tenant, who lets the others in.
pub fn add_bootstrap(
    c: &Connection,
    tenant: Uuid,
    upn: &str,
    by: &By,
    now: Timestamp,
) -> Outcome<()> {
    checked_upn(upn)?;
    add(c, tenant, upn, &[Role::Admin, Role::Support], by, now).map(|_| ())
}

/// `POST tenants/T/members/UPN/invite`
pub async fn make_invite(
    State(app): State<App>,
    caller: Caller,
    Path((_, upn)): Path<(String, String)>,
) -> Result<(StatusCode, Json<OneTimeCode>), Problem> {
    if !app.settings.sign_in.invites {
        return Err(rule("This service lets nobody in by an invite: sign in at the provider."));
    }
    let now = app.clock.now();
    let lifetime = app.settings.sign_in.invite_lifetime;
    let code = app
        .store
        .write(move |c| invite(c, caller.tenant.id, &upn, &caller.by, now, lifetime))
        .await?;
    Ok((StatusCode::CREATED, Json(code)))
}

/// A one-time code that lets the member in; an earlier one ends.
pub fn invite(
    c: &Connection,
    tenant: Uuid,
    upn: &str,
    by: &By,
    now: Timestamp,
    lifetime: SignedDuration,
) -> Outcome<OneTimeCode> {
    let member = people::find_member(c, tenant, upn)?
        .ok_or_else(|| Problem::not_found("This member does not exist."))?;
    let (code, public, secret) = code::make();
    let expires = now + lifetime;
    let kept =
        Invite { tenant, upn_fold: fold(&member.upn), secret, expires, wrong: 0, used: None };
    people::put_invite(c, &public, &kept)?;
    Record::new(by, "invite.made")
        .detail(json!({ "upn": member.upn, "invite": public, "expires": expires }))
        .append(c, tenant, now)?;
    Ok(OneTimeCode { code, expires })
}

/// `DELETE tenants/T/members/UPN`: tokens stop at once; open requests close, and what they have
/// seen is owed a rotation.
pub async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((_, upn)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<RemoveMemberResult>, Problem> {
    let replay = Replay::of(&headers, &caller, &format!("DELETE {upn}"), &Body::default())?;
    let now = app.clock.now();
    let service = app.clone();
    let remove = move |c: &Connection| {
        let tenant = caller.tenant.id;
        if let Some((_, text)) = replay::find(c, replay.as_ref())? {
            let answer = serde_json::from_str(&text).map_err(|_| Problem::internal())?;
            return Ok((answer, vec![]));
        }
        let member = people::find_member(c, tenant, &upn)?
            .ok_or_else(|| Problem::not_found("This member does not exist."))?;
        let admins = people::holders(c, tenant, Role::Admin)?;
        if member.roles.contains(&Role::Admin) && admins.len() == 1 {
            return Err(rule("The last admin cannot be removed: add another one first."));
        }
        not_own_roles(&caller, &upn)?;
        let open = requests::open_of(c, tenant, &member.upn)?;
        for request in &open {
            end(c, request, Some((&caller.by, "Removed from the team")), now)?;
        }
        let tokens = people::remove_member(c, tenant, &member.upn)?;
        Record::new(&caller.by, "member.removed")
            .detail(json!({ "upn": member.upn, "closed": open.len(), "tokens": tokens }))
            .append(c, tenant, now)?;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let answer = RemoveMemberResult {
            closed_requests: count(open.len()),
            revoked_tokens: count(tokens),
        };
        let text = serde_json::to_string(&answer).map_err(|_| Problem::internal())?;
        replay::keep(c, replay.as_ref(), StatusCode::OK, Some(&text), now)?;
        Ok((answer, open.into_iter().map(|r| r.device).collect()))
    };
    let removed = move |(_, devices): &(RemoveMemberResult, Vec<Uuid>)| {
        devices.iter().for_each(|&device| service.touch(device));
    };
    let (answer, _) = app.store.write_then(remove, removed).await?;
    Ok(Json(answer))
}

/// `POST tenants/T/apps`: the secret is shown once.
pub async fn add_app(
    State(app): State<App>,
    caller: Caller,
    body: Body,
) -> Result<(StatusCode, Json<AppCredentials>), Problem> {
    let [name] = body.texts([("name", 64)])?;
    if name.chars().any(char::is_control) || name.trim() != name {
        let message = "A program's name has no control characters and no space around it.";
        return Err(Problem::bad_request(message).at("name", "malformed", message));
    }
    let NewApp { may, expires_in_days, .. } = body.read()?;
    if let Some(unknown) = may.iter().find(|word| !PERMISSIONS.contains(&word.as_str())) {
        let message = format!("`{unknown}` is not a permission: use {}.", PERMISSIONS.join(", "));
        return Err(Problem::bad_request(message.clone()).at("may", "unknown", message));
    }
    let days = expires_in_days.unwrap_or(180);
    if !(1..=3650).contains(&days) {
        let message = "`expiresInDays` must lie between 1 and 3650.";
        return Err(Problem::bad_request(message).at("expiresInDays", "outOfRange", message));
    }
    let now = app.clock.now();
    let client_id = Uuid::new_v4().to_string();
    let client_secret = Secret::new(hex(&random_bytes::<32>()));
    let kept = people::App {
        client_id: client_id.clone(),
        tenant: caller.tenant.id,
        name,
        may,
        secret: digest(client_secret.expose().as_bytes()),
        expires: Some(now + SignedDuration::from_hours(24 * i64::from(days))),
    };
    app.store
        .write(move |c| {
            if !people::insert_app(c, &kept, caller.name(), now)? {
                return Err(Problem::conflict("A program of this name exists already."));
            }
            Record::new(&caller.by, "app.added")
                .detail(json!({ "name": kept.name, "may": kept.may, "clientId": kept.client_id }))
                .append(c, caller.tenant.id, now)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(AppCredentials { client_id, client_secret })))
}
