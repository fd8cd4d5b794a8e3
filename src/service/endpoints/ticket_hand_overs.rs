//! Requests that wait for an admin: kept and told of, filed as they stand or corrected, withdrawn.

use axum::{extract::State, http::StatusCode, response::Response};
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{
    ticket_edits::replace,
    ticket_input,
    ticket_steps::{Change, Changed, StepCall, step_with},
    tickets::{CREATE, Filed, View, broken, find, lacks_contact, other_hours, refuse, rule},
};
use crate::{
    api::{
        ErrorBody, ErrorDetail, ErrorObject, messages,
        team::Role,
        ticket::{ActionOwner, TicketState, hand_over},
    },
    domain::ticket::{Filing, may_file, may_support},
    service::{
        App,
        access::lacks,
        attachments,
        notices::{Step, contacts_of, stands_by},
        problem::Problem,
        replay::{self, Replay},
        store::{
            Outcome, contacts, deliveries, devices,
            outbox::Notice,
            people, ticket_trail,
            tickets::{self, Ticket},
        },
    },
};

/// How many requests of one writer may wait for an admin.
const MAX_WAITING: u32 = 100;

/// How many people are told of a hand-over.
const MAX_TOLD: usize = 20;

/// Who is told that a request waits for an admin: every admin, and the contact that stands by.
/// The first of each pair is the e-mail address, the second a name and, where known, a number.
pub(super) fn told(c: &Connection, tenant: Uuid, category: &str) -> Outcome<Vec<(String, String)>> {
    let known = contacts::all(c, tenant)?;
    let mut told: Vec<(String, String)> = Vec::new();
    if let Some(contact) = stands_by(c, tenant, category)? {
        let who = format!("{}, {}", contact.name, contact.phone_number);
        told.push((contact.email, who));
    }
    for upn in people::holders(c, tenant, Role::Admin)? {
        if told.iter().any(|(address, _)| address.eq_ignore_ascii_case(&upn)) {
            continue;
        }
        let contact = known.iter().find(|contact| contact.email.eq_ignore_ascii_case(&upn));
        let who = match contact {
            Some(contact) => format!("{}, {}", contact.name, contact.phone_number),
            None => {
                let member = people::find_member(c, tenant, &upn)?;
                member.and_then(|member| member.display_name).unwrap_or_else(|| upn.clone())
            }
        };
        told.push((upn, who));
    }
    told.truncate(MAX_TOLD);
    Ok(told)
}

/// How many sinks and addressees are told of `event`, which happens to the ticket `id`.
pub(super) fn takers(
    c: &Connection,
    tenant: Uuid,
    event: &'static str,
    id: &str,
    recipients: &[String],
) -> Outcome<usize> {
    let (subject, recipients) = (id.to_owned(), recipients.to_vec());
    let notice = Notice { event, subject, data: json!({}), recipients };
    Ok(deliveries::wanted(c, tenant, &notice)?.len())
}

/// The detail's code and the words for who is notified, where `takers` sinks and addressees were:
/// `queued` where there is one. Nothing is delivered before the answer.
pub(super) fn told_by(takers: usize, queued: &'static str) -> (&'static str, &'static str) {
    match takers {
        0 => (hand_over::CALL, "nobody was notified automatically: call an admin"),
        _ => (hand_over::NOTIFYING, queued),
    }
}

/// Keeps a request that its writer may not file, and tells those who may.
pub(super) fn hand_over(c: &Connection, view: &View, ticket: Ticket) -> Outcome<Filed> {
    let caller = &view.caller;
    if tickets::waiting_of(c, ticket.tenant, caller.name())? >= MAX_WAITING {
        let message = format!("{MAX_WAITING} of your requests wait for an admin: withdraw some.");
        return refuse(None, rule(StatusCode::CONFLICT, "severity", message));
    }
    tickets::insert(c, &ticket)?;
    let told = told(c, ticket.tenant, &ticket.wire.category)?;
    let addresses: Vec<_> = told.iter().map(|(address, _)| address.clone()).collect();
    let (id, event) = (&ticket.wire.id, "ticket.handedOver");
    let takers = takers(c, ticket.tenant, event, id, &addresses)?;
    // Who is named there was told: where no sink tells anybody, that is nobody.
    let reached = if takers == 0 { &[][..] } else { &addresses };
    Step::new(&caller.by, event)
        .detail(json!({ "told": reached }))
        .tell(addresses.clone())
        .record(c, &ticket, view.now)?;
    let (code, told_how) = told_by(takers, "a notice goes to who may file it");
    let message = format!(
        "An admin files severity {}: this request is kept as {id}, and {told_how}.",
        ticket.wire.severity
    );
    let detail = |code: &str, message: &str, target: &str| ErrorDetail {
        code: code.to_owned(),
        message: message.to_owned(),
        target: target.to_owned(),
    };
    let mut details = vec![
        detail(messages::RULE, &message, "severity"),
        detail(hand_over::KEPT, &format!("The request is kept as {id}."), id),
    ];
    details.extend(told.iter().map(|(address, who)| detail(code, who, address)));
    let status = StatusCode::FORBIDDEN;
    let code = status.as_u16().to_string();
    let body = ErrorBody { error: ErrorObject { code, message, details } };
    let text = serde_json::to_string(&body).map_err(|_| Problem::internal())?;
    Ok(Ok((status, text)))
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
        if let Some(refusal) = other_hours(step.ticket.wire.severity, corrected.hours) {
            return step.refuse(refusal);
        }
        if let Some(chosen) = step.ticket.wire.severity.choice(corrected.hours) {
            step.ticket.chosen = chosen;
        }
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
    let drop = move |c: &Connection| -> Outcome<Result<Vec<Uuid>, Problem>> {
        if replay::find(c, replay.as_ref())?.is_some() {
            return Ok(Ok(vec![]));
        }
        let ticket = find(c, &view, &id)?;
        if ticket.is_filed() {
            let message = "This ticket is filed: resolve it instead.";
            return refuse(Some(&id), rule(StatusCode::CONFLICT, "state", message));
        }
        let own = ticket.filer.eq_ignore_ascii_case(view.caller.name());
        if !own && !view.caller.roles().contains(&Role::Admin) {
            let problem = lacks(c, ticket.tenant, &[Role::Admin])?;
            return refuse(Some(&id), problem);
        }
        let attached = ticket_trail::attachments(c, &id)?.into_iter().map(|kept| kept.id);
        let attached = attached.collect();
        let facts = json!({ "writtenBy": ticket.filer });
        Step::new(&view.caller.by, "ticket.withdrawn")
            .detail(facts)
            .record(c, &ticket, view.now)?;
        tickets::remove_waiting(c, &id)?;
        // Whoever never heard that it was kept, and sends it again, is not told that it still is.
        replay::forget_kept(c, ticket.tenant, &ticket.filer, CREATE, &id)?;
        replay::keep(c, replay.as_ref(), StatusCode::NO_CONTENT, None, view.now)?;
        Ok(Ok(attached))
    };
    let attached = app.store.write(drop).await??;
    attachments::forget(&app, &attached).await;
    Ok(StatusCode::NO_CONTENT)
}
