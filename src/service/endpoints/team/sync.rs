//! The whole wanted team: plan, apply, export.

use std::collections::{HashMap, HashSet};

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use super::{Mode, apply::count, bulk::stored, carry_out, checked_oid, checked_upn};
use crate::{
    api::{
        Collection, messages,
        team::{
            Change, Closes, Ending, MAX_MEMBERS, SyncPlan, SyncTeam, SyncedChange, WantedMember,
        },
    },
    domain::{
        audit::hash,
        team::{MaxRemove, Planned, Refusal, Seat, Step, Wanted, is_display_name, plan},
    },
    service::{
        App,
        access::Caller,
        input::{Body, ListQuery},
        problem::Problem,
        replay::Replay,
        store::{
            Outcome,
            people::{self, fold},
        },
    },
};

/// `POST tenants/T/team/sync`: plans on the team as it is, and applies in the same transaction.
pub async fn sync(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let replay = Replay::of(&headers, &caller, "POST team/sync", &body)?;
    let SyncTeam { members, prune, max_remove, dry_run, version } = body.read()?;
    let wanted = checked(members)?;
    let bound: MaxRemove = max_remove
        .as_deref()
        .map_or(Ok(MaxRemove::default()), str::parse)
        .map_err(|message: String| {
            Problem::bad_request(message.clone()).at("maxRemove", "malformed", message)
        })?;
    let now = app.clock.now();
    let mode = if dry_run { Mode::Plan } else { Mode::Apply };
    let make = move |c: &Connection, tenant: Uuid| {
        let team = people::seats(c, tenant)?;
        let found = version_of(&team)?;
        if version.is_some_and(|planned| planned != found) {
            return Err(Problem::conflict(messages::TEAM_CHANGED));
        }
        still_without_roles(&team, &wanted, now)?;
        let mut planned = plan(&team, &wanted, prune, now);
        let steps = std::mem::take(&mut planned.steps);
        let limit = bound.of(count(team.len()));
        let removed = count(steps.iter().filter(|step| step.after.is_none()).count());
        let left = count(steps.iter().filter(|step| step.leaves_only_desk()).count());
        if removed.saturating_add(left) > limit && !dry_run {
            return Ok(Err(Refusal::TooMany { removed, left, limit }));
        }
        Ok(Ok((steps, (planned, found, limit))))
    };
    carry_out(&app, caller, replay, mode, make, move |c, tenant, done, (planned, found, limit)| {
        let version = if dry_run { found } else { version_of(&people::seats(c, tenant)?)? };
        Ok(answer(done, planned, version, !dry_run, limit))
    })
    .await
}

fn answer(
    done: &[(Step, Closes)],
    planned: Planned,
    version: String,
    applied: bool,
    max_remove: u32,
) -> SyncPlan {
    let mut plan = SyncPlan {
        version,
        applied,
        added: vec![],
        changed: vec![],
        removed: vec![],
        kept: planned.kept,
        ended: planned.ended,
        unchanged: count(planned.unchanged),
        max_remove,
    };
    for (step, closes) in done {
        let roles = |seat: &Option<Seat>| seat.iter().flat_map(|s| s.roles.clone()).collect();
        let (upn, closes) = (step.upn().to_owned(), *closes);
        if step.change() == Change::Removed {
            plan.removed.push(Ending { upn, roles: roles(&step.before), closes });
            continue;
        }
        let change = SyncedChange {
            upn,
            roles: roles(&step.after),
            granted: step.granted(),
            taken: step.taken(),
            fields: step.fields().into_iter().map(str::to_owned).collect(),
            closes,
        };
        match step.change() {
            Change::Added => plan.added.push(change),
            _ => plan.changed.push(change),
        }
    }
    plan
}

/// Names the state of a team: two that are the same have the same name. Sign-ins do not count.
fn version_of(team: &[Seat]) -> Outcome<String> {
    let rows: Vec<_> = team
        .iter()
        .map(|seat| (&seat.upn, &seat.display_name, &seat.roles, seat.until, &seat.oid))
        .collect();
    let bytes = serde_json::to_vec(&rows).map_err(|_| Problem::internal())?;
    Ok(hash(&bytes)[..32].to_owned())
}

/// Every row well-formed, and every member once.
fn checked(members: Vec<WantedMember>) -> Result<Vec<Wanted>, Problem> {
    let wrong = |target: &str, message: String| {
        Err(Problem::bad_request(message.clone()).at(target, "malformed", message))
    };
    if members.is_empty() || members.len() > MAX_MEMBERS {
        return wrong("members", format!("`members` names between 1 and {MAX_MEMBERS} members."));
    }
    let mut seen = HashMap::new();
    let mut wanted = Vec::with_capacity(members.len());
    for (index, member) in members.into_iter().enumerate() {
        let at = |name: &str| format!("members[{index}].{name}");
        let WantedMember { upn, display_name, roles, until, oid } = member;
        checked_upn(&upn, &at("upn"))?;
        if seen.insert(fold(&upn), index).is_some() {
            return wrong(&at("upn"), format!("`{upn}` is named twice."));
        }
        if !display_name.as_ref().and_then(Option::as_deref).is_none_or(is_display_name) {
            return wrong(&at("displayName"), format!("The name of `{upn}` is no name."));
        }
        checked_oid(oid.as_ref().and_then(Option::as_deref), &at("oid"))?;
        let until = until.map(|until| until.map(stored));
        let roles = roles.into_iter().collect();
        wanted.push(Wanted { upn, display_name, roles, until, oid });
    }
    Ok(wanted)
}

/// Nobody is given a seat without a role, or loses the last one: only whoever holds none already,
/// because a provider has taken it, is named so.
fn still_without_roles(team: &[Seat], wanted: &[Wanted], now: Timestamp) -> Outcome<()> {
    let none = team.iter().filter(|seat| seat.roles.is_empty()).map(|seat| fold(&seat.upn));
    let none: HashSet<_> = none.collect();
    let lacks = |want: &Wanted| {
        let ended = want.until.flatten().is_some_and(|until| until <= now);
        want.roles.is_empty() && !ended && !none.contains(&fold(&want.upn))
    };
    let Some((index, want)) = wanted.iter().enumerate().find(|(_, want)| lacks(want)) else {
        return Ok(());
    };
    let message = format!("`{}` has no role: `desk` is the least.", want.upn);
    let at = format!("members[{index}].roles");
    Err(Problem::bad_request(message.clone()).at(&at, "malformed", message))
}

/// `GET tenants/T/team/export`: the team as `sync` takes it.
pub async fn export(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Collection<WantedMember>>, Problem> {
    let query = query.only(false, false)?;
    let (skip, limit) = (query.skip as usize, query.limit() as usize);
    let seats = app.store.read(move |c| people::seats(c, caller.tenant.id)).await?;
    let mut value = seats.into_iter().skip(skip).take(limit).map(exported).collect();
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("WantedMembers"), value, next_link }))
}

fn exported(seat: Seat) -> WantedMember {
    WantedMember {
        upn: seat.upn,
        display_name: Some(seat.display_name),
        roles: seat.roles.into_iter().collect(),
        until: Some(seat.until),
        oid: Some(seat.oid),
    }
}
