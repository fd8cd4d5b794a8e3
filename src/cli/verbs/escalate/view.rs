//! How a support request looks.

use serde_json::Value;

use super::guide;
use crate::{
    api::ticket::{
        ActionOwner, AdminContact, Attachment, Link, Note, NoteKind, Stage, Ticket, TicketEvent,
        TicketState,
    },
    cli::output::{Cell, Details, Table, Tone},
};

/// In a word: how far it has come.
pub(super) fn state(ticket: &Ticket) -> Cell {
    let late = if ticket.overdue == Some(true) { ", overdue" } else { "" };
    let (word, tone) = match (ticket.stage, ticket.state) {
        (Some(Stage::AwaitingAdmin), _) | (None, TicketState::AwaitingAdmin) => {
            ("awaits an admin", Tone::Warn)
        }
        (Some(Stage::New), _) => ("new", Tone::Good),
        (Some(Stage::Taken), _) => ("taken", Tone::Good),
        (Some(Stage::AwaitingCustomer), _) => ("awaits your answer", Tone::Warn),
        (Some(Stage::Transferred), _) => ("transferred", Tone::Good),
        (Some(Stage::Resolved), _) | (None, TicketState::Resolved) => ("resolved", Tone::Dim),
        (Some(Stage::Closed), _) => ("closed unanswered", Tone::Dim),
        (None, TicketState::Active) => ("active", Tone::Good),
    };
    let tone = if late.is_empty() { tone } else { Tone::Bad };
    Cell::Toned(format!("{word}{late}"), tone)
}

/// What is due next, and by when.
fn due(ticket: &Ticket) -> Cell {
    ticket.respond_by.or(ticket.update_by).or(ticket.next_action_time).into()
}

fn severity(ticket: &Ticket) -> String {
    format!("{} ({})", ticket.severity, ticket.severity.word())
}

/// What was just filed.
pub(super) fn filed(ticket: &Ticket) -> Details {
    Details::new()
        .row("Id", ticket.id.as_str())
        .row("Title", ticket.title.as_str())
        .row("Severity", severity(ticket))
        .row("State", state(ticket))
        .row("Respond by", ticket.respond_by)
        .row("Promise", guide::promise(ticket.severity))
}

/// All of it but what followed.
pub(super) fn details(ticket: &Ticket, attachments: &[Attachment]) -> Details {
    let contact = &ticket.contact;
    let person = format!(
        "{} {} <{}> {}",
        contact.given_name, contact.surname, contact.email, contact.phone_number
    );
    let mut details = Details::new()
        .row("Id", ticket.id.as_str())
        .row("Title", ticket.title.as_str())
        .row("State", state(ticket))
        .row("Severity", severity(ticket))
        .row("Type", ticket.ty.as_str())
        .row("Category", format!("{} / {}", ticket.category, ticket.subcategory))
        .row("Description", ticket.description.as_str())
        .row("Filed by", ticket.filed_by.clone())
        .row("Filed", ticket.created_date_time)
        .row("Contact", person);
    if let Some(admin) = &ticket.admin_contact {
        details = details.row("Admin contact", admin_line(admin));
    }
    details = details
        .row("Acts next", acts_next(ticket))
        .row("Respond by", ticket.respond_by)
        .row("Update by", ticket.update_by)
        .row("Answer by", ticket.next_action_time)
        .row("Hours", ticket.hours.map(|hours| hours.as_str().to_owned()))
        .row("Destination", ticket.destination.map(|to| to.as_str().to_owned()))
        .row("Taken by", ticket.taken_by.clone());
    if let Some(resolved) = ticket.resolved_date_time {
        details = details.row("Resolved", resolved);
    }
    optional(ticket, details, attachments)
}

/// What is shown only where there is something to show.
fn optional(ticket: &Ticket, mut details: Details, attachments: &[Attachment]) -> Details {
    if let Some(devices) = ticket.devices.as_ref().filter(|devices| !devices.is_empty()) {
        details = details.row("Devices", devices.join(", "));
    }
    if let Some(number) = ticket.users_or_devices_impacted {
        details = details.row("Impacted", i64::from(number));
    }
    let texts = [
        ("Impact", &ticket.business_impact),
        ("Steps taken", &ticket.troubleshooting_steps),
        ("To reproduce", &ticket.repro_steps),
    ];
    for (label, text) in texts {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            details = details.row(label, text.as_str());
        }
    }
    if let Some(time) = ticket.issue_first_noticed {
        details = details.row("Noticed", time);
    }
    if let Some(links) = ticket.links.as_ref().filter(|links| !links.is_empty()) {
        details = details.row("Elevations", links.iter().map(link).collect::<Vec<_>>().join("\n"));
    }
    if !attachments.is_empty() {
        let lines: Vec<_> = attachments.iter().map(attachment).collect();
        details = details.row("Attachments", lines.join("\n"));
    }
    details
}

fn link(link: &Link) -> String {
    let id = link.elevation.map(|id| id.to_string()).unwrap_or_default();
    match &link.device {
        Some(device) => format!("{id} on {device}"),
        None => id,
    }
}

fn attachment(attachment: &Attachment) -> String {
    let (size, name) = (attachment.size, &attachment.name);
    format!("{name} ({size} bytes, by {})", attachment.sender)
}

/// `Ana Ruiz <ana@contoso.com> +34 600`
pub(super) fn admin_line(admin: &AdminContact) -> String {
    format!("{} <{}> {} ({})", admin.name, admin.email, admin.phone_number, admin.area)
}

fn acts_next(ticket: &Ticket) -> Cell {
    match (ticket.state, ticket.next_action_owner) {
        (TicketState::Resolved, _) => Cell::Toned("nobody".into(), Tone::Dim),
        (TicketState::AwaitingAdmin, _) => Cell::Toned("an IT admin".into(), Tone::Warn),
        (_, ActionOwner::Microsoft) => "operations".into(),
        (_, ActionOwner::Customer) => Cell::Toned("the filer".into(), Tone::Warn),
    }
}

/// Rows of tickets.
pub(super) fn table(tickets: &[Ticket], when_empty: &'static str) -> Table {
    let headers = ["Id", "Sev", "Type", "State", "Title", "By", "Filed", "Due"];
    let mut table = Table::new(headers, when_empty);
    for ticket in tickets {
        table.push([
            ticket.id.as_str().into(),
            ticket.severity.letter().into(),
            ticket.ty.as_str().into(),
            state(ticket),
            ticket.title.as_str().into(),
            ticket.filed_by.clone().into(),
            ticket.created_date_time.into(),
            due(ticket),
        ]);
    }
    table
}

/// What is to be worked on: due first.
pub(super) fn queue(tickets: &[Ticket]) -> Table {
    let headers = ["Due", "Sev", "Id", "State", "Taken by", "Title", "Filed"];
    let mut table = Table::new(headers, "nothing waits");
    for ticket in tickets {
        table.push([
            due(ticket),
            ticket.severity.letter().into(),
            ticket.id.as_str().into(),
            state(ticket),
            ticket.taken_by.clone().into(),
            ticket.title.as_str().into(),
            ticket.created_date_time.into(),
        ]);
    }
    table
}

/// What happened, oldest first: steps and notes, each once.
pub(super) fn timeline(events: &[TicketEvent], notes: &[Note]) -> Table {
    let mut rows: Vec<_> = events
        .iter()
        .filter(|event| !is_note(event, notes))
        .map(|event| (event.time, event.who.clone(), step(event)))
        .chain(notes.iter().map(|note| (note.created_date_time, note.sender.clone(), word(note))))
        .collect();
    rows.sort_by_key(|(time, ..)| *time);
    let mut table = Table::new(["When", "Who", "What"], "nothing happened yet");
    for (time, who, what) in rows {
        table.push([time.into(), who.into(), what.into()]);
    }
    table
}

/// True for a step that says no more than that there is a note.
fn is_note(event: &TicketEvent, notes: &[Note]) -> bool {
    let of = event.detail.as_ref().and_then(|detail| detail.get("note")).and_then(Value::as_u64);
    let plain = matches!(event.action.as_str(), "ticket.noted" | "ticket.replied");
    plain && of.is_some_and(|of| notes.iter().any(|note| u64::from(note.id) == of))
}

fn word(note: &Note) -> String {
    let kind = match note.kind {
        None | Some(NoteKind::Note) => "note",
        Some(NoteKind::Reply) => "reply",
        Some(NoteKind::RequestForAction) => "asks for action",
    };
    format!("{kind}: {}", note.text)
}

/// `severity: from C, to B`
fn step(event: &TicketEvent) -> String {
    let action = event.action.strip_prefix("ticket.").unwrap_or(&event.action);
    // `handedOver` is written for programs.
    let mut words = String::new();
    for c in action.chars() {
        if c.is_uppercase() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    match &event.detail {
        Some(Value::Object(facts)) if !facts.is_empty() => {
            let facts: Vec<_> =
                facts.iter().map(|(name, value)| format!("{name} {}", fact(value))).collect();
            format!("{words}: {}", facts.join(", "))
        }
        _ => words,
    }
}

fn fact(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(fact).collect::<Vec<_>>().join(" → "),
        Value::Object(facts) => {
            let facts: Vec<_> =
                facts.iter().map(|(name, v)| format!("{name} {}", fact(v))).collect();
            facts.join(" ")
        }
        other => other.to_string(),
    }
}
