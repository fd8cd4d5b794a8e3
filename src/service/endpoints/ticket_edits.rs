//! What is changed about a ticket.

use axum::{extract::State, http::StatusCode, response::Response};
use jiff::SignedDuration;
use serde_json::json;

use super::{
    ticket_hand_overs::{takers, told, told_by},
    ticket_input,
    ticket_steps::{Change, Changed, Done, StepCall, step},
    tickets::{other_hours, rule},
};
use crate::{
    api::{
        messages,
        team::Role,
        ticket::{Contact, EditTicket, NewContact, Severity, TicketType},
    },
    domain::ticket::{Filing, may_file},
    service::{App, notices::Step, problem::Problem, store::ticket_trail},
};

/// How long those who were asked for a severity are not asked for the same again.
const ASKED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// The contact's own id stays: it is the same ticket's. Returns whether anything changes.
pub(super) fn replace(contact: &mut Contact, new: NewContact) -> bool {
    let changes = contact.given_name != new.given_name
        || contact.surname != new.surname
        || contact.email != new.email
        || contact.phone_number != new.phone_number;
    contact.given_name = new.given_name;
    contact.surname = new.surname;
    contact.email = new.email;
    contact.phone_number = new.phone_number;
    changes
}

/// `PATCH tickets('ID')`: contact, description, and the severity of incidents.
pub async fn edit(State(app): State<App>, call: StepCall) -> Result<Response, Problem> {
    let edit = ticket_input::edit(&call.body)?;
    step(app, call, "edit", move |step, _| edited(step, edit)).await
}

fn edited(mut step: Change<'_>, edit: EditTicket) -> Changed {
    if !step.is_customer() {
        return step.needs(&[Role::Support, Role::Admin]);
    }
    if !step.ticket.is_active() {
        return step.conflict("state", messages::RESOLVED);
    }
    let before = step.ticket.wire.severity;
    let severity = edit.severity.unwrap_or(before);
    if let Some(refusal) = other_hours(severity, edit.hours) {
        return step.refuse(refusal);
    }
    if severity != before {
        if step.ticket.wire.ty != TicketType::Incident {
            let message = "The severity of information and change requests cannot be edited.";
            return step.conflict("severity", message);
        }
        let caller = &step.view.caller;
        let roles = (!caller.is_ticket_app()).then(|| caller.roles());
        match may_file(roles, severity) {
            Filing::Filed => {}
            Filing::HandOver => return ask_admins(step, severity),
            Filing::Needs(roles) => return step.needs(roles),
        }
    }
    let mut fields = Vec::new();
    if let Some(description) = edit.description
        && description != step.ticket.wire.description
    {
        step.ticket.wire.description = description;
        fields.push("description");
    }
    if let Some(contact) = edit.contact
        && replace(&mut step.ticket.wire.contact, contact)
    {
        fields.push("contact");
    }
    // A choice of hours is heard for severity B; without one, what was chosen before stays, also
    // while another severity has hours of its own.
    let hours = step.ticket.hours();
    step.ticket.chosen = severity.choice(edit.hours).unwrap_or(step.ticket.chosen);
    step.ticket.wire.severity = severity;
    if severity != before || hours != step.ticket.hours() {
        fields.push(if severity == before { "hours" } else { "severity" });
        step.promise_anew();
    }
    if fields.is_empty() {
        return Ok(Ok(step.ticket.into()));
    }
    let mut facts = json!({ "fields": fields });
    if severity != before {
        facts["from"] = before.letter().into();
        facts["to"] = severity.letter().into();
    }
    let done = Step::new(&step.view.caller.by, "ticket.edited").detail(facts);
    step.keep(done)
}

/// Somebody who may not raise the severity is not sent away: those who may are told at once, each
/// of them once an hour, unless the severity has changed or the ticket was reactivated since.
fn ask_admins(step: Change<'_>, wanted: Severity) -> Changed {
    let (c, now, event) = (step.c, step.view.now, "ticket.severityAsked");
    let told = told(c, step.ticket.tenant, &step.ticket.wire.category)?;
    let addresses: Vec<_> = told.iter().map(|(address, _)| address.clone()).collect();
    let takers = takers(c, step.ticket.tenant, event, &step.ticket.wire.id, &addresses)?;
    let asked = ticket_trail::severity_asked(c, &step.ticket.wire.id, wanted, now - ASKED_FOR)?;
    let knows = |address: &String| asked.iter().flatten().any(|a| a.eq_ignore_ascii_case(address));
    let news: Vec<_> = addresses.into_iter().filter(|address| !knows(address)).collect();
    // Whom nothing reached before is told once something does.
    let is_repeat = asked.is_some() && (news.is_empty() || takers == 0);
    let words = if is_repeat {
        "a notice to who may was queued before"
    } else {
        "a notice goes to who may"
    };
    let (code, told_how) = told_by(takers, words);
    let message =
        format!("An admin chooses severity {wanted}: nothing was changed, and {told_how}.");
    let mut problem = rule(StatusCode::FORBIDDEN, "severity", message);
    for (address, who) in &told {
        problem = problem.at(address, code, who.clone());
    }
    if is_repeat {
        return step.refuse(problem);
    }
    let reached = if takers == 0 { vec![] } else { news.clone() };
    Step::new(&step.view.caller.by, event)
        .detail(json!({ "wanted": wanted.letter(), "told": reached }))
        .tell(news)
        .record(c, &step.ticket, now)?;
    Ok(Ok(Done::Told(problem)))
}
