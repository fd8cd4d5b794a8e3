//! `mmd elevate password ID|DEVICE`: delivers again for an open request.

use super::{Reading, Target, deliver, none_open, own_open};
use crate::{
    api::elevation::ElevationRequest,
    cli::{context::Context, verbs::words::word},
    error::{Error, Kind, Result},
};

/// Of which request, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The request.
    pub target: Target,
    /// How the password is handed over.
    pub reading: Reading,
}

/// Delivers the password of an open request.
///
/// # Errors
/// When none is open; for what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let settled = deliver::settled(&input.reading, cx)?;
    let tenant = cx.tenant().await?;
    let request = match &input.target {
        Target::Id(id) => {
            let request = tenant.elevation(*id, std::time::Duration::ZERO).await?;
            let me = &cx.me().await?.user;
            if !request.requesting_agent_upn.eq_ignore_ascii_case(me) {
                return Err(not_yours(&request));
            }
            request
        }
        // Any of a program's own requests gives the same password.
        Target::Device(device) => {
            let own = own_open(cx, device).await?.into_iter().next();
            own.ok_or_else(|| none_open(device))?
        }
    };
    // Only now: the menu is no question about a request that is not there.
    let delivery = settled.map_or_else(|| deliver::choose(&input.reading, cx), Ok)?;
    deliver::run(cx, &tenant, request, &input.reading, delivery).await
}

/// Every view is its reader's own, with a ticket and a plan of theirs.
fn not_yours(request: &ElevationRequest) -> Error {
    let (who, device) = (&request.requesting_agent_upn, &request.device_name);
    Error::new(Kind::Refused, format!("the request is {who}'s, not yours"))
        .hint(format!("`mmd elevate {}` opens one of your own", word(device)))
}
