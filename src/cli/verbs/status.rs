//! `mmd status`: who am I, where, and what is open.

use serde_json::{Value, json};

use super::{
    elevate::tell_superseded,
    words::{count, word_and},
};
use crate::{
    api::session::Me,
    cli::{
        context::Context,
        output::{Cell, Details, Report, Tone, relative},
        settings::ServiceChoice,
    },
    error::Result,
};

/// Shows it.
///
/// # Errors
/// [`Kind::SignIn`](crate::error::Kind::SignIn) when nobody is signed in.
pub async fn run(cx: &Context) -> Result<()> {
    let me = cx.me().await?;
    let service = match &cx.settings.service.value {
        ServiceChoice::Url(url) => url.as_str(),
        ServiceChoice::Embedded => "embedded",
    };
    cx.output.report(&Report::details(details(service, me, cx), view(service, me, cx)))?;
    tell_superseded(&me.open_requests, &cx.output);
    if me.rotations_owed > 0 {
        let devices = count(usize::try_from(me.rotations_owed).unwrap_or(usize::MAX), "rotation");
        cx.output.warn(&format!("{devices} owed: `mmd device list --rotation owed` shows where"));
    }
    if let Some(request) = me.open_requests.first() {
        let request = word_and(&request.device_name, "-m \"…\"");
        cx.output.hint(&format!("`mmd elevate close {request}` ends access"));
    }
    Ok(())
}

fn view(service: &str, me: &Me, cx: &Context) -> Value {
    json!({
        "service": service,
        "tenant": me.tenant_id,
        "user": me.user,
        "roles": me.roles,
        "tokenSource": cx.token_source(),
        "tokenExpires": me.token_expires,
        "openRequests": me.open_requests,
        "sample": me.sample,
    })
}

fn details(service: &str, me: &Me, cx: &Context) -> Details {
    let now = cx.clock.now();
    let roles: Vec<_> = me.roles.iter().map(|role| role.as_str()).collect();
    let open: Vec<_> = me
        .open_requests
        .iter()
        .map(|request| match request.valid_until {
            Some(until) => {
                format!(
                    "{} ({}), ends {}",
                    request.device_name,
                    request.partner_ticket_id,
                    relative(until, now)
                )
            }
            None => format!("{} ({})", request.device_name, request.partner_ticket_id),
        })
        .collect();
    let mut details = Details::new()
        .row("Service", format!("{service} (from {})", cx.settings.service.source))
        .row("Tenant", format!("{} ({})", me.tenant_name, me.tenant_id))
        .row("User", me.user.as_str())
        .row("Roles", roles.join(", "))
        .row("Token from", cx.token_source())
        .row("Token ends", me.token_expires)
        .row("Open requests", open.join("\n"));
    if me.sample {
        details = details.row("Sample", Cell::Toned("nothing here is real".into(), Tone::Warn));
    }
    details
}
