//! `mmd elevate password ID|DEVICE`: delivers again for an open request.

use super::{Reading, Target, deliver, none_open, own_open};
use crate::{cli::context::Context, error::Result};

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
        Target::Id(id) => tenant.elevation(*id, std::time::Duration::ZERO).await?,
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
