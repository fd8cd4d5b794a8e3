//! Operations 14 and 15, and the timeline: what was said and done about a ticket.

use axum::{Json, extract::State, http::StatusCode};
use rusqlite::Connection;
use serde_json::json;

use super::{
    ticket_input,
    ticket_steps::{Change, Changed, StepCall, owner, step, with_note},
    tickets::{View, find},
};
use crate::{
    api::{
        Collection, messages,
        team::Role,
        ticket::{ActionOwner, Note, TicketEvent},
    },
    service::{
        App,
        access::{Caller, TicketKey},
        input::{ListQuery, Preferences},
        notices::Step,
        problem::Problem,
        store::ticket_trail,
    },
};

/// Operation 14.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    TicketKey(id): TicketKey,
    preferences: Preferences,
    query: ListQuery,
) -> Result<Json<Collection<Note>>, Problem> {
    let query = query.only(false, false)?;
    let view = View::new(&app, caller, preferences);
    let context = app.context(&format!("Tickets('{}')/notes", id.replace('\'', "''")));
    let (skip, top) = (query.skip, query.limit());
    let notes = move |c: &Connection| {
        let ticket = find(c, &view, &id)?;
        ticket_trail::notes(c, &ticket.wire.id, skip, top)
    };
    let mut value = app.store.read(notes).await?;
    if !preferences.annotations {
        value.iter_mut().for_each(|note| note.kind = None);
    }
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context, value, next_link }))
}

/// Operation 15. It answers what the customer was asked to do; from operations it is a reply where
/// the ticket lies with those who run the service.
pub async fn add(State(app): State<App>, call: StepCall) -> Result<StatusCode, Problem> {
    let text = ticket_input::text(&call.body)?;
    step(app, call, "addNote", move |step, _| {
        if !step.is_customer() && !step.is_operations() {
            return step.needs(&[Role::Support, Role::Admin, Role::Operations]);
        }
        if !step.ticket.is_active() {
            return step.conflict("state", messages::RESOLVED);
        }
        let note = step.say(Some(&text))?;
        let facts = with_note(json!({}), note);
        match step.is_customer() || !step.ticket.destination.is_served() {
            true => answered(step, "ticket.note", facts),
            false => replied(step, facts),
        }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The customer has said or sent something: what they were asked for is answered.
pub(super) fn answered(
    mut step: Change<'_>,
    action: &'static str,
    facts: serde_json::Value,
) -> Changed {
    if step.ticket.asked.is_some() {
        step.next(owner(step.ticket.destination));
        if step.ticket.wire.next_action_owner == ActionOwner::Microsoft {
            step.promise_update();
        }
    }
    let done = Step::new(&step.view.caller.by, action).detail(facts);
    step.keep(done)
}

fn replied(mut step: Change<'_>, facts: serde_json::Value) -> Changed {
    step.ticket.responded = step.ticket.responded.or(Some(step.view.now));
    step.promise_update();
    let done = Step::new(&step.view.caller.by, "ticket.replied").detail(facts);
    step.keep(done)
}

/// `GET tickets('ID')/timeline`: every step, oldest first.
pub async fn timeline(
    State(app): State<App>,
    caller: Caller,
    TicketKey(id): TicketKey,
    query: ListQuery,
) -> Result<Json<Collection<TicketEvent>>, Problem> {
    let query = query.only(false, false)?;
    // What has no documented form is always annotated.
    let preferences = Preferences { annotations: true, ..Preferences::default() };
    let view = View::new(&app, caller, preferences);
    let context = app.context(&format!("Tickets('{}')/timeline", id.replace('\'', "''")));
    let (skip, top) = (query.skip, query.limit());
    let steps = move |c: &Connection| {
        let ticket = find(c, &view, &id)?;
        ticket_trail::events(c, &ticket.wire.id, skip, top)
    };
    let mut value = app.store.read(steps).await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context, value, next_link }))
}
