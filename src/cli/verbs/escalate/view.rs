//! How a support request looks.

use serde_json::Value;

use super::guide;
use crate::{
    api::ticket::{
        ActionOwner, AdminContact, Attachment, Destination, Link, Note, NoteKind, Stage, Ticket,
        TicketEvent, TicketState,
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
        (Some(Stage::AwaitingCustomer), _) => ("awaits the filer", Tone::Warn),
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
    // What waits for an admin is not filed yet.
    let (by, at) = match ticket.state {
        TicketState::AwaitingAdmin => ("Asked by", "Kept"),
        TicketState::Active | TicketState::Resolved => ("Filed by", "Filed"),
    };
    let mut details = Details::new()
        .row("Id", ticket.id.as_str())
        .row("Title", ticket.title.as_str())
        .row("State", state(ticket))
        .row("Severity", severity(ticket))
        .row("Type", ticket.ty.as_str())
        .row("Category", format!("{} / {}", ticket.category, ticket.subcategory))
        .row("Description", ticket.description.as_str())
        .row(by, ticket.filed_by.clone())
        .row(at, ticket.created_date_time)
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
        (_, ActionOwner::Microsoft) => ticket.destination.map_or("operations", acts_there).into(),
        (_, ActionOwner::Customer) if ticket.stage == Some(Stage::Transferred) => {
            ticket.destination.map_or("the filer", acts_there).into()
        }
        (_, ActionOwner::Customer) => Cell::Toned("the filer".into(), Tone::Warn),
    }
}

/// Who acts on what lies there (`framework.md`, The path of an issue).
fn acts_there(destination: Destination) -> &'static str {
    match destination {
        Destination::SupportProvider => "the support provider",
        Destination::ItAdmin => "an IT admin",
        Destination::HardwareVendor => "the hardware vendor, by an IT admin",
        Destination::UnifiedPremier => "Unified or Premier support",
        Destination::Operations => "operations",
        Destination::SecurityOperations => "security operations",
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

/// What happened, oldest first: every step with the note that went with it, and every other note.
pub(super) fn timeline(
    events: &[TicketEvent],
    notes: &[Note],
    attachments: &[Attachment],
) -> Table {
    let noted = |event: &TicketEvent| {
        let number = event.detail.as_ref()?.get("note")?.as_u64()?;
        notes.iter().find(|note| u64::from(note.id) == number)
    };
    let alone = notes.iter().filter(|note| {
        !events.iter().any(|event| noted(event).is_some_and(|noted| noted.id == note.id))
    });
    let mut rows: Vec<_> = events
        .iter()
        .map(|event| (event.time, event.who.as_str(), step(event, noted(event), attachments)))
        .chain(alone.map(|note| {
            (note.created_date_time, note.sender.as_str(), format!("{}: {}", word(note), note.text))
        }))
        .collect();
    rows.sort_by_key(|(time, ..)| *time);
    let mut table = Table::new(["When", "Who", "What"], "nothing happened yet");
    for (time, who, what) in rows {
        table.push([time.into(), who.into(), what.into()]);
    }
    table
}

fn word(note: &Note) -> &'static str {
    match note.kind {
        None | Some(NoteKind::Note) => "note",
        Some(NoteKind::Reply) => "reply",
        Some(NoteKind::RequestForAction) => "asks for action",
    }
}

/// `edited: severity, from C to B`; `transferred to hardware-vendor: it swells`
fn step(event: &TicketEvent, note: Option<&Note>, attachments: &[Attachment]) -> String {
    let action = event.action.strip_prefix("ticket.").unwrap_or(&event.action);
    let facts = event.detail.as_ref().and_then(Value::as_object);
    let fact = |name: &str| facts.and_then(|facts| facts.get(name)).map(shown);
    let mut words = match action {
        "replied" => "reply".to_owned(),
        "actionRequested" => "asks for action".to_owned(),
        "attached" => match fact("attachment")
            .and_then(|id| attachments.iter().find(|known| known.id.to_string() == id))
        {
            Some(attachment) => format!("attached {}", attachment.name),
            None => "attached a file".to_owned(),
        },
        "handedOver" => "handed over to an admin".to_owned(),
        "severityAsked" => "asked for a severity".to_owned(),
        other => other.to_owned(),
    };
    if let Some(fields) = fact("fields").or_else(|| fact("corrected")) {
        words.push_str(&format!(": {fields}"));
    }
    for (name, before) in
        [("wanted", " "), ("from", " from "), ("to", " to "), ("answerBy", " by ")]
    {
        if let Some(fact) = fact(name) {
            words.push_str(&format!("{before}{fact}"));
        }
    }
    match fact("told").as_deref() {
        None => {}
        Some("") => words.push_str(", nobody was notified: call an admin"),
        Some(told) => words.push_str(&format!(", a notice goes to {told}")),
    }
    if let Some(writer) = fact("writtenBy") {
        words.push_str(&format!(", written by {writer}"));
    }
    match note {
        Some(note) => format!("{words}: {}", note.text),
        None => words,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_waits_for_an_admin_is_not_said_to_be_filed_nor_the_filer_to_act_elsewhere() {
        let mut ticket: Ticket = serde_json::from_value(json!({
            "@odata.context": "c", "title": "t", "description": "d", "isPartner": false,
            "type": "Incident", "category": "Apps", "subcategory": "Other",
            "nextActionOwner": "Customer", "id": "MMD-1465058-R5V8P", "severity": 2,
            "state": "awaitingAdmin", "createdDateTime": "2026-03-01T12:00:00Z",
            "contact": { "id": "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42", "givenName": "Ana",
                "surname": "Ruiz", "email": "ana@contoso.com", "phoneNumber": "1",
                "preferredLanguageId": "" },
            "emails": [], "attachments": [], "notes": [], "@mmd.filedBy": "ana@contoso.com",
        }))
        .unwrap();
        let names = |ticket: &Ticket| {
            let text = details(ticket, &[]).for_programs();
            let rows = text.lines().filter_map(|line| line.split('\t').next());
            rows.skip_while(|name| *name != "description")
                .skip(1)
                .take(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&ticket), ["askedBy", "kept"]);
        ticket.state = TicketState::Active;
        assert_eq!(names(&ticket), ["filedBy", "filed"]);
        let acts = |ticket: &Ticket| {
            let text = details(ticket, &[]).for_programs();
            let line = text.lines().find_map(|line| line.strip_prefix("actsNext\t"));
            line.unwrap().to_owned()
        };
        assert_eq!(acts(&ticket), "the filer");
        // Elsewhere it is not the filer's to act.
        ticket.stage = Some(Stage::Transferred);
        for (to, who) in [
            (Destination::HardwareVendor, "the hardware vendor, by an IT admin"),
            (Destination::SupportProvider, "the support provider"),
            (Destination::UnifiedPremier, "Unified or Premier support"),
            (Destination::ItAdmin, "an IT admin"),
        ] {
            ticket.destination = Some(to);
            assert_eq!(acts(&ticket), who);
        }
    }

    #[test]
    fn a_step_is_told_once_with_its_note() {
        let event = |id: u32, action: &str, detail: Value| -> TicketEvent {
            serde_json::from_value(json!({
                "id": id, "time": format!("2026-03-01T10:0{id}:00Z"), "action": action,
                "who": "ana@contoso.com", "detail": detail,
            }))
            .unwrap()
        };
        let note = |id: u32, kind: &str| -> Note {
            serde_json::from_value(json!({
                "id": id, "type": "post", "renderType": "html",
                "createdDateTime": "2026-03-01T10:05:00Z", "modifiedDateTime": "2026-03-01T10:05:00Z",
                "text": format!("text {id}"), "sender": "olga@contoso.com", "@mmd.kind": kind,
            }))
            .unwrap()
        };
        let file = uuid::Uuid::nil();
        let events = [
            event(0, "ticket.created", Value::Null),
            event(1, "ticket.edited", json!({ "fields": ["severity"], "from": "C", "to": "B" })),
            event(2, "ticket.actionRequested", json!({ "note": 0, "answerBy": "Monday" })),
            event(3, "ticket.attached", json!({ "attachment": file, "size": 3, "sha256": "" })),
            event(4, "ticket.handedOver", json!({ "told": ["a@b", "c@d"] })),
            event(6, "ticket.handedOver", json!({ "told": [] })),
            event(7, "ticket.severityAsked", json!({ "wanted": "A", "told": [] })),
        ];
        let attachment = Attachment {
            id: file,
            name: "a.log".into(),
            size: 3,
            sha256: String::new(),
            created_date_time: Default::default(),
            sender: "ana@contoso.com".into(),
        };
        let notes = [note(0, "requestForAction"), note(1, "note")];
        let table = timeline(&events, &notes, &[attachment]);
        let what: Vec<_> = table
            .rows
            .iter()
            .map(|row| match &row[2] {
                Cell::Text(text) => text.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            what,
            [
                "created",
                "edited: severity from C to B",
                "asks for action by Monday: text 0",
                "attached a.log",
                "handed over to an admin, a notice goes to a@b, c@d",
                "note: text 1",
                "handed over to an admin, nobody was notified: call an admin",
                "asked for a severity A, nobody was notified: call an admin",
            ]
        );
    }
}
