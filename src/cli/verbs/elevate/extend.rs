//! `mmd elevate extend ID|DEVICE`.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;

use super::{Target, close_command, one_own, tell_superseded, view};
use crate::{
    cli::{
        context::Context,
        output::{Report, span},
    },
    error::Result,
};

/// Two clocks are never quite the same; an end that was cut is minutes away.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(30);

/// Which request, and how much longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The request.
    pub target: Target,
    /// How much later it ends.
    pub by: Duration,
}

/// Pushes the end of an open request.
///
/// # Errors
/// When none is open, or the service's bound is reached.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    let request = one_own(cx, &tenant, &input.target).await?;
    let now = cx.clock.now();
    // The service counts from now; who asks for an hour more means from the end.
    let left = request.valid_until.map_or(Duration::ZERO, |until| {
        Duration::try_from(until.duration_since(now)).unwrap_or_default()
    });
    let asked = left + input.by;
    let request = tenant.extend_elevation(request.id, asked).await?;
    cx.output.report(&Report::details(view::details(&request), json!(request)))?;
    if let Some(until) = request.valid_until {
        let wanted = SignedDuration::try_from(asked).ok().and_then(|by| now.checked_add(by).ok());
        if wanted.is_none_or(|wanted| wanted.duration_since(until) > TOLERANCE) {
            cx.output.warn(&format!(
                "{} more was asked for, and the service allows no later end than this; a request \
                 lasts no longer than its bound and your membership",
                span(input.by)
            ));
        }
        cx.output.note(&format!(
            "access holds until {}; {} ends it",
            cx.output.moment(until),
            close_command(&request.device_name)
        ));
    }
    tell_superseded([&request], &cx.output);
    Ok(())
}
