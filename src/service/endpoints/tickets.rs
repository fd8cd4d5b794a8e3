//! Operations 11 and 13: a support request is filed, and shown.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{
    elevation_requests::{self, json_text},
    ticket_hand_overs, ticket_input,
};
use crate::{
    api::{
        Entity, messages,
        team::Role,
        ticket::{
            ActionOwner, Contact, Destination, Link, NewContact, NewTicket, Ticket as Wire,
            TicketState,
        },
    },
    domain::{
        password::SystemEntropy,
        ticket::{self, Calendar, Filing, Hours, Refusal, Severity, may_file, may_support},
    },
    service::{
        App,
        access::{Caller, TicketKey, lacks},
        input::{Body, Preferences},
        notices::{Step, contacts_of, stands_by},
        problem::{Problem, RefusedBecause},
        replay::{self, Replay},
        store::{
            Outcome, contacts, devices, requests,
            tickets::{self, Ticket},
        },
    },
};

/// What answers of one operation share.
pub(super) struct View {
    pub(super) caller: Caller,
    pub(super) annotations: bool,
    pub(super) now: Timestamp,
    pub(super) context: String,
}

impl View {
    pub(super) fn new(app: &App, caller: Caller, preferences: Preferences) -> Self {
        let context = app.context("Tickets/$entity");
        Self { caller, annotations: preferences.annotations, now: app.clock.now(), context }
    }

    /// A ticket as this caller gets it, `whole` where it stands alone.
    pub(super) fn wire(&self, c: &Connection, ticket: Ticket, whole: bool) -> Outcome<Wire> {
        match self.annotations {
            true => annotated(c, ticket, whole, self.now),
            false => Ok(ticket.wire),
        }
    }

    /// The answer's text, so that a repeat gets the same bytes.
    pub(super) fn text(&self, c: &Connection, ticket: Ticket) -> Outcome<String> {
        let value = self.wire(c, ticket, true)?;
        let entity = Entity { context: self.context.clone(), value };
        serde_json::to_string(&entity).map_err(|_| Problem::internal())
    }
}

/// A ticket with our annotations.
fn annotated(c: &Connection, ticket: Ticket, whole: bool, now: Timestamp) -> Outcome<Wire> {
    let due = ticket.due();
    let mut wire = ticket.wire.clone();
    wire.stage = Some(ticket.stage());
    match ticket.responded {
        None => wire.respond_by = due,
        Some(_) => wire.update_by = due,
    }
    wire.overdue = Some(due.is_some_and(|due| due < now));
    wire.hours = Some(ticket.hours());
    wire.destination = Some(ticket.destination);
    wire.taken_by = ticket.taken_by;
    wire.filed_by = Some(ticket.filer);
    wire.devices = Some(ticket.devices);
    let mut links = Vec::new();
    if let Some(elevation) = ticket.elevation {
        // The request may be gone: it is kept for 90 days after its close.
        let device = requests::get(c, ticket.tenant, elevation)?.map(|r| r.wire.device_name);
        links.push(Link { elevation: Some(elevation), ticket: None, device });
    }
    wire.links = Some(links);
    if whole {
        wire.admin_contact = stands_by(c, ticket.tenant, &wire.category)?;
    }
    Ok(wire)
}

/// Whether the caller sees tickets that others filed.
pub(super) fn sees_all(caller: &Caller) -> bool {
    let team = [Role::Support, Role::Admin, Role::Operations, Role::Auditor];
    caller.is_ticket_app() || team.iter().any(|role| caller.roles().contains(role))
}

/// Whether the caller speaks for the customer on a ticket of `filer`.
pub(super) fn is_customer(caller: &Caller, filer: &str) -> bool {
    let team = [Role::Support, Role::Admin];
    let own = filer.eq_ignore_ascii_case(caller.name());
    own || caller.is_ticket_app() || team.iter().any(|role| caller.roles().contains(role))
}

/// The ticket with this id, where the caller may see it. One that waits for an admin is there for
/// its writer, admins and auditors, and never for a documented caller.
pub(super) fn find(c: &Connection, view: &View, id: &str) -> Outcome<Ticket> {
    let caller = &view.caller;
    let nothing = || Problem::not_found(messages::NO_SUCH_TICKET);
    let ticket = tickets::get(c, caller.tenant.id, id)?.ok_or_else(nothing)?;
    let own = ticket.filer.eq_ignore_ascii_case(caller.name());
    let visible = match ticket.is_filed() {
        true => own || sees_all(caller),
        false => view.annotations && (own || sees_waiting(caller)),
    };
    if visible { Ok(ticket) } else { Err(nothing()) }
}

pub(super) fn sees_waiting(caller: &Caller) -> bool {
    caller.roles().contains(&Role::Admin) || caller.roles().contains(&Role::Auditor)
}

/// A refusal is an event; the access check records it with its answer.
pub(super) fn refuse<T>(ticket: Option<&str>, problem: Problem) -> Outcome<Result<T, Problem>> {
    let detail = match ticket {
        Some(ticket) => json!({ "ticket": ticket, "why": problem.message }),
        None => json!({ "why": problem.message }),
    };
    Ok(Err(problem.told_as(RefusedBecause::new("ticket.refused").detail(detail))))
}

/// A refusal by a rule.
pub(super) fn rule(status: StatusCode, target: &str, message: impl Into<String>) -> Problem {
    let message = message.into();
    Problem::new(status, message.clone()).at(target, messages::RULE, message)
}

/// What a broken rule is answered with.
pub(super) fn broken(refusal: &Refusal) -> Problem {
    let message = refusal.to_string();
    match refusal {
        Refusal::AlwaysC(_) => {
            Problem::bad_request(message.clone()).at("severity", "outOfRange", message)
        }
        Refusal::TestRing => rule(StatusCode::FORBIDDEN, "@mmd.devices", message),
        Refusal::NoContact(_) => rule(StatusCode::CONFLICT, "category", message),
    }
}

/// The refusal of `chosen` hours that `severity` does not have, if it does not.
pub(super) fn other_hours(severity: Severity, chosen: Option<Hours>) -> Option<Problem> {
    let fixed = severity.hours(chosen);
    chosen.filter(|hours| *hours != fixed)?;
    let message = format!("The hours of severity {severity} are always `{fixed}`.");
    Some(rule(StatusCode::CONFLICT, "@mmd.hours", message))
}

/// What was filed or kept: the answer's status and text.
pub(super) type Filed = Result<(StatusCode, String), Problem>;

/// What a request is filed or kept by, as its `Idempotency-Key` counts.
pub(super) const CREATE: &str = "POST tickets";

/// Operation 11. Severity A or B from somebody who may not file it is kept and handed over.
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    preferences: Preferences,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let replay = Replay::of(&headers, &caller, CREATE, &body)?;
    let new = ticket_input::new_ticket(&body)?;
    let view = View::new(&app, caller, preferences);
    let service = app.clone();
    let file = move |c: &Connection| -> Outcome<Filed> {
        if let Some(answer) = replay::find(c, replay.as_ref())? {
            return Ok(Ok(answer));
        }
        let answer = match file(c, &service, &view, new)? {
            Ok(answer) => answer,
            Err(problem) => return Ok(Err(problem)),
        };
        replay::keep(c, replay.as_ref(), answer.0, Some(&answer.1), view.now)?;
        Ok(Ok(answer))
    };
    let (status, text) = app.store.write(file).await??;
    Ok(json_text(status, text))
}

fn file(c: &Connection, app: &App, view: &View, new: NewTicket) -> Outcome<Filed> {
    let caller = &view.caller;
    let tenant = caller.tenant.id;
    let mut names = Vec::new();
    let mut rings = Vec::new();
    for name in &new.devices {
        let device = devices::by_name(c, tenant, name)?.ok_or_else(|| {
            let message = format!("There is no device `{name}`.");
            Problem::not_found(messages::NO_SUCH_DEVICE).at("@mmd.devices", "unknown", message)
        })?;
        names.push(device.name);
        rings.push(device.ring);
    }
    if let Some(elevation) = new.elevation {
        let request = elevation_requests::find(c, tenant, &elevation.to_string(), view.now)?;
        elevation_requests::visible(caller, &request)?;
        if names.is_empty() {
            let device = devices::by_name(c, tenant, &request.wire.device_name)?;
            // One that was retired meanwhile has no ring.
            rings.push(device.and_then(|device| device.ring));
            names.push(request.wire.device_name);
        }
    }
    let rings = rings.iter().map(Option::as_deref);
    let supported = may_support(new.ty, new.severity, rings);
    if let Err(refusal @ Refusal::AlwaysC(_)) = &supported {
        return refuse(None, broken(refusal));
    }
    let roles = (!caller.is_ticket_app()).then(|| caller.roles());
    let filing = may_file(roles, new.severity);
    if let Filing::Needs(roles) = filing {
        return refuse(None, lacks(c, tenant, roles)?);
    }
    if let Err(refusal) = &supported {
        return refuse(None, broken(refusal));
    }
    if let Some(refusal) = other_hours(new.severity, new.hours) {
        return refuse(None, refusal);
    }
    let waits = filing == Filing::HandOver;
    let ticket = made(c, app, view, new, names, waits)?;
    if waits {
        return ticket_hand_overs::hand_over(c, view, ticket);
    }
    if let Some(refusal) = lacks_contact(c, tenant, &ticket.wire.category)? {
        return refuse(None, broken(&refusal));
    }
    tickets::insert(c, &ticket)?;
    let tell = contacts_of(c, &ticket)?;
    let step = Step::new(&caller.by, "ticket.created").tell(tell);
    match ticket.elevation {
        Some(elevation) => step.detail(json!({ "elevation": elevation })),
        None => step,
    }
    .record(c, &ticket, view.now)?;
    // The documentation says 200.
    Ok(Ok((StatusCode::OK, view.text(c, ticket)?)))
}

/// Somebody must be there when the primary contact is not.
pub(super) fn lacks_contact(
    c: &Connection,
    tenant: Uuid,
    category: &str,
) -> Outcome<Option<Refusal>> {
    let known = contacts::all(c, tenant)?;
    let has = |area| known.iter().any(|contact| contact.area == area);
    Ok(ticket::needs_contact(category, has).err())
}

fn made(
    c: &Connection,
    app: &App,
    view: &View,
    new: NewTicket,
    devices: Vec<String>,
    waits: bool,
) -> Outcome<Ticket> {
    let mut id = ticket::id(&mut SystemEntropy);
    while tickets::is_taken(c, &id)? {
        id = ticket::id(&mut SystemEntropy);
    }
    let chosen = Severity::B.hours(new.severity.choice(new.hours));
    let hours = new.severity.hours(Some(chosen));
    let calendar = Calendar { hours, zone: &app.settings.tickets.time_zone };
    let respond_by = ticket::respond_by(new.severity, &calendar, view.now);
    let NewContact { given_name, surname, email, phone_number } = new.contact;
    Ok(Ticket {
        wire: Wire {
            title: new.title,
            description: new.description,
            is_partner: view.caller.tenant.partner_id.is_some(),
            ty: new.ty,
            category: new.category,
            subcategory: new.subcategory,
            compromise_indicator: None,
            users_or_devices_impacted: new.users_or_devices_impacted,
            related_alerts: None,
            business_impact: new.business_impact,
            issue_first_noticed: new.issue_first_noticed,
            issue_reproduced: new.issue_reproduced,
            end_user_support_engaged: new.end_user_support_engaged,
            troubleshooting_steps: new.troubleshooting_steps,
            next_action_owner: if waits { ActionOwner::Customer } else { ActionOwner::Microsoft },
            next_action_time: None,
            repro_steps: new.repro_steps,
            id,
            severity: new.severity,
            state: if waits { TicketState::AwaitingAdmin } else { TicketState::Active },
            created_date_time: view.now,
            resolved_date_time: None,
            contact: Contact {
                id: Uuid::new_v4(),
                given_name,
                surname,
                email,
                phone_number,
                preferred_language_id: String::new(),
            },
            emails: vec![],
            attachments: vec![],
            notes: vec![],
            stage: None,
            respond_by: None,
            update_by: None,
            overdue: None,
            hours: None,
            destination: None,
            taken_by: None,
            filed_by: None,
            devices: None,
            links: None,
            admin_contact: None,
        },
        tenant: view.caller.tenant.id,
        filer: view.caller.name().to_owned(),
        chosen,
        closed: false,
        destination: Destination::Operations,
        taken_by: None,
        asked: None,
        promised: view.now,
        respond_by: (!waits).then_some(respond_by),
        responded: None,
        update_by: None,
        devices,
        elevation: new.elevation,
    })
}

/// Operation 13.
pub async fn show(
    State(app): State<App>,
    caller: Caller,
    TicketKey(id): TicketKey,
    preferences: Preferences,
) -> Result<Response, Problem> {
    let view = View::new(&app, caller, preferences);
    let show = move |c: &Connection| {
        let ticket = find(c, &view, &id)?;
        view.text(c, ticket)
    };
    Ok(json_text(StatusCode::OK, app.store.read(show).await?))
}
