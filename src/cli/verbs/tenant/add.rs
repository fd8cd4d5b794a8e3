//! `mmd serve tenant add`.

use super::{Place, details, view};
use crate::{
    cli::{
        output::{Output, Report},
        verbs::words::option,
    },
    error::Result,
    service::administration::NewTenant,
};

/// Which tenant, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The service.
    pub place: Place,
    /// The tenant.
    pub new: NewTenant,
}

/// Adds it, and says how its first member gets in.
///
/// # Errors
/// When its domain is another tenant's, or its partner is not known.
pub async fn run(input: Input, output: &Output) -> Result<()> {
    let tenant = input.place.service()?.add_tenant(input.new).await?;
    output.report(&Report::details(details(&tenant), view(&tenant)))?;
    let directory = input.place.data_dir.display().to_string();
    output.hint(&format!(
        "`mmd serve admin-invite {} {}` prints its first admin's invite",
        option("--tenant", &tenant.domain),
        option("--data-dir", &directory)
    ));
    Ok(())
}
