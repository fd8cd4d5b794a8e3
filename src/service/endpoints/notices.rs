//! What is told outside of an elevation: by whom it was opened, viewed and closed.

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;

use crate::{
    domain::delivery::ticket_number,
    service::store::{
        Outcome,
        outbox::{self, Notice},
        requests::Request,
    },
};

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
    let wire = &request.wire;
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
        "validUntil": (state == "open").then_some(request.ends),
    });
    let subject = wire.id.to_string();
    outbox::put(c, wire.tenant_id, &Notice { event, subject, data, recipients: vec![] }, now)?;
    Ok(())
}
