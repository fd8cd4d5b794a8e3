//! A step in a ticket's life or an elevation's: one event in the audit trail, one in the ticket's
//! own timeline, one to be told outside, all in the transaction of the step.

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::{
    Outcome,
    audit::{By, Record},
    contacts,
    outbox::{self, Notice},
    requests::{self, Request},
    ticket_trail,
    tickets::Ticket,
};
use crate::{
    api::ticket::AdminContact,
    domain::{
        delivery::ticket_number,
        ticket::{Area, needs_contact},
    },
};

/// Something that was done to a ticket.
pub struct Step<'a> {
    /// Who did it.
    pub by: &'a By,
    /// What, as the audit trail says it; also the event that is told outside.
    pub action: &'static str,
    /// Small facts; never what somebody wrote.
    pub detail: Value,
    /// The e-mail addresses of the people to be told.
    pub tell: Vec<String>,
}

impl<'a> Step<'a> {
    /// `by` did `action`; nobody is written to.
    pub fn new(by: &'a By, action: &'static str) -> Self {
        Self { by, action, detail: json!({}), tell: vec![] }
    }

    /// With facts.
    #[must_use]
    pub fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }

    /// And these people are written to.
    #[must_use]
    pub fn tell(mut self, addresses: Vec<String>) -> Self {
        self.tell = addresses;
        self
    }

    /// Records that it was done to `ticket`, which is as it is after it.
    pub fn record(self, c: &Connection, ticket: &Ticket, now: Timestamp) -> Outcome<()> {
        let wire = &ticket.wire;
        let mut kept = json!({ "ticket": wire.id });
        let mut told = json!({
            "ticketId": wire.id,
            "type": wire.ty,
            "severity": wire.severity.letter(),
            "state": wire.state,
            "stage": ticket.stage(),
            "destination": ticket.destination,
            "takenBy": ticket.taken_by,
            "respondBy": ticket.respond_by,
            "updateBy": ticket.update_by,
            "createdDateTime": wire.created_date_time,
            "resolvedDateTime": wire.resolved_date_time,
            "who": self.by.who,
            "at": now,
        });
        if let Some(facts) = self.detail.as_object().filter(|facts| !facts.is_empty()) {
            for (name, value) in facts {
                kept[name] = value.clone();
                told[name] = value.clone();
            }
            ticket_trail::add_event(
                c,
                &wire.id,
                self.action,
                &self.by.who,
                Some(&self.detail),
                now,
            )?;
        } else {
            ticket_trail::add_event(c, &wire.id, self.action, &self.by.who, None, now)?;
        }
        Record::new(self.by, self.action).detail(kept).append(c, ticket.tenant, now)?;
        let notice = Notice {
            event: self.action,
            subject: wire.id.clone(),
            data: told,
            recipients: self.tell,
        };
        outbox::put(c, ticket.tenant, &notice, now)?;
        Ok(())
    }
}

/// The admin contact that stands by for a category: the area's own, or that for `Other`.
pub fn stands_by(c: &Connection, tenant: Uuid, category: &str) -> Outcome<Option<AdminContact>> {
    let mut known = contacts::all(c, tenant)?;
    let has = |area: Area| known.iter().any(|contact| contact.area == area);
    let Ok(area) = needs_contact(category, has) else { return Ok(None) };
    let at = known.iter().position(|contact| contact.area == area);
    Ok(at.map(|at| known.swap_remove(at)))
}

/// The addresses of the primary contact and of the admin contact that stands by.
pub fn contacts_of(c: &Connection, ticket: &Ticket) -> Outcome<Vec<String>> {
    let mut addresses = vec![ticket.wire.contact.email.clone()];
    if let Some(contact) = stands_by(c, ticket.tenant, &ticket.wire.category)?
        && !contact.email.eq_ignore_ascii_case(&addresses[0])
    {
        addresses.push(contact.email);
    }
    Ok(addresses)
}

/// Puts out that `by` did `event` (`elevation.opened`, …) on `request`, which is now in `state`
/// (`open`, `closed`, `expired`). Ids, names, states and times: no plan, no actions, no title.
pub fn elevation(
    c: &Connection,
    event: &'static str,
    request: &Request,
    by: &str,
    state: &str,
    now: Timestamp,
) -> Outcome<()> {
    outbox::put(c, request.wire.tenant_id, &of(c, event, request, by, state, now)?, now)?;
    Ok(())
}

/// Holds the notice that `by` was handed a password on `request`, until it is certain that it
/// leaves. Returns what [`deliveries::release`](super::store::deliveries::release) needs.
pub fn view(c: &Connection, request: &Request, by: &str, now: Timestamp) -> Outcome<Option<i64>> {
    let notice = of(c, "elevation.viewed", request, by, "open", now)?;
    outbox::put_held(c, request.wire.tenant_id, &notice, now)
}

fn of(
    c: &Connection,
    event: &'static str,
    request: &Request,
    by: &str,
    state: &str,
    now: Timestamp,
) -> Outcome<Notice> {
    let wire = &request.wire;
    let until = (state == "open").then(|| requests::holds_until(c, request)).transpose()?;
    let data = json!({
        "id": wire.id,
        "tenantId": wire.tenant_id,
        "deviceName": wire.device_name,
        // What was typed there need not be a number; free text stays here.
        "partnerTicketId": ticket_number(&wire.partner_ticket_id),
        "requestedBy": wire.requesting_agent_upn,
        "state": state,
        "by": by,
        "at": now,
        "validUntil": until,
    });
    Ok(Notice { event, subject: wire.id.to_string(), data, recipients: vec![] })
}
