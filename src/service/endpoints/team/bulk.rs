//! Many members at once, all or none.

use std::collections::HashSet;

use axum::{extract::State, http::HeaderMap, response::Response};
use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use super::{Mode, carry_out, checked_oid, checked_until, checked_upn};
use crate::{
    api::team::{
        AddMembers, Change, MAX_MEMBERS, PutMember, PutMemberResult, Removal, RemoveMembers,
        Results, Role,
    },
    domain::team::{Refusal, Seat, Step},
    service::{
        App,
        access::Caller,
        input::Body,
        problem::Problem,
        replay::Replay,
        store::{
            Outcome,
            people::{self, fold},
        },
    },
};

/// `POST tenants/T/team/add`
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let replay = Replay::of(&headers, &caller, "POST team/add", &body)?;
    let AddMembers { upns, member } = body.read()?;
    let upns = checked(upns)?;
    let oid = member.oid.as_ref().and_then(|oid| oid.as_deref());
    checked_oid(oid, "oid")?;
    checked_until(member.until.flatten(), app.clock.now())?;
    if oid.is_some() && upns.len() > 1 {
        let message = "`oid` belongs to one person.";
        return Err(Problem::bad_request(message).at("oid", "ambiguous", message));
    }
    let plan = move |c: &Connection, tenant: Uuid| {
        let step = |upn: &String| {
            let before = people::find_seat(c, tenant, upn)?;
            let after = over(&member, before.as_ref(), upn);
            Ok(Step { before, after: Some(after) })
        };
        Ok(Ok((upns.iter().map(step).collect::<Outcome<_>>()?, ())))
    };
    carry_out(&app, caller, replay, Mode::Apply, plan, |c, tenant, done, ()| {
        let row = |step: &Step| {
            let member = people::find_member(c, tenant, step.upn())?;
            let member = member.ok_or_else(Problem::internal)?;
            Ok(PutMemberResult { change: step.change(), member })
        };
        let value = done.iter().map(|(step, _)| row(step)).collect::<Outcome<_>>()?;
        Ok(Results { value })
    })
    .await
}

/// `POST tenants/T/team/remove`: who is not there is no error.
pub async fn remove(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let replay = Replay::of(&headers, &caller, "POST team/remove", &body)?;
    let RemoveMembers { upns, roles } = body.read()?;
    let upns = checked(upns)?;
    let names = upns.clone();
    let plan = move |c: &Connection, tenant: Uuid| {
        let mut steps = Vec::new();
        for upn in &upns {
            let Some(before) = people::find_seat(c, tenant, upn)? else { continue };
            let after = match roles.is_empty() {
                true => None,
                false => match without(&before, &roles) {
                    Ok(after) => Some(after),
                    Err(refusal) => return Ok(Err(refusal)),
                },
            };
            steps.push(Step { before: Some(before), after });
        }
        Ok(Ok((steps, names)))
    };
    carry_out(&app, caller, replay, Mode::Apply, plan, |_, _, done, names| {
        let mut done = done.iter().peekable();
        let row = |upn: String| match done.next_if(|(step, _)| fold(step.upn()) == fold(&upn)) {
            Some((step, closes)) => Removal {
                upn: step.upn().to_owned(),
                change: step.change(),
                roles: step.after.iter().flat_map(|seat| seat.roles.clone()).collect(),
                closed_requests: closes.open_requests,
                revoked_tokens: closes.tokens,
            },
            None => Removal {
                upn,
                change: Change::Unchanged,
                roles: vec![],
                closed_requests: 0,
                revoked_tokens: 0,
            },
        };
        Ok(Results { value: names.into_iter().map(row).collect() })
    })
    .await
}

/// The member as asked for: with roles beside those already held. A new one without any gets
/// `support`.
pub fn over(wanted: &PutMember, before: Option<&Seat>, upn: &str) -> Seat {
    let mut seat = before.cloned().unwrap_or_else(|| Seat::new(upn));
    seat.roles.extend(&wanted.roles);
    if seat.roles.is_empty() {
        seat.roles.insert(Role::Support);
    }
    if let Some(until) = wanted.until {
        seat.until = until.map(stored);
    }
    if let Some(oid) = &wanted.oid {
        seat.oid.clone_from(oid);
    }
    seat
}

/// Without these roles. Who had more than `desk` keeps that at least.
fn without(before: &Seat, roles: &[Role]) -> Result<Seat, Refusal> {
    let mut after = before.clone();
    after.roles.retain(|role| !roles.contains(role));
    if after.roles.is_empty() {
        if before.roles.iter().all(|role| *role == Role::Desk) {
            return Err(Refusal::LastRole(before.upn.clone()));
        }
        after.roles.insert(Role::Desk);
    }
    Ok(after)
}

/// As the store keeps it, so that what is written is what is read.
pub fn stored(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// Somebody, well-formed, each once.
fn checked(upns: Vec<String>) -> Result<Vec<String>, Problem> {
    if upns.is_empty() || upns.len() > MAX_MEMBERS {
        let message = format!("`upns` names between 1 and {MAX_MEMBERS} members.");
        return Err(Problem::bad_request(message.clone()).at("upns", "outOfRange", message));
    }
    for (index, upn) in upns.iter().enumerate() {
        checked_upn(upn, &format!("upns[{index}]"))?;
    }
    let mut seen = HashSet::new();
    Ok(upns.into_iter().filter(|upn| seen.insert(fold(upn))).collect())
}
