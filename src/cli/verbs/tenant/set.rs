//! `mmd serve tenant set`.

use super::{Place, details, view};
use crate::{
    cli::output::{Output, Report},
    error::Result,
    service::administration::TenantChange,
};

/// What is to be different, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The service.
    pub place: Place,
    /// The tenant's id or domain.
    pub tenant: String,
    /// What is to be different.
    pub change: TenantChange,
}

/// Changes it. What it was told is so already is success, and says so.
///
/// # Errors
/// When there is no such tenant or partner, or the domain is another one's.
pub async fn run(input: Input, output: &Output) -> Result<()> {
    let service = input.place.service()?;
    let (tenant, changed) = service.set_tenant(input.tenant, input.change).await?;
    if !changed {
        output.note("nothing was changed: it is so already");
    }
    output.report(&Report::details(details(&tenant), view(&tenant)))
}
