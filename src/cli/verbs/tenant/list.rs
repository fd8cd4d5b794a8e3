//! `mmd serve tenant list`.

use serde_json::Value;

use super::{Place, table, view};
use crate::{
    cli::output::{Output, Report},
    error::Result,
};

/// Lists them, oldest first.
///
/// # Errors
/// When there is no service.
pub async fn run(place: &Place, output: &Output) -> Result<()> {
    let tenants = place.service()?.tenants().await?;
    let json = tenants.iter().map(view).collect::<Value>();
    output.report(&Report::table(table(&tenants), json))
}
