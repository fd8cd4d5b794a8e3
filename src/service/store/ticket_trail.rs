//! What gathers round a ticket: notes, steps, attachments.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Outcome, id, micros, signed, time, unsigned};
use crate::api::ticket::{Attachment, Destination, Note, NoteKind, Severity, TicketEvent};

fn read_note(row: &Row<'_>) -> rusqlite::Result<Note> {
    let kind: String = row.get(1)?;
    let at = time(row.get(2)?);
    Ok(Note {
        id: row.get(0)?,
        ty: "post".into(),
        render_type: "html".into(),
        created_date_time: at,
        modified_date_time: at,
        text: row.get(3)?,
        sender: row.get(4)?,
        kind: Some(match kind.as_str() {
            "reply" => NoteKind::Reply,
            "requestForAction" => NoteKind::RequestForAction,
            _ => NoteKind::Note,
        }),
    })
}

/// The notes of a ticket, oldest first.
pub fn notes(c: &Connection, ticket: &str, skip: u32, top: u32) -> Outcome<Vec<Note>> {
    let mut statement = c.prepare_cached(
        "select number, kind, created, text, sender from ticket_notes where ticket = $1
         order by number limit $2 offset $3",
    )?;
    let rows = statement.query_map(params![ticket, top, skip], read_note)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Adds a note. Returns its number.
pub fn add_note(
    c: &Connection,
    ticket: &str,
    kind: NoteKind,
    text: &str,
    sender: &str,
    now: Timestamp,
) -> Outcome<u32> {
    Ok(c.prepare_cached(
        "insert into ticket_notes (ticket, number, kind, created, text, sender)
         select $1, coalesce(max(number) + 1, 0), $2, $3, $4, $5 from ticket_notes
         where ticket = $1 returning number",
    )?
    .query_row(params![ticket, kind.as_str(), micros(now), text, sender], |row| row.get(0))?)
}

fn read_event(row: &Row<'_>) -> rusqlite::Result<TicketEvent> {
    let detail: Option<String> = row.get(4)?;
    Ok(TicketEvent {
        id: row.get(0)?,
        time: time(row.get(1)?),
        action: row.get(2)?,
        who: row.get(3)?,
        detail: detail.and_then(|text| serde_json::from_str(&text).ok()),
    })
}

/// The steps of a ticket, oldest first.
pub fn events(c: &Connection, ticket: &str, skip: u32, top: u32) -> Outcome<Vec<TicketEvent>> {
    let mut statement = c.prepare_cached(
        "select number, at, action, who, detail from ticket_events where ticket = $1
         order by number limit $2 offset $3",
    )?;
    let rows = statement.query_map(params![ticket, top, skip], read_event)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Who was told that severity `wanted` is asked for, by what was asked after `since`, after the
/// severity last changed and after the ticket was last reactivated; `None` where it was not asked.
pub fn severity_asked(
    c: &Connection,
    ticket: &str,
    wanted: Severity,
    since: Timestamp,
) -> Outcome<Option<Vec<String>>> {
    let mut statement = c.prepare_cached(
        "select number, at, action, who, detail from ticket_events
         where ticket = $1 and at > $2 and action in
             ('ticket.severityAsked', 'ticket.edited', 'ticket.lowered', 'ticket.reactivated')
         order by number desc",
    )?;
    let mut rows = statement.query(params![ticket, micros(since)])?;
    let mut asked = None;
    while let Some(row) = rows.next()? {
        let TicketEvent { action, detail, .. } = read_event(row)?;
        let facts = detail.unwrap_or_default();
        if action == "ticket.severityAsked" {
            if facts["wanted"] == wanted.letter() {
                let told = facts["told"].as_array().into_iter().flatten();
                let told = told.filter_map(|address| address.as_str().map(str::to_owned));
                asked.get_or_insert_with(Vec::new).extend(told);
            }
        // An edit of something else names no severity.
        } else if action == "ticket.reactivated" || facts["to"].is_string() {
            break;
        }
    }
    Ok(asked)
}

/// When a ticket was last transferred from those who serve it.
pub fn left_served(c: &Connection, ticket: &str) -> Outcome<Option<Timestamp>> {
    let mut statement = c.prepare_cached(
        "select number, at, action, who, detail from ticket_events
         where ticket = $1 and action = 'ticket.transferred' order by number desc",
    )?;
    let mut rows = statement.query([ticket])?;
    while let Some(row) = rows.next()? {
        let event = read_event(row)?;
        let from = event.detail.as_ref().and_then(|detail| detail["from"].as_str()?.parse().ok());
        if from.is_some_and(Destination::is_served) {
            return Ok(Some(event.time));
        }
    }
    Ok(None)
}

/// Adds a step.
pub fn add_event(
    c: &Connection,
    ticket: &str,
    action: &str,
    who: &str,
    detail: Option<&serde_json::Value>,
    now: Timestamp,
) -> Outcome<()> {
    c.prepare_cached(
        "insert into ticket_events (ticket, number, at, action, who, detail)
         select $1, coalesce(max(number) + 1, 0), $2, $3, $4, $5 from ticket_events
         where ticket = $1",
    )?
    .execute(params![
        ticket,
        micros(now),
        action,
        who,
        detail.map(|value| value.to_string())
    ])?;
    Ok(())
}

fn read_attachment(row: &Row<'_>) -> rusqlite::Result<Attachment> {
    Ok(Attachment {
        id: id(&row.get::<_, String>(0)?),
        name: row.get(1)?,
        size: unsigned(row.get(2)?),
        sha256: row.get(3)?,
        created_date_time: time(row.get(4)?),
        sender: row.get(5)?,
    })
}

/// The attachments of a ticket, oldest first: there are never many.
pub fn attachments(c: &Connection, ticket: &str) -> Outcome<Vec<Attachment>> {
    let mut statement = c.prepare_cached(
        "select id, name, size, sha256, created, sender from ticket_attachments
         where ticket = $1 order by created, id",
    )?;
    Ok(statement.query_map([ticket], read_attachment)?.collect::<rusqlite::Result<_>>()?)
}

/// One attachment of a ticket.
pub fn attachment(c: &Connection, ticket: &str, attachment: Uuid) -> Outcome<Option<Attachment>> {
    Ok(c.prepare_cached(
        "select id, name, size, sha256, created, sender from ticket_attachments
         where ticket = $1 and id = $2",
    )?
    .query_row(params![ticket, attachment.to_string()], read_attachment)
    .optional()?)
}

/// Adds an attachment, whose bytes lie in their file already.
pub fn add_attachment(
    c: &Connection,
    tenant: Uuid,
    ticket: &str,
    attachment: &Attachment,
) -> Outcome<()> {
    c.execute(
        "insert into ticket_attachments (id, tenant, ticket, name, size, sha256, created, sender)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            attachment.id.to_string(),
            tenant.to_string(),
            ticket,
            attachment.name,
            signed(attachment.size),
            attachment.sha256,
            micros(attachment.created_date_time),
            attachment.sender,
        ],
    )?;
    Ok(())
}

/// Whether any ticket has this attachment.
pub fn is_attached(c: &Connection, attachment: Uuid) -> Outcome<bool> {
    Ok(c.prepare_cached("select exists (select 1 from ticket_attachments where id = $1)")?
        .query_row([attachment.to_string()], |row| row.get(0))?)
}
