//! What is changed about a ticket, and what becomes of a request that waits for an admin.

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::json;

use super::{
    ticket_input,
    ticket_steps::{Change, Changed, StepCall, step, step_with},
    tickets::{View, broken, find, lacks_contact, refuse, rule, told, told_by},
};
use crate::{
    api::{
        messages,
        team::Role,
        ticket::{ActionOwner, Contact, EditTicket, NewContact, Severity, TicketState, TicketType},
    },
    domain::ticket::{Filing, may_file, may_support},
    service::{
        App, attachments,
        notices::{Step, contacts_of},
        problem::Problem,
        replay::{self, Replay},
        store::{Outcome, devices, ticket_trail, tickets},
    },
};

/// The contact's own id stays: it is the same ticket's. Returns whether anything changes.
fn replace(contact: &mut Contact, new: NewContact) -> bool {
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
    if edit.hours.is_some_and(|hours| severity.hours(Some(hours)) != hours) {
        let fixed = severity.hours(None);
        let message = format!("The hours of severity {severity} are always `{fixed}`.");
        return step.conflict("@mmd.hours", message);
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
    // A choice of hours is heard for severity B; without one, what was chosen before stays.
    let hours = severity.hours(edit.hours.or((severity == before).then_some(step.ticket.hours)));
    if severity != before || hours != step.ticket.hours {
        step.ticket.wire.severity = severity;
        step.ticket.hours = hours;
        fields.push(if severity == before { "hours" } else { "severity" });
        match step.ticket.responded {
            None => step.promise_response(),
            Some(_) => step.promise_update(),
        }
    }
    if fields.is_empty() {
        return Ok(Ok(step.ticket));
    }
    let mut facts = json!({ "fields": fields });
    if severity != before {
        facts["from"] = before.letter().into();
        facts["to"] = severity.letter().into();
    }
    let done = Step::new(&step.view.caller.by, "ticket.edited").detail(facts);
    step.keep(done)
}

/// Somebody who may not raise the severity is not sent away: those who may are told at once.
fn ask_admins(step: Change<'_>, wanted: Severity) -> Changed {
    let (c, now) = (step.c, step.view.now);
    let told = told(c, step.ticket.tenant, &step.ticket.wire.category)?;
    let addresses: Vec<_> = told.iter().map(|(address, _)| address.clone()).collect();
    let takers = Step::new(&step.view.caller.by, "ticket.severityAsked")
        .detail(json!({ "wanted": wanted.letter(), "told": addresses }))
        .tell(addresses.clone())
        .record(c, &step.ticket, now)?;
    let (code, told_how) = told_by(takers, "who may was told");
    let message =
        format!("An admin chooses severity {wanted}: nothing was changed, and {told_how}.");
    let mut problem = rule(StatusCode::FORBIDDEN, "severity", message);
    for (address, who) in &told {
        problem = problem.at(address, code, who.clone());
    }
    Ok(Err(problem))
}

/// `POST tickets('ID')/file`: a request that waits becomes a ticket, as it stands or corrected.
pub async fn file(State(app): State<App>, call: StepCall) -> Result<Response, Problem> {
    let corrected = ticket_input::corrections(&call.body)?;
    step_with(app, call, "file", move |mut step, _| {
        if step.ticket.is_filed() {
            return step.conflict("state", "This request is filed already.");
        }
        let wire = &mut step.ticket.wire;
        let mut fields = Vec::new();
        let mut put = |name: &'static str, to: &mut String, new: Option<String>| {
            if let Some(new) = new {
                *to = new;
                fields.push(name);
            }
        };
        put("title", &mut wire.title, corrected.title);
        put("description", &mut wire.description, corrected.description);
        put("category", &mut wire.category, corrected.category);
        put("subcategory", &mut wire.subcategory, corrected.subcategory);
        if let Some(ty) = corrected.ty {
            wire.ty = ty;
            fields.push("type");
        }
        if let Some(contact) = corrected.contact
            && replace(&mut wire.contact, contact)
        {
            fields.push("contact");
        }
        let asked = wire.severity;
        wire.severity = corrected.severity.unwrap_or(asked);
        if wire.severity != asked {
            fields.push("severity");
        }
        let chosen = corrected.hours.or((wire.severity == asked).then_some(step.ticket.hours));
        step.ticket.hours = step.ticket.wire.severity.hours(chosen);
        filed(step, fields)
    })
    .await
}

fn filed(mut step: Change<'_>, fields: Vec<&'static str>) -> Changed {
    let (c, tenant) = (step.c, step.ticket.tenant);
    let caller = &step.view.caller;
    let severity = step.ticket.wire.severity;
    let mut rings = Vec::new();
    for name in &step.ticket.devices {
        // One that was retired meanwhile has no ring.
        rings.push(devices::by_name(c, tenant, name)?.and_then(|device| device.ring));
    }
    let supported = may_support(step.ticket.wire.ty, severity, rings.iter().map(Option::as_deref));
    if let Err(refusal) = supported {
        return step.refuse(broken(&refusal));
    }
    let roles = (!caller.is_ticket_app()).then(|| caller.roles());
    match may_file(roles, severity) {
        Filing::Filed => {}
        Filing::HandOver => return step.needs(&[Role::Admin]),
        Filing::Needs(roles) => return step.needs(roles),
    }
    if let Some(refusal) = lacks_contact(c, tenant, &step.ticket.wire.category)? {
        return step.refuse(broken(&refusal));
    }
    step.ticket.wire.state = TicketState::Active;
    step.ticket.wire.created_date_time = step.view.now;
    step.next(ActionOwner::Microsoft);
    step.promise_response();
    let tell = contacts_of(c, &step.ticket)?;
    let mut facts = json!({ "writtenBy": step.ticket.filer });
    if !fields.is_empty() {
        facts["corrected"] = json!(fields);
    }
    let done = Step::new(&step.view.caller.by, "ticket.created").detail(facts).tell(tell);
    step.keep(done)
}

/// `POST tickets('ID')/withdraw`: drops a request that waits; its writer or an admin does.
pub async fn withdraw(State(app): State<App>, call: StepCall) -> Result<StatusCode, Problem> {
    let StepCall { caller, id, preferences, headers, body } = call;
    let replay = Replay::of(&headers, &caller, &format!("withdraw {id}"), &body)?;
    let view = View::new(&app, caller, preferences);
    let drop = move |c: &rusqlite::Connection| -> Outcome<Result<Vec<uuid::Uuid>, Problem>> {
        if replay::find(c, replay.as_ref())?.is_some() {
            return Ok(Ok(vec![]));
        }
        let ticket = find(c, &view, &id)?;
        if ticket.is_filed() {
            let message = "This ticket is filed: resolve it instead.";
            return refuse(c, &view, Some(&id), rule(StatusCode::CONFLICT, "state", message));
        }
        let own = ticket.filer.eq_ignore_ascii_case(view.caller.name());
        if !own && !view.caller.roles().contains(&Role::Admin) {
            let problem = crate::service::access::lacks(c, ticket.tenant, &[Role::Admin])?;
            return refuse(c, &view, Some(&id), problem);
        }
        let attached = ticket_trail::attachments(c, &id)?.into_iter().map(|kept| kept.id);
        let attached = attached.collect();
        let facts = json!({ "writtenBy": ticket.filer });
        Step::new(&view.caller.by, "ticket.withdrawn")
            .detail(facts)
            .record(c, &ticket, view.now)?;
        tickets::remove_waiting(c, &id)?;
        replay::keep(c, replay.as_ref(), StatusCode::NO_CONTENT, None, view.now)?;
        Ok(Ok(attached))
    };
    let attached = app.store.write(drop).await??;
    attachments::forget(&app, &attached).await;
    Ok(StatusCode::NO_CONTENT)
}
