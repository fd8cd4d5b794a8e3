//! `mmd elevate show ID`.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::{tell_superseded, view};
use crate::{
    cli::{context::Context, output::Report},
    error::Result,
};

/// Which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: Uuid,
}

/// Shows one request.
///
/// # Errors
/// When there is none.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let request = cx.tenant().await?.elevation(input.id, Duration::ZERO).await?;
    cx.output.report(&Report::details(view::details(&request), json!(request)))?;
    tell_superseded([&request], &cx.output);
    Ok(())
}
