//! How a request looks.

use crate::{
    api::elevation::{ElevationRequest, RequestState},
    cli::output::{Cell, Details, Tone},
};

/// In a word: whether it gives access, and whether its password still opens.
pub(super) fn state(request: &ElevationRequest) -> Cell {
    let owed = request.closing.as_ref().is_some_and(|c| c.rotation_owed_since.is_some());
    let word = match request.state {
        Some(RequestState::Open) if request.superseded == Some(true) => {
            return Cell::Toned("open, password changed".into(), Tone::Warn);
        }
        Some(RequestState::Open) => return Cell::Toned("open".into(), Tone::Good),
        Some(RequestState::Closed) => "closed",
        Some(RequestState::Expired) => "expired",
        None if request.request_closure_time.is_some() => "closed",
        None => return Cell::Empty,
    };
    if owed {
        return Cell::Toned(format!("{word}, rotation owed"), Tone::Bad);
    }
    Cell::Toned(word.into(), Tone::Dim)
}

/// All of it.
pub(super) fn details(request: &ElevationRequest) -> Details {
    let generation = request.generation.and_then(|number| i64::try_from(number).ok());
    let details = Details::new()
        .row("Id", request.id.to_string())
        .row("Device", request.device_name.as_str())
        .row("State", state(request))
        .row("Ticket", request.partner_ticket_id.as_str())
        .row("Title", request.title.as_str())
        .row("Category", format!("{} / {}", request.category, request.subcategory))
        .row("Plan", request.plan_of_action.as_str())
        .row("Requested by", request.requesting_agent_upn.as_str())
        .row("Opened", request.request_creation_time)
        .row("Extended", request.request_renew_time)
        .row("Valid until", request.valid_until)
        .row("Account", request.account.clone())
        .row("Generation", generation)
        .row("Seen by", request.viewer_upns.join(", "));
    let tickets = request.links.iter().flatten().filter_map(|link| link.ticket.as_deref());
    let tickets = tickets.collect::<Vec<_>>().join(", ");
    // The desk's own ticket has a row of its own.
    let details = match tickets.is_empty() {
        true => details,
        false => details.row("Support requests", tickets),
    };
    if request.request_closure_time.is_none() {
        return details;
    }
    let details = details
        .row("Closed", request.request_closure_time)
        .row("Closed by", request.closing_agent_upn.as_str())
        .row("Actions", request.actions_taken.as_str());
    aftermath(request, details)
}

/// What followed a close.
pub(super) fn aftermath(request: &ElevationRequest, details: Details) -> Details {
    let Some(closing) = &request.closing else { return details };
    let rotation = match closing.rotation_owed_since {
        Some(_) => Cell::Toned("owed".into(), Tone::Bad),
        None if request.viewer_upns.is_empty() => "not needed: nobody saw the password".into(),
        None => Cell::Toned("rotated".into(), Tone::Good),
    };
    let mut details = details.row("Rotation", rotation);
    if closing.rotation_owed_since.is_some() {
        details = details
            .row("Owed since", closing.rotation_owed_since)
            .row("Last contact", closing.device_last_seen);
    }
    if !closing.others.is_empty() {
        details = details.row("Others in", closing.others.join(", "));
    }
    let warn = |names: &[String]| Cell::Toned(names.join(", "), Tone::Warn);
    if !closing.administrators_added.is_empty() {
        details = details.row("New administrators", warn(&closing.administrators_added));
    }
    if !closing.administrators_removed.is_empty() {
        details = details.row("Lost administrators", warn(&closing.administrators_removed));
    }
    if closing.drifted {
        details =
            details.row("Drift", Cell::Toned("somebody else set the password".into(), Tone::Warn));
    }
    details
}
