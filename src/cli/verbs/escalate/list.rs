//! `mmd escalate list`.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::json;

use super::{since::Since, view};
use crate::{
    api::ticket::{Severity, Ticket, TicketState, TicketType},
    cli::{context::Context, output::Report, verbs::words::word},
    client::TicketQuery,
    error::Result,
};

/// How far back a list goes where nobody says: the open ones of the last six months are listed
/// (`framework.md`, Severity).
const HALF_A_YEAR: SignedDuration = SignedDuration::from_hours(183 * 24);

/// Which requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// `--state`
    pub state: Option<TicketState>,
    /// `--severity`
    pub severity: Option<Severity>,
    /// `--type`
    pub ty: Option<TicketType>,
    /// `--mine`
    pub mine: bool,
    /// `--since`
    pub since: Option<Since>,
}

/// Lists support requests, the newest first; those that wait for an admin stand before them.
///
/// # Errors
/// For what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    let now = cx.clock.now();
    let since = match &input.since {
        Some(since) => since.at(now, &TimeZone::system())?,
        None => now.checked_sub(HALF_A_YEAR).unwrap_or(Timestamp::MIN),
    };
    let mut tickets = match input.state {
        None | Some(TicketState::AwaitingAdmin) => tenant.handed_over().await?,
        Some(_) => Vec::new(),
    };
    tickets.retain(|ticket| {
        ticket.created_date_time >= since
            && input.severity.is_none_or(|severity| severity == ticket.severity)
            && input.ty.is_none_or(|ty| ty == ticket.ty)
    });
    if input.state != Some(TicketState::AwaitingAdmin) {
        let query = TicketQuery {
            filter: Some(filter(&input, since)),
            order: Some("createdDateTime desc".to_owned()),
            top: None,
        };
        tickets.extend(tenant.tickets(&query).await?);
    }
    if input.mine {
        let own = &cx.me().await?.user;
        tickets.retain(|ticket| ticket.filed_by.as_ref() == Some(own));
    }
    cx.output.report(&Report::table(view::table(&tickets, none(&input)), json!(tickets)))?;
    if let Some(waiting) = tickets.iter().find(|t| t.state == TicketState::AwaitingAdmin) {
        tell_waiting(waiting, cx);
    }
    Ok(())
}

fn none(input: &Input) -> &'static str {
    match &input.since {
        Some(_) => "no support requests",
        None => "no support requests in six months; `--since` looks further back",
    }
}

fn tell_waiting(ticket: &Ticket, cx: &Context) {
    cx.output.hint(&format!("an admin files what waits: `mmd escalate file {}`", word(&ticket.id)));
}

/// The same in OData.
fn filter(input: &Input, since: Timestamp) -> String {
    let parts = [
        Some(format!("createdDateTime ge {since}")),
        input.state.map(|state| format!("state eq '{}'", state.as_str())),
        input.severity.map(|severity| format!("severity eq {}", severity.number())),
        input.ty.map(|ty| format!("type eq '{}'", ty.as_str())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_becomes_a_filter() {
        let since = "2025-09-01T00:00:00Z".parse().unwrap();
        assert_eq!(filter(&Input::default(), since), "createdDateTime ge 2025-09-01T00:00:00Z");
        let input = Input {
            state: Some(TicketState::Resolved),
            severity: Some(Severity::A),
            ty: Some(TicketType::ChangeRequest),
            ..Input::default()
        };
        assert_eq!(
            filter(&input, since),
            "createdDateTime ge 2025-09-01T00:00:00Z and state eq 'resolved' and severity eq 2 \
             and type eq 'ChangeRequest'"
        );
    }
}
