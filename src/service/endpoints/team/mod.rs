//! Members of the team, programs and tokens: only those you designate.
//!
//! Whatever changes members is planned as steps, checked against the rules, and carried out in one
//! transaction, by one function: [`carry_out`].

pub mod apply;
pub mod apps;
pub mod bulk;
pub mod ends;
pub mod members;
pub mod review;
pub mod sync;
pub mod tokens;

use std::collections::HashMap;

use axum::{http::StatusCode, response::Response};
use jiff::Timestamp;
use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;

use self::apply::{Applying, apply};
pub use self::members::{add_bootstrap, invite};
use super::{elevation_ends::end_what_ran_out, elevation_requests::json_text};
use crate::{
    api::{
        messages,
        team::{Change, Closes},
    },
    domain::team::{Refusal, Step, UPN_FORM, check, is_oid, is_upn},
    service::{
        App,
        access::Caller,
        problem::Problem,
        replay::{self, Replay},
        store::{
            Outcome, identities,
            people::{self, fold},
            requests::{self, Request},
        },
    },
};

/// What a plan found: the steps, and whatever its answer needs beside; or the rule that stands
/// against it.
type Planned<X> = Outcome<Result<(Vec<Step>, X), Refusal>>;

/// What happens to the steps of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Apply,
    /// Nothing is changed; a refusal is recorded all the same.
    Plan,
}

/// Plans, checks, and carries out, all or nothing; answers what `answer` makes of it. A refusal by
/// a rule is an event of the audit trail.
async fn carry_out<X, R: Serialize>(
    app: &App,
    caller: Caller,
    replay: Option<Replay>,
    mode: Mode,
    plan: impl FnOnce(&Connection, Uuid) -> Planned<X> + Send + 'static,
    answer: impl FnOnce(&Connection, Uuid, &[(Step, Closes)], X) -> Outcome<R> + Send + 'static,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    end_what_ran_out(app, now).await?;
    ends::end_memberships(app, now).await?;
    let service = app.clone();
    let work = move |c: &Connection| {
        let tenant = caller.tenant.id;
        if let Some((_, text)) = replay::find(c, replay.as_ref())? {
            return Ok((text, vec![]));
        }
        let planned = match plan(c, tenant)? {
            Ok((steps, extra)) => allowed(c, tenant, &caller, &steps)?.map(|()| (steps, extra)),
            Err(refusal) => Err(refusal),
        };
        let (steps, extra) = match planned {
            Ok(planned) => planned,
            // Nothing was changed yet; the guard records what a rule refuses.
            Err(refusal) => return Err(refused(&refusal)),
        };
        let ending = Ending::of(c, tenant, &steps)?;
        let mut devices = Vec::new();
        let done: Vec<(Step, Closes)> = match mode {
            Mode::Plan => {
                let told = |step: Step| {
                    let closes = ending.of_step(&step);
                    (step, closes)
                };
                steps.into_iter().map(told).collect()
            }
            Mode::Apply => {
                apply::free_oids(c, tenant, &steps)?;
                let applying = Applying { tenant, by: &caller.by, why: None, now };
                let mut done = Vec::with_capacity(steps.len());
                for step in steps {
                    let open = ending.open(&step);
                    let closes = apply(c, &applying, &step, open)?;
                    devices.extend(open.iter().map(|request| request.device));
                    done.push((step, closes));
                }
                done
            }
        };
        let answer = answer(c, tenant, &done, extra)?;
        let text = serde_json::to_string(&answer).map_err(|_| Problem::internal())?;
        if mode == Mode::Apply {
            replay::keep(c, replay.as_ref(), StatusCode::OK, Some(&text), now)?;
        }
        Ok((text, devices))
    };
    // What was seen is owed a rotation now, also when whoever asked has hung up.
    let done = move |(_, devices): &(String, Vec<Uuid>)| {
        devices.iter().for_each(|&device| service.touch(device));
    };
    let (answer, _) = app.store.write_then(work, done).await?;
    Ok(json_text(StatusCode::OK, answer))
}

/// A refusal by a rule, as the client knows it.
fn refused(refusal: &Refusal) -> Problem {
    let target = match refusal {
        Refusal::OidTaken { .. } | Refusal::Bound(_) => "oid",
        Refusal::TooMany { .. } => "maxRemove",
        Refusal::LastRole(_) => "roles",
        Refusal::LastAdmin | Refusal::OwnRoles => "upn",
    };
    let message = refusal.to_string();
    Problem::forbidden(message.clone()).at(target, messages::RULE, message)
}

/// The rules, and that no two members would be the same person.
fn allowed(
    c: &Connection,
    tenant: Uuid,
    caller: &Caller,
    steps: &[Step],
) -> Outcome<Result<(), Refusal>> {
    let (admins, lasting) = people::count_admins(c, tenant)?;
    if let Err(refusal) = check(steps, caller.name(), admins, lasting) {
        return Ok(Err(refusal));
    }
    let mut claimed: HashMap<&str, &str> = HashMap::new();
    let moved = |upn: &str| {
        let own = |step: &&Step| fold(step.upn()) == fold(upn);
        steps.iter().find(own).is_some_and(|step| step.fields().contains(&"oid"))
    };
    for step in steps.iter().filter(|step| step.fields().contains(&"oid")) {
        let Some(oid) = step.after.as_ref().and_then(|seat| seat.oid.as_deref()) else { continue };
        let holder = identities::holder(c, tenant, oid)?;
        let own = holder.as_ref().is_some_and(|holder| fold(holder) == fold(step.upn()));
        if !own && people::find_member(c, tenant, step.upn())?.is_some_and(|member| member.bound) {
            return Ok(Err(Refusal::Bound(step.upn().to_owned())));
        }
        let taken = match claimed.insert(oid, step.upn()) {
            Some(other) => Some(other.to_owned()),
            None => people::holder_of_oid(c, tenant, oid)?
                .filter(|holder| !moved(holder))
                .or(holder.filter(|_| !own)),
        };
        if let Some(upn) = taken {
            return Ok(Err(Refusal::OidTaken { oid: oid.to_owned(), upn }));
        }
    }
    Ok(Ok(()))
}

/// What is open in a tenant, and may have to close.
struct Ending {
    open: HashMap<String, Vec<Request>>,
    tokens: HashMap<String, u32>,
}

impl Ending {
    fn of(c: &Connection, tenant: Uuid, steps: &[Step]) -> Outcome<Self> {
        let mut this = Self { open: HashMap::new(), tokens: HashMap::new() };
        if !steps.iter().any(|step| step.before.is_some() && step.ends_elevations()) {
            return Ok(this);
        }
        for request in requests::open_in(c, tenant)?.into_iter().filter(|r| !r.by_app) {
            let whose = fold(&request.wire.requesting_agent_upn);
            this.open.entry(whose).or_default().push(request);
        }
        this.tokens = people::tokens_by_member(c, tenant)?;
        Ok(this)
    }

    /// The requests that close with a step.
    fn open(&self, step: &Step) -> &[Request] {
        match step.ends_elevations() {
            true => self.open.get(&fold(step.upn())).map_or(&[], Vec::as_slice),
            false => &[],
        }
    }

    fn of_step(&self, step: &Step) -> Closes {
        let tokens = match step.change() {
            Change::Removed => self.tokens.get(&fold(step.upn())).copied().unwrap_or(0),
            _ => 0,
        };
        Closes { open_requests: apply::count(self.open(step).len()), tokens }
    }
}

fn checked_upn(upn: &str, target: &str) -> Result<(), Problem> {
    match is_upn(upn) {
        true => Ok(()),
        false => {
            let shown: String = upn.chars().take(80).collect();
            let message = format!("`{shown}` is not a UPN: {UPN_FORM}.");
            Err(Problem::bad_request(message.clone()).at(target, "malformed", message))
        }
    }
}

/// Who is added should not be gone at once: that is a slip of the year.
fn checked_until(until: Option<Timestamp>, now: Timestamp) -> Result<(), Problem> {
    match until.is_none_or(|until| until > now) {
        true => Ok(()),
        false => {
            let message = "`until` lies in the past.";
            Err(Problem::bad_request(message).at("until", "outOfRange", message))
        }
    }
}

fn checked_oid(oid: Option<&str>, target: &str) -> Result<(), Problem> {
    match oid.is_none_or(is_oid) {
        true => Ok(()),
        false => {
            let message = "`oid` is one word of at most 255 characters.";
            Err(Problem::bad_request(message).at(target, "malformed", message))
        }
    }
}
