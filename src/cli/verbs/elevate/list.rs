//! `mmd elevate list`.

use serde_json::json;

use super::{tell_superseded, view};
use crate::{
    api::elevation::ElevationRequest,
    cli::{
        context::Context,
        output::{Cell, Report, Table},
        verbs::device::must_exist,
    },
    error::Result,
};

/// Whose requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The caller's.
    Mine,
    /// Everybody's, as far as the caller may see them.
    Everybody,
}

/// Which requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Open ones, ended ones, or both.
    pub open: Option<bool>,
    /// Whose.
    pub whose: Whose,
    /// Of this device.
    pub device: Option<String>,
}

/// Lists requests.
///
/// # Errors
/// For what the service refuses; when there is no such device.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let mine = match input.whose {
        Whose::Mine => Some(cx.me().await?.user.as_str()),
        Whose::Everybody => None,
    };
    let filter = filter(&input, mine);
    let tenant = cx.tenant().await?;
    let requests = tenant.elevations(filter.as_deref(), None).await?;
    if let (true, Some(device)) = (requests.is_empty(), &input.device) {
        must_exist(&tenant, device).await?;
    }
    cx.output.report(&Report::table(table(&requests, input.whose), json!(requests)))?;
    tell_superseded(&requests, &cx.output);
    Ok(())
}

/// The same in OData.
fn filter(input: &Input, mine: Option<&str>) -> Option<String> {
    let open = input.open.map(|open| {
        let relation = if open { "eq" } else { "ne" };
        format!("requestClosureTime {relation} null")
    });
    let whose = mine.map(|upn| format!("requestingAgentUpn eq {}", quoted(upn)));
    // Names of devices are compared as the service compares them: without case.
    let device = input
        .device
        .as_ref()
        .map(|name| format!("tolower(deviceName) eq {}", quoted(&name.to_ascii_lowercase())));
    let parts: Vec<_> = [open, whose, device].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// A string literal: a quote inside is doubled.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn table(requests: &[ElevationRequest], whose: Whose) -> Table {
    let none = "no elevation requests";
    match whose {
        Whose::Mine => {
            let mut table =
                Table::new(["Device", "Ticket", "Title", "State", "Opened", "Ends", "Id"], none);
            for request in requests {
                let [device, ticket, title, state, opened, until, id] = cells(request);
                table.push([device, ticket, title, state, opened, until, id]);
            }
            table
        }
        Whose::Everybody => {
            let headers = ["Device", "By", "Ticket", "Title", "State", "Opened", "Ends", "Id"];
            let mut table = Table::new(headers, none);
            for request in requests {
                let by = request.requesting_agent_upn.as_str().into();
                let [device, ticket, title, state, opened, until, id] = cells(request);
                table.push([device, by, ticket, title, state, opened, until, id]);
            }
            table
        }
    }
}

fn cells(request: &ElevationRequest) -> [Cell; 7] {
    [
        request.device_name.as_str().into(),
        request.partner_ticket_id.as_str().into(),
        request.title.as_str().into(),
        view::state(request),
        request.request_creation_time.into(),
        request.request_closure_time.or(request.valid_until).into(),
        request.id.to_string().into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_becomes_a_filter() {
        let input = |open, whose, device: Option<&str>| Input {
            open,
            whose,
            device: device.map(str::to_owned),
        };
        for (input, mine, text) in [
            (input(None, Whose::Everybody, None), None, None),
            (
                input(Some(true), Whose::Mine, Some("O'Neil-PC")),
                Some("ana@contoso.com"),
                Some(
                    "requestClosureTime eq null and requestingAgentUpn eq 'ana@contoso.com' \
                     and tolower(deviceName) eq 'o''neil-pc'",
                ),
            ),
            (input(Some(false), Whose::Everybody, None), None, Some("requestClosureTime ne null")),
        ] {
            assert_eq!(filter(&input, mine).as_deref(), text);
        }
    }
}
