//! Operations 11 to 13, the queue, and what waits for an admin: support requests.

use axum::{
    Json,
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
    ticket_input,
};
use crate::{
    api::{
        Collection, Entity, ErrorBody, ErrorDetail, ErrorObject, messages,
        team::Role,
        ticket::{
            ActionOwner, Contact, Destination, Link, NewContact, NewTicket, Ticket as Wire,
            TicketState, hand_over,
        },
    },
    domain::{
        filter::{self, FilterError, Property, Type},
        password::SystemEntropy,
        ticket::{self, Calendar, Filing, Refusal, may_file, may_support},
    },
    service::{
        App,
        access::{Caller, TicketKey, lacks},
        input::{Body, ListQuery, Preferences},
        notices::{Step, contacts_of, stands_by},
        problem::Problem,
        replay::{self, Replay},
        store::{
            Outcome,
            audit::Record,
            contacts, devices, filter_sql, people,
            requests::{self, Condition},
            tickets::{self, Ticket, Wanted},
        },
    },
};

/// How many requests of one writer may wait for an admin.
const MAX_WAITING: u32 = 100;

/// How many people are told of a hand-over.
const MAX_TOLD: usize = 20;

/// What `$filter` and `$orderby` may name.
const SCHEMA: &[Property] = &[
    Property::new("title", Type::String),
    Property::new("description", Type::String),
    Property::new("isPartner", Type::Bool),
    // Two documented answers write it with a space.
    Property::new("type", Type::String).with_synonyms(&[
        ("Change Request", "ChangeRequest"),
        ("Request For Information", "RequestForInformation"),
    ]),
    Property::new("category", Type::String),
    Property::new("subcategory", Type::String),
    Property::new("compromiseIndicator", Type::String),
    Property::new("usersOrDevicesImpacted", Type::Int),
    Property::new("relatedAlerts", Type::String),
    Property::new("businessImpact", Type::String),
    Property::new("issueFirstNoticed", Type::Time),
    Property::new("issueReproduced", Type::Bool),
    Property::new("endUserSupportEngaged", Type::Bool),
    Property::new("troubleshootingSteps", Type::String),
    Property::new("nextActionOwner", Type::String),
    Property::new("nextActionTime", Type::Time),
    Property::new("reproSteps", Type::String),
    Property::new("id", Type::String),
    Property::new("severity", Type::Int),
    Property::new("state", Type::String),
    Property::new("createdDateTime", Type::Time),
    Property::new("resolvedDateTime", Type::Time),
    Property::new("contact", Type::Other),
    Property::new("emails", Type::Other),
    Property::new("attachments", Type::Other),
    Property::new("notes", Type::Other),
];

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
    fn wire(&self, c: &Connection, ticket: Ticket, whole: bool) -> Outcome<Wire> {
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
    wire.hours = Some(ticket.hours);
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

fn sees_waiting(caller: &Caller) -> bool {
    caller.roles().contains(&Role::Admin) || caller.roles().contains(&Role::Auditor)
}

/// A refusal is an event, so it must not undo what it writes.
pub(super) fn refuse<T>(
    c: &Connection,
    view: &View,
    ticket: Option<&str>,
    problem: Problem,
) -> Outcome<Result<T, Problem>> {
    let detail = match ticket {
        Some(ticket) => json!({ "ticket": ticket, "why": problem.message }),
        None => json!({ "why": problem.message }),
    };
    Record::new(&view.caller.by, "ticket.refused").refused().detail(detail).append(
        c,
        view.caller.tenant.id,
        view.now,
    )?;
    Ok(Err(problem))
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

/// What was filed or kept: the answer's status and text.
type Filed = Result<(StatusCode, String), Problem>;

/// Operation 11. Severity A or B from somebody who may not file it is kept and handed over.
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    preferences: Preferences,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let replay = Replay::of(&headers, &caller, "POST tickets", &body)?;
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
        return refuse(c, view, None, broken(refusal));
    }
    let roles = (!caller.is_ticket_app()).then(|| caller.roles());
    let filing = may_file(roles, new.severity);
    if let Filing::Needs(roles) = filing {
        return refuse(c, view, None, lacks(c, tenant, roles)?);
    }
    if let Err(refusal) = &supported {
        return refuse(c, view, None, broken(refusal));
    }
    let waits = filing == Filing::HandOver;
    let ticket = made(c, app, view, new, names, waits)?;
    if waits {
        return hand_over(c, view, ticket);
    }
    if let Some(refusal) = lacks_contact(c, tenant, &ticket.wire.category)? {
        return refuse(c, view, None, broken(&refusal));
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
    let hours = new.severity.hours(new.hours);
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
        hours,
        closed: false,
        destination: Destination::Operations,
        taken_by: None,
        asked: None,
        respond_by: (!waits).then_some(respond_by),
        responded: None,
        update_by: None,
        devices,
        elevation: new.elevation,
    })
}

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

/// The detail's code and the words for who was told, where `takers` sinks and addressees were:
/// `told` where there is one.
pub(super) fn told_by(takers: usize, told: &'static str) -> (&'static str, &'static str) {
    match takers {
        0 => (hand_over::CALL, "nobody was notified automatically: call an admin"),
        _ => (hand_over::TOLD, told),
    }
}

/// Keeps a request that its writer may not file, and tells those who may.
fn hand_over(c: &Connection, view: &View, ticket: Ticket) -> Outcome<Filed> {
    let caller = &view.caller;
    if tickets::waiting_of(c, ticket.tenant, caller.name())? >= MAX_WAITING {
        let message = format!("{MAX_WAITING} of your requests wait for an admin: withdraw some.");
        return refuse(c, view, None, rule(StatusCode::CONFLICT, "severity", message));
    }
    tickets::insert(c, &ticket)?;
    let told = told(c, ticket.tenant, &ticket.wire.category)?;
    let addresses: Vec<_> = told.iter().map(|(address, _)| address.clone()).collect();
    let takers = Step::new(&caller.by, "ticket.handedOver")
        .detail(json!({ "told": addresses }))
        .tell(addresses.clone())
        .record(c, &ticket, view.now)?;
    let id = &ticket.wire.id;
    let (code, told_how) = told_by(takers, "who may file it was told");
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

/// Operation 12. Programs and the team see all; the rest of the desk sees its own.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    preferences: Preferences,
    query: ListQuery,
) -> Result<Json<Collection<Wire>>, Problem> {
    let query = query.ordered()?;
    let condition = query.filter.as_deref().map(condition).transpose()?.unwrap_or_default();
    let order = query.order.as_deref().map(order).transpose()?.unwrap_or_default();
    let filer = (!sees_all(&caller)).then(|| caller.name().to_owned());
    let wanted = Wanted { condition, order, filer, skip: query.skip, top: query.limit() };
    let view = View::new(&app, caller, preferences);
    let page = move |c: &Connection| {
        let rows = tickets::list(c, view.caller.tenant.id, &wanted)?;
        rows.into_iter().map(|ticket| view.wire(c, ticket, false)).collect::<Outcome<Vec<_>>>()
    };
    let mut value = app.store.read(page).await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("Tickets"), value, next_link }))
}

fn wrong(error: FilterError) -> Problem {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    Problem::new(status, error.to_string())
}

fn condition(text: &str) -> Result<Condition, Problem> {
    let expression = filter::parse(text, SCHEMA).map_err(wrong)?;
    // The parser knows the same properties as the columns do; a test holds them together.
    let fragment =
        filter_sql::filter(&expression, |name| tickets::column(name).unwrap_or("null"), 2);
    Ok(Condition { sql: fragment.sql, values: fragment.values })
}

fn order(text: &str) -> Result<String, Problem> {
    let orders = filter::parse_orderby(text, SCHEMA).map_err(wrong)?;
    Ok(filter_sql::order(&orders, |name| tickets::column(name).unwrap_or("null")))
}

/// Which of our own lists is asked for.
async fn own_list(
    app: App,
    caller: Caller,
    query: ListQuery,
    page: impl FnOnce(&Connection, &View, u32, u32) -> Outcome<Vec<Ticket>> + Send + 'static,
) -> Result<Json<Collection<Wire>>, Problem> {
    let query = query.only(false, false)?;
    // What has no documented form is always annotated.
    let preferences = Preferences { annotations: true, ..Preferences::default() };
    let view = View::new(&app, caller, preferences);
    let (skip, top) = (query.skip, query.limit());
    let rows = move |c: &Connection| {
        let rows = page(c, &view, skip, top)?;
        rows.into_iter().map(|ticket| view.wire(c, ticket, false)).collect::<Outcome<Vec<_>>>()
    };
    let mut value = app.store.read(rows).await?;
    let next_link = query.finish(&mut value, &app.origin);
    Ok(Json(Collection { context: app.context("Tickets"), value, next_link }))
}

/// `GET tickets/queue`: what operations have to work on, overdue first.
pub async fn queue(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Collection<Wire>>, Problem> {
    own_list(app, caller, query, |c, view, skip, top| {
        tickets::queue(c, view.caller.tenant.id, skip, top)
    })
    .await
}

/// `GET tickets/handOvers`: what waits for an admin; one's own, for who is neither admin nor
/// auditor.
pub async fn waiting(
    State(app): State<App>,
    caller: Caller,
    query: ListQuery,
) -> Result<Json<Collection<Wire>>, Problem> {
    own_list(app, caller, query, |c, view, skip, top| {
        let caller = &view.caller;
        let filer = (!sees_waiting(caller)).then(|| caller.name());
        tickets::waiting(c, caller.tenant.id, filer, skip, top)
    })
    .await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_that_can_be_filtered_has_a_column() {
        for property in SCHEMA.iter().filter(|property| !matches!(property.ty, Type::Other)) {
            assert!(tickets::column(property.name).is_some(), "{}", property.name);
        }
    }
}
