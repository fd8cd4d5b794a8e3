//! What operations do with a ticket: take, reply, lower. And what time does: the close of a ticket
//! whose filer does not answer.

use axum::{extract::State, response::Response};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{
    ticket_input,
    ticket_steps::{Change, Changed, StepCall, step, with_note},
};
use crate::{
    api::{
        messages,
        ticket::{ActionOwner, NoteKind, TakeTicket, TicketState},
    },
    domain::ticket::{ANSWER_WITHIN, Hours, answer_by},
    service::{
        App,
        notices::{Step, contacts_of},
        problem::Problem,
        store::{Outcome, audit::By, ticket_trail, tickets},
    },
};

/// `POST tickets('ID')/take`: of two who take the same ticket one wins, and the other is told who.
/// A ticket that somebody has is taken from them only by their name.
pub async fn take(State(app): State<App>, call: StepCall) -> Result<Response, Problem> {
    step(app, call, "take", move |mut step, body| {
        let TakeTicket { from } = body.read()?;
        if !step.ticket.is_active() {
            return step.conflict("state", messages::RESOLVED);
        }
        if !step.ticket.destination.is_served() {
            return elsewhere(&step);
        }
        let who = step.view.caller.name();
        if let Some(holder) = &step.ticket.taken_by {
            if holder.eq_ignore_ascii_case(who) {
                return Ok(Ok(step.ticket.into()));
            }
            if !from.as_ref().is_some_and(|from| from.eq_ignore_ascii_case(holder)) {
                return step.conflict("takenBy", messages::taken_by(holder));
            }
        } else if let Some(from) = from {
            let message = format!("This ticket is not taken by {from}, nor by anybody.");
            return step.conflict("takenBy", message);
        }
        let from = step.ticket.taken_by.replace(who.to_owned());
        let tell = contacts_of(step.c, &step.ticket)?;
        let mut facts = json!({ "to": who });
        if let Some(from) = from {
            facts["from"] = from.into();
        }
        let done = Step::new(&step.view.caller.by, "ticket.assigned").detail(facts).tell(tell);
        step.keep(done)
    })
    .await
}

/// Operations work on what lies with those who run the service, and on nothing else.
fn elsewhere(step: &Change<'_>) -> Changed {
    let place = step.ticket.destination;
    let message = format!("This ticket lies with {place}: transfer it to operations first.");
    step.conflict("destination", message)
}

/// `POST tickets('ID')/reply`: the first one is the promised response, each one the promised news.
pub async fn reply(State(app): State<App>, call: StepCall) -> Result<Response, Problem> {
    let text = ticket_input::text(&call.body)?;
    let asks = ticket_input::flag(&call.body, "requestAction")?;
    step(app, call, "reply", move |mut step, _| {
        if !step.ticket.is_active() {
            return step.conflict("state", messages::RESOLVED);
        }
        // Whoever has it may be at work: a question would close it unanswered.
        if !step.ticket.destination.is_served() {
            return elsewhere(&step);
        }
        let now = step.view.now;
        let kind = if asks { NoteKind::RequestForAction } else { NoteKind::Reply };
        let (id, who) = (&step.ticket.wire.id, step.view.caller.name());
        let note = ticket_trail::add_note(step.c, id, kind, &text, who, now)?;
        step.ticket.responded = step.ticket.responded.or(Some(now));
        step.promise_update();
        let mut facts = with_note(json!({}), Some(note));
        let mut tell = vec![];
        if asks {
            // Counted from the last such request.
            step.ticket.asked = Some(now);
            step.ticket.wire.next_action_owner = ActionOwner::Customer;
            step.ticket.wire.next_action_time = Some(answer_by(now));
            facts["answerBy"] = json!(answer_by(now));
            tell = contacts_of(step.c, &step.ticket)?;
        }
        let action = if asks { "ticket.actionRequested" } else { "ticket.replied" };
        let done = Step::new(&step.view.caller.by, action).detail(facts).tell(tell);
        step.keep(done)
    })
    .await
}

/// `POST tickets('ID')/lower`: a commitment was not kept, so the severity is lowered by one level.
pub async fn lower(State(app): State<App>, call: StepCall) -> Result<Response, Problem> {
    let text = ticket_input::word(&call.body)?;
    step(app, call, "lower", move |mut step, _| {
        if !step.ticket.is_active() {
            return step.conflict("state", messages::RESOLVED);
        }
        if !step.ticket.destination.is_served() {
            return elsewhere(&step);
        }
        let from = step.ticket.wire.severity;
        let Some(to) = from.lowered() else {
            return step
                .conflict("severity", "Severity C is the least: there is nothing below it.");
        };
        let note = step.say(text.as_deref())?;
        step.ticket.wire.severity = to;
        // Who has not kept continuous engagement has none.
        step.ticket.chosen = Hours::SupportHours;
        step.promise_anew();
        let facts = json!({ "from": from.letter(), "to": to.letter() });
        let done = Step::new(&step.view.caller.by, "ticket.lowered");
        let done = done.detail(with_note(facts, note));
        step.keep(done)
    })
    .await
}

/// Closes every ticket on which a request for action was left unanswered for 48 hours.
pub async fn close_unanswered(app: &App, now: Timestamp) -> Outcome<()> {
    let bound = now.checked_sub(ANSWER_WITHIN).unwrap_or(Timestamp::MIN);
    let due = move |c: &Connection| tickets::asked_before(c, bound);
    while !app.store.read(due).await?.is_empty() {
        let closed = app.store.write(move |c| close(c, due(c)?, now)).await?;
        if closed == 0 {
            break;
        }
    }
    Ok(())
}

fn close(c: &Connection, due: Vec<(Uuid, String)>, now: Timestamp) -> Outcome<usize> {
    let by = By::system();
    let mut closed = 0;
    for (tenant, id) in due {
        let Some(mut ticket) = tickets::get(c, tenant, &id)? else { continue };
        let asked = ticket.asked.take();
        ticket.wire.next_action_time = None;
        ticket.wire.next_action_owner = ActionOwner::Microsoft;
        ticket.wire.state = TicketState::Resolved;
        ticket.wire.resolved_date_time = Some(now);
        ticket.closed = true;
        tickets::save(c, &ticket)?;
        let tell = contacts_of(c, &ticket)?;
        let facts = json!({ "unansweredSince": asked });
        Step::new(&by, "ticket.closed").detail(facts).tell(tell).record(c, &ticket, now)?;
        closed += 1;
    }
    Ok(closed)
}
