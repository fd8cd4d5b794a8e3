//! Files that lie by a ticket: attached, listed, downloaded.

use axum::{
    Json,
    body::Body as Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{
    elevation_requests::json_text,
    ticket_notes::answered,
    ticket_steps::Change,
    tickets::{View, find, refuse, rule},
};
use crate::{
    api::{
        Collection, Entity, messages,
        team::Role,
        ticket::{Attachment, MAX_ATTACHMENTS},
    },
    domain::{audit::unhex, ticket::name_fault},
    service::{
        App,
        access::{Caller, TicketKey},
        attachments::{self, Arrived},
        input::{Body, Preferences, query_values},
        notices::Step,
        problem::Problem,
        replay::{self, Replay},
        store::{Outcome, audit::Record, ticket_trail, tickets::Ticket},
    },
};

/// A name without a directory, on any system; it may go into a header and a terminal.
fn checked_name(name: Option<String>) -> Result<String, Problem> {
    let name = name.unwrap_or_default();
    let Some(fault) = name_fault(&name) else { return Ok(name) };
    let message = format!("`name` {}.", fault.words);
    Err(Problem::bad_request(message.clone()).at("name", fault.code, message))
}

fn preferences() -> Preferences {
    Preferences { annotations: true, ..Preferences::default() }
}

/// `POST tickets('ID')/attachments?name=N&sha256=H`: the bytes as they are.
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    TicketKey(id): TicketKey,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    // Its name, and SHA-256 of its bytes, in hexadecimal, where the sender knows it.
    let [name, sha256] = query_values(&uri, ["name", "sha256"])?;
    let name = checked_name(name)?;
    let view = View::new(&app, caller, preferences());
    // Who may not attach is told before the bytes are taken; it is decided again with them.
    // A repeat is known only by its bytes: what its first attempt has used up does not stop it.
    let may_be_repeat = headers.contains_key("idempotency-key");
    let (early, wanted) = (View::new(&app, view.caller.clone(), preferences()), id.clone());
    let check = move |c: &Connection| -> Outcome<Result<(), Problem>> {
        Ok(match speaks_on(c, &early, &wanted)? {
            Ok(ticket) if !may_be_repeat => has_room(c, ticket)?.map(|_| ()),
            spoken => spoken.map(|_| ()),
        })
    };
    app.store.read(check).await??;
    let arrived = attachments::receive(&app, bytes).await?;
    if let Some(expected) = sha256
        && unhex::<32>(&expected.to_ascii_lowercase()) != unhex::<32>(&arrived.sha256)
    {
        let message = "What arrived is not what was sent: its SHA-256 differs.";
        return Err(Problem::bad_request(message).at("sha256", "differs", message));
    }
    let same = json!({ "name": name, "sha256": arrived.sha256 });
    let same = Body(same.as_object().cloned().unwrap_or_default());
    let replay = Replay::of(&headers, &view.caller, &format!("attach {id}"), &same)?;
    let context =
        app.context(&format!("Tickets('{}')/attachments/$entity", id.replace('\'', "''")));
    let service = app.clone();
    let keep = move |c: &Connection| -> Outcome<Result<Kept, Problem>> {
        if let Some((status, text)) = replay::find(c, replay.as_ref())? {
            // The bytes of the first one are kept; these go.
            return Ok(Ok(Kept { answer: (status, text), arrived: None }));
        }
        let ticket = match may_attach(c, &view, &id)? {
            Ok(ticket) => ticket,
            Err(problem) => return Ok(Err(problem)),
        };
        let value = Attachment {
            id: arrived.id,
            name,
            size: arrived.size,
            sha256: arrived.sha256.clone(),
            created_date_time: view.now,
            sender: view.caller.name().to_owned(),
        };
        ticket_trail::add_attachment(c, ticket.tenant, &ticket.wire.id, &value)?;
        let facts = json!({
            "attachment": value.id, "size": value.size, "sha256": value.sha256,
        });
        let step = Change { c, app: &service, view: &view, ticket };
        let changed = match step.is_customer() && step.ticket.is_filed() {
            true => answered(step, "ticket.attached", facts)?,
            false => {
                let done = Step::new(&view.caller.by, "ticket.attached").detail(facts);
                step.keep(done)?
            }
        };
        if let Err(problem) = changed {
            return Ok(Err(problem));
        }
        let entity = Entity { context, value };
        let text = serde_json::to_string(&entity).map_err(|_| Problem::internal())?;
        replay::keep(c, replay.as_ref(), StatusCode::CREATED, Some(&text), view.now)?;
        Ok(Ok(Kept { answer: (StatusCode::CREATED, text), arrived: Some(arrived) }))
    };
    // The file stays once its row is durable, also when whoever sent it has hung up.
    let kept = |outcome: &Result<Kept, Problem>| {
        if let Ok(Kept { arrived: Some(arrived), .. }) = outcome {
            arrived.keep();
        }
    };
    let Kept { answer: (status, text), .. } = app.store.write_then(keep, kept).await??;
    Ok(json_text(status, text))
}

/// An answer, and the file that it stands for.
struct Kept {
    answer: (StatusCode, String),
    arrived: Option<Arrived>,
}

/// The ticket, where the caller may attach something to it.
fn may_attach(c: &Connection, view: &View, id: &str) -> Outcome<Result<Ticket, Problem>> {
    match speaks_on(c, view, id)? {
        Ok(ticket) => has_room(c, ticket),
        Err(problem) => Ok(Err(problem)),
    }
}

/// The ticket, where the caller is one of those who attach to it.
fn speaks_on(c: &Connection, view: &View, id: &str) -> Outcome<Result<Ticket, Problem>> {
    let ticket = find(c, view, id)?;
    let roles = view.caller.roles();
    let customer = super::tickets::is_customer(&view.caller, &ticket.filer);
    if !customer && !roles.contains(&Role::Operations) {
        let needed = [Role::Support, Role::Admin, Role::Operations];
        let problem = crate::service::access::lacks(c, ticket.tenant, &needed)?;
        return refuse(Some(id), problem);
    }
    Ok(Ok(ticket))
}

/// The ticket, where it takes another attachment.
fn has_room(c: &Connection, ticket: Ticket) -> Outcome<Result<Ticket, Problem>> {
    let id = &ticket.wire.id;
    if ticket.is_filed() && !ticket.is_active() {
        let problem = rule(StatusCode::CONFLICT, "state", messages::RESOLVED);
        return refuse(Some(id), problem);
    }
    if ticket_trail::attachments(c, &ticket.wire.id)?.len() >= MAX_ATTACHMENTS {
        let message = format!("A ticket has at most {MAX_ATTACHMENTS} attachments.");
        return refuse(Some(id), rule(StatusCode::CONFLICT, "attachments", message));
    }
    Ok(Ok(ticket))
}

/// `GET tickets('ID')/attachments`
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    TicketKey(id): TicketKey,
) -> Result<Json<Collection<Attachment>>, Problem> {
    let view = View::new(&app, caller, preferences());
    let context = app.context(&format!("Tickets('{}')/attachments", id.replace('\'', "''")));
    let attached = move |c: &Connection| {
        let ticket = find(c, &view, &id)?;
        ticket_trail::attachments(c, &ticket.wire.id)
    };
    let value = app.store.read(attached).await?;
    Ok(Json(Collection { context, value, next_link: None }))
}

/// `GET tickets('ID')/attachments/N`: the bytes, once they have been found to be what was
/// attached. A browser is told to keep them and not to show them.
pub async fn download(
    State(app): State<App>,
    caller: Caller,
    TicketKey(id): TicketKey,
    Path((_, wanted)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = View::new(&app, caller, preferences());
    let (by, tenant, now) = (view.caller.by.clone(), view.caller.tenant.id, view.now);
    let ticket = id.clone();
    let find = move |c: &Connection| {
        let ticket = find(c, &view, &id)?;
        let nothing = || Problem::not_found("This attachment does not exist.");
        let wanted: Uuid = wanted.parse().map_err(|_| nothing())?;
        ticket_trail::attachment(c, &ticket.wire.id, wanted)?.ok_or_else(nothing)
    };
    let attachment = app.store.read(find).await?;
    let Some(bytes) = attachments::send(&app, &attachment).await? else {
        let detail = json!({ "ticket": ticket, "attachment": attachment.id });
        app.store
            .write(move |c| {
                let damaged = Record::new(&by, "attachment.damaged").refused().detail(detail);
                damaged.append(c, tenant, now)
            })
            .await?;
        let message = "This attachment is damaged: it is not what was attached.";
        return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, message));
    };
    let name = utf8_percent_encode(&attachment.name, NON_ALPHANUMERIC);
    let digest = unhex::<32>(&attachment.sha256).unwrap_or_default();
    let text = |text: String| HeaderValue::from_str(&text).map_err(|_| Problem::internal());
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(attachment.size));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let disposition = text(format!("attachment; filename*=UTF-8''{name}"))?;
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    // RFC 9530
    headers.insert("repr-digest", text(format!("sha-256=:{}:", STANDARD.encode(digest)))?);
    Ok(response)
}
