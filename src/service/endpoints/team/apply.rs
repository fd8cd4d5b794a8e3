//! One step of a change, carried out and recorded.

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::elevation_ends::end;
use crate::{
    api::team::{Change, Closes},
    domain::team::{Seat, Step},
    service::store::{
        Outcome,
        audit::{By, Record},
        identities, people,
        requests::Request,
    },
};

/// What is said of an open request whose owner leaves the team.
const LEFT: &str = "Removed from the team";

/// What is said of an open request whose owner may not elevate any more.
const NO_SUPPORT: &str = "The role `support` was taken away";

/// In which tenant, by whom and when.
pub struct Applying<'a> {
    /// The tenant.
    pub tenant: Uuid,
    /// Who does it.
    pub by: &'a By,
    /// The event's name and what is said of open requests, where it is no usual removal.
    pub why: Option<(&'static str, &'static str)>,
    /// When.
    pub now: Timestamp,
}

/// Carries a step out: tokens stop, `open` requests close and what they have seen is owed a
/// rotation, and one event records it.
pub fn apply(
    c: &Connection,
    applying: &Applying<'_>,
    step: &Step,
    open: &[Request],
) -> Outcome<Closes> {
    let Applying { tenant, by, why, now } = *applying;
    let mut closes = Closes { open_requests: count(open.len()), tokens: 0 };
    let said = match (&step.after, why) {
        (_, Some((_, said))) => said,
        (None, None) => LEFT,
        (Some(_), None) => NO_SUPPORT,
    };
    for request in open {
        end(c, request, Some((by, said)), now)?;
    }
    let action = match (step.change(), &step.before, &step.after) {
        (Change::Added, _, Some(seat)) => {
            identities::forget_removed(c, tenant, &seat.upn, seat.oid.as_deref())?;
            people::insert_seat(c, tenant, seat, &by.who, now)?;
            "member.added"
        }
        (Change::Changed, _, Some(seat)) => {
            update(c, applying, step, seat)?;
            "member.changed"
        }
        (Change::Removed, Some(seat), _) => {
            identities::remember_removed(c, tenant, &seat.upn, now)?;
            closes.tokens = count(people::remove_member(c, tenant, &seat.upn)?);
            why.map_or("member.removed", |(action, _)| action)
        }
        _ => return Ok(closes),
    };
    Record::new(by, action).detail(told(step, closes)).append(c, tenant, now)?;
    Ok(closes)
}

fn update(c: &Connection, applying: &Applying<'_>, step: &Step, seat: &Seat) -> Outcome<()> {
    let Applying { tenant, by, now, .. } = *applying;
    if !step.fields().is_empty() {
        people::update_seat(c, tenant, seat)?;
    }
    for role in step.granted() {
        people::grant(c, tenant, &seat.upn, role, &by.who, now)?;
    }
    for role in step.taken() {
        people::take(c, tenant, &seat.upn, role)?;
    }
    Ok(())
}

/// Lets go of every id that moves, so that two members can swap theirs in one change.
pub fn free_oids(c: &Connection, tenant: Uuid, steps: &[Step]) -> Outcome<()> {
    for step in steps.iter().filter(|step| step.fields().contains(&"oid")) {
        if let Some(before) = step.before.as_ref().filter(|seat| seat.oid.is_some()) {
            people::update_seat(c, tenant, &Seat { oid: None, ..before.clone() })?;
        }
    }
    Ok(())
}

/// The event's detail.
fn told(step: &Step, closes: Closes) -> Value {
    let mut told = Map::new();
    told.insert("upn".into(), json!(step.upn()));
    match &step.after {
        None => {
            told.insert("closed".into(), json!(closes.open_requests));
            told.insert("tokens".into(), json!(closes.tokens));
        }
        Some(after) => {
            told.insert("roles".into(), json!(step.granted()));
            if !step.taken().is_empty() {
                told.insert("taken".into(), json!(step.taken()));
            }
            for field in step.fields() {
                let value = match field {
                    "displayName" => json!(after.display_name),
                    "until" => json!(after.until),
                    _ => json!(after.oid),
                };
                told.insert(field.into(), value);
            }
            if closes.open_requests > 0 {
                told.insert("closed".into(), json!(closes.open_requests));
            }
        }
    }
    Value::Object(told)
}

pub fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
