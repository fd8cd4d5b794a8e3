//! `mmd elevate close ID|DEVICE`: says what is still open afterwards.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Target, ambiguous, guide, list::quoted, own_open, tell_superseded, view};
use crate::{
    api::{elevation::ElevationRequest, messages},
    cli::{
        complete::learn,
        context::Context,
        output::{Details, Report},
        prompt::Question,
        verbs::{device::settle, words::word},
    },
    client::Tenant,
    error::{Error, Kind, Result},
};

/// How long the close waits for the rotation that it orders.
const SHORT: Duration = Duration::from_secs(2);

/// Which request, and what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The request.
    pub target: Target,
    /// `--actions`
    pub actions: Option<String>,
    /// `--if-open`
    pub if_open: bool,
}

/// Closes a request.
///
/// # Errors
/// [`Kind::Refused`] when nothing is open, unless that is no error here.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    if input.actions.is_none() {
        cx.prompter.check("--actions")?;
    }
    let tenant = cx.tenant().await?;
    let Some(request) = find(&input, &tenant, cx).await? else {
        cx.output.note("nothing is open, so nothing was closed");
        return cx.output.report(&Report::json_only(Value::Null));
    };
    let actions = match input.actions {
        Some(actions) => actions,
        None => cx.prompter.text(Question::new("What was done?", "--actions"))?,
    };
    match tenant.close_elevation(request.id, &actions).await {
        // Somebody else was faster, or its time has just run out.
        Err(error) if input.if_open && error.message == messages::ALREADY_CLOSED => {
            cx.output.note("it was closed already");
            return cx.output.report(&Report::json_only(Value::Null));
        }
        other => other?,
    }
    learn::closed(cx, &request);
    let closed = after(&tenant, &request, cx).await?;
    report(&closed, cx)?;
    guide::actions(&actions, cx);
    Ok(())
}

/// The open request that is meant; `None` where there is none and that is no error.
async fn find(input: &Input, tenant: &Tenant, cx: &Context) -> Result<Option<ElevationRequest>> {
    let device = match &input.target {
        Target::Id(id) => {
            let request = tenant.elevation(*id, Duration::ZERO).await?;
            let is_open = request.request_closure_time.is_none();
            return match is_open {
                true => Ok(Some(request)),
                false if input.if_open => Ok(None),
                false => Err(Error::new(Kind::Refused, messages::ALREADY_CLOSED)
                    .hint(format!("`mmd elevate show {id}` says what became of it"))),
            };
        }
        Target::Device(device) => device,
    };
    let own = own_open(cx, device).await?;
    match own.as_slice() {
        [one] => return Ok(Some(one.clone())),
        [] => {}
        several => return Err(ambiguous(device, several)),
    }
    let filter = format!(
        "requestClosureTime eq null and tolower(deviceName) eq {}",
        quoted(&device.to_ascii_lowercase())
    );
    let mut others = tenant.elevations(Some(&filter), None).await?;
    match (others.pop(), others.is_empty()) {
        (Some(one), true) => confirm(one, cx).map(Some),
        (Some(one), false) => {
            others.push(one);
            Err(ambiguous(device, &others))
        }
        (None, _) => {
            // A mistyped name must not look like a device on which all is closed.
            let known = tenant.device(device, Duration::ZERO).await;
            known.map_err(|error| {
                error.hint(format!("`mmd device search {}` looks for it", word(device)))
            })?;
            if input.if_open {
                return Ok(None);
            }
            Err(Error::new(Kind::Refused, format!("no elevation request is open for `{device}`"))
                .hint("`mmd elevate list --closed` shows those that have ended"))
        }
    }
}

/// Closing somebody else's request ends their access.
fn confirm(request: ElevationRequest, cx: &Context) -> Result<ElevationRequest> {
    let who = &request.requesting_agent_upn;
    if cx.yes {
        cx.output.note(&format!("closing the request of {who}"));
        return Ok(request);
    }
    let prompt = format!("The open request for {} is {who}'s. Close it?", request.device_name);
    match cx.prompter.confirm(Question::new(&prompt, "--yes")) {
        Ok(true) => Ok(request),
        Ok(false) => Err(Error::new(Kind::Refused, "the request stays open")),
        Err(error) if error.kind == Kind::Usage => {
            Err(error.cause(format!("the open request is {who}'s, not yours")))
        }
        Err(error) => Err(error),
    }
}

/// The request after its close, once the rotation is confirmed or has taken too long.
async fn after(
    tenant: &Tenant,
    request: &ElevationRequest,
    cx: &Context,
) -> Result<ElevationRequest> {
    if cx.is_embedded() {
        // With this process its devices end too.
        settle(tenant, &request.device_name, settle::EMBEDDED).await?;
        return tenant.elevation(request.id, Duration::ZERO).await;
    }
    tenant.elevation(request.id, SHORT).await
}

fn report(closed: &ElevationRequest, cx: &Context) -> Result<()> {
    let details = Details::new()
        .row("Device", closed.device_name.as_str())
        .row("State", view::state(closed))
        .row("Request", closed.id.to_string());
    let details = view::aftermath(closed, details);
    cx.output.report(&Report::details(details, json!(closed)))?;
    let Some(closing) = &closed.closing else { return Ok(()) };
    let device = &closed.device_name;
    if let Some(since) = closing.rotation_owed_since {
        cx.output.warn(&format!(
            "rotation owed since {}: the password still opens {device} until it comes back",
            cx.output.moment(since)
        ));
    }
    if !closing.others.is_empty() {
        cx.output.note(&format!("still in on {device}: {}", closing.others.join(", ")));
    }
    if !closing.administrators_added.is_empty() || !closing.administrators_removed.is_empty() {
        cx.output.warn(&format!(
            "the administrators of {device} are not those that they were at the opening"
        ));
    }
    if closing.drifted {
        cx.output.warn(&format!("somebody else set the password of {device} in the meantime"));
    }
    // Known since before the close: those of other devices.
    let others = cx.me.get().map(|me| me.open_requests.as_slice()).unwrap_or_default();
    tell_superseded(others.iter().filter(|other| other.id != closed.id), &cx.output);
    Ok(())
}
