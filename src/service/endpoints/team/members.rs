//! One member: list, show, add, remove, invite.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{
    Mode,
    apply::{Applying, apply},
    bulk::over,
    carry_out, checked_oid, checked_until, checked_upn,
};
use crate::{
    api::{
        Collection,
        device::OneTimeCode,
        team::{Member, PutMember, PutMemberResult, RemoveMemberResult, Role},
    },
    domain::team::Step,
    service::{
        App,
        access::Caller,
        code,
        input::{Body, ListQuery},
        problem::Problem,
        replay::Replay,
        store::{
            Outcome,
            audit::{By, Record},
            people::{self, Invite, fold},
        },
    },
};

const NO_SUCH_MEMBER: &str = "This member does not exist.";

/// `GET tenants/T/members`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Collection<Member>>, Problem> {
    let query = query.only(false, false)?;
    let (skip, limit) = (query.skip, query.limit());
    let mut value =
        app.store.read(move |c| people::members(c, caller.tenant.id, skip, limit)).await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("Members"), value, next_link }))
}

/// `GET tenants/T/members/UPN`
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((_, upn)): Path<(String, String)>,
) -> Result<Json<Member>, Problem> {
    let member = app.store.read(move |c| people::find_member(c, caller.tenant.id, &upn)).await?;
    member.map(Json).ok_or_else(|| Problem::not_found(NO_SUCH_MEMBER))
}

/// `PUT tenants/T/members/UPN`: adding again is success, and says so.
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((_, upn)): Path<(String, String)>,
    body: Body,
) -> Result<Response, Problem> {
    checked_upn(&upn, "upn")?;
    let wanted: PutMember = body.read()?;
    checked_oid(wanted.oid.as_ref().and_then(|oid| oid.as_deref()), "oid")?;
    checked_until(wanted.until.flatten(), app.clock.now())?;
    let plan = move |c: &Connection, tenant: Uuid| {
        let before = people::find_seat(c, tenant, &upn)?;
        let after = over(&wanted, before.as_ref(), &upn);
        Ok(Ok((vec![Step { before, after: Some(after) }], ())))
    };
    carry_out(&app, caller, None, Mode::Apply, plan, |c, tenant, done, ()| {
        let (step, _) = done.first().ok_or_else(Problem::internal)?;
        let member = people::find_member(c, tenant, step.upn())?.ok_or_else(Problem::internal)?;
        Ok(PutMemberResult { change: step.change(), member })
    })
    .await
}

/// The first member of a tenant, who lets the others in.
pub fn add_bootstrap(
    c: &Connection,
    tenant: Uuid,
    upn: &str,
    by: &By,
    now: Timestamp,
) -> Outcome<()> {
    checked_upn(upn, "upn")?;
    let before = people::find_seat(c, tenant, upn)?;
    let roles = vec![Role::Admin, Role::Support];
    let after = over(&PutMember { roles, ..PutMember::default() }, before.as_ref(), upn);
    let step = Step { before, after: Some(after) };
    apply(c, &Applying { tenant, by, why: None, now }, &step, &[]).map(|_| ())
}

/// `POST tenants/T/members/UPN/invite`
pub async fn make_invite(
    State(app): State<App>,
    caller: Caller,
    Path((_, upn)): Path<(String, String)>,
) -> Result<(StatusCode, Json<OneTimeCode>), Problem> {
    if !app.settings.sign_in.invites {
        let message = "This service lets nobody in by an invite: sign in at the provider.";
        return Err(Problem::forbidden(message).at("upn", crate::api::messages::RULE, message));
    }
    let now = app.clock.now();
    let lifetime = app.settings.sign_in.invite_lifetime;
    let code = app
        .store
        .write(move |c| invite(c, caller.tenant.id, &upn, &caller.by, now, lifetime, false))
        .await?;
    Ok((StatusCode::CREATED, Json(code)))
}

/// A one-time code that lets the member in; an earlier one ends. One that is made `by_operator`, on
/// the service's own machine, is good whatever `[sign_in] invites` says.
pub fn invite(
    c: &Connection,
    tenant: Uuid,
    upn: &str,
    by: &By,
    now: Timestamp,
    lifetime: SignedDuration,
    by_operator: bool,
) -> Outcome<OneTimeCode> {
    let member =
        people::find_member(c, tenant, upn)?.ok_or_else(|| Problem::not_found(NO_SUCH_MEMBER))?;
    let (code, public, secret) = code::make();
    let expires = now + lifetime;
    let upn_fold = fold(&member.upn);
    let kept = Invite { tenant, upn_fold, secret, expires, wrong: 0, used: None, by_operator };
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
) -> Result<Response, Problem> {
    let replay = Replay::of(&headers, &caller, &format!("DELETE {upn}"), &Body::default())?;
    let plan = move |c: &Connection, tenant: Uuid| {
        let before = people::find_seat(c, tenant, &upn)?;
        let before = before.ok_or_else(|| Problem::not_found(NO_SUCH_MEMBER))?;
        Ok(Ok((vec![Step { before: Some(before), after: None }], ())))
    };
    carry_out(&app, caller, replay, Mode::Apply, plan, |_, _, done, ()| {
        let (_, closes) = done.first().ok_or_else(Problem::internal)?;
        let (closed_requests, revoked_tokens) = (closes.open_requests, closes.tokens);
        Ok(RemoveMemberResult { closed_requests, revoked_tokens })
    })
    .await
}
