//! An empty list must not hide a mistyped name.

use std::time::Duration;

use crate::{
    api::messages,
    cli::verbs::words::word,
    client::Tenant,
    error::{Error, Kind, Result},
};

/// Fails when no device is called `name`; asked only where nothing was found of it, because a
/// trail outlives its devices.
pub async fn must_exist(tenant: &Tenant, name: &str) -> Result<()> {
    match tenant.device(name, Duration::ZERO).await {
        Err(error) if error.kind == Kind::NotFound && error.message == messages::NO_SUCH_DEVICE => {
            Err(search(error, name))
        }
        // Who may not see devices gets the empty list: that is what was asked for.
        _ => Ok(()),
    }
}

fn search(error: Error, name: &str) -> Error {
    error.hint(format!("`mmd device search {}` looks for it", word(name)))
}
